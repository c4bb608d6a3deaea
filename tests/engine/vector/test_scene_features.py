"""Layers of polygons and points read a batch at a time: every feature once, with all that it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest

from rsdl_qgis.engine.errors import Cancelled, InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.vector import scene_features
from rsdl_qgis.engine.vector.scene_features import look_over, points_of, polygons_of, rows
from rsdl_qgis.engine.vector.vector_file import VectorFile

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
POLYGON = {"type": "Polygon", "coordinates": SQUARE}
PARTS = {"type": "MultiPolygon", "coordinates": [SQUARE, [[[5, 5], [6, 5], [6, 6], [5, 5]]]]}
POINT = {"type": "Point", "coordinates": [3, 4]}
POINTS = {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4], [5, 6]]}
LINE = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}


@pytest.fixture
def layer(tmp_path):
    def write(*geometries, **properties):
        made = [
            {"type": "Feature", "geometry": g, "properties": {"name": f"n{i}", **properties}}
            for i, g in enumerate(geometries)
        ]
        path = tmp_path / "layer.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
        return str(path)

    return write


def test_looking_over_can_be_cancelled(layer):
    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        look_over(layer(POLYGON), report=Stopped())


def test_polygons_come_before_points(layer):
    found = look_over(layer(POINT, POLYGON, None, PARTS, LINE))
    assert (found.kind, found.count) == ("polygons", 5)
    (batch,) = rows(found)
    shapes = polygons_of(found, [row.wkb for row in batch], "EPSG:4326")
    assert [shape and shape.geom_type for shape in shapes] == [None, "Polygon", None, "MultiPolygon", None]


def test_each_of_several_points_is_a_scene(layer):
    found = look_over(layer(POINT, POINTS, None))
    assert (found.kind, found.count) == ("points", 5)
    (batch,) = rows(found)
    points = points_of(found, [row.wkb for row in batch], "EPSG:3857")
    assert [len(part) for part in points] == [1, 3, 0]
    assert points[0][0] == pytest.approx([333958.47, 445640.11])


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_batches_of_any_size_give_every_feature_once(layer, monkeypatch, most):
    monkeypatch.setattr(scene_features, "FIRST", most)
    monkeypatch.setattr(scene_features, "BYTES", 1)  # the least there is: 10 at once
    found = look_over(layer(*[POLYGON] * 25, number=7))
    batches = list(rows(found))
    assert max(map(len, batches[1:] or batches)) <= max(10, min(most, 25))
    flat = [row for batch in batches for row in batch]
    assert [row.values for row in flat] == [(f"n{i}", 7) for i in range(25)]
    assert [row.fid for row in flat] == list(range(25))


def test_a_layer_of_a_package_by_name_and_its_types(tmp_path):
    path = tmp_path / "p.gpkg"
    wkb = np.array([b"\x01\x01\x00\x00\x00" + np.array([1.0, 2.0]).tobytes()] * 2, object)
    for name in ("first", "second"):
        values = [np.array([name, None], object), np.array([1, 2], "int64"), np.array([b"x", b"y"], object)]
        pyogrio.raw.write(
            path, wkb, values, ["text", "number", "raw"], layer=name, driver="GPKG", geometry_type="Point",
            crs="EPSG:4326", append=name == "second", field_mask=[None, np.array([False, True]), None],
        )  # fmt: skip
    found = look_over(VectorFile(f"{path}|layername=second", "EPSG:32634"))
    assert found.crs == "EPSG:32634"
    (batch,) = rows(found)
    assert batch[0].values[0] == "second" and batch[1].values[0] is None
    assert np.isnan(batch[1].values[1])
    ((first, _),) = rows(look_over(str(path)))  # the first one, without GDAL's warning, which would be an error here
    assert first.values[0] == "first"


@pytest.mark.parametrize("geometries", [(), (LINE, None), (None,)])
def test_what_has_neither_is_refused(layer, geometries):
    with pytest.raises(InputError, match="polygons or points"):
        look_over(layer(*geometries))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        look_over(str(tmp_path / "no.gpkg"))


def test_polygons_are_looked_up_where_a_version_has_them(layer, tmp_path):
    """What is written are the features as they were given, in the order of the file, however large it is."""
    path = layer(*[POLYGON, None, PARTS] * 500, number=7)
    about = json.loads(Path(path).read_text())
    for feature in about["features"]:
        if feature["geometry"]:
            feature["geometry"] = {"type": "Polygon", "coordinates": [[[8, 8], [9, 8], [9, 9], [8, 8]]]}
    about["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    (tmp_path / "there.geojson").write_text(json.dumps(about))
    versions = ((str(tmp_path / "there.geojson"), "EPSG:32634"),)
    found = look_over(VectorFile(path, "EPSG:4326", versions), "EPSG:32634")
    together = [row for batch in rows(found) for row in batch]
    assert found.crs == "EPSG:4326" and len(together) == 1500
    assert all((row.wkb is None) == (row.there is None) for row in together)
    assert all(row.wkb != row.there for row in together if row.wkb)
    (shape,) = polygons_of(found, [together[0].there], "EPSG:32634")
    assert shape.exterior.coords[0] == (8, 8)
    assert look_over(VectorFile(path, "EPSG:4326", versions), "EPSG:4326").there.path == path
