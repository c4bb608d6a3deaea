"""The rasters and labels of a training: which bands, dates, names and colours the engine is told."""

from __future__ import annotations

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRendererCategory,
)
from qgis.PyQt.QtGui import QColor

from rsdl_qgis.toolbox.train import data

from ..training_data import RAMP, image_of, layer_of, two_dates_of, with_weights


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


@pytest.fixture
def two_dates(tmp_path, write_raster):
    return two_dates_of(tmp_path, write_raster)


def test_pairs(run, asked, two_dates):
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "CONSISTENCY": 1.5}
    run("trainchangedetector", {"BEFORE": two_dates, "AFTER": two_dates[::-1], **parameters})
    job = asked()
    assert job["consistency"] == 1.5
    assert job["input_dates"] == {"image": ["before", "after"]} and job["input_bands"] == {"image": ["B4", "B8"]}
    paths = [[spec["path"] for spec in source["inputs"]["image"]] for source in job["sources"]]
    assert paths == [two_dates, two_dates[::-1]]
    assert [spec["date"] for spec in job["sources"][0]["inputs"]["image"]] == ["before", "after"]


def test_a_series_of_dates(run, asked, two_dates):
    run("traintimeseriesclassifier", {"LAYERS": two_dates, "LABELS": [layer_of("Point")], "CLASS_FIELD": "kind"})
    job = asked()
    assert job["task"] == "time-series" and job["batch_size"] == 64
    (source,) = job["sources"]
    assert [spec["path"] for spec in source["inputs"]["image"]] == two_dates
    assert job["input_dates"] == {"image": ["2020-01-05", "2020-02-10"]}
    assert "chip_size" not in job


def test_a_series_of_variables(run, asked, tmp_path, write_raster):
    days = ("2016-09-13", "2016-09-29", "2016-10-15")
    files = [write_raster(tmp_path / f"{name}.tif", [RAMP] * 3, descriptions=days) for name in ("NDVI", "label")]
    run(
        "traintimeseriesclassifier",
        {"LAYERS": files, "LAYOUT": "variables", "BANDS": "1,3", "LABELS": [layer_of()], "CLASS_FIELD": "kind"},
    )
    job = asked()
    (source,) = job["sources"]
    # an input is not called as a column of a chip folder's table
    bands = {name: [(spec["path"], spec["bands"]) for spec in specs] for name, specs in source["inputs"].items()}
    assert bands == {"NDVI": [(files[0], [1]), (files[0], [3])], "label_": [(files[1], [1]), (files[1], [3])]}
    assert job["input_bands"] == {"NDVI": ["NDVI"], "label_": ["label"]}
    assert job["input_dates"]["NDVI"] == ["2016-09-13", "2016-10-15"]


def test_numbers_from_a_raster_and_from_points(run, asked, image, tmp_path, write_raster):
    heights = write_raster(tmp_path / "heights.tif", [RAMP / 7])
    points = layer_of("Point", (1.5, 2.25), "field=height:double")
    run("trainregression", {"RASTERS": [image], "LABELS": [heights, points], "CLASS_FIELD": "height"})
    raster, vector = asked()["labels"]
    assert (raster["path"], raster["bands"]) == (heights, [1]) and vector["field"] == "height"


def test_two_rasters_with_bands_in_another_order(run, asked, image, tmp_path, write_raster):
    other = write_raster(tmp_path / "other.tif", [RAMP] * 4, descriptions=("swir", "blue", "red", "nir"))
    run("trainsegmentation", {"RASTERS": [image, other], "LABELS": [layer_of()], "CLASS_FIELD": "kind"})
    bands = [source["inputs"]["image"][0]["bands"] for source in asked()["sources"]]
    assert bands == [[1, 2, 3], [3, 4, 1]]


def test_a_base_model_gives_its_input_and_bands(run, asked, known_models, image):
    with_weights(known_models, "bright")
    run(
        "trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "bright"}
    )
    job = asked()
    assert job["base_model"] == str(known_models / "bright")
    assert job["sources"][0]["inputs"]["image"][0]["bands"] == [1, 2] and job["input_bands"] == {
        "image": ["red", "nir"]
    }


def test_a_base_model_of_other_bands_leaves_the_rasters_theirs(run, asked, known_models, image, two_dates):
    """Three bands, but not those: taking red for B11 would be wrong."""
    with_weights(known_models, "flood-s2")
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2"}
    run("trainsegmentation", {"RASTERS": [image], **parameters})
    assert asked()["input_bands"] == {"image": ["red", "nir", "swir"]}


