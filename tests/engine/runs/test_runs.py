"""The run that results carry: complete, the same in every format, and without what is nobody's business."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.model_file import sha256
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.job.arguments import OPERATIONS as ARGUMENTS
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.repeating.results import metadata_of, run_of_result
from rsdl_qgis.engine.runs import RESULT, RUN
from rsdl_qgis.engine.runs.places import here, portable
from rsdl_qgis.engine.runs.record import run_in, run_of
from rsdl_qgis.engine.runs.sidecar import read_sidecar, write_sidecar


@pytest.fixture
def image(make_raster, rng):
    return make_raster(rng.integers(0, 255, (2, 40, 50)).astype("uint8"))


@pytest.fixture
def predict(model, image, tmp_path):
    def run(**more):
        job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", **more}
        OPERATIONS["predict"]({"output": str(tmp_path / "map.tif"), **job}, Report())

    return run


def test_a_run_says_all_that_made_it(predict, model, image, tmp_path):
    predict(tile_size=32)
    run, result = run_of_result(str(tmp_path / "map.tif"))
    assert result == "output" and run["operation"] == "predict"
    arguments = run["arguments"]
    assert (arguments["tile_size"], arguments["tta"], arguments["resampling"]) == (32, "none", "bilinear")
    defaults = {name for name, argument in ARGUMENTS["predict"].items() if argument.default is not None}
    assert defaults <= set(arguments)
    assert run["model"]["sha256"] == {model.name: sha256(model)} and run["model"]["name"] == "bright"
    (item,) = run["inputs"]
    assert item["path"] == str(image) and item["size"] == image.stat().st_size and len(item["ends_sha256"]) == 64
    assert item["modified"].endswith("+00:00")
    assert {"python", "numpy", "rasterio", "pyogrio", "onnxruntime", "gdal"} <= set(run["libraries"])
    assert set(run["computer"]) == {"system", "machine", "processor", "cores"}
    assert (run["device"], run["engine"], run["cut"]["tile"]) == ("cpu", "onnx", [32, 32])
    assert os.uname().nodename not in json.dumps(run["computer"])


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_every_result_carries_it_in_every_format(predict, tmp_path, ending):
    files = {"probabilities": "p.tif", "uncertainty": "u.tif", "polygons": f"areas.{ending}"}
    predict(**{name: str(tmp_path / file) for name, file in files.items()})
    runs = {metadata_of(str(tmp_path / file))[RUN] for file in ("map.tif", *files.values())}
    assert len(runs) == 1
    assert {name: metadata_of(str(tmp_path / file))[RESULT] for name, file in files.items()} == {n: n for n in files}


def test_matches_of_an_assessment_carry_it(tmp_path):
    box = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]}
    layer = tmp_path / "boxes.geojson"
    layer.write_text(
        json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": box}]})
    )
    side = {"path": str(layer), "crs": "EPSG:32634"}
    job = {"predicted": side, "reference": side, "matches": str(tmp_path / "matches.gpkg")}
    OPERATIONS["assess_detections"](job, Report())
    run, result = run_of_result(job["matches"])
    assert (run["operation"], result, len(run["inputs"])) == ("assess_detections", "matches", 1)
    again = OPERATIONS["repeat"]({"path": job["matches"], "output": str(tmp_path / "again")}, Report())
    assert again["identical"] and [c["result"] for c in again["compared"]] == ["matches"]


def test_a_sidecar_is_of_its_file_alone(tmp_path):
    file = tmp_path / "a.geojson"
    file.write_text("{}")
    write_sidecar(file, {"RSDL_RUN": "x"})
    assert read_sidecar(file) == {"RSDL_RUN": "x"}
    file.write_text("{ }")
    assert read_sidecar(file) == {}
    Path(f"{file}.run.json").write_text("[")
    assert read_sidecar(file) == {} and read_sidecar(tmp_path / "none.shp") == {}


def test_old_sidecars_go_with_the_file_that_is_replaced(predict, tmp_path):
    areas = tmp_path / "areas.geojson"
    predict(polygons=str(areas))
    first = read_sidecar(areas)[RUN]
    predict(polygons=str(areas), tile_size=32)
    assert read_sidecar(areas)[RUN] != first and len(list(tmp_path.glob("*.run.json"))) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{home}/data/a.tif", "~/data/a.tif"),
        ("GPKG:{home}/a.gpkg:t", "GPKG:~/a.gpkg:t"),
        ("/vsizip/{home}/a.zip/b.tif", "/vsizip/~/a.zip/b.tif"),
        ("{home}other/a.tif", "{home}other/a.tif"),
        ("/data{home}/a.tif", "/data{home}/a.tif"),
        ("https://me:secret@host/a.tif", "https://host/a.tif"),
        ("/vsicurl/https://host/a.tif?sv=1&sig=ab%2Fc&x=2", "/vsicurl/https://host/a.tif?sv=1&sig=***&x=2"),
        ("PG:host=h user=u password='p w' dbname=d", "PG:host=h user=u password=*** dbname=d"),
        ("/data/design=3.tif", "/data/design=3.tif"),
    ],
)
def test_neither_home_nor_secrets_are_told(source, said, monkeypatch, tmp_path):
    home = str(tmp_path / "home" / "someone")
    monkeypatch.setenv("HOME", home)
    assert portable(source.format(home=home)) == said.format(home=home)
    if "***" not in said and "@" not in source:
        assert here(portable(source.format(home=home))) == source.format(home=home)


def test_paths_in_the_home_folder_are_found_by_another_user(model, make_raster, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "user"))
    image = make_raster(np.zeros((2, 40, 50), "uint8"))
    job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu"}
    OPERATIONS["predict"]({**job, "output": str(tmp_path / "map.tif")}, Report())
    text = metadata_of(str(tmp_path / "map.tif"))[RUN]
    assert str(tmp_path) not in text.replace(str(model), "") and '"~/image.tif"' in text
    (tmp_path / "other").mkdir()
    for name in ("image.tif", "map.tif"):
        (tmp_path / name).rename(tmp_path / "other" / name)
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    again = {"path": str(tmp_path / "other" / "map.tif"), "output": str(tmp_path / "again")}
    assert OPERATIONS["repeat"](again, Report())["identical"]


def test_relative_paths_are_made_whole(image, monkeypatch):
    monkeypatch.chdir(image.parent)
    asked = {"model": "m.onnx", "output": "o.tif", "inputs": {"image": [{"path": "image.tif"}]}, "device": "cpu"}
    run = run_of("predict", asked)
    assert run["arguments"]["inputs"]["image"][0]["path"] == str(image) == run["inputs"][0]["path"]
    assert run["arguments"]["output"] == str(image.parent / "o.tif")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"operation": 1, "arguments": []}'])
def test_what_is_no_run_is_said(text):
    with pytest.raises(InputError, match=r"how it was made"):
        run_in({RUN: text}, "a.tif")


def test_runs_of_other_versions_are_refused(predict, tmp_path):
    predict()
    with rasterio.open(tmp_path / "map.tif", "r+") as file:
        run = json.loads(file.tags()[RUN])
        file.update_tags(**{RUN: json.dumps({**run, "format": 99})})
    with pytest.raises(InputError, match="another version"):
        run_of_result(str(tmp_path / "map.tif"))
