"""First weights keep the scale of what passes through ReLUs."""

import torch
from torch import nn

from rsdl_qgis.engine.networks.layers.initialisation import keep_scale


def deep(kernel=3, maps=32):
    layers = [layer for _ in range(12) for layer in (nn.Conv2d(maps, maps, kernel, padding="same"), nn.ReLU())]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(maps * 64, 5))


def rms(x):
    return x.square().mean().sqrt().item()


def test_scale_is_kept_through_twelve_layers_which_torch_s_own_weights_do_not():
    torch.manual_seed(0)
    network, x = deep(), torch.randn(4, 32, 8, 8).abs()
    assert rms(network[:-2](x)) < 0.05 * rms(x)
    keep_scale(network)
    assert 0.2 * rms(x) < rms(network[:-2](x)) < 5 * rms(x)


def test_biases_are_zero_and_the_last_layer_is_left_as_it_was():
    torch.manual_seed(0)
    network = deep()
    last = network[-1].weight.detach().clone(), network[-1].bias.detach().clone()
    keep_scale(network)
    assert all(not layer.bias.any() for layer in network if isinstance(layer, nn.Conv2d))
    assert torch.equal(network[-1].weight, last[0]) and torch.equal(network[-1].bias, last[1])
