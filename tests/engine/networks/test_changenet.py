"""ChangeNet: one encoder for both dates, three levels compared, and their sum."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.changenet import ChangeNet, enlarge
from rsdl_qgis.engine.networks.resnet import ResNet


def build(inputs=None, classes=3):
    torch.manual_seed(0)
    return ChangeNet(inputs or {"image": (2, 3)}, classes, depth=18, width=4, features=4).eval()


def pair(n=2, side=64):
    return torch.randn(n, 2, 3, side, side, generator=torch.Generator().manual_seed(0))


def settled(network, *x):
    """In eval mode, with the batch-norm statistics of ``x``: those of a new network let nothing through."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    network.train()(*x)
    return network.eval()


def test_holds_one_resnet_50_and_nothing_of_its_head():
    network = ChangeNet({"image": (2, 3)}, 2)
    body = sum(p.numel() for p in network.encoder.parameters())

    assert isinstance(network.encoder, ResNet)
    assert body == 25_557_032 - 2049 * 1000  # He et al.'s, without the layer of its 1000 classes
    assert sum(p.numel() for p in network.parameters()) - body < 0.25e6


@torch.inference_mode()
def test_the_encoder_sees_each_date_once_with_all_sensors():
    network, seen, x = build({"s1": (2, 1), "s2": (2, 2)}), [], pair()
    network.encoder.conv1.register_forward_hook(lambda _, args, __: seen.append(args[0]))
    network(x[:, :, :1], x[:, :, 1:])

    assert len(seen) == 2 and torch.equal(seen[0], x[:, 0]) and torch.equal(seen[1], x[:, 1])


@torch.inference_mode()
def test_logits_are_the_sum_over_three_levels_each_of_both_dates():
    x = pair()
    network = settled(build(), x)
    parts = []
    for head in network.heads:
        head.register_forward_hook(lambda _, __, out: parts.append(out))
    logits = network(x)

    assert len(parts) == 3
    torch.testing.assert_close(logits, parts[0] + parts[1] + parts[2])
    levels = parts.copy()
    for date in (0, 1):
        parts.clear()
        changed = x.clone()
        changed[:, date] = changed[:, date].flip(3)
        network(changed)
        assert all((a - b).abs().max() > 1e-3 for a, b in zip(levels, parts))


@torch.inference_mode()
def test_levels_are_those_of_strides_8_16_and_32():
    network = build()
    given = []
    for before in network.before:
        before.register_forward_hook(lambda _, args, out: given.append((args[0].shape[2:], out.shape[2:])))
    network(pair())

    assert given == [((side, side), (64, 64)) for side in (8, 4, 2)]


def test_each_enlarging_layer_doubles_the_size():
    layers = enlarge(5, 3, 3)
    assert sum(isinstance(layer, nn.ConvTranspose2d) for layer in layers) == 3
    assert layers(torch.zeros(2, 5, 2, 3)).shape == (2, 3, 16, 24)


def test_there_is_no_such_depth():
    with pytest.raises(ModelError, match="ResNet-7"):
        ChangeNet({"image": (2, 3)}, 2, depth=7)
