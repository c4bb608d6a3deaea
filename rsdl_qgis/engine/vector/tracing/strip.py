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


@dataclass(frozen=True)
class Strip:
    """The borders of a strip, in pieces. The first ``len(begins)`` pieces are open, the others are closed.

    ``steps``: (m, 2) int32, all steps in order: column, and 4 times the row of the corner plus the flags of pinches.
    ``bounds``: (pieces + 1,): the steps of piece p are ``steps[bounds[p]:bounds[p + 1]]``; an open one may have none.
    ``begins``, ``ends``: the cut that an open piece comes from and goes to: the number of a border that crosses the
    strip's upper edge, from the left; those of the lower edge follow them. ``cuts``: how many there are of either.
    ``values``: (pieces,): of the region. ``roots``: (pieces,): a piece of the same region's border that is further up
    or left, itself where there is none in this strip. ``holes``: (pieces,): those that are known to be holes, because
    their uppermost corner is in this strip; of open ones, those that would be holes if closed.
    """

    steps: NDArray[np.int32]
    bounds: NDArray[np.int64]
    begins: list[int]
    ends: list[int]
    cuts: tuple[int, int]
    values: NDArray
    roots: NDArray[np.int64]
    holes: NDArray[np.bool_]


def borders(pixels: NDArray, row: int) -> Strip:
    """The borders of regions in ``pixels``: (rows + 3, columns + 2) unsigned, 0 where no region is wanted.

    The first and the last row of it are anything (room for indices), its second row is the one above the strip, in
    which its borders are cut, and its first and last column are 0. ``row``: the raster's row of the third row.
    """
    nodes = _Nodes(pixels)
    tops, bottoms = nodes.pairs(TOP_LEFT, TOP_RIGHT), nodes.pairs(BOTTOM_LEFT, BOTTOM_RIGHT)
    begin = np.concatenate([tops[0], bottoms[1]])  # the corners where steps begin and end, and their left ones
    end = np.concatenate([tops[1], bottoms[0]])
    left = np.concatenate([tops[0], bottoms[0]])
    following, climbs = nodes.follow(tops, bottoms)
    count, cuts = len(begin), sum(nodes.cuts)
    order, bounds, begins, ends = _walk(following, count, len(tops[0]), nodes.open_begins(count))
    y = (nodes.row[begin] + (row - 1)) << 2
    y |= nodes.pinched(begin, NW, SE) * np.int32(BEGIN_PINCH) | nodes.pinched(end, NE, SW) * np.int32(END_PINCH)
    steps = np.column_stack([nodes.x[begin], y])[order]
    piece_of = np.empty(count + cuts, np.int64)
    piece_of[order] = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    piece_of[begins] = np.arange(len(begins))

    values = np.concatenate([nodes.pixel(SE)[tops[0]], nodes.pixel(NW)[bottoms[1]]])
    full = np.diff(bounds) > 0
    piece_values = np.zeros(len(full), values.dtype)
    piece_values[full] = values[order[bounds[:-1][full]]]
    holes = np.zeros(len(full), bool)
    roots = np.arange(len(full))
    # The uppermost corner of what lies between no cuts of the upper edge: of holes it is the left end of a bottom side.
    new = full.copy()
    new[: len(begins)] &= (np.array(begins, int) >= count + nodes.cuts[0]) & (np.array(ends, int) >= count + cuts + nodes.cuts[0])
    if new.any():
        first = np.minimum.reduceat((left * 2 + (np.arange(count) >= len(tops[0])))[order], bounds[:-1][full])
        top = np.zeros(len(full), np.int64)
        top[full] = first
        holes = new & (top % 2 == 1)
        roots[holes] = piece_of[nodes.left_of(top[holes] // 2, climbs)]
        while not np.array_equal(further := roots[roots], roots):
            roots = further
    return Strip(
        steps,
        bounds,
        [i - count for i in begins],
        [i - count - cuts for i in ends],
        nodes.cuts,
        piece_values,
        roots,
        holes,
    )


class _Nodes:
    """The corners in which borders turn or meet, in rows from the left, and the cuts before and after them."""

    def __init__(self, pixels: NDArray):
        self._pixels = pixels
        inner = pixels[1:-1]
        self._across = across = inner[:, 1:] != inner[:, :-1]  # borders along columns
        along = inner[1:] != inner[:-1]
        mask = np.empty((len(inner) + 1, across.shape[1]), bool)
        mask[0], mask[-1] = across[0], across[-1]
        middle = mask[1:-1]
        np.not_equal(across[:-1], across[1:], out=middle)
        middle |= along[:, :-1] != along[:, 1:]
        middle |= across[:-1] & along[:, :-1]
        self.cuts = int(np.count_nonzero(across[0])), int(np.count_nonzero(across[-1]))
        at = np.flatnonzero(mask)
        self.row = np.repeat(np.arange(len(mask), dtype=np.int32), np.count_nonzero(mask, 1))
        self.x = (at - self.row.astype(np.int64) * mask.shape[1]).astype(np.int32)
        self._lower = at + self.row + pixels.shape[1]  # of the pixel to the south-west, among all pixels
        nw, ne, sw, se = map(self.pixel, (NW, NE, SW, SE))
        borders = (nw != ne) * np.uint8(UP) | (sw != se) * np.uint8(DOWN)
        borders |= (nw != sw) * np.uint8(LEFT) | (ne != se) * np.uint8(RIGHT)
        borders[: self.cuts[0]] = DOWN
        borders[len(borders) - self.cuts[1] :] = UP
        wanted = (nw > 0) * np.uint8(NW) | (ne > 0) * np.uint8(NE) | (sw > 0) * np.uint8(SW) | (se > 0) * np.uint8(SE)
        self._borders, self._ends = borders, ENDS[borders | wanted << 4]

    def pixel(self, which: int) -> NDArray:
        """The pixels around the corners on one side."""
        flat = self._pixels.ravel()
        width = self._pixels.shape[1]
        return flat[self._lower - {NW: width, NE: width - 1, SW: 0, SE: -1}[which]]

    def pinched(self, nodes: NDArray, one: int, other: int) -> NDArray[np.bool_]:
        """Whether four borders meet, and the two pixels are of one value."""
        crossing = np.flatnonzero(self._borders == UP | DOWN | LEFT | RIGHT)
        mask = np.zeros(len(self.x), bool)
        mask[crossing] = True
        mask &= self.pixel(one) == self.pixel(other)
        return mask[nodes]

    def pairs(self, first: int, second: int) -> tuple[NDArray, NDArray]:
        """The corners where sides along rows begin and end: they take turns."""
        return np.flatnonzero(self._ends & first), np.flatnonzero(self._ends & second)

    def open_begins(self, count: int) -> NDArray[np.int64]:
        """The numbers of the cuts from which a border comes, after ``count`` steps."""
        upper, lower = self.cuts
        down = np.flatnonzero(self._ends[:upper] & RIGHT_TOP)
        up = np.flatnonzero(self._ends[len(self._ends) - lower :] & LEFT_LOW)
        return np.concatenate([down, up + upper]) + count

    def follow(self, tops: tuple, bottoms: tuple) -> tuple[NDArray[np.int32], tuple[NDArray, NDArray]]:
        """What comes after each step or cut, and the left sides: their upper corners and what comes before them."""
        nodes, (upper, lower) = len(self.x), self.cuts
        count = len(tops[0]) + len(bottoms[0])
        top, bottom = np.arange(len(tops[0]), dtype=np.int32), np.arange(len(tops[0]), count, dtype=np.int32)
        cut = np.arange(count, count + upper + lower, dtype=np.int32)
        # By corner, of top sides and then of bottom ones: the step that ends here, the one that begins here.
        ended, begun = np.empty((2, nodes), np.int32), np.empty((2, nodes), np.int32)
        ended[0, tops[1]], begun[0, tops[0]] = top, top
        ended[1, bottoms[0]], begun[1, bottoms[1]] = bottom, bottom
        ended[0, :upper], begun[0, :upper] = cut[:upper], cut[:upper] + len(cut)
        ended[1, nodes - lower :], begun[1, nodes - lower :] = cut[upper:], cut[upper:] + len(cut)

        by_column = np.argsort(self.x.astype(np.uint16) if self._across.shape[1] <= 1 << 16 else self.x, kind="stable")
        ends = self._ends[by_column]
        right_top, right_low, left_top, left_low = (
            by_column[ends & end > 0] for end in (RIGHT_TOP, RIGHT_LOW, LEFT_TOP, LEFT_LOW)
        )
        is_reflex = self._borders
        following = np.full(count + len(cut), -1, np.int32)
        following[ended[(is_reflex[right_top] == RIGHT | DOWN) * 1, right_top]] = begun[
            (is_reflex[right_low] != RIGHT | UP) * 1, right_low
        ]
        before = ended[(is_reflex[left_low] != LEFT | UP) * 1, left_low]
        following[before] = begun[(is_reflex[left_top] == LEFT | DOWN) * 1, left_top]
        return following, (left_top, before)

    def left_of(self, corners: NDArray, climbs: tuple[NDArray, NDArray]) -> NDArray:
        """What comes before the left side of the run of pixels that lies above each corner."""
        height, width = self._across.shape
        left_top, before = climbs
        edges = np.flatnonzero(self._across)
        row = self.row[corners].astype(np.int64) - 1
        column = edges[np.searchsorted(edges, row * width + self.x[corners]) - 1] - row * width
        tops = self.x[left_top].astype(np.int64) * (height + 1) + self.row[left_top]
        return before[np.searchsorted(tops, column * (height + 1) + row, "right") - 1]


def _walk(
    following: NDArray[np.int32], count: int, tops: int, begins: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int], list[int]]:
    """The steps in order, the bounds of the pieces, and where open pieces begin and end. Every ring has a top side."""
    after: list[int] = following.tolist()
    order: list[int] = []
    bounds, ends = [0], []
    append = order.append
    for begin in begins.tolist():
        step = after[begin]
        while step < count:
            append(step)
            after[step], step = -1, after[step]
        ends.append(step)
        bounds.append(len(order))
    for step in range(tops):
        if after[step] < 0:
            continue
        while (further := after[step]) >= 0:
            after[step] = -1
            append(step)
            step = further
        bounds.append(len(order))
    return np.array(order, np.int64), np.array(bounds), begins.tolist(), ends
