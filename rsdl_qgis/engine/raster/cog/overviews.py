"""Overviews of numbers, made while the rows of a raster are written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window


class Means:
    """Each pixel is the mean of the four of the level above that have data, NaN and ``nodata`` having none.

    Every level is a GeoTIFF of its own (``paths``, the largest first, "<base>.<factor>.tif"), which ``layout.optimise``
    puts into the raster's. ``profile``: the raster's, as rasterio takes it; ``levels``: how many. What is held of a
    level is a row of its blocks.
    """

    def __init__(self, base: Path, profile: Mapping[str, Any], levels: int, factor: int = 2):
        height, width = (-(-profile[side] // 2) for side in ("height", "width"))
        self._path = base.with_name(f"{base.name}.{factor}.tif")
        own = {**profile, "height": height, "width": width}
        self._file = rasterio.open(self._path, "w", **own)
        rows = min(profile["blockysize"], height)
        self._strip = np.empty((profile["count"], rows, width), profile["dtype"])
        self._height, self._nodata = height, profile["nodata"]
        self._filled = self._row = 0
        self._below = Means(base, own, levels - 1, factor * 2) if levels > 1 else None

    @property
    def paths(self) -> list[Path]:
        return [self._path, *(self._below.paths if self._below else [])]

    def add(self, rows: NDArray) -> None:
        """The next rows of the level above, (count, n, width): a row of its blocks."""
        means = halved(rows, self._nodata)
        self._strip[:, self._filled : self._filled + means.shape[1]] = means
        self._filled += means.shape[1]
        if self._filled == self._strip.shape[1] or self._row + self._filled == self._height:
            strip = self._strip[:, : self._filled]
            self._file.write(strip, window=Window(0, self._row, strip.shape[2], self._filled))
            if self._below:
                self._below.add(strip)
            self._row += self._filled
            self._filled = 0

    def close(self) -> None:
        self._file.close()
        if self._below:
            self._below.close()


def halved(values: NDArray, nodata: float | None) -> NDArray:
    """(count, h, w) in half the size, rounded up: the mean of each 2 x 2 pixels that have data."""
    _, height, width = values.shape
    even = values
    if height % 2 or width % 2:
        even = np.pad(values, ((0, 0), (0, height % 2), (0, width % 2)), "edge")
    four = [even[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
    means: NDArray = ((four[0] + four[1]) + (four[2] + four[3])) * values.dtype.type(0.25)
    missing = _missing(even, nodata)
    if missing.any():
        odd = np.logical_or.reduce([missing[:, row::2, column::2] for row in (0, 1) for column in (0, 1)])
        some = np.stack([part[odd] for part in four])
        known = ~_missing(some, nodata)
        count = known.sum(0)
        total = np.where(known, some, 0).sum(0, dtype=values.dtype)
        empty = np.nan if nodata is None else nodata
        means[odd] = np.where(count > 0, total / np.maximum(count, 1), empty)
    return means


def _missing(values: NDArray, nodata: float | None) -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = np.isnan(values)
    if nodata is not None and not np.isnan(nodata):
        missing |= values == nodata
    return missing
