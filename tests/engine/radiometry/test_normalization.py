import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.radiometry.normalization import chi_squared_tail, no_change_probability, normalization
from rsdl_qgis.engine.radiometry.scaling import radiometry

BANDS = ("blue", "green", "red", "nir")
GAIN, OFFSET = np.array([0.5, 2.0, 1.3, 0.02]), np.array([30.0, -12.0, 4.0, 0.1])


def images(changed, noise=1.0, pixels=4000, seed=0):
    """Two dates (n, 4) of correlated bands, the second under another sky; which pixels changed."""
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 1, (pixels, 3)) @ rng.normal(0, 20, (3, 4)) + rng.normal(0, 4, (pixels, 4)) + 100
    after = before + rng.normal(0, noise, before.shape)
    new = rng.random(pixels) < changed
    after[new] = rng.normal(180, 40, (new.sum(), 4))
    return before, after * GAIN + OFFSET, new


def sample(before, after):
    return np.ma.MaskedArray(np.stack([before.T, after.T]))


@pytest.mark.parametrize("changed", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("pixels", [400, 4000])
def test_irmad_finds_the_sky_however_much_changed(changed, pixels):
    before, after, new = images(changed, pixels=pixels)
    found = normalization(sample(before, after), "irmad", BANDS)
    np.testing.assert_allclose(found.gain, [np.ones(4), 1 / GAIN], rtol=0.03)
    error = found(sample(before, after))[1].T[~new] - before[~new]
    assert np.abs(error.mean(0)).max() < 1
    assert found.pixels == pixels and 100 <= found.used[1] < found.used[0] == pixels


def test_moments_are_those_of_all_pixels():
    before, after, _ = images(0.4)
    found = normalization(sample(before, after), "moments", BANDS)
    made = found(sample(before, after))
    np.testing.assert_allclose(made[1].mean(1), before.mean(0))
    np.testing.assert_allclose(made[1].std(1), before.std(0))
    assert np.abs(found.gain[1] * GAIN - 1).max() > 0.1  # what changed throws them off


def test_changed_pixels_have_no_weight_and_affine_maps_do_not_matter():
    before, after, new = images(0.3)
    weights = no_change_probability(before, after)
    assert weights[new].max() < 0.01 < weights[~new].mean()
    mixed = after @ np.random.default_rng(1).normal(0, 1, (4, 4)) + 9  # bands of the second date mixed
    np.testing.assert_allclose(no_change_probability(before, mixed), weights, atol=1e-6)


def test_images_that_are_the_same_but_for_the_sky_are_matched_exactly():
    before, after, new = images(0.3, noise=0.0)
    found = normalization(sample(before, after), "irmad", BANDS)
    np.testing.assert_allclose(found.gain[1], 1 / GAIN, rtol=1e-6)
    assert found.used[1] == pytest.approx((~new).sum(), abs=2)


def test_only_pixels_valid_at_all_dates_and_bands_count():
    before, after, _ = images(0.1)
    clear = normalization(sample(before[1000:], after[1000:]), "irmad", BANDS)
    both = sample(before, after)
    both.mask = np.zeros(both.shape, bool)
    both[0, 2, :500], both[1, 0, 500:1000] = np.ma.masked, np.ma.masked
    both.data[1, 0, 500:1000] = np.nan
    found = normalization(both.reshape(2, 4, 40, 100), "irmad", BANDS)
    np.testing.assert_allclose(found.gain, clear.gain)
    assert found.pixels == 3000
    assert found(both).mask.sum() == both.mask.sum()


def test_bands_that_hang_together_or_are_of_one_value_do_not_upset_it():
    before, after, _ = images(0.2)
    before[:, 1], after[:, 1] = before[:, 0] * 2 + 1, after[:, 0] - 3
    before[:, 3], after[:, 3] = 7, 4
    found = normalization(sample(before, after), "irmad", BANDS)
    np.testing.assert_allclose(found.gain[1], [1 / 0.5, 2 / 0.5, 1 / 1.3, 1], rtol=0.03)
    assert found.offset[1, 3] == pytest.approx(3)


def test_a_large_sample_is_thinned():
    before, after, _ = images(0.1, pixels=120_000)
    found = normalization(sample(before, after), "moments", BANDS)
    assert found.pixels == 40_000
    np.testing.assert_allclose(found.gain[1], before.std(0) / after.std(0), rtol=0.02)


@pytest.mark.parametrize(
    ("freedom", "critical"), [(1, 3.8415), (2, 5.9915), (3, 7.8147), (4, 9.4877), (7, 14.0671), (10, 18.3070)]
)
def test_the_tail_of_chi_squared_is_that_of_the_tables(freedom, critical):
    value = np.array([0, critical, 1e6])
    np.testing.assert_allclose(chi_squared_tail(value, freedom), [1, 0.05, 0], atol=1e-5)


def test_what_cannot_be_is_said():
    before, after, _ = images(0.1)
    with pytest.raises(InputError, match=r"99 of the sampled pixels are valid.*100"):
        normalization(sample(before[:99], after[:99]), "irmad", BANDS)
    with pytest.raises(InputError, match=r"no normalisation 'best'.*none, moments, irmad"):
        normalization(sample(before, after), "best", BANDS)
    shuffled = np.random.default_rng(2).permutation(after)
    with pytest.raises(InputError, match=r"their values of \w+ are not alike"):
        normalization(sample(before, shuffled), "irmad", BANDS)
    with pytest.raises(InputError, match=r"their values of red are not alike"):
        normalization(sample(before, after * [1, 1, -1, 1]), "irmad", BANDS)


@pytest.mark.parametrize("scaling", [Scaling(divisor=10), Scaling("robust"), Scaling("robust", pooled=True)])
def test_the_model_s_scaling_follows(scaling):
    before, after, _ = images(0.3)
    wanted = Input("pair", tuple(map(Band, BANDS)), ("before", "after"), scaling=scaling)
    both = sample(before, after)
    found = radiometry(wanted, both, "irmad")
    brought = found.normalization(both)
    direct = radiometry(wanted, brought)
    shape = (2, 4, 40, 100)
    np.testing.assert_allclose(found(both.data.reshape(shape)), direct(brought.data.reshape(shape)), atol=1e-4)
    assert direct.normalization is None and found.apart == direct.apart == ()
    assert bool(radiometry(wanted, both).apart) == scaling.pooled  # as they are, nir lies far apart


def test_backscatter_is_normalised_in_decibel():
    before, _, _ = images(0.0)
    decibel = before[:, :1] / 20 - 20
    after = decibel * 1.2 + 3
    linear = 10 ** (np.stack([decibel.T, after.T]) / 10)
    wanted = Input("s1", (Band("VV"),), ("before", "after"), scaling=Scaling("robust", decibel=True))
    found = radiometry(wanted, np.ma.MaskedArray(linear), "moments")
    assert found.decibel
    assert found.normalization.gain[1, 0] == pytest.approx(1 / 1.2, rel=1e-5)
    made = found(linear.reshape(2, 1, 40, 100).astype("float32"))
    np.testing.assert_allclose(made[0], made[1], atol=1e-4)
