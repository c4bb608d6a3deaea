"""Units: numbers are standardised to learn, and the network that is written gives them in their units."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.networks import NETWORKS
from rsdl_qgis.engine.training.samples.units import InUnits, Units, fold, units_of

from ...networks.samples import build, images, sizes

DENSE = [name for name, line in NETWORKS.items() if line.task == "segmentation"]


class Labels(list):
    def label(self, index):
        return self[index]


def test_units_are_those_of_the_known_numbers():
    numbers = Labels([torch.tensor([[1.0, float("nan")]]), torch.tensor([[4.0, 7.0]])])
    units = units_of(numbers)
    assert (units.mean, units.low, units.high) == (4.0, 1.0, 7.0)
    assert units.std == pytest.approx(6**0.5)
    assert units.standard(torch.tensor(4.0)) == 0
    assert units_of(Labels([torch.full((2, 2), 5.0)])).std == 1.0


@pytest.mark.parametrize("name", DENSE)
def test_every_network_of_maps_gives_numbers_in_their_units(name):
    options, height, width = sizes(name)[0]
    inputs = {"image": (2, 2)}
    network = build(name, inputs, 1, **options).eval()
    given, units = images(inputs, 1, height, width), Units(500.0, 80.0, 0.0, 1000.0)
    with torch.inference_mode():
        wanted = InUnits(network, units)(*given)
    fold(network, units)
    with torch.inference_mode():
        assert torch.allclose(network(*given), wanted, rtol=1e-4, atol=1e-2)
    fold(network, units.inverse)
    with torch.inference_mode():
        assert torch.allclose(network(*given) * 80 + 500, wanted, rtol=1e-3, atol=1e-1)
