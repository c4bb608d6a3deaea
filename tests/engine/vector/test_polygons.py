import json

import pytest
from rasterio.crs import CRS
from shapely.geometry import mapping

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.vector.polygons import read_polygons
from rsdl_qgis.engine.vector.vector_file import VectorFile


def collection(path, *geometries):
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def test_polygons_are_read_by_layer_name_and_other_geometries_left_out(tmp_path):
    ring = [[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]
    path = collection(
        tmp_path / "a.geojson",
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[ring], [ring]]},
        {"type": "Point", "coordinates": [0, 0]},
    )
    flat = [[point[:2] for point in ring]]
    found = read_polygons(f"{path}|layername=a", "EPSG:4326")
    result = json.loads(json.dumps([mapping(polygon) for polygon in found]))
    assert result == [
        {"type": "Polygon", "coordinates": flat},
        {"type": "MultiPolygon", "coordinates": [flat, flat]},
    ]
    with pytest.raises(InputError, match="cannot be read as a vector layer"):
        read_polygons(f"{path}|layername=b", None)


def test_what_is_wrong_with_a_mask_is_said(tmp_path):
    points = collection(tmp_path / "a.geojson", {"type": "Point", "coordinates": [0, 0]})
    with pytest.raises(InputError, match="has no polygons"):
        read_polygons(points, "EPSG:4326")
    with pytest.raises(InputError, match="There is no file"):
        read_polygons(str(tmp_path / "none.gpkg"), None)
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="has no polygons"):
        read_polygons(str(tmp_path / "table.csv"), "EPSG:4326")
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    with pytest.raises(InputError, match="The raster has no coordinate system"):
        read_polygons(collection(tmp_path / "b.geojson", {"type": "Polygon", "coordinates": [ring]}), None)


def test_the_version_in_a_coordinate_system_is_read(tmp_path):
    own = collection(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]})
    other = collection(tmp_path / "b.geojson", {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 5]]]})
    layer = VectorFile.of({"path": own, "crs": "EPSG:4326", "versions": [{"path": other, "crs": "EPSG:32634"}]})
    assert layer.near("EPSG:4326") is layer.near("EPSG:32633") is layer
    assert layer.near(CRS.from_epsg(32634).to_wkt()) == VectorFile(other, "EPSG:32634")
    assert read_polygons(layer, "EPSG:32634")[0].exterior.coords[0] == (5, 5)  # as it is said to lie
    assert read_polygons(layer, "EPSG:4326")[0].exterior.coords[0] == (0, 0)
    arguments = {"mask": own, "mask_crs": "EPSG:4326", "mask_versions": [{"path": other, "crs": "EPSG:32634"}]}
    assert VectorFile.argument(arguments, "mask") == layer
    assert VectorFile.argument({"mask": None}, "mask") is None
