"""Metrics of several labels a sample, against scikit-learn; and the thresholds chosen for them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from rsdl_qgis.engine.evaluation.multilabel import average_precision, best_thresholds, label_rates, sample_f1

THRESHOLDS = (0.5, 0.3, 0.7, 0.5)


@pytest.fixture(params=range(4))
def made(request):
    """Probabilities with ties, and reference, of 40 samples and 4 labels."""
    random = np.random.default_rng(request.param)
    reference = (random.random((40, 4)) < (0.5, 0.2, 0.1, 0.6)).astype(np.float32)
    reference[0] = 1
    probabilities = np.clip(0.3 * reference + random.random((40, 4)) * 0.7, 0, 1).round(1).astype(np.float32)
    return probabilities, reference


def test_every_metric_equals_scikit_learns(made):
    probabilities, reference = made
    rates = label_rates(probabilities, reference, THRESHOLDS, np.ones((1, 40)))
    given = probabilities >= np.float32(THRESHOLDS)
    precision, recall, f1, _ = sk.precision_recall_fscore_support(reference, given, zero_division=np.nan)
    np.testing.assert_allclose([rates.precision[0], rates.recall[0], rates.f1[0]], [precision, recall, f1])
    assert rates.macro_f1[0] == pytest.approx(np.nanmean(f1))
    assert rates.micro_f1[0] == pytest.approx(sk.f1_score(reference, given, average="micro"))
    assert rates.sample_f1[0] == pytest.approx(sk.f1_score(reference, given, average="samples", zero_division=1))
    average = [sk.average_precision_score(reference[:, k], probabilities[:, k]) for k in range(4)]
    np.testing.assert_allclose(rates.average_precision[0], average)
    assert rates.mean_average_precision[0] == pytest.approx(np.mean(average))


def test_a_image_that_counts_twice_is_as_if_it_were_there_twice(made):
    probabilities, reference = made
    weights = np.random.default_rng(0).integers(0, 3, (5, 40))
    rates = label_rates(probabilities, reference, THRESHOLDS, weights)
    for row, times in enumerate(weights):
        repeated = np.repeat(np.arange(40), times)
        single = label_rates(probabilities[repeated], reference[repeated], THRESHOLDS, np.ones((1, len(repeated))))
        for name, value in vars(single).items():
            np.testing.assert_allclose(getattr(rates, name)[row], value[0], err_msg=name)


def test_labels_that_never_hold_have_no_average_precision():
    probabilities, reference = np.array([[0.9, 0.2], [0.1, 0.3]]), np.array([[True, False], [False, False]])
    average = average_precision(probabilities, reference, np.ones((1, 2)))
    assert average[0, 0] == 1 and np.isnan(average[0, 1])
    rates = label_rates(probabilities, reference, 0.5, np.ones((1, 2)))
    assert rates.mean_average_precision[0] == 1 and np.isnan(rates.f1[0, 1]) and rates.macro_f1[0] == 1


def test_a_image_without_labels_of_which_none_is_given_is_right():
    given, held = np.array([[0, 0], [1, 0], [0, 0]], bool), np.array([[0, 0], [0, 0], [1, 0]], bool)
    np.testing.assert_array_equal(sample_f1(given, held), [1, 0, 0])


def test_each_common_label_gets_its_own_threshold_and_a_rare_one_that_of_all():
    reference = np.zeros((100, 3))
    reference[:50, 0] = reference[50:90, 1] = reference[:3, 2] = 1
    probabilities = np.where(reference, (0.40, 0.9, 0.9), (0.31, 0.75, 0.1))
    thresholds = best_thresholds(probabilities, reference)
    assert thresholds[0] in (0.35, 0.4) and thresholds[1] in (0.8, 0.85, 0.9)
    alone = best_thresholds(probabilities[:, :2], reference[:, :2])
    assert thresholds[2] == pytest.approx(alone[0], abs=0.5) and 0 < thresholds[2] < 1
    better = label_rates(probabilities, reference, thresholds, np.ones((1, 100))).macro_f1
    assert better == 1 > label_rates(probabilities, reference, 0.5, np.ones((1, 100))).macro_f1


def test_a_threshold_is_no_further_from_that_of_all_than_the_images_show():
    random = np.random.default_rng(0)
    reference = np.zeros((100, 2))
    reference[:50, 0] = reference[:20, 1] = 1
    probabilities = np.where(reference, 0.9, (0.45, 0.02))  # of all: 0.5
    probabilities[:20, 1] = np.append(random.uniform(0.55, 0.95, 19), 0.12)  # one sample of twenty favours 0.1
    assert best_thresholds(probabilities, reference).tolist() == [0.5, 0.5]
    probabilities[10:20, 1] = 0.12  # and here ten do
    assert best_thresholds(probabilities, reference)[1] == 0.1


def test_of_equally_good_thresholds_the_one_nearest_to_a_half_is_taken():
    reference = np.repeat([[1.0], [0.0]], 10, 0)
    assert best_thresholds(np.where(reference, 0.97, 0.02), reference).tolist() == [0.5]
    assert best_thresholds(np.where(reference, 0.97, 0.72), reference).tolist() == [0.75]
