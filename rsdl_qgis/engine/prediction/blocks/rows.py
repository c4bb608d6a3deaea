"""Maps in blocks: rows of tiles are blended to rows of the map; blocks share the rows in which their tiles overlap."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import Grid, Window
from ...raster.mosaic import Border, Mosaic, Patch
from ...raster.tiles import starts
from ..domain import beyond
from .pieces import Emit, Piece

Rows = Mapping[str, NDArray]


@dataclass(frozen=True)
class Blend:
    """How a map is made of tiles.

    ``channels`` are blended, which ``taken`` gives of an output; ``decided``: what is kept of finished rows, from
    values (channels, rows, width) and valid (rows, width), as arrays by name. ``times``: rows and columns of the map
    for each of the grid's. ``watched``: the last channel of an output is the distance from the training data.
    """

    grid: Grid
    tile: tuple[int, int]
    overlap: int
    channels: int
    taken: Callable[[NDArray], NDArray]
    decided: Callable[[NDArray, NDArray[np.bool_]], Rows]
    times: int = 1
    watched: bool = False

    def part(self, block: range | None, emit: Emit) -> MapPart:
        """The collector of a block of tiles, which are whole rows of them; None: of all."""
        return MapPart(self, block, emit)

    @property
    def least(self) -> int:
        """How many rows of tiles are a block at least: of rows that blocks share all channels are kept."""
        return math.ceil(self.channels / 3)

    @property
    def cols(self) -> int:
        """How many tiles are a row."""
        return len(starts(self.grid.width, self.tile[1], self.overlap))


class MapPart:
    """Blends a block's tiles, and gives out finished rows and what the block shares with those above and below.

    Pieces: ``row`` and what is decided of rows from it on, with ``lost`` and ``seen`` pixels; or ``tiles``, the row of
    tiles that the block begins with, and the pixels of a ``Patch`` that it shares; or, of a tile whose network is
    watched, what is ``beyond`` (see ``prediction.domain``).
    """

    def __init__(self, blend: Blend, block: range | None, emit: Emit):
        cols, size = blend.cols, (blend.grid.height, blend.grid.width)
        rows = None if block is None else range(block.start // cols, block.stop // cols)
        self._blend, self._emit, self._first = blend, emit, rows.start if rows else 0
        cut = blend.tile, blend.overlap
        self._mosaic = Mosaic(*size, blend.channels, *cut, self._give, rows, self._share, blend.times)
        self._lost = self._seen = 0  # of the pixels that were given out

    def add(self, window: Window, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add one tile's output (channels, h, w), and which pixels of the grid are valid there."""
        times = self._blend.times
        if self._blend.watched:
            self._emit(beyond(output[-1], valid))
        valid = valid.repeat(times, 0).repeat(times, 1) if times > 1 else valid
        self._mosaic.add(window, self._blend.taken(output), valid)

    def skip(self, window: Window) -> None:
        """Skip a tile without a valid pixel."""
        self._mosaic.skip(window)

    def close(self) -> None:
        """ValueError where tiles are missing."""
        self._mosaic.close()
        del self._mosaic  # now, not when Python finds that it and this refer to one another: it is large

    def _give(self, row: int, values: NDArray, valid: NDArray[np.bool_]) -> None:
        lost, seen = self._mosaic.lost, self._mosaic.seen
        counts = {"lost": lost - self._lost, "seen": seen - self._seen}
        self._lost, self._seen = lost, seen
        self._emit({"row": row, **counts, **self._blend.decided(values, valid)})

    def _share(self, patch: Patch) -> None:
        broken = {} if patch.broken is None else {"broken": patch.broken}
        self._emit({"tiles": self._first, "values": patch.values, "valid": patch.valid, **broken})


class JoinedMap:
    """Takes the pieces of blocks in order, and gives ``write`` the rows of the whole map in order."""

    def __init__(self, blend: Blend, write: Callable[[int, Rows], None]):
        self._blend, self._write = blend, write
        self._above: Patch | None = None  # the rows that the last block shares with the next one
        self._border: Border | None = None
        self._tiles = 0  # that the border still needs
        self.lost = self.seen = self.judged = self.beyond = 0

    def take(self, piece: Piece) -> None:
        """The next piece."""
        if "judged" in piece:
            self.judged, self.beyond = self.judged + piece["judged"], self.beyond + piece["beyond"]
            return
        if "row" in piece:
            self.lost, self.seen = self.lost + piece["lost"], self.seen + piece["seen"]
            self._write(piece["row"], piece)
            return
        patch = Patch(piece["values"], piece["valid"], piece.get("broken"))
        if self._border is None:
            if self._above is None:
                self._above = patch
                return
            blend = self._blend
            size = blend.grid.height, blend.grid.width
            self._border = Border(*size, blend.tile, blend.overlap, piece["tiles"], self._above, blend.times)
            self._tiles, self._above = blend.cols, None
        self._border.add(patch)
        self._tiles -= 1
        if not self._tiles:
            lost, seen = self._border.give(lambda row, *found: self._write(row, self._blend.decided(*found)))
            self.lost, self.seen, self._border = self.lost + lost, self.seen + seen, None
