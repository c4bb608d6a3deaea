"""Temperature scaling and the expected calibration error, on probabilities whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.evaluation.calibration import LEAST, Reliability, best_temperature, surprise, tempered

RNG = np.random.default_rng(0)


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def drawn(factor, count=20_000):
    """Probabilities of logits that are ``factor`` times too large, and classes drawn by the right ones."""
    logits = RNG.normal(0, 2, (count, 4))
    right = softmax(logits)
    labels = (right.cumsum(1) < RNG.random((count, 1))).sum(1).clip(0, 3)
    return softmax(logits * factor), labels, right


@pytest.mark.parametrize("factor", [1.0, 2.5, 0.7])
def test_finds_the_temperature_that_was_lost(factor):
    probabilities, labels, right = drawn(factor)
    found = best_temperature(probabilities, labels, True)
    assert found == pytest.approx(factor, rel=0.05)
    np.testing.assert_allclose(tempered(probabilities, factor, True), right, atol=1e-4)  # the least probability
    assert surprise(tempered(probabilities, found, True), labels, True) <= surprise(probabilities, labels, True)


def test_labels_one_by_one():
    logits = RNG.normal(0, 2, (5000, 3))
    labels = (RNG.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(int)
    sure = 1 / (1 + np.exp(-3 * logits))
    assert best_temperature(sure, labels, False) == pytest.approx(3, rel=0.06)
    np.testing.assert_allclose(tempered(sure, 3, False), 1 / (1 + np.exp(-logits)), atol=1e-9)


def test_a_temperature_is_undone_and_keeps_the_likeliest_class():
    probabilities = drawn(1.0, 500)[0]
    other = tempered(probabilities, 1.7, True)
    np.testing.assert_allclose(tempered(other, 1 / 1.7, True), probabilities, atol=1e-12)
    np.testing.assert_array_equal(other.argmax(1), probabilities.argmax(1))


def test_without_an_error_the_temperature_has_a_least():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]] * 20)
    assert best_temperature(probabilities, np.array([0, 1] * 20), True) == pytest.approx(LEAST, rel=1e-2)


def test_the_error_is_the_distance_of_probability_and_frequency():
    found = Reliability.empty()
    found.add(np.array([[0.9, 0.1]] * 10), np.array([0] * 6 + [1] * 4), True)
    assert found.error == pytest.approx(0.3)
    found.add(np.array([[0.45, 0.55]] * 10), np.array([1] * 5 + [0] * 5), True)
    assert found.error == pytest.approx((0.3 + 0.05) / 2)
    plain = found.plain()
    assert plain["probability"] == pytest.approx([0.55, 0.9]) and plain["frequency"] == pytest.approx([0.5, 0.6])
    assert plain["share"] == [0.5, 0.5]


def test_right_probabilities_have_next_to_no_error():
    probabilities, labels, right = drawn(2.5)
    errors = []
    for values in (probabilities, right):
        found = Reliability.empty()
        found.add(values, labels, True)
        errors.append(found.error)
    assert errors[0] > 0.1 and errors[1] < 0.02


def test_labels_count_one_by_one():
    found = Reliability.empty()
    found.add(np.array([[0.2, 0.8]]), np.array([[0, 1]]), False)
    assert found.counts.sum() == 2 and found.error == pytest.approx(0.2)
