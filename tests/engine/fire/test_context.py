"""Windows of the background: against sums by hand, at borders, and growing."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.fire.context import LARGEST, Place, stands_out


def by_hand(candidates, background, band7, ratio, growing):
    """The same, pixel by pixel."""
    out = np.zeros_like(candidates)
    for row, col in np.argwhere(candidates):
        for radius in range(2, 31) if growing else (30,):
            part = np.s_[max(0, row - radius) : row + radius + 1, max(0, col - radius) : col + radius + 1]
            flags = background[part]
            if growing and flags.sum() < 0.25 * flags.size:
                continue
            sevens, ratios = band7[part][flags], ratio[part][flags]
            ratios = ratios[np.isfinite(ratios)]
            out[row, col] = (
                len(ratios) > 0
                and band7[row, col] > sevens.mean() + max(3 * sevens.std(), 0.08)
                and ratio[row, col] > ratios.mean() + max(3 * ratios.std(), 0.8)
            )
            break
    return out


@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize("share", [0.26, 0.35, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_as_by_hand(growing, share, seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(20, 110, 2))
    band7 = rng.gamma(2, 0.06, shape)
    ratio = rng.gamma(2, 0.4, shape)
    candidates = rng.random(shape) < 0.05
    band7[candidates] += rng.uniform(0, 0.9, candidates.sum())
    ratio[candidates] += rng.uniform(0, 4, candidates.sum())
    background = (rng.random(shape) < share) & ~candidates
    ratio[rng.random(shape) < 0.01] = np.inf
    expected = by_hand(candidates, background, band7, ratio, growing)
    found = stands_out(candidates, background, band7, ratio, Place(*shape), growing)
    np.testing.assert_array_equal(found, expected)
    assert 0 < expected.sum() < candidates.sum()


@pytest.mark.parametrize("growing", [False, True])
def test_a_part_sees_what_the_whole_sees(growing):
    rng = np.random.default_rng(7)
    band7, ratio = rng.gamma(2, 0.06, (150, 160)), rng.gamma(2, 0.4, (150, 160))
    candidates = rng.random(band7.shape) < 0.05
    band7[candidates] += 0.5
    ratio[candidates] += 2.5
    background = (rng.random(band7.shape) < 0.3) & ~candidates
    whole = stands_out(candidates, background, band7, ratio, Place(150, 160), growing)
    for row, col in ((0, 0), (70, 20), (110, 120), (40, 95)):
        top, left = row - LARGEST, col - LARGEST
        wide = np.s_[max(0, top) : row + 40 + LARGEST, max(0, left) : col + 40 + LARGEST]
        place = Place(150, 160, max(0, top), max(0, left))
        part = stands_out(candidates[wide], background[wide], band7[wide], ratio[wide], place, growing)
        inner = part[row - place.row :, col - place.col :][:40, :40]
        np.testing.assert_array_equal(inner, whole[row : row + 40, col : col + 40])
    assert 0 < whole.sum() < candidates.sum()


@pytest.mark.parametrize(("count", "expected"), [(7, True), (6, False)])
def test_a_window_grows_until_a_quarter_is_background(count, expected):
    """In 5 x 5 pixels 6.25 are a quarter. With fewer, the next window is looked at, whose bright rim hides the fire."""
    band7, ratio = np.full((41, 41), 0.1), np.full((41, 41), 0.5)
    candidates, background = np.zeros((41, 41), bool), np.zeros((41, 41), bool)
    candidates[20, 20] = True
    band7[20, 20], ratio[20, 20] = 0.5, 3.0
    inner = [(r, c) for r in range(18, 23) for c in range(18, 23) if (r, c) != (20, 20)]
    for row, col in inner[:count]:
        background[row, col] = True
    rim = np.ones((41, 41), bool)
    rim[18:23, 18:23] = False
    background |= rim
    band7[rim] = 0.9
    found = stands_out(candidates, background, band7, ratio, Place(41, 41), growing=True)
    assert found[20, 20] == expected


def test_windows_at_a_corner_are_as_large_as_what_lies_in_the_raster():
    """Of 3 x 3 pixels that a 5 x 5 window has in the raster, 2.25 are a quarter."""
    band7, ratio = np.full((9, 9), 0.1), np.full((9, 9), 0.5)
    candidates, background = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    candidates[0, 0] = True
    band7[0, 0], ratio[0, 0] = 0.5, 3.0
    background[0, 1] = background[1, 0] = background[1, 1] = True
    assert stands_out(candidates, background, band7, ratio, Place(9, 9), growing=True)[0, 0]
    elsewhere = Place(100, 100, 50, 50)  # the same array amid a raster: 25 pixels, of which 3 are not enough
    assert not stands_out(candidates, background, band7, ratio, elsewhere, growing=True)[0, 0]
