"""Polygons burned into the pixels of a grid, and the polygons that get none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize

from ..raster.grid import Bounds, Grid, Window, apply

LARGEST_CHECKED = 1 << 20  # pixels around a polygon up to which it is looked at by itself


class Burned:
    """The pixels of polygons: those whose centre they contain, and with ``all_touched`` also those that they touch.

    A pixel whose centre lies in a polygon does not also belong to polygons that only touch it. ``polygons``: GeoJSON,
    in order of who lies on top; ``outlines`` (n, 4). It remembers which polygons had pixels in the grids so far.
    """

    def __init__(self, polygons: Sequence[dict[str, Any]], outlines: NDArray, all_touched: bool = False):
        self._polygons, self._outlines, self._all_touched = polygons, outlines, all_touched
        self._seen = np.zeros(len(polygons) + 1, bool)

    def on(self, grid: Grid) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(h, w), (h, w): the first and the last polygon of each pixel, from 1; 0 for none."""
        near = meeting(self._outlines, grid.bounds)
        if not len(near):
            return (np.zeros((grid.height, grid.width), np.int32),) * 2
        first, last = self._burned(near[::-1], grid, False), self._burned(near, grid, False)
        if self._all_touched:
            empty = last == 0
            first = np.where(empty, self._burned(near[::-1], grid, True), first)
            last = np.where(empty, self._burned(near, grid, True), last)
        self._seen[first.ravel()] = True
        self._seen[last.ravel()] = True
        return first, last

    def unseen(self, grid: Grid) -> list[int]:
        """The polygons that lie on a grid, all of which was burned, and have no pixel of it."""
        some = [i for i in meeting(self._outlines, grid.bounds) if not self._seen[i + 1]]
        return [int(i) for i in some if not self._has_pixels(int(i), grid)]

    def _has_pixels(self, i: int, grid: Grid) -> bool:
        """Whether a polygon would have a pixel by itself; one that it only touches, and was not given, is another's."""
        window = around(grid, tuple(self._outlines[i]))
        if window is None or window.height * window.width > LARGEST_CHECKED:
            return window is not None
        return bool(self._burned(np.array([i]), grid.crop(window), False).any())

    def _burned(self, wanted: NDArray, grid: Grid, all_touched: bool) -> NDArray[np.int32]:
        shapes = [(self._polygons[i], int(i) + 1) for i in wanted]
        size = (grid.height, grid.width)
        burned: NDArray[np.int32] = rasterize(
            shapes, size, fill=0, transform=grid.transform, dtype="int32", all_touched=all_touched
        )
        return burned


def meeting(outlines: NDArray, bounds: Bounds) -> NDArray[np.int64]:
    """Which of (n, 4) rectangles meet another one."""
    xmin, ymin, xmax, ymax = bounds
    x0, y0, x1, y1 = outlines.T
    return np.flatnonzero((x0 <= xmax) & (x1 >= xmin) & (y0 <= ymax) & (y1 >= ymin))


def around(grid: Grid, bounds: Bounds) -> Window | None:
    """The pixels of a grid that a rectangle touches; None for none."""
    xmin, ymin, xmax, ymax = bounds
    xs, ys = np.array([xmin, xmin, xmax, xmax]), np.array([ymin, ymax, ymin, ymax])
    cols, rows = apply(~grid.transform, xs, ys)
    left, right = max(0, int(np.floor(cols.min()))), min(grid.width, int(np.floor(cols.max())) + 1)
    top, bottom = max(0, int(np.floor(rows.min()))), min(grid.height, int(np.floor(rows.max())) + 1)
    return Window(top, left, bottom - top, right - left) if right > left and bottom > top else None