def test_a_base_model_takes_bands_without_descriptions_in_order_and_says_so(
    run, asked, known_models, tmp_path, write_raster, feedback
):
    with_weights(known_models, "flood-s2")
    plain = write_raster(tmp_path / "plain.tif", [RAMP] * 3)
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2"}
    run("trainchangedetector", {"BEFORE": [plain], "AFTER": [plain], **parameters}, feedback)
    job = asked()
    assert job["input_bands"] == {"s2": ["B11", "B8", "B3"]} and job["input_dates"] == {"s2": ["before", "after"]}
    (told,) = [text for kind, text in feedback.said if kind == "warning"]
    assert "'plain' have no names" in told and "B11, B8, B3" in told and "'flood-s2'" in told and "BANDS" in told


@pytest.mark.parametrize(("descriptions", "numbers"), [(("B11", "B8", "B3"), ""), ((), "3,2,1")])
def test_a_base_model_whose_bands_are_known_gives_no_warning(
    run, asked, known_models, tmp_path, write_raster, feedback, descriptions, numbers
):
    with_weights(known_models, "flood-s2")
    image = write_raster(tmp_path / "image.tif", [RAMP] * 3, descriptions=descriptions)
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2", "BANDS": numbers}
    run("trainsegmentation", {"RASTERS": [image], **parameters}, feedback)
    assert asked()["input_bands"] == {"s2": ["B11", "B8", "B3"]}
    assert not [text for kind, text in feedback.said if kind == "warning"]


def test_names_and_colours_of_the_symbology(run, asked, image, tmp_path, write_raster):
    drawn = layer_of()
    categories = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": colour}), name)
        for value, colour, name in ((1, "#112233", "forest"), (2, "#445566", ""))
    ]
    drawn.setRenderer(QgsCategorizedSymbolRenderer("kind", categories))
    classes = write_raster(tmp_path / "classes.tif", [(RAMP > 100) + 1], kind=gdal.GDT_Byte)
    painted = QgsRasterLayer(classes, "classes")
    entries = [QgsPalettedRasterRenderer.Class(2, QColor("#abcdef"), "water")]
    painted.setRenderer(QgsPalettedRasterRenderer(painted.dataProvider(), 1, entries))
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn, painted], "CLASS_FIELD": "kind"})
    job = asked()
    vector, raster = job["labels"]
    assert vector["names"] == {"1": "forest"} and vector["colors"] == {"1": "#112233", "2": "#445566"}
    assert raster["names"] == {"2": "water"} and raster["colors"] == {"2": "#abcdef"}
    assert job["colors"]["forest"] == "#112233" and job["colors"]["water"] == "#abcdef"


def test_the_colour_of_labels_without_a_field(run, asked, image):
    drawn = layer_of(values=(1,), fields="")
    drawn.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "#aa0000"}))
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn], "UNLABELLED": "background"})
    assert asked()["labels"][0]["colors"] == {"1": "#aa0000"} and asked()["labels"][0]["field"] is None


def test_what_is_copied_has_a_key_that_follows_what_it_holds(run, asked, image, monkeypatch):
    """So that a training can go on although the copy is another file each time."""

    def job(layer, raster):
        run("trainsegmentation", {"RASTERS": [raster], "LABELS": [layer], "CLASS_FIELD": "kind"})
        spec, label = asked()["sources"][0]["inputs"]["image"][0], asked()["labels"][0]
        return (label["path"], spec["path"]), (label["key"], spec["key"])

    def raster(nodata):
        layer = QgsRasterLayer(image, "image")
        layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(nodata, nodata + 5)])
        return layer

    first = job(layer_of(), raster(0))
    again = job(layer_of(), raster(0))
    assert first[1] == again[1] and first[0] != again[0]
    other = job(layer_of(values=(1, 3)), raster(9))
    assert other[1][0] != first[1][0] and other[1][1] != first[1][1]
    assert "key" not in asked()["sources"][0]["inputs"] and "key" not in asked()


def test_a_file_has_no_key(run, asked, image):
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind"})
    assert "key" not in asked()["sources"][0]["inputs"]["image"][0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NDVI_20160913.tif", "2016-09-13"),
        ("S2A 2016-09-13 B8", "2016-09-13"),
        ("2016.09.13", "2016-09-13"),
        ("tile 12345678", ""),
        ("20161399", ""),
        ("2016-0913", ""),
        ("", ""),
    ],
)
def test_dates_in_texts(text, found):
    assert data.date_in(text) == found


def test_dates_that_are_not_all_known_or_not_in_order():
    assert data.date_names(["2020-01-01", ""]) == (("date 1", "date 2"), ())
    assert data.date_names(["2020-01-01", "2020-01-01"]) == (("date 1", "date 2"), ())
    names, (warning,) = data.date_names(["2020-02-01", "2020-01-01"])
    assert names == ("2020-02-01", "2020-01-01") and "not in order" in warning
