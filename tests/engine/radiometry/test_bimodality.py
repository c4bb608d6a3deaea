"""How clearly values fall into two groups, and the histogram it is told from."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.radiometry.bimodality import bimodality
from rsdl_qgis.engine.radiometry.otsu import otsu_threshold
from rsdl_qgis.engine.radiometry.value_histogram import ValueHistogram

RANDOM = np.random.default_rng(1)


def of(values):
    levels, counts = np.unique(values, return_counts=True)
    return bimodality(levels, counts.astype(float), otsu_threshold(levels, counts))


@pytest.mark.parametrize(("distance", "clear"), [(0, False), (1, False), (3, True), (6, True)])
def test_ashmans_d_is_that_of_the_mixture(distance, clear):
    values = np.concatenate([RANDOM.normal(0, 1, 40_000), RANDOM.normal(distance, 1, 40_000)])
    found = of(values)
    assert found.is_clear == clear
    if clear:  # of two equal spreads, D is the distance of the means in spreads
        assert found.ashman_d == pytest.approx(distance, abs=0.15)


def test_the_separability_is_otsus_eta():
    assert of(RANDOM.normal(0, 1, 100_000)).separability == pytest.approx(2 / np.pi, abs=0.01)
    assert of(np.repeat([0.0, 1.0], 50)).separability == pytest.approx(1)


def test_a_small_group_is_not_clear():
    found = of(np.concatenate([RANDOM.normal(0, 1, 10_000), RANDOM.normal(100, 1, 50)]))
    assert found.ashman_d > 10
    assert not found.is_clear


def test_a_histogram_of_numbers_of_any_size():
    values = np.concatenate([RANDOM.normal(0, 1, 5000), -np.exp(RANDOM.normal(0, 8, 5000)), [0.0, -0.0, 3e38, -3e38]])
    values = values.astype(np.float32)
    histogram = ValueHistogram()
    for part in np.array_split(RANDOM.permutation(values), 7):
        histogram.add(part)
    levels, counts = histogram.levels()
    assert counts.sum() == len(values)
    assert (np.diff(levels) > 0).all()
    for place in range(0, len(levels) - 1, len(levels) // 50):
        low, high = levels[place : place + 2]
        cut = histogram.between(low, high)
        assert (values <= np.float32(cut)).sum() == counts[: place + 1].sum()
        assert cut == pytest.approx((low + high) / 2, abs=2**-10 * max(abs(low), abs(high)))


def test_small_whole_numbers_have_bins_of_their_own():
    histogram = ValueHistogram()
    histogram.add(np.arange(-300, 4096, dtype=np.float32))
    np.testing.assert_array_equal(histogram.levels()[0], np.arange(-300, 4096))
