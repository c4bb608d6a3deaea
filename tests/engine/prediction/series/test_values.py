"""Observations stacked and brought to the model's dates, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.prediction.series.season import Season, in_order, matched_season
from rsdl_qgis.engine.prediction.series.values import at_model_dates, observed
from rsdl_qgis.engine.radiometry.encoding import Reading


def masked(values, mask=False, dtype="int16"):
    values = np.asarray(values, dtype)
    return np.ma.MaskedArray(values, np.broadcast_to(mask, values.shape).copy())


def test_a_date_is_valid_where_all_its_variables_are():
    ndvi, evi = (masked(np.arange(8).reshape(1, 2, 2, 2) + 10 * i) for i in range(2))
    ndvi[0, 1, 0, 1] = evi[0, 0, 1, 1] = np.ma.masked
    places = [[("0", 1), ("1", 0)], [("0", 0), ("1", 1)]]
    readings = {"0": [Reading(), Reading()], "1": [Reading(2.0), Reading(0.5, 1.0)]}
    values, valid = observed({"0": ndvi, "1": evi}, places, readings)
    assert valid.tolist() == [[[True, False], [True, False]], [[True, True], [True, True]]]
    assert values[0].tolist() == [[[4, 0], [6, 0]], [[20, 0], [24, 0]]]
    assert values[1].tolist() == [[[0, 1], [2, 3]], [[8, 8.5], [9, 9.5]]]


def test_numbers_beyond_float32_and_nan_are_not_valid():
    array = masked([[[[1e300, np.nan, 3]]]], [[[[False, True, False]]]], "float64")
    values, valid = observed({"0": array}, [[("0", 0)]], {"0": [Reading()]})
    assert valid.tolist() == [[[False, False, True]]] and values.tolist() == [[[[0, 0, 3]]]]


def test_the_models_own_dates_are_left_alone():
    random = np.random.default_rng(0)
    values, valid = random.normal(size=(4, 2, 3, 3)).astype("float32"), random.random((4, 3, 3)) > 0.4
    made, known = at_model_dates(values, valid, in_order(4))
    np.testing.assert_array_equal(made, np.where(valid[:, None], values, 0))
    np.testing.assert_array_equal(known, valid)


def brought(model, given, values, valid):
    """One pixel's values of one variable at the model's dates; None where there is none."""
    shape = (len(given), 1, 1, 1)
    arrays = np.reshape(values, shape).astype("float32"), np.reshape(valid, (len(given), 1, 1)).astype(bool)
    made, known = at_model_dates(*arrays, matched_season(model, given))
    return [float(v) if k else None for v, k in zip(made.ravel(), known.ravel())]


MODEL = ["2020-03-01", "2020-03-11", "2020-03-21", "2020-03-31"]


def test_between_dates_values_go_in_a_line():
    given = ["2020-02-26", "2020-03-06", "2020-03-16", "2020-03-26", "2020-04-05"]
    assert brought(MODEL, given, [0, 9, 19, 39, 29], [1] * 5) == [4, 14, 29, 34]  # 9 and 10 days apart in February
    assert brought(MODEL, given, [0, 9, 19, 39, 29], [1, 1, 0, 1, 1]) == [4, 16.5, 31.5, 34]  # over the cloud
    assert brought(MODEL, given, [0, 9, 0, 0, 29], [1, 1, 0, 0, 1]) == [4, 9, None, 29]  # a gap of 30 days
    assert brought(MODEL, given, [0, 9, 0, 0, 29], [0, 1, 0, 0, 0]) == [9, 9, None, None]
    assert brought(MODEL, given, [1] * 5, [0] * 5) == [None] * 4


def test_a_date_of_the_models_own_that_is_cloudy_is_filled_only_where_others_are_near():
    given = ["2020-03-01", "2020-03-05", "2020-03-09", "2020-03-11", "2020-03-13", "2020-03-21"]
    assert brought(MODEL, given, [1, 5, 9, 0, 13, 21], [1, 1, 1, 0, 1, 1]) == [1, 11, 21, None]
    own = MODEL[:2] + MODEL[3:]
    assert brought(MODEL, own, [1, 11, 31], [1, 0, 1]) == [1, None, None, 31]  # nothing but the model's own dates


@given(st.integers(0, 2**32 - 1))
def test_a_straight_line_stays_one_wherever_it_is_known(seed):
    random = np.random.default_rng(seed)
    days = tuple(sorted(random.choice(60, 9, replace=False).tolist()))
    season = Season(tuple(range(5, 60, 9)), days, tuple(range(9)), 18.0, 0.0)
    line = 3.0 + 0.5 * np.array(days, "float32")
    values = np.broadcast_to(line[:, None, None, None], (9, 1, 4, 4)).copy()
    valid = random.random((9, 4, 4)) > 0.3
    values[~valid[:, None]] = np.nan
    made, known = at_model_dates(values, valid, season)
    expected = np.broadcast_to(3.0 + 0.5 * np.array(season.targets)[:, None, None, None], made.shape)
    np.testing.assert_allclose(made[known[:, None]], expected[known[:, None]], rtol=1e-5)
    assert not made[~known[:, None]].any()
    for t, target in enumerate(season.targets):
        row, col = 0, 0
        there = [d for d, ok in zip(days, valid[:, row, col]) if ok]
        around = [d for d in there if d <= target][-1:], [d for d in there if d >= target][:1]
        assert known[t, row, col] == bool(all(around) and around[1][0] - around[0][0] <= 18)


def test_of_two_layers_of_a_day_the_first_valid_one_counts():
    season = Season((10,), (10, 10), (0, 1))
    values = np.array([1, 2], "float32").reshape(2, 1, 1, 1).repeat(2, 3)
    valid = np.array([[[True, False]], [[True, True]]])
    made, known = at_model_dates(values, valid, season)
    assert made.ravel().tolist() == [1, 2] and known.all()


def test_dates_far_apart_are_not_made_up():
    with pytest.raises(Exception, match="none of them lies near"):
        brought(MODEL, ["2020-08-01"], [1], [1])
