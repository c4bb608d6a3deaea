"""Small rasters written and read again."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.raster.class_tables import class_colours, class_names
from rsdl_qgis.engine.raster.geotiff import free_value, write_geotiff
from rsdl_qgis.engine.raster.grid import Grid, Window, crs_of
from rsdl_qgis.engine.raster.source import Layer, RasterSource

GRID = Grid(crs_of("EPSG:32634").to_wkt(), Affine(10, 0, 500_000, 0, -10, 4_200_000), 9, 11)


def read(path):
    with RasterSource({"image": [Layer(str(path))]}) as source:
        return source.read(Window(0, 0, 9, 11))["image"][0], source.grid, source.layers("image")[0]


def made(dtype, rng, masked):
    info = np.finfo if np.dtype(dtype).kind == "f" else np.iinfo
    low, high = (-1e3, 1e3) if np.dtype(dtype).kind == "f" else (info(dtype).min, min(info(dtype).max, 2**53))
    values = rng.uniform(float(low), float(high), (2, 9, 11)).astype(dtype)
    return np.ma.MaskedArray(values, rng.random(values.shape) < (0.3 if masked else 0))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64"])
def test_values_and_validity_come_back(tmp_path, rng, dtype, masked):
    values = made(dtype, rng, masked)
    write_geotiff(tmp_path / "a.tif", GRID, values, free_value(values) if masked else None, ["B1", "B2"])
    again, grid, info = read(tmp_path / "a.tif")
    assert (again.mask == np.ma.getmaskarray(values)).all()
    assert (again.data == values.data)[~again.mask].all() and again.dtype == values.dtype
    assert grid == GRID and info.descriptions == ("B1", "B2")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_without_a_free_value_a_mask_band_tells_what_is_valid(tmp_path):
    values = np.ma.MaskedArray(np.arange(256, dtype="uint8").reshape(1, 16, 16))
    assert free_value(values) is None
    values = np.ma.MaskedArray(np.arange(99, dtype="uint8").reshape(1, 9, 11), np.eye(9, 11, dtype=bool)[None])
    write_geotiff(tmp_path / "a.tif", GRID, values)
    again, _, _ = read(tmp_path / "a.tif")
    assert (again.mask == values.mask).all() and (again.data == values.data)[~values.mask].all()


def test_the_value_for_what_is_masked_is_one_that_is_not_used():
    values = np.ma.MaskedArray(np.array([[[0, 255, 7]]], "uint8"), [[[0, 0, 1]]])
    assert free_value(values, 7) == 7
    assert free_value(values, 255) not in (0, 255)
    assert np.isnan(free_value(values.astype("float32"), 7))
    assert free_value(np.ma.MaskedArray(np.array([5], "uint8")), -9999) == 0


def test_classes_are_kept_in_the_file(tmp_path):
    values = np.ma.MaskedArray(np.ones((1, 9, 11), "uint8"))
    write_geotiff(tmp_path / "a.tif", GRID, values, 255, ["class"], [(0, "land", "#102030"), (1, "water", "#0000ff")])
    assert class_names(str(tmp_path / "a.tif")) == {0: "land", 1: "water"}
    colours = class_colours(str(tmp_path / "a.tif"))
    assert colours[0] == "#102030" and colours[1] == "#0000ff"
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.nodata == 255


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="the disk is full"):
        write_geotiff(tmp_path / "a.tif", GRID, np.ma.MaskedArray(np.ones((1, 9, 11), "uint8")))
