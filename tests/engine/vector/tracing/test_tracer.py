import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import geometry_mask, shapes

from rsdl_qgis.engine.vector.tracing import tracer as module
from rsdl_qgis.engine.vector.tracing.rings import polygons_wkb
from rsdl_qgis.engine.vector.tracing.strip import borders
from rsdl_qgis.engine.vector.tracing.tracer import Traced, Tracer

PLACE = Affine(2, 0.5, 100, 0.25, -3, 50)


def traced(array, strip=1000, rows=1000):
    """Polygons of an array that comes in pieces of so many rows and is drawn in strips: (value, geometry)."""
    tracer = Tracer(array.shape[1], np.arange(np.iinfo(array.dtype).max + 1) > 0, pixels=strip * (array.shape[1] + 2))
    parts = [part for row in range(0, len(array), rows) for part in tracer.add(array[row : row + rows])]
    parts += list(tracer.close())
    if not parts:
        return []
    whole = Traced.joined(parts)
    return list(zip(whole.values.tolist(), shapely.from_wkb(polygons_wkb(whole, PLACE))))


def gdals(array):
    found = shapes(array, mask=array > 0, connectivity=4, transform=PLACE)
    return [(int(value), shapely.geometry.shape(geometry)) for geometry, value in found]


def plain(polygons):
    return sorted((value, shapely.normalize(polygon).wkb) for value, polygon in polygons)


def spiral(side):
    array, (row, col), (down, right) = np.zeros((side, side), np.uint8), (0, 0), (0, 1)
    array[0, 0] = 1
    for length in [side - 1, *(n for n in range(side - 1, 0, -2) for _ in range(2))]:
        for _ in range(length):
            row, col = row + down, col + right
            array[row, col] = 1
        down, right = right, -down
    return array


def nested(side):
    away = np.abs(np.arange(side) - side // 2)
    return (np.maximum(away[:, None], away) % 3).astype(np.uint8)


def random(seed, height, width, classes, density):
    rng = np.random.default_rng(seed)
    array = rng.integers(1, classes + 1, (height, width)).astype(np.uint8)
    return np.where(rng.random((height, width)) < density, array, np.uint8(0))


ARRAYS = {
    "one class": np.ones((7, 5), np.uint8),
    "nothing wanted": np.zeros((7, 5), np.uint8),
    "one pixel": np.ones((1, 1), np.uint8),
    "one row": np.array([[1, 1, 2, 0, 2, 1]], np.uint8),
    "one column": np.array([[1, 1, 2, 0, 2, 1]], np.uint8).T,
    "checkers": (np.indices((9, 8)).sum(0) % 2 + 1).astype(np.uint8),
    "checkers on nothing": (np.indices((9, 8)).sum(0) % 2).astype(np.uint8),
    "spiral": spiral(21),
    "rings in rings": nested(23),
    "a hole that touches the outside": np.array([[1, 1, 1], [1, 0, 1], [1, 1, 0]], np.uint8),
    "holes that touch": np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]], np.uint8),
    "a comb": np.repeat([[1, 0] * 8, [1, 0] * 8, [1] * 16, [1, 0] * 8], 2, 0).astype(np.uint8),
    "large": random(0, 150, 130, 2, 0.6),
}


@pytest.mark.parametrize("strip", [1, 5, 1000])
@pytest.mark.parametrize("name", ARRAYS)
def test_sums_are_those_of_the_pixels(name, strip):
    array, rng = ARRAYS[name], np.random.default_rng(1)
    weights = np.where(rng.random(array.shape) < 0.1, np.nan, rng.random(array.shape)).astype(np.float32)
    tracer = Tracer(array.shape[1], np.arange(256) > 0, pixels=strip * (array.shape[1] + 2), weighed=True)
    parts = [part for row in range(len(array)) for part in tracer.add(array[row : row + 1], weights[row : row + 1])]
    for part in [*parts, *tracer.close()]:
        for polygon, found in zip(shapely.from_wkb(polygons_wkb(part, PLACE)), part.sums):
            inside = weights[geometry_mask([polygon], array.shape, PLACE, invert=True)]
            assert found.real == pytest.approx(np.nansum(inside, dtype=np.float64), abs=1e-9)
            assert found.imag == pytest.approx(np.isfinite(inside).sum(), abs=1e-9)


@pytest.mark.parametrize("strip", [1, 2, 5, 1000])
@pytest.mark.parametrize("name", ARRAYS)
def test_polygons_are_those_of_gdal(name, strip):
    found = traced(ARRAYS[name], strip)
    assert plain(found) == plain(gdals(ARRAYS[name]))
    assert all(polygon.is_valid for _, polygon in found)


@settings(max_examples=150, deadline=None)
@given(
    st.builds(
        random,
        st.integers(0, 10**6),
        st.integers(1, 30),
        st.integers(1, 30),
        st.integers(1, 4),
        st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    ),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_polygons_of_any_raster_are_those_of_gdal(array, strip, rows):
    assert plain(traced(array, strip, rows)) == plain(gdals(array))


def test_more_values_than_a_byte_has():
    array = np.arange(30 * 20, dtype=np.uint16).reshape(30, 20)
    found = traced(array, 4)
    assert sorted(value for value, _ in found) == list(range(1, 600))
    assert all(polygon.area == pytest.approx(abs(PLACE.determinant)) for _, polygon in found)


def test_all_values_that_there_are_can_be_wanted():
    array = np.arange(256, dtype=np.uint8).reshape(16, 16)
    tracer = Tracer(16, np.ones(256, bool))
    whole = Traced.joined([*tracer.add(array), *tracer.close()])
    assert sorted(whole.values.tolist()) == list(range(256))


def test_strips_of_many_borders_are_drawn_in_parts(monkeypatch):
    drawn = []
    monkeypatch.setattr(module, "borders", lambda pixels, *given: drawn.append(len(pixels)) or borders(pixels, *given))
    whole = plain(traced(ARRAYS["large"]))
    monkeypatch.setattr(module, "EDGES", 500)
    assert plain(traced(ARRAYS["large"])) == whole
    assert drawn[0] == 150 + 3 and max(drawn[2:]) < 12


def test_a_polygon_comes_with_the_strip_that_ends_it():
    array = np.zeros((20, 6), np.uint8)
    array[2:4, 1:5] = 1
    array[8:10, 1:5] = 2
    tracer = Tracer(6, np.arange(3) > 0, pixels=5 * 8)
    came = [[value for part in tracer.add(row[None]) for value in part.values] for row in array]
    assert [(row, values) for row, values in enumerate(came) if values] == [(4, [1]), (14, [2])]
    assert list(tracer.close()) == []
