"""What an assessment of maps writes, and what it refuses without leaving anything."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from rasterio.transform import from_origin

from rsdl_qgis.engine.assessment.maps import run_assess
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError, RsdlError
from rsdl_qgis.engine.feedback import Report

from ..assessment.test_map_classes import named
from ..assessment.test_maps import Listening, centre, compare, raster, square, vector, write_features


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def report_files(make_raster, tmp_path, rng):
    reference = rng.integers(0, 3, (1, 40, 50)).astype("uint8")
    predicted = np.where(rng.random(reference.shape) < 0.8, reference, 1).astype("uint8")
    path = named(make_raster(predicted, "<map>.tif"), {0: "bare & <b>soil</b>", 1: "forest"})
    out = {name: str(tmp_path / file) for name, file in
           (("report", "r.html"), ("table", "t.csv"), ("image_table", "i.csv"))}  # fmt: skip
    result = compare([path, path], make_raster(reference, "truth.tif"), **out)
    return result, out


def test_the_report_is_one_page_that_says_everything(report_files):
    result, out = report_files
    assert {name: result[name] for name in out} == out
    with open(out["report"], encoding="utf-8") as file:
        page = file.read()
    assert "<b>soil" not in page and "bare &amp; &lt;b&gt;soil" in page and "&lt;map&gt;.tif" in page
    assert "http" not in page and "<script" not in page and "src=" not in page
    for text in ("Confusion matrix", "Producer's accuracy", "mean over maps", "RSDL 0.1.0", "2 maps"):
        assert text in page.replace("&#x27;", "'"), text
    accuracy = result["figures"]["overall_accuracy"]
    assert f"{100 * accuracy:.2f}" in page


def test_the_tables_hold_the_figures_in_full(report_files):
    result, out = report_files
    with open(out["table"], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == ["bare & <b>soil</b>", "forest", "2"]
    for row, found in zip(rows, result["classes"]):
        assert float(row["iou"]) == found["iou"]
        assert int(row["mapped as 1 forest"]) == result["confusion"][found["value"]][1]
    with open(out["image_table"], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 and float(rows[0]["kappa"]) == result["per_image"][0]["kappa"]


BAD = {
    "no map": (InputError, "no map"),
    "no file": (InputError, "There is no file"),
    "no vector file": (InputError, "There is no file"),
    "no raster": (InputError, "cannot be opened"),
    "no overlap": (InputError, "does not overlap"),
    "polygons elsewhere": (InputError, "does not overlap"),
    "points elsewhere": (InputError, "no labels inside the map"),
    "no CRS": (InputError, "no coordinate system"),
    "vector without CRS": (InputError, "no coordinate system"),
    "no class in common": (InputError, "no class in common.*'1', and '5'"),
    "all nodata": (InputError, "no labels inside"),
    "map all nodata": (InputError, "map has no class"),
    "no such field": (InputError, "no field 'kind'.*Its fields: c"),
    "no such band": (InputError, "no band 2"),
    "continuous": (InputError, r"values such as 0\.\d+"),
    "too many values": (InputError, "more than 1000 different"),
    "area field": (InputError, "so these are no classes"),
    "empty field": (InputError, "empty in every feature"),
    "lines": (InputError, "no polygons or points"),
    "map of points": (InputError, "PREDICTED is a class raster or polygons"),
    "choice": (InputError, "UNLABELLED cannot be 'all'"),
    "extent": (InputError, "overlap"),
    "output folder": (OutputError, "no folder"),
    "output over input": (OutputError, "one of the files to be read"),
    "output ending": (OutputError, "does not end in .html"),
}


@pytest.mark.parametrize("problem", list(BAD))
def test_what_cannot_be_done_is_said_and_nothing_is_left(make_raster, tmp_path, rng, problem):
    ones = np.ones((1, 40, 40), "uint8")
    good = make_raster(ones, "good.tif")
    (tmp_path / "text.tif").write_text("no raster")
    far = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    features = {
        "polygons elsewhere": [("Polygon", far, {"c": 1})],
        "points elsewhere": [("Point", [0, 0], {"c": 1})],
        "area field": [("Polygon", square(0, 0, 5, 5), {"c": 1.5})],
        "empty field": [("Polygon", square(0, 0, 5, 5), {"c": None})],
        "lines": [("LineString", [[0, 0], [1, 1]], {"c": 1})],
        "map of points": [("Point", centre(1, 1), {"c": 1})],
    }.get(problem, [("Polygon", square(0, 0, 5, 5), {"c": 1})])
    labels = vector(write_features(tmp_path / "v.geojson", features), "c")
    out = tmp_path / "out"
    out.mkdir()
    pair = {
        "no map": ([], good),
        "no file": (good, tmp_path / "nowhere.tif"),
        "no vector file": (good, vector(tmp_path / "nowhere.gpkg", "c")),
        "no raster": (tmp_path / "text.tif", good),
        "no overlap": (good, make_raster(ones, "far.tif", transform=from_origin(0, 0, 10, 10))),
        "no CRS": (good, make_raster(ones, "plain.tif", crs=None)),
        "vector without CRS": (make_raster(ones, "plain.tif", crs=None), labels),
        "no class in common": (good, make_raster(ones * 5, "five.tif")),
        "all nodata": (good, make_raster(ones, "none.tif", nodata=1)),
        "map all nodata": (make_raster(ones, "none.tif", nodata=1), good),
        "no such field": (good, {**labels, "field": "kind"}),
        "no such band": (good, raster(good, bands=[2])),
        "continuous": (make_raster(rng.random((1, 40, 40)).astype("float32"), "float.tif"), good),
        "too many values": (make_raster(np.arange(1600).reshape(1, 40, 40).astype("uint16"), "dem.tif"), good),
        "map of points": (labels, good),
    }.get(problem, (good, good))
    if problem in ("polygons elsewhere", "points elsewhere", "area field", "empty field", "lines"):
        pair = (good, labels)
    arguments = {
        "choice": {"unlabelled": "all"},
        "extent": {"extent": [0, 0, 1, 1]},
        "output folder": {"report": str(out / "no" / "r.html")},
        "output over input": {"report": str(good), "table": str(good)},
        "output ending": {"report": str(out / "r.pdf")},
    }.get(problem, {"report": str(out / "r.html"), "table": str(out / "t.csv")})
    if problem == "output over input":
        labels = vector(write_features(tmp_path / "v.csv", features), "c")
        pair, arguments = (good, labels), {"table": str(tmp_path / "v.csv")}
    kind, words = BAD[problem]
    with pytest.raises(kind, match=words):
        compare(*pair, **arguments)
    assert list(out.iterdir()) == []


def test_cancelling_leaves_nothing(make_raster, tmp_path):
    path = make_raster(np.ones((1, 40, 40), "uint8"))
    for stage in ("Checking", "Comparing", "Writing"):
        with pytest.raises(Cancelled):
            compare(path, path, Listening(stage), report=str(tmp_path / "r.html"))
        assert not [file for file in tmp_path.iterdir() if "r.html" in file.name]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(make_raster, tmp_path, monkeypatch):
    from pathlib import Path

    path = make_raster(np.ones((1, 10, 10), "uint8"))
    out = tmp_path / "out"
    out.mkdir()

    def full(self, *arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="disk is full"):
        compare(path, path, report=str(out / "r.html"))
    assert list(out.iterdir()) == []


def test_a_job_says_what_is_missing():
    with pytest.raises(RsdlError, match="There is no map"):
        run_assess({}, Report())
