"""Otsu's threshold of a whole raster, and of each of its cells, from one pass over it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...radiometry.bimodality import Bimodality, bimodality
from ...radiometry.otsu import otsu_threshold
from ...radiometry.value_histogram import ValueHistogram
from ...raster.grid import Grid, Window
from ..loop import Tile
from .index_map import READ, VALUES, apart

FEWEST = 100  # valid pixels of a cell with a threshold of its own

Load = Callable[[Window], Tile[Window]]


@dataclass(frozen=True)
class Thresholds:
    """The threshold of each pixel: one for all (``level``), or ``cells`` (rows, columns) of ``side`` pixels, whose
    thresholds hold at their centres and are interpolated bilinearly between them. ``found``: of all values together;
    None where the threshold was given. ``own``: cells with a threshold of their own.
    """

    level: float
    found: Bimodality | None = None
    cells: NDArray[np.float64] | None = None
    side: int = 0
    own: int = 0

    def of(self, window: Window) -> NDArray[np.float32] | np.float32:
        """The thresholds (h, w) of a window's pixels, which depend on their places alone."""
        if self.cells is None:
            return np.float32(self.level)
        low, high, weight = zip(
            *(
                _between(start, length, self.side, count)
                for start, length, count in zip(
                    (window.row, window.col), (window.height, window.width), self.cells.shape
                )
            )
        )
        along = self.cells[low[0]] * (1 - weight[0][:, None]) + self.cells[high[0]] * weight[0][:, None]
        return (along[:, low[1]] * (1 - weight[1]) + along[:, high[1]] * weight[1]).astype(np.float32)


def _between(start: int, length: int, side: int, count: int) -> tuple[NDArray, NDArray, NDArray]:
    """For pixels along an axis the cells on either side, and the weight of the second."""
    place = ((np.arange(start, start + length) + 0.5) / side - 0.5).clip(0, count - 1)
    low = np.floor(place).astype(np.int64)
    return low, np.minimum(low + 1, count - 1), place - low


def otsu_thresholds(grid: Grid, load: Load, side: int, report: Report) -> Thresholds:
    """Otsu's thresholds. ``side``: of the cells in pixels, 0: one threshold for all.

    A cell whose values are not clearly of two groups has the threshold of the whole raster, after the split-based
    approach of Martinis et al. 2009, doi:10.5194/nhess-9-303-2009. InputError where the values do not differ.
    """
    histogram, cells = ValueHistogram(), np.full(_shape(grid, side), math.nan)
    step = side * max(1, READ // side) if side else READ
    windows = list(apart(grid, step))
    for done, window in enumerate(windows):
        report.check()
        tile = load(window)
        report.progress((done + 1) / len(windows), "Counting values")
        if not tile.arrays:
            continue
        values = tile.arrays[VALUES]
        histogram.add(values[tile.valid])
        if side:
            _count_cells(cells, values, tile.valid, window, side)
    levels, counts = histogram.levels()
    if not len(levels):
        raise InputError("No pixel is valid, so there is no threshold.", "Check the layers, their nodata and the area.")
    level = histogram.between(*neighbours(levels, counts))
    found = bimodality(levels, counts, level)
    if not side:
        return Thresholds(level, found)
    own = int(np.isfinite(cells).sum())
    return Thresholds(level, found, np.where(np.isfinite(cells), cells, level), side, own)


def _shape(grid: Grid, side: int) -> tuple[int, int]:
    return (math.ceil(grid.height / side), math.ceil(grid.width / side)) if side else (0, 0)


def _count_cells(cells: NDArray, values: NDArray, valid: NDArray[np.bool_], window: Window, side: int) -> None:
    """Fill in the thresholds of the cells in a window, which begins at a cell's corner."""
    for row in range(0, window.height, side):
        for col in range(0, window.width, side):
            part = np.s_[row : row + side, col : col + side]
            cells[(window.row + row) // side, (window.col + col) // side] = cell_threshold(values[part][valid[part]])


def neighbours(levels: NDArray, counts: NDArray) -> tuple[float, float]:
    """The level that Otsu's threshold is, and the one above it.

    Any number between the two divides the counted values alike. The middle is taken: values that were not counted, and
    thresholds interpolated between cells, then lie as far from one class as from the other.
    """
    level = otsu_threshold(levels, counts)
    place = int(np.searchsorted(levels, level, side="right"))
    return level, float(levels[place])


def cell_threshold(values: NDArray[np.float32]) -> float:
    """Otsu's threshold of a cell's values, NaN where they are few, or not clearly of two groups."""
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) < 2 or len(values) < FEWEST:
        return math.nan
    level = sum(neighbours(levels, counts)) / 2
    clear = bimodality(levels.astype(np.float64), counts.astype(np.float64), level).is_clear
    return level if clear else math.nan
