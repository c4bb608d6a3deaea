"""Accuracy of a class map against its reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SceneScores:
    """Scores of one scene, or their means over scenes; all in 0..1."""

    pixel_accuracy: float
    mean_iou: float
    frequency_weighted_iou: float


@dataclass(frozen=True)
class ClassScores:
    """Counts and scores (0..1) of one class; None where there is nothing to divide by.

    ``users_accuracy`` (precision): how much of what is mapped as the class is the class; ``producers_accuracy``
    (recall): how much of the class is mapped as it.
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

    ``kappa`` is None where chance alone would agree fully, as with one class. ``macro_f1`` is the mean over the classes
    that the map or the reference has, ``mean_iou`` over those that the reference has.
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
        """What enters the means over scenes."""
        return SceneScores(self.overall_accuracy, self.mean_iou, self.frequency_weighted_iou)


def map_scores(confusion: NDArray) -> MapScores:
    """All figures of a confusion matrix: a row a class of the reference, a column a class of the map, in one order.

    Columns beyond the classes count what is mapped as none of them, which is always wrong. Mean and frequency-weighted
    IoU and pixel accuracy as Long, Shelhamer, Darrell (CVPR 2015, doi:10.1109/CVPR.2015.7298965) define them: a class
    absent from the reference does not count in the divisor of the mean, its IoU counts as 0. Kappa as Cohen (1960,
    doi:10.1177/001316446002000104). An empty matrix has accuracy 0. ValueError where columns are fewer than rows.
    """
    confusion = np.asarray(confusion)
    count, columns = confusion.shape
    if columns < count:
        raise ValueError(f"{columns} columns are too few for {count} classes.")
    hits = np.diag(confusion).astype(float)
    in_reference = confusion.sum(1)
    in_prediction = confusion[:, :count].sum(0)
    union = in_reference + in_prediction - hits
    iou = hits / np.maximum(union, 1)
    total = max(in_reference.sum(), 1)
    accuracy = float(hits.sum() / total)
    chance = float((in_reference / total) @ (in_prediction / total))
    f1 = 2 * hits / np.maximum(in_reference + in_prediction, 1)
    present = union > 0
    return MapScores(
        pixels=int(in_reference.sum()),
        overall_accuracy=accuracy,
        kappa=(accuracy - chance) / (1 - chance) if chance < 1 else None,
        macro_f1=float(f1.sum() / max(present.sum(), 1)),
        mean_iou=float(iou.sum() / max((in_reference > 0).sum(), 1)),
        frequency_weighted_iou=float((in_reference * iou).sum() / total),
        classes=tuple(
            ClassScores(
                reference=int(in_reference[i]),
                predicted=int(in_prediction[i]),
                hits=int(hits[i]),
                users_accuracy=_ratio(hits[i], in_prediction[i]),
                producers_accuracy=_ratio(hits[i], in_reference[i]),
                f1=float(f1[i]) if present[i] else None,
                iou=float(iou[i]) if present[i] else None,
            )
            for i in range(count)
        ),
    )


def scene_scores(predicted: NDArray, reference: NDArray, classes: int = 2) -> SceneScores:
    """Scores of one class map against its reference of the same shape, both with values 0..classes-1.

    As ``map_scores``; what is predicted as something else (nodata) is wrong. Pixels whose reference is not a class
    are left out. ValueError for shapes that differ.
    """
    if predicted.shape != reference.shape:
        raise ValueError(f"shapes differ: {predicted.shape} and {reference.shape}")
    known = (reference >= 0) & (reference < classes)
    confusion = np.bincount(
        reference[known].astype(np.int64) * (classes + 1) + np.minimum(predicted[known].astype(np.int64), classes),
        minlength=classes * (classes + 1),
    ).reshape(classes, classes + 1)  # the last column: predicted as something else (nodata)
    return map_scores(confusion).scene


def mean_scores(scenes: Iterable[SceneScores]) -> SceneScores:
    """The mean of each score over scenes."""
    rows = np.array([(s.pixel_accuracy, s.mean_iou, s.frequency_weighted_iou) for s in scenes])
    return SceneScores(*(float(value) for value in rows.mean(0)))


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
