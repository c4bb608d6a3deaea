"""rsdl:drawassessmentsample, rsdl:estimatearea and rsdl:comparemaps, through the real worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

LEFT, TOP = 500_000, 4_600_000
RNG = np.random.default_rng(3)
TRUTH = RNG.choice([1, 2, 3], (60, 80), p=[0.6, 0.25, 0.15])
OLD = np.where(RNG.random(TRUTH.shape) < 0.7, TRUTH, RNG.integers(1, 4, TRUTH.shape))
NEW = np.where(RNG.random(TRUTH.shape) < 0.9, TRUTH, RNG.integers(1, 4, TRUTH.shape))
NAMES = {1: "land", 2: "water", 3: "town"}


@pytest.fixture
def maps(tmp_path, write_raster):
    """The old map, the new one and the truth."""
    return [
        write_raster(tmp_path / f"{name}.tif", [values], kind=gdal.GDT_Byte, nodata=255)
        for name, values in (("old", OLD), ("new", NEW), ("truth", TRUTH))
    ]


@pytest.fixture
def named(maps):
    """The old map as a layer whose classes have names."""
    layer = QgsRasterLayer(maps[0], "old map")
    entries = [QgsPalettedRasterRenderer.Class(value, QColor("red"), name) for value, name in NAMES.items()]
    layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, entries))
    return layer


def answer(path, leave=0):
    """Fills in what is there, as a person does; ``leave``: the last points stay open."""
    layer = QgsVectorLayer(path, "answers", "ogr")
    column = layer.fields().indexOf("reference")
    changes = {}
    for feature in layer.getFeatures():
        point = feature.geometry().asPoint()
        row, col = int((TOP - point.y()) // 10), int((point.x() - LEFT) // 10)
        if feature["id"] <= layer.featureCount() - leave:
            changes[feature.id()] = {column: int(TRUTH[row, col])}
    assert layer.dataProvider().changeAttributeValues(changes)
    return layer


@pytest.fixture
def sample(run, maps, tmp_path):
    """A sample with answers: its path."""
    path = str(tmp_path / "sample.gpkg")
    run("drawassessmentsample", {"PREDICTED": maps[0], "SIZE": 300, "ALLOCATION": "equal", "OUTPUT": path})
    answer(path)
    return path


def test_a_sample_has_a_form_that_lists_the_classes(run, named, tmp_path, feedback):
    path = str(tmp_path / "sample.gpkg")
    results, _ = run("drawassessmentsample", {"PREDICTED": named, "SIZE": 120, "OUTPUT": path}, feedback)
    assert results["OUTPUT"] == path and results["POINTS"] == 120 and results["STRATA"] == 3
    assert results["AREA"] == pytest.approx(480_000, rel=2e-3)
    assert "Fill in the field 'reference'" in feedback.text() and "seed 0" in feedback.text()
    layer = QgsVectorLayer(path, "sample", "ogr")  # with the style of the file
    fields = layer.fields()
    setup = layer.editorWidgetSetup(fields.indexOf("reference"))
    assert setup.type() == "ValueMap"
    listed = setup.config()["map"]
    assert [dict(item) for item in listed] == [{"1 land": "1"}, {"2 water": "2"}, {"3 town": "3"}]
    assert layer.editorWidgetSetup(fields.indexOf("map_class")).type() == "Hidden"
    assert layer.editorWidgetSetup(fields.indexOf("strat_name")).type() == "Hidden"
    assert [child.filterExpression() for child in layer.renderer().rootRule().children()] == [
        '"reference" IS NULL',
        '"reference" IS NOT NULL',
    ]
    assert {feature["map_name"] for feature in layer.getFeatures()} == set(NAMES.values())


def test_a_shapefile_keeps_the_form_beside_it(run, named, tmp_path):
    path = str(tmp_path / "sample.shp")
    run("drawassessmentsample", {"PREDICTED": named, "SIZE": 60, "OUTPUT": path})
    layer = QgsVectorLayer(path, "sample", "ogr")
    assert layer.editorWidgetSetup(layer.fields().indexOf("reference")).type() == "ValueMap"
    assert "total_m2" in layer.fields().names()


def test_all_parameters_reach_the_job(run, maps, tmp_path, write_raster):
    strata = write_raster(tmp_path / "s.tif", [np.zeros(TRUTH.shape), np.indices(TRUTH.shape)[1] // 40 + 5])
    path = str(tmp_path / "sample.gpkg")
    parameters = {
        "PREDICTED": maps[0],
        "STRATA": strata,
        "STRATA_BAND": 2,
        "STANDARD_ERROR": 0.05,
        "EXPECTED": "5: 0.9, 6: 0.5",
        "ALLOCATION": "neyman",
        "MINIMUM": 5,
        "SEED": 9,
        "NODATA": 3,
        "EXTENT": f"{LEFT},{LEFT + 600},{TOP - 400},{TOP} [EPSG:32634]",
        "OUTPUT": path,
    }
    results, _ = run("drawassessmentsample", parameters)
    layer = QgsVectorLayer(path, "sample", "ogr")
    found = [(f["stratum"], f["map_class"], f["seed"]) for f in layer.getFeatures()]
    assert {item[0] for item in found} == {5, 6} and {item[1] for item in found} == {1, 2}
    assert {item[2] for item in found} == {9}
    shares = np.array([(OLD[:40, :40] != 3).sum(), (OLD[:40, 40:60] != 3).sum()]) * [0.3, 0.5]
    assert sum(item[0] == 6 for item in found) == pytest.approx(len(found) * shares[1] / shares.sum(), abs=1)
    assert max(f.geometry().asPoint().x() for f in layer.getFeatures()) < LEFT + 600
    assert results["POINTS"] == len(found) < 120


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"EXPECTED": "much"}, "EXPECTED is 'much'"),
        ({"DESIGN": "simple", "STRATA": "MAP"}, "STRATA is for stratified samples"),
        ({"SIZE": 10, "MINIMUM": 20}, "more than SIZE"),
        ({"PREDICTED_BAND": 3}, "PREDICTED_BAND is 3"),
    ],
)
def test_what_cannot_be_is_said_before_it_runs(provider, maps, more, words):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:drawassessmentsample")
    more = {name: maps[0] if value == "MAP" else value for name, value in more.items()}
    sound, text = algorithm.checkParameterValues(
        {"PREDICTED": maps[0], "OUTPUT": "TEMPORARY_OUTPUT", **more}, QgsProcessingContext()
    )
    assert not sound and words in text


def test_answers_are_not_overwritten(provider, maps, sample):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:drawassessmentsample")
    sound, text = algorithm.checkParameterValues({"PREDICTED": maps[0], "OUTPUT": sample}, QgsProcessingContext())
    assert not sound and "holds 300 answers" in text


def test_a_sample_without_answers_is_overwritten(run, maps, tmp_path):
    parameters = {"PREDICTED": maps[0], "SIZE": 30, "OUTPUT": str(tmp_path / "s.gpkg")}
    for seed in (1, 2):
        results, _ = run("drawassessmentsample", {**parameters, "SEED": seed})
        assert {f["seed"] for f in QgsVectorLayer(results["OUTPUT"], "s", "ogr").getFeatures()} == {seed}


def test_areas_from_answers(run, sample, tmp_path, feedback):
    files = {"REPORT": str(tmp_path / "r.html"), "TABLE": str(tmp_path / "t.csv")}
    results, _ = run("estimatearea", {"SAMPLE": sample, **files}, feedback)
    truth = (OLD == TRUTH).mean()
    assert results["OVERALL_ACCURACY_LOW"] < truth < results["OVERALL_ACCURACY_HIGH"]
    assert results["POINTS"] == 300 and results["UNANSWERED"] == 0
    assert "Olofsson" in feedback.text() and "300 points with an answer" in feedback.text()
    assert "Area of each class" in Path(files["REPORT"]).read_text(encoding="utf-8")
    assert Path(files["TABLE"]).read_text(encoding="utf-8").count("\n") == 4


def test_a_map_of_its_own(run, sample, maps):
    results, _ = run("estimatearea", {"SAMPLE": sample, "PREDICTED": maps[1]})
    assert results["OVERALL_ACCURACY_LOW"] < (NEW == TRUTH).mean() < results["OVERALL_ACCURACY_HIGH"]


def test_points_left_open(run, maps, tmp_path, feedback):
    path = str(tmp_path / "sample.gpkg")
    run("drawassessmentsample", {"PREDICTED": maps[0], "SIZE": 300, "ALLOCATION": "equal", "OUTPUT": path})
    results, _ = run("estimatearea", {"SAMPLE": answer(path, leave=40)}, feedback)
    assert results["POINTS"] == 260 and results["UNANSWERED"] == 40
    assert "40 points have no answer" in feedback.text()


def test_a_project_layer_with_edits_that_are_not_saved_and_other_names(run, sample):
    source = QgsVectorLayer(sample, "sample", "ogr")
    layer = QgsVectorLayer("Point?crs=EPSG:32634", "copy", "memory")
    fields = [field for field in source.fields() if field.name() != "fid"]
    renamed = {"stratum": "zone", "stratum_m2": "zone_area", "reference": "seen"}
    for field in fields:
        field.setName(renamed.get(field.name(), field.name()))
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    for feature in source.getFeatures():
        copy = QgsFeature(layer.fields())
        copy.setGeometry(feature.geometry())
        copy.setAttributes(feature.attributes()[1:])
        layer.dataProvider().addFeature(copy)
    chosen = {"REFERENCE_FIELD": "seen", "STRATUM_FIELD": "zone", "AREA_FIELD": "zone_area"}
    results, _ = run("estimatearea", {"SAMPLE": layer, **chosen})
    assert results["POINTS"] == 300
    plain, _ = run("estimatearea", {"SAMPLE": sample})
    assert results["OVERALL_ACCURACY"] == pytest.approx(plain["OVERALL_ACCURACY"])


def hand_picked():
    layer = QgsVectorLayer("Point?crs=EPSG:32634&field=reference:integer", "picked", "memory")
    for row in range(0, 60, 3):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(LEFT + 10 * row + 5, TOP - 10 * row - 5)))
        feature.setAttributes([int(TRUTH[row, row])])
        layer.dataProvider().addFeature(feature)
    return layer


def test_hand_picked_points_give_no_area_and_are_told_why(run, maps, tmp_path):
    with pytest.raises(QgsProcessingException, match="no probability sample"):
        run("estimatearea", {"SAMPLE": hand_picked()})
    report = str(tmp_path / "r.html")
    parameters = {"PREDICTED": [maps[0]], "REFERENCE": [hand_picked()], "REFERENCE_FIELD": "reference"}
    run("assessmap", {**parameters, "REPORT": report})
    assert "no probability sample" in Path(report).read_text(encoding="utf-8")


def test_an_assessment_knows_a_sample(run, maps, sample, tmp_path):
    report = str(tmp_path / "r.html")
    run("assessmap", {"PREDICTED": [maps[0]], "REFERENCE": [sample], "REPORT": report})
    page = Path(report).read_text(encoding="utf-8")
    alone, _ = run("estimatearea", {"SAMPLE": sample})
    assert "Estimates for the area" in page and f"{100 * alone['OVERALL_ACCURACY']:.2f}" in page


def test_maps_compared(run, maps, tmp_path, feedback):
    files = {"REPORT": str(tmp_path / "r.html"), "TABLE": str(tmp_path / "t.csv")}
    results, _ = run("comparemaps", {"PREDICTED": maps[:2], "REFERENCE": maps[2], **files}, feedback)
    gain = (NEW == TRUTH).mean() - (OLD == TRUTH).mean()
    assert results["DIFFERENCE"] == pytest.approx(gain, abs=1e-12)
    assert 0 < results["DIFFERENCE_LOW"] < gain < results["DIFFERENCE_HIGH"]
    assert results["P_VALUE"] is None and results["COMPARED"] == 4800 and results["MAPS"] == 2
    assert "new is better than old" in feedback.text()
    assert "new is better than old" in Path(files["REPORT"]).read_text(encoding="utf-8")
    assert Path(files["TABLE"]).read_text(encoding="utf-8").count("\n") == 3


def test_maps_compared_on_points_and_on_a_sample(run, maps, sample, feedback):
    parameters = {"PREDICTED": maps[:2], "REFERENCE": hand_picked(), "REFERENCE_FIELD": "reference"}
    few, _ = run("comparemaps", parameters)
    assert few["COMPARED"] == 20 and 0 <= few["P_VALUE"] <= 1
    results, _ = run("comparemaps", {"PREDICTED": maps[:2], "REFERENCE": sample}, feedback)
    assert results["P_VALUE"] < 0.01 and results["DIFFERENCE_LOW"] > 0
    assert "Stehman" in feedback.text()


def test_one_map_is_not_compared(provider, maps):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:comparemaps")
    parameters = {"PREDICTED": maps[:1], "REFERENCE": maps[2], "REPORT": "TEMPORARY_OUTPUT"}
    sound, text = algorithm.checkParameterValues(parameters, QgsProcessingContext())
    assert not sound and "PREDICTED has one map" in text


def test_polygons_among_the_maps(run, maps, project):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326&field=value:integer", "zones", "memory")
    move = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:32634"), layer.crs(), QgsProject.instance().transformContext()
    )
    geometry = QgsGeometry.fromRect(QgsRectangle(LEFT, TOP - 600, LEFT + 800, TOP))
    geometry.transform(move)
    feature = QgsFeature(layer.fields())
    feature.setGeometry(geometry)
    feature.setAttributes([1])
    layer.dataProvider().addFeature(feature)
    results, _ = run("comparemaps", {"PREDICTED": [maps[0], layer], "REFERENCE": maps[2]})
    assert results["DIFFERENCE"] == pytest.approx((TRUTH == 1).mean() - (OLD == TRUTH).mean(), abs=0.01)
