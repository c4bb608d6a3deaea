import numpy as np
import pytest

from rsdl_qgis.engine.radiometry.change_vectors import change_magnitude
from rsdl_qgis.engine.radiometry.otsu import otsu_threshold


@pytest.fixture
def pair():
    """Three bands of two dates; the second has another gain and offset, and its middle changed."""
    rng = np.random.default_rng(0)
    before = rng.normal(100, 20, (3, 40, 50))
    after = before + rng.normal(0, 2, before.shape)
    after[:, 15:25, 20:30] = rng.normal(100, 20, (3, 10, 10)) + np.array([80, -80, 80])[:, None, None]
    return np.ma.MaskedArray(before), np.ma.MaskedArray(after * 3 - 40)


def test_the_magnitude_is_that_of_standardised_bands(pair):
    before, after = pair
    before[0, 0, 0] = np.ma.masked
    after[2, 1] = np.ma.masked
    made = change_magnitude(before, after)
    valid = np.ones((40, 50), bool)
    valid[0, 0], valid[1] = False, False
    assert (np.ma.getmaskarray(made) == ~valid).all()
    squared = 0
    for b, a in zip(before.data, after.data):
        z = [(band[valid] - band[valid].mean()) / band[valid].std() for band in (b, a)]
        squared = squared + (z[1] - z[0]) ** 2
    np.testing.assert_allclose(made.data[valid], np.sqrt(squared))


def test_no_gain_or_offset_of_either_date_changes_it(pair):
    before, after = pair
    np.testing.assert_allclose(change_magnitude(before * 0.01 + 7, after), change_magnitude(before, after))


def test_with_otsu_it_finds_what_changed(pair):
    magnitude = change_magnitude(*pair)
    changed = np.zeros((40, 50), bool)
    changed[15:25, 20:30] = True
    assert ((magnitude > otsu_threshold(magnitude)) == changed).mean() > 0.99


def test_values_that_are_not_finite_count_for_nothing(pair):
    before, after = pair
    kept = change_magnitude(before[:, :, 1:], after[:, :, 1:])
    before.data[1, :, 0] = np.nan
    made = change_magnitude(before, after)
    assert made.mask[:, 0].all() and not made.mask[:, 1:].any()
    np.testing.assert_allclose(made[:, 1:], kept)


def test_a_band_of_one_value_adds_nothing(pair):
    before, after = pair
    flat = np.ma.zeros((1, 40, 50))
    with_flat = change_magnitude(np.ma.concatenate([before, flat]), np.ma.concatenate([after, flat + 9]))
    np.testing.assert_allclose(with_flat, change_magnitude(before, after))


def test_no_valid_pixel_gives_none(pair):
    before, after = pair
    before[:] = np.ma.masked
    assert change_magnitude(before, after).mask.all()


def test_two_shapes_are_refused(pair):
    with pytest.raises(ValueError, match="different shapes"):
        change_magnitude(pair[0], pair[1][:2])
