"""XGBoost's JSON files: trees and answers of XGBoost 3.2, and of files that cannot be read."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.interop.foreign import is_foreign_file, read_foreign
from tests.engine.interop.running import run
from tests.engine.runtime.test_foreign_networks import Listening

# A tree of two levels: bands of its three nodes, thresholds and the four leaves, and where a missing band goes.
BINARY = [
    ([0, 1, 1], [0.387, 0.824, 0.363, -0.5473589, 0.37103695, -0.21443799, 0.52252877], [1, 1, 0]),
    ([0, 1, 1], [0.194, 0.86, 0.287, -0.4607196, 0.22243105, -0.29841065, 0.33029538], [1, 1, 0]),
]
THREE = [
    ([1, 0, 0], [0.504, 0.47, 0.095, 0.63378775, -0.11842899, 0.08000304, -0.18784134], [0, 1, 0]),
    ([0, 1, 1], [0.851, 0.484, 0.355, -0.078189336, 0.104871415, 0.23929395, -0.326199], [1, 0, 0]),
    ([0, 1, 1], [0.642, 0.722, 0.443, -0.18695912, -0.03357836, -0.13413091, 0.5296316], [1, 1, 0]),
    ([1, 0, 0], [0.504, 0.47, 0.095, 0.37172303, -0.112725295, 0.073439725, -0.17838794], [0, 1, 0]),
    ([0, 1, 1], [0.851, 0.137, 0.355, -0.21042629, 0.053583276, 0.20530295, -0.24945582], [1, 0, 0]),
    ([0, 1, 1], [0.594, 0.79, 0.57, -0.18148002, -0.03084191, -0.060416773, 0.39143342], [1, 1, 0]),
]
NUMBERS = [
    ([0, 1, 1], [0.387, 0.56, 0.363, -0.47932658, -0.06387322, -0.098786645, 0.3193506], [1, 0, 0]),
    ([0, 1, 1], [0.657, 0.484, 0.597, -0.302107, -0.0051007466, 0.106877066, 0.4338172], [1, 0, 0]),
    ([0, 1, 1], [0.265, 0.299, 0.629, -0.3898156, -0.10744575, -0.008527488, 0.21822171], [1, 0, 0]),
]
DART = [
    BINARY[0],
    BINARY[0],
    ([0, 1, 1], [0.194, 0.824, 0.287, -0.4968965, 0.1718017, -0.31464547, 0.3427418], [1, 1, 0]),
]
NAN = np.nan
PIXELS = np.array(  # the last two lie on thresholds, three lack a band
    [[0.1, 0.2, 0.3], [0.5, 0.6, 0.1], [NAN, 0.9, 0.2], [0.9, NAN, 0.7], [0.194, 0.86, 0.3], [0.387, 0.363, NAN]], "f4"
)
SOFTPROB = [
    [0.45214558, 0.4253359, 0.12251852],
    [0.1533352, 0.6828684, 0.16379645],
    [0.14490245, 0.64531374, 0.20978384],
    [0.14253017, 0.30463675, 0.5528331],
    [0.14490245, 0.64531374, 0.20978384],
    [0.45214558, 0.4253359, 0.12251852],
]
LOGISTIC = [0.28536195, 0.71968204, 0.6645258, 0.71968204, 0.6881304, 0.71968204]
MARGINS = "[-3.4573328E-1,6.232586E-1,-2.775253E-1]"
MODELS = {
    "binary:logistic": (BINARY, "[5.225E-1]", LOGISTIC),
    "multi:softprob": (THREE, MARGINS, SOFTPROB),
    "reg:squarederror": (NUMBERS, "1.306096E1", [11.889711, 13.366681, 12.88454, 14.032349, 12.88454, 13.069675]),
}


def tree(bands, numbers, missing_left):
    leaves = [0] * 4
    return {
        "left_children": [1, 3, 5, -1, -1, -1, -1],
        "right_children": [2, 4, 6, -1, -1, -1, -1],
        "split_indices": [*bands, *leaves],
        "split_conditions": [*numbers],
        "split_type": [0] * 7,
        "default_left": [*missing_left, *leaves],
        "tree_param": {"num_deleted": "0", "num_feature": "3", "num_nodes": "7", "size_leaf_vector": "1"},
    }


def model(objective="binary:logistic", trees=None, base=None):
    classes = 3 if objective.startswith("multi") else 0
    made = [tree(*each) for each in trees or MODELS[objective][0]]
    owners = [i % max(classes, 1) for i in range(len(made))]
    facts = {"base_score": base or MODELS[objective][1], "num_class": str(classes), "num_feature": "3"}
    return {
        "learner": {
            "attributes": {},
            "feature_names": ["B02", "B03", "B04"],
            "gradient_booster": {"model": {"tree_info": owners, "trees": made}, "name": "gbtree"},
            "learner_model_param": {**facts, "num_target": "1"},
            "objective": {"name": objective},
        },
        "version": [3, 2, 0],
    }


def saved(path, content):
    path.write_text(json.dumps(content))
    return path


def answers(path):
    """The answers of a file for ``PIXELS``, (6, outputs)."""
    (found,) = run(read_foreign(path), PIXELS.T.reshape(1, 3, 2, 3))
    return found[0].reshape(found.shape[1], -1).T


@pytest.mark.parametrize("objective", MODELS)
def test_the_answers_are_those_of_xgboost(tmp_path, objective):
    found = answers(saved(tmp_path / "m.json", model(objective)))
    np.testing.assert_allclose(found, np.reshape(MODELS[objective][2], (6, -1)), rtol=0, atol=2e-6)


def test_trees_of_dart_have_weights(tmp_path):
    content = model(trees=DART)
    inner = content["learner"]["gradient_booster"]
    weights = [0.591716, 0.7692308, 0.7692308]
    content["learner"]["gradient_booster"] = {"gbtree": inner, "name": "dart", "weight_drop": weights}
    expected = [0.26171115, 0.74361473, 0.6741856, 0.74361473, 0.7023826, 0.74361473]
    np.testing.assert_allclose(answers(saved(tmp_path / "m.json", content))[:, 0], expected, rtol=0, atol=1e-6)


def test_pruned_nodes_in_a_file_do_not_count(tmp_path):
    content = model()
    for each in content["learner"]["gradient_booster"]["model"]["trees"]:
        each["right_children"] = [2, 8, 6, -1, -1, -1, -1, -1, -1]  # what was node 4 is node 8 now
        each["left_children"] += [-1, -1]
        each["split_indices"] += [2**31 - 1, 0]
        each["split_conditions"] += [0.0, each["split_conditions"][4]]
        each["default_left"] += [0, 0]
    np.testing.assert_allclose(answers(saved(tmp_path / "m.json", content))[:, 0], LOGISTIC, rtol=0, atol=1e-6)


def changed(change, **settings):
    content = model(**settings)
    learner = content["learner"]
    change(learner, learner["gradient_booster"]["model"]["trees"][0])
    return content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(lambda m, t: t.update(split_type=[0, 1, 0, 0, 0, 0, 0])), "divides by categories"),
        (changed(lambda m, t: t["tree_param"].update(size_leaf_vector="2")), "multi_output_tree"),
        (changed(lambda m, t: m.update(objective={"name": "survival:cox"})), "objective survival:cox is not known"),
        (changed(lambda m, t: m["gradient_booster"].update(name="gblinear")), "gblinear, which has no trees"),
        (changed(lambda m, t: t.update(left_children=[0, 3, 5, -1, -1, -1, -1])), "no tree"),
        (changed(lambda m, t: t.update(left_children=[1, 3, 99, -1, -1, -1, -1])), "damaged"),
        (changed(lambda m, t: t.update(split_indices=[0, 1, 7, 0, 0, 0, 0])), "a band that there is not"),
        (changed(lambda m, t: t.update(default_left=[1])), "lists of a tree differ"),
        (changed(lambda m, t: m["gradient_booster"]["model"].update(tree_info=[0, 1])), "an output that there is not"),
        (changed(lambda m, t: m["learner_model_param"].update(base_score="2")), "should be a probability"),
        (changed(lambda m, t: m.pop("objective")), "damaged"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, said):
    with pytest.raises(ModelError, match=said):
        read_foreign(saved(tmp_path / "m.json", content))


def test_json_is_a_model_by_its_beginning(tmp_path):
    assert is_foreign_file(saved(tmp_path / "m.json", model()))
    assert not is_foreign_file(saved(tmp_path / "item.json", {"type": "Feature", "learner": {}}))


def test_an_early_stop_is_told(tmp_path):
    content = changed(lambda m, t: m["attributes"].update(best_iteration="0"))
    assert "All its 2 trees count" in read_foreign(saved(tmp_path / "m.json", content)).notes[1]


def test_it_is_imported_and_the_binary_form_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    file = saved(tmp_path / "crops.json", model("multi:softprob"))
    report = Listening()
    made = run_import({"input": str(file), "scaling": "/10000", "task": "segmentation"}, report)
    card = Store().find(made["model"])[1]
    assert made["model"] == "crops" and len(card.classes) == 3 and card.network == "XGBoost network"
    assert "B02, B03, B04" in report.text("warning")
    file = tmp_path / "crops.ubj"
    file.write_bytes(b"{L\x00")
    with pytest.raises(ModelError, match=r"crops.ubj is not read.*save_model\('model.json'\)"):
        run_import({"input": str(file)}, Listening())
