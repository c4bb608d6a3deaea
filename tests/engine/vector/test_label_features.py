"""Polygons, lines and points, and the pixels they label."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
from affine import Affine
from rasterio.warp import transform

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import Grid, Window, apply, crs_of
from rsdl_qgis.engine.vector.class_layers import NOTHING, UNCLEAR, UNKNOWN
from rsdl_qgis.engine.vector.label_features import FeatureClasses, FeatureNumbers, metres_a_unit, read_features, widened

CRS = crs_of("EPSG:32634").to_wkt()
GRID = Grid(CRS, Affine(10, 0, 500_000, 0, -10, 4_200_000), 20, 30)


def layer(path, *features, crs="urn:ogc:def:crs:EPSG::32634"):
    """A GeoJSON file of (type, coordinates in pixels, value of the field 'v')."""

    def placed(item):
        return [placed(i) for i in item] if isinstance(item[0], (list, tuple)) else list(apply(GRID.transform, *item))

    rows = [
        {
            "type": "Feature",
            "properties": {"v": value, "place": f"p{i}"},
            "geometry": None if kind is None else {"type": kind, "coordinates": placed(places)},
        }
        for i, (kind, places, value) in enumerate(features)
    ]
    about = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": crs}}, "features": rows}
    path.write_text(json.dumps(about))
    return str(path)


def box(col0, row0, col1, row1):
    return [[(col0, row0), (col1, row0), (col1, row1), (col0, row1), (col0, row0)]]


def centres():
    return np.meshgrid(np.arange(GRID.width) + 0.5, np.arange(GRID.height) + 0.5)


def distance(x, y, start, end):
    """Pixels from each place to the line between two."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy or 1), 0, 1)
    return np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)


class TestReading:
    def test_polygons_come_before_lines_and_points_and_others_are_counted(self, tmp_path):
        path = layer(
            tmp_path / "a.geojson",
            ("Point", (1, 1), 1),
            ("Polygon", box(0, 0, 3, 3), 2),
            (None, None, 3),
            ("MultiPolygon", [box(5, 5, 6, 6), box(8, 8, 9, 9)], 4),
        )
        features = read_features(path, "v", place_field="place")
        assert features.kind == "polygons" and list(features.labels) == [2, 4] and list(features.places) == ["p1", "p3"]
        assert features.skipped == 2 and features.numbers.tolist() == [1, 3]

    def test_a_multipoint_is_many_points_and_a_multiline_one_feature(self, tmp_path):
        points = read_features(layer(tmp_path / "p.geojson", ("MultiPoint", [(1, 1), (4, 2)], "a")), "v")
        assert points.kind == "points" and len(points) == 2 and points.numbers.tolist() == [0, 0]
        lines = layer(tmp_path / "l.geojson", ("MultiLineString", [[(0, 0), (3, 3)], [(5, 5), (9, 5)]], "a"))
        features = read_features(lines, "v")
        assert features.kind == "lines" and len(features) == 1 and len(features.paths[0]) == 2
        np.testing.assert_allclose(features.outlines, [[500_000, 4_199_950, 500_090, 4_200_000]])

    @pytest.mark.parametrize(("values", "kind", "read"), [
        ([1, 2.5, None], "number", [1.0, 2.5, None]),
        (["a; b", "", None], "text", ["a; b", "", None]),
        (["Oak", "oak", None], "class", ["Oak", "Oak", None]),
    ])  # fmt: skip
    def test_fields_of_each_kind(self, tmp_path, values, kind, read):
        path = layer(tmp_path / "a.geojson", *(("Point", (i, i), value) for i, value in enumerate(values)))
        assert read_features(path, "v", kind=kind).labels == read

    @pytest.mark.parametrize(("feature", "options", "message"), [
        ((None, None, 1), {}, "no features with a geometry"),
        (("Point", (1, 1), 1), {"field": "height"}, "no field 'height'"),
        (("Point", (1, 1), "x"), {"field": "v", "kind": "number"}, "holds no numbers"),
        (("Point", (1, 1), 0.5), {"field": "v"}, "so these are no classes"),
        (("Point", (1, 1), None), {"field": "v", "kind": "text"}, "empty in every feature"),
    ])  # fmt: skip
    def test_what_cannot_be_used_is_said(self, tmp_path, feature, options, message):
        with pytest.raises(InputError, match=message):
            read_features(layer(tmp_path / "a.geojson", feature), **options)

    def test_features_without_a_crs_do_not_go_with_a_raster_that_has_one(self, tmp_path):
        features = read_features(layer(tmp_path / "a.geojson", ("Point", (1, 1), 1)))
        with pytest.raises(InputError, match="no coordinate system"):
            features.brought_to(None)

    def test_a_message_on_coordinate_systems_keeps_the_path_as_it_is(self, tmp_path):
        path = layer(tmp_path / "a.geojson", ("Point", (1, 1), 1))
        features = replace(read_features(path), path="labels/Oak.shp", crs=None)
        with pytest.raises(InputError, match=r"^labels/Oak\.shp has no coordinate system, but the raster it goes with"):
            features.brought_to("EPSG:32634")
        with pytest.raises(InputError, match=r"^The raster it goes with has no .* but labels/Oak\.shp has one"):
            replace(features, crs="EPSG:32634").brought_to(None)


