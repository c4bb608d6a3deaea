"""How far two engines agree about what a network gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...evaluation.decision import class_of, labels_of
from ...tables.tasks import task_of

NUMBERS = 0.01  # numbers agree within this share of the expected ones' range
BOXES = 0.005  # boxes and scores within this share of the largest


def agreement(card: ModelCard, expected: Sequence[NDArray], found: Sequence[NDArray]) -> float:
    """The share, 0 to 1, of pixels, images or series that get the same class, of a batch's outputs.

    Of several labels an image the share of labels; of numbers, and of boxes and their scores, the share of those that
    are nearly the same. 0 where the arrays differ in their shapes, as those of detectors may.
    """
    if [a.shape for a in expected] != [a.shape for a in found]:
        return 0.0
    return min(_share(card, *pair) for pair in zip(expected, found))


def _share(card: ModelCard, expected: NDArray, found: NDArray) -> float:
    if not expected.size:
        return 1.0
    if task_of(card.task).boxes:
        return _near(expected, found, BOXES * float(np.abs(expected).max()))
    if task_of(card.task).numbers:
        return _near(expected, found, NUMBERS * float(np.ptp(expected)))
    if card.activation == "sigmoid" and task_of(card.task).scenes:
        return float(np.mean(labels_of(expected, card.thresholds) == labels_of(found, card.thresholds)))
    return float(np.mean(class_of(expected, card.rule, 1) == class_of(found, card.rule, 1)))


def _near(expected: NDArray, found: NDArray, tolerance: float) -> float:
    return float(np.mean(np.isclose(expected, found, rtol=0, atol=tolerance, equal_nan=True)))
