"""Results open in their colours later too: opened afresh, without what QGIS is told when it loads them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessing, QgsRasterLayer, QgsVectorLayer

from rsdl_qgis.toolbox.results import style_files, styles
from rsdl_qgis.toolbox.results.style_files import keep_style

RAMP = np.add.outer(np.arange(30) * 5.0, np.arange(36))  # 0..180
NAMES = ["dark", "bright"]


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [RAMP, RAMP * 0], descriptions=("red", "nir"))


@pytest.fixture
def classify(run, known_models, image, tmp_path):
    """Runs semantic segmentation with these outputs in tmp_path, by name."""

    def classify(feedback=None, **files):
        outputs = {name: str(tmp_path / file) for name, file in files.items()}
        return run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", **outputs}, feedback)[0]

    return classify


def in_raster(path):
    layer = QgsRasterLayer(str(path))
    return [item.label for item in layer.renderer().classes()]


def in_features(path):
    layer = QgsVectorLayer(str(path))
    renderer = layer.renderer()
    return [item.label() for item in renderer.categories()] if renderer.type() == "categorizedSymbol" else []


@pytest.mark.parametrize("polygons", ["o.gpkg", "p.geojson", "p.shp", "p.fgb"])
def test_classes_keep_their_names(classify, polygons):
    made = classify(OUTPUT="o.tif", POLYGONS=polygons)
    assert in_raster(made["OUTPUT"]) == NAMES and in_features(made["POLYGONS"]) == NAMES


def test_the_raster_has_the_file_that_two_results_of_one_name_share_and_the_other_is_told_so(classify, feedback):
    for time in range(2):
        made = classify(feedback, OUTPUT="o.tif", POLYGONS="o.geojson")
        assert in_raster(made["OUTPUT"]) == NAMES and in_features(made["POLYGONS"]) == []
        told = [text for kind, text in feedback.said if kind == "warning" and "another result" in text]
        assert len(told) == time + 1


def test_numbers_keep_their_ramp(run, known_models, tmp_path, write_raster):
    image = write_raster(tmp_path / "i.tif", [RAMP, RAMP * 0], descriptions=("surface", "ground"))
    run("pixelregression", {"INPUT": image, "MODEL": "height", "OUTPUT": str(tmp_path / "o.tif")})
    layer = QgsRasterLayer(str(tmp_path / "o.tif"))
    renderer = layer.renderer()
    assert renderer.type() == "singlebandpseudocolor"
    function = renderer.shader().rasterShaderFunction()
    assert function.sourceColorRamp().color1().name() == "#440154" and function.legendSettings().suffix() == " m"


def test_scenes_keep_classes_and_labels(run, known_models, tmp_path, write_raster):
    image = write_raster(tmp_path / "i.tif", [RAMP], descriptions=["tone"])
    run("sceneclassification", {"INPUT": image, "MODEL": "tones", "SIZE": 10, "OUTPUT": str(tmp_path / "s.gpkg")})
    assert in_features(tmp_path / "s.gpkg") == ["dark area", "light", "no class"]
    layer = QgsVectorLayer(str(tmp_path / "s.gpkg"))
    assert layer.labelsEnabled() and "score" in layer.labeling().settings().fieldName


def test_temporary_results_need_none(run, known_models, image):
    outputs = {"OUTPUT": QgsProcessing.TEMPORARY_OUTPUT, "POLYGONS": QgsProcessing.TEMPORARY_OUTPUT}
    made, _ = run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", **outputs})
    assert not Path(made["OUTPUT"]).with_suffix(".qml").exists() and in_features(made["POLYGONS"]) == []


def test_a_style_of_the_person_stays_unless_its_output_is_replaced(classify, tmp_path):
    qml = tmp_path / "o.qml"
    qml.write_text("mine <rasterrenderer/>")
    classify(OUTPUT="o.tif")
    assert qml.read_text().startswith("mine")
    classify(OUTPUT="o.tif")
    assert in_raster(tmp_path / "o.tif") == NAMES
    assert (tmp_path / "o.qml~").read_text() == "mine <rasterrenderer/>"
    qml.write_text("mine, for polygons")
    classify(OUTPUT="o.tif")
    assert qml.read_text() == "mine, for polygons"


def test_a_style_that_may_be_another_files_stays(classify, tmp_path, feedback):
    qml = tmp_path / "o.qml"
    qml.write_text("mine, of o.jp2 <rasterrenderer/>")
    for name in ("o.jp2", "o.tif"):
        (tmp_path / name).touch()
    classify(feedback, OUTPUT="o.tif")
    assert qml.read_text() == "mine, of o.jp2 <rasterrenderer/>" and "o.qml already exists" in feedback.text()
    qml.unlink()
    classify(OUTPUT="o.tif")
    written = qml.read_text()
    classify(feedback, OUTPUT="o.tiff")
    assert qml.read_text() == written and "another result" in feedback.text()


def test_a_style_in_a_package_is_written_without_a_window_and_replaced_with_the_file(classify, tmp_path, monkeypatch):
    for name in ("saveStyleToDatabase", "saveStyleToDatabaseV2"):
        monkeypatch.setattr(QgsVectorLayer, name, None, raising=False)
    for _ in range(2):
        made = classify(OUTPUT="o.tif", POLYGONS="o.gpkg")
        layer = QgsVectorLayer(made["POLYGONS"])
        assert layer.listStylesInDatabase()[0] == 1 and in_features(made["POLYGONS"]) == NAMES
        del layer
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("o.gpkg")} == {"o.gpkg"}


def test_a_style_that_the_package_cannot_take_is_told(tmp_path, feedback, monkeypatch):
    layer = QgsVectorLayer("Polygon?field=value:int", "m", "memory")
    monkeypatch.setattr(style_files, "opened", lambda path: layer)
    (tmp_path / "o.gpkg").write_text("no package")
    keep_style(str(tmp_path / "o.gpkg"), styles.in_classes([]), False, feedback)
    assert "could not be saved" in feedback.text()


def test_a_style_that_cannot_be_saved_is_told(classify, tmp_path, feedback, monkeypatch):
    monkeypatch.setattr(QgsRasterLayer, "saveNamedStyle", lambda *_: ("the disk is full", False))
    classify(feedback, OUTPUT="o.tif")
    told = [text for kind, text in feedback.said if kind == "warning"]
    assert told == [f"The style of {tmp_path / 'o.tif'} could not be saved with it: the disk is full"]


def test_what_cannot_be_opened_is_told(tmp_path, feedback):
    (tmp_path / "o.tif").write_text("no raster")
    keep_style(str(tmp_path / "o.tif"), styles.in_classes([]), False, feedback)
    assert "could not be saved" in feedback.text() and not (tmp_path / "o.qml").exists()


def test_names_with_control_characters_leave_a_style_that_can_be_read(tmp_path, feedback, write_raster):
    path = write_raster(tmp_path / "o.tif", [[[0, 1]] * 2], kind=gdal.GDT_Byte)
    classes = [{"value": 0, "name": "a\x01b", "color": "#000000"}]
    keep_style(path, styles.in_classes(classes), False, feedback)
    ET.parse(tmp_path / "o.qml")
    assert in_raster(path) == ["a b"]
    for style in (styles.in_classes, styles.in_objects, lambda given: styles.in_scenes(given, True)):
        layer = QgsVectorLayer("Polygon?field=value:int&field=class:string", "m", "memory")
        style(classes)(layer)
        assert layer.renderer().categories()[0].label() == "a b"
