"""CDNet: its size, and that maxima go back to where they came from."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.networks.cdnet import CDNet


def settled(network, *x):
    """In eval mode, with the batch-norm statistics of ``x``: those of a new network let nothing through."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    network.train()(*x)
    return network.eval()


def test_has_the_papers_size():
    parameters = sum(p.numel() for p in CDNet({"image": (2, 3)}, 2).parameters())
    first, others = 6 * 64 * 49 + 64, 64 * 64 * 49 + 64
    assert parameters == first + 7 * others + 8 * 2 * 64 + (64 + 1) * 2 == 1_425_410  # the paper's 1.4 million


@torch.inference_mode()
def test_values_return_to_where_the_maxima_stood():
    """One block whose convolutions hand on the second date: what is left is each 2x2 window's largest value."""
    network = CDNet({"image": (2, 1)}, 1, width=1, blocks=1, kernel=1).eval()
    for convolution in (network.contract[0][0], network.expand[0][0], network.head):
        nn.init.ones_(convolution.weight)
        nn.init.zeros_(convolution.bias)
    network.contract[0][0].weight[:, 0] = 0
    x = torch.rand(2, 2, 1, 8, 6, generator=torch.Generator().manual_seed(0))

    after = x[:, 1]
    largest = after.unflatten(2, (4, 2)).unflatten(4, (3, 2)).amax((3, 5))
    kept = after == largest.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(network(x), torch.where(kept, after, 0), rtol=1e-4, atol=0)


@pytest.mark.parametrize("size", [(16, 16), (32, 48), (17, 31)])
@torch.inference_mode()
def test_the_map_is_as_large_as_the_images(size):
    torch.manual_seed(0)
    network = CDNet({"s1": (2, 1), "s2": (2, 2)}, 4, width=4, kernel=3).eval()
    x = torch.randn(2, 2, 3, *size)
    logits = network(x[:, :, :1], x[:, :, 1:])

    assert logits.shape == (2, 4, *size) and logits.isfinite().all()
    for date in (0, 1):
        for band in range(3):
            changed = x.clone()
            changed[:, date, band] += 1
            assert not torch.allclose(network(changed[:, :, :1], changed[:, :, 1:]), logits)


@torch.inference_mode()
def test_four_blocks_reach_as_far_as_their_pooling():
    torch.manual_seed(0)
    x = torch.rand(1, 2, 1, 64, 64)
    network = settled(CDNet({"image": (2, 1)}, 2, width=8, kernel=1), x)
    changed = x.clone()
    changed[..., 17, 17] = 9
    moved = (network(x) - network(changed)).abs().amax((0, 1))

    inside = moved[16:32, 16:32].clone()
    moved[16:32, 16:32] = 0
    assert inside.max() > 0 and moved.max() == 0  # one window of 16 pixels, and nothing beyond
