"""Small patches of a class map taken into what lies around them, while its rows come.

What is done with a patch depends on it and its neighbours alone. Rows wait until all that lies in them is known, and
so the map is the same however its rows are divided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .patches import Patches

PIXELS = 1 << 21  # looked at at once, about
STEP = 4  # patches are taken in from the smallest on: by how much the limit grows from one round to the next


class Round:
    """One round over the rows of a map.

    ``least``: pixels; smaller patches are taken in. ``wanted``: by value, of which patches. ``known``: by value, what a
    patch may be taken into. A child says how.
    """

    def __init__(self, width: int, least: int, wanted: NDArray[np.bool_], known: NDArray[np.bool_], dtype: DTypeLike):
        self._least, self._wanted, self._known = least, wanted, known
        self._rows: NDArray = np.empty((0, width), dtype)  # what is not given out, and before it what that borders on
        self._given = 0  # how many of these rows are given out
        self._large = np.zeros(width, bool)  # in the first of these rows: which patches were large
        self._waiting: list[NDArray] = []
        self._fresh = 0
        self._is_top = True  # the first of the rows is the map's

    def add(self, rows: NDArray) -> Iterator[NDArray]:
        """The next rows; those that are finished."""
        self._waiting.append(rows)
        self._fresh += rows.size
        if self._fresh >= PIXELS:
            yield from self._look(False)

    def close(self) -> Iterator[NDArray]:
        """No row follows: the rest."""
        yield from self._look(True)

    def decide(self, patches: Patches, small: NDArray[np.bool_], open_sides: NDArray[np.bool_]) -> NDArray:
        """The value of each patch, from now on. ``open_sides``: of patches at the edge of the map."""
        raise NotImplementedError

    def _look(self, is_last: bool) -> Iterator[NDArray]:
        rows = np.concatenate([self._rows, *self._waiting])
        self._waiting, self._fresh = [], 0
        height = len(rows)
        if not height:
            return
        patches = Patches.of(rows)
        large = patches.sizes >= self._least
        large[patches.labels[0][self._large]] = True
        small = ~large & self._wanted[patches.values]
        ends = self._undecided(patches, large, small) if not is_last else height
        values = self.decide(patches, small, self._at_edge(patches, is_last))
        if ends > self._given:
            yield values[patches.labels[self._given : ends]]
        self._keep(rows, patches, large, ends)

    def _undecided(self, patches: Patches, large: NDArray[np.bool_], small: NDArray[np.bool_]) -> int:
        """The first row with a patch that rows to come may change."""
        height = len(patches.labels)
        growing = ~large & (patches.bottoms == height - 1)
        beside = np.zeros(len(small), bool)
        _, other = patches.beside(growing)
        beside[other] = True
        unsure = growing | (beside & small)
        return int(patches.tops[unsure].min(initial=height))

    def _keep(self, rows: NDArray, patches: Patches, large: NDArray[np.bool_], ends: int) -> None:
        """The rows that are needed further, from above the patches that go on below the row ``ends``."""
        going = ~large & (patches.bottoms >= ends)
        first = max(0, int(min(ends, patches.tops[going].min(initial=ends))) - 1)
        self._is_top = self._is_top and first == 0
        self._rows = rows[first:].copy()
        self._given = ends - first
        self._large = large[patches.labels[first]] if first < len(rows) else np.zeros(rows.shape[1], bool)

    def _at_edge(self, patches: Patches, is_last: bool) -> NDArray[np.bool_]:
        """Which patches lie at the edge of the map."""
        edge = np.zeros(len(patches.values), bool)
        labels = patches.labels
        edge[labels[:, 0]] = edge[labels[:, -1]] = True
        if self._is_top:
            edge[labels[0]] = True
        if is_last:
            edge[labels[-1]] = True
        return edge


class Sieve(Round):
    """A small patch is taken into the class that it shares most of its border with, of the patches around it that are
    not small. Of equals the lower value.
    """

    def decide(self, patches: Patches, small: NDArray[np.bool_], open_sides: NDArray[np.bool_]) -> NDArray:
        one, other = patches.beside(small)
        kept = ~small[other] & self._known[patches.values[other]]
        patch, value, length = _counted(one[kept], patches.values[other[kept]])
        best = np.lexsort([value, -length, patch])
        patch, first = np.unique(patch[best], return_index=True)
        values = patches.values.copy()
        values[patch] = value[best][first]
        return values


class Filling(Round):
    """A small patch that lies inside of one class wholly is taken into it."""

    def decide(self, patches: Patches, small: NDArray[np.bool_], open_sides: NDArray[np.bool_]) -> NDArray:
        patch, value, _ = _counted(*self._sides(patches, small & ~open_sides))
        around, first, count = np.unique(patch, return_index=True, return_counts=True)
        inside = (count == 1) & self._known[value[first]]
        values = patches.values.copy()
        values[around[inside]] = value[first[inside]]
        return values

    @staticmethod
    def _sides(patches: Patches, small: NDArray[np.bool_]) -> tuple[NDArray, NDArray]:
        one, other = patches.beside(small)
        return one, patches.values[other]


def _counted(patch: NDArray, value: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Each pair of patch and value once, and how often it is there."""
    found, count = np.unique(patch.astype(np.int64) << 16 | value, return_counts=True)
    return found >> 16, (found & 0xFFFF).astype(value.dtype), count


def rounds(
    width: int, dtype: DTypeLike, known: NDArray[np.bool_], least: int, holes: int, filled: Collection[int]
) -> list[Round]:
    """What a map's rows go through, one after the other.

    ``known``: by value, whether it is a class. ``least``: pixels of a patch; smaller ones are taken in, from the
    smallest ones on. ``holes``: pixels; patches of no more, of the values ``filled``, that lie inside of one class, are
    filled; 0: none.
    """
    found: list[Round] = []
    if holes:
        wanted = np.zeros(len(known), bool)
        wanted[list(filled)] = True
        found.append(Filling(width, holes + 1, wanted, known & ~wanted, dtype))
    limit = STEP
    while limit < least:
        found.append(Sieve(width, limit, known, known, dtype))
        limit *= STEP
    if least > 1:
        found += [Sieve(width, least, known, known, dtype) for _ in range(2)]  # the second: what the first has freed
    return found


class Sieved:
    """Rows through all rounds."""

    def __init__(self, through: list[Round]):
        self._through = through

    def add(self, rows: NDArray) -> Iterator[NDArray]:
        """The next rows; those that are finished."""
        yield from self._pass(0, rows)

    def close(self) -> Iterator[NDArray]:
        """No row follows: the rest."""
        for number, one in enumerate(self._through):
            for rows in one.close():
                yield from self._pass(number + 1, rows)

    def _pass(self, number: int, rows: NDArray) -> Iterator[NDArray]:
        if number == len(self._through):
            yield rows
            return
        for finished in self._through[number].add(rows):
            yield from self._pass(number + 1, finished)
