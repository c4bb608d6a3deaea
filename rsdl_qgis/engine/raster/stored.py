"""How a file stores its pixels: in which order, and what its numbers stand for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from ..errors import InputError
from .grid import Window

NEARER = 1e-6  # by which another order has to be nearer to north up: the file's own is kept of equals
EXACT = 2  # bytes of whole numbers that float32 holds with their factor


@dataclass(frozen=True)
class Turn:
    """How stored pixels (``height`` x ``width``) become an image whose rows run south and whose columns run east.

    ``swapped``: rows and columns change places first; ``flipped``: then the order of (rows, columns) is reversed.
    """

    height: int
    width: int
    swapped: bool = False
    flipped: tuple[bool, bool] = (False, False)

    @classmethod
    def of(cls, transform: Affine, height: int, width: int) -> Turn:
        """The order nearest to north up. A file without a place (the identity) is as it is stored.

        Rasters that are turned by another angle keep it: only whole quarters and mirror images are undone.
        """
        stored = cls(height, width)
        if transform.is_identity:
            return stored
        others = [cls(height, width, swap, (up, left)) for swap, up, left in product((False, True), repeat=3)]
        best = max(others, key=lambda turn: turn.northing(transform))
        return best if best.northing(transform) > stored.northing(transform) + NEARER else stored

    def northing(self, transform: Affine) -> float:
        """How nearly columns run east and rows south, -2 to 2."""
        a, b, _, d, e, _ = self.grid_transform(transform)[:6]
        return a / (math.hypot(a, d) or 1.0) - e / (math.hypot(b, e) or 1.0)

    def grid_transform(self, transform: Affine) -> Affine:
        """The geotransform of the turned image, from that of the stored one."""
        a, b, x, d, e, y = transform[:6]
        (right, down) = ((b, e), (a, d)) if self.swapped else ((a, d), (b, e))  # of a column and a row, in map units
        height, width = self.shape
        if self.flipped[0]:
            x, y, down = x + height * down[0], y + height * down[1], (0 - down[0], 0 - down[1])
        if self.flipped[1]:
            x, y, right = x + width * right[0], y + width * right[1], (0 - right[0], 0 - right[1])
        return Affine(right[0], down[0], x, right[1], down[1], y)

    @property
    def is_needed(self) -> bool:
        return self.swapped or any(self.flipped)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the turned image."""
        return self.of_shape((self.height, self.width))

    def of_shape(self, shape: tuple[int, int]) -> tuple[int, int]:
        """(h, w) on the other side of the turn."""
        return (shape[1], shape[0]) if self.swapped else shape

    def stored(self, window: Window) -> Window:
        """The stored pixels of a window of the turned image, inside of which it lies."""
        (height, width), (up, left) = self.shape, self.flipped
        row = height - window.row - window.height if up else window.row
        col = width - window.col - window.width if left else window.col
        if self.swapped:
            return Window(col, row, window.width, window.height)
        return Window(row, col, window.height, window.width)

    def __call__(self, array: NDArray) -> NDArray:
        """Stored pixels (..., h, w) in the order of the turned image: a view."""
        array = np.swapaxes(array, -1, -2) if self.swapped else array
        up, left = self.flipped
        return array[..., :: -1 if up else 1, :: -1 if left else 1]


@dataclass(frozen=True)
class Values:
    """What stored numbers stand for: ``number * scale + offset``, band by band, as GDAL and QGIS read them."""

    scales: tuple[float, ...]
    offsets: tuple[float, ...]

    @classmethod
    def of(cls, path: str, scales: Sequence[float], offsets: Sequence[float]) -> Values:
        """As a file states them. Raises InputError for a scale by which no value has a meaning."""
        for scale, offset in zip(scales, offsets):
            if not (math.isfinite(scale) and math.isfinite(offset) and scale):
                raise InputError(
                    f"{path} states the scale {scale:g} and the offset {offset:g} for its numbers.",
                    "Correct them in the file (gdal_edit.py -a_scale 1 -a_offset 0 takes them away).",
                )
        return cls(tuple(scales), tuple(offsets))

    @property
    def are_stored(self) -> bool:
        """Whether the numbers are the values."""
        return all(map(self._is_plain, range(len(self.scales))))

    def _is_plain(self, i: int) -> bool:
        return self.scales[i] == 1 and self.offsets[i] == 0

    def dtypes(self, stored: Sequence[str]) -> tuple[str, ...]:
        """The type of each band's values: the stored one, or a float that holds them."""
        return tuple(kind if self._is_plain(i) else _float_for(np.dtype(kind)) for i, kind in enumerate(stored))

    def fill(self, stored: NDArray, out: NDArray) -> None:
        """Stored numbers (C, h, w) as values, computed in float64."""
        for i, (scale, offset) in enumerate(zip(self.scales, self.offsets)):
            if self._is_plain(i):
                out[i] = stored[i]
                continue
            values = stored[i].astype(np.float64)
            values *= scale
            values += offset
            with np.errstate(over="ignore"):  # infinite, so not valid
                out[i] = values


def _float_for(kind: np.dtype) -> str:
    return "float32" if kind.itemsize <= (4 if kind.kind == "f" else EXACT) else "float64"


def colour_table(entries: dict[int, tuple[int, int, int, int]], dtype: np.dtype) -> NDArray[np.uint8]:
    """(n, 4): red, green, blue and alpha of each number that a paletted band can hold; 0 for those without a colour."""
    table = np.zeros((int(np.iinfo(dtype).max) + 1, 4), np.uint8)
    for value, colour in entries.items():
        table[value] = colour
    return table
