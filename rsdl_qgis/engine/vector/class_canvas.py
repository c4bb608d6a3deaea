"""A raster of classes that is painted in any order, and then written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Lock

import numpy as np
import rasterio
from numpy.typing import DTypeLike, NDArray
from rasterio.features import rasterize
from rasterio.windows import Window as RasterioWindow

from ..feedback import Report
from ..raster.atomic_file import Part
from ..raster.grid import GDAL_ERRORS, Grid, Window
from ..raster.writer import BLOCK
from .geometries import Geometry

PIXELS = 4_000_000  # painted at once
BURNING = Lock()  # rasterio silences a warning of its own in a way that threads disturb


class Canvas:
    """Pixels of ``grid``, all 0 until they are painted; what is painted later lies on top.

    They are kept in a file beside ``target``, as much of it as is painted, and so not in memory. Not thread-safe.
    Raises OutputError where the file cannot be written, Cancelled while something large is painted.
    """

    def __init__(self, target: str | os.PathLike[str], grid: Grid, dtype: DTypeLike, report: Report):
        self.grid, self._report = grid, report
        self._part = Part(target, scratch=".tif")
        with self._part.guard():
            self._file = rasterio.open(
                self._part.path,
                "w+",
                driver="GTiff",
                height=grid.height,
                width=grid.width,
                count=1,
                dtype=dtype,
                tiled=True,
                blockxsize=BLOCK,
                blockysize=BLOCK,
                sparse_ok=True,
                bigtiff="if_safer",
            )

    def paint(self, window: Window, value: int, inside: NDArray[np.bool_], shape: Geometry | None = None) -> None:
        """Gives the pixels of a window that are ``inside`` (of any shape: brought to the window's) a value.

        The window may stick out. Of a ``shape`` in the grid's CRS only the pixels whose centres it holds are painted.
        """
        top, left = max(0, window.row), max(0, window.col)
        bottom = min(self.grid.height, window.row + window.height)
        right = min(self.grid.width, window.col + window.width)
        cols = _nearest(left - window.col, right - window.col, window.width, inside.shape[1])
        rows = max(1, PIXELS // max(1, right - left))
        for row in range(top, bottom if right > left else top, rows):
            self._report.check()
            part = Window(row, left, min(rows, bottom - row), right - left)
            lines = _nearest(row - window.row, row - window.row + part.height, window.height, inside.shape[0])
            chosen = inside[lines[:, None], cols]
            if shape is not None:
                chosen &= holds(shape, self.grid.crop(part))
            if chosen.any():
                self._paint(part, value, chosen)

    def rows(self) -> Iterator[tuple[int, NDArray]]:
        """(first row, pixels) of the strips of the grid in order."""
        for row in range(0, self.grid.height, BLOCK):
            self._report.check()
            window = RasterioWindow(0, row, self.grid.width, min(BLOCK, self.grid.height - row))
            with self._part.guard():
                pixels = self._file.read(1, window=window)
            yield row, pixels

    def discard(self) -> None:
        """Removes the file."""
        if not self._file.closed:
            self._file.close()
        self._part.discard()

    def _paint(self, part: Window, value: int, chosen: NDArray[np.bool_]) -> None:
        window = RasterioWindow(part.col, part.row, part.width, part.height)
        try:
            pixels = self._file.read(1, window=window)
            pixels[chosen] = value
            self._file.write(pixels, 1, window=window)
        except GDAL_ERRORS as error:
            raise self._part.failure(error) from error


def holds(shape: Geometry, grid: Grid) -> NDArray[np.bool_]:
    """(h, w): the pixels whose centre a polygon holds; both are in one CRS."""
    return _burned(shape, grid, all_touched=False)


def touches(shape: Geometry, grid: Grid) -> NDArray[np.bool_]:
    """(h, w): the pixels of which a polygon has any part; both are in one CRS."""
    return _burned(shape, grid, all_touched=True)


def _burned(shape: Geometry, grid: Grid, all_touched: bool) -> NDArray[np.bool_]:
    size = (grid.height, grid.width)
    with BURNING:
        burned = rasterize([(shape, 1)], size, transform=grid.transform, dtype="uint8", all_touched=all_touched)
    return burned.astype(bool)


def _nearest(first: int, last: int, length: int, count: int) -> NDArray[np.int64]:
    """Of ``count`` that stand for ``length`` pixels, which ones are those from ``first`` to ``last``."""
    return (2 * np.arange(first, last, dtype=np.int64) + 1) * count // (2 * length)
