"""Overlapping pairs of many boxes, found through a spatial grid: the work grows with their number, not its square."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from .detections import Detections, Floats, Integers

AT_ONCE = 1_000_000  # pairs that are compared at once
ROUNDING = 1 - 1e-9  # relative error of an area
SMALLEST = 1e-3  # pixels: shorter boxes are sorted into the grid as if they were as long
Pairs = tuple[Integers, Integers]


def near_within(boxes: Floats, labels: Integers, least: float = 0.0) -> Iterator[Pairs]:
    """Pairs i < j of boxes of one class that may have an IoU above ``least``, or touch where it is 0; each once.

    (n, 4), (n,) -> batches of indexes (p,) and (p,). All pairs that do are among them, and few others.
    """
    levels = _levels(boxes)
    members = {int(level): np.flatnonzero(levels == level) for level in np.unique(levels)}
    for small, first in members.items():
        for large, second in members.items():
            if large < small or not _comparable(small, large, least):
                continue
            for i, j in _in_cells(boxes, labels, first, boxes, labels, second, _cell(small, large, least)):
                if small == large:
                    once = i < j
                    yield i[once], j[once]
                else:
                    yield np.minimum(i, j), np.maximum(i, j)


def near_between(
    boxes: Floats, labels: Integers, others: Floats, other_labels: Integers, least: float = 0.0
) -> Iterator[Pairs]:
    """As ``near_within``, of pairs of a box (n, 4) and another box (m, 4)."""
    levels, other_levels = _levels(boxes), _levels(others)
    for level in np.unique(levels):
        first = np.flatnonzero(levels == level)
        for other in np.unique(other_levels):
            if _comparable(int(min(level, other)), int(max(level, other)), least):
                second = np.flatnonzero(other_levels == other)
                cell = _cell(int(level), int(other), least)
                yield from _in_cells(boxes, labels, first, others, other_labels, second, cell)


def _levels(boxes: Floats) -> Integers:
    """The longer side of each box as a power of two, rounded up."""
    side = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=SMALLEST)
    return np.ceil(np.log2(side)).astype(np.int64)


def _comparable(small: int, large: int, least: float) -> bool:
    """Whether boxes of two levels can have an IoU above ``least``: it is at most the ratio of their longer sides."""
    return 2.0 ** (small - large + 1) > least


def _cell(level: int, other: int, least: float) -> float:
    """A cell's side: twice as long as the centres of boxes with such an IoU can be apart along one axis.

    An IoU above t takes one above t along each axis; then centres are nearer than (w1 + w2) / 2 (1 - t) / (1 + t).
    """
    sides = 2.0**level + 2.0**other
    return max(sides * (1 - least) / (1 + least), sides / 16) * (1 + 1e-9)


def _in_cells(
    boxes: Floats,
    labels: Integers,
    first: Integers,
    others: Floats,
    other_labels: Integers,
    second: Integers,
    cell: float,
) -> Iterator[Pairs]:
    """The pairs of ``first`` boxes and ``second`` others of one class whose centres are within half a cell."""
    centre, other_centre = ((b[:, :2] + b[:, 2:]) / 2 / cell for b in (boxes[first], others[second]))
    origin = np.floor(np.minimum(centre.min(0), other_centre.min(0))) - 1
    extent = np.floor(np.maximum(centre.max(0), other_centre.max(0))) - origin + 2
    cols, rows = int(extent[0]), int(extent[1])

    def key(label: Integers, row: Integers, col: Integers) -> Integers:
        return (label * rows + row) * cols + col

    place = np.floor(other_centre - origin).astype(np.int64)
    keys = key(other_labels[second], place[:, 1], place[:, 0])
    order = np.argsort(keys, kind="stable")
    keys, second = keys[order], second[order]
    corner = np.floor(centre - origin - 0.5).astype(np.int64)
    near = key(labels[first], corner[:, 1], corner[:, 0])
    order = np.argsort(near, kind="stable")  # searching in order is several times as fast
    near, first = near[order], first[order]
    for row in (0, cols):  # cells side by side have keys one after another
        start = np.searchsorted(keys, near + row)
        count = np.searchsorted(keys, near + row + 1, side="right") - start
        yield from _pairs(first, second, start, count)


def _pairs(first: Integers, second: Integers, start: Integers, count: Integers) -> Iterator[Pairs]:
    """Each of ``first`` with as many of ``second`` from its start, not too many pairs at a time."""
    total = np.cumsum(count)
    begin = 0
    while begin < len(first):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + AT_ONCE, side="right")))
        counts = count[begin:end]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        yield np.repeat(first[begin:end], counts), second[np.repeat(start[begin:end], counts) + within]
        begin = end


def area(boxes: Floats) -> Floats:
    """(..., 4) -> (...); 0 for a box turned inside out."""
    size: Floats = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    return size[..., 0] * size[..., 1]


def intersection(boxes: Floats, others: Floats) -> Floats:
    """Area of the intersection of box i and other i. (n, 4), (n, 4) -> (n,)."""
    low, high = np.maximum(boxes[..., :2], others[..., :2]), np.minimum(boxes[..., 2:], others[..., 2:])
    return area(np.concatenate([low, high], -1))


def pair_intersection(first: Detections, i: Integers, second: Detections, j: Integers) -> Floats:
    """Area of the intersection of some pairs, of their oriented boxes where they have such."""
    shared = intersection(first.boxes[i], second.boxes[j])
    if first.corners is not None and second.corners is not None:
        meet = np.flatnonzero(shared > 0)
        shared[meet] = convex_intersection(first.corners[i[meet]], second.corners[j[meet]])
    return shared


def areas(detections: Detections, which: Integers | slice = slice(None)) -> Floats:
    """Square pixels of some of the boxes, or of each."""
    if detections.corners is None:
        return area(detections.boxes[which])
    return convex_area(detections.corners[which])


def pair_iou(first: Detections, i: Integers, second: Detections, j: Integers, least: float = 0.0) -> Floats:
    """Intersection over union of some pairs; 0 where both are empty, and where it cannot be above ``least``."""
    total = areas(first, i) + areas(second, j)
    most = np.minimum(intersection(first.boxes[i], second.boxes[j]), total / 2)  # of the intersection
    near = np.flatnonzero(most > least * ROUNDING * (total - most))
    shared = np.zeros(len(i))
    shared[near] = pair_intersection(first, i[near], second, j[near])
    return shared / np.maximum(total - shared, 1e-9)


def convex_area(corners: Floats) -> Floats:
    """Area of polygons. (n, k, 2) -> (n,)."""
    following = np.roll(corners, -1, 1)
    area: Floats = np.abs(_cross(corners, following).sum(1)) / 2
    return area


def convex_intersection(one: Floats, other: Floats) -> Floats:
    """Area of the intersection of convex polygons. (n, k, 2), (n, m, 2) -> (n,)."""
    middle = one.mean(1, keepdims=True)  # small numbers keep digits
    shared: Floats = shapely.area(
        shapely.intersection(shapely.polygons(one - middle), shapely.polygons(other - middle))
    )
    return shared


def _cross(a: NDArray, b: NDArray) -> Floats:
    product: Floats = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product
