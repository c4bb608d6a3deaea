"""Rows of pixels in, the polygons that they finish out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .strip import Strip, borders

PIXELS = 1 << 21  # in a strip, about
EDGES = 1 << 18  # in a strip: sides that pixels beside one another do not share; corners are twice as many at most


@dataclass(frozen=True)
class Traced:
    """Polygons as the steps of their rings, see ``strip``.

    ``values``: (n,) of the polygons; ``rings``: (n,) rings of each, the outer one first; ``lengths``: steps of each
    ring; ``steps``: (m, 2) int32; ``sums``: (n,) of the weights in each, and as the imaginary part how many are known.
    """

    values: NDArray
    rings: NDArray[np.int64]
    lengths: NDArray[np.int64]
    steps: NDArray[np.int32]
    sums: NDArray[np.complex128] = field(default_factory=lambda: np.zeros(0, np.complex128))

    @staticmethod
    def joined(parts: list[Traced]) -> Traced:
        """Several as one."""
        if len(parts) == 1:
            return parts[0]
        names = ("values", "rings", "lengths", "steps", "sums")
        return Traced(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Tracer:
    """Draws the regions of equal pixels, connected by their sides, as rows of them come.

    ``width``: pixels a row; ``wanted``: by value from 0 on, whether its regions are. What is held is a strip of rows,
    and the borders of the regions that reach its last one. ``weighed``: whether rows come with weights.
    """

    def __init__(self, width: int, wanted: NDArray[np.bool_], pixels: int = PIXELS, weighed: bool = False):
        self._wanted = np.append(wanted, False)
        self._outside = int(np.argmin(self._wanted))  # what is not wanted lies around the raster
        shape = max(1, pixels // (width + 2)) + 3, width + 2
        self._pixels = np.full(shape, self._outside, np.min_scalar_type(max(len(wanted) - 1, self._outside)))
        self._weights = np.full((shape[0], width), np.nan, np.float32) if weighed else None
        self._filled = 0  # rows of the strip
        self._row = 0  # of the raster, the first of the strip
        self._open = _Open()

    def add(self, rows: NDArray, weights: NDArray[np.float32] | None = None) -> Iterator[Traced]:
        """The next rows (n, width), and the weights of their pixels; what they finish."""
        room = len(self._pixels) - 3
        taken = 0
        while taken < len(rows):
            count = min(len(rows) - taken, room - self._filled)
            start = 2 + self._filled
            self._pixels[start : start + count, 1:-1] = rows[taken : taken + count]
            if self._weights is not None and weights is not None:
                self._weights[start : start + count] = weights[taken : taken + count]
            self._filled += count
            taken += count
            if self._filled == room:
                yield from self._draw()

    def close(self) -> Iterator[Traced]:
        """No row follows: what is left."""
        if self._filled:
            yield from self._draw()
        self._pixels[2] = self._outside
        if self._weights is not None:
            self._weights[2] = np.nan
        self._filled = 1
        yield from self._draw()

    @property
    def oldest(self) -> int:
        """The uppermost row of corners of what is not complete yet."""
        return min(self._open.oldest, self._row)

    def _draw(self) -> Iterator[Traced]:
        """What the strip finishes."""
        yield from self._draw_rows(2, 2 + self._filled)
        self._pixels[1] = self._pixels[1 + self._filled]
        self._row += self._filled
        self._filled = 0

    def _draw_rows(self, first: int, end: int) -> Iterator[Traced]:
        """What some rows of the strip finish, in parts where too many borders are in them."""
        rows = self._pixels[first:end]
        if len(rows) > 1 and np.count_nonzero(rows[:, 1:] != rows[:, :-1]) > EDGES:
            middle = (first + end) // 2
            yield from self._draw_rows(first, middle)
            yield from self._draw_rows(middle, end)
            return
        row = self._row + first - 2
        strip = borders(self._pixels[first - 2 : end + 1], row, self._wanted)
        sums: NDArray[np.complex128] = np.zeros(len(strip.holes), np.complex128)
        if self._weights is not None:
            sums = strip.sums(self._weights[first:end], row)
        whole = _whole(strip, sums)
        finished = self._open.go_on(strip, sums)
        for part in (whole, finished):
            if part is not None:
                yield part


def _whole(strip: Strip, sums: NDArray[np.complex128]) -> Traced | None:
    """The polygons that lie in the strip wholly."""
    first = len(strip.begins)
    pieces: NDArray[np.int64] = np.arange(first, len(strip.holes))
    pieces = pieces[strip.roots[first:] >= first]
    if not len(pieces):
        return None
    roots, holes = strip.roots[pieces], strip.holes[pieces]
    pieces = pieces[np.argsort(roots * 2 + holes, kind="stable")]
    outer = pieces[~strip.holes[pieces]]
    rings = np.bincount(roots, minlength=len(strip.holes))[outer]
    inside = np.add.reduceat(sums[pieces], np.cumsum(rings) - rings)
    return Traced(strip.values[outer], rings, *_taken(strip, pieces), inside)


def _taken(strip: Strip, pieces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The lengths and the steps of pieces."""
    starts, lengths = strip.bounds[pieces], np.diff(strip.bounds)[pieces]
    return lengths, strip.steps[spans(starts, lengths)]


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The indices start, start + 1, … of each, one after the other."""
    shift = starts - np.cumsum(lengths) + lengths
    indices: NDArray[np.int64] = np.repeat(shift, lengths) + np.arange(lengths.sum())
    return indices


class _Region:
    """A region that reaches the last row: the holes that are closed so far, and into which region it has grown.

    ``sum``: of what these holes add to the sum of its weights.
    """

    __slots__ = ("into", "lengths", "steps", "sum", "value")

    def __init__(self, value: int):
        self.value = value
        self.into: _Region | None = None
        self.lengths: list[NDArray[np.int64]] = []
        self.steps: list[NDArray[np.int32]] = []
        self.sum = 0j

    def found(self) -> _Region:
        """The region that it is a part of."""
        region = self
        while region.into is not None:
            if region.into.into is not None:
                region.into = region.into.into
            region = region.into
        return region

    def unite(self, other: _Region) -> None:
        """Both are one."""
        small, large = self.found(), other.found()
        if small is large:
            return
        if len(small.steps) > len(large.steps):
            small, large = large, small
        small.into = large
        large.lengths += small.lengths
        large.steps += small.steps
        large.sum += small.sum
        small.lengths, small.steps, small.sum = [], [], 0j


class _Chain:
    """A border with two open ends, which go on below: ``head`` and ``tail`` are the cuts it comes from and goes to.

    ``top``: row and column of its uppermost corner, of these the leftmost, and whether it is then a hole's border.
    """

    __slots__ = ("head", "parts", "region", "sum", "tail", "top")

    def __init__(self, head: int, top: tuple[int, int, bool], region: _Region):
        self.head = self.tail = head
        self.top = top
        self.parts: deque[NDArray[np.int32]] = deque()
        self.region = region
        self.sum = 0j  # what it adds to the sum of its region's weights

    def append(self, other: _Chain) -> _Chain:
        """Both as one, the other after this."""
        if len(self.parts) >= len(other.parts):
            self.parts.extend(other.parts)
            kept = self
        else:
            other.parts.extendleft(reversed(self.parts))
            kept = other
        kept.head, kept.tail, kept.top = self.head, other.tail, min(self.top, other.top)
        kept.sum = self.sum + other.sum
        self.region.unite(other.region)
        return kept


class _Open:
    """The borders that the last row cuts."""

    def __init__(self) -> None:
        self._heads: dict[int, _Chain] = {}  # by cut
        self._tails: dict[int, _Chain] = {}

    @property
    def oldest(self) -> int:
        """The row of the uppermost corner of them all."""
        return min((chain.top[0] for chain in self._heads.values()), default=np.iinfo(np.int64).max)

    def go_on(self, strip: Strip, sums: NDArray[np.complex128]) -> Traced | None:
        """The open borders with a strip's pieces; the polygons that it closes. ``sums``: see ``Strip.sums``."""
        upper, opens = strip.cuts[0], len(strip.begins)
        bounds = strip.bounds[: opens + 1].tolist()
        rows, columns = strip.places[:, :opens].tolist()
        new = zip(rows, columns, strip.holes[:opens].tolist(), strip.values[:opens].tolist())
        regions: list[_Region] = []
        closed: list[_Chain] = []
        pieces = zip(strip.begins, strip.ends, bounds, bounds[1:], new, sums[:opens].tolist())
        for begin, end, first, last, (*top, value), total in pieces:
            if begin < upper:
                chain = self._tails.pop(begin)
            else:
                chain = self._heads[begin] = _Chain(begin, (*top,), _Region(value))
            if last > first:
                chain.parts.append(strip.steps[first:last].copy())
            chain.sum += total
            regions.append(chain.region)
            if end >= upper:
                chain.tail = end
                self._tails[end] = chain
                continue
            other = self._heads.pop(end)
            if other is chain:
                closed.append(chain)
                continue
            joined = chain.append(other)
            # Its ends may be cuts of the upper edge still, from where pieces that come later go on.
            self._heads[joined.head] = self._tails[joined.tail] = joined
        self._join(strip, regions, sums)
        chains = list(self._heads.values())
        for chain in chains:  # the lower edge is the next strip's upper one
            chain.head -= upper
            chain.tail -= upper
        self._heads = {chain.head: chain for chain in chains}
        self._tails = {chain.tail: chain for chain in chains}
        return _closed(closed)

    def _join(self, strip: Strip, regions: list[_Region], sums: NDArray[np.complex128]) -> None:
        """Regions whose borders the strip shows to belong together, and the holes in them."""
        count = len(regions)
        for piece in np.flatnonzero(strip.roots[:count] != np.arange(count)).tolist():
            regions[piece].unite(regions[strip.roots[piece]])
        holes = np.flatnonzero(strip.roots[count:] < count) + count
        if not len(holes):
            return
        holes = holes[np.argsort(strip.roots[holes], kind="stable")]
        lengths, steps = _taken(strip, holes)
        owners, firsts = np.unique(strip.roots[holes], return_index=True)
        rings, ends = np.append(firsts, len(holes)).tolist(), np.append(0, np.cumsum(lengths)).tolist()
        for owner, first, last in zip(owners.tolist(), rings, rings[1:]):
            region = regions[owner].found()
            region.lengths.append(lengths[first:last].copy())
            region.steps.append(steps[ends[first] : ends[last]].copy())
            region.sum += complex(sums[holes[first:last]].sum())


def _closed(chains: list[_Chain]) -> Traced | None:
    """The polygons whose outer ring is among chains that are closed now; the others are holes."""
    outer = []
    for chain in chains:
        size = sum(map(len, chain.parts))
        if chain.top[2]:
            region = chain.region.found()
            region.lengths.append(np.array([size]))
            region.steps += chain.parts
            region.sum += chain.sum
        else:
            outer.append((chain, size))
    if not outer:
        return None
    values, rings, lengths, steps, sums = [], [], [], [], []
    for chain, size in outer:
        region = chain.region.found()
        values.append(region.value)
        rings.append(1 + sum(map(len, region.lengths)))
        lengths += [np.array([size]), *region.lengths]
        steps += [*chain.parts, *region.steps]
        sums.append(chain.sum + region.sum)
    return Traced(np.array(values), np.array(rings), np.concatenate(lengths), np.concatenate(steps), np.array(sums))
