"""Results made again from the run that they carry: the same to the bit, or what differs."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.repeating.results import metadata_of
from rsdl_qgis.engine.runs import RESULT, RUN


class Log(Report):
    def __init__(self):
        self.lines = []

    def log(self, level, message):
        self.lines.append(f"{level}: {message}")


@pytest.fixture
def image(make_raster, rng):
    return make_raster(rng.integers(0, 255, (2, 90, 120)).astype("uint8"))


@pytest.fixture
def made(model, image, tmp_path):
    """A class map with all its other results."""
    (tmp_path / "out").mkdir()
    files = {
        "output": "map.tif",
        "probabilities": "likely.tif",
        "uncertainty": "unsure.tif",
        "polygons": "areas.gpkg",
    }
    job = {name: str(tmp_path / "out" / file) for name, file in files.items()}
    inputs = {"image": [{"path": str(image)}]}
    OPERATIONS["predict"]({"model": str(model), "inputs": inputs, "device": "cpu", **job}, Report())
    return job


def again(path, tmp_path, report=None, **more):
    return OPERATIONS["repeat"]({"path": path, "output": str(tmp_path / "again"), **more}, report or Report())


def test_all_results_of_a_run_are_made_again_to_the_bit(made, tmp_path):
    log = Log()
    result = again(made["output"], tmp_path, log)
    assert result["identical"] and result["made"] == str(tmp_path / "again" / "map.tif") and not result["differences"]
    assert [(c["result"], c["identical"], c["differing"]) for c in result["compared"]] == [
        (name, True, 0) for name in ("output", "probabilities", "uncertainty", "polygons")
    ]
    assert "info: map.tif: identical to the bit (10,800 pixels)." in log.lines
    assert metadata_of(str(tmp_path / "again" / "areas.gpkg"))[RESULT] == "polygons"


@pytest.mark.parametrize("name", ["probabilities", "uncertainty", "polygons"])
def test_it_begins_from_any_result_also_elsewhere_and_alone(made, tmp_path, name):
    moved = tmp_path / "elsewhere" / f"renamed{os.path.splitext(made[name])[1]}"
    moved.parent.mkdir()
    shutil.move(made[name], moved)
    shutil.rmtree(tmp_path / "out")
    result = again(str(moved), tmp_path)
    assert [(c["result"], c["original"]) for c in result["compared"]] == [(name, str(moved))] and result["identical"]


def test_what_differs_is_counted(made, tmp_path):
    with rasterio.open(made["probabilities"], "r+") as file:
        values = file.read()
        values[:, 3, :6] = 0.25
        values[0, 0, 0] = -1
        file.write(values)
    log = Log()
    result = again(made["output"], tmp_path, log)
    found = {c["result"]: c for c in result["compared"]}
    assert not result["identical"] and found["output"]["identical"] and not found["probabilities"]["identical"]
    assert found["probabilities"]["differing"] == pytest.approx(7 / 10_800)
    assert 0.7 < found["probabilities"]["largest"] <= 0.75  # sure to 0.9999
    assert any(
        line.startswith("warning: likely.tif: 7 of 10,800 pixels differ (0.0648 %), by 0.7") for line in log.lines
    )


def test_results_of_other_runs_are_not_compared(made, model, image, tmp_path):
    inputs = {"image": [{"path": str(image)}]}
    OPERATIONS["predict"](
        {"model": str(model), "inputs": inputs, "device": "cpu", "output": made["probabilities"]}, Report()
    )
    assert [c["result"] for c in again(made["output"], tmp_path)["compared"]] == ["output", "uncertainty", "polygons"]


def test_what_is_missing_is_said_and_found_elsewhere(made, image, model, tmp_path):
    (tmp_path / "moved").mkdir()
    image.rename(tmp_path / "moved" / "image.tif")
    with pytest.raises(InputError, match=r"image\.tif is not there") as caught:
        again(made["output"], tmp_path)
    assert "PLACES" in caught.value.hint and not (tmp_path / "again" / "map.tif").exists()
    places = [{"old": str(tmp_path), "new": str(tmp_path / "moved")}]
    with pytest.raises(InputError, match=r"model 'bright' is not here|is not there"):
        again(made["output"], tmp_path, places=[{"old": str(tmp_path), "new": "/nowhere"}])
    assert again(made["output"], tmp_path, places=places)["identical"]


def test_a_model_that_is_gone_is_taken_from_those_installed(made, model, image, tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "user"))
    mine = tmp_path / "user" / "models" / "mine"
    mine.mkdir(parents=True)
    other = tmp_path / "bright.onnx"
    shutil.copy(model, other)
    OPERATIONS["predict"](
        {"model": str(other), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", "output": made["output"]},
        Report(),
    )
    other.unlink()
    with pytest.raises(InputError, match="model 'bright' is not here"):
        again(made["output"], tmp_path)
    shutil.copy(model, mine.parent / "bright.onnx")
    log = Log()
    assert again(made["output"], tmp_path, log)["identical"]
    assert any("the same one is" in line for line in log.lines)


def test_what_has_changed_is_refused_or_run_nevertheless(made, image, tmp_path):
    with rasterio.open(image, "r+") as file:
        values = file.read()
        values[0, :9] = 0
        file.write(values)
    with pytest.raises(InputError, match=r"image\.tif is not what it was") as caught:
        again(made["output"], tmp_path)
    assert "CHANGED=run" in caught.value.hint
    result = again(made["output"], tmp_path, changed="run")
    found = {c["result"]: c for c in result["compared"]}
    assert result["changed"] and not result["identical"] and 0 < found["output"]["differing"] <= 0.1
    assert "features, and" in found["polygons"]["text"] or "features differ" in found["polygons"]["text"]


def test_another_model_of_the_name_has_changed(made, model, with_card, image, tmp_path):
    from torch import nn

    from rsdl_qgis.engine.runtime.onnx_export import export_onnx

    class Other(nn.Module):
        def forward(self, image):
            band = image[:, 0, 1:2].sign() * 4
            return band * band.new_tensor([-1.0, 1.0]).reshape(1, 2, 1, 1)

    other = tmp_path / "bright.onnx"
    export_onnx(Other(), with_card(), other)
    places = [{"old": str(model.parent), "new": str(tmp_path)}]
    with pytest.raises(InputError, match="Model 'bright' has other weights"):
        again(made["output"], tmp_path, places=places)
    assert not again(made["output"], tmp_path, places=places, changed="run")["identical"]


def test_versions_and_computers_that_differ_are_told(made, tmp_path, monkeypatch):
    from rsdl_qgis.engine.repeating import job

    monkeypatch.setattr(job, "libraries", lambda: {"numpy": "0.1"})
    monkeypatch.setattr(job, "computer", lambda: {"processor": "Abacus", "cores": 1})
    told = again(made["output"], tmp_path)["differences"]
    assert any(text.startswith("Another numpy: 0.1 now") for text in told)
    assert any(text.startswith("Another processor: Abacus now") for text in told)


def test_it_is_cut_as_it_was_on_a_computer_of_another_kind(made, tmp_path, monkeypatch):
    from rsdl_qgis.engine.prediction import tiling

    plan = json.loads(metadata_of(made["output"])[RUN])["cut"]
    monkeypatch.setattr(tiling, "NETWORK_MEMORY", 300_000)
    again(made["output"], tmp_path)
    assert json.loads(metadata_of(str(tmp_path / "again" / "map.tif"))[RUN])["cut"] == plan


def test_a_file_without_a_run_or_a_damaged_one_is_said(made, image, tmp_path):
    with pytest.raises(InputError, match="does not say how it was made"):
        again(str(image), tmp_path)
    for text, words in (("{", "damaged"), ('{"format": 1}', "damaged")):
        with rasterio.open(made["output"], "r+") as file:
            file.update_tags(**{RUN: text})
        with pytest.raises(InputError, match=words):
            again(made["output"], tmp_path)


def test_the_results_themselves_are_not_overwritten(made, tmp_path):
    with pytest.raises(OutputError, match="which would be replaced, and is read"):
        again(made["output"], tmp_path, output=str(tmp_path / "out"))


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_polygons_of_any_format_are_made_again(model, image, tmp_path, ending):
    job = {"output": str(tmp_path / "m.tif"), "polygons": str(tmp_path / f"p.{ending}")}
    OPERATIONS["predict"](
        {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", **job}, Report()
    )
    assert (tmp_path / f"p.{ending}.run.json").exists() == (ending in ("geojson", "shp"))
    result = again(job["polygons"], tmp_path)
    assert result["identical"] and result["compared"][1]["result"] == "polygons"


def test_a_run_that_read_a_copy_says_so(model, image, tmp_path, monkeypatch):
    (tmp_path / "copies").mkdir()
    copy = tmp_path / "copies" / "layer_0.tif"
    shutil.copy(image, copy)
    monkeypatch.setenv("RSDL_TEMPORARY", str(tmp_path / "copies"))
    job = {"model": str(model), "device": "cpu", "output": str(tmp_path / "m.tif")}
    OPERATIONS["predict"]({**job, "inputs": {"image": [{"path": str(copy)}]}}, Report())
    copy.unlink()
    with pytest.raises(InputError, match="which QGIS had made of a layer for it alone"):
        again(job["output"], tmp_path)
    places = [{"old": str(copy), "new": str(image)}]
    assert again(job["output"], tmp_path, places=places)["identical"]
    assert np.array_equal(*(rasterio.open(p).read() for p in (job["output"], tmp_path / "again" / "m.tif")))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"operation": "train"}, "cannot be repeated"),
        ({"operation": "repeat"}, "cannot be repeated"),
        ({"operation": "format_disk"}, "cannot be repeated"),
        ({"cut": {"tile": [32, 32], "overlap": 40, "batch": 1, "streams": 1}}, "no less than a tile"),
        ({"cut": {"tile": "large"}}, "CUT"),
        ({"engine": "abacus"}, "ENGINE"),
    ],
)
def test_a_run_is_not_trusted(made, tmp_path, changes, words):
    run = json.loads(metadata_of(made["output"])[RUN])
    with rasterio.open(made["output"], "r+") as file:
        file.update_tags(**{RUN: json.dumps({**run, **changes})})
    with pytest.raises(InputError, match=words):
        again(made["output"], tmp_path)


def test_it_writes_into_the_folder_alone_and_asks_no_scheduler(made, tmp_path):
    run = json.loads(metadata_of(made["output"])[RUN])
    run["arguments"] |= {
        "scheduler": "tcp://127.0.0.1:1",
        "polygons": "/etc/areas.gpkg",
        "probabilities": "/x/../p.tif",
    }
    with rasterio.open(made["output"], "r+") as file:
        file.update_tags(**{RUN: json.dumps(run)})
    assert again(made["output"], tmp_path)["identical"]
    assert {path.name for path in (tmp_path / "again").iterdir()} >= {"map.tif", "areas.gpkg", "p.tif"}


def test_results_of_one_name_do_not_meet(model, image, tmp_path):
    (tmp_path / "other").mkdir()
    job = {"output": str(tmp_path / "m.tif"), "uncertainty": str(tmp_path / "other" / "m.tif")}
    OPERATIONS["predict"](
        {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "device": "cpu", **job}, Report()
    )
    result = again(job["output"], tmp_path)
    assert result["identical"] and len(result["compared"]) == 2
    assert {path.name for path in (tmp_path / "again").glob("*.tif")} == {"output-m.tif", "uncertainty-m.tif"}
