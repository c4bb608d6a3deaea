"""Low-rank adaptation: what is trained, what stays, and that a merged network is the adapted one."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.start.freezing import stages_of
from rsdl_qgis.engine.training.start.lora import add_lora, merge_lora, merged_state

from ...networks.samples import build, handful

ADAPTABLE = ("resnet18", "vit-small", "unet", "unet-encoder", "siamese-resnet-unet", "faster-rcnn")


def stepped(network, given):
    """A network after a step that moves all that is trained."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.requires_grad:
                parameter.add_(0.02 * torch.randn(parameter.shape))
    return network.eval()


def outputs(network, given):
    with torch.inference_mode():
        found = network(*given)
    return [found] if isinstance(found, torch.Tensor) else [x for x in found if isinstance(x, torch.Tensor)]


@pytest.mark.parametrize("name", ADAPTABLE)
def test_a_merged_network_is_the_adapted_one(name):
    inputs, options, given, _ = handful(name)
    network = build(name, inputs, **options).eval()
    before, plain = copy.deepcopy(network.state_dict()), outputs(network, given)
    trained, frozen = add_lora(network, 2, 4.0)
    assert all(torch.equal(a, b) for a, b in zip(outputs(network, given), plain))
    assert 0 < trained < trained + frozen == sum(p.numel() for p in network.parameters())
    adapted = outputs(stepped(network, given), given)
    assert any(not torch.allclose(a, b, atol=1e-4) for a, b in zip(adapted, plain))
    state = {key: value.clone() for key, value in merged_state(network).items()}
    merge_lora(network)
    assert sorted(state) == sorted(before) == sorted(network.state_dict())
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    for a, b in zip(outputs(network, given), adapted):
        assert torch.allclose(a, b, rtol=1e-5, atol=1e-5)


def test_what_is_frozen_does_not_move_and_what_is_new_is_trained_whole():
    inputs, options, given, _ = handful("unet")
    network = build("unet", inputs, **options)
    stages = stages_of(network)
    new = [stage.name for stage in stages if stage.part == "decoder"]
    add_lora(network, 2, 4.0, new)
    learns = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
    free = {name for stage in stages if stage.part != "encoder" for name in stage.parameters}
    assert free <= learns
    kept = {name: p.detach().clone() for name, p in network.named_parameters() if not p.requires_grad}
    assert any(name.endswith("weight.original") for name in kept) and any("bias" in name for name in kept)
    network(*given).square().mean().backward()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter -= 0.1 * (0 if parameter.grad is None else parameter.grad)
    now = dict(network.named_parameters())
    assert all(torch.equal(now[name], value) for name, value in kept.items())
    assert any(name.endswith(".b") and now[name].abs().sum() > 0 for name in learns)


def test_layers_too_small_for_the_rank_are_trained_whole():
    network = build("resnet18", {"image": (1, 3)}, 2)
    add_lora(network, 10_000, 1.0)
    assert not any("parametrizations" in name for name, _ in network.named_parameters())
    assert network.conv1.weight.requires_grad and not network.bn1.weight.requires_grad


def test_a_network_without_such_layers_is_refused():
    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.head = nn.LSTM(2, 3), nn.Linear(3, 2)

    with pytest.raises(InputError, match="METHOD=lora"):
        add_lora(Plain(), 2, 1.0)