class TestClasses:
    @pytest.mark.parametrize("metres", [0, 17, 60])
    def test_a_line_has_the_pixels_within_a_distance_on_the_ground(self, tmp_path, metres):
        start, end = (3.2, 4.1), (24.7, 15.3)
        features = read_features(layer(tmp_path / "a.geojson", ("LineString", [start, end], 5)), "v")
        codes = FeatureClasses(features, CRS, metres).on(GRID)
        near = distance(*centres(), start, end) <= max(metres / 10, 0.5)
        assert ((codes == 0) == near).all() and (codes[~near] == NOTHING).all() and near.any()

    def test_metres_are_metres_in_degrees_too(self, tmp_path):
        """At 60° N a degree of longitude is half as long as one of latitude."""
        grid = Grid(crs_of("EPSG:4326").to_wkt(), Affine(2e-4, 0, 20.0, 0, -1e-4, 60.0), 60, 60)
        x, y = apply(grid.transform, 30.5, 30.5)
        (tmp_path / "a.geojson").write_text(json.dumps({"type": "Point", "coordinates": [x, y]}))
        codes = FeatureClasses(read_features(str(tmp_path / "a.geojson")), grid.crs, 200.0).on(grid)
        cols, rows = np.flatnonzero((codes == 0).any(0)), np.flatnonzero((codes == 0).any(1))
        across = [np.ptp(found) + 1 for found in (cols, rows)]  # pixels of 11.2 m by 11.1 m
        assert across == [35, 35]
        area = (codes == 0).sum() * np.prod(grid.resolution)
        np.testing.assert_allclose(area, np.pi * 200**2, rtol=0.02)

    def test_a_point_has_its_pixel_whatever_the_buffer(self, tmp_path):
        features = read_features(layer(tmp_path / "a.geojson", ("Point", (7.9, 3.05), 1)))
        for metres in (0, 2):
            codes = FeatureClasses(features, CRS, metres).on(GRID)
            assert np.argwhere(codes == 0).tolist() == [[3, 7]]

    @pytest.mark.parametrize("kind", ["lines", "polygons"])
    def test_two_classes_on_one_another_are_unclear(self, tmp_path, kind):
        def shape(first, last, value):
            places = [(first, 5.5), (last, 5.5)]
            return ("LineString", places, value) if kind == "lines" else ("Polygon", box(first, 5, last, 6), value)

        shapes = [shape(0, 12, "b"), shape(8, 20, "a"), shape(4, 6, None), shape(18, 22, "a")]
        classes = FeatureClasses(read_features(layer(tmp_path / "a.geojson", *shapes), "v"), CRS)
        row = classes.on(GRID)[5]
        assert classes.labels == ["a", "b"]
        assert row[2] == 1 and row[9] == UNCLEAR and row[5] == UNKNOWN and row[19] == 0 and row[25] == NOTHING

    def test_a_window_is_a_part_of_the_whole(self, tmp_path):
        lines = [("LineString", [(1, 1), (28, 18)], 1), ("LineString", [(28, 1), (1, 18)], 2)]
        classes = FeatureClasses(read_features(layer(tmp_path / "a.geojson", *lines), "v"), CRS, 25)
        whole, window = classes.on(GRID), Window(4, 9, 7, 11)
        assert (classes.on(GRID.crop(window)) == whole[4:11, 9:20]).all()

    def test_another_crs_is_brought_over(self, tmp_path):
        x, y = apply(GRID.transform, 12.5, 8.5)
        lon, lat = transform("EPSG:32634", "EPSG:4326", [x], [y])
        (tmp_path / "a.geojson").write_text(json.dumps({"type": "Point", "coordinates": [lon[0], lat[0]]}))
        codes = FeatureClasses(read_features(str(tmp_path / "a.geojson")), CRS).on(GRID)
        assert np.argwhere(codes == 0).tolist() == [[8, 12]]


