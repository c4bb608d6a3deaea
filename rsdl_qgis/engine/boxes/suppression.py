"""Non-maximum suppression, soft non-maximum suppression, and the union of overlapping detections.

All three go through the detections of a class from the best one on, find overlaps through a spatial grid, and give
what comparing every pair would give. Of equal scores the first is the better.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .detections import Detections, Floats, Integers, joined
from .overlap import near_between, near_within, pair_iou

BLOCK = 1024  # of the best are suppressed first, then four times as many: a pile of boxes on one object is gone early


def nms(detections: Detections, least: float, lowest: float = 0.0) -> Detections:
    """Greedy non-maximum suppression: a detection is removed if a better one of its class that stays has an IoU above
    ``least``.

    Best first; detections with a score below ``lowest`` are removed as well.
    """
    ordered = _best_first(detections, lowest)
    kept = ordered[:0]
    start, size = 0, BLOCK
    while start < len(ordered):
        block = ordered[start : start + size]
        block = block[~_suppressed_by(kept, block, least)]
        kept = Detections.together([kept, block[_greedy(block, least)]])
        start, size = start + size, 4 * size
    return kept


def soft_nms(detections: Detections, least: float, lowest: float = 0.0) -> Detections:
    """Soft non-maximum suppression: Bodla, Singh, Chellappa, Davis (ICCV 2017), arXiv:1704.04503, its linear form.

    The best detection that is left lowers the score of each other of its class that it overlaps by more than
    ``least`` to 1 - IoU times what it was, and so on. Detections whose score falls below ``lowest`` are removed. Best
    first.
    """
    ordered = _best_first(detections, lowest)
    better, worse, overlap = _overlapping(ordered, least)
    first, second = np.concatenate([better, worse]), np.concatenate([worse, better])
    order = np.lexsort((second, first))
    starts = np.searchsorted(first[order], np.arange(len(ordered) + 1)).tolist()
    neighbours = second[order].tolist()
    factors = (1 - np.concatenate([overlap, overlap])[order]).tolist()
    scores = ordered.scores.tolist()
    queue = [(-scores[i], i) for i in np.unique(first).tolist()]
    heapq.heapify(queue)
    left = np.ones(len(ordered), bool)
    while queue:
        score, i = heapq.heappop(queue)
        if -score != scores[i]:  # it was lowered since
            if scores[i] >= lowest:
                heapq.heappush(queue, (-scores[i], i))
            continue
        left[i] = False
        for at in range(starts[i], starts[i + 1]):
            if left[neighbours[at]]:
                scores[neighbours[at]] *= factors[at]
    lowered = Detections(ordered.boxes, np.array(scores), ordered.labels, ordered.corners, ordered.masks)
    return _best_first(lowered, lowest)


def union(detections: Detections, least: float, lowest: float = 0.0) -> Detections:
    """As ``nms``, but what stays grows to hold all that it suppresses: the box around them, all their pixels."""
    ordered = _best_first(detections, lowest)
    better, worse, _ = _overlapping(ordered, least)
    taken = owners(len(ordered), better, worse)
    return gathered(ordered, taken)


SUPPRESSIONS: dict[str, Callable[[Detections, float, float], Detections]] = {
    "nms": nms,
    "soft": soft_nms,
    "union": union,
}


def owners(count: int, better: Integers, worse: Integers) -> Integers:
    """Who stays, greedily: for each of ``count`` in their order the one that suppresses it, or itself.

    ``better`` < ``worse``: the pairs of which the one suppresses the other if it stays itself.
    """
    order = np.lexsort((worse, better))
    better, worse = better[order], worse[order]
    rows, starts = np.unique(better, return_index=True)
    ends = np.append(starts[1:], len(better))
    owner = np.arange(count)
    for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist()):
        if owner[row] == row:
            those = worse[start:end]
            owner[those] = np.where(owner[those] == those, row, owner[those])
    return owner


def gathered(detections: Detections, owner: Integers) -> Detections:
    """The detections that stay, each merged with what it owns."""
    counts = np.bincount(owner, minlength=len(owner))
    alone = np.flatnonzero(counts == 1)
    several = np.flatnonzero(counts[owner] > 1)
    several = several[np.argsort(owner[several], kind="stable")]
    owning = np.flatnonzero(counts > 1)
    groups = np.split(several, np.cumsum(counts[owning])[:-1]) if len(owning) else []
    grown = [joined(detections, group, int(best)) for group, best in zip(groups, owning)]
    whole = Detections.together([detections[alone], *grown])
    return whole[np.argsort(np.concatenate([alone, owning]))]


def _best_first(detections: Detections, lowest: float) -> Detections:
    order = np.argsort(-detections.scores, kind="stable")
    return detections[order[detections.scores[order] >= lowest]]


def _overlapping(detections: Detections, least: float) -> tuple[Integers, Integers, Floats]:
    """The pairs i < j of one class with an IoU above ``least``, and that."""
    found: list[tuple[Integers, Integers, Floats]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for i, j in near_within(detections.boxes, detections.labels, least):
        overlap = pair_iou(detections, i, detections, j, least)
        above = overlap > least
        found.append((i[above], j[above], overlap[above]))
    better, worse, overlaps = (np.concatenate(column) for column in zip(*found))
    return better, worse, overlaps


def _greedy(detections: Detections, least: float) -> NDArray[np.bool_]:
    """Which stay of some in their order."""
    better, worse, _ = _overlapping(detections, least)
    return owners(len(detections), better, worse) == np.arange(len(detections))


def _suppressed_by(kept: Detections, others: Detections, least: float) -> NDArray[np.bool_]:
    """Which of the others a kept one of their class overlaps by more than ``least``."""
    gone = np.zeros(len(others), bool)
    if len(kept) and len(others):
        for i, j in near_between(kept.boxes, kept.labels, others.boxes, others.labels, least):
            gone[j[pair_iou(kept, i, others, j, least) > least]] = True
    return gone
