"""Overlapping tiles blended back into one raster, a strip at a time, as a whole or in parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..evaluation.decision import all_finite
from .grid import Window
from .tiles import starts

WIDEST = 96  # pixels: of a seam, unless a larger overlap is asked for
Emit = Callable[[int, NDArray[np.float32], NDArray[np.bool_]], None]
GIVEN = 2_000_000  # bytes of values given out at a time, so that what is made of them stays small
ROWS = range(16, 64)  # but so many rows


@dataclass(frozen=True)
class Patch:
    """Pixels: ``values`` (channels, h, w), ``valid`` (h, w), and ``broken``, those that are valid but not finite, whose
    values are 0 (None: none is).
    """

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    broken: NDArray[np.bool_] | None


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
    that were valid.

    ``part``: the rows of tiles that come, where these are not all. The rows of pixels that it shares with the part
    above, or below, are not given out: ``share`` gets them, those above of each of its first tiles, those below as they
    are blended so far. A ``Border`` makes of both the same rows as one mosaic would.

    ``times``: rows and columns of values for each of the raster's pixels; tiles' windows are in the latter.
    """

    def __init__(
        self,
        height: int,
        width: int,
        channels: int,
        tile: tuple[int, int],
        overlap: int,
        emit: Emit,
        part: range | None = None,
        share: Callable[[Patch], None] = lambda share: None,
        times: int = 1,
    ):
        self._times = times
        self._rows = _seams_of(height, tile[0], overlap, times)
        self._cols = _seams_of(width, tile[1], overlap, times)
        height, width = times * height, times * width
        self._height, self._channels, self._emit, self._share = height, channels, emit, share
        self._given = max(ROWS.start, min(ROWS.stop, GIVEN // (4 * channels * width)))  # rows
        self._part = range(len(self._rows)) if part is None else part
        self._count = self._part.start * len(self._cols)  # of the next tile
        first = self._rows[self._part.start]
        rows = max(seam.stop - seam.fade for seam in self._rows[self._part.start : self._part.stop])
        self._strip = _Strip(channels, rows, width, first.plain)
        self.lost = self.seen = 0

    def add(self, window: Window, values: NDArray, valid: NDArray[np.bool_]) -> None:
        """The next tile in row-major order: values (channels, h, w), valid (h, w).

        Raises ValueError where the tile is not the next one or the shapes do not fit.
        """
        row, col = self._expect(window)
        sides = self._times * window.height, self._times * window.width
        if values.shape != (self._channels, *sides) or valid.shape != sides:
            raise ValueError(f"Values {values.shape} and valid {valid.shape} do not fit the tile {window}.")
        broken = None
        if not all_finite(values):
            whole: NDArray[np.bool_] = np.isfinite(values).all(0)
            broken = valid & ~whole
            values, valid = np.where(whole, values, np.float32(0)), valid & whole
        tile = Patch(values, valid, broken)
        self._blend(row, col, tile)
        if row.plain > row.fade:  # seam with the tiles above
            above = _piece(
                tile, slice(row.fade - row.start, row.plain - row.start), slice(col.fade - col.start, col.length)
            )
            if row is self._rows[self._part.start]:
                self._share(above)
            else:
                _fade_in(self._strip, row, col, above)
        self._advance()

    def skip(self, window: Window) -> None:
        """The next tile has no valid pixel."""
        row, col = self._expect(window)
        if row is self._rows[self._part.start] and row.plain > row.fade:
            shape = row.plain - row.fade, col.stop - col.fade
            self._share(Patch(np.zeros((self._channels, *shape), np.float32), np.zeros(shape, bool), None))
        self._advance()

    def close(self) -> None:
        """Raises ValueError where tiles are missing."""
        if self._count != self._part.stop * len(self._cols):
            first, count = self._part.start * len(self._cols), len(self._part) * len(self._cols)
            raise ValueError(f"{self._count - first} of {count} tiles came.")

    def _expect(self, window: Window) -> tuple[_Seam, _Seam]:
        if self._count >= self._part.stop * len(self._cols):
            raise ValueError(f"All tiles came before {window}.")
        r, c = divmod(self._count, len(self._cols))
        row, col = self._rows[r], self._cols[c]
        start = row.start // self._times, col.start // self._times
        if (window.row, window.col) != start:
            raise ValueError(f"The next tile starts at {start}, not at {(window.row, window.col)}.")
        return row, col

    def _blend(self, row: _Seam, col: _Seam, tile: Patch) -> None:
        """A tile below the seam with those above."""
        inside = _piece(tile, slice(row.plain - row.start, row.length), slice(col.fade - col.start, col.length))
        if inside.broken is not None:
            self._strip.mark(row.plain, col.fade, inside.broken)
        ramp = col.plain - col.fade
        self._strip.put(row.plain, col.plain, inside.values[..., ramp:], inside.valid[:, ramp:])
        if ramp:  # seam with the tile on the left
            weight = np.broadcast_to(col.ramp, (row.stop - row.plain, ramp))
            self._strip.fade(row.plain, col.fade, inside.values, inside.valid, weight)

    def _advance(self) -> None:
        self._count += 1
        r, c = divmod(self._count, len(self._cols))
        if c:
            return
        end = self._rows[r].fade if r < len(self._rows) else self._height
        strip = self._strip
        for first in range(strip.top, end, self._given):
            until = min(first + self._given, end)
            lost, seen = strip.counts(first, until)
            self.lost, self.seen = self.lost + lost, self.seen + seen
            strip.give(first, until, self._emit)
        strip.move(end, self._rows[r - 1].stop)
        if r == self._part.stop < len(self._rows) and self._rows[r].ramp.size:
            self._share(strip.first(self._rows[r].ramp.size))


class Border:
    """The rows that two parts of a mosaic share, of which the lower one begins with the row ``first`` of tiles.

    ``above``: the rows as the upper part shares them. ``add`` takes the lower part's share of them, tile by tile, and
    ``give`` gives out the rows.
    """

    def __init__(
        self, height: int, width: int, tile: tuple[int, int], overlap: int, first: int, above: Patch, times: int = 1
    ):
        self._row = _seams_of(height, tile[0], overlap, times)[first]
        self._cols = iter(_seams_of(width, tile[1], overlap, times))
        self._strip = _Strip(len(above.values), self._row.plain - self._row.fade, times * width, self._row.fade)
        self._strip.put(self._row.fade, 0, above.values, above.valid)
        if above.broken is not None:
            self._strip.mark(self._row.fade, 0, above.broken)

    def add(self, below: Patch) -> None:
        """The next tile of the lower part."""
        _fade_in(self._strip, self._row, next(self._cols), below)

    def give(self, emit: Emit) -> tuple[int, int]:
        """Give out the rows; the numbers of pixels ``lost`` and ``seen`` among them, as of ``Mosaic``."""
        self._strip.give(self._row.fade, self._row.plain, emit)
        return self._strip.counts(self._row.fade, self._row.plain)


class _Strip:
    """Rows of a mosaic that are not finished, from ``top`` on: values, which are valid, and which were broken."""

    def __init__(self, channels: int, rows: int, width: int, top: int):
        self.top = top
        self._values = np.zeros((channels, rows, width), np.float32)
        self._valid = np.zeros((rows, width), bool)
        self._broken: NDArray[np.bool_] | None = None  # None: no such pixel in the strip

    def mark(self, row: int, col: int, broken: NDArray[np.bool_]) -> None:
        """Pixels that are valid, but not finite."""
        if self._broken is None:
            self._broken = np.zeros_like(self._valid)
        self._broken[self._place(row, col, broken.shape)] |= broken

    def put(self, row: int, col: int, values: NDArray, valid: NDArray[np.bool_]) -> None:
        """Pixels in place of those that are there."""
        place = self._place(row, col, valid.shape)
        self._values[(slice(None), *place)] = values
        self._valid[place] = valid

    def fade(self, row: int, col: int, values: NDArray, valid: NDArray[np.bool_], weight: NDArray) -> None:
        """The first pixels of an array, as many as there are weights, into those that are there."""
        place = self._place(row, col, weight.shape)
        old, old_valid = self._values[(slice(None), *place)], self._valid[place]
        new, new_valid = values[:, : weight.shape[0], : weight.shape[1]], valid[: weight.shape[0], : weight.shape[1]]
        np.copyto(old, 0, where=~old_valid)  # a value without a partner counts alone
        step = np.subtract(new, old, dtype=np.float32)
        step *= np.where(old_valid, weight, np.float32(1))
        np.add(old, step, out=old, where=new_valid)
        old_valid |= new_valid

    def give(self, first: int, end: int, emit: Emit) -> None:
        """Give out some rows."""
        rows = slice(first - self.top, end - self.top)
        emit(first, self._values[:, rows], self._valid[rows])

    def counts(self, first: int, end: int) -> tuple[int, int]:
        """How many pixels of some rows were lost, and how many were valid."""
        rows = slice(first - self.top, end - self.top)
        valid, lost = self._valid[rows], 0
        if self._broken is not None:
            lost = int((self._broken[rows] & ~valid).sum())
        return lost, lost + int(np.count_nonzero(valid))

    def first(self, count: int) -> Patch:
        """A copy of the first rows."""
        broken = None if self._broken is None else self._broken[:count].copy()
        return Patch(self._values[:, :count].copy(), self._valid[:count].copy(), broken)

    def move(self, top: int, end: int) -> None:
        """The rows from ``top`` to ``end`` move to the strip's start; what follows them is not valid."""
        done, held = top - self.top, end - self.top
        kept = held - done
        for values in self._values:
            values[:kept] = values[done:held]
        for flags in (self._valid, self._broken):
            if flags is not None:
                flags[:kept] = flags[done:held]
                flags[kept:] = False
        if self._broken is not None and not self._broken.any():
            self._broken = None
        self.top = top

    def _place(self, row: int, col: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
        return slice(row - self.top, row - self.top + shape[0]), slice(col, col + shape[1])


def _piece(tile: Patch, rows: slice, cols: slice) -> Patch:
    """A part of a tile's pixels."""
    broken = None if tile.broken is None else tile.broken[rows, cols]
    return Patch(tile.values[:, rows, cols], tile.valid[rows, cols], broken)


def _fade_in(strip: _Strip, row: _Seam, col: _Seam, tile: Patch) -> None:
    """A tile's part of the seam with the tiles above, without the part of its right neighbour."""
    if tile.broken is not None:
        strip.mark(row.fade, col.fade, tile.broken)
    left, rest = np.ones(col.stop - col.fade, np.float32), np.ones(col.stop - col.fade, np.float32)
    left[: col.ramp.size] = col.ramp
    rest[col.next_fade - col.fade :] = 0
    rest[col.next_fade - col.fade :][: col.next_ramp.size] = 1 - col.next_ramp
    down = row.ramp[:, None]
    weight = down * left * rest / (1 - down * (1 - rest))
    strip.fade(row.fade, col.fade, tile.values, tile.valid, weight)


class _Seam:
    """One tile along one axis, in raster pixels: it fades in over ``ramp`` from ``fade`` to ``plain``, counts
    alone from there, and its successor fades in over ``next_ramp`` from ``next_fade``. ``length``: pixels on
    the raster.
    """

    def __init__(self, start: int, length: int, fade: int, ramp: NDArray[np.float32]):
        self.start, self.length, self.stop = start, length, start + length
        self.fade, self.ramp, self.plain = fade, ramp, fade + ramp.size
        self.next_fade, self.next_ramp = self.stop, ramp[:0]


def _seams_of(length: int, side: int, overlap: int, times: int) -> list[_Seam]:
    """The tiles along one axis, with ``times`` values for each pixel."""
    firsts = [times * first for first in starts(length, side, overlap)]
    return _seams(firsts, times * side, times * overlap, times * length)


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
