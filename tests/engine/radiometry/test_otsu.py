import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.radiometry.otsu import otsu_threshold


def best_by_trying(values):
    """Every cut, by the definition: the largest variance between the classes."""
    levels = np.unique(values)
    found = []
    for level in levels[:-1]:
        low, high = values[values <= level], values[values > level]
        found.append(len(low) * len(high) / len(values) ** 2 * (low.mean() - high.mean()) ** 2)
    return levels[:-1], np.array(found)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=60).filter(lambda values: len(set(values)) > 1))
def test_no_cut_is_better(values):
    values = np.array(values, float)
    levels, between = best_by_trying(values)
    threshold = otsu_threshold(values)
    assert between[levels == threshold] == pytest.approx(between.max(), rel=1e-9)


def test_two_heaps_are_parted_wherever_they_lie():
    rng = np.random.default_rng(0)
    low, high = rng.normal(1e6, 1, 3000), rng.normal(1e6 + 20, 1, 1000)
    assert low.max() <= otsu_threshold(np.concatenate([low, high])) < high.min()


def test_a_histogram_is_worth_its_values():
    values = np.random.default_rng(1).integers(0, 256, 5000)
    levels, counts = np.unique(values, return_counts=True)
    assert otsu_threshold(levels, counts) == otsu_threshold(values)
    empty = np.bincount(values, minlength=400)
    assert otsu_threshold(np.arange(400), empty) == otsu_threshold(values)


def test_what_is_masked_or_not_finite_does_not_count():
    values = np.ma.masked_equal(np.array([[0.0, 1.0, 9.0], [10.0, np.nan, 1e9]]), 1e9)
    assert otsu_threshold(values) == otsu_threshold([0, 1, 9, 10]) == 1


@pytest.mark.parametrize(("values", "words"), [([3, 3, 3], "all of them are 3"), ([np.nan], "there are none")])
def test_what_no_threshold_divides_is_said(values, words):
    with pytest.raises(InputError, match=words):
        otsu_threshold(values)
