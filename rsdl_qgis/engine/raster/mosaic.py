"""Overlapping tiles blended back into one raster, a strip at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..evaluation.decision import all_finite
from .grid import Window
from .tiles import starts

WIDEST = 96  # pixels: of a seam, unless a larger overlap is asked for
Emit = Callable[[int, NDArray[np.float32], NDArray[np.bool_]], None]
ROWS = 64  # given out at a time, so that what is made of them stays small


class Mosaic:
    """Blends the tiles of ``tiles(height, width, tile, overlap)`` and gives out finished rows.

    ``emit(row, values, valid)`` is called in row order, each row once, as soon as no later tile touches it, with a few
    rows at a time: values (channels, rows, width) float32, valid (rows, width) bool, which hold until it returns.
    Values where valid is False mean nothing. One strip as high as a tile is held.

    Neighbours cross-fade with a raised cosine over what they share, rows and columns independently: over all of it, or
    over the middle 96 pixels (``overlap``, if that is more) where they share more. Outside these seams a pixel is one
    tile's value as it is, and nothing fades at the raster's border. The fade is written as ``a + w (b - a)``, so that
    tiles that agree give their value exactly. A value counts only where its tile is valid and all of its channels are
    finite; ``lost`` pixels are those given out so far that were valid in a tile, but finite in none, and ``seen`` those
    that were valid. ``times``: rows and columns of values for each of the raster's.
    """

    def __init__(
        self,
        height: int,
        width: int,
        channels: int,
        tile: tuple[int, int],
        overlap: int,
        emit: Emit,
        times: int = 1,
    ):
        self._times = times
        self._rows, self._cols = (
            _seams(
                [times * at for at in starts(length, side, overlap)],
                times * side,
                times * overlap,
                times * length,
            )
            for length, side in ((height, tile[0]), (width, tile[1]))
        )
        height, width = times * height, times * width
        self._height, self._channels, self._emit = height, channels, emit
        self._count = 0  # tiles taken so far
        self._top = 0  # raster row of the strip's first row
        rows = max(seam.stop - seam.fade for seam in self._rows)
        self._values = np.zeros((channels, rows, width), np.float32)
        self._valid = np.zeros((rows, width), bool)
        self._broken: NDArray[np.bool_] | None = None  # valid, but not finite; None: no such pixel in the strip
        self.lost = self.seen = 0

    def add(self, window: Window, values: NDArray, valid: NDArray[np.bool_]) -> None:
        """The next tile in row-major order: values (channels, h, w), valid (h, w).

        Raises ValueError where the tile is not the next one or the shapes do not fit.
        """
        row, col = self._expect(window)
        sides = self._times * window.height, self._times * window.width
        if values.shape != (self._channels, *sides) or valid.shape != sides:
            raise ValueError(f"Values {values.shape} and valid {valid.shape} do not fit the tile {window}.")
        if not all_finite(values):
            whole: NDArray[np.bool_] = np.isfinite(values).all(0)
            self._mark(row, col, valid & ~whole)
            values, valid = np.where(whole, values, np.float32(0)), valid & whole
        self._blend(row, col, values, valid)
        self._advance()

    def skip(self, window: Window) -> None:
        """The next tile has no valid pixel."""
        self._expect(window)
        self._advance()

    def close(self) -> None:
        """Raises ValueError where tiles are missing."""
        if self._count != len(self._rows) * len(self._cols):
            raise ValueError(f"{self._count} of {len(self._rows) * len(self._cols)} tiles came.")

    def _expect(self, window: Window) -> tuple[_Seam, _Seam]:
        if self._count >= len(self._rows) * len(self._cols):
            raise ValueError(f"All tiles came before {window}.")
        r, c = divmod(self._count, len(self._cols))
        row, col = self._rows[r], self._cols[c]
        start = row.start // self._times, col.start // self._times
        if (window.row, window.col) != start:
            raise ValueError(f"The next tile starts at {start}, not at {(window.row, window.col)}.")
        return row, col

    def _mark(self, row: _Seam, col: _Seam, broken: NDArray[np.bool_]) -> None:
        if self._broken is None:
            self._broken = np.zeros_like(self._valid)
        rows, cols = slice(row.fade - self._top, row.stop - self._top), slice(col.fade, col.stop)
        self._broken[rows, cols] |= broken[row.fade - row.start : row.length, col.fade - col.start : col.length]

    def _blend(self, row: _Seam, col: _Seam, values: NDArray, valid: NDArray[np.bool_]) -> None:
        down = slice(row.plain - self._top, row.stop - self._top)
        right = slice(col.plain, col.stop)
        tile_down, tile_right = (
            slice(row.plain - row.start, row.length),
            slice(col.plain - col.start, col.length),
        )
        self._values[:, down, right] = values[:, tile_down, tile_right]
        self._valid[down, right] = valid[tile_down, tile_right]
        if col.plain > col.fade:  # seam with the tile on the left
            weight = np.broadcast_to(col.ramp, (row.stop - row.plain, col.ramp.size))
            self._fade(row.plain, col.fade, row, col, values, valid, weight)
        if row.plain > row.fade:  # seam with the tiles above, without the part of the right neighbour
            left, rest = np.ones(col.stop - col.fade, np.float32), np.ones(col.stop - col.fade, np.float32)
            left[: col.ramp.size] = col.ramp
            rest[col.next_fade - col.fade :] = 0
            rest[col.next_fade - col.fade :][: col.next_ramp.size] = 1 - col.next_ramp
            down_weight = row.ramp[:, None]
            weight = down_weight * left * rest / (1 - down_weight * (1 - rest))
            self._fade(row.fade, col.fade, row, col, values, valid, weight)

    def _fade(
        self, top: int, left: int, row: _Seam, col: _Seam, values: NDArray, valid: NDArray, weight: NDArray
    ) -> None:
        height, width = weight.shape
        rows, cols = slice(top - self._top, top - self._top + height), slice(left, left + width)
        old, old_valid = self._values[:, rows, cols], self._valid[rows, cols]
        rows, cols = (
            slice(top - row.start, top - row.start + height),
            slice(left - col.start, left - col.start + width),
        )
        new, new_valid = values[:, rows, cols], valid[rows, cols]
        np.copyto(old, 0, where=~old_valid)  # a value without a partner counts alone
        step = np.subtract(new, old, dtype=np.float32)
        step *= np.where(old_valid, weight, np.float32(1))
        np.add(old, step, out=old, where=new_valid)
        old_valid |= new_valid

    def _advance(self) -> None:
        self._count += 1
        r, c = divmod(self._count, len(self._cols))
        if c:
            return
        end = self._rows[r].fade if r < len(self._rows) else self._height
        done, held = end - self._top, self._rows[r - 1].stop - self._top
        for first in range(0, done, ROWS):
            self._give(slice(first, min(first + ROWS, done)))
        self._move(done, held)
        self._top = end

    def _give(self, rows: slice) -> None:
        valid, lost = self._valid[rows], 0
        if self._broken is not None:
            lost = int((self._broken[rows] & ~valid).sum())
        self.lost, self.seen = self.lost + lost, self.seen + lost + int(np.count_nonzero(valid))
        self._emit(self._top + rows.start, self._values[:, rows], valid)

    def _move(self, done: int, held: int) -> None:
        """Rows that are held behind those that are done move to the strip's start; what follows them is not valid."""
        kept = held - done
        for values in self._values:
            values[:kept] = values[done:held]
        for flags in (self._valid, self._broken):
            if flags is not None:
                flags[:kept] = flags[done:held]
                flags[kept:] = False
        if self._broken is not None and not self._broken.any():
            self._broken = None


