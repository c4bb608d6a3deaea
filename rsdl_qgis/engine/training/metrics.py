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


def scene_scores(predicted: NDArray, reference: NDArray, classes: int = 2) -> SceneScores:
    """Scores of one class map against its reference of the same shape, both with values 0..classes-1.

    As Long, Shelhamer, Darrell (CVPR 2015, doi:10.1109/CVPR.2015.7298965) define them: a class absent from the
    reference does not count in the divisor of the mean, its IoU counts as 0. Pixels whose reference is not a class
    are left out. ValueError for shapes that differ.
    """
    if predicted.shape != reference.shape:
        raise ValueError(f"shapes differ: {predicted.shape} and {reference.shape}")
    known = (reference >= 0) & (reference < classes)
    confusion = np.bincount(
        reference[known].astype(np.int64) * (classes + 1) + np.minimum(predicted[known].astype(np.int64), classes),
        minlength=classes * (classes + 1),
    ).reshape(classes, classes + 1)  # the last column: predicted as something else (nodata)
    hits = np.diag(confusion).astype(float)
    in_reference = confusion.sum(1)
    in_prediction = confusion[:, :classes].sum(0)
    iou = hits / np.maximum(in_reference + in_prediction - hits, 1)
    total = max(in_reference.sum(), 1)
    return SceneScores(
        pixel_accuracy=float(hits.sum() / total),
        mean_iou=float(iou.sum() / max((in_reference > 0).sum(), 1)),
        frequency_weighted_iou=float((in_reference * iou).sum() / total),
    )


def mean_scores(scenes: Iterable[SceneScores]) -> SceneScores:
    """The mean of each score over scenes."""
    rows = np.array([(s.pixel_accuracy, s.mean_iou, s.frequency_weighted_iou) for s in scenes])
    return SceneScores(*(float(value) for value in rows.mean(0)))
