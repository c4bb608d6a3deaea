"""The memory a network needs, measured: what lives at once, and no more."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.model_memory import SERIES, WORKSPACE, memory_per_pixel

CLASSES = (Class(0, "a", "#000000"), Class(1, "b", "#ffffff"))


def card_of(task="segmentation", **changes):
    image = Input("image", (Band("a"),), ("1", "2", "3") if task == "time-series" else ("image",))
    return ModelCard("it", "It", (image,), CLASSES, task, **{"tiling": Tiling(size=64, multiple=1), **changes})


class Chain(nn.Module):
    """Float maps of 8, 6 and 10 channels, one after another; ``kept`` goes along until the end."""

    def __init__(self, kept=False):
        super().__init__()
        self.kept = kept

    def forward(self, image):
        first = image[:, 0] * torch.ones(8, 1, 1)
        second = first[:, :6] + 1
        if not self.kept:
            first = None
        third = torch.cat([second, second[:, :4]], 1)
        return third if first is None else third[:, :8] + first


def test_it_is_the_most_that_lives_at_once():
    # the image's channel, then 6 + 10; with the first kept 8 + 6 + 10 and the sum's 8
    assert memory_per_pixel(Chain(), card_of()) == pytest.approx(WORKSPACE * 4 * 17, rel=0.02)
    assert memory_per_pixel(Chain(kept=True), card_of()) == pytest.approx(WORKSPACE * 4 * 33, rel=0.02)


def test_it_does_not_depend_on_the_size_nor_touch_the_network():
    network = build_network("unet", {"image": (1, 1)}, 2, widths=(4, 8)).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    small, large = (memory_per_pixel(network, card_of(tiling=Tiling(size=s, multiple=2))) for s in (64, 128))
    assert small == large > 4 * 4 * 2
    assert network.training and all(torch.equal(before[k], v) for k, v in network.state_dict().items())
    twice = build_network("unet", {"image": (1, 1)}, 2, widths=(8, 16))
    assert 1.7 * small < memory_per_pixel(twice, card_of(tiling=Tiling(size=64, multiple=2))) < 2.1 * small


def test_of_a_series_it_is_what_one_pixel_needs():
    class Widen(nn.Module):
        def forward(self, series, valid):
            assert len(series) == SERIES
            return (series * torch.ones(100)).sum(1)

    assert memory_per_pixel(Widen(), card_of("time-series")) == pytest.approx(WORKSPACE * 4 * 400, rel=0.02)
