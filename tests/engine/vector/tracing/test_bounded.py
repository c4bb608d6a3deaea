"""What is held while polygons are drawn does not grow with the map: bytes are counted, not timings or a process's."""

import gc
from functools import partial
from types import FunctionType, MethodType, ModuleType

import numpy as np
import pytest

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.vector.tracing import batches, polygonize, shaper, sieve
from rsdl_qgis.engine.vector.tracing.polygon_shape import PolygonShape
from rsdl_qgis.engine.vector.tracing.tracer import Tracer

from .test_shaper import TRANSFORM, blobs

WIDTH, STEP = 96, 32


def held(item):
    """Bytes of all arrays that can be reached from an object, views counted as what they keep."""
    seen, waiting, total = set(), [item], 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (type, ModuleType, FunctionType, MethodType)):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            waiting.append(one.base)
            total += one.nbytes if one.base is None else 0
        if not isinstance(one, np.ndarray) or one.dtype == object:
            waiting += gc.get_referents(one)
    return total


@pytest.fixture
def small_strips(monkeypatch):
    """Everything that waits for a share of a large map waits for one of a small map."""
    monkeypatch.setattr(batches, "Tracer", partial(Tracer, pixels=STEP * WIDTH))
    monkeypatch.setattr(batches, "STEPS", 4000)
    monkeypatch.setattr(sieve, "PIXELS", 2 * STEP * WIDTH)
    monkeypatch.setattr(shaper, "CELL", 32)


def peak(path, pixels, copies, sure, **shape):
    """(most bytes that are held after any rows, polygons) of a map that goes on for so many copies.

    Without the areas of pixels, one number a row of the map.
    """
    grid = Grid("EPSG:32634", TRANSFORM, copies * len(pixels), WIDTH)
    legend = [(value, f"class {value}", "#000000") for value in range(5)]
    polygonizer = polygonize.Polygonizer(path, grid, legend, np.uint8, shape=PolygonShape(**shape), sure=sure)
    most = 0
    for number in range(copies * len(pixels) // STEP):
        rows = pixels[number * STEP % len(pixels) :][:STEP]
        chances = np.full((5 if shape.get("min_area") else 1, *rows.shape), 0.8, np.float32) if sure else None
        polygonizer.add(rows, Report(), chances)
        most = max(most, held({name: item for name, item in vars(polygonizer).items() if name != "_areas"}))
    return most, polygonizer.close(Report())


@pytest.mark.parametrize("shape", [
    {},
    {"simplify": 0.35},
    {"simplify": 2.0, "min_area": 1000.0},
    {"simplify": 0.35, "min_area": 1000.0, "fill_holes": 1000.0, "regularize": True},
])  # fmt: skip
@pytest.mark.parametrize("sure", [False, True])
def test_what_is_held_does_not_grow_with_the_map(rng, tmp_path, small_strips, shape, sure):
    pixels = blobs(rng)[:, :WIDTH]
    pixels[-6:-3], pixels[-3:] = 0, 1  # no region goes through the whole map, which is held to its end
    few, many = (peak(tmp_path / f"{copies}.gpkg", pixels, copies, sure, **shape) for copies in (4, 24))
    assert many[1] > 4 * few[1] > 100
    assert many[0] < 1.1 * few[0]
