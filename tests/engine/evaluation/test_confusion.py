"""Metrics of a confusion matrix and of numbers, against scikit-learn and the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn import metrics as sk

from rsdl_qgis.engine.evaluation.confusion import class_rates, map_scores, mean_scores, number_rates, number_sums, ratio

CLOSE = {"rel": 0, "abs": 1e-12}


@settings(deadline=None)
@given(st.integers(1, 6).flatmap(lambda n: arrays(np.int64, (n, n), elements=st.integers(0, 40))))
def test_every_metric_equals_scikit_learns(confusion):
    if not confusion.sum():
        return
    reference, predicted = (np.repeat(index.ravel(), confusion.ravel()) for index in np.indices(confusion.shape))
    labels = list(range(len(confusion)))
    scores = map_scores(confusion)
    assert scores.overall_accuracy == pytest.approx(sk.accuracy_score(reference, predicted), **CLOSE)
    if len(set(reference) | set(predicted)) > 1:
        assert scores.kappa == pytest.approx(sk.cohen_kappa_score(reference, predicted, labels=labels), **CLOSE)
    else:
        assert scores.kappa is None
    precision, recall, f1, _ = sk.precision_recall_fscore_support(
        reference, predicted, labels=labels, zero_division=np.nan
    )
    iou = sk.jaccard_score(reference, predicted, labels=labels, average=None, zero_division=0)
    for i, found in enumerate(scores.classes):
        absent = not confusion[i].sum() and not confusion[:, i].sum()
        pairs = [(found.users_accuracy, precision[i]), (found.producers_accuracy, recall[i])]
        pairs += [(found.f1, np.nan if absent else f1[i]), (found.iou, np.nan if absent else iou[i])]
        for own, theirs in pairs:
            assert own is None if np.isnan(theirs) else own == pytest.approx(theirs, **CLOSE)
    occurring = [label for label in labels if confusion[label].sum() or confusion[:, label].sum()]
    macro = sk.f1_score(reference, predicted, labels=occurring, average="macro", zero_division=0)
    assert scores.macro_f1 == pytest.approx(macro, **CLOSE)


@settings(deadline=None)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 2)), st.data())
def test_scenes_follow_the_published_definition(reference, data):
    predicted = data.draw(arrays(np.uint8, reference.shape, elements=st.integers(0, 2)))
    ious = []
    for label in range(3):
        p, r = predicted == label, reference == label
        ious.append((p & r).sum() / (p | r).sum() if p.any() and r.any() else 0)
    present = [(reference == label).sum() for label in range(3)]
    scores = map_scores(sk.confusion_matrix(reference.ravel(), predicted.ravel(), labels=range(3))).scene
    assert scores.pixel_accuracy == pytest.approx((predicted == reference).mean(), **CLOSE)
    assert scores.mean_iou == pytest.approx(sum(ious) / np.count_nonzero(present), **CLOSE)
    weighted = sum(n * iou for n, iou in zip(present, ious)) / reference.size
    assert scores.frequency_weighted_iou == pytest.approx(weighted, **CLOSE)


def test_what_is_mapped_as_no_class_is_wrong():
    scores = map_scores(np.array([[6, 0, 4], [0, 10, 0]]))
    assert scores.overall_accuracy == 0.8
    assert scores.classes[0].producers_accuracy == 0.6 and scores.classes[0].users_accuracy == 1
    with pytest.raises(ValueError, match="too few"):
        map_scores(np.ones((3, 2)))


def test_an_empty_matrix_is_no_error():
    scores = map_scores(np.zeros((2, 2), int))
    assert scores.pixels == 0 and scores.overall_accuracy == 0 and scores.classes[0].iou is None


def test_many_maps_are_scored_at_once():
    stack = np.random.default_rng(0).integers(0, 9, (2, 5, 3, 3))
    stack[1, 4] = 0
    stack[0, 0, 2], stack[0, 0, :, 2] = 0, 0
    rates = class_rates(np.diagonal(stack, axis1=2, axis2=3), stack.sum(3), stack.sum(2))
    for place in np.ndindex(2, 5):
        scores = map_scores(stack[place])
        for name in ("macro_f1", "mean_iou", "frequency_weighted_iou"):
            assert getattr(rates, name)[place] == getattr(scores, name)
        if scores.pixels:
            assert (rates.overall_accuracy[place], rates.kappa[place]) == (scores.overall_accuracy, scores.kappa)
        names = {"precision": "users_accuracy", "recall": "producers_accuracy", "f1": "f1", "iou": "iou"}
        for name, own in names.items():
            expected = [np.nan if getattr(c, own) is None else getattr(c, own) for c in scores.classes]
            np.testing.assert_array_equal(getattr(rates, name)[place], expected)
    assert np.isnan(rates.overall_accuracy[1, 4]) and np.isnan(rates.iou[0, 0, 2])


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_metrics_of_numbers_equal_scikit_learns_however_they_are_divided(shift):
    random = np.random.default_rng(0)
    reference = [random.normal(shift + i, 1, (4, n)) for i, n in enumerate((3, 8, 5))]
    predicted = [x + random.normal(0.3, 0.5, x.shape) for x in reference]
    for x, y in zip(reference, predicted):
        x[0, 0], y[0, 0] = np.nan, np.inf  # not known
    sums = np.stack([number_sums(y, x) for x, y in zip(reference, predicted)])
    for weights in ((1, 1, 1), (2, 0, 1), (0, 3, 0)):
        drawn = [i for i, n in enumerate(weights) for _ in range(n)]
        rows = [np.concatenate([x[i].ravel()[1:] for i in drawn]) for x in (reference, predicted)]
        rates = number_rates(sums, weights)
        assert rates.r2 == pytest.approx(sk.r2_score(*rows), abs=1e-6)
        assert rates.rmse == pytest.approx(sk.root_mean_squared_error(*rows), rel=1e-9)
        assert rates.mae == pytest.approx(sk.mean_absolute_error(*rows), rel=1e-9)
        assert rates.bias == pytest.approx((rows[1] - rows[0]).mean(), rel=1e-6)


def test_numbers_that_do_not_vary_have_no_r2_and_none_at_all_have_no_metrics():
    rates = number_rates([number_sums(np.full(5, 0.2), np.full(5, 0.1))], [1])
    assert np.isnan(rates.r2) and rates.bias == pytest.approx(0.1)
    assert np.isnan(number_rates([number_sums(np.zeros(3), np.full(3, np.nan))], [1]).rmse)
    with pytest.raises(ValueError, match="shapes differ"):
        number_sums(np.zeros(3), np.zeros(4))


def test_means_over_scenes():
    good, bad = (map_scores(np.array(counts)).scene for counts in ([[4, 0], [0, 0]], [[0, 4], [0, 0]]))
    assert mean_scores([good, bad]).pixel_accuracy == 0.5


def test_nothing_to_divide_by_is_not_a_number_unless_another_value_is_said():
    parts, whole = np.array([1.0, 0.0, 3.0]), np.array([2.0, 0.0, 0.0])
    np.testing.assert_array_equal(ratio(parts, whole), [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(ratio(parts, whole, 0.0), [0.5, 0, 0])
