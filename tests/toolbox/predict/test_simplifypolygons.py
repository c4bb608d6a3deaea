"""rsdl:simplifypolygons, through the real worker."""

from __future__ import annotations

import numpy as np
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate
from qgis.core import QgsVectorLayer

DISK = ((np.mgrid[:60, :80] - np.array([30, 40])[:, None, None]) ** 2).sum(0) < 20**2
CLASSES = np.where(DISK, 3, 1).astype("uint8")
CLASSES[5, 5] = 3


def test_a_class_raster_becomes_simple_polygons(run, tmp_path, write_raster, feedback):
    source, output = write_raster(tmp_path / "map.tif", [CLASSES]), str(tmp_path / "p.gpkg")
    given = {"INPUT": source, "SIMPLIFY": 1.5, "MIN_AREA": 500, "OUTPUT": output}
    results, _ = run("simplifypolygons", given)
    assert results["POLYGONS"] == 2
    found = {feature["value"]: feature for feature in QgsVectorLayer(output, "p", "ogr").getFeatures()}
    assert set(found) == {1, 3}
    disk = found[3].geometry()
    assert disk.constGet().nCoordinates() < 30
    assert abs(disk.area() / (100 * DISK.sum()) - 1) < 0.02
    assert abs(disk.area() + found[1].geometry().area() - 100 * CLASSES.size) < 1e-3
    assert not disk.overlaps(found[1].geometry())
    assert found[3]["compact"] > 0.85
    results, _ = run("simplifypolygons", {**given, "BACKGROUND": 1})
    assert results["POLYGONS"] == 1
    results, _ = run("simplifypolygons", {**given, "MIN_AREA": 1e9}, feedback)
    assert results["POLYGONS"] == 0 and "There is no polygon: all patches are smaller" in feedback.text()


def test_labels_stand_alone_here_alone(provider):
    here, map_ = (provider.algorithm(name) for name in ("simplifypolygons", "otsuthreshold"))
    assert here.parameterDefinition("SIMPLIFY").description() == "Simplify borders (pixels)"
    assert map_.parameterDefinition("SIMPLIFY").description() == "Polygons: simplify borders (pixels)"


def test_polygons_of_a_map_are_shaped(run, tmp_path, write_raster):
    image = write_raster(tmp_path / "image.tif", [CLASSES.astype("float32")])
    files = {"OUTPUT": str(tmp_path / "map.tif"), "POLYGONS": str(tmp_path / "p.gpkg")}
    given = {"INPUT": image, "BAND": 1, "THRESHOLD": 2, "SIMPLIFY": 1.5, "MIN_AREA": 500, **files}
    run("otsuthreshold", given)
    features = list(QgsVectorLayer(files["POLYGONS"], "p", "ogr").getFeatures())
    assert len(features) == 1
    assert features[0].geometry().constGet().nCoordinates() < 30
    assert validate(files["OUTPUT"], full_check=True)[:2] == ([], [])  # what rasters are written as, too


def test_a_layer_of_polygons_keeps_its_borders_shared(run, refusal, tmp_path, write_raster):
    source, drawn, output = (
        write_raster(tmp_path / "m.tif", [CLASSES]),
        str(tmp_path / "d.gpkg"),
        str(tmp_path / "p.gpkg"),
    )
    run("simplifypolygons", {"INPUT": source, "OUTPUT": drawn})
    given = {"LAYER": drawn, "TOLERANCE": 20, "MIN_AREA": 500, "OUTPUT": output}
    results, _ = run("simplifypolygons", given)
    assert results["POLYGONS"] == 2  # the single pixel is taken into what lies around it
    found = {feature["value"]: feature for feature in QgsVectorLayer(output, "p", "ogr").getFeatures()}
    disk, around = found[3].geometry(), found[1].geometry()
    assert disk.constGet().nCoordinates() < 60 and not disk.overlaps(around)
    assert abs(disk.area() + around.area() - 100 * CLASSES.size) < 1e-3
    assert abs(found[3]["area_m2"] / disk.area() - 1) < 0.01 and found[3]["class"] == "3"
    for changes, words in (
        ({"INPUT": source}, "Give either a class raster"),
        ({"LAYER": None}, "Give either a class raster"),
        ({"SIMPLIFY": 1.5}, "SIMPLIFY is for a class raster"),
        ({"LAYER": None, "INPUT": source}, "TOLERANCE is for LAYER"),
    ):
        assert words in refusal("simplifypolygons", {**given, **changes})
