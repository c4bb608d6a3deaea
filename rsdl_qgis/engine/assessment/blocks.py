"""Confidence intervals of a map's metrics, by a bootstrap of spatial blocks.

Errors of neighbouring pixels are correlated. A map of a million pixels has far fewer independent ones, and intervals
from resampling pixels would be much too narrow. Therefore whole blocks are resampled, which have to be larger than the
range of the autocorrelation (Roberts et al. 2017, doi:10.1111/ecog.02881). That range is not known beforehand. So
counts are kept for small blocks, which are merged to larger ones, and the size is taken whose blocks give overall
accuracy the largest standard error: it grows with the size while neighbouring blocks are correlated, and then no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..evaluation.bootstrap import DRAWS, LEVEL, SEED, Places, intervals
from ..evaluation.confusion import class_rates
from ..evaluation.metric_intervals import Rates, named, rates_of
from ..raster.grid import Grid, Window, apply, project

SMALLEST = 1600  # smallest blocks in the area that is compared, about
LEVELS = 4  # block sizes that are tried, each twice the side of the one before
FEWEST = 10  # blocks for an interval: with fewer, bootstrap percentiles are too narrow
ENOUGH = 25  # blocks that have to be left for a larger size to be taken
STILL_GROWING = 1.5  # times the variance of half the size: even the largest blocks are correlated
MOST_COUNTS = 500_000  # kept of one map; with more, its blocks are merged
LARGEST = 12  # merges at most to stay below that

BITS = 12  # for the number of a code: there are at most 1000
MASK = (1 << BITS) - 1

Cell = tuple[int, int]  # row and column of a block


@dataclass(frozen=True)
class Lattice:
    """The smallest blocks on a grid, from its upper left corner: ``height`` and ``width`` pixels each."""

    grid: Grid
    height: int
    width: int

    @classmethod
    def of(cls, grid: Grid, side: float) -> Lattice:
        """Blocks of about ``side`` metres (map units of a grid without a CRS), at least a pixel."""
        x, y = grid.resolution
        return cls(grid, max(1, round(side / y)), max(1, round(side / x)))

    def pixels(self, level: int) -> tuple[int, int]:
        """Columns and rows in pixels of a block merged ``level`` times, at most the grid's own."""
        return min(self.width << level, self.grid.width), min(self.height << level, self.grid.height)

    def side(self, level: int) -> float:
        """The side of such a block in metres, or map units."""
        (columns, rows), (x, y) = self.pixels(level), self.grid.resolution
        return math.sqrt(columns * x * rows * y)

    def parts(self, window: Window) -> Iterator[tuple[Cell, tuple[slice, slice]]]:
        """The blocks that a window of the grid meets, and which of the window's pixels each has."""
        rows = list(_steps(window.row, window.height, self.height))
        columns = list(_steps(window.col, window.width, self.width))
        for row, vertical in rows:
            for column, horizontal in columns:
                yield (row, column), (vertical, horizontal)

    def cells(self, x: NDArray, y: NDArray, crs: str | None) -> Iterator[tuple[Cell, NDArray[np.int64]]]:
        """The blocks in which (n,) points lie, and which points each holds; those without a place are in the first."""
        column, row = apply(~self.grid.transform, *project(x, y, crs, self.grid.crs))
        here = np.isfinite(column) & np.isfinite(row)
        places = np.stack([np.where(here, row, 0) / self.height, np.where(here, column, 0) / self.width], 1)
        found, which = np.unique(np.floor(places).astype(np.int64), axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        starts = np.searchsorted(which.ravel()[order], np.arange(1, len(found)))
        for cell, index in zip(found.tolist(), np.split(order, starts)):
            yield (cell[0], cell[1]), index


def _steps(first: int, length: int, side: int) -> Iterator[tuple[int, slice]]:
    """(number of a block, which of the pixels from ``first`` on it has) along one axis."""
    for number in range(first // side, (first + length - 1) // side + 1):
        yield number, slice(max(0, number * side - first), min(length, (number + 1) * side - first))


def smallest_side(areas: Sequence[float]) -> float:
    """The side of the smallest blocks for maps of these areas (m², or square map units), in m or map units."""
    return math.sqrt(sum(areas) / SMALLEST)


class BlockCounts:
    """How often each pair of codes, of the map and of the reference, occurs in each block of one map.

    Memory is bounded: where blocks times pairs of codes are many, blocks are merged, four to one. ``level``: how often.
    """

    def __init__(self) -> None:
        self.level = 0
        self._cells: dict[Cell, int] = {}
        self._codes: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._keys: NDArray[np.int64] = np.zeros(0, np.int64)  # numbers of block, map's code and reference's code
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._added: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._waiting = 0

    def add(self, cell: Cell, predicted: NDArray[np.int64], reference: NDArray[np.int64], counts: NDArray) -> None:
        """Count pairs of codes (n,) in a block, ``counts`` (n,) times each."""
        cell = cell[0] >> self.level, cell[1] >> self.level
        number = self._cells.setdefault(cell, len(self._cells))
        key = (number << BITS | numbered(predicted, self._codes[0])) << BITS | numbered(reference, self._codes[1])
        self._added.append((key, counts))
        self._waiting += len(key)
        if self._waiting > MOST_COUNTS:
            self._settle()

    def rows(self) -> NDArray[np.int64]:
        """(n, 5): row and column of a block, code of the map, code of the reference, and how often both occur."""
        self._settle()
        cells, *codes = (np.array([*found], np.int64) for found in (self._cells, *self._codes))
        if not len(self._keys):
            return np.zeros((0, 5), np.int64)
        numbers = [self._keys >> 2 * BITS, self._keys >> BITS & MASK, self._keys & MASK]
        return np.column_stack([cells[numbers[0]], codes[0][numbers[1]], codes[1][numbers[2]], self._counts])

    def _settle(self) -> None:
        """Sum up what was added, and merge blocks while there are too many counts."""
        self._sum([self._keys, *(key for key, _ in self._added)], [self._counts, *(n for _, n in self._added)])
        self._added, self._waiting = [], 0
        while len(self._keys) > MOST_COUNTS and self.level < LARGEST:
            self.level += 1
            joined: dict[Cell, int] = {}
            number = [joined.setdefault((row >> 1, column >> 1), len(joined)) for row, column in self._cells]
            self._cells = joined
            cells = np.array(number, np.int64)[self._keys >> 2 * BITS]
            self._sum([cells << 2 * BITS | self._keys & (1 << 2 * BITS) - 1], [self._counts])

    def _sum(self, keys: Sequence[NDArray[np.int64]], counts: Sequence[NDArray[np.int64]]) -> None:
        self._keys, which = np.unique(np.concatenate(keys), return_inverse=True)
        self._counts = np.zeros(len(self._keys), np.int64)
        np.add.at(self._counts, which.ravel(), np.concatenate(counts))


def numbered(codes: NDArray[np.int64], known: dict[int, int]) -> NDArray[np.int64]:
    """The number of each code, in the order of their first occurrence."""
    found, which = np.unique(codes, return_inverse=True)
    return np.array([known.setdefault(code, len(known)) for code in found.tolist()], np.int64)[which.ravel()]


class Counted(Protocol):
    """A map, counted in blocks of a lattice; ``entries``: the classes of its codes, and of the reference's."""

    lattice: Lattice
    blocks: BlockCounts
    entries: tuple[Mapping[int, Any], Mapping[int, Any]]


@dataclass(frozen=True)
class BlockTable:
    """The counts of all maps: for each a row (map, row and column of its block, class in the map, class in the
    reference, how often). ``level``: how often the smallest blocks were merged already.
    """

    rows: NDArray[np.int64]
    classes: int
    level: int = 0

    @classmethod
    def of(cls, images: Sequence[Counted], place: Mapping[Any, int], classes: int) -> BlockTable:
        """The counts of maps in blocks of one size. ``place``: of each class among all ``classes`` of them."""
        level = max(image.blocks.level for image in images)
        parts = []
        for i, image in enumerate(images):
            rows = image.blocks.rows()
            rows[:, :2] >>= level - image.blocks.level
            for column, entries in zip((2, 3), image.entries):
                codes, which = np.unique(rows[:, column], return_inverse=True)
                rows[:, column] = np.array([place[entries[code]] for code in codes.tolist()], np.int64)[which.ravel()]
            parts.append(np.column_stack([np.full(len(rows), i), rows]))
        return cls(np.concatenate(parts), classes, level)

    def blocks(self, level: int) -> NDArray[np.int64]:
        """(blocks, 3, classes): hits, reference and map counts of each block with compared pixels."""
        step = level - self.level
        image, row, column, predicted, reference, count = self.rows.T
        cells = np.stack([image, row >> step, column >> step])
        order = np.lexsort(cells)
        first = np.append(True, (np.diff(cells[:, order]) != 0).any(0))
        block = np.empty(len(order), np.int64)
        block[order] = np.cumsum(first) - 1
        table = np.zeros((int(first.sum()), 3, self.classes), np.int64)
        hits = predicted == reference
        np.add.at(table[:, 0], (block[hits], reference[hits]), count[hits])
        np.add.at(table[:, 1], (block, reference), count)
        np.add.at(table[:, 2], (block, predicted), count)
        return table


@dataclass(frozen=True)
class Blocks:
    """The blocks that are resampled: ``counts`` (blocks, 3, classes) as of ``BlockTable``, ``level`` of their size.

    ``growing``: whether larger blocks, of which there are too few, would give wider intervals.
    """

    counts: NDArray[np.int64]
    level: int
    growing: bool = False

    @classmethod
    def chosen(cls, table: BlockTable) -> Blocks:
        """The blocks of the size that gives overall accuracy the largest standard error, where enough are left."""
        sizes = [cls(table.blocks(table.level), table.level)]
        for level in range(table.level + 1, LEVELS):
            larger = cls(table.blocks(level), level)
            if len(larger.counts) < ENOUGH:
                break
            sizes.append(larger)
        variances = [accuracy_variance(size.counts) for size in sizes]
        best = int(np.argmax(variances))
        last = 0 < best == len(sizes) - 1 and variances[best] > STILL_GROWING * variances[best - 1]
        return cls(sizes[best].counts, sizes[best].level, last)

    @property
    def enough(self) -> bool:
        """Whether there are enough blocks for an interval."""
        return len(self.counts) >= FEWEST

    def rates(self) -> Rates:
        """All metrics with their intervals; without intervals where there are too few blocks."""
        counts = self.counts.astype(np.float64)

        def statistic(weights: NDArray) -> dict[str, NDArray]:
            return named(class_rates(*(weights @ counts[:, i] for i in range(3))))

        once = statistic(np.ones((1, len(counts))))
        if not self.enough:
            return rates_of(once, {name: np.full((2, *values.shape[1:]), np.nan) for name, values in once.items()})
        return rates_of(once, intervals(statistic, Places(np.arange(len(counts)), len(counts))))


def accuracy_variance(counts: NDArray[np.int64]) -> float:
    """The variance of overall accuracy, a ratio of sums over blocks (blocks, 3, classes); 0 of a single block.

    The variance of a ratio estimator in cluster sampling: Cochran (1977), Sampling Techniques, section 9A.
    """
    hits, all_of = counts[:, 0].sum(1).astype(np.float64), counts[:, 1].sum(1).astype(np.float64)
    number, total = len(counts), all_of.sum()
    if number < 2:
        return 0.0
    residuals = hits - hits.sum() / total * all_of
    return float(number / (number - 1) * np.square(residuals).sum() / total**2)


@dataclass(frozen=True)
class MapIntervals:
    """The metrics of maps with their intervals, and the blocks behind them: their ``count``, their ``side`` in ``unit``
    ('m', or map 'units'), and the ``pixels`` (columns, rows) of one, None where maps differ in that.
    """

    rates: Rates
    count: int
    side: float
    unit: str
    pixels: tuple[int, int] | None
    text: str


def intervals_of(images: Sequence[Counted], place: Mapping[Any, int], classes: int) -> MapIntervals:
    """The intervals of maps, in some of which something was compared. ``place``: of each class among ``classes``."""
    filled = [image for image in images if len(image.blocks.rows())]
    table = BlockTable.of(filled, place, classes)
    blocks = Blocks.chosen(table)
    sizes = {image.lattice.pixels(blocks.level) for image in filled}
    pixels = sizes.pop() if len(sizes) == 1 else None
    side = filled[0].lattice.side(blocks.level)
    unit = "m" if filled[0].lattice.grid.crs else "units"
    text = drawn_text(blocks, size_text(side, unit, pixels), len(filled) > 1)
    return MapIntervals(blocks.rates(), len(blocks.counts), side, unit, pixels, text)


def size_text(side: float, unit: str, pixels: tuple[int, int] | None) -> str:
    """'500 m (50 x 50 pixels)'."""
    text = f"{side:.4g} {unit}"
    return text if pixels is None else f"{text} ({pixels[0]} x {pixels[1]} pixels)"


def drawn_text(blocks: Blocks, size: str, several: bool) -> str:
    """How the intervals were made, or why there are none. ``several``: whether of several maps."""
    count = len(blocks.counts)
    if not blocks.enough:
        held = "one block" if count == 1 else f"{count} blocks"
        return (
            f"No intervals: what was compared lies in {held} of {size}, and resampling blocks needs at least {FEWEST}."
        )
    text = (
        f"{LEVEL} % confidence intervals: percentiles of {DRAWS} bootstrap draws (seed {SEED}) of the {count} spatial "
        f"blocks of {size} that hold what was compared, with replacement. Errors of neighbouring pixels are "
        "correlated, so that resampling single pixels would give intervals that are too narrow (Roberts et al. 2017, "
        f"doi:10.1111/ecog.02881); of up to {LEVELS} block sizes, each twice the one before, that with the largest "
        "standard error of overall accuracy is taken."
    )
    if blocks.growing:
        text += " Even the largest blocks are correlated, so that these intervals are still too narrow."
    if several:
        text += " Each block lies in one map; where maps overlap, the intervals are too narrow."
    return text
