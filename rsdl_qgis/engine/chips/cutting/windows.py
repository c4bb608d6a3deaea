"""The windows of chips: windows of one size that cover an area, or its labelled parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import Grid, Window

Cell = tuple["Span", "Span"]  # the rows and the columns of a window


@dataclass(frozen=True)
class Span:
    """The start of a window along one axis, and its labelled part from ``low`` to ``high``, in pixels of the raster."""

    start: int
    low: int
    high: int


def spans(first: int, length: int, limit: int, size: int, overlap: int) -> list[Span]:
    """Windows of ``size`` along one axis that cover ``length`` pixels from ``first``, of a raster of ``limit`` pixels.

    They are evenly spaced and overlap by at least ``overlap`` pixels; overlap beyond that is assigned to the nearer
    window. Fewer pixels than ``size`` are one window, which exceeds the raster only if that is smaller.
    """
    if length <= size:
        start = min(max(0, first + (length - size) // 2), max(0, limit - size))
        return [Span(start, start, start + size)]
    count = math.ceil((length - overlap) / (size - overlap))
    starts = [first + round(i * (length - size) / (count - 1)) for i in range(count)]
    excess = [a + size - b - overlap for a, b in zip(starts, starts[1:])]
    lows = [0, *(e - e // 2 for e in excess)]
    highs = [*(e // 2 for e in excess), 0]
    return [Span(start, start + low, start + size - high) for start, low, high in zip(starts, lows, highs)]


def cells(grid: Grid, area: Window, boxes: NDArray[np.int64] | None, size: int, overlap: int) -> list[Cell]:
    """The windows that cover an area of a grid: all, or those that intersect one of the boxes (n, 4)."""
    rows = spans(area.row, area.height, grid.height, size, overlap)
    cols = spans(area.col, area.width, grid.width, size, overlap)
    if boxes is None:
        return [(row, col) for row in rows for col in cols]
    met: set[tuple[int, int]] = set()
    edges = [np.array([span.low for span in axis]) for axis in (rows, cols)]
    ends = [np.array([span.high for span in axis]) for axis in (rows, cols)]
    for top, left, bottom, right in boxes:
        i = range(np.searchsorted(ends[0], top, "right"), np.searchsorted(edges[0], bottom, "left"))
        j = range(np.searchsorted(ends[1], left, "right"), np.searchsorted(edges[1], right, "left"))
        met.update((r, c) for r in i for c in j)
    return [(rows[i], cols[j]) for i, j in sorted(met)]


def groups(found: Sequence[Cell], size: int) -> int:
    """The number of groups of windows that do not touch one another."""
    waiting = {(rows.start, cols.start) for rows, cols in found}
    axes = ({row for row, _ in waiting}, {col for _, col in waiting})
    near = [{a: [b for b in axis if abs(a - b) <= size] for a in axis} for axis in axes]
    count = 0
    while waiting:
        count += 1
        edge = [waiting.pop()]
        while edge:
            row, col = edge.pop()
            touching = {(r, c) for r in near[0][row] for c in near[1][col]} & waiting
            waiting -= touching
            edge += touching
    return count


def boxes_inside(boxes: NDArray[np.int64], area: Window) -> NDArray[np.int64]:
    """The boxes that intersect the area, clipped to it."""
    low, high = np.array([area.row, area.col]), np.array([area.row + area.height, area.col + area.width])
    cut_to = np.column_stack([np.maximum(boxes[:, :2], low), np.minimum(boxes[:, 2:], high)])
    return cut_to[(cut_to[:, :2] < cut_to[:, 2:]).all(1)]
