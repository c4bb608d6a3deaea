"""A network that works at a coarser resolution than its images."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import CHANGE, SEGMENTATION, build_network, multiple_of_sides

from .samples import build, images, side

MAPPED = [*SEGMENTATION, *CHANGE]


@pytest.mark.parametrize("name", MAPPED)
def test_sees_means_and_enlarges_what_it_gives(name):
    pixels, options = side(name)
    inputs = {"s1": (2, 1), "s2": (2, 3)}
    plain, coarse = (build(name, inputs, **options, **more).eval() for more in ({}, {"coarsen": 2}))
    coarse.load_state_dict(plain.state_dict())  # the same weights by the same names
    given = images(inputs, 2, 2 * pixels, 2 * pixels)
    with torch.no_grad():
        found = coarse(*given)
        means = [x.unflatten(4, (-1, 2)).mean(5).unflatten(3, (-1, 2)).mean(4) for x in given]
        expected = F.interpolate(plain(*means), scale_factor=2, mode="bilinear", align_corners=False)
    assert found.shape == (2, expected.shape[1], 2 * pixels, 2 * pixels)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_auxiliary_heads_are_enlarged_too():
    network = build_network("unetpp-change", {"image": (2, 3)}, 2, widths=(4, 4, 8), coarsen=4).train()
    logits = network(*images({"image": (2, 3)}, 2, 64, 64))
    assert [tuple(x.shape) for x in logits] == [(2, 2, 64, 64)] * 2


@pytest.mark.parametrize(
    ("name", "options", "multiple"),
    [
        ("unet", {}, 16),
        ("unet", {"coarsen": 2}, 32),
        ("unet", {"widths": (4, 8), "stem": 2, "coarsen": 2}, 8),
        ("cdnet", {"coarsen": 3}, 48),
        ("changenet", {"coarsen": 2}, 64),
    ],
)
def test_sides_are_a_multiple_of_the_factor_too(name, options, multiple):
    inputs = {"image": (2, 3)}
    assert multiple_of_sides(name, inputs, options) == multiple
    network = build_network(name, inputs, 2, **options).eval()
    with torch.no_grad():
        assert network(*images(inputs, 1, multiple, multiple)).shape[2:] == (multiple, multiple)
    if "coarsen" in options:
        with pytest.raises(ModelError, match="px"):
            network(*images(inputs, 1, multiple // 2, multiple))


@pytest.mark.parametrize("factor", [0, -2, 1.5, True, "2"])
def test_a_factor_that_is_none(factor):
    with pytest.raises(ModelError, match="whole number"):
        build_network("unet", {"image": (1, 3)}, 2, coarsen=factor)


def test_only_networks_that_make_maps():
    with pytest.raises(ModelError, match="no option 'coarsen'"):
        build_network("resnet18", {"image": (1, 3)}, 2, coarsen=2)
