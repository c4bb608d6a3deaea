"""All outputs of a network at once: a model for each, or none."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import InputError, ModelError, OutputError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import FLOAT, FORMS, KEYS, LOGITS, SAME, write
from tests.engine.runtime.test_foreign_networks import Listening

from .test_items import INPUT, OUTPUT, item_of

NAMES = [{"0": "dark", "1": "bright"}, {"0": "low", "1": "middle", "2": "high"}]
THREE = np.array([-30.0, 0.0, 30.0], "f4").reshape(3, 1, 1, 1), np.array([10.0, 0.0, -20.0], "f4")
SAID = {"scaling": "/255", "output_index": "all"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 255, (1, 70, 50)).astype("uint8")


def two_heads(path, keys=None, names=("y", "z"), last=("Conv", "Conv"), **more):
    """Two classes by a threshold of one half, and three by two thresholds."""
    nodes = [(last[0], ["x", "w", "b"], ["y"]), (last[1], ["x", "v", "c"], ["z"])]
    made = write(path, nodes, SAME, keys=keys or {}, more=[("z", FLOAT, ("n", 3, 32, 32))], v=THREE[0], c=THREE[1])
    model = onnx.load(made)
    for output, node, name in zip(model.graph.output, model.graph.node, names):
        output.name = node.output[0] = name
    onnx.save(model, made)
    return made


def installed():
    return sorted(path.name for path in own_folder().glob("*")) if own_folder().exists() else []


def mapped(model, image, tmp_path):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    with rasterio.open(run_predict({**job, "device": "cpu", "threads": 1}, Listening())["output"]) as raster:
        return raster.read(1)


def check_maps(names, image, values, tmp_path):
    x = values[0] / np.float32(255)
    clear = np.abs(x[..., None] - [1 / 3, 1 / 2, 2 / 3]).min(-1) > 0.01
    expected = x > 0.5, np.where(x > 2 / 3, 2, np.where(x > 1 / 3, 1, 0))
    for name, there in zip(names, expected):
        assert np.array_equal(mapped(name, image, tmp_path)[clear], there[clear])


def test_deepness_heads_become_models_with_the_names_of_each(tmp_path, values, make_raster):
    file = two_heads(tmp_path / "m.onnx", {**KEYS, "class_names": NAMES}, ("water", "depth"))
    page, report = tmp_path / "page.html", Listening()
    made = run_import({"input": str(file), "output_index": "all", "report": str(page)}, report)
    names = [model["model"] for model in made["models"]]
    assert made["model"] == names[0] and names == ["m-water", "m-depth"] and installed() == sorted(names)
    cards = [Store().find(name)[1] for name in names]
    assert [[c.name for c in card.classes] for card in cards] == [list(each.values()) for each in NAMES]
    assert [card.title for card in cards] == names and [card.output_index for card in cards] == [0, 1]
    assert "a model is installed for each: m-water, m-depth" in report.text("info") and not report.text("warning")
    text = page.read_text()
    assert "m-water: One tile" in text and "m-depth: One tile" in text and "middle" in text
    check_maps(names, make_raster(values), values, tmp_path)


def test_a_bare_file_and_names_of_outputs_that_say_nothing(tmp_path, values, make_raster):
    file = str(two_heads(tmp_path / "m.onnx", names=("12", "34")))
    made = run_import({"input": file, **SAID, "task": "segmentation", "name": "lake"}, Listening())
    names = [model["model"] for model in made["models"]]
    assert names == ["lake-0", "lake-1"]
    check_maps(names, make_raster(values), values, tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"task": "segmentation", "classes": "dark, bright"}, r"CLASSES names 2, but 'm-z' gives 3"),
        ({"bands": "red, green"}, r"BANDS names 2 band\(s\), but 'm-y' takes 1"),
        ({"task": "detection"}, r"'m' is a detector, whose outputs belong together"),
    ],
)
def test_where_one_output_cannot_be_none_is_installed(tmp_path, given, said):
    with pytest.raises(ModelError, match=said):
        run_import({"input": str(two_heads(tmp_path / "m.onnx")), **SAID, **given}, Listening())
    assert not installed()


def test_a_name_that_is_taken_stops_all_of_them(tmp_path):
    one = write(tmp_path / "o.onnx", **{**FORMS["logits"], "keys": {}})
    run_import({"input": str(one), "scaling": "/255", "task": "segmentation", "name": "m-z"}, Listening())
    given = {"input": str(two_heads(tmp_path / "m.onnx")), **SAID, "task": "segmentation"}
    with pytest.raises(ModelError, match="a model 'm-z' already"):
        run_import(given, Listening())
    assert installed() == ["m-z"]
    run_import({**given, "replace": True}, Listening())
    assert installed() == ["m-y", "m-z"] and len(Store().find("m-z")[1].classes) == 3


def test_a_full_disk_tells_what_was_installed(tmp_path, monkeypatch):
    install = Store.install_folder

    def full(self, made, replace=False):
        if made.name == "output-1":
            raise OSError(28, "No space left on device")
        return install(self, made, replace)

    monkeypatch.setattr(Store, "install_folder", full)
    given = {"input": str(two_heads(tmp_path / "m.onnx")), **SAID, "task": "segmentation"}
    with pytest.raises(OutputError, match=r"'m-z' cannot be installed: No space.*Installed before it: m-y"):
        run_import(given, Listening())


def test_one_output_is_one_model_with_its_plain_name(tmp_path):
    file = str(write(tmp_path / "m.onnx", [LOGITS], SAME, keys=KEYS))
    made = run_import({"input": file, "output_index": "all"}, Listening())
    assert [model["model"] for model in made["models"]] == ["m"] and Store().find("m")[1].output_index is None


def test_other_outputs_are_told_where_one_is_taken(tmp_path):
    report = Listening()
    run_import({"input": str(two_heads(tmp_path / "m.onnx", {**KEYS, "class_names": NAMES}))}, report)
    assert "2 outputs (0 y, 1 z), and this model is one of them. OUTPUT_INDEX all" in report.text("warning")


def test_a_card_of_one_output_stays_one_model(tmp_path):
    file = two_heads(tmp_path / "m.onnx")
    run_import({"input": str(file), "scaling": "/255", "task": "segmentation", "output_index": 1}, Listening())
    with pytest.raises(ModelError, match="the card of 'm' describes one of its 2 outputs"):
        run_import({"input": str(own_folder() / "m"), "output_index": "all", "name": "other"}, Listening())
    assert installed() == ["m"]


def test_an_item_of_several_outputs_gives_each_its_classes(tmp_path, values, make_raster):
    two_heads(tmp_path / "net.onnx")
    names = (["dark", "bright"], ["low", "middle", "high"])
    outputs = [
        {**OUTPUT, "classification:classes": [{"value": i, "name": name} for i, name in enumerate(each)]}
        for each in names
    ]
    inputs = [{**INPUT, "value_scaling": [{"type": "scale", "value": 255}]}]

    def item(described):
        (tmp_path / "item.json").write_text(json.dumps(item_of(inputs, described, "net.onnx")))
        return {"input": str(tmp_path / "item.json"), "output_index": "all", "name": "net"}

    made = run_import(item(outputs), Listening())
    found = [each["model"] for each in made["models"]]
    assert found == installed() == ["net-y", "net-z"]
    cards = [Store().find(name)[1] for name in found]
    assert [[c.name for c in card.classes] for card in cards] == [*names] and cards[1].output_index == 1
    check_maps(found, make_raster(values), values, tmp_path)
    with pytest.raises(ModelError, match=r"describes 1 output\(s\), and its network has 2 \(0 y, 1 z\)"):
        run_import({**item(outputs[:1]), "name": "other"}, Listening())


def test_another_word_is_no_output(tmp_path):
    with pytest.raises(InputError, match=r"OUTPUT_INDEX|output_index"):
        run_import({"input": str(tmp_path), "output_index": "both"}, Listening())
