"""rsdl:traindetector from rectangles drawn in QGIS to an assessed map of oriented boxes, through the real worker."""

from __future__ import annotations

import json

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

LEFT, TOP = 500_000, 4_600_000
LENGTH, WIDTH, ROOM = 26, 9, 40  # pixels of 1 m: of a ship, and from ship to ship
NARROW = json.dumps({"width": 0.125})


def ships(side, seed):
    """Ships at slants of 25 to 65 degrees either way, whose upright boxes have an IoU below 0.45 with them."""
    random = np.random.default_rng(seed)
    for row in range(side // ROOM):
        for col in range(side // ROOM):
            angle = np.radians(random.choice([-1, 1]) * random.uniform(25, 65))
            along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
            middle = ((np.array([col, row]) + 0.5) * ROOM + random.uniform(-4, 4, 2)) * (1, -1) + (LEFT, TOP)
            signs = [(1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1)]
            corners = (middle + x * LENGTH / 2 * along + y * WIDTH / 2 * across for x, y in signs)
            yield f"POLYGON(({','.join(f'{x} {y}' for x, y in corners)}))"


@pytest.fixture
def scene(tmp_path, write_raster):
    """A raster with bright ships on rough water, and a layer of the rectangles around them."""

    def scene(name, side, seed):
        layer = QgsVectorLayer("Polygon?crs=EPSG:32634&field=kind:string", name, "memory")
        for text in ships(side, seed):
            feature = QgsFeature(layer.fields())
            feature.setGeometry(QgsGeometry.fromWkt(text))
            feature.setAttributes(["ship"])
            layer.dataProvider().addFeature(feature)
        water = np.random.default_rng(seed).normal(60, 8, (3, side, side)).clip(0, 255)
        place = (LEFT, 1, 0, TOP, 0, -1)
        path = write_raster(tmp_path / f"{name}.tif", list(water), kind=gdal.GDT_Byte, transform=place)
        drawn, shapes = gdal.Open(path, gdal.GA_Update), ogr.GetDriverByName("Memory").CreateDataSource("")
        outlines = shapes.CreateLayer("ships", drawn.GetSpatialRef(), ogr.wkbPolygon)
        for text in ships(side, seed):
            outline = ogr.Feature(outlines.GetLayerDefn())
            outline.SetGeometry(ogr.CreateGeometryFromWkt(text))
            outlines.CreateFeature(outline)
        gdal.RasterizeLayer(drawn, [1, 2, 3], outlines, burn_values=[180, 180, 180])
        return path, layer

    return scene


def test_rectangles_become_chips_a_model_and_oriented_boxes(run, scene, tmp_path):
    image, labels = scene("harbour", 320, 0)
    cut = {"TASK": "detection", "CHIP_SIZE": 96, "UNLABELLED": "background"}
    chips, _ = run("exportchips", {"RASTERS": [image], "LABELS": [labels], "CLASS_FIELD": "kind", **cut})
    options = {"EPOCHS": 12, "BATCH_SIZE": 4, "LEARNING_RATE": 0.01, "OPTIONS": NARROW, "SEED": 0}
    given = {"CHIPS": chips["CHIPS"], "NETWORK": "yolo-n-obb", **options, "OUTPUT": str(tmp_path / "model")}
    trained, _ = run("traindetector", given)
    image, truth = scene("coast", 240, 1)
    given = {"INPUT": image, "MODEL": trained["MODEL"], "CONFIDENCE": 0.05, "OUTPUT": str(tmp_path / "found.gpkg")}
    found, _ = run("objectdetection", given)
    boxes = QgsVectorLayer(found["OUTPUT"], "found", "ogr")
    assessed, _ = run("assessdetections", {"PREDICTED": boxes, "REFERENCE": truth, "CONFIDENCE": 0.05})
    assert assessed["AP50"] > 0.3  # 0.91 and more from two seeds; no upright box is a hit
    for feature in boxes.getFeatures():
        corners = np.array([(p.x(), p.y()) for p in feature.geometry().asPolygon()[0]])
        if len(corners) == 5:  # others are cut by the image's border
            sides = np.hypot(*np.diff(corners, axis=0).T)
            lengths = sorted([feature["width_m"], feature["length_m"]])
            assert sorted(sides[:2]) == pytest.approx(lengths, rel=0.01)
            along = np.diff(corners, axis=0)[sides.argmax()]
            clockwise = np.degrees(np.arctan2(along[0], along[1]))
            assert abs((clockwise - feature["angle"] + 90) % 180 - 90) < 1
