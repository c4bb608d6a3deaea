"""Whether uncertainty finds errors, on made-up errors whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.evaluation.error_detection import POINTS, ErrorDetection


def counted(uncertainty, wrong, parts=1):
    found = ErrorDetection.empty()
    for u, w in zip(np.array_split(np.asarray(uncertainty), parts), np.array_split(np.asarray(wrong, bool), parts)):
        found.add(u, w)
    return found


def test_errors_that_are_the_most_uncertain_are_found():
    found = counted([0.1, 0.2, 0.3, 0.8, 0.9], [0, 0, 0, 1, 1])
    assert found.auroc == 1
    assert found.area == pytest.approx((0 + 0 + 0 + 1 / 4 + 2 / 5) / 5)
    turned = counted([0.9, 0.8, 0.7, 0.2, 0.1], [0, 0, 0, 1, 1])
    assert turned.auroc == 0 and turned.area == pytest.approx((1 + 1 + 2 / 3 + 2 / 4 + 2 / 5) / 5)


def test_ties_count_a_half_and_without_both_kinds_there_is_no_auroc():
    assert counted([0.4, 0.4, 0.4], [0, 1, 0]).auroc == 0.5
    assert counted([0.4, 0.4], [0, 0]).auroc is None and counted([0.4, 0.4], [0, 0]).area == 0
    assert counted([0.4], [1]).best_area == 1


def test_it_is_that_of_all_pairs(rng):
    """Also among very small uncertainties, where sure networks have nearly all of theirs."""
    uncertainty = 10 ** rng.uniform(-5.5, 0, 600) * 0.999
    wrong = rng.random(600) < 0.2 + 0.3 * (np.log10(uncertainty) + 5.5) / 5.5
    pairs = uncertainty[wrong][:, None] - uncertainty[~wrong]
    found = counted(uncertainty, wrong, parts=7)
    assert found.auroc == pytest.approx((pairs > 0).mean() + (pairs == 0).mean() / 2, abs=2e-3)
    order = np.argsort(uncertainty)
    risk = np.cumsum(wrong[order]) / np.arange(1, 601)
    assert found.area == pytest.approx(risk.mean(), abs=2e-3)


def test_the_best_area_is_that_of_errors_last(rng):
    wrong = np.arange(20_000) >= 15_000
    found = counted(np.linspace(0.001, 0.999, 20_000), wrong)
    assert found.auroc == pytest.approx(1, abs=1e-4)  # one bin has both
    assert found.area == pytest.approx(found.best_area, abs=1e-3)


def test_plain_values_end_with_everything(rng):
    found = counted(rng.random(5000), rng.random(5000) < 0.3)
    plain = found.plain()
    assert len(plain["coverage"]) == len(plain["risk"]) <= POINTS
    assert plain["coverage"][-1] == 1 and plain["risk"][-1] == pytest.approx(found.wrong.sum() / 5000)
    assert ErrorDetection.empty().plain()["coverage"] == []
