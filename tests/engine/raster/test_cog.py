"""The layout of the rasters that are written, looked at block by block as GDAL's own check of such files does."""

import itertools
import struct
import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.raster.cog.layout import OFFSETS, optimise, read_directories
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.raster.writer import RasterSink

SIDE = 1100
CLASSES = [(value, f"class {value}", "#336699") for value in range(4)]


def written(path, pixels, **options):
    grid = Grid("EPSG:32634", Affine(10, 0, 5e5, 0, -10, 4e6), *pixels.shape[1:])
    with RasterSink(path, grid, count=len(pixels), dtype=pixels.dtype, nodata=255, **options) as sink:
        sink.write(0, pixels)
    return path


def check_layout(path):
    """Directories lie before all blocks, overviews after the raster's own; blocks of smaller images come first."""
    with path.open("rb") as file:
        _, directories = read_directories(file)
    spans = [(int(d.numbers(OFFSETS).min()), int(d.numbers(OFFSETS).max())) for d in directories]
    for (first, _), (_, last) in itertools.pairwise(spans):
        assert last < first
    widths = [struct.unpack("<I", d.entries[256][2].ljust(4, b"\0"))[0] for d in directories]
    assert widths == sorted(widths, reverse=True)
    ends = struct.unpack("<I", path.read_bytes()[4:8])[0] + sum(d.size for d in directories)
    assert ends <= spans[-1][0]
    return directories


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_rasters_are_cloud_optimised(rng, tmp_path, kind):
    pixels = rng.integers(0, 4, (1 if kind == "uint8" else 3, SIDE, SIDE)).astype(kind)
    options = {"classes": CLASSES} if kind == "uint8" else {"band_names": ("a", "b", "c"), "unit": "m"}
    path = written(tmp_path / "map.tif", pixels, metadata={"RSDL_X": "y"}, **options)
    assert len(check_layout(path)) == 3
    with rasterio.open(path) as file:
        assert (file.read() == pixels).all()
        assert file.overviews(1) == [2, 4]
        assert file.tags()["RSDL_X"] == "y" and file.nodata == 255 and file.transform.a == 10
        if kind == "float32":
            assert file.descriptions == ("a", "b", "c") and file.units == ("m",) * 3
    assert {item.name for item in tmp_path.iterdir()} <= {"map.tif", "map.tif.aux.xml"}


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_rio_cogeo_finds_nothing_to_say(rng, tmp_path, kind):
    check = pytest.importorskip("rio_cogeo.cogeo")
    path = written(tmp_path / "map.tif", rng.integers(0, 4, (2, SIDE, SIDE)).astype(kind))
    assert check.cog_validate(str(path), strict=True) == (True, [], [])


def test_overviews_of_classes_are_the_most_frequent_one(tmp_path):
    pixels = np.zeros((1, 600, 600), "uint8")
    pixels[:, ::2, ::2] = 3  # one of four, where a nearest one may lie
    pixels[:, 300:] = 1
    path = written(tmp_path / "map.tif", pixels, classes=CLASSES)
    with rasterio.open(path, overview_level=0) as file:
        assert set(np.unique(file.read(1)).tolist()) == {0, 1}


@pytest.mark.parametrize("nodata", [None, -9999.0, np.nan])
def test_overviews_of_numbers_are_means_of_what_has_data(rng, tmp_path, nodata):
    """Of each overview, against the raster's own pixels, at odd sizes and in pieces."""
    pixels = rng.normal(0, 1, (2, 1101, 1535)).astype("float32")
    if nodata is not None:
        pixels[0, :513, :700] = pixels[1, ::3, ::2] = nodata
    grid = Grid("EPSG:32634", Affine(10, 0, 5e5, 0, -10, 4e6), *pixels.shape[1:])
    with RasterSink(tmp_path / "a.tif", grid, count=2, dtype="float32", nodata=nodata) as sink:
        for row in range(0, 1101, 300):
            sink.write(row, pixels[:, row : row + 300])
    expected = np.where(pixels == np.float32(nodata or np.nan), np.nan, pixels)
    assert len(check_layout(tmp_path / "a.tif")) == 3
    for level in range(2):
        _, height, width = expected.shape
        padded = np.pad(expected, ((0, 0), (0, height % 2), (0, width % 2)), "edge")
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = np.nanmean(padded.reshape(2, padded.shape[1] // 2, 2, -1, 2), axis=(2, 4))
        with rasterio.open(tmp_path / "a.tif", overview_level=level) as file:
            found = file.read(masked=True).filled(np.nan)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [item.name for item in tmp_path.iterdir()] == ["a.tif"]


@pytest.mark.parametrize("big", ["YES", "NO"])
def test_big_and_small_files_with_blocks_that_are_missing(rng, tmp_path, big):
    pixels = rng.integers(1, 9, (2, 300, 520), "uint16")
    pixels[:, :256, :256] = 0
    layout = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate", "sparse_ok": True}
    place = {"crs": "EPSG:32634", "transform": Affine(10, 0, 5e5, 0, -10, 4e6)}
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", "GTiff", 520, 300, 2, dtype="uint16", bigtiff=big, **layout, **place) as file:
        file.write(pixels)
    optimise(path, tmp_path / "b.tif")
    with rasterio.open(path) as file:
        assert (file.read() == pixels).all() and file.crs.to_epsg() == 32634
    assert not (tmp_path / "b.tif").exists()


def test_a_file_that_was_cut_is_refused_and_stays(rng, tmp_path):
    path = written(tmp_path / "map.tif", rng.integers(0, 255, (1, 300, 300), "uint8"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1000])
    with pytest.raises(OSError, match="missing"):
        optimise(path, tmp_path / "b.tif")
    assert path.read_bytes() == whole[:-1000]
