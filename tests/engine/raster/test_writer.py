import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.raster import writer
from rsdl_qgis.engine.raster.grid import Grid, crs_of
from rsdl_qgis.engine.raster.writer import RasterSink

UTM = crs_of("EPSG:32634").to_wkt()
CLASSES = [(0, "dry land", "#d2b48c"), (1, "water", "#1f78b4")]


NORTH_UP = Affine(10, 0, 5e5, 0, -10, 4.2e6)


def grid(height, width, crs=UTM, transform=NORTH_UP):
    return Grid(crs, transform, height, width)


def save(path, array, pieces=(7,), on=None, **options):
    on = on or grid(*array.shape[1:])
    options = {"count": array.shape[0], "dtype": array.dtype, "nodata": None, **options}
    with RasterSink(path, on, **options) as sink:
        row = 0
        while row < array.shape[1]:
            rows = pieces[row % len(pieces)]
            sink.write(row, array[:, row : row + rows])
            row += rows
    return path


@pytest.mark.parametrize(("row", "height"), [(16_000_000, 512), (200_000, 256), (100_000, 128), (1, 128)])
def test_where_a_row_of_blocks_is_large_they_are_lower(tmp_path, monkeypatch, rng, row, height):
    monkeypatch.setattr(writer, "ROW", row)
    array = rng.random((2, 1100, 70), np.float32)
    with rasterio.open(save(tmp_path / "a.tif", array, [300])) as file:
        assert set(file.block_shapes) == {(height, 80)}
        assert (file.read() == array).all()


@pytest.mark.parametrize(("side", "block"), [(1, 16), (16, 16), (17, 32), (500, 512), (513, 512)])
def test_blocks_are_no_larger_than_a_small_raster(tmp_path, rng, side, block):
    array = rng.random((2, side, side), np.float32)
    with rasterio.open(save(tmp_path / "a.tif", array, [16])) as file:
        assert set(file.block_shapes) == {(block, block)}
        assert (file.read() == array).all()


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    height=st.integers(1, 1200),
    width=st.integers(1, 40),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]),
    pieces=st.lists(st.integers(1, 700), min_size=1, max_size=5),
)
def test_rows_in_any_pieces_come_back(tmp_path, height, width, dtype, pieces):
    array = np.random.default_rng(height).integers(0, 200, (2, height, width)).astype(dtype)
    with rasterio.open(save(tmp_path / "a.tif", array, pieces)) as file:
        assert file.dtypes[0] == dtype
        assert (file.read() == array).all()


def test_a_class_raster_says_what_it_is(tmp_path, rng):
    array = rng.integers(0, 2, (1, 600, 700)).astype("uint8")
    path = save(
        tmp_path / "a.tif",
        array,
        nodata=255,
        classes=CLASSES,
        band_names=["class"],
        metadata={"MODEL": "flood & co"},
    )
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 32634
        assert file.nodata == 255
        assert file.descriptions == ("class",)
        assert file.colormap(1)[1] == (0x1F, 0x78, 0xB4, 255)
        assert file.tags()["MODEL"] == "flood & co"
        assert file.tags()["CLASS_1"] == "water"
        assert file.overviews(1) == [2]
        assert file.profile["compress"] == "zstd"
        assert file.block_shapes == [(512, 512)]
    assert "<Category>water</Category>" in (tmp_path / "a.tif.aux.xml").read_text()
    assert sorted(os.listdir(tmp_path)) == ["a.tif", "a.tif.aux.xml"]


@pytest.mark.skipif(not shutil.which("gdalinfo"), reason="needs gdalinfo of the package gdal-bin")
def test_gdal_knows_the_classes_names(tmp_path):
    path = save(tmp_path / "a.tif", np.ones((1, 5, 5), "uint8"), nodata=255, classes=CLASSES)
    assert "0: dry land" in subprocess.run(["gdalinfo", path], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        (UTM, Affine(8, 6, 5e5, 6, -8, 4e6)),
        (UTM, Affine(10, 0, 5e5, 0, 10, 4e6)),
        (crs_of("EPSG:4326").to_wkt(), Affine(1e-4, 0, 20, 0, -1e-4, 60)),
        (None, Affine.identity()),
        (None, Affine(2, 0, 1, 0, -2, 5)),
    ],
    ids=["rotated", "south-up", "geographic", "no georeference", "no crs"],
)
def test_the_grid_is_kept(tmp_path, rng, crs, transform, recwarn):
    array = rng.integers(0, 9, (1, 20, 30)).astype("uint8")
    path = save(tmp_path / "a.tif", array, on=grid(20, 30, crs, transform))
    assert not recwarn.list
    if not transform.is_identity:
        with rasterio.open(path) as file:
            assert file.transform.almost_equals(transform)
            assert file.crs == (crs_of(crs) if crs else None)


