"""Simplified coverages moved to where they fit."""

import numpy as np
import shapely
from rasterio.features import rasterize, shapes

from rsdl_qgis.engine.vector.tracing.fitting import fitted


def test_simplified_borders_fit_better_and_stay_a_coverage(rng):
    noise = rng.normal(0, 1, (3, 120, 120))
    for _ in range(40):
        noise = sum(np.roll(noise, shift, axis) for shift in (-1, 0, 1) for axis in (1, 2))
    classes = noise.argmax(0).astype("uint8")
    outlines, values = zip(*shapes(classes))
    polygons = np.array([shapely.geometry.shape(outline) for outline in outlines], object)
    before = shapely.segmentize(polygons, 1.0)  # corners where others end at an edge
    after = shapely.coverage_simplify(before, 2.5, simplify_boundary=False)
    moved = fitted(before, after, 2.5)
    assert (shapely.get_num_coordinates(moved) == shapely.get_num_coordinates(after)).all()
    assert shapely.is_valid(moved).all() and shapely.coverage_is_valid(moved)
    assert shapely.union_all(moved).equals(shapely.box(0, 0, 120, 120))
    drawn = [rasterize(zip(some, map(int, values)), classes.shape) for some in (after, moved)]
    simplified, fitting = ((again != classes).sum() for again in drawn)  # pixels of another class
    assert fitting < 0.85 * simplified
    shift = np.hypot(*(shapely.get_coordinates(moved) - shapely.get_coordinates(after)).T)
    assert 0 < shift.max() <= 2.5 + 1e-9


def test_what_would_cross_stays_where_it_was(monkeypatch):
    before = np.array([shapely.box(0, 0, 4, 4) - shapely.Polygon([(1, 1), (3, 1), (2, 3)])], object)
    before = np.append(before, shapely.Polygon([(1, 1), (3, 1), (2, 3)]))
    inside_out = lambda samples, start, free, most: np.where(free[:, None], start * 3, start)  # noqa: E731
    monkeypatch.setattr("rsdl_qgis.engine.vector.tracing.fitting._moved", inside_out)
    assert shapely.equals(fitted(before, before, 9.0), before).all()
