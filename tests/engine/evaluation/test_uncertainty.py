"""How uncertain probabilities are."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.evaluation.uncertainty import LABEL_MEASURES, MEASURES, entropy, margin
from rsdl_qgis.engine.job import common


def test_the_measures_are_those_that_a_job_may_ask_for():
    assert tuple(MEASURES) == tuple(LABEL_MEASURES) == common.MEASURES


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_sure_is_0_and_undecided_is_1(classes):
    sure, even = np.eye(classes, dtype=np.float32)[0], np.full(classes, 1 / classes, np.float32)
    for measure in MEASURES.values():
        found = measure(np.stack([sure, even], 1)[:, :, None])
        assert found.shape == (2, 1) and found.dtype == np.float32
        assert found[0, 0] == 0 and found[1, 0] == pytest.approx(1, abs=1e-6)


def test_entropy_and_margin_by_hand():
    given = np.array([0.7, 0.2, 0.1], np.float32)[:, None]
    by_hand = -(0.7 * np.log(0.7) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1)) / np.log(3)
    assert entropy(given)[0] == pytest.approx(by_hand, abs=1e-6)
    assert margin(given)[0] == pytest.approx(0.5, abs=1e-6)
    assert margin(given[::-1])[0] == margin(given[[1, 0, 2]])[0] == margin(given)[0]


def test_as_scipy_has_it(rng):
    stats = pytest.importorskip("scipy.stats")
    given = rng.dirichlet(np.ones(5), 100).T
    np.testing.assert_allclose(entropy(given), stats.entropy(given, axis=0) / np.log(5), atol=1e-6)
    top = np.sort(given, 0)
    np.testing.assert_allclose(margin(given), 1 - top[-1] + top[-2], atol=1e-6)


def test_odd_probabilities():
    assert entropy(np.array([[0.8], [0.8]]))[0] == pytest.approx(1)  # independent: they do not sum to 1
    assert entropy(np.zeros((3, 1)))[0] == 1 and margin(np.zeros((3, 1)))[0] == 1
    assert entropy(np.ones((1, 4))).tolist() == margin(np.ones((1, 4))).tolist() == [0] * 4


def test_labels_are_there_or_not_each_by_itself():
    given = np.array([1.0, 0.5, 0.0])
    assert LABEL_MEASURES["entropy"](given) == pytest.approx(1 / 3)
    assert LABEL_MEASURES["margin"](given) == pytest.approx(1)  # of the least certain one
    assert LABEL_MEASURES["margin"](np.array([0.9, 0.2])) == pytest.approx(0.4)
