"""Layout: 2D convolutions get channels last but for networks that would crash in it, 3D ones are left as they are."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.memory_format import channels_last


def test_2d_convolutions_get_channels_last_and_3d_ones_stay():
    network = nn.Sequential(nn.Conv3d(2, 3, 3), nn.Conv2d(4, 5, 3), nn.ConvTranspose2d(5, 2, 2))
    before = [weight.clone() for weight in network.parameters()]
    assert channels_last(network) is network
    assert all(network[i].weight.is_contiguous(memory_format=torch.channels_last) for i in (1, 2))
    assert not network[1].weight.is_contiguous()
    assert network[0].weight.is_contiguous()
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters()))


def in_order(network):
    """Whether the wide convolutions of a network are in channels-last order."""
    found = [p for p in network.parameters() if p.ndim == 4 and min(p.shape) > 1]
    return all(p.is_contiguous(memory_format=torch.channels_last) for p in found)


@pytest.mark.parametrize(("width", "last"), [(64, True), (16, True), (8, False)])
def test_strided_convolutions_of_few_channels_keep_the_usual_order(width, last):
    network = channels_last(build_network("resnet18", {"image": (1, 3)}, 2, width=width))
    assert in_order(network) == last


@pytest.mark.parametrize("network", ["unet", "faster-rcnn", "mobilenet-v2", "yolo-n", "siamese-resnet50"])
def test_the_usual_networks_are_in_channels_last_order(network):
    dates = 2 if network.startswith("siamese") else 1
    assert in_order(channels_last(build_network(network, {"image": (dates, 3)}, 2)))


def test_a_narrow_network_takes_batches_of_any_size():
    network = channels_last(build_network("resnet18", {"image": (1, 3)}, 2, width=8)).train()
    threads = torch.get_num_threads()
    torch.set_num_threads(2)  # with one oneDNN does not write beyond its memory
    try:
        for count in range(2, 44, 3):
            network(torch.randn(count, 1, 3, 64, 64)).square().mean().backward()
    finally:
        torch.set_num_threads(threads)
    assert all(p.grad is None or p.grad.isfinite().all() for p in network.parameters())
