"""The highest places of a raster of scores, apart from one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...feedback import Report
from ...raster.grid import Grid, Window, apply
from ...raster.layer import Layer, OpenLayer
from ...vector.class_canvas import touches

KEPT = 200_000  # candidates held at once
PIXELS = 1 << 22  # read at once


@dataclass(frozen=True)
class Places:
    """Pixels by their scores, the highest first: (n,) each, and their centres in map units."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)

    def taken(self, index: NDArray) -> Places:
        return Places(self.rows[index], self.columns[index], self.scores[index])

    def centres(self, grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        x, y = apply(grid.transform, self.columns + 0.5, self.rows + 0.5)
        return x, y


def highest_places(
    path: str,
    number: int,
    distance: tuple[float, float],
    least: float,
    left_out: Any | None,
    report: Report,
    border: int = 0,
) -> Places:
    """The ``number`` highest pixels of a raster's first band that are the highest around them, as far apart as
    ``distance`` (in pixels, down and across), not below ``least``, and outside the geometry
    ``left_out`` and the raster's outermost ``border`` pixels. The highest come first.
    """
    found = Places(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    for peaks in _peaks(path, distance, least, left_out, report, border):
        found = Places(
            *(np.concatenate([getattr(found, name), getattr(peaks, name)]) for name in ("rows", "columns", "scores"))
        )
        found = found.taken(np.argsort(-found.scores, kind="stable")[:KEPT])
    return found.taken(_apart(found, number, distance))


def _peaks(
    path: str, distance: tuple[float, float], least: float, left_out: Any | None, report: Report, border: int
) -> Iterator[Places]:
    """The pixels that are the highest of a rectangle around them, strip by strip."""
    reach_y, reach_x = (int(side / math.sqrt(2)) for side in distance)  # a rectangle within the ellipse
    layer = OpenLayer(Layer(path, (1,)))
    try:
        grid = layer.grid
        step = max(1, 2 * reach_y, PIXELS // grid.width)
        for row in range(0, grid.height, step):
            report.check()
            report.progress(row / grid.height, "Looking for the highest places")
            height = min(step, grid.height - row)
            shape = 1, height + 2 * reach_y, grid.width
            values, mask = np.zeros(shape, np.float32), np.ones(shape, bool)
            window = Window(row - reach_y, 0, shape[1], grid.width)
            layer.read(window, values, mask)
            if left_out is not None:
                mask[0] |= touches(left_out, grid.crop(window))
            mask[0] |= _edge(window, grid, border)
            scores = np.where(mask[0], -np.inf, values[0]).astype(np.float32)
            around = _highest(_highest(scores, reach_y, 0, padded=False), reach_x, 1, padded=True)
            own = scores[reach_y : reach_y + height]
            rows, columns = np.nonzero((own == around) & (own >= least) & np.isfinite(own))
            yield Places(rows + row, columns, own[rows, columns])
    finally:
        layer.close()


def _edge(window: Window, grid: Grid, border: int) -> NDArray[np.bool_]:
    """Which pixels of a window are among the outermost of a grid."""
    rows, columns = np.arange(window.height) + window.row, np.arange(window.width) + window.col
    outer = [(at < border) | (at >= side - border) for at, side in ((rows, grid.height), (columns, grid.width))]
    return outer[0][:, None] | outer[1]


def _highest(values: NDArray[np.float32], reach: int, axis: int, padded: bool) -> NDArray[np.float32]:
    """The highest of ``2 * reach + 1`` numbers along an axis; ``padded``: as many come out as went in."""
    found = np.moveaxis(values, axis, 0)
    if padded:
        edge = np.full((reach, *found.shape[1:]), -np.inf, np.float32)
        found = np.concatenate([edge, found, edge])
    size, wanted = 1, 2 * reach + 1
    while 2 * size <= wanted:
        found = np.maximum(found[:-size], found[size:])
        size *= 2
    if size < wanted:
        found = np.maximum(found[: len(found) - (wanted - size)], found[wanted - size :])
    return np.moveaxis(found, 0, axis)


def _apart(places: Places, number: int, distance: tuple[float, float]) -> NDArray[np.int64]:
    """Which places to take, one after the other, so that none is closer to one before it than ``distance``."""
    scale = np.maximum(np.array(distance, np.float64), 1e-9)
    points = np.stack([places.rows, places.columns], 1) / scale
    cells: dict[tuple[int, int], list[NDArray[np.float64]]] = {}
    chosen: list[int] = []
    for i, point in enumerate(points):
        if len(chosen) == number:
            break
        row, column = (int(value) for value in np.floor(point))
        near = [p for r in (-1, 0, 1) for c in (-1, 0, 1) for p in cells.get((row + r, column + c), ())]
        if all(float(np.sum((p - point) ** 2)) >= 1 for p in near):
            chosen.append(i)
            cells.setdefault((row, column), []).append(point)
    return np.array(chosen, np.int64)
