"""Tests of a pixel against the background around it, the same for every tile that the pixel is seen in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SMALLEST, LARGEST = 2, 30  # pixels on either side: windows of 5 x 5 to 61 x 61
LEAST_RATIO, LEAST_BAND7 = 0.8, 0.08  # by which a fire is above the mean of its background, at least
DEVIATIONS = 3.0  # or so many standard deviations, where that is more
SHARE = 4  # a growing window ends where one in so many of its pixels is background
NEAR = 1e-6  # reflectance: what sums over tables may be off by, and far more
BATCH = 1 << 20  # pixels of windows looked at at once

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where an array lies in its raster: the raster's size, and the row and column of the array's first pixel."""

    height: int
    width: int
    row: int = 0
    col: int = 0

    def pixels(self, rows: NDArray, cols: NDArray, radius: int) -> NDArray:
        """How many pixels of the windows around some of the array's pixels lie in the raster."""
        rows, cols = rows + self.row, cols + self.col
        tall = np.minimum(rows + radius, self.height - 1) - np.maximum(rows - radius, 0) + 1
        wide = np.minimum(cols + radius, self.width - 1) - np.maximum(cols - radius, 0) + 1
        return tall * wide


def stands_out(
    candidates: Flags, background: Flags, band7: Numbers, ratio: Numbers, place: Place, growing: bool
) -> Flags:
    """The candidates (h, w) that stand out of their background in band 7 and in the ratio of bands 7 and 5: above its
    mean by three standard deviations, and by 0.08 and 0.8 at least.

    The background of a candidate are those of ``background`` in a window of 61 x 61 pixels around it. Where it is
    ``growing``, the window is the smallest of 5 x 5, 7 x 7, … 61 x 61 pixels a quarter of which is background; of
    those that lie in the raster, as ``place`` says. Where there is none, a candidate does not stand out. A ratio that
    is not finite has no part in the background.
    """
    rows, cols = np.nonzero(candidates)
    around = _Background(background, band7, ratio)
    radii = around.growing(rows, cols, place) if growing else np.full(rows.shape, LARGEST)
    hopeful = np.flatnonzero(around.hopeful(rows, cols, radii))
    out = np.zeros(candidates.shape, bool)
    for radius in np.unique(radii[hopeful]):
        some = hopeful[radii[hopeful] == radius]
        step = max(1, BATCH // (2 * radius + 1) ** 2)
        for first in range(0, len(some), step):
            part = some[first : first + step]
            out[rows[part], cols[part]] = around.exceeded(rows[part], cols[part], int(radius))
    return out


class _Background:
    """The background pixels of an array, with a border wide enough for every window; none lies in the border."""

    def __init__(self, background: Flags, band7: Numbers, ratio: Numbers):
        self._flags = np.pad(background, LARGEST)
        self._band7, self._ratio = np.pad(band7, LARGEST), np.pad(ratio, LARGEST)
        self._count = _table(self._flags)

    def growing(self, rows: NDArray, cols: NDArray, place: Place) -> NDArray:
        """The radius of the first window a quarter of which is background; 0 where there is none."""
        radii = np.zeros(rows.shape, int)
        left: NDArray = np.arange(len(rows))
        for radius in range(SMALLEST, LARGEST + 1):
            found = _sums(self._count, rows[left], cols[left], radius)
            enough = SHARE * found >= place.pixels(rows[left], cols[left], radius)
            radii[left[enough]] = radius
            left = left[~enough]
        return radii

    def hopeful(self, rows: NDArray, cols: NDArray, radii: NDArray) -> Flags:
        """Whether band 7 is near enough to standing out, or above: what is false here does not stand out.

        By tables of sums, which are quick, and good to far less than ``NEAR``; the test itself is ``exceeded``.
        """
        values = np.where(self._flags, self._band7, 0.0)
        sums, squares = _table(values), _table(values * values)
        out = np.zeros(len(rows), bool)
        for radius in np.unique(radii[radii > 0]):
            some = np.flatnonzero(radii == radius)
            r, c = rows[some], cols[some]
            count = _sums(self._count, r, c, radius)
            total = np.maximum(count, 1)
            mean = _sums(sums, r, c, radius) / total
            variance = np.maximum(_sums(squares, r, c, radius) / total - mean * mean, 0.0)
            least = mean + np.maximum(DEVIATIONS * np.sqrt(np.maximum(variance - NEAR, 0.0)), LEAST_BAND7)
            out[some] = (count > 0) & (self._band7[r + LARGEST, c + LARGEST] > least - NEAR)
        return out

    def exceeded(self, rows: NDArray, cols: NDArray, radius: int) -> Flags:
        """Whether some pixels stand out of their background, in band 7 and in the ratio."""
        flags = self._windows(self._flags, rows, cols, radius)
        out = np.ones(len(rows), bool)
        for values, least in ((self._ratio, LEAST_RATIO), (self._band7, LEAST_BAND7)):
            around = self._windows(values, rows, cols, radius)
            counted = flags & np.isfinite(around)
            count = counted.sum(1)
            with np.errstate(divide="ignore", invalid="ignore"):  # no background: nan, above which nothing is
                mean = np.where(counted, around, 0.0).sum(1) / count
                apart = np.where(counted, around - mean[:, None], 0.0)
                deviation = np.sqrt((apart * apart).sum(1) / count)
                limit = mean + np.maximum(DEVIATIONS * deviation, least)
            out &= values[rows + LARGEST, cols + LARGEST] > limit
        return out

    @staticmethod
    def _windows(array: NDArray, rows: NDArray, cols: NDArray, radius: int) -> NDArray:
        """(n, pixels) of the windows around some pixels."""
        side, start = 2 * radius + 1, LARGEST - radius
        found = sliding_window_view(array, (side, side))[rows + start, cols + start]
        return found.reshape(len(rows), side * side)


def _table(array: NDArray) -> NDArray:
    """Sums of all that lies above and to the left of each corner: (h + 1, w + 1)."""
    dtype = np.int64 if array.dtype.kind == "b" else np.float64
    table = np.zeros((array.shape[0] + 1, array.shape[1] + 1), dtype)
    table[1:, 1:] = array.cumsum(0, dtype).cumsum(1)
    return table


def _sums(table: NDArray, rows: NDArray, cols: NDArray, radius: int) -> NDArray:
    """Sums over the windows around pixels of the array without its border."""
    top, left = rows + LARGEST - radius, cols + LARGEST - radius
    bottom, right = top + 2 * radius + 1, left + 2 * radius + 1
    return table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
