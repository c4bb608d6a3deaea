"""What numbers stand for: factors, negatives that wrapped around, values that are unlike those of training."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.radiometry.encoding import Reading, check_range, reading_of


def numbers(*values, dtype="uint16"):
    return np.ma.MaskedArray(np.array(values, dtype), np.zeros(len(values), bool))


def test_numbers_are_multiplied_and_those_that_wrapped_around_are_negative():
    made = Reading(1e-4, 0.5, 55_536)(np.array([0, 5000, 40_000, 55_535, 55_536, 65_535], "uint16"))
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, [0.5, 1, 4.5, 6.0535, -0.5, 0.4999], rtol=1e-6)
    assert Reading()(np.array([1e300])).tolist() == [np.inf]


@pytest.mark.parametrize(
    ("dtype", "factor", "offset", "wrapped", "values", "from_"),
    [
        ("uint16", 1e-4, 0.0, "auto", (100, 9000, 65_530), 55_536),
        ("uint16", 1e-4, 0.0, "auto", (100, 9000), 55_536),  # the sample need not hold one
        ("uint16", 1.0, 0.0, "auto", (100, 9000, 65_530), None),  # bare numbers: as training saw them
        ("uint16", 2.75e-5, -0.2, "auto", (7000, 30_000, 65_530), None),  # negative values are said by the offset
        ("uint16", 1e-4, 0.0, "auto", (100, 40_000, 65_530), None),  # bright data that goes on
        ("int16", 1e-4, 0.0, "auto", (100, -30), None),
        ("float32", 1e-4, 0.0, "negative", (100, 65_530), None),
        ("uint16", 1.0, 0.0, "negative", (100, 40_000), 32_768),
        ("uint16", 1e-4, 0.0, "keep", (100, 65_530), None),
    ],
)
def test_when_high_numbers_are_negative(dtype, factor, offset, wrapped, values, from_):
    sample = numbers(*values, dtype=dtype)
    assert reading_of(factor, offset, dtype, wrapped, sample) == Reading(factor, offset, from_)


def test_what_is_masked_does_not_speak_against_wrapping():
    sample = numbers(100, 40_000, 65_530)
    sample[1] = np.ma.masked
    assert reading_of(1e-4, 0.0, "uint16", "auto", sample).wraps_from == 55_536


INDICES = Input(
    "modis",
    (Band("NDVI"), Band("EVI")),
    ("a", "b"),
    scaling=Scaling(mean=((0.5, 0.3), (0.6, 0.4)), std=((0.2, 0.1), (0.2, 0.1))),
)


def sample(factor=1.0, spread=1.0, shift=0.0):
    random = np.random.default_rng(0)
    mean, std = (np.array(v)[:, :, None, None] for v in (INDICES.scaling.mean, INDICES.scaling.std))
    return np.ma.MaskedArray((mean + std * (shift + spread * random.normal(size=(2, 2, 20, 20)))) * factor)


def test_values_like_those_of_training_pass(with_card):
    card = with_card(inputs=(INDICES,))
    for made in (sample(), sample(spread=0.2), sample(shift=4), sample() * 0 + 0.4):
        assert check_range(card, {"modis": made}, 1.0) == []


@pytest.mark.parametrize(("factor", "applied", "hint"), [(1e4, 1.0, "SCALE=0.0001"), (1e-4, 0.0001, "SCALE=1")])
def test_another_unit_is_reported_with_its_factor(with_card, factor, applied, hint):
    card = with_card(inputs=(INDICES,))
    with pytest.raises(MismatchError, match=r"values of NDVI go from.*'bright' was trained on values around 0.55") as e:
        check_range(card, {"modis": sample(factor)}, applied)
    assert e.value.hint.endswith(f": {hint}.")


def test_values_that_no_unit_explains_are_only_reported(with_card):
    card = with_card(inputs=(INDICES,))
    (only,) = check_range(card, {"modis": sample(shift=-50)}, 1.0)
    assert "NDVI" in only and "EVI" in only and "may be wrong" in only


def test_a_model_that_stretches_or_says_nothing_takes_any_values(with_card):
    for scaling in (Scaling("robust"), Scaling()):
        item = Input("modis", INDICES.bands, INDICES.dates, scaling=scaling)
        assert check_range(with_card(inputs=(item,)), {"modis": sample(1e6)}, 1.0) == []
