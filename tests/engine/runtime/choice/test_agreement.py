"""How far two engines agree, by the task."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Class
from rsdl_qgis.engine.runtime.choice.agreement import agreement

NAMED = tuple(Class(i, name, "#000000") for i, name in enumerate("abc"))


def maps(*likeliest):
    """Probabilities (1, 3, 1, n) whose likeliest classes these are."""
    return [np.eye(3, dtype="float32")[list(likeliest)].T[None, :, None] * 0.6 + 0.1]


def test_maps_agree_by_their_classes(card):
    three = replace(card, classes=NAMED)
    assert agreement(three, maps(0, 1, 2, 2), maps(0, 1, 2, 0)) == 0.75
    assert agreement(three, maps(0, 1), [maps(0, 1)[0] * 0.5]) == 1


def test_the_cards_threshold_decides(card):
    second = np.array([0.3, 0.45, 0.55, 0.9], "float32").reshape(1, 1, 1, 4)
    expected, found = (np.concatenate([1 - p, p], 1) for p in (second, second + 0.1))
    assert agreement(card, [expected], [found]) == 0.75
    assert agreement(replace(card, threshold=0.35), [expected], [found]) == 0.75
    assert agreement(replace(card, threshold=0.1), [expected], [found]) == 1


def test_labels_are_compared_one_by_one(card):
    labels = replace(card, task="classification", activation="sigmoid", classes=NAMED, thresholds=(0.5, 0.5, 0.2))
    expected = np.array([[0.6, 0.1, 0.3], [0.4, 0.9, 0.1]], "float32")
    assert agreement(labels, [expected], [expected + np.array([0, 0, 0.15], "float32")]) == pytest.approx(5 / 6)


def test_numbers_agree_within_a_hundredth_of_their_range(card):
    numbers = replace(card, task="regression", classes=(), activation="identity")
    expected = np.linspace(0, 50, 4, dtype="float32").reshape(1, 1, 2, 2)
    assert agreement(numbers, [expected], [expected + 0.4]) == 1
    assert agreement(numbers, [expected], [expected + 0.6]) == 0


def test_boxes_and_scores_are_both_compared(card):
    found = replace(card, task="detection", classes=NAMED)
    boxes, scores = np.full((1, 4, 4), 100, "float32"), np.full((1, 4, 3), 0.5, "float32")
    worse = scores.copy()
    worse[0, 0, 0] = 0.4
    assert agreement(found, [boxes, scores], [boxes + 0.4, scores]) == 1
    assert agreement(found, [boxes, scores], [boxes, worse]) == pytest.approx(11 / 12)
    assert agreement(found, [boxes, scores], [boxes[:, :3], scores[:, :3]]) == 0


def test_what_is_no_number_does_not_agree(card):
    three = replace(card, classes=NAMED)
    broken = maps(0, 1)[0].copy()
    broken[..., 0] = np.nan
    assert agreement(three, maps(0, 1), [broken]) == 0.5
