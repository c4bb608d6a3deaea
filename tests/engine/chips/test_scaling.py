"""What is settled of the scaling before training: mean and deviation of the chips, or what a start has."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.chips import scaling as chip_scaling
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder
from rsdl_qgis.engine.chips.scaling import Moments
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report

from ..training.layers import Log

RED, GREEN, NIR = Band("B4", ("red",)), Band("B3", ("green",)), Band("B8", ("nir",))
IMAGE = Input("s2", (RED, GREEN))
settle_inputs = partial(chip_scaling.settle_inputs, report=Report())


@pytest.fixture
def make(tmp_path, make_raster):
    """A folder of one chip for each array (dates * bands, h, w); 0 is nodata."""

    def write(*arrays, item=IMAGE, source=""):
        chips = []
        for i, array in enumerate(arrays):
            make_raster(array, f"{i}.tif", nodata=0)
            chips.append(Chip(f"chip {i}", {item.name: (f"{i}.tif",)}, source=source))
        return ChipFolder(tmp_path, "segmentation", (item,), (), tuple(chips), labels="none")

    return write


def pictures(count, seed=0, dtype="uint16", bands=2, high=4000):
    random = np.random.default_rng(seed)
    return [random.integers(1, high, (bands, 6, 4 + i)).astype(dtype) for i in range(count)]


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_standard_is_the_mean_and_deviation_of_valid_pixels(make, dtype):
    arrays = pictures(5, dtype=dtype)
    arrays[2][0, :3] = 0
    if dtype == "float32":
        arrays[3][1, 2] = np.nan
    (item,) = settle_inputs(made := make(*arrays), made.chips)
    assert item.scaling.method == "linear" and not item.scaling.decibel
    for band in (0, 1):
        values = np.concatenate([array[band].ravel() for array in arrays])
        values = values[(values != 0) & np.isfinite(values)].astype(float)
        assert item.scaling.mean[0][band] == pytest.approx(values.mean())
        assert item.scaling.std[0][band] == pytest.approx(values.std())
    (half,) = settle_inputs(made, made.chips[:2])
    assert half.scaling.mean[0][0] == pytest.approx(np.concatenate([a[0].ravel() for a in arrays[:2]]).mean())


@given(
    st.lists(st.lists(st.floats(-1000, 1000, width=32), min_size=0, max_size=6), min_size=1, max_size=5),
    st.sampled_from([0.0, 1e5]),
)
def test_moments_taken_piece_by_piece_are_those_of_the_whole(pieces, away):
    moments = Moments.none((1, 1))
    for piece in pieces:
        values = np.array(piece, np.float32).reshape(1, 1, 1, -1) + np.float32(away)
        moments.add(values, np.ones(values.shape, bool))
    whole = np.concatenate([np.array(p, np.float32) + np.float32(away) for p in pieces]).astype(float)
    assert moments.count[0, 0] == len(whole)
    if len(whole):
        assert moments.mean[0, 0] == pytest.approx(whole.mean(), abs=1e-6)
        assert moments.squares[0, 0] == pytest.approx(((whole - whole.mean()) ** 2).sum(), rel=1e-6, abs=1e-3)


def test_what_does_not_differ_has_deviation_1(make):
    (item,) = settle_inputs(made := make(np.full((2, 4, 4), 1234.567, "float32")), made.chips)
    assert item.scaling.std == ((1.0, 1.0),) and item.scaling.mean[0][0] == pytest.approx(1234.567)


@pytest.mark.parametrize(
    ("bands", "told"),
    [((7, 7), "Each of 2 bands of 's2' has the same value"), ((7, None), "Band 'B4' of 's2' has the")],
)
def test_bands_that_do_not_vary_are_told(make, bands, told):
    log = Log()
    varied = np.arange(1, 17, dtype="float32").reshape(4, 4)
    chip = np.stack([varied if value is None else np.full((4, 4), value, "float32") for value in bands])
    settle_inputs(made := make(chip, chip), made.chips, report=log)
    assert len(log.said) == 1 and told in log.said[0]
    settle_inputs(other := make(chip, chip + 1), other.chips, report=(log := Log()))
    assert not log.said


def test_robust_is_stretched_by_chip_or_source_and_measured_after(make):
    dark, bright = (np.linspace(low, high, 80).reshape(2, 5, 8).astype("float32") for low, high in ((1, 2), (50, 90)))
    made = make(dark, bright)
    (own,) = settle_inputs(made, made.chips, method="robust")
    assert (own.scaling.method, own.scaling.low, own.scaling.high, own.scaling.pooled) == ("robust", 1.0, 99.0, True)
    assert own.scaling.clip == (-1.0, 3.0)
    assert np.allclose(own.scaling.mean, 0.5, atol=0.01) and np.allclose(own.scaling.std, 0.3, atol=0.02)
    shared = make(dark, bright, source="scene")
    (one,) = settle_inputs(shared, shared.chips, method="robust")
    assert np.allclose(one.scaling.std, 0.43, atol=0.04)


def test_dates_may_be_stretched_alone(make):
    item = Input("image", (Band("red"),), ("before", "after"))
    dim = np.linspace(0, 1, 40).reshape(1, 5, 8)
    made = make(np.concatenate([dim, 10 * dim + 50]).astype("float32"), item=item)
    (together,), (alone,) = (settle_inputs(made, made.chips, method=how) for how in ("robust", "robust-dates"))
    assert together.scaling.pooled and not alone.scaling.pooled
    assert np.allclose(alone.scaling.mean, 0.5, atol=0.02) and alone.scaling.clip == (-1.0, 3.0)


@pytest.mark.parametrize(("name", "decibel"), [("VH", True), ("Sigma0_VV", True), ("valve", False)])
def test_bands_named_for_polarisations_are_backscatter(make, name, decibel):
    item = Input("image", (Band(name),))
    folder = make(np.linspace(0.01, 0.2, 64, dtype=np.float32).reshape(1, 8, 8), item=item)
    (settled,) = settle_inputs(folder, folder.chips)
    assert settled.scaling.decibel == decibel


def test_backscatter_is_measured_in_decibels(make):
    item = Input("s1", (Band("VV"),), role="sentinel-1")
    made = make(np.array([[[0.01, 0.1], [0.1, 1.0]]], "float32"), item=item)
    (settled,) = settle_inputs(made, made.chips)
    assert settled.scaling.decibel and settled.scaling.mean[0][0] == pytest.approx(-10, abs=1e-4)


def test_a_start_is_kept_by_names_and_what_it_lacks_is_measured(make):
    scaling = Scaling("robust", low=2, high=98, clip=(0, 1), mean=((0.3, 0.5),), std=((0.1, 0.2),))
    start = Input("s2", (GREEN, RED), role="sentinel-2", scaling=scaling)
    item = Input("s2", (Band("red"), NIR, Band("B3")), dates=("before", "after"))
    made = make(*pictures(3, bands=6), item=item)
    for method in ("auto", "keep"):
        (kept,) = settle_inputs(made, made.chips, (start,), method)
        assert kept.role == "sentinel-2" and kept.bands == item.bands and kept.dates == item.dates
        assert replace(kept.scaling, mean=(), std=()) == replace(scaling, mean=(), std=())
        for mean, std in zip(kept.scaling.mean, kept.scaling.std):  # both dates as the start's only one
            assert (mean[0], mean[2], std[0], std[2]) == (0.5, 0.3, 0.2, 0.1)
            assert 0.4 < mean[1] < 0.6 and 0.2 < std[1] < 0.4
    (own,) = settle_inputs(made, made.chips, (start,), "standard")
    assert own.scaling.method == "linear" and own.scaling.mean[0][0] > 1000
    other = settle_inputs(made, made.chips, (replace(start, name="other"),))
    assert other[0].scaling == own.scaling


def test_bands_without_known_names_and_dates_are_kept_in_order(make):
    scaling = Scaling("robust", mean=((0.1, 0.2), (0.3, 0.4)), std=((1, 1), (1, 1)))
    start = Input("image", (Band("1"), Band("2")), dates=("a", "b"), scaling=scaling)
    item = Input("image", (Band("x"), Band("y")), dates=("before", "after"))
    made = make(*pictures(1, bands=4), item=item)
    assert settle_inputs(made, made.chips, (start,))[0].scaling.mean == scaling.mean
    turned = replace(made, inputs=(replace(item, dates=("b", "a")),))
    assert settle_inputs(turned, turned.chips, (start,))[0].scaling.mean == scaling.mean[::-1]


def test_a_start_of_quite_other_values_is_not_kept_unless_asked(make):
    start = replace(IMAGE, scaling=Scaling(mean=((2000, 2000),), std=((1000, 1000),)))
    near = make(*pictures(3, high=4000))
    assert settle_inputs(near, near.chips, (start,))[0].scaling == start.scaling
    far = make(*pictures(3, high=120))
    assert settle_inputs(far, far.chips, (start,))[0].scaling.mean[0][0] == pytest.approx(60, abs=10)
    assert settle_inputs(far, far.chips, (start,), "keep")[0].scaling == start.scaling
    plain = replace(IMAGE, scaling=Scaling(divisor=255.0))  # has no mean to compare with
    (kept,) = settle_inputs(far, far.chips, (plain,))
    assert kept.scaling == replace(plain.scaling, mean=((0.0, 0.0),), std=((1.0, 1.0),))


def test_a_start_of_one_date_is_compared_with_all_dates_together(make):
    index = Input("modis", (Band("NDVI"),), ("2020-01", "2020-06"))
    start = replace(index, dates=("",), scaling=Scaling(mean=((0.3,),), std=((0.3,),)))
    winter, summer = (np.linspace(low, low + 0.1, 24).reshape(1, 4, 6) for low in (0.1, 0.8))
    season = make(np.concatenate([winter, summer]).astype("float32"), item=index)  # a date varies by a tenth only
    assert settle_inputs(season, season.chips, (start,))[0].scaling.mean == ((0.3,), (0.3,))
    still = make(np.concatenate([winter, winter]).astype("float32"), item=index)
    assert settle_inputs(still, still.chips, (start,))[0].scaling.mean != ((0.3,), (0.3,))


def test_a_start_that_divides_reflectance_is_kept_for_values_as_usual_over_land(make):
    start = replace(IMAGE, scaling=Scaling(divisor=10_000.0, mean=((0.0, 0.0),), std=((1.0, 1.0),)))
    usual = make(*pictures(3, high=4000))
    assert settle_inputs(usual, usual.chips, (start,))[0].scaling == start.scaling
    bytes_ = make(*pictures(3, high=120))
    assert settle_inputs(bytes_, bytes_.chips, (start,))[0].scaling.mean[0][0] == pytest.approx(60, abs=10)
    unnamed = replace(start, bands=(Band("a"), Band("b")))  # nothing is known of its bands
    other = make(*pictures(3, high=120), item=unnamed)
    assert settle_inputs(other, other.chips, (unnamed,))[0].scaling == start.scaling


def test_a_date_without_a_valid_pixel_gets_what_its_band_has_elsewhere(make):
    item = replace(IMAGE, bands=(RED,), dates=("a", "b", "c"))
    array = np.stack([np.full((4, 4), 10), np.zeros((4, 4)), np.full((4, 4), 30)]).astype("uint8")
    (settled,) = settle_inputs(made := make(array, item=item), made.chips)
    assert settled.scaling.mean == ((10,), (20,), (30,)) and settled.scaling.std[1][0] == pytest.approx(10, rel=0.01)


def test_a_band_without_a_valid_pixel_is_refused(make):
    array = np.ones((2, 4, 4), "uint8")
    array[1] = 0
    with pytest.raises(InputError, match=r"Band 'B3' of 's2' has no valid pixel in the training chips\."):
        settle_inputs(made := make(array), made.chips)


def test_methods_that_cannot_be_are_refused(make):
    made = make(*pictures(1))
    allowed = r"no scaling 'minmax'\. Choose one of auto, standard, robust, robust-dates, keep\."
    with pytest.raises(InputError, match=allowed):
        settle_inputs(made, made.chips, method="minmax")
    for start in (None, (replace(IMAGE, name="other"),)):
        with pytest.raises(InputError, match=r"no model whose scaling of s2 could be kept"):
            settle_inputs(made, made.chips, start, "keep")


def test_no_more_chips_are_read_than_needed(make, monkeypatch):
    monkeypatch.setattr(chip_scaling, "MOST_CHIPS", 3)
    made = make(*(np.full((2, 4, 4), value, "uint8") for value in (1, 200, 3, 200, 5)))
    (item,) = settle_inputs(made, made.chips)
    assert item.scaling.mean == ((3.0, 3.0),)
