"""Metrics of detections as COCO defines them: matching, average precision, precision and recall.

Lin et al. (ECCV 2014), doi:10.1007/978-3-319-10602-1_48, in its published evaluation code: objects of all sizes, the
``MOST`` best detections of a class in an image, ten IoU thresholds, and the precision at 101 values of recall, each
the best that is reached at that recall or a higher one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .confusion import ratio
from .multilabel import best_candidate, label_mean

OVERLAPS = np.linspace(0.5, 0.95, 10)  # IoU thresholds of a hit
RECALLS = np.linspace(0, 1, 101)
MOST = 100
CANDIDATES = tuple(round(0.01 * i, 2) for i in range(1, 100))  # confidence thresholds that are tried
POINTS = 200  # of a curve
CELLS = 4_000_000  # numbers held in memory at a time


@dataclass(frozen=True)
class Boxes:
    """Boxes of one image or place: ``corners`` (n, 4) as x1, y1, x2, y2 and ``labels`` (n,), class indexes.

    ``scores`` (n,): of detections. ``ignored`` (n,) bool: objects that count neither as hit nor as miss; a detection
    on one (its overlap is a fraction of the detection's own area, as for COCO's crowds) is not counted either.
    ``quads`` (n, 4, 2): the corners of oriented boxes, in turn, to be matched by ``match_pairs``.
    """

    corners: NDArray[np.float64]
    labels: NDArray[np.int64]
    scores: NDArray[np.float64] | None = None
    ignored: NDArray[np.bool_] | None = None
    quads: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.corners)


@dataclass(frozen=True)
class Pairs:
    """Detections and objects of one class that overlap enough to match: the index of each, and their overlap."""

    detection: NDArray[np.int64]
    reference: NDArray[np.int64]
    overlap: NDArray[np.float64]


# Indexes of detections and of objects -> the pairs of them of at least the smallest overlap that counts, by their
# places in the two, sorted by detection, then by object.
PairsOf = Callable[[NDArray[np.int64], NDArray[np.int64]], Pairs]


@dataclass(frozen=True)
class Matched:
    """Detections matched with reference objects, image after image, the best first within a class and image.

    ``image``, ``label`` and ``score`` (n,) of each; ``index`` (n,): its place among the detections of its image.
    ``hit`` and ``ignored`` (n, overlaps). ``reference`` (n,): the object of its image that it hits at the lowest IoU
    threshold, -1 for none. ``objects`` (images, classes): the number of reference objects.
    """

    image: NDArray[np.int64]
    label: NDArray[np.int64]
    score: NDArray[np.float64]
    index: NDArray[np.int64]
    hit: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    reference: NDArray[np.int64]
    objects: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[tuple[Matched, int]], classes: int) -> Matched:
        """The matches of several images together; each part with the number of its image."""
        names = ("label", "score", "index", "hit", "ignored", "reference")
        columns = {name: np.concatenate([getattr(part, name) for part, _ in parts]) for name in names}
        image = np.concatenate([np.full(len(part.label), number, np.int64) for part, number in parts])
        objects = np.zeros((max((number for _, number in parts), default=-1) + 1, classes), np.int64)
        for part, number in parts:
            objects[number] += part.objects.sum(0)
        return cls(image=image, objects=objects, **columns)


def overlaps(detections: NDArray, references: NDArray, ignored: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """(n, m) intersection over union; with an ``ignored`` object intersection over the detection's area.

    (n, 4), (m, 4), (m,). 0 where boxes do not overlap, whatever their areas.
    """
    a, b = np.asarray(detections, np.float64)[:, None], np.asarray(references, np.float64)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    inside = np.where((sides > 0).all(-1), sides[..., 0] * sides[..., 1], 0.0)
    of_detection, of_reference = (_area(x) for x in (a, b))
    union = of_detection + of_reference - inside
    if ignored is not None:
        union = np.where(ignored[None], of_detection, union)
    return np.divide(inside, union, out=np.zeros_like(inside), where=inside > 0)


def match(detections: Boxes, references: Boxes, classes: int, most: int | None = MOST) -> Matched:
    """The hits of one image: the best detection first, each takes the free object that it overlaps most.

    ``most``: detections of a class that count; None: all.
    """
    ignored = _ignored(references)

    def pairs_of(own: NDArray[np.int64], real: NDArray[np.int64]) -> Pairs:
        overlap = overlaps(detections.corners[own], references.corners[real], ignored[real])
        detection, reference = np.nonzero(overlap >= OVERLAPS[0])
        return Pairs(detection, reference, overlap[detection, reference])

    return match_pairs(detections, references, classes, pairs_of, most)


def match_pairs(
    detections: Boxes, references: Boxes, classes: int, pairs_of: PairsOf, most: int | None = MOST
) -> Matched:
    """As ``match``, with the pairs that may match found by ``pairs_of``."""
    scores = detections.scores if detections.scores is not None else np.ones(len(detections))
    ignored = _ignored(references)
    objects = np.bincount(references.labels[~ignored], minlength=classes)[None]
    found = []
    for label in range(classes):
        own, real = np.flatnonzero(detections.labels == label), np.flatnonzero(references.labels == label)
        own = own[np.argsort(-scores[own], kind="stable")][:most]
        hit, passed, reference = _assign(pairs_of(own, real), len(own), ignored[real])
        found.append((own, hit, passed, np.where(reference >= 0, np.append(real, -1)[reference], -1)))
    index, hit, passed, reference = (np.concatenate(column) for column in zip(*found))
    image = np.zeros(len(index), np.int64)
    return Matched(image, detections.labels[index], scores[index], index, hit, passed, reference, objects)


def _ignored(references: Boxes) -> NDArray[np.bool_]:
    return references.ignored if references.ignored is not None else np.zeros(len(references), bool)


def _assign(
    pairs: Pairs, count: int, ignored: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """(count, overlaps) hits, (count, overlaps) what is not counted, (count,) objects hit at the lowest threshold.

    ``pairs`` are sorted by detection, then by object. An object is taken once; an ignored one any number of times, and
    only where no other is left.
    """
    hit, passed = (np.zeros((count, len(OVERLAPS)), bool) for _ in range(2))
    first = np.full(count, -1, np.int64)
    taken = np.zeros((len(OVERLAPS), len(ignored)), bool)
    ends = np.searchsorted(pairs.detection, np.arange(count + 1))
    for i in np.unique(pairs.detection):
        part = slice(ends[i], ends[i + 1])
        objects, values = pairs.reference[part], pairs.overlap[part]
        counted = ~ignored[objects]
        if counted.any():
            objects_left = objects[counted]
            left = np.where(taken[:, objects_left], -1.0, values[counted])  # (overlaps, objects)
            best = left.shape[1] - 1 - left[:, ::-1].argmax(1)  # of equally good ones the last, as in COCO
            rows = np.flatnonzero(left[np.arange(len(best)), best] >= OVERLAPS)
            taken[rows, objects_left[best[rows]]] = True
            hit[i, rows] = True
            first[i] = objects_left[best[0]] if len(rows) and rows[0] == 0 else -1
        if not counted.all():
            passed[i] = ~hit[i] & (values[~counted].max() >= OVERLAPS)
    return hit, passed, first


@dataclass(frozen=True)
class Rates:
    """Metrics for each row of weights: over all classes (rows,), and of each class (rows, classes); NaN: not defined.

    ``ap50`` at an IoU of 0.5, ``ap`` the mean over all ``OVERLAPS``; over all classes the mean where it is defined.
    ``precision``, ``recall`` and ``f1``: of the detections above the confidence threshold, at an IoU of 0.5; over all
    classes micro-averaged.
    """

    ap50: NDArray[np.float64]
    ap: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    class_ap50: NDArray[np.float64]
    class_ap: NDArray[np.float64]
    class_precision: NDArray[np.float64]
    class_recall: NDArray[np.float64]
    class_f1: NDArray[np.float64]


def rates(matched: Matched, threshold: float, weights: NDArray | None = None, precise: bool = True) -> Rates:
    """The metrics for ``weights`` (rows, images): how often each image counts; None: each once, one row.

    ``precise`` false: without average precision, which takes most of the time.
    """
    images, classes = matched.objects.shape
    weights = np.ones((1, images)) if weights is None else np.asarray(weights, np.float64)
    ap = np.full((len(weights), classes, len(OVERLAPS)), np.nan)
    counts = np.zeros((len(weights), classes, 3))  # hits, detections, objects
    counts[..., 2] = weights @ matched.objects
    for label in range(classes):
        own = _of_class(matched, label)
        for rows in _portions(len(weights), len(own)) if precise else ():
            ap[rows, label] = _average_precision(matched, own, label, weights[rows])
        given = own[matched.score[own] >= threshold]
        for number, counted in enumerate((matched.hit[given, 0], ~matched.ignored[given, 0])):
            counts[:, label, number] = weights @ np.bincount(matched.image[given], counted, images)
    ap50, ap = ap[..., 0], ap.mean(2)
    return Rates(label_mean(ap50), label_mean(ap), *_counted(counts.sum(1)), ap50, ap, *_counted(counts))


def pr_curve(matched: Matched, label: int, overlap: int = 0) -> tuple[NDArray[np.float64], ...]:
    """(n,) recall, precision and score of a class's detections, the best first; empty where there is no object."""
    own = _of_class(matched, label)
    own = own[~matched.ignored[own, overlap]]
    total = matched.objects[:, label].sum()
    hits = np.cumsum(matched.hit[own, overlap])
    if not total:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    return hits / total, hits / np.arange(1, len(own) + 1), matched.score[own]


