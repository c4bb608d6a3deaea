"""How flat a raster is before it is stretched: of its most contrasting band, in any unit that begins at 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.radiometry.flatness import flatness, flattest
from rsdl_qgis.engine.radiometry.scaling import radiometry

STRETCHED = Scaling("robust", low=0.0, high=100.0)
ITEM = Input("s2", (Band("B3"), Band("B8")), scaling=STRETCHED)


def of(item, bands, factor=1.0):
    """The flatness of images whose bands (dates, bands) go from one value to another."""
    values = np.linspace(*np.moveaxis(np.array(bands, float), -1, 0), 50, axis=-1)[..., None] * factor
    return flatness([item], [radiometry(item, np.ma.MaskedArray(values, np.zeros(values.shape, bool)))])


@pytest.mark.parametrize("factor", [1.0, 10_000.0])
def test_the_band_with_the_most_contrast_decides(factor):
    assert of(ITEM, [[(0.2, 0.4), (0.3, 0.4)]], factor) == pytest.approx(0.5)
    assert of(ITEM, [[(0.2, 0.4), (0.0, 0.4)]], factor) == 0
    assert of(ITEM, [[(0.4, 0.4), (0.3, 0.3)]], factor) == pytest.approx(1, abs=1e-5)
    assert of(ITEM, [[(-0.2, 0.4), (0.3, 0.4)]], factor) == 0


def test_of_dates_and_inputs_the_flattest_decides():
    two = replace(ITEM, dates=("before", "after"))
    assert of(two, [[(1, 10), (2, 10)], [(6, 10), (7, 10)]]) == pytest.approx(0.6)
    scales = [
        radiometry(ITEM, np.ma.MaskedArray(np.linspace(low, 10, 20) * np.ones((1, 2, 1)), np.zeros((1, 2, 20), bool)))
        for low in (2, 5)
    ]
    assert flatness([ITEM, ITEM], scales) == pytest.approx(0.5)


def test_what_is_not_stretched_or_in_decibel_has_none():
    assert of(replace(ITEM, scaling=Scaling(divisor=10_000.0)), [[(1, 10), (2, 10)]]) is None
    assert of(replace(ITEM, scaling=replace(STRETCHED, decibel=True)), [[(-20, -5), (-22, -7)]]) is None


def test_the_limit_is_no_less_than_any():
    assert flattest([0.1, None, 0.3214]) == 0.322 and flattest([None]) is None and flattest([0.9999]) == 1
