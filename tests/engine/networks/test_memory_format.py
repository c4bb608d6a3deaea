"""Layout: 2D convolutions get channels last, 3D ones are left as they are."""

from __future__ import annotations

import torch
from torch import nn

from rsdl_qgis.engine.networks.memory_format import channels_last


def test_2d_convolutions_get_channels_last_and_3d_ones_stay():
    network = nn.Sequential(nn.Conv3d(2, 3, 3), nn.Conv2d(4, 5, 3), nn.ConvTranspose2d(5, 2, 2))
    before = [weight.clone() for weight in network.parameters()]
    assert channels_last(network) is network
    assert all(network[i].weight.is_contiguous(memory_format=torch.channels_last) for i in (1, 2))
    assert not network[1].weight.is_contiguous()
    assert network[0].weight.is_contiguous()
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters()))