class _Seam:
    """One tile along one axis, in raster pixels: it fades in over ``ramp`` from ``fade`` to ``plain``, counts
    alone from there, and its successor fades in over ``next_ramp`` from ``next_fade``. ``length``: pixels on
    the raster.
    """

    def __init__(self, start: int, length: int, fade: int, ramp: NDArray[np.float32]):
        self.start, self.length, self.stop = start, length, start + length
        self.fade, self.ramp, self.plain = fade, ramp, fade + ramp.size
        self.next_fade, self.next_ramp = self.stop, ramp[:0]


def _seams(firsts: list[int], size: int, overlap: int, length: int) -> list[_Seam]:
    apart = [b - a for a, b in zip(firsts, firsts[1:])] if len(firsts) > 2 else []
    widest = min([max(overlap, WIDEST), *apart])  # seams stay clear of each other
    seams = [_Seam(firsts[0], min(size, length), firsts[0], _ramp(0))]
    for start in firsts[1:]:
        last = seams[-1]
        shared = last.stop - start
        ramp = _ramp(min(shared, widest))
        last.next_fade, last.next_ramp = start + (shared - ramp.size) // 2, ramp
        seams.append(_Seam(start, size, last.next_fade, ramp))
    return seams


def _ramp(size: int) -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(size) + 0.5) / max(size, 1))).astype(np.float32)
