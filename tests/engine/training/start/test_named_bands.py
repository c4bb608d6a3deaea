"""A start from a network with layers for named bands: its further bands go by name, too."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.start.transfer import take_over

DATES = {"presto": ("2020-03-01", "2020-04-01"), "galileo-nano": ("2020-07-01",)}


def network(name, bands):
    return build_network(name, {"image": (len(DATES[name]), len(bands))}, 2, bands=list(bands))


def further(built):
    names = ("encoder.other_embed.weight", "encoder.other_embed.proj.weight")
    return next(value for key, value in built.state_dict().items() if key in names)


@pytest.mark.parametrize("name", list(DATES))
@pytest.mark.parametrize(
    ("before", "after", "origins"),
    [
        (("NDVI", "EVI", "MIR"), ("NDVI", "MIR", "EVI"), [1, 0]),
        (("NDVI", "EVI", "MIR"), ("EVI", "NDVI"), [0]),
        (("NDVI", "EVI"), ("NDVI", "EVI", "MIR"), [0, 0]),
    ],
)
def test_further_bands_are_matched_by_name(name, before, after, origins):
    old, new = network(name, before), network(name, after)
    inputs = [[Input("image", tuple(map(Band, bands)), DATES[name])] for bands in (before, after)]
    take_over(new, old.state_dict(), *inputs)
    factor = (len(before) - 1) / len(origins)
    assert torch.allclose(further(new), further(old)[:, origins] * factor)
