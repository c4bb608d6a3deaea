"""What a person writes of a model's scaling is the scaling that it names."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.cards.given.scaling import scaling_of, scaling_text, steps_of
from rsdl_qgis.engine.cards.steps import Step
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.radiometry.scaling import radiometry

TWO = ((1.0, 2.0),)
FOUR = ((3.0, 4.0),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Scaling()),
        ("none", Scaling()),
        ("/255", Scaling(divisor=255.0)),
        ("divide by 255", Scaling(divisor=255.0)),
        ("/ 255 | mean 1, 2 std 3, 4", Scaling(divisor=255.0, mean=TWO, std=FOUR)),
        ("/255; mean=[1 2]; std=[3 4]", Scaling(divisor=255.0, mean=TWO, std=FOUR)),
        ("mean/std 1,2 / 3,4", Scaling(mean=TWO, std=FOUR)),
        ("z-score mean 1 2 std 3 4", Scaling(mean=TWO, std=FOUR)),
        ("standardise 5 / 2", Scaling(mean=((5.0, 5.0),), std=((2.0, 2.0),))),
        ("percentile 2 98", Scaling("robust", 2.0, 98.0)),
        ("percentile 1-99 -> clip 0 1", Scaling("robust", 1.0, 99.0, clip=(0.0, 1.0))),
        ("dB", Scaling(decibel=True)),
        ("dB then mean -12 std 4", Scaling(decibel=True, mean=((-12.0, -12.0),), std=((4.0, 4.0),))),
        ("/10000", Scaling("steps", steps=(Step("divide", ((10000.0,),)),))),
        ("* 1e-4", Scaling("steps", steps=(Step("multiply", ((1e-4,),)),))),
        ("- 1000", Scaling("steps", steps=(Step("subtract", ((1000.0,),)),))),
        ("+ -1000", Scaling("steps", steps=(Step("add", ((-1000.0,),)),))),
        ("min 0 max 10000", Scaling("steps", steps=(Step("range", ((0.0,), (10000.0,))),))),
        ("min/max 0, 3000", Scaling("steps", steps=(Step("range", ((0.0,), (3000.0,))),))),
        ("min=1,2 max=3,4", Scaling("steps", steps=(Step("range", (*TWO, *FOUR)),))),
        ("log1p → percentile 2 98 → sigmoid",
         Scaling("steps", steps=(Step("log1p"), Step("percentile", ((2.0,), (98.0,))), Step("sigmoid")))),
        ('[{"name": "log1p"}, {"name": "divide", "values": [3]}]',
         Scaling("steps", steps=(Step("log1p"), Step("divide", ((3.0,),))))),
    ],
)  # fmt: skip
def test_words_of_a_scaling(text, wanted):
    found = scaling_of(steps_of(text), 2)
    assert found == wanted
    assert scaling_of(steps_of(scaling_text(found)), 2) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("magic", "'magic' is no step"),
        ("/ 0", "divides by 0"),
        ("/255 | * 0", "multiplies by 0, after which all values are the same"),
        ("/ two", "'two'"),
        ("divide", "needs divisor"),
        ("min 3 max 1", "low must be below high"),
        ("mean 1 std 0", "deviation of 0"),
        ("sigmoid 3", "needs no number"),
        ("percentile -1 101", "0 to 100"),
        ("log1p | eval(1)", "no step"),
        ("[1, 2", "JSON"),
        (" | ".join(["log1p"] * 40), "at most 32"),
    ],
)
def test_what_is_no_scaling_is_told_with_the_parameter(text, said):
    with pytest.raises(InputError) as caught:
        scaling_of(steps_of(text), 2)
    assert said in str(caught.value) and "SCALING" in str(caught.value) and "percentile 2 98" in caught.value.hint


def test_dynamic_worlds_formula_in_rows(rng):
    """ln(0.005 DN + 1), standardised, exp(5 z - 1) / (exp(5 z - 1) + 1), on more rows than are scaled at a time."""
    a, b = np.array([1.7417, 2.2891]), np.array([2.0233, 2.6171])
    text = f"* 0.005 | log1p | mean {a[0]}, {a[1]} std {b[0]}, {b[1]} | * 5 | - 1 | sigmoid"
    item = Input("image", (Band("B2"), Band("B6")), scaling=scaling_of(steps_of(text), 2))
    numbers = rng.integers(0, 12_000, (1, 2, 150, 40)).astype("uint16")
    z = (np.log(0.005 * numbers.astype(float) + 1) - a[:, None, None]) / b[:, None, None]
    z = np.exp(5 * z - 1)
    found = radiometry(item, np.ma.masked_array(numbers))(numbers)
    assert found.dtype == np.float32 and np.allclose(found, z / (z + 1), atol=2e-6)


def test_percentiles_among_steps_are_those_of_what_comes_before(rng):
    item = Input("image", (Band("a"),), scaling=scaling_of(steps_of("log1p | percentile 0 100 | * 2"), 1))
    numbers = np.exp(np.linspace(0, 3, 100).reshape(1, 1, 10, 10)).astype("float32") - 1
    mask = np.zeros(numbers.shape, bool)
    mask[..., 5:, :] = True
    found = radiometry(item, np.ma.masked_array(numbers, mask))(numbers)
    last = np.log1p(numbers[..., 4, 9].item())
    assert np.allclose(found, 2 * np.log1p(numbers) / last, atol=1e-5)


def test_an_offset_of_dates_is_taken_before_the_steps(rng):
    before = rng.integers(100, 2000, (1, 1, 60, 60)).astype("float32")
    pair = np.ma.masked_array(np.concatenate([before, before * 2 + 50]))
    item = Input("image", (Band("a"),), ("before", "after"), scaling=scaling_of(steps_of("/ 1000 | sqrt"), 1))
    found = radiometry(item, pair, "moments")(pair.data)
    assert np.allclose(found[1], np.sqrt(before[0] / 1000), atol=1e-3) and np.allclose(found[0], found[1], atol=1e-3)


def test_numbers_for_other_bands_are_told_with_how_many_are_needed():
    with pytest.raises(InputError, match=r"SCALING: step 1 .standardise. has 3 numbers, and the input 2") as caught:
        scaling_of(steps_of("mean 1,2,3 std 1,2,3"), 2)
    assert caught.value.hint == "Give one for all bands, or 2."
