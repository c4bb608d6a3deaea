"""How files store their pixels: turned and mirrored rasters, scales and offsets, palettes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.number_raster import RasterNumbers
from rsdl_qgis.engine.raster.source import Layer, RasterSource, inspect
from rsdl_qgis.engine.raster.stored import Turn
from rsdl_qgis.engine.vector.class_layers import NOTHING, RasterClasses

from ..conftest import NORTH_UP

HEIGHT, WIDTH = 23, 17
TURNS = list(product((False, True), repeat=3))  # rows and columns exchanged, rows reversed, columns reversed


def states(path, scales=(), offsets=()):
    """The file, made to state a scale and an offset a band."""
    with rasterio.open(path, "r+") as file:
        file.scales = scales or (1.0,) * file.count
        file.offsets = offsets or (0.0,) * file.count
    return path


def stored(array, transform, swapped, up, left):
    """A north-up array as a file would store it in another order, and its geotransform."""
    array = array[..., :: -1 if up else 1, :: -1 if left else 1]
    array = np.swapaxes(array, -1, -2) if swapped else array
    turn = Turn(*array.shape[-2:], swapped, (up, left))
    back = Turn(*turn.shape, swapped, (left, up) if swapped else (up, left))
    assert (turn(array).shape[-2:], back.shape) == (turn.shape, array.shape[-2:])
    return np.ascontiguousarray(array), back.grid_transform(transform)


@pytest.mark.parametrize("order", TURNS)
@pytest.mark.parametrize("transform", [NORTH_UP, Affine(10, 3, 5e5, 2, -8, 4e6)], ids=["upright", "oblique"])
def test_rows_run_south_and_columns_east_however_they_are_stored(raster_file, rng, order, transform):
    array = rng.integers(0, 250, (2, HEIGHT, WIDTH)).astype("uint8")
    turned, placed = stored(array, transform, *order)
    valid = turned[0] > 20
    with RasterSource({"a": [Layer(raster_file("a.tif", turned, transform=placed, msk=valid))]}) as source:
        assert source.grid.transform.almost_equals(transform) and source.grid.height == HEIGHT
        for window in (Window(0, 0, HEIGHT, WIDTH), Window(3, 5, 7, 4), Window(-2, 9, 9, 30)):
            read = source.read(window)["a"][0]
            rows = slice(max(0, window.row), window.row + window.height)
            inside = array[:, rows, window.col : window.col + window.width]
            top = max(0, -window.row)
            part = read[:, top : top + inside.shape[1], : inside.shape[2]]
            assert (part.data == inside).all()
            assert (part.mask == (inside[0] <= 20)).all()
            assert read.mask.sum() == read.size - inside.size + 2 * (inside[0] <= 20).sum()
        coarse = source.read_coarse(Window(0, 0, 20, 16), 10, 8)["a"]
        assert coarse.shape == (1, 2, 10, 8)


def test_a_south_up_raster_needs_no_resampling_to_a_north_up_one(raster_file, rng):
    array = rng.integers(0, 250, (1, HEIGHT, WIDTH)).astype("uint8")
    turned, placed = stored(array, NORTH_UP, False, True, False)
    assert placed.e > 0
    layers = [Layer(raster_file("a.tif", array)), Layer(raster_file("b.tif", turned, transform=placed))]
    with RasterSource({"a": layers}) as source:
        both = source.read(Window(0, 0, HEIGHT, WIDTH))["a"]
    assert both.dtype == "uint8" and (both[0] == both[1]).all() and not both.mask.any()


def test_classes_and_numbers_of_a_south_up_raster_lie_where_the_raster_does(raster_file, rng):
    array = rng.integers(0, 5, (1, HEIGHT, WIDTH)).astype("uint8")
    turned, placed = stored(array, NORTH_UP, False, True, True)
    layer = Layer(raster_file("a.tif", turned, transform=placed, nodata=0))
    with RasterClasses(layer) as classes, RasterNumbers(layer) as numbers:
        codes = np.where(array[0] == 0, NOTHING, array[0].astype(np.int64))
        assert (classes.on(classes.grid) == codes).all()
        x, y = 500_000 + 10 * (np.arange(WIDTH) + 0.5), np.full(WIDTH, 4_200_000 - 25.0)
        assert (classes.at(x, y, classes.grid.crs) == codes[2]).all()
        assert (np.nan_to_num(numbers.on(numbers.grid)) == array[0]).all()


@pytest.mark.parametrize(("dtype", "kind"), [("uint8", "float32"), ("int16", "float32"), ("int32", "float64")])
def test_values_are_numbers_times_scale_plus_offset(raster_file, rng, dtype, kind):
    array = rng.integers(0, 100, (3, HEIGHT, WIDTH)).astype(dtype)
    path = states(raster_file("a.tif", array, nodata=7), (0.1, 1.0, 1.0), (0.0, 0.0, -1000.0))
    with RasterSource({"a": [Layer(path)]}) as source:
        read = source.read(Window(0, 0, HEIGHT, WIDTH))["a"]
        info = source.layers("a")[0]
    assert read.dtype == kind
    assert (read.mask[0] == (array == 7)).all()  # of the numbers, not of the values
    expected = array * np.array([0.1, 1, 1])[:, None, None] + np.array([0.0, 0, -1000])[:, None, None]
    assert (read.data[0] == expected.astype(kind)).all()
    assert info.dtypes == (kind, dtype, kind) and info.nodata == (None,) * 3
    assert (info.scales, info.offsets) == ((0.1, 1.0, 1.0), (0.0, 0.0, -1000.0))


def test_bands_without_scale_keep_their_type_and_the_users_nodata_is_a_number(raster_file, rng):
    array = rng.integers(0, 100, (2, HEIGHT, WIDTH)).astype("uint16")
    path = states(raster_file("a.tif", array), (1.0, 0.5))
    with RasterSource({"plain": [Layer(path, (1,))], "scaled": [Layer(path, (2,), nodata=4)]}) as source:
        read = source.read(Window(0, 0, HEIGHT, WIDTH))
    assert read["plain"].dtype == "uint16" and read["scaled"].dtype == "float32"
    assert (read["scaled"].mask[0, 0] == (array[1] == 4)).all()
    with RasterSource({"a": [Layer(path, stored=True)]}) as source:
        assert (source.read(Window(0, 0, HEIGHT, WIDTH))["a"].data[0] == array).all()


def test_scaled_rasters_are_resampled_as_values(raster_file):
    array = np.full((1, 20, 20), 3000, "int16")
    path = states(raster_file("a.tif", array), (0.001,), (1.0,))
    coarse = raster_file("b.tif", np.zeros((1, 5, 5), "float32"), transform=Affine(40, 0, 5e5, 0, -40, 4_200_000))
    with RasterSource({"grid": [Layer(coarse)], "a": [Layer(path)]}) as source:
        np.testing.assert_allclose(source.read(Window(0, 0, 5, 5))["a"].data, 4.0, rtol=1e-6)


def test_a_class_raster_that_states_a_scale_has_the_classes_it_shows(raster_file):
    array = np.array([[[0, 1], [2, 255]]], "uint8")
    path = states(raster_file("a.tif", array, nodata=255), (10.0,), (1.0,))
    with RasterClasses(Layer(path)) as classes:
        assert classes.on(classes.grid).tolist() == [[1, 11], [21, NOTHING]]


def test_numbers_for_nothing_are_left_out_where_a_file_states_a_scale(raster_file):
    """Of classes they are values, as the classes are; of numbers stored ones, as a nodata is."""
    classes = states(raster_file("a.tif", np.array([[[0, 1], [2, 5]]], "uint8")), (10.0,), (1.0,))
    with RasterClasses(Layer(classes), (51, 2)) as found:
        assert found.on(found.grid).tolist() == [[1, 11], [21, NOTHING]]
    path = states(raster_file("b.tif", np.array([[[-9999, 5000], [-20_000, -9999]]], "int16")), (0.0001,))
    with RasterNumbers(Layer(path)) as numbers:
        assert numbers.fills_under(numbers.grid) == {-9999: 2}
    with RasterNumbers(Layer(path), (-9999,)) as numbers:
        np.testing.assert_allclose(numbers.on(numbers.grid), [[np.nan, 0.5], [-2, np.nan]])


def test_a_scale_without_meaning_is_refused(raster_file):
    path = states(raster_file("a.tif", np.ones((1, 4, 4), "uint8")), (0.0,))
    with pytest.raises(InputError, match="states the scale 0 and the offset 0"):
        inspect(Layer(path))
    assert inspect(Layer(path, stored=True)).dtypes == ("uint8",)


def test_the_colours_of_a_palette_take_the_place_of_its_numbers(raster_file):
    array = np.array([[[0, 1, 2], [2, 3, 9]]], "uint8")
    colours = {0: (10, 20, 30, 255), 1: (40, 50, 60, 255), 2: (70, 80, 90, 255), 3: (1, 2, 3, 0), 9: (5, 5, 5, 255)}
    path = raster_file("a.tif", array, colours=colours, nodata=9)
    info = inspect(Layer(path))
    assert info.paletted and info.bands == (1,) and info.colours == ("",)
    with RasterSource({"a": [Layer(path, palette=True)]}) as source:
        read = source.read(Window(0, 0, 2, 3))["a"][0]
        assert source.layers("a")[0].colours == ("red", "green", "blue")
    assert read.data[:, 0].tolist() == [[10, 40, 70], [20, 50, 80], [30, 60, 90]]
    assert read.mask.tolist() == [[[False] * 3, [False, False, True]]] * 3  # nodata; written with 3 as 255 alpha
    with RasterSource({"a": [Layer(path, (3, 1), palette=True)]}) as source:
        assert source.read(Window(0, 0, 1, 1))["a"].data.ravel().tolist() == [30, 10]
    with pytest.raises(InputError, match="has no band 4: it has 3"):
        inspect(Layer(path, (4,), palette=True))


def test_what_a_band_shows_is_known(raster_file):
    path = raster_file("a.tif", np.zeros((4, 4, 4), "uint8"), photometric="rgb")
    with rasterio.open(path, "r+") as file:
        file.colorinterp = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined]
    assert inspect(Layer(path)).colours == ("blue", "green", "red", "")
    assert inspect(Layer(path, (3, 1))).colours == ("red", "blue")
