"""Views of images: parts of them, turned and mirrored, as bright as the strengths allow; invalid pixels stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.training.pretraining.views import VIEWS, views
from rsdl_qgis.engine.training.samples.augment import NO_AUGMENTATION


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def images(n=6, dates=1, bands=2, side=16):
    return torch.randn(n, dates, bands, side, side, generator=seeded(1))


def test_nothing_that_varies_gives_the_images():
    given = images()
    (found,) = views([given], NO_AUGMENTATION, seeded())
    torch.testing.assert_close(found, given, atol=1e-5, rtol=0)


def test_turned_and_mirrored_in_all_eight_ways_and_the_same_in_all_inputs():
    given, other = images(64, bands=1), images(64, bands=1)
    found, also = views([given, other], replace(NO_AUGMENTATION, flips=True), seeded())
    torch.testing.assert_close(found, also)
    ways = {}
    for image, view in zip(given[:, 0, 0], found[:, 0, 0]):
        each = [x.rot90(k) for x in (image, image.flip(1)) for k in range(4)]
        number = [i for i, x in enumerate(each) if torch.allclose(x, view, atol=1e-4)]
        assert len(number) == 1
        ways[number[0]] = ways.get(number[0], 0) + 1
    assert len(ways) == 8


def test_a_crop_has_at_least_the_side_that_zoom_says_and_lies_inside():
    rows = torch.arange(32.0).expand(1, 1, 1, 32, 32).transpose(3, 4)
    (found,) = views([rows.expand(200, -1, -1, -1, -1) + 1], replace(NO_AUGMENTATION, zoom=2.0), seeded())
    down = found[:, 0, 0, :, 0] - 1
    spans = down[:, -1] - down[:, 0]
    assert down.min() >= 0 and down.max() <= 31 and spans.min() > 14 and spans.max() > 29
    assert down[:, 0].max() > 10  # not always from the same corner


def test_bands_differ_in_brightness_by_the_strengths_and_decibels_have_no_gain():
    given = torch.ones(200, 1, 2, 4, 4)
    how = replace(NO_AUGMENTATION, gain=0.5)
    (found,) = views([given], how, seeded())
    factors = found[..., 0, 0].flatten(1).log()
    assert factors.abs().max() <= 0.5 and factors.std(0).min() > 0.2
    assert torch.corrcoef(factors.T)[0, 1].abs() < 0.2
    item = Input("s1", (Band("vv"), Band("vh")), scaling=Scaling(decibel=True))
    torch.testing.assert_close(views([given], how, seeded(), [item])[0], given)
    (found,) = views([given], replace(NO_AUGMENTATION, offset=0.2), seeded())
    shifts = found[..., 0, 0].flatten(1) - 1
    assert shifts.abs().max() <= 0.4 and 0.3 < torch.corrcoef(shifts.T)[0, 1] < 0.7  # half of it is the whole's


def test_invalid_pixels_stay_zero_and_no_others():
    given = images(side=32).abs() + 1
    given[..., :16] = 0
    (found,) = views([given], VIEWS["strong"], seeded())
    zero = found == 0
    assert (zero == zero[:, :1, :1]).all() and 0.2 < zero.float().mean() < 0.8


def test_larger_views_and_the_same_seed():
    (found,) = views([images()], VIEWS["standard"], seeded(3), side=24)
    (again,) = views([images()], VIEWS["standard"], seeded(3), side=24)
    (other,) = views([images()], VIEWS["standard"], seeded(4), side=24)
    assert found.shape == (6, 1, 2, 24, 24) and torch.equal(found, again) and not torch.allclose(found, other)


@pytest.mark.parametrize("name", VIEWS)
def test_every_kind_of_view_varies(name):
    a, b = (views([images()], VIEWS[name], seeded(seed))[0] for seed in (1, 2))
    assert not torch.allclose(a, b, atol=0.1)
