"""Where features lie: the middle of each, and which polygon holds which points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .labels import Geometry, covers, points_of, polygon_of
from .vectors import outline


def middles(wkb: Sequence[bytes | None] | NDArray) -> NDArray[np.float64]:
    """(n, 2): a point inside each polygon or multipolygon; of a point or multipoint its first; NaN for anything else,
    for what is empty and for what is broken.
    """
    result = np.full((len(wkb), 2), np.nan)
    for i, value in enumerate(wkb):
        polygon = polygon_of(value)
        if polygon is not None:
            result[i] = middle(polygon)
        else:
            result[i] = next(points_of(value), (np.nan, np.nan))
    return result


def middle(polygon: Geometry) -> tuple[float, float]:
    """A point inside a polygon: half way along the widest stretch inside it at half of its height.

    Of a rectangle it is the centre. Of a multipolygon each part is looked at, and the widest stretch counts.
    """
    parts = [polygon["coordinates"]] if polygon["type"] == "Polygon" else polygon["coordinates"]
    stretches = [_widest(part) for part in parts]
    low, high, y = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
    return (low + high) / 2, y


def _widest(rings: Sequence[Sequence[tuple[float, float]]]) -> tuple[float, float, float]:
    """(from x, to x, y) of the widest stretch inside rings at half of their height; one of no width where there is
    none.
    """
    ys = [corner[1] for corner in rings[0]]
    y = (min(ys) + max(ys)) / 2
    crossings = sorted(
        x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        for ring in rings
        for (x0, y0), (x1, y1) in zip(ring, ring[1:])
        if (y0 > y) != (y1 > y)
    )
    inside = [(low, high, y) for low, high in zip(crossings[::2], crossings[1::2])]
    x = rings[0][0][0]
    return max(inside, key=lambda stretch: stretch[1] - stretch[0], default=(x, x, y))


class Points:
    """Many points, sorted so that those in a polygon are found soon. ``xy`` (n, 2); what is not finite is nowhere."""

    def __init__(self, xy: NDArray):
        known = np.flatnonzero(np.isfinite(xy).all(1))
        self._index = known[np.argsort(xy[known, 0], kind="stable")]
        self._x, self._y = xy[self._index].T

    def within(self, polygon: Geometry) -> NDArray[np.int64]:
        """The numbers of the points that a polygon holds; one in a hole is outside."""
        xmin, ymin, xmax, ymax = outline(polygon)
        first, end = np.searchsorted(self._x, xmin, "left"), np.searchsorted(self._x, xmax, "right")
        near = first + np.flatnonzero((self._y[first:end] >= ymin) & (self._y[first:end] <= ymax))
        if not len(near):
            return near
        return self._index[near[covers(polygon, self._x[near], self._y[near])]]
