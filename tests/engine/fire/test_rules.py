"""Each condition of the rules, by pixels on both sides of every threshold."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.fire.context import Place
from rsdl_qgis.engine.fire.rules import Scene, beside, is_folded, is_water, kumar_roy, murphy, schroeder

SIDE = 67
MIDDLE = (33, 33)
LAND = (0.10, 0.09, 0.10, 0.12, 0.25, 0.22, 0.15)  # of bands 1 to 7: no water, no fire
STEP = 1e-9


def scene(centre=LAND, background=LAND, saturated=False, others=()):
    """A scene of one background, with a pixel in its middle, and ``others``: (row, col, reflectances)."""
    bands = {n: np.full((SIDE, SIDE), background[n - 1], float) for n in range(1, 8)}
    for row, col, values in [(*MIDDLE, centre), *others]:
        for n in bands:
            bands[n][row, col] = values[n - 1]
    flags = np.zeros((SIDE, SIDE), bool)
    flags[MIDDLE] = saturated
    return Scene(bands, bands, flags, Place(SIDE, SIDE))


def pixel(**changes):
    """Land with some of its bands changed: ``b7=0.6``."""
    return tuple(changes.get(f"b{n}", value) for n, value in enumerate(LAND, 1))


def middle(rule, *arguments, **options):
    return bool(rule(scene(*arguments, **options))[MIDDLE])


# Schroeder. Potential fires are kept out by a ratio of bands 7 and 6 below 1.6, so that only equation 1 answers.


@pytest.mark.parametrize(
    ("fire", "other"),
    [
        (pixel(b5=0.15, b6=0.5, b7=0.5 + STEP), pixel(b5=0.15, b6=0.5, b7=0.5)),  # rho7 > 0.5
        (pixel(b5=0.3, b6=0.6, b7=0.75 + 1e-6), pixel(b5=0.3, b6=0.6, b7=0.75 - 1e-6)),  # ratio > 2.5
    ],
)
def test_unambiguous_fires_of_schroeder(fire, other):
    """Where both of these hold, bands 7 and 5 differ by more than 0.3 anyway: equation 1 says it, too."""
    assert middle(schroeder, fire)
    assert not middle(schroeder, other)


FOLDED = {"b1": 0.19, "b5": 0.3, "b6": 0.81, "b7": 0.09}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"b6": 0.8}, False),
        ({"b6": 0.8 + STEP}, True),
        ({"b1": 0.2}, False),
        ({"b1": 0.2 - STEP}, True),
        ({"b7": 0.1}, False),
        ({"b7": 0.1 - STEP}, True),
        ({"b7": 0.5, "b5": 0.4}, False),
        ({"b7": 0.5, "b5": 0.4 + STEP}, True),
    ],
)
def test_folded_numbers(changed, expected):
    values = pixel(**{**FOLDED, **changed})
    assert is_folded(scene(values).apparent)[MIDDLE] == expected
    assert middle(schroeder, values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pixel(b5=0.2, b6=0.2, b7=0.37 + 1e-6), True),
        (pixel(b5=0.2, b6=0.2, b7=0.37 - 1e-6), False),  # difference > 0.17
        (pixel(b5=0.25, b6=0.2, b7=0.45 + 1e-6), True),
        (pixel(b5=0.25, b6=0.2, b7=0.45 - 1e-6), False),  # ratio > 1.8
        (pixel(b5=0.2, b6=0.25, b7=0.4 + 1e-6), True),
        (pixel(b5=0.2, b6=0.25, b7=0.4 - 1e-6), False),  # ratio of 7 and 6 > 1.6
        (pixel(b5=0.2, b6=0.0, b7=0.4), True),  # without band 6 the ratio is infinite
    ],
)
def test_potential_fires_of_schroeder(values, expected):
    assert middle(schroeder, values) == expected


def window(values, count, rest):
    """The reflectances of a 61 x 61 window: ``count`` pixels of some, the others of ``rest``."""
    places = [(r, c) for r in range(3, 64) for c in range(3, 64) if (r, c) != MIDDLE]
    return [(r, c, values if i < count else rest) for i, (r, c) in enumerate(places)]


OWN = 1 / 61**2  # the part that a candidate has in its own background, by the rule of Schroeder


@pytest.mark.parametrize(("rule", "own"), [(schroeder, OWN), (kumar_roy, 0.0)])
@pytest.mark.parametrize(("beyond", "expected"), [(1e-6, True), (-1e-6, False)])
def test_band_7_is_above_even_land_by_eight_hundredths(rule, own, beyond, expected):
    """By 0.08; bands 4 and 6 make the pixel a candidate of either rule, and no more."""
    even = pixel(b5=0.4, b6=0.3, b7=0.2)
    b7 = 0.2 + 0.08 / (1 - own) + beyond
    assert middle(rule, pixel(b4=0.5, b5=0.05, b6=0.1, b7=b7), even) == expected


@pytest.mark.parametrize(("rule", "own"), [(schroeder, OWN), (kumar_roy, 0.0)])
@pytest.mark.parametrize(("beyond", "expected"), [(1e-5, True), (-1e-5, False)])
def test_the_ratio_is_above_that_of_even_land_by_much(rule, own, beyond, expected):
    """By 0.8, where the land has a ratio of 1."""
    even = pixel(b5=0.2, b6=0.3, b7=0.2)
    ratio = 1 + 0.8 / (1 - own) + beyond
    assert middle(rule, pixel(b4=0.5, b5=0.6 / ratio, b6=0.2, b7=0.6), even) == expected


def test_deviation_of_the_background_counts():
    """Where the background varies, three standard deviations are what a candidate has to exceed."""
    dark, bright = pixel(b4=0.5, b5=0.3, b6=0.3, b7=0.05), pixel(b4=0.5, b5=0.3, b6=0.3, b7=0.25)
    others = window(bright, 1860, dark)
    values = np.array([0.25] * 1860 + [0.05] * 1860)
    for extra, expected in ((0.01, True), (-0.01, False)):
        b7 = 0.46
        for _ in range(50):  # the candidate itself is part of it
            b7 = np.append(values, b7).mean() + 3 * np.append(values, b7).std() + extra
        candidate = pixel(b4=0.5, b5=b7 / 2.9, b6=b7 / 2, b7=b7)
        ratios = np.append(values / 0.3, 2.9)
        assert ratios.mean() + max(3 * ratios.std(), 0.8) < 2.9
        assert middle(schroeder, candidate, dark, others=others) == expected


def test_no_background_no_fire():
    """A potential fire amid water: by the rule of Schroeder it is its own background, and does not stand out."""
    water = (0.09, 0.07, 0.06, 0.05, 0.03, 0.02, 0.01)
    assert is_water(scene(water).apparent)[MIDDLE]
    assert not middle(schroeder, pixel(b5=0.2, b6=0.2, b7=0.4), water)
    assert not middle(kumar_roy, kr(0.4, 0.2, 0.4, 0.1), water)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({4: 0.03}, False),  # rho4 > rho5
        ({5: 0.02}, False),  # rho5 > rho6
        ({6: 0.01}, False),  # rho6 > rho7
        ({1: 0.21 + 1e-6}, False),  # rho1 - rho7 < 0.2
        ({1: 0.21 - 1e-6}, True),
        ({1: 0.06, 2: 0.07}, False),  # neither blue below green, nor bands 1 to 4 falling
        ({1: 0.06, 2: 0.05, 3: 0.06}, True),  # turbid: green above blue
        ({2: 0.06, 3: 0.06}, False),  # rho2 > rho3
        ({3: 0.05, 4: 0.05}, False),  # rho3 > rho4
    ],
)
def test_water_of_schroeder(changed, expected):
    deep = dict(enumerate((0.09, 0.07, 0.06, 0.05, 0.03, 0.02, 0.01), 1))
    values = tuple({**deep, **changed}[n] for n in range(1, 8))
    assert is_water(scene(values).apparent)[MIDDLE] == expected


def test_schroeder_takes_reflectance_without_the_correction_for_the_sun():
    fire = pixel(b5=0.2, b6=0.3, b7=0.6)
    low, high = scene(LAND).apparent, scene(fire).apparent
    flags = np.zeros((SIDE, SIDE), bool)
    assert schroeder(Scene(high, low, flags, Place(SIDE, SIDE)))[MIDDLE]
    assert not schroeder(Scene(low, high, flags, Place(SIDE, SIDE)))[MIDDLE]
    for rule in (murphy, kumar_roy):
        assert rule(Scene(low, high, flags, Place(SIDE, SIDE)))[MIDDLE]
        assert not rule(Scene(high, low, flags, Place(SIDE, SIDE)))[MIDDLE]


# Murphy.


@pytest.mark.parametrize(
    ("fire", "other"),
    [
        (pixel(b5=0.1, b6=0.1, b7=0.15), pixel(b5=0.1, b6=0.1, b7=0.15 - STEP)),
        (pixel(b5=0.1, b6=0.25, b7=0.35 + STEP), pixel(b5=0.1, b6=0.25, b7=0.35 - 1e-6)),
        (pixel(b5=0.25, b6=0.1, b7=0.35 + STEP), pixel(b5=0.25, b6=0.1, b7=0.35 - 1e-6)),
        (pixel(b5=0.0, b6=0.0, b7=0.15), pixel(b5=0.0, b6=0.0, b7=0.14)),
    ],
)
def test_unambiguous_fires_of_murphy(fire, other):
    assert middle(murphy, fire)
    assert not middle(murphy, other)


FIRE = pixel(b5=0.1, b6=0.2, b7=0.6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pixel(b5=0.2, b6=0.5, b7=0.5), True),
        (pixel(b5=0.2, b6=0.5 - 1e-6, b7=0.5), False),
        (pixel(b5=0.3, b6=0.6, b7=0.5), True),
        (pixel(b5=0.3 + 1e-6, b6=0.6, b7=0.5), False),  # ratio of 6 and 5 >= 2, which the published code lets pass
    ],
)
def test_potential_fires_of_murphy_are_beside_unambiguous_ones(values, expected):
    for row, col in ((32, 32), (32, 33), (33, 34), (34, 34)):
        assert middle(murphy, values, others=[(row, col, FIRE)]) == expected
    assert not middle(murphy, values)
    assert not middle(murphy, values, others=[(33, 35, FIRE)])


def test_saturated_pixels_beside_a_fire():
    assert middle(murphy, LAND, saturated=True, others=[(32, 32, FIRE)])
    assert not middle(murphy, LAND, saturated=True)
    assert not middle(murphy, LAND, others=[(32, 32, FIRE)])
    assert not middle(murphy, (np.nan,) * 7, saturated=True, others=[(32, 32, FIRE)])


def test_potential_fires_do_not_spread():
    """What lies beside a potential fire alone is none."""
    potential = pixel(b5=0.25, b6=0.5, b7=0.5)
    found = murphy(scene(FIRE, others=[(33, 34, potential), (33, 35, potential)]))
    assert found[33, 34]
    assert not found[33, 35]


# Kumar and Roy. Blue below green: no water.


def kr(rho4, rho6, rho7, rho5=None):
    return pixel(b2=0.05, b3=0.1, b4=rho4, b5=rho7 if rho5 is None else rho5, b6=rho6, b7=rho7)


@pytest.mark.parametrize(
    ("fire", "other"),
    [(kr(0.051 - STEP, 0.6, 0.5), kr(0.051 + 1e-6, 0.6, 0.5)), (kr(-0.01, 1.0, 0.4), kr(0.0, 1.0, 0.4))],
)
def test_unambiguous_fires_of_kumar_and_roy(fire, other):
    """Equation 12: red at most 0.53 rho7 - 0.214. The ratio of bands 7 and 5 keeps equation 14 from standing out."""
    assert middle(kumar_roy, fire)
    assert not middle(kumar_roy, other)


def test_fires_beside_those_of_kumar_and_roy():
    """Equation 13: red at most 0.35 rho6 - 0.044, beside a fire."""
    bright, less = kr(0.131 - 1e-9, 0.5, 0.2), kr(0.131 + 1e-6, 0.5, 0.2)
    fire = kr(0.05, 0.6, 0.9)
    assert middle(kumar_roy, bright, others=[(32, 32, fire)])
    assert not middle(kumar_roy, less, others=[(32, 32, fire)])
    assert not middle(kumar_roy, bright)
    assert not middle(kumar_roy, bright, others=[(33, 35, fire)])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (kr(0.087 - STEP, 0.6, 0.4, 0.1), True),  # 14: red at most 0.53 rho7 - 0.125
        (kr(0.087 + 1e-6, 0.6, 0.4, 0.1), False),
        (kr(0.4, 0.384 - STEP, 0.4, 0.1), True),  # 15: rho6 at most 1.08 rho7 - 0.048
        (kr(0.4, 0.384 + 1e-6, 0.4, 0.1), False),
        (kr(0.4, 0.2, 0.4, 0.3), False),  # the ratio does not stand out
        (kr(0.11, 0.17, 0.21, 0.05), False),  # nor does band 7: 0.15 + 0.08
    ],
)
def test_potential_fires_of_kumar_and_roy(values, expected):
    assert middle(kumar_roy, values) == expected


@pytest.mark.parametrize(
    ("blue", "green", "red", "nir", "expected"),
    [
        (0.13, 0.12, 0.04, 0.03, False),
        (0.12, 0.12, 0.04, 0.03, True),
        (0.13, 0.04, 0.04, 0.03, True),
        (0.13, 0.12, 0.04, 0.04, True),
    ],
)
def test_water_of_kumar_and_roy_is_no_fire(blue, green, red, nir, expected):
    assert middle(kumar_roy, pixel(b2=blue, b3=green, b4=red, b5=nir, b6=0.3, b7=0.6)) == expected


def test_what_has_nothing_in_band_7_and_its_neighbours_do_not_count():
    fire, dead = kr(0.05, 0.6, 0.9), kr(0.1, 0.1, 0.0)
    assert middle(kumar_roy, fire)
    assert not middle(kumar_roy, fire, others=[(32, 32, dead)])
    assert not middle(kumar_roy, fire, others=[(32, 32, (np.nan,) * 7)])
    assert middle(kumar_roy, fire, others=[(31, 33, dead)])


def test_nodata_takes_no_part():
    blank = (np.nan,) * 7
    for rule in (schroeder, murphy, kumar_roy):
        assert not rule(scene(blank, blank)).any()
        with_hole = scene(FIRE, others=[(10, 10, blank), (40, 50, blank)])
        assert rule(with_hole)[MIDDLE]
        assert not rule(with_hole)[10, 10]


def test_neighbours():
    one = np.zeros((5, 6), bool)
    one[0, 0] = one[3, 4] = True
    expected = np.zeros((5, 6), bool)
    expected[:2, :2] = expected[2:5, 3:6] = True
    np.testing.assert_array_equal(beside(one), expected)
