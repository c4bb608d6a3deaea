import os
import subprocess
import sys

import numpy as np
import pyogrio
import pytest
from affine import Affine
from rasterio.features import rasterize

from rsdl_qgis.engine.errors import Cancelled, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.vector.polygons import read_polygons
from rsdl_qgis.engine.vector.tracing import batches
from rsdl_qgis.engine.vector.tracing.polygonize import polygonize

from ...conftest import NORTH_UP

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
        assert list(info["fields"]) == ["class", "value", "area_m2", "perim_m", "compact"]


def test_many_batches_make_one_layer(raster_file, rng, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 10)
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


FULL = """
import resource, signal, sys
from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.vector.tracing.polygonize import polygonize
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
