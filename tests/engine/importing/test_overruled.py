"""Keys of Deepness and Ultralytics that are wrong or missing: told, and what a person gives is taken in their place."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import ARG3, CONV, KEYS, LOGITS, LONG, SAME, SOFT, TWO, write
from tests.engine.runtime.test_detector_outputs import SIDE, cells, rows
from tests.engine.runtime.test_detector_outputs import write as write_detector
from tests.engine.runtime.test_foreign_networks import Listening

UNNAMED = {key: value for key, value in KEYS.items() if key != "class_names"}
CLASSES = {"nodes": [CONV, ARG3], "output": ("n", 32, 32), "kind": LONG}
CHANCES = {"nodes": [CONV, SOFT], "output": SAME}
OPEN = {**CHANCES, "shape": ("n", "c", 32, 32)}
SAID = {"classes": "dark, bright"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 255, (1, 70, 50)).astype("uint8")


def mapped(model, image, tmp_path):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    with rasterio.open(run_predict({**job, "device": "cpu", "threads": 1}, Listening())["output"]) as raster:
        return raster.read(1)


@pytest.mark.parametrize(
    ("made", "keys", "given", "told"),
    [
        (CLASSES, UNNAMED, SAID, "does not say how many classes.*CLASSES"),
        (CHANCES, {**KEYS, "class_names": ["a", "b", "c"]}, SAID, "names class 2, but.*2 class.*CLASSES"),
        (CHANCES, {**KEYS, "class_names": '{"0": "dark", "1": '}, SAID, "class_names is"),
        (CHANCES, {**KEYS, "model_type": "Segmenter"}, {"task": "segmentation"}, "of type Segmenter.*TASK"),
        (CHANCES, {**KEYS, "tile_size": 64}, {"tile_size": 32}, "64 pixels.*32 x 32.*TILE_SIZE"),
        (CHANCES, {**KEYS, "resolution": "10 m"}, {"resolution": 10}, "resolution is '10 m'"),
        (CHANCES, {**KEYS, "standardization_mean": [0, 0]}, {"scaling": "/255"}, r"2 number\(s\).*1 band.*SCALING"),
        (OPEN, KEYS, {"bands": "grey"}, "takes one .N, C, H, W. image.*BANDS"),
    ],
)
def test_what_is_given_stands_for_keys_that_are_wrong_or_missing(
    tmp_path, values, make_raster, made, keys, given, told
):
    file = str(write(tmp_path / "m.onnx", **made, keys=keys))
    with pytest.raises(ModelError, match=told) as caught:
        run_import({"input": file}, Listening())
    assert caught.value.hint and not own_folder().exists()
    model = run_import({"input": file, **given}, Listening())["model"]
    card = Store().find(model)[1]
    assert [item.name for item in card.classes] == ["dark", "bright"] and card.tiling.size == 32
    assert card.resolution == given.get("resolution")
    assert np.array_equal(mapped(model, make_raster(values), tmp_path), values[0] > 127)


def test_each_head_takes_what_is_given(tmp_path):
    nodes, more = [LOGITS, ("Neg", ["y"], ["z"])], [("z", 1, SAME)]
    file = write(tmp_path / "m.onnx", nodes, SAME, TWO, keys={**KEYS, "standardization_std": [1, 1]}, more=more)
    given = {"input": str(file), "output_index": "all"}
    with pytest.raises(ModelError, match="standardization_std has 2"):
        run_import(given, Listening())
    made = run_import({**given, "scaling": "/255", **SAID}, Listening())
    cards = [Store().find(model["model"])[1] for model in made["models"]]
    assert [[item.name for item in card.classes] for card in cards] == [["dark", "bright"]] * 2


def test_classes_given_stand_for_names_that_a_detector_does_not_have(tmp_path):
    outputs = {"output0": np.ascontiguousarray(rows(cells()).transpose(0, 2, 1))}
    keys = {"model_type": "Detector", "det_type": "YOLO_Ultralytics", "class_names": {"0": "a", "1": "b"}}
    file = str(write_detector(tmp_path / "m.onnx", outputs, {**keys, "tile_size": SIDE}))
    with pytest.raises(ModelError, match="with 2 classes fits no layout"):
        run_import({"input": file}, Listening())
    model = run_import({"input": file, "classes": "plane, ship, car"}, Listening())["model"]
    assert [item.name for item in Store().find(model)[1].classes] == ["plane", "ship", "car"]