def thinned_curve(matched: Matched, label: int) -> dict[str, list[float]]:
    """``pr_curve`` as plain lists of at most ``POINTS`` numbers: recall, precision, score."""
    columns = pr_curve(matched, label)
    count = len(columns[0])
    some = np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(int)) if count else slice(0)
    return dict(zip(("recall", "precision", "score"), (column[some].tolist() for column in columns)))


def best_threshold(
    matched: Matched, candidates: Sequence[float] = CANDIDATES, nearest_to: float = 0.5
) -> tuple[float, float]:
    """The confidence threshold of the best F1 at an IoU of 0.5, of equally good ones the nearest to a number; and that
    F1.
    """
    f1 = np.array([_counts_f1(matched, candidate) for candidate in candidates])
    return best_candidate(f1, nearest_to, candidates), float(f1.max())


def image_f1(matched: Matched, threshold: float) -> NDArray[np.float64]:
    """(images,) F1 of each image; NaN where there is neither an object nor a detection."""
    images = len(matched.objects)
    given = matched.score >= threshold
    hits = np.bincount(matched.image[given], matched.hit[given, 0], images)
    found = np.bincount(matched.image[given], ~matched.ignored[given, 0], images)
    return ratio(2 * hits, found + matched.objects.sum(1))


def _of_class(matched: Matched, label: int) -> NDArray[np.int64]:
    """The detections of a class, the best first; with equal scores in the order of the images."""
    own = np.flatnonzero(matched.label == label)
    return own[np.argsort(-matched.score[own], kind="stable")]


