"""Low-rank adaptation (LoRA): pretrained weights stay frozen, and each learns a change of low rank.

Hu et al. (ICLR 2022), arXiv:2106.09685. A weight W (out, ...) becomes W + alpha / rank * B A, with A (rank, inputs of a
unit) random and B (out, rank) zero at first, so that nothing changes before the first step. Convolutions have the rows
of their flattened kernels. Merged, the network is the one that it was, with other weights.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ...errors import InputError
from .freezing import stages_of

ADAPTED = (nn.Linear, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d)


class LowRank(nn.Module):
    """The change of a weight: ``forward`` adds it."""

    def __init__(self, weight: Tensor, rank: int, alpha: float):
        super().__init__()
        self.a = nn.Parameter(weight.new_empty(rank, weight[0].numel()))
        self.b = nn.Parameter(weight.new_zeros(len(weight), rank))
        self.scale = alpha / rank
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.scale * (self.b @ self.a).reshape(weight.shape)


def add_lora(network: nn.Module, rank: int, alpha: float, new_stages: Collection[str] = ()) -> tuple[int, int]:
    """Adapt the weights before the head; returns the numbers of parameters that are trained and that are frozen.

    Linear layers, attention and convolutions are adapted; those that a change of this rank would make no smaller are
    trained whole; biases and the parameters of norms are frozen, and batch norm goes on to collect its statistics. The
    head and ``new_stages``, the names of stages with random weights, are trained as they are. InputError for a network
    without a layer to adapt.
    """
    places = list(_weights(network, new_stages))
    if not places:
        problem = f"{type(network).__name__} has no layer before its head that METHOD=lora can adapt."
        raise InputError(problem, "Choose METHOD=finetune.")
    kept = {id(getattr(module, name)) for module, name in places}
    for stage in stages_of(network):
        if stage.part != "head" and stage.name not in new_stages:
            for parameter in map(network.get_parameter, stage.parameters):
                parameter.requires_grad_(id(parameter) in kept)
    for module, name in places:
        weight = getattr(module, name)
        if rank * (len(weight) + weight[0].numel()) < weight.numel():
            weight.requires_grad_(False)
            parametrize.register_parametrization(module, name, LowRank(weight, rank, alpha))
    sizes = [(p.numel(), p.requires_grad) for p in network.parameters()]
    trained = sum(size for size, learns in sizes if learns)
    return trained, sum(size for size, _ in sizes) - trained


def merge_lora(network: nn.Module) -> None:
    """Add the changes to the weights, for good."""
    for module, name in _adapted(network):
        parametrize.remove_parametrizations(module, name, leave_parametrized=True)


def merged_state(network: nn.Module) -> dict[str, Tensor]:
    """The ``state_dict`` of a network as it would be merged."""
    state = network.state_dict()
    with torch.no_grad():
        for path, module in network.named_modules():
            for name in _names(module):
                prefix = f"{path}." if path else ""
                own = f"{prefix}parametrizations.{name}."
                state = {key: value for key, value in state.items() if not key.startswith(own)}
                state[prefix + name] = getattr(module, name)
    return state


def _weights(network: nn.Module, new_stages: Collection[str]) -> Iterator[tuple[nn.Module, str]]:
    """The module and the name of each weight that may be adapted."""
    stages = [stage for stage in stages_of(network) if stage.part != "head" and stage.name not in new_stages]
    own = {name for stage in stages for name in stage.parameters}
    for path, module in network.named_modules():
        if isinstance(module, ADAPTED) and f"{path}.weight" in own:
            yield module, "weight"
        if isinstance(module, nn.MultiheadAttention) and f"{path}.in_proj_weight" in own:
            yield module, "in_proj_weight"


def _adapted(network: nn.Module) -> list[tuple[nn.Module, str]]:
    return [(module, name) for module in list(network.modules()) for name in _names(module)]


def _names(module: nn.Module) -> list[str]:
    """The weights of a module that have a change of low rank."""
    found = getattr(module, "parametrizations", None) if parametrize.is_parametrized(module) else None
    return [name for name, changes in found.items() if isinstance(changes[0], LowRank)] if found else []
