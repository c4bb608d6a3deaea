"""LightGBM's text files: trees walked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.foreign import is_foreign_file, read_foreign
from tests.engine.interop.running import run

HEAD = """tree
version=v3
num_class={classes}
num_tree_per_iteration={classes}
label_index=0
max_feature_idx=2
objective={objective}
feature_names=B02 B03 B04
feature_infos=[0:1] [0:1] [0:1]
tree_sizes=1
"""
# band 1 <= 0.5 ? (band 0 <= 0.1 ? -1 : 2) : 3
TREE = """
Tree={number}
num_leaves=3
num_cat=0
split_feature=1 0
threshold=0.5 0.10000000149011612
decision_type={kinds}
left_child=1 -1
right_child=-3 -2
leaf_value=-1 2 3
is_linear={linear}
shrinkage=1
"""
END = "\n\nend of trees\n\nfeature_importances:\nB02=1\n"


def text(trees=1, objective="binary sigmoid:1", classes=1, kinds="2 2", linear=0):
    parts = "".join(TREE.format(number=i, kinds=kinds, linear=linear) for i in range(trees))
    return HEAD.format(classes=classes, objective=objective) + parts + END


def saved(path, content):
    path.write_text(content)
    return path


def walked(x):
    """The tree for (N, 3, H, W)."""
    return np.where(x[:, 1] <= 0.5, np.where(x[:, 0] <= np.float32(0.1), -1.0, 2.0), 3.0)


@pytest.fixture
def image(rng):
    x = rng.uniform(0, 1, (2, 3, 5, 4)).astype(np.float32)
    x[0, 0, 0], x[0, 1, 0] = np.float32(0.1), 0.5  # at the thresholds
    return x


def test_a_binary_model_gives_probabilities(tmp_path, image):
    foreign = read_foreign(saved(tmp_path / "m.txt", text(trees=3, objective="binary sigmoid:0.5")))
    (found,) = run(foreign, image)
    np.testing.assert_allclose(found[:, 0], 1 / (1 + np.exp(-1.5 * walked(image))), atol=1e-6)
    assert "B02, B03, B04" in foreign.notes[0]


def test_several_classes_and_numbers(tmp_path, image):
    (found,) = run(read_foreign(saved(tmp_path / "m.txt", text(3, "multiclass num_class:3", 3))), image)
    np.testing.assert_allclose(found, np.full(found.shape, 1 / 3), atol=1e-6)
    (found,) = run(read_foreign(saved(tmp_path / "r.txt", text(2, "regression"))), image)
    np.testing.assert_allclose(found[:, 0], 2 * walked(image), atol=1e-6)


def test_what_cannot_be_read_is_said(tmp_path):
    for content, said in (
        (text(kinds="1 2"), "categories"),
        (text(linear=1), "linear models"),
        (text(kinds="4 4"), "0 for a missing value"),
        (text(objective="custom"), "objective custom"),
        (text().replace("left_child=1 -1", "left_child=0 -1"), "damaged"),
        (text().replace("split_feature=1 0", "split_feature=1 7"), "a band that there is not"),
        (text().replace("leaf_value=-1 2 3", "leaf_value=-1 nan 3"), "damaged"),
        (text().replace("end of trees", ""), "cut off"),
        (text().replace("threshold=0.5", "threshold="), "damaged"),
        ("Dear reader", "does not begin with 'tree'"),
    ):
        with pytest.raises(ModelError, match=said):
            read_foreign(saved(tmp_path / "m.txt", content))


def test_a_text_is_a_model_by_its_beginning(tmp_path):
    assert is_foreign_file(saved(tmp_path / "m.txt", text()))
    assert not is_foreign_file(saved(tmp_path / "README.txt", "trees of the forest"))