class TestNumbers:
    def test_where_several_are_there_is_their_mean(self, tmp_path):
        path = layer(tmp_path / "a.geojson", ("Polygon", box(0, 0, 4, 4), 1.0), ("Polygon", box(2, 0, 6, 4), 4.0))
        numbers = FeatureNumbers(read_features(path, "v", kind="number"), CRS).on(GRID)
        assert numbers[0, :7].tolist()[:6] == [1, 1, 2.5, 2.5, 4, 4] and np.isnan(numbers[0, 6])
        points = [("Point", (2.2, 1.5), 10), ("Point", (2.8, 1.5), 20), ("Point", (9, 9), None)]
        path = layer(tmp_path / "p.geojson", *points)
        numbers = FeatureNumbers(read_features(path, "v", kind="number"), CRS).on(GRID)
        assert numbers[1, 2] == 15 and np.isfinite(numbers).sum() == 1


def test_a_rectangle_is_widened_by_so_many_metres_wherever_it_is():
    boxes = np.array([[20.0, 60.0, 20.001, 60.001], [20.0, 0.0, 20.001, 0.001]])
    x, y = metres_a_unit("EPSG:4326", 20.0, 60.0)
    np.testing.assert_allclose([x, y], [55_800, 111_412], rtol=1e-3)
    wide = widened(boxes, "EPSG:4326", 100.0)
    assert ((boxes[:, 0] - wide[:, 0]) * x >= 99.9).all() and ((wide[:, 3] - boxes[:, 3]) * y >= 99.9).all()
    assert (widened(boxes, "EPSG:4326", 0.0) == boxes).all()


def test_parts_count_by_themselves_where_they_are_asked_for(tmp_path):
    path = layer(
        tmp_path / "a.geojson",
        ("MultiPolygon", [box(2, 2, 5, 5), box(9, 9, 12, 12)], "a"),
        ("Polygon", box(20, 2, 25, 6), "b"),
        (None, None, "c"),
        ("Point", (1, 1), "d"),
    )
    whole, parts = (read_features(path, "v", place_field="place", parts=parts) for parts in (False, True))
    assert (whole.labels, whole.skipped) == (["a", "b"], 2)
    assert (parts.labels, parts.places, parts.skipped) == (["a", "a", "b"], ["p0", "p0", "p1"], 2)
    assert parts.numbers.tolist() == [0, 0, 1] and [g.geom_type for g in parts.polygons] == ["Polygon"] * 3
    np.testing.assert_allclose(parts.outlines[1], [500_090, 4_199_880, 500_120, 4_199_910])


def test_a_collection_gives_the_parts_of_a_kind_and_the_rest_is_reported(tmp_path):
    path = layer(tmp_path / "a.geojson", ("Polygon", box(2, 2, 5, 5), "a"))
    about = json.loads((tmp_path / "a.geojson").read_text())
    inner = about["features"][0]["geometry"]
    corner = inner["coordinates"][0][0]
    about["features"][0]["geometry"] = {
        "type": "GeometryCollection",
        "geometries": [inner, inner, {"type": "Point", "coordinates": corner}],
    }
    (tmp_path / "a.geojson").write_text(json.dumps(about))
    features = read_features(path, "v")
    assert (features.kind, len(features), features.skipped, features.partial) == ("polygons", 1, 0, 1)
    assert len(features.polygons[0].geoms) == 2
    only_points = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": corner}] * 2}
    about["features"][0]["geometry"] = only_points
    (tmp_path / "a.geojson").write_text(json.dumps(about))
    features = read_features(path, "v")
    assert (features.kind, len(features), features.partial) == ("points", 2, 0)


def test_the_number_of_a_feature_is_a_field_by_its_name(tmp_path):
    shape = layer(tmp_path / "a.geojson", ("Polygon", box(2, 2, 5, 5), "a"), ("Polygon", box(9, 9, 12, 12), "b"))
    package = tmp_path / "a.gpkg"
    _, _, wkb, _ = pyogrio.raw.read(shape, columns=[])
    pyogrio.raw.write(
        package, wkb, [np.array([5, 7])], ["fid"], crs=CRS, driver="GPKG", geometry_type="Polygon", layer="a"
    )
    assert pyogrio.read_info(package)["fid_column"] == "fid"
    assert read_features(str(package), "fid").labels == [5, 7]
    with pytest.raises(InputError, match="no field 'nothing'"):
        read_features(str(package), "nothing")


def test_a_package_without_a_coordinate_system_has_none(tmp_path):
    shape = layer(tmp_path / "a.geojson", ("Polygon", box(2, 2, 5, 5), "a"))
    package = str(tmp_path / "a.gpkg")
    _, _, wkb, _ = pyogrio.raw.read(shape, columns=[])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is none
        pyogrio.raw.write(package, wkb, [], [], driver="GPKG", geometry_type="Polygon", layer="a")
    assert "Undefined" in (pyogrio.read_info(package)["crs"] or "Undefined")
    features = read_features(package)
    assert features.crs is None
    with pytest.raises(InputError, match="has no coordinate system"):
        features.brought_to(CRS)
    assert read_features(package, crs=CRS).crs == CRS