def _average_precision(matched: Matched, own: NDArray, label: int, weights: NDArray) -> NDArray[np.float64]:
    """(rows, overlaps), NaN where there is no object."""
    objects = weights @ matched.objects[:, label]
    each = weights[:, matched.image[own]]
    result = np.full((len(weights), len(OVERLAPS)), np.nan)
    for number in range(len(OVERLAPS)):
        hit, counted = matched.hit[own, number], ~matched.ignored[own, number]
        hits = np.cumsum(each * hit, 1)
        found = np.cumsum(each * counted, 1)
        precision = hits / np.maximum(found, np.spacing(1))
        best = np.maximum.accumulate(precision[:, ::-1], 1)[:, ::-1]
        best = np.concatenate([best, np.zeros((len(best), 1))], 1)
        for row in np.flatnonzero(objects > 0):
            result[row, number] = best[row, np.searchsorted(hits[row] / objects[row], RECALLS)].mean()
    return result


def _counted(counts: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of (..., 3) hits, detections, objects."""
    hits, found, objects = np.moveaxis(counts, -1, 0)
    return ratio(hits, found), ratio(hits, objects), ratio(2 * hits, found + objects)


def _counts_f1(matched: Matched, threshold: float) -> float:
    given = matched.score >= threshold
    hits, found = matched.hit[given, 0].sum(), (~matched.ignored[given, 0]).sum()
    return float(2 * hits / max(found + matched.objects.sum(), 1))


def _portions(rows: int, columns: int) -> Iterator[slice]:
    size = max(1, CELLS // max(columns, 1))
    for start in range(0, rows, size):
        yield slice(start, start + size)


def _area(boxes: NDArray) -> NDArray[np.float64]:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
