"""Metrics of maps against their reference: of classes, from the confusion matrix, and of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class SceneScores:
    """Scores of one scene, or their means over scenes; all in 0..1."""

    pixel_accuracy: float
    mean_iou: float
    frequency_weighted_iou: float


@dataclass(frozen=True)
class ClassScores:
    """Counts and scores (0..1) of one class; None where there is nothing to divide by.

    ``users_accuracy`` (precision): the fraction of what is mapped as the class that is right;
    ``producers_accuracy`` (recall): the fraction of the class that is mapped as it.
    """

    reference: int
    predicted: int
    hits: int
    users_accuracy: float | None
    producers_accuracy: float | None
    f1: float | None
    iou: float | None


@dataclass(frozen=True)
class MapScores:
    """Counts and scores of a map.

    ``kappa`` is None where agreement by chance is complete, as with one class. ``macro_f1`` is the mean over the
    classes of the map or the reference, ``mean_iou`` over the classes of the reference.
    """

    pixels: int
    overall_accuracy: float
    kappa: float | None
    macro_f1: float
    mean_iou: float
    frequency_weighted_iou: float
    classes: tuple[ClassScores, ...]

    @property
    def scene(self) -> SceneScores:
        """The scores that are averaged over scenes."""
        return SceneScores(self.overall_accuracy, self.mean_iou, self.frequency_weighted_iou)


@dataclass(frozen=True)
class ClassRates:
    """Scores of many maps at once; arrays of the maps' shape, the last four with a further axis of classes.

    NaN where ``MapScores`` has None, and in ``overall_accuracy`` where there is no reference.
    """

    overall_accuracy: NDArray[np.float64]
    kappa: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    mean_iou: NDArray[np.float64]
    frequency_weighted_iou: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    iou: NDArray[np.float64]


@dataclass(frozen=True)
class NumberRates:
    """Scores of numbers against their reference, in its unit except ``r2``; NaN where there is nothing to divide by.

    ``bias``: mean of the differences; above 0 the numbers are too large.
    """

    r2: NDArray[np.float64]
    rmse: NDArray[np.float64]
    mae: NDArray[np.float64]
    bias: NDArray[np.float64]


def map_scores(confusion: NDArray) -> MapScores:
    """All metrics of a confusion matrix: a row a class of the reference, a column a class of the map, in one order.

    Columns beyond the classes count what is mapped as none of them, which is always wrong. Mean and frequency-weighted
    IoU and pixel accuracy as Long, Shelhamer, Darrell (CVPR 2015, doi:10.1109/CVPR.2015.7298965) define them: a class
    absent from the reference does not count in the divisor of the mean, its IoU counts as 0. Kappa as Cohen (1960,
    doi:10.1177/001316446002000104). An empty matrix has accuracy 0. ValueError where columns are fewer than rows.
    """
    confusion = np.asarray(confusion)
    count, columns = confusion.shape
    if columns < count:
        raise ValueError(f"{columns} columns are too few for {count} classes.")
    hits, in_reference, in_prediction = np.diag(confusion), confusion.sum(1), confusion[:, :count].sum(0)
    rates = class_rates(hits, in_reference, in_prediction)
    return MapScores(
        pixels=int(in_reference.sum()),
        overall_accuracy=_defined(rates.overall_accuracy) or 0.0,
        kappa=_defined(rates.kappa) if in_reference.any() else 0.0,
        macro_f1=float(rates.macro_f1),
        mean_iou=float(rates.mean_iou),
        frequency_weighted_iou=float(rates.frequency_weighted_iou),
        classes=tuple(
            ClassScores(
                reference=int(in_reference[i]),
                predicted=int(in_prediction[i]),
                hits=int(hits[i]),
                users_accuracy=_defined(rates.precision[i]),
                producers_accuracy=_defined(rates.recall[i]),
                f1=_defined(rates.f1[i]),
                iou=_defined(rates.iou[i]),
            )
            for i in range(count)
        ),
    )


def class_rates(hits: ArrayLike, reference: ArrayLike, predicted: ArrayLike) -> ClassRates:
    """The metrics of ``map_scores`` from what they need: arrays (..., classes) of counts, or of weighted counts.

    ``hits``: of the class in both; ``reference`` and ``predicted``: of the class in one of them. What was predicted as
    none of the classes is in ``reference`` only.
    """
    hits, reference, predicted = (np.asarray(counts, np.float64) for counts in (hits, reference, predicted))
    union = reference + predicted - hits
    present = union > 0
    total = reference.sum(-1)
    iou, f1 = ratio(hits, union), ratio(2 * hits, reference + predicted)
    accuracy = ratio(hits.sum(-1), total)
    chance = ratio((reference * predicted).sum(-1), total**2)
    return ClassRates(
        overall_accuracy=accuracy,
        kappa=ratio(accuracy - chance, 1 - chance),
        macro_f1=np.nansum(f1, -1) / np.maximum(present.sum(-1), 1),
        mean_iou=np.nansum(iou, -1) / np.maximum((reference > 0).sum(-1), 1),
        frequency_weighted_iou=np.nansum(reference * iou, -1) / np.where(total > 0, total, 1),
        precision=ratio(hits, predicted),
        recall=ratio(hits, reference),
        f1=f1,
        iou=iou,
    )


def number_sums(predicted: NDArray, reference: NDArray) -> NDArray[np.float64]:
    """What ``number_rates`` needs of numbers and their reference, both of one shape: (6,) sums.

    Their count, the mean of the reference, the sum of its squared deviations from it, and the sums of the differences,
    of their absolute values and of their squares. Where the reference is not finite, it is not known. ValueError for
    shapes that differ.
    """
    if predicted.shape != reference.shape:
        raise ValueError(f"shapes differ: {predicted.shape} and {reference.shape}")
    known = np.isfinite(reference)
    observed = reference[known].astype(np.float64)
    if not observed.size:
        return np.zeros(6)
    difference = predicted[known].astype(np.float64) - observed
    mean = observed.mean()
    spread = np.square(observed - mean).sum()
    errors = difference.sum(), np.abs(difference).sum(), np.square(difference).sum()
    return np.array([observed.size, mean, spread, *errors])


def number_rates(sums: ArrayLike, weights: ArrayLike) -> NumberRates:
    """The metrics of samples together: ``sums`` (samples, 6) of ``number_sums``, ``weights`` (..., samples) -> (...).

    R2 as 1 - (sum of squared differences) / (sum of squared deviations of the reference from its mean).
    """
    sums, weights = np.asarray(sums, np.float64), np.asarray(weights, np.float64)
    count, mean = sums[:, 0], sums[:, 1]
    shifted = mean - (count @ mean) / max(count.sum(), 1)  # squares of large means would swallow the deviations
    total = weights @ count
    away = ratio(weights @ (count * shifted), total)
    between = weights @ (count * shifted**2)
    spread = weights @ sums[:, 2] + between - total * away**2
    rounding = 1e-12 * between + 1e-28 * (weights @ (count * mean**2))
    spread = np.where(spread > rounding, spread, 0.0)
    bias, absolute, square = (ratio(weights @ sums[:, i], total) for i in (3, 4, 5))
    return NumberRates(r2=1 - ratio(square * total, spread), rmse=np.sqrt(square), mae=absolute, bias=bias)


def mean_scores(scenes: Iterable[SceneScores]) -> SceneScores:
    """The mean of each score over scenes."""
    rows = np.array([(s.pixel_accuracy, s.mean_iou, s.frequency_weighted_iou) for s in scenes])
    return SceneScores(*(float(value) for value in rows.mean(0)))


def ratio(part: NDArray, whole: NDArray, otherwise: float = np.nan) -> NDArray[np.float64]:
    """part / whole, of any shapes that broadcast; ``otherwise`` where whole is 0."""
    result = np.full(np.broadcast(part, whole).shape, otherwise)
    np.divide(part, whole, out=result, where=whole != 0)
    return result


def _defined(value: NDArray[np.float64]) -> float | None:
    return None if np.isnan(value) else float(value)
