"""One function scales for training and prediction; robust scaling undoes any gain and offset."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.radiometry.scaling import is_linear_backscatter, radiometry

STRETCH = Scaling("robust", clip=(-1, 3), mean=((0.4, 0.5),), std=((0.2, 0.3),))
ROBUST = Input("s2", (Band("a"), Band("b")), scaling=STRETCH)
S1 = Input("s1", (Band("VV"),), scaling=Scaling("robust", clip=(-1, 3), decibel=True))


def image(seed: int = 0) -> np.ma.MaskedArray:
    return np.ma.masked_array(np.random.default_rng(seed).gamma(3, 300, (1, 2, 40, 50)))


@given(st.floats(0.6, 1.6), st.floats(-500, 500))
def test_gain_and_offset_do_not_matter(gain, offset):
    plain, changed = image(), image() * gain + offset
    assert np.allclose(radiometry(ROBUST, plain)(plain.data), radiometry(ROBUST, changed)(changed.data), atol=1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
def test_integers_are_scaled_as_floats_are(dtype):
    limits = np.iinfo(dtype)
    values = np.random.default_rng(1).integers(limits.min, limits.max, (1, 2, 30, 30), dtype, endpoint=True)
    how = radiometry(ROBUST, np.ma.masked_array(values))
    assert np.allclose(how(values), how(values.astype("float64")), atol=1e-5)


def test_percentiles_map_to_the_training_radiometry():
    values = np.ma.masked_array(np.tile(np.linspace(0, 1000, 1001), (1, 2, 1)).reshape(1, 2, 1, 1001))
    scaled = radiometry(ROBUST, values)(values.data)
    assert scaled[0, 0, 0, 20] == pytest.approx((0 - 0.4) / 0.2, abs=1e-4)  # the 2nd percentile
    assert scaled[0, 1, 0, 980] == pytest.approx((1 - 0.5) / 0.3, abs=1e-4)  # the 98th


def test_linear_backscatter_becomes_decibel():
    db = np.random.default_rng(2).normal(-12, 4, (1, 1, 64, 64)).astype("float32")
    linear = np.ma.masked_array(10 ** (db / 10))
    assert is_linear_backscatter(linear) and not is_linear_backscatter(np.ma.masked_array(db))
    a, b = radiometry(S1, linear)(linear.data), radiometry(S1, np.ma.masked_array(db))(db)
    assert np.allclose(a, b, atol=1e-3)


def test_masked_values_have_no_part_in_the_statistics():
    values = image()
    spoiled = values.copy()
    spoiled[0, :, :20] = 1e9
    spoiled[0, :, :20] = np.ma.masked
    half = values[:, :, 20:]
    assert np.allclose(radiometry(ROBUST, spoiled).gain, radiometry(ROBUST, half).gain)


@pytest.mark.parametrize("values", [np.full((1, 2, 5, 5), 7.0), np.ma.masked_all((1, 2, 5, 5))])
def test_no_contrast_or_no_valid_pixel_stays_finite(values):
    array = np.ma.masked_array(values)
    assert np.isfinite(radiometry(ROBUST, array)(array.filled(0))).all()


def pair(gain: float = 1.0, offset: float = 0.0) -> np.ma.MaskedArray:
    """Two dates of one product; the second is darker."""
    first = np.random.default_rng(3).gamma(3, 300, (2, 2, 40, 50))
    first[1] *= 0.7
    return np.ma.masked_array(first * gain + offset)


POOLED = Input("s2", ROBUST.bands, ("before", "after"), scaling=Scaling("robust", pooled=True, clip=(-1, 3)))


def test_pooled_dates_keep_what_changed_and_each_its_own_stretch_loses_it():
    together = radiometry(POOLED, pair())(pair().data)
    assert together[1].mean() < 0.8 * together[0].mean()
    alone = Input("s2", POOLED.bands, POOLED.dates, scaling=Scaling("robust", clip=(-1, 3)))
    apart = radiometry(alone, pair())(pair().data)
    assert apart[1].mean() == pytest.approx(apart[0].mean(), rel=0.05)


@given(st.floats(0.6, 1.6), st.floats(-500, 500))
def test_gain_and_offset_of_pooled_dates_do_not_matter(gain, offset):
    changed = pair(gain, offset)
    assert np.allclose(radiometry(POOLED, pair())(pair().data), radiometry(POOLED, changed)(changed.data), atol=1e-4)


def test_dates_of_different_products_are_not_pooled():
    mixed = pair()
    mixed[1] = mixed[1] * 10 + 4000  # 8-bit before, 16-bit after
    scaled = radiometry(POOLED, mixed)(mixed.data)
    assert scaled[1].mean() == pytest.approx(scaled[0].mean(), rel=0.05)


def test_bands_whose_dates_could_not_be_pooled_are_known():
    one = pair()
    one[1, 1] = one[1, 1] * 10 + 4000
    assert radiometry(POOLED, one).apart == (1,)
    assert radiometry(POOLED, pair()).apart == ()
    assert radiometry(ROBUST, one[:1]).apart == ()  # was never to be pooled
    assert radiometry(POOLED, np.ma.masked_all((2, 2, 5, 5))).apart == ()


def test_values_far_outside_the_sample_are_clipped():
    usual = np.random.default_rng(4).integers(1000, 1100, (1, 2, 30, 30), "uint16")
    how = radiometry(ROBUST, np.ma.masked_array(usual))
    scaled = how(np.full((1, 2, 3, 3), 60_000, "uint16"))
    assert np.allclose(scaled[0, 0], (3 - 0.4) / 0.2) and np.allclose(scaled[0, 1], (3 - 0.5) / 0.3)


@pytest.mark.parametrize(("field", "value"), [("std", 0.0), ("std", np.nan), ("mean", np.inf), ("divisor", 0.0)])
def test_numbers_by_which_nothing_can_be_scaled_are_refused(field, value):
    scaling = Scaling(**{field: value if field == "divisor" else ((1.0, value),)})
    wanted = Input("image", (Band("a"), Band("b")), scaling=scaling)
    with pytest.raises(ModelError, match=f"scales 'image' by a {field} of {value:g}"):
        radiometry(wanted, np.ma.ones((1, 2, 3, 3)))
