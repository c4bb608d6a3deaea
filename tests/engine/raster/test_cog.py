"""The layout of the rasters that are written, looked at block by block as GDAL's own check of such files does."""

import itertools
import struct

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.raster.cog import OFFSETS, optimise, read_directories
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


def test_overviews_of_classes_are_the_most_frequent_one(tmp_path):
    pixels = np.zeros((1, 600, 600), "uint8")
    pixels[:, ::2, ::2] = 3  # one of four, where a nearest one may lie
    pixels[:, 300:] = 1
    path = written(tmp_path / "map.tif", pixels, classes=CLASSES)
    with rasterio.open(path, overview_level=0) as file:
        assert set(np.unique(file.read(1)).tolist()) == {0, 1}


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
