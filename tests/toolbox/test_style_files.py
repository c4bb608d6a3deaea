"""Results open in their colours later too: opened afresh, without what QGIS is told when it loads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsProcessing, QgsRasterLayer, QgsVectorLayer

from rsdl_qgis.toolbox import results
from rsdl_qgis.toolbox.style_files import keep_style

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
        told = [text for kind, text in feedback.said if kind == "warning" and "another result's" in text]
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
    qml.write_text("mine, for polygons")
    classify(OUTPUT="o.tif")
    assert qml.read_text() == "mine, for polygons"


def test_a_style_that_cannot_be_saved_is_told(classify, tmp_path, feedback, monkeypatch):
    monkeypatch.setattr(QgsRasterLayer, "saveNamedStyle", lambda *_: ("the disk is full", False))
    classify(feedback, OUTPUT="o.tif")
    told = [text for kind, text in feedback.said if kind == "warning"]
    assert told == [f"The style of {tmp_path / 'o.tif'} could not be saved with it: the disk is full"]


def test_what_cannot_be_opened_is_told(tmp_path, feedback):
    (tmp_path / "o.tif").write_text("no raster")
    keep_style(str(tmp_path / "o.tif"), results.in_classes([]), False, feedback)
    assert "could not be saved" in feedback.text() and not (tmp_path / "o.qml").exists()
