"""The numbers of one band of a raster, at the pixels of another grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling

from .fills import HUGE, LOW_NUMBERS, filling_numbers
from .grid import Grid, Window
from .layer import Layer, OpenLayer

LEAST_LOW = max(LOW_NUMBERS)
SCANNED = 1024  # pixels a side of the windows in which numbers are looked for


class RasterNumbers:
    """The numbers of one band of a raster. A context manager; for one thread at a time.

    ``fills``: stored numbers that are no values, besides those that the file names. Raises InputError where the file
    cannot be used.
    """

    def __init__(self, layer: Layer, fills: Iterable[float] = ()):
        self._source, self._layer = layer, OpenLayer(layer)
        self._layer.leave_out(fills)
        self.path, self.grid = layer.path, self._layer.grid

    def __enter__(self) -> RasterNumbers:
        return self

    def __exit__(self, *exception: object) -> None:
        self._layer.close()

    def overlaps(self, grid: Grid) -> bool:
        """Whether the raster and a grid overlap, to a few pixels."""
        return self._layer.overlaps(grid)

    def on(self, grid: Grid) -> NDArray[np.float64]:
        """(h, w): the numbers at a grid's pixels, interpolated or averaged where its pixels are others; else NaN."""
        offset = self.grid.pixel_offset(grid)
        if offset is not None and all(abs(o - round(o)) < 1e-2 for o in offset):
            values: NDArray = np.empty((1, grid.height, grid.width), self._layer.dtype)
            mask: NDArray[np.bool_] = np.empty(values.shape, bool)
            self._layer.read(Window(round(offset[0]), round(offset[1]), grid.height, grid.width), values, mask)
        else:
            values, mask = self._layer.read_onto(grid, np.float64, Resampling.bilinear)
        return np.where(mask[0], np.nan, values[0])

    def fills_under(self, grid: Grid) -> Counter[float]:
        """How often numbers taken for nodata occur in the pixels under a grid, where the file declares none.

        They are looked for as they are stored, since a scale would change them, and resampling mix them with others.
        """
        counts: Counter[float] = Counter()
        whole = None if self._layer.declares_nodata else self.grid.under(grid)
        if whole is None:
            return counts
        with closing(OpenLayer(replace(self._source, stored=True))) as stored:
            for row in range(whole.row, whole.row + whole.height, SCANNED):
                for col in range(whole.col, whole.col + whole.width, SCANNED):
                    height = min(SCANNED, whole.row + whole.height - row)
                    width = min(SCANNED, whole.col + whole.width - col)
                    values: NDArray = np.empty((1, height, width), stored.dtype)
                    mask: NDArray[np.bool_] = np.empty(values.shape, bool)
                    stored.read(Window(row, col, height, width), values, mask)
                    known = values[~mask]
                    odd = known[(known <= LEAST_LOW) | (known >= HUGE)]
                    found, times = np.unique(odd, return_counts=True)
                    wanted = filling_numbers(found.tolist())
                    counts.update({v: n for v, n in zip(found.tolist(), times.tolist()) if v in wanted})
        return counts
