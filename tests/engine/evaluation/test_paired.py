"""McNemar's test and the interval of a difference: published examples, and SciPy's numbers."""

from __future__ import annotations

import math

import pytest

from rsdl_qgis.engine.evaluation.paired import difference, holm, mcnemar, normal_p, wilson


def test_newcombe_as_printed():
    """Newcombe (1998), table II, example (a), method 10."""
    value, low, high = difference(36, 2, 12, 0)
    assert (round(value, 4), round(low, 4), round(high, 4)) == (0.2, 0.0569, 0.3404)


def test_no_difference_has_an_interval_around_0():
    value, low, high = difference(54, 0, 0, 0)
    assert value == 0 and low == pytest.approx(-high) and 0.05 < high < 0.08


def test_the_other_way_round():
    value, low, high = difference(30, 12, 5, 3)
    other = difference(30, 5, 12, 3)
    assert (value, low, high) == pytest.approx((-other[0], -other[2], -other[1]))


def test_mcnemar_is_exact_for_few():
    assert mcnemar(2, 12) == pytest.approx(2 * sum(math.comb(14, k) for k in range(3)) / 2**14)
    assert mcnemar(0, 0) == 1 and mcnemar(5, 5) == 1 and mcnemar(0, 5) == pytest.approx(2 / 32)
    assert mcnemar(3, 9) == mcnemar(9, 3)


def test_mcnemar_of_many_is_near_the_exact_one():
    exact = min(1.0, 2 * sum(math.comb(1001, k) for k in range(471)) / 2**1001)
    assert mcnemar(470, 531) == pytest.approx(exact, rel=0.02)


def test_wilson_and_holm():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe (1998), method 3
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert normal_p(1.96, 1.0) == pytest.approx(0.05, abs=1e-4) and normal_p(1.0, 0.0) == 1
