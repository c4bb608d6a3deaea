"""The pairs of detections and reference objects that overlap enough to match, of boxes of any angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..evaluation.coco import OVERLAPS, Boxes, Matched, Pairs, match, match_pairs
from .oriented import corners_of
from .overlap import convex_area, convex_intersection, near_between


def match_boxes(detections: Boxes, references: Boxes, classes: int, most: int | None = None) -> Matched:
    """The hits of one image, as ``coco.match``; where boxes of either kind are oriented, by their rotated IoU."""
    if detections.quads is None and references.quads is None:
        return match(detections, references, classes, most)
    ignored = np.zeros(len(references), bool) if references.ignored is None else references.ignored
    own, true = quads_of(detections), quads_of(references)

    def pairs_of(some: NDArray[np.int64], real: NDArray[np.int64]) -> Pairs:
        return overlapping_pairs(own[some], true[real], ignored[real])

    return match_pairs(detections, references, classes, pairs_of, most)


def quads_of(boxes: Boxes) -> NDArray[np.float64]:
    """(n, 4, 2): the corners of boxes, oriented or upright."""
    return corners_of(boxes.corners) if boxes.quads is None else boxes.quads


def overlapping_pairs(
    detections: NDArray[np.float64], references: NDArray[np.float64], ignored: NDArray[np.bool_]
) -> Pairs:
    """The pairs of quads (n, 4, 2), (m, 4, 2) that may match, with their intersection over union; with ignored
    objects intersection over the detection's area. The work grows with their number, not with its square.
    """
    found = [_near(detections, references, np.flatnonzero(~ignored), False)]
    found.append(_near(detections, references, np.flatnonzero(ignored), True))
    i, j, overlap = (np.concatenate(column) for column in zip(*found))
    order = np.lexsort((j, i))
    return Pairs(i[order], j[order], overlap[order])


def _near(
    detections: NDArray[np.float64], references: NDArray[np.float64], some: NDArray[np.int64], inside: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(detection, object, overlap) of the pairs with some objects; ``inside``: of the detection's own area."""
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    if len(detections) and len(some):
        corner, unit = detections[0].mean(0), _usual_side(np.concatenate([detections, references[some]]))
        own, other = ((quads - corner) / unit for quads in (detections, references[some]))  # small numbers keep digits
        boxes, others = (np.concatenate([quads.min(1), quads.max(1)], 1) for quads in (own, other))
        labels = np.zeros(len(boxes), np.int64), np.zeros(len(others), np.int64)
        for i, j in near_between(boxes, labels[0], others, labels[1], 0.0 if inside else _LEAST):
            shared, area = convex_intersection(own[i], other[j]), convex_area(own)[i]
            whole = area if inside else area + convex_area(other)[j] - shared
            overlap = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
            kept = overlap >= OVERLAPS[0] - _ROUNDING
            parts.append((i[kept], some[j[kept]], overlap[kept]))
    i, j, overlap = (np.concatenate(column) for column in zip(*parts))
    return i, j, overlap


_ROUNDING = 1e-9  # of overlaps: one of exactly a half is a half
_LEAST = float(OVERLAPS[0]) - 1e-6


def _usual_side(quads: NDArray[np.float64]) -> float:
    sides = (quads.max(1) - quads.min(1)).max(1)
    return float(np.median(sides)) or 1.0
