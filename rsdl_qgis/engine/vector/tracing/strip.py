"""The borders of the regions in a strip of rows, followed from corner to corner.

A region is a set of pixels of one value that are connected by their sides. Its border is walked with the region on the
right: along the top sides of its pixels to the right, down the right sides, along the bottom to the left, up the left
sides. Steps along a row and along a column take turns, so that a border is told by its steps along rows alone: step k
begins in (x[k], y[k]), ends in (x[k + 1], y[k]), and from there a column leads to where step k + 1 begins.

All is found by array operations; only the order of the steps is followed one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8  # the borders that meet in a corner of pixels
NW, NE, SW, SE = 1, 2, 4, 8  # the pixels around it
# What may begin or end in a corner: the ends of top and bottom sides, the upper and lower ends of right and left sides.
TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT, RIGHT_TOP, RIGHT_LOW, LEFT_TOP, LEFT_LOW = (1 << i for i in range(8))
OWNERS = {  # whose sides these are
    NW: (BOTTOM_RIGHT, RIGHT_LOW),
    NE: (BOTTOM_LEFT, LEFT_LOW),
    SW: (TOP_RIGHT, RIGHT_TOP),
    SE: (TOP_LEFT, LEFT_TOP),
}
CONVEX = {NW: LEFT | UP, NE: RIGHT | UP, SW: LEFT | DOWN, SE: RIGHT | DOWN}  # a pixel that differs from both beside it
REFLEX = {  # two borders and no more: the region around the pixel between them turns here too
    LEFT | UP: (TOP_RIGHT, LEFT_LOW),
    RIGHT | UP: (TOP_LEFT, RIGHT_LOW),
    LEFT | DOWN: (BOTTOM_RIGHT, LEFT_TOP),
    RIGHT | DOWN: (BOTTOM_LEFT, RIGHT_TOP),
}
CUT = {UP: (RIGHT_LOW, LEFT_LOW), DOWN: (RIGHT_TOP, LEFT_TOP)}  # where the strip cuts a border
STRIDE = 16  # steps from one that is followed by itself to the next, on average
BEGIN_PINCH, END_PINCH = 1, 2  # flags of a step: where it begins or ends, its region touches itself or its like


def _ends_table() -> NDArray[np.uint8]:
    """What begins or ends in a corner, by the borders that meet there and 16 times the wanted pixels around it."""
    table = np.zeros(256, np.uint8)
    for wanted in range(16):
        kept = sum(sum(ends) for pixel, ends in OWNERS.items() if wanted & pixel)
        for borders in range(16):
            ends = sum(sum(OWNERS[p]) for p, around in CONVEX.items() if borders & around == around)
            ends |= sum(REFLEX.get(borders, ())) | sum(CUT.get(borders, ()))
            table[borders | wanted << 4] = ends & kept
    return table


ENDS = _ends_table()


Pair = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Strip:
    """The borders of a strip, in pieces. The first ``len(begins)`` pieces are open, the others are closed.

    ``steps``: (m, 2) int32, all steps in order: column, and 4 times the row of the corner plus the flags of pinches.
    ``bounds``: (pieces + 1,): the steps of piece p are ``steps[bounds[p]:bounds[p + 1]]``; an open one may have none.
    ``begins``, ``ends``: the cut that an open piece comes from and goes to: the number of a border that crosses the
    strip's upper edge, from the left; those of the lower edge follow them. ``cuts``: how many there are of either.
    ``values``: (pieces,): of the region. ``places``: (2, pieces): row and column of the uppermost corner, of these the
    leftmost, where the upper edge does not cut the piece; far below where it does. ``holes``: (pieces,): of those that
    the upper edge does not cut, holes, and open ones that are holes unless they go on to a corner further up.
    ``roots``: (pieces,): for such a hole, a piece of the border around it that is none; for all others themselves.
    ``columns``: of the cuts.
    """

    steps: NDArray[np.int32]
    bounds: NDArray[np.int64]
    begins: list[int]
    ends: list[int]
    cuts: tuple[int, int]
    values: NDArray
    places: NDArray[np.int64]
    roots: NDArray[np.int64]
    holes: NDArray[np.bool_]
    columns: NDArray[np.int32]

    def sums(self, weights: NDArray[np.float32], row: int) -> NDArray[np.complex128]:
        """(pieces,): what each piece adds to the sum of the weights in its region: those to the left of its way down
        less those to the left of its way up. ``weights``: (rows, columns), NaN where one is not known; the imaginary
        part counts those that are. ``row``: the first row of the strip.
        """
        known = np.isfinite(weights)
        left: NDArray[np.complex128] = np.zeros((weights.shape[0] + 1, weights.shape[1] + 1), np.complex128)
        left.real[1:, 1:], left.imag[1:, 1:] = np.where(known, weights, 0), known
        np.cumsum(left, 0, out=left)
        np.cumsum(left, 1, out=left)  # of all weights above and to the left of a corner
        x, y = self.steps[:, 0], (self.steps[:, 1] >> 2) - row
        counts = np.diff(self.bounds)
        full, opens = np.flatnonzero(counts), len(self.begins)
        after = np.append(x[1:], 0)
        after[self.bounds[full + 1] - 1] = x[self.bounds[full]]
        begins, ends = np.array(self.begins, np.int64), np.array(self.ends, np.int64)
        stepping = np.flatnonzero(counts[:opens])
        after[self.bounds[stepping + 1] - 1] = self.columns[ends[stepping]]
        found: NDArray[np.complex128] = np.zeros(len(counts), np.complex128)
        if len(full):
            found[full] = np.add.reduceat(left[y, x] - left[y, after], self.bounds[full])
        bottom = len(weights)
        found[:opens] += left[np.where(ends < self.cuts[0], 0, bottom), self.columns[ends]]
        found[:opens] -= left[np.where(begins < self.cuts[0], 0, bottom), self.columns[begins]]
        return found


def borders(pixels: NDArray, row: int, wanted: NDArray[np.bool_]) -> Strip:
    """The borders of regions in ``pixels``: (rows + 3, columns + 2) unsigned; ``wanted``: by value, of which regions.

    The first and the last row of it are anything (room for indices), its second row is the one above the strip, in
    which its borders are cut, and its first and last column are not wanted. ``row``: the raster's row of the third row.
    """
    nodes = _Nodes(pixels, wanted)
    tops, bottoms = nodes.pairs(TOP_LEFT, TOP_RIGHT), nodes.pairs(BOTTOM_LEFT, BOTTOM_RIGHT)
    count, cuts = len(tops[0]) + len(bottoms[0]), nodes.cuts
    upper, lower = cuts
    following, climbs, pinches = nodes.follow(tops, bottoms)
    order, bounds, begins, ends = _walk(following, count, nodes.open_begins(count))
    steps = np.empty((count, 2), np.int32)
    begin = np.concatenate([tops[0], bottoms[1]])
    steps[:, 0] = nodes.x[begin]
    steps[:, 1] = (nodes.row[begin] + (row - 1)) << 2
    for touching, flag in zip(pinches, (BEGIN_PINCH, END_PINCH)):
        steps[touching, 1] |= flag
    steps = steps.view(np.int64).ravel()[order].view(np.int32).reshape(-1, 2)

    full = np.flatnonzero(np.diff(bounds))
    pieces, firsts = len(bounds) - 1, bounds[full]
    values = np.zeros(pieces, pixels.dtype)
    values[full] = nodes.values(order[firsts], tops, bottoms)
    # The uppermost corner of a border, of these the leftmost: that of a hole is the left end of a bottom side.
    corners, is_hole = np.zeros(pieces, np.int64), np.zeros(pieces, bool)
    if count:
        is_top = order < len(tops[0])
        left = [np.append(side[0], len(nodes.x)) for side in (tops, bottoms)]
        top = left[0][np.minimum.reduceat(np.where(is_top, order, len(tops[0])), firsts)]
        bottom = left[1][np.minimum.reduceat(np.where(is_top, count, order), firsts) - len(tops[0])]
        corners[full], is_hole[full] = np.minimum(top, bottom), bottom < top
    is_new = np.ones(pieces, bool)
    is_new[: len(begins)] = (begins >= count + upper) & (ends >= count + 2 * upper + lower)
    holes = is_new & is_hole
    roots = np.arange(pieces)
    if holes.any():
        before = nodes.left_of(corners[holes], climbs)
        piece_of = np.empty(count + upper + lower, np.int32)
        piece_of[order] = np.repeat(np.arange(pieces, dtype=np.int32), np.diff(bounds))
        piece_of[begins] = np.arange(len(begins))
        roots[holes] = piece_of[before]
        while not np.array_equal(further := roots[roots], roots):
            roots = further
    places = np.full((2, pieces), np.iinfo(np.int64).max)
    at = corners[is_new]
    places[:, is_new] = nodes.row[at] + (row - 1), nodes.x[at]
    begins, ends = (begins - count).tolist(), (ends - count - upper - lower).tolist()
    columns = np.concatenate([nodes.x[:upper], nodes.x[len(nodes.x) - lower :]])
    return Strip(steps, bounds, begins, ends, cuts, values, places, roots, holes, columns)


class _Nodes:
    """The corners in which borders turn or meet, in rows from the left, and the cuts before and after them."""

    def __init__(self, pixels: NDArray, wanted: NDArray[np.bool_]):
        self._pixels, self._wanted = pixels, wanted
        inner = pixels[1:-1]
        self._across = across = inner[:, 1:] != inner[:, :-1]  # borders along columns
        along = inner[1:] != inner[:-1]
        mask = np.empty((len(inner) + 1, across.shape[1]), bool)
        mask[0], mask[-1] = across[0], across[-1]
        middle = mask[1:-1]
        np.not_equal(across[:-1], across[1:], out=middle)
        middle |= along[:, :-1] != along[:, 1:]
        middle |= across[:-1] & along[:, :-1]
        at = np.flatnonzero(mask)
        starts = np.searchsorted(at, np.arange(len(mask) + 1) * mask.shape[1])
        self.row = np.repeat(np.arange(len(mask), dtype=np.int32), np.diff(starts))
        self.cuts = int(starts[1]), int(starts[-1] - starts[-2])
        self.x = (at - self.row.astype(np.int64) * mask.shape[1]).astype(np.int32)
        self._lower = at + self.row + pixels.shape[1]  # of the pixel to the south-west, among all pixels
        flat, width = pixels.ravel(), pixels.shape[1]
        nw, ne, sw, se = (flat[self._lower + i] for i in (-width, 1 - width, 0, 1))
        borders = (nw != ne) * np.uint8(UP) | (sw != se) * np.uint8(DOWN)
        borders |= (nw != sw) * np.uint8(LEFT) | (ne != se) * np.uint8(RIGHT)
        borders[: self.cuts[0]] = DOWN
        borders[len(borders) - self.cuts[1] :] = UP
        kept = wanted[nw] * np.uint8(NW) | wanted[ne] * np.uint8(NE)
        kept |= wanted[sw] * np.uint8(SW) | wanted[se] * np.uint8(SE)
        self._borders, self._ends = borders, ENDS[borders | kept << 4]

    def values(self, steps: NDArray[np.int64], tops: Pair, bottoms: Pair) -> NDArray:
        """The pixels along some steps."""
        flat, width = self._pixels.ravel(), self._pixels.shape[1]
        is_top = steps < len(tops[0])
        values = np.empty(len(steps), flat.dtype)
        values[is_top] = flat[self._lower[tops[0][steps[is_top]]] + 1]
        values[~is_top] = flat[self._lower[bottoms[1][steps[~is_top] - len(tops[0])]] - width]
        return values

    def pairs(self, first: int, second: int) -> Pair:
        """The corners where sides along rows begin and end: they take turns."""
        return np.flatnonzero(self._ends & first), np.flatnonzero(self._ends & second)

    def open_begins(self, count: int) -> NDArray[np.int64]:
        """The numbers of the cuts from which a border comes, after ``count`` steps."""
        upper, lower = self.cuts
        down = np.flatnonzero(self._ends[:upper] & RIGHT_TOP)
        up = np.flatnonzero(self._ends[len(self._ends) - lower :] & LEFT_LOW)
        return np.concatenate([down, up + upper]) + count

    def follow(self, tops: Pair, bottoms: Pair) -> tuple[NDArray[np.int64], Pair, Pair]:
        """What comes after each step or cut; the left sides: their upper corners and what comes before them; the steps
        that begin, and that end, in a pinch.
        """
        nodes, (upper, lower) = len(self.x), self.cuts
        count = len(tops[0]) + len(bottoms[0])
        top, bottom = np.arange(len(tops[0])), np.arange(len(tops[0]), count)
        cut = np.arange(count, count + upper + lower)
        # By corner: the top side that ends, the bottom side that ends, those that begin here. The first goes on down a
        # right side, the second up a left one, the third comes from a left side, the fourth from a right one.
        down, up, from_left, from_right = np.empty((4, nodes), np.int64)
        down[tops[1]], up[bottoms[0]], from_left[tops[0]], from_right[bottoms[1]] = top, bottom, top, bottom
        pinches = self._pinches(from_left, from_right), self._pinches(down, up, turned=True)
        down[:upper], from_left[:upper] = cut[:upper], cut[:upper] + len(cut)
        up[nodes - lower :], from_right[nodes - lower :] = cut[upper:], cut[upper:] + len(cut)
        # Where only two borders meet, the region around the pixel between them does it the other way.
        for borders, one, other in (
            (RIGHT | DOWN, down, up),
            (LEFT | UP, up, down),
            (LEFT | DOWN, from_left, from_right),
            (RIGHT | UP, from_right, from_left),
        ):
            at = np.flatnonzero(self._borders == borders)
            one[at] = other[at]

        by_column = np.argsort(self.x.astype(np.uint16) if self._across.shape[1] <= 1 << 16 else self.x, kind="stable")
        ends = self._ends[by_column]
        right_top, right_low, left_top, left_low = (
            by_column[np.flatnonzero(ends & end)] for end in (RIGHT_TOP, RIGHT_LOW, LEFT_TOP, LEFT_LOW)
        )
        following = np.full(count + len(cut), -1)
        following[down[right_top]] = from_right[right_low]
        before = up[left_low]
        following[before] = from_left[left_top]
        return following, (left_top, before), pinches

    def _pinches(self, one: NDArray[np.int64], other: NDArray[np.int64], turned: bool = False) -> NDArray[np.int64]:
        """The steps of the two arrays where four borders meet, and pixels in opposite corners are of one wanted value:
        those to the north-west and south-east, or the others.
        """
        at = np.flatnonzero(self._borders == UP | DOWN | LEFT | RIGHT)
        flat, width = self._pixels.ravel(), self._pixels.shape[1]
        lower = self._lower[at]
        first, second = (flat[lower], flat[lower - width + 1]) if turned else (flat[lower + 1], flat[lower - width])
        at = at[(first == second) & self._wanted[first]]
        return np.concatenate([one[at], other[at]])

    def left_of(self, corners: NDArray, climbs: Pair) -> NDArray:
        """What comes before the left side of the run of pixels that lies above each corner."""
        height, width = self._across.shape
        left_top, before = climbs
        row = self.row[corners].astype(np.int64) - 1
        rows, index = np.unique(row, return_inverse=True)
        edges = np.flatnonzero(self._across[rows])
        column = edges[np.searchsorted(edges, index * width + self.x[corners]) - 1] - index * width
        tops = self.x[left_top].astype(np.int64) * (height + 1) + self.row[left_top]
        return before[np.searchsorted(tops, column * (height + 1) + row, "right") - 1]


def _walk(
    following: NDArray[np.int64], count: int, begins: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The steps in order, the bounds of the pieces, and where open pieces begin and end.

    Most is followed for many at once: from each cut and from every few steps up to the next of these. What Python has
    to follow is these, and the rings that have none of them.
    """
    starts = np.concatenate([begins, np.arange(0, count, STRIDE)])
    owner = np.full(len(following), -1)  # of a step: from which start it is reached
    place = np.empty(len(following), np.int64)  # and after how many
    stops = np.zeros(2 * len(following) - count, bool)
    stops[starts] = stops[len(following) :] = True
    owner[starts] = np.arange(len(starts))
    place[starts], lengths = 0, np.empty(len(starts), np.int64)
    after = np.empty(len(starts), np.int64)
    active, step, length = np.arange(len(starts)), following[starts], 1
    while len(active):
        stopped = stops[step]
        done, going = active[stopped], ~stopped
        after[done], lengths[done] = step[stopped], length
        active, step = active[going], step[going]
        owner[step], place[step] = active, length
        step = following[step]
        length += 1
    lengths[: len(begins)] -= 1  # a cut is no step
    place -= (owner >= 0) & (owner < len(begins))

    is_start = after < len(following)
    after[is_start] = owner[after[is_start]]
    after[~is_start] += len(starts)
    chosen, sizes, ends = _runs(after.tolist(), len(begins), len(starts))
    first = np.cumsum(lengths[chosen]) - lengths[chosen]
    offsets = np.empty(len(starts), np.int64)
    offsets[chosen] = first
    reached = np.flatnonzero(owner[:count] >= 0)
    missed = np.flatnonzero(owner[:count] < 0)
    order = np.empty(count, np.int64)
    order[offsets[owner[reached]] + place[reached]] = reached
    bounds = np.append(first, len(reached))[np.cumsum([0, *sizes])]
    if len(missed):
        place[missed] = np.arange(len(missed))
        rings, sizes, _ = _runs(place[following[missed]].tolist(), 0, len(missed))
        order[len(reached) :] = missed[rings]
        bounds = np.append(bounds, len(reached) + np.cumsum(sizes))
    return order, bounds, begins, np.array(ends, np.int64) - len(starts)


def _runs(after: list[int], opens: int, count: int) -> tuple[list[int], list[int], list[int]]:
    """Items in the order in which they follow one another, the sizes of the runs, and how the open ones end: with an
    item from ``count`` on. The first items begin open runs, the others are in those or in closed ones.
    """
    order: list[int] = []
    sizes, ends = [], []
    append = order.append
    for item in range(count):
        if after[item] < 0:
            continue
        before = len(order)
        while item < count and (further := after[item]) >= 0:
            after[item] = -1
            append(item)
            item = further
        sizes.append(len(order) - before)
        if len(sizes) <= opens:
            ends.append(item)
    return order, sizes, ends
