"""A bare ONNX file: what is asked for, what is guessed and told, and that the map is right."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import own_folder
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import FORMS, write
from tests.engine.runtime.test_foreign_networks import Listening


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def scene(make_raster):
    """Blocks of 40 and 200 on 70 x 90 pixels, and where they are bright."""
    random = np.random.default_rng(3)
    image = np.where(random.random((8, 10)) > 0.5, 200, 40).repeat(10, 0).repeat(10, 1)[:70, :90].astype("uint8")
    return make_raster(image[None]), image > 127


def bare(path, name, **changes):
    return write(path, **{**FORMS[name], "keys": {}, **changes})


def mapped(model, image, tmp_path):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    return run_predict({**job, "device": "cpu", "threads": 1}, Listening())


def read(path):
    with rasterio.open(path) as raster:
        return raster.read()


TOLD = {"scaling": "/255", "classes": "dark #000000, bright #ffff00", "task": "segmentation"}
BARE = [name for name in FORMS if not name.startswith(("names", "standard", "features first", "bytes"))]


@pytest.mark.parametrize("name", BARE)
def test_every_form_gives_the_map_with_what_a_person_says(tmp_path, scene, name):
    image, bright = scene
    report = Listening()
    made = run_import({"input": str(bare(tmp_path / "m 1.onnx", name)), **TOLD}, report)
    assert made["model"] == "m-1" and made["path"] == str(own_folder() / "m-1")
    result = mapped("m-1", image, tmp_path)
    assert np.array_equal(read(result["output"])[0], bright)
    assert [(c["name"], c["color"]) for c in result["classes"]] == [("dark", "#000000"), ("bright", "#ffff00")]
    assert "Scaling of image: divide 255 (given (SCALING))" in report.text("info") and "For a tile of" in made["tile"]
