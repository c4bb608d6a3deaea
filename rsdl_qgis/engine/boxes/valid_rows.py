"""Which pixels of a raster are valid, held for as long as objects on them may still be written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..raster.grid import Window
from .detections import Floats


class ValidRows:
    """Which pixels of a raster are valid, in the rows that may still be needed."""

    def __init__(self, height: int, width: int):
        self._height, self._width = height, width
        self._strips: dict[int, NDArray[np.bool_]] = {}  # first row -> (rows, width)

    def add(self, window: Window, valid: NDArray[np.bool_]) -> None:
        """Take a tile's valid pixels; what lies outside the raster is left out."""
        height, width = min(window.height, self._height - window.row), min(window.width, self._width - window.col)
        if window.row not in self._strips:
            self._strips[window.row] = np.zeros((height, self._width), bool)
        self._strips[window.row][:, window.col : window.col + width] |= valid[:height, :width]

    def forget(self, row: float) -> None:
        """Drop the rows above one."""
        self._strips = {top: strip for top, strip in self._strips.items() if top + len(strip) > row}

    def at(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Whether the pixels at places (n,) are valid."""
        rows = np.clip(np.floor(y), 0, self._height - 1).astype(np.int64)
        cols = np.clip(np.floor(x), 0, self._width - 1).astype(np.int64)
        result = np.zeros(len(rows), bool)
        for top, strip in self._strips.items():
            here = (rows >= top) & (rows < top + len(strip))
            result[here] |= strip[rows[here] - top, cols[here]]
        return result
