import json
import os
import subprocess
import sys

import numpy as np
import pyogrio
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.features import rasterize
from shapely.geometry import mapping

from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.vector.polygons import polygonize, read_polygons
from rsdl_qgis.engine.vector.vector_file import VectorFile

from ..conftest import NORTH_UP

CLASSES = [(0, "land", "#000000"), (1, "water", "#0000ff"), (200, "ice", "#ffffff")]


def table(path):
    meta, _, wkb, fields = pyogrio.raw.read(path)
    return meta, wkb, dict(zip(meta["fields"], fields))


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_polygons_are_the_raster_again(raster_file, rng, tmp_path, ending):
    array = rng.choice(np.array([0, 1, 200, 255], "uint8"), (1, 40, 50))
    raster, output = raster_file("a.tif", array, nodata=255), tmp_path / "out" / f"p.{ending}"
    output.parent.mkdir()
    count = polygonize(raster, output, CLASSES, Report())
    meta, wkb, fields = table(output)
    assert len(wkb) == count
    assert meta["crs"] == "EPSG:32634"
    assert set(fields["class"]) == {"land", "water", "ice"}
    assert dict(zip(fields["class"], fields["value"])) == {"land": 0, "water": 1, "ice": 200}
    shapes = zip(read_polygons(str(output), None if meta["crs"] is None else "EPSG:32634"), fields["value"])
    assert (rasterize(shapes, array.shape[1:], fill=255, transform=NORTH_UP, dtype="uint8") == array[0]).all()
    for name in ("land", "water", "ice"):
        pixels = (array == {"land": 0, "water": 1, "ice": 200}[name]).sum()
        np.testing.assert_allclose(fields["area_m2"][fields["class"] == name].sum(), 100 * pixels, rtol=2e-3)
    assert not [name for name in os.listdir(output.parent) if "part" in name]
    if ending == "gpkg":
        assert int.from_bytes(output.read_bytes()[60:64], "big") == 10200  # version 1.2, which older QGIS knows wholly


def test_skipped_and_small_ones_are_left_out(raster_file, tmp_path):
    array = np.zeros((1, 20, 20), "uint8")
    array[0, 2:6, 2:6] = 1
    array[0, 3, 3] = 0  # a hole
    array[0, 10, 10] = 1
    raster = raster_file("a.tif", array)
    assert polygonize(raster, tmp_path / "p.gpkg", CLASSES, Report(), min_area=200, skip=[0]) == 1
    _, _, fields = table(tmp_path / "p.gpkg")
    np.testing.assert_allclose(fields["area_m2"], [1500], rtol=2e-3)


@pytest.mark.parametrize(
    ("crs", "transform", "area"),
    [
        ('LOCAL_CS["site",UNIT["foot",0.3048]]', NORTH_UP, 1600 * (10 * 0.3048) ** 2),
        # 0.4° x 0.4° at 60° N, where a degree is 55 800 m by 111 412 m
        ("EPSG:4326", Affine(0.01, 0, 20, 0, -0.01, 60.2), 0.4 * 55_800 * 0.4 * 111_412),
        # 4 km x 4 km on the map at 60° N, which are 2 km on the ground
        ("EPSG:3857", Affine(100, 0, 0, 0, -100, 8_403_000), 2000 * 2000),
        (None, Affine(2, 0, 0, 0, -3, 0), 80 * 120),
    ],
)
def test_areas_are_measured_on_the_ground(raster_file, tmp_path, crs, transform, area):
    raster = raster_file("a.tif", np.ones((1, 40, 40), "uint8"), crs=crs, transform=transform)
    polygonize(raster, tmp_path / "p.gpkg", CLASSES, Report())
    _, _, fields = table(tmp_path / "p.gpkg")
    np.testing.assert_allclose(fields["area_m2"], [area], rtol=8e-3)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_no_polygon_gives_an_empty_layer_with_its_fields(raster_file, tmp_path, ending):
    raster = raster_file("a.tif", np.full((1, 9, 9), 255, "uint8"), nodata=255)
    assert polygonize(raster, tmp_path / f"p.{ending}", CLASSES, Report()) == 0
    info = pyogrio.read_info(tmp_path / f"p.{ending}", force_feature_count=True)
    assert info["features"] == 0
    if ending != "geojson":  # which has fields by feature
        assert list(info["fields"]) == ["class", "value", "area_m2"]


def test_many_batches_make_one_layer(raster_file, rng, tmp_path, monkeypatch):
    monkeypatch.setattr("rsdl_qgis.engine.vector.polygons.BATCH", 10)
    raster = raster_file("a.tif", rng.integers(0, 2, (1, 20, 20)).astype("uint8"))
    count = polygonize(raster, tmp_path / "p.fgb", CLASSES, Report())
    assert count > 30
    assert pyogrio.read_info(tmp_path / "p.fgb")["features"] == count


def test_cancelling_leaves_nothing(raster_file, tmp_path):
    class Stopped(Report):
        def cancelled(self):
            return True

    raster = raster_file("a.tif", np.ones((1, 9, 9), "uint8"))
    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled):
        polygonize(raster, tmp_path / "out" / "p.gpkg", CLASSES, Stopped())
    assert os.listdir(tmp_path / "out") == []


def test_an_unknown_ending_is_refused(raster_file, tmp_path):
    with pytest.raises(OutputError, match="no known vector ending"):
        polygonize(raster_file("a.tif", np.ones((1, 9, 9), "uint8")), tmp_path / "p.doc", CLASSES, Report())


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


FULL = """
import resource, signal, sys
from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.vector.polygons import polygonize
from rsdl_qgis.engine.feedback import Report
raster, output, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    polygonize(raster, output, [(0, "land", "#000000"), (1, "water", "#0000ff")], Report())
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of a file with setrlimit")
@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
@pytest.mark.parametrize("limit", [50_000, 330_000])
def test_a_full_disk_is_said_and_leaves_nothing(raster_file, rng, tmp_path, ending, limit):
    raster = raster_file("a.tif", rng.integers(0, 2, (1, 120, 120)).astype("uint8"))
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / f"p.{ending}"
    command = [sys.executable, "-c", FULL, raster, str(output), str(limit)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"p.{ending} cannot be written: the disk is full" in result.stdout
    assert os.listdir(output.parent) == []


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
