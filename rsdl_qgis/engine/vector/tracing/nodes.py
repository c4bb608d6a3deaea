"""Corners of pixels in which borders of regions meet: where an arc between two regions ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .tracer import spans


class Nodes:
    """The corners in which three or four borders of regions meet, and the corners of the map, as its rows come.

    ``width``: pixels a row; ``wanted``: by value, of which regions; all others are one.
    """

    def __init__(self, width: int, wanted: NDArray[np.bool_]):
        self._wanted = np.append(wanted, False)
        self._outside = len(wanted)
        self._width = width
        self._above: NDArray = np.full((1, width + 2), self._outside)
        self._row = 0  # the next one of the map
        self._parts: list[tuple[int, NDArray[np.int64]]] = []  # the last row of each, and (n, 2) columns and rows

    def add(self, rows: NDArray) -> None:
        """The next rows of values (n, width)."""
        pixels = np.full((len(rows) + 1, self._width + 2), self._outside)
        pixels[0] = self._above
        np.copyto(pixels[1:, 1:-1], rows, where=self._wanted[rows])
        self._look(pixels)
        self._above = pixels[-1:]

    def close(self) -> None:
        """No row follows."""
        self._look(np.concatenate([self._above, np.full_like(self._above, self._outside)]))
        self._parts.append((self._row - 1, self._ends(self._row - 1)))

    def _ends(self, row: int) -> NDArray[np.int64]:
        return np.array([[0, row], [self._width, row]], np.int64)

    def _look(self, pixels: NDArray) -> None:
        across = pixels[:, 1:] != pixels[:, :-1]
        down = pixels[1:] != pixels[:-1]
        count = across[1:].astype(np.uint8) + across[:-1] + down[:, 1:] + down[:, :-1]
        row, column = np.nonzero(count > 2)
        found = np.stack([column, row + self._row], 1)
        if self._row == 0:
            found = np.concatenate([self._ends(0), found])
        self._row += len(pixels) - 1
        self._parts.append((self._row - 1, found))

    def forget(self, row: int) -> None:
        """Those above a row are not needed any more."""
        self._parts = [part for part in self._parts if part[0] >= row]

    def among(self, first: int, last: int) -> NodeIndex:
        """Those from one row of corners to another."""
        found = [np.empty((0, 2), np.int64), *(nodes for end, nodes in self._parts if end >= first)]
        places = np.concatenate(found)
        return NodeIndex(places[(places[:, 1] >= first) & (places[:, 1] <= last)])


class NodeIndex:
    """Nodes, (n, 2) columns and rows, by their places."""

    SHIFT = 32

    def __init__(self, places: NDArray[np.int64]):
        self._in_rows = np.unique(places[:, 1] << self.SHIFT | places[:, 0])
        self._in_columns = np.unique(places[:, 0] << self.SHIFT | places[:, 1])

    def has(self, x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether there is one at each place."""
        if not len(self._in_rows):
            return np.zeros(len(x), bool)
        key = y << self.SHIFT | x
        at = np.minimum(np.searchsorted(self._in_rows, key), len(self._in_rows) - 1)
        found: NDArray[np.bool_] = self._in_rows[at] == key
        return found

    def along(
        self, x: NDArray[np.int64], y: NDArray[np.int64], to_x: NDArray[np.int64], to_y: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The nodes on edges along rows or columns, not at their ends: how many on each, and columns and rows of them
        in the direction of each.
        """
        count = np.zeros(len(x), np.int64)
        first = np.zeros(len(x), np.int64)
        level = y == to_y
        for keys, some, fixed, one, other in (
            (self._in_rows, level, y, x, to_x),
            (self._in_columns, ~level, x, y, to_y),
        ):
            base = fixed[some] << self.SHIFT
            low, high = base | np.minimum(one, other)[some], base | np.maximum(one, other)[some]
            first[some] = np.searchsorted(keys, low, "right")
            count[some] = np.searchsorted(keys, high, "left") - first[some]
        np.maximum(count, 0, out=count)
        at, edge = spans(first, count), np.repeat(np.arange(len(x)), count)
        back = np.where(level, to_x < x, to_y < y)[edge]
        at = np.where(back, (2 * first + count - 1)[edge] - at, at)
        mask = (1 << self.SHIFT) - 1
        on_row = level[edge]
        nodes_x, nodes_y = np.empty(len(at), np.int64), np.empty(len(at), np.int64)
        key = self._in_rows[at[on_row]]
        nodes_x[on_row], nodes_y[on_row] = key & mask, key >> self.SHIFT
        key = self._in_columns[at[~on_row]]
        nodes_x[~on_row], nodes_y[~on_row] = key >> self.SHIFT, key & mask
        return count, nodes_x, nodes_y
