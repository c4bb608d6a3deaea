"""ONNX files that give one answer for a whole image: scene classifiers, and networks of features."""

from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import MismatchError, ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.jobs import OPERATIONS
from tests.engine.runtime.foreign_networks import FLOAT, LONG, write
from tests.engine.runtime.test_foreign_networks import Listening

SIDE, FEATURES = 32, 64
MEAN = [("GlobalAveragePool", ["x"], ["p"]), ("Flatten", ["p"], ["f"])]
BRIGHT = np.array([[-40.0, 40.0]], "f4"), np.array([20.0, -20.0], "f4")  # the second class above 0.5
LAST = ("Gemm", ["f", "w", "b"], ["z"])
WIDE = np.linspace(-1, 1, FEATURES, dtype="f4")[None], np.zeros(FEATURES, "f4")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def scene(make_raster):
    """A 64 x 64 raster of four cells, and their values."""
    cells = np.array([[40, 200], [220, 30]], "uint8")
    return str(make_raster(cells.repeat(SIDE, 0).repeat(SIDE, 1)[None])), cells


def run(operation, model, image, output, **more):
    job = {"model": model, "inputs": {"image": [{"path": image}]}, "output": str(output), "device": "cpu", "threads": 1}
    return OPERATIONS[operation]({**job, **more}, Listening())


@pytest.mark.parametrize(
    ("nodes", "output", "kind"),
    [
        ([*MEAN, (*LAST[:2], ["y"])], ("n", 2), FLOAT),
        ([*MEAN, LAST, ("Softmax", ["z"], ["y"])], (1, 2), FLOAT),
        ([*MEAN, LAST, ("ArgMax", ["z"], ["y"], {"axis": 1, "keepdims": 0})], ("n",), LONG),
    ],
    ids=["logits", "softmax", "labels"],
)
def test_a_scene_classifier_gives_each_cell_its_class(tmp_path, scene, nodes, output, kind):
    shape = (output[0], 1, SIDE, SIDE)
    file = write(tmp_path / "m.onnx", nodes, output, BRIGHT, shape, kind, keys={})
    model = run_import({"input": str(file), "scaling": "/255", "classes": "dark, bright"}, Listening())["model"]
    assert Store().find(model)[1].task == "classification"
    _, _, _, (names, *_) = pyogrio.raw.read(run("classify_scenes", model, scene[0], tmp_path / "s.gpkg")["output"])
    assert names.tolist() == ["bright" if value > 127 else "dark" for value in scene[1].ravel()]


def wide(path, nodes=(), keys=None, output=("n", FEATURES)):
    """A network whose features are the mean times numbers from -1 to 1."""
    last = LAST if nodes else (*LAST[:2], ["y"])
    return str(write(path, [*MEAN, last, *nodes], output, WIDE, ("n", 1, SIDE, SIDE), keys=keys or {}))


def check_features(model, scene, tmp_path, expected):
    card = Store().find(model)[1]
    assert card.task == "embedding" and not card.classes and len(card.values) == FEATURES
    result = run("embed_image", model, scene[0], tmp_path / "f.tif")
    with rasterio.open(result["output"]) as raster:
        found = raster.read()
        assert raster.descriptions[:2] == ("f1", "f2") and raster.shape == (2, 2)
    assert result["features"] == FEATURES and np.allclose(found, expected, atol=1e-5)


def test_a_network_of_features_embeds_an_image(tmp_path, scene):
    file = wide(tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=r"shape \(\?, 64\), which may mean several.*TASK.*first guess: embedding"):
        run_import({"input": file, "scaling": "/255"}, Listening())
    made = run_import({"input": file, "scaling": "/255", "task": "embedding"}, Listening())
    assert "it gives 64 features from" in made["tile"]
    check_features(made["model"], scene, tmp_path, WIDE[0][0][:, None, None] * (scene[1] / np.float32(255)))
    with pytest.raises(MismatchError, match="is for embedding"):
        run("classify_scenes", made["model"], scene[0], tmp_path / "s.gpkg")


def test_deepness_recognition_gives_features_of_one_length(tmp_path, scene):
    """Its standardisation counts, and so does the last operator, which brings the features to length 1."""
    keys = {"model_type": "Recognition", "tile_size": SIDE, "standardization_mean": [0.5], "standardization_std": [0.5]}
    nodes = [("LpNormalization", ["z"], ["y"], {"axis": 1, "p": 2})]
    model = run_import({"input": wide(tmp_path / "m.onnx", nodes, keys)}, Listening())["model"]
    length = WIDE[0][0] / np.linalg.norm(WIDE[0])
    check_features(model, scene, tmp_path, length[:, None, None] * np.sign(scene[1] / 255 - 0.5))


def test_features_of_an_item_of_similarity_search(tmp_path, scene):
    wide(tmp_path / "net.onnx")
    item = {
        "type": "Feature", "id": "x", "properties": {
            "mlm:name": "near", "mlm:architecture": "CNN", "mlm:tasks": ["similarity-search"],
            "mlm:input": [{"name": "image", "bands": ["grey"], "value_scaling": [{"type": "scale", "value": 255}],
                           "input": {"shape": [-1, 1, SIDE, SIDE], "dim_order": ["batch", "channel", "height", "width"],
                                     "data_type": "float32"}}],
            "mlm:output": [{"name": "y", "tasks": ["similarity-search"],
                            "result": {"shape": [-1, FEATURES], "dim_order": ["batch", "feature"],
                                       "data_type": "float32"}}]},
        "assets": {"net": {"href": "net.onnx", "roles": ["mlm:model"], "type": "application/onnx"}},
    }  # fmt: skip
    (tmp_path / "near.json").write_text(json.dumps(item))
    model = run_import({"input": str(tmp_path / "near.json")}, Listening())["model"]
    check_features(model, scene, tmp_path, WIDE[0][0][:, None, None] * (scene[1] / np.float32(255)))


def test_a_recognition_network_of_unknown_length_is_told(tmp_path):
    file = wide(tmp_path / "m.onnx", keys={"model_type": "Recognition"}, output=("n", "features"))
    with pytest.raises(ModelError, match=r"for recognition.*shape \(None, None\)"):
        run_import({"input": file}, Listening())
