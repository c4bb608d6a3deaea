"""rsdl:separateobjects, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

ROWS, COLUMNS = np.mgrid[:50, :70]
DISCS = [(ROWS - 25) ** 2 + (COLUMNS - column) ** 2 < 14**2 for column in (20, 45)]
CLASSES = (3 * (DISCS[0] | DISCS[1])).astype("uint8")


def found_in(path):
    return sorted(QgsVectorLayer(path, "o", "ogr").getFeatures(), key=lambda f: f.geometry().centroid().asPoint().x())


def test_touching_discs_are_two_objects(run, tmp_path, write_raster, feedback):
    source, output = write_raster(tmp_path / "map.tif", [CLASSES]), str(tmp_path / "o.gpkg")
    sure = np.where(DISCS[0], 0.9, 0.6).astype("float32")
    probabilities = write_raster(tmp_path / "p.tif", [1 - sure, sure])
    given = {"INPUT": source, "BACKGROUND": 0, "OUTPUT": output}
    results, _ = run("separateobjects", {**given, "PROBABILITIES": probabilities, "PROBABILITIES_BAND": 2})
    assert results["OBJECTS"] == 2
    left, right = found_in(output)
    assert abs(left["prob"] - 0.9) < 0.02 and abs(right["prob"] - 0.6) < 0.02
    assert abs(left.geometry().area() / (100 * DISCS[0].sum()) - 1) < 0.05
    assert not left.geometry().overlaps(right.geometry())
    results, _ = run("separateobjects", {**given, "PROBABILITIES": probabilities})  # of all bands the highest
    assert results["OBJECTS"] == 2 and abs(found_in(output)[0]["prob"] - 0.9) < 0.02
    results, _ = run("separateobjects", {**given, "NECK": 0})
    assert results["OBJECTS"] == 1 and found_in(output)[0]["value"] == 3
    results, _ = run("separateobjects", {**given, "MIN_AREA": 1e9}, feedback)
    assert results["OBJECTS"] == 0 and "There is no object" in feedback.text()


def test_an_image_is_refused(run, tmp_path, write_raster):
    image = np.random.default_rng(0).integers(0, 255, (60, 60)).astype("uint8")
    source = write_raster(tmp_path / "image.tif", [image])
    for name in ("separateobjects", "simplifypolygons"):
        with pytest.raises(QgsProcessingException, match="is no map of classes: it has 2"):
            run(name, {"INPUT": source, "OUTPUT": str(tmp_path / "o.gpkg")})


def test_objects_of_a_map_are_separated_in_its_polygons(run, refusal, known_models, tmp_path, write_raster):
    image = np.where(CLASSES > 0, 200, 0)
    source = write_raster(tmp_path / "image.tif", [image, image * 0], descriptions=("red", "nir"))
    polygons = str(tmp_path / "p.gpkg")
    given = {"INPUT": source, "MODEL": "bright", "OUTPUT": str(tmp_path / "map.tif"), "POLYGONS": polygons}
    run("semanticsegmentation", {**given, "SEPARATE_OBJECTS": "bright", "NECK": 0.8})
    assert [(f["class"], f["value"]) for f in found_in(polygons)] == [("bright", 1)] * 2
    run("semanticsegmentation", given)
    assert len(found_in(polygons)) == 1
    with pytest.raises(QgsProcessingException, match="no class 'roof' that is drawn"):
        run("semanticsegmentation", {**given, "SEPARATE_OBJECTS": "roof"})


def test_simplified_outlines(run, tmp_path, write_raster):
    source, output = write_raster(tmp_path / "map.tif", [CLASSES]), str(tmp_path / "o.gpkg")
    run("separateobjects", {"INPUT": source, "BACKGROUND": 0, "SIMPLIFY": 0.35, "OUTPUT": output})
    assert all(feature.geometry().constGet().nCoordinates() < 40 for feature in found_in(output))