def test_overviews_keep_classes_and_average_floats(tmp_path):
    classes = np.tile(np.array([[0, 2], [2, 2]], "uint8"), (1, 300, 300))
    with rasterio.open(save(tmp_path / "a.tif", classes, nodata=255), overview_level=0) as file:
        assert set(np.unique(file.read())) <= {0, 2}  # nothing between them
    with rasterio.open(save(tmp_path / "b.tif", classes.astype("float32")), overview_level=0) as file:
        np.testing.assert_allclose(file.read(), 1.5)


def test_an_earlier_file_and_its_sidecars_are_replaced(tmp_path):
    (tmp_path / "a.tif").write_text("old")
    (tmp_path / "a.tif.aux.xml").write_text("old statistics")
    (tmp_path / "a.tif.ovr").write_text("old")
    save(tmp_path / "a.tif", np.ones((1, 5, 5), "uint8"))
    assert os.listdir(tmp_path) == ["a.tif"]


def test_an_exception_removes_the_unfinished_raster_and_leaves_an_old_one(tmp_path):
    def stopped():
        with RasterSink(tmp_path / "a.tif", grid(9, 9), count=1, dtype="uint8", nodata=0) as sink:
            sink.write(0, np.ones((1, 4, 9), "uint8"))
            assert len(os.listdir(tmp_path)) == 2
            raise KeyError

    (tmp_path / "a.tif").write_text("old")
    with pytest.raises(KeyError):
        stopped()
    assert os.listdir(tmp_path) == ["a.tif"]
    assert (tmp_path / "a.tif").read_text() == "old"


def test_missing_rows_and_rows_out_of_order_are_refused(tmp_path):
    sink = RasterSink(tmp_path / "a.tif", grid(9, 9), count=1, dtype="uint8", nodata=0)
    sink.write(0, np.ones((1, 4, 9), "uint8"))
    with pytest.raises(ValueError, match="do not follow row 4"):
        sink.write(5, np.ones((1, 4, 9), "uint8"))
    with pytest.raises(ValueError, match="4 of 9 rows came"):
        sink.close()
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "folder.tif").mkdir()
    for path, what in [
        (tmp_path / "none" / "a.tif", "There is no folder"),
        (tmp_path / "folder.tif", "is a folder"),
        (tmp_path / "a.png", "end in .tif"),
    ]:
        with pytest.raises(OutputError, match=what):
            RasterSink(path, grid(9, 9), count=1, dtype="uint8", nodata=0)


FULL = """
import resource, signal, sys
import numpy as np
from affine import Affine
from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.raster.writer import RasterSink
path, limit = sys.argv[1], int(sys.argv[2])
if limit:  # a file that may not grow further stands for a disk that is full
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
array = np.random.default_rng(0).integers(0, 255, (1, 1536, 1536)).astype("uint8")
try:
    with RasterSink(path, Grid(None, Affine(2, 0, 0, 0, -2, 0), 1536, 1536), count=1, dtype="uint8",
    nodata=None) as sink:
        for row in range(0, 1536, 128):
            sink.write(row, array[:, row : row + 128])
except OutputError as error:
    print(error)
"""


def run_full(path, limit):
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(path), str(limit)], capture_output=True, text=True, check=True
    )
    return result.stdout


# 2.36 MB of noise and 0.8 MB of overviews: full in the first blocks, in the last, while closing, in the
# overviews.
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of a file with setrlimit")
@pytest.mark.parametrize("limit", [200_000, 1_000_000, 2_300_000, 2_362_000, 2_400_000, 2_900_000, 3_050_000])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, limit):
    said = run_full(tmp_path / "a.tif", limit)
    assert "a.tif cannot be written" in said
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small tmpfs")
@pytest.mark.parametrize("kilobytes", [64, 1000, 2320, 2700, 3000])
def test_a_full_tmpfs_is_called_a_full_disk(tmp_path, kilobytes):
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", tmp_path], capture_output=True
    ).returncode:
        pytest.skip("may not mount")
    try:
        said = run_full(tmp_path / "a.tif", 0)
        left = os.listdir(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert "the disk is full" in said
    assert left == []


def test_names_with_control_characters_are_readable_everywhere(tmp_path):
    path = tmp_path / "a.tif"
    classes = [(0, "a\x01b", "#000000"), (1, "c\ud800d", "#ffffff")]
    save(path, np.zeros((1, 4, 4), np.uint8), pieces=(4,), band_names=("x\x1by",), classes=classes)
    categories = ET.parse(f"{path}.aux.xml").getroot().findall(".//Category")
    assert [item.text for item in categories] == ["a b", "c d"]
    with rasterio.open(path) as made:
        assert made.tags()["CLASS_0"] == "a b" and made.descriptions == ("x y",)
