"""Merging the detections of overlapping tiles: an object that a tile border cuts appears once, and whole.

A detection that reaches the border of its tile inside the raster may be a fragment. Fragments of tiles that overlap or
touch are one object where both span the whole overlap of the two tiles and line up along the border: their bounding box
replaces them. Then, of several detections of one object, the best stays: whole objects before fragments. Tiles come row
by row; what no later tile can reach is given out, so that about one row of tiles is held.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..raster.grid import Window
from .detections import Detections, Floats, Integers, widened
from .overlap import areas, near_within, pair_intersection
from .suppression import gathered, owners

NEAREST, FARTHEST = 0.75, 4.0  # pixels from a border within which a box counts as reaching it
REACH = 1 / 16  # that distance as a fraction of the overlap, between the two
LINED_UP = 0.5  # least overlap of two fragments of one object along a border, as a fraction of the shorter side
COVERED = 0.5  # least fraction of a fragment that lies in another detection of the object
SAME = 0.7  # the IoU above which two tiles' boxes are one object, where suppression is asked for at more


@dataclass(frozen=True)
class Seen:
    """Detections in the raster's pixels, and the part of it that each was seen in: ``windows`` (n, 4), x1, y1, x2, y2.

    Detections of the same window are different objects.
    """

    found: Detections
    windows: Floats

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, wanted: NDArray) -> Seen:
        return Seen(self.found[wanted], self.windows[wanted])

    @classmethod
    def together(cls, parts: list[Seen]) -> Seen:
        """All of several."""
        windows = [part.windows for part in parts if len(part)]
        return cls(Detections.together([p.found for p in parts]), np.concatenate([np.zeros((0, 4)), *windows]))


class TileBorders:
    """Merges the detections of tiles, added in row-major order, to the detections of the raster.

    ``height``, ``width`` of the raster and ``overlap`` of the tiles in pixels; ``least``: the IoU above which two
    detections are one object; ``grow``: they are merged to their bounding box, instead of keeping the better one.
    """

    def __init__(self, height: int, width: int, overlap: int, least: float, grow: bool = False):
        self._limits = np.array([0, 0, width, height], float)
        self._near = float(np.clip(overlap * REACH, NEAREST, FARTHEST))
        self._same, self._grow = min(least, SAME), grow
        self._waiting: list[Seen] = []

    def next_row(self, row: int) -> Detections:
        """Tiles that begin in this row come next; the detections that none of them can reach."""
        return self._settle(float(row))

    def add(self, window: Window, found: Detections) -> None:
        """Take a tile's detections, in its pixels."""
        if len(found):
            ends = [window.col, window.row, window.col + window.width, window.row + window.height]
            part = np.clip(np.array(ends, float), 0, np.tile(self._limits[2:], 2))
            self._waiting.append(Seen(found.shifted(window.row, window.col), np.tile(part, (len(found), 1))))

    def close(self) -> Detections:
        """The rest."""
        return self._settle(np.inf)

    @property
    def top(self) -> float:
        """The first row that detections which are held reach."""
        return min((float(part.found.boxes[:, 1].min()) for part in self._waiting if len(part)), default=np.inf)

    def _settle(self, next_row: float) -> Detections:
        """Those that end before the row where the next tiles begin; the others are held."""
        held = Seen.together(self._waiting)
        for axis in (0, 1):
            held = self._joined(held, axis)
        held = self._once(held)
        finished = held.found.boxes[:, 3] + self._near < next_row
        self._waiting = [held[~finished]]
        return held.found[finished]

    def _cut(self, seen: Seen, axis: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which reach the border of what was seen, inside the raster: at its low end and at its high end."""
        boxes, windows = seen.found.boxes, seen.windows
        low = (windows[:, axis] > self._limits[axis]) & (boxes[:, axis] <= windows[:, axis] + self._near)
        high = windows[:, axis + 2] < self._limits[axis + 2]
        return low, high & (boxes[:, axis + 2] >= windows[:, axis + 2] - self._near)

    def _joined(self, seen: Seen, axis: int) -> Seen:
        """Fragments that go on in each other along an axis, as one."""
        low, high = self._cut(seen, axis)
        some = np.flatnonzero(low | high)
        reach = widened(seen.found[some], self._near)
        pairs: list[Integers] = [np.zeros((2, 0), np.int64)]
        for i, j in near_within(reach.boxes, reach.labels):
            for before, after in ((some[i], some[j]), (some[j], some[i])):
                fits = high[before] & low[after] & self._continues(seen, before, after, axis)
                pairs.append(np.stack([before[fits], after[fits]]))
        before, after = np.concatenate(pairs, 1)
        if not len(before):
            return seen
        best = _mutually_best(_lining_up(seen.found.boxes, before, after, 1 - axis)[1], before, after, seen.windows)
        return _grown(seen, _components(len(seen), before[best], after[best]))

    def _continues(self, seen: Seen, before: Integers, after: Integers, axis: int) -> NDArray[np.bool_]:
        """Whether pairs span the overlap of their windows, which follow each other, and line up."""
        boxes, windows = seen.found.boxes, seen.windows
        start, end = windows[after, axis], windows[before, axis + 2]
        follow = (windows[before, axis] < start) & (start <= end) & (end < windows[after, axis + 2])
        through = (boxes[before, axis] <= start + self._near) & (boxes[after, axis + 2] >= end - self._near)
        shorter, _ = _lining_up(boxes, before, after, 1 - axis)
        return follow & through & (shorter >= LINED_UP)

    def _once(self, seen: Seen) -> Seen:
        """Of what several tiles see of one object the best: whole before cut, the likelier, the larger fragment."""
        cut = np.logical_or.reduce([side for axis in (0, 1) for side in self._cut(seen, axis)])
        size = areas(seen.found)
        order = np.lexsort((np.where(cut, -size, -seen.found.scores), cut))
        seen, cut, size = seen[order], cut[order], size[order]
        better, worse = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        wide = widened(seen.found, self._near)
        for i, j in near_within(wide.boxes, wide.labels):
            apart = (seen.windows[i] != seen.windows[j]).any(1)
            i, j = i[apart], j[apart]
            shared = pair_intersection(seen.found, i, seen.found, j)
            one = shared > self._same * (size[i] + size[j] - shared)
            one |= cut[j] & (pair_intersection(wide, i, seen.found, j) >= COVERED * size[j])
            better.append(i[one])
            worse.append(j[one])
        owner = owners(len(seen), np.concatenate(better), np.concatenate(worse))
        return _grown(seen, owner) if self._grow else seen[owner == np.arange(len(owner))]


def _lining_up(boxes: Floats, i: Integers, j: Integers, axis: int) -> tuple[Floats, Floats]:
    """The overlap of pairs of boxes along an axis, as a fraction of the shorter one and of their union."""
    low, high = boxes[:, axis], boxes[:, axis + 2]
    shared = np.maximum(np.minimum(high[i], high[j]) - np.maximum(low[i], low[j]), 0)
    both = np.maximum(high[i], high[j]) - np.minimum(low[i], low[j])
    shorter = np.minimum(high[i] - low[i], high[j] - low[j])
    return shared / np.maximum(shorter, 1e-9), shared / np.maximum(both, 1e-9)


def _mutually_best(quality: Floats, before: Integers, after: Integers, windows: Floats) -> NDArray[np.bool_]:
    """Which pairs are the best of either one with any detection of the other one's window."""
    window = np.unique(windows, axis=0, return_inverse=True)[1].reshape(-1)
    result = np.ones(len(quality), bool)
    for one, other in ((before, after), (after, before)):
        order = np.lexsort((-quality, window[other], one))
        first = np.ones(len(order), bool)
        first[1:] = (one[order][1:] != one[order][:-1]) | (window[other][order][1:] != window[other][order][:-1])
        chosen = np.zeros(len(order), bool)
        chosen[order[first]] = True
        result &= chosen
    return result


def _components(count: int, i: Integers, j: Integers) -> Integers:
    """The connected components of pairs: for each the first of its component."""
    owner = np.arange(count)
    some, place = np.unique(np.concatenate([i, j]), return_inverse=True)
    first_of = list(range(len(some)))

    def root(of: int) -> int:
        while first_of[of] != of:
            first_of[of] = first_of[first_of[of]]
            of = first_of[of]
        return of

    for one, other in place.reshape(2, -1).T.tolist():
        first, second = sorted((root(one), root(other)))
        first_of[second] = first
    owner[some] = some[[root(one) for one in range(len(some))]]
    return owner


def _grown(seen: Seen, owner: Integers) -> Seen:
    """The detections that own themselves, each with the bounding box of all that it owns, and the union of their
    windows.
    """
    low, high = seen.windows[:, :2].copy(), seen.windows[:, 2:].copy()
    np.minimum.at(low, owner, seen.windows[:, :2])
    np.maximum.at(high, owner, seen.windows[:, 2:])
    return Seen(gathered(seen.found, owner), np.concatenate([low, high], 1)[owner == np.arange(len(owner))])
