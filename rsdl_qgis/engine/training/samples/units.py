"""Standardisation of regression targets: the network is trained on standardised numbers, the model outputs units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import ModelError
from ..start.freezing import stages_of

FLAT = 1e-12  # relative standard deviation below which labels count as constant


@dataclass(frozen=True)
class Units:
    """Mean, standard deviation, least and largest of the training numbers."""

    mean: float
    std: float
    low: float
    high: float

    def standard(self, numbers: Tensor) -> Tensor:
        """The standardised numbers."""
        return (numbers - self.mean) / self.std

    @property
    def inverse(self) -> Units:
        """The units that ``fold`` needs to undo these."""
        return Units(-self.mean / self.std, 1 / self.std, 0.0, 1.0)


class InUnits(nn.Module):
    """A network trained on standardised numbers, with its output in the original units."""

    def __init__(self, network: nn.Module, units: Units):
        super().__init__()
        self.network, self.units = network, units

    def forward(self, *inputs: Tensor) -> Tensor:
        numbers: Tensor = self.network(*inputs) * self.units.std + self.units.mean
        return numbers


def units_of(samples: Any) -> Units:
    """The units of the samples' labels (H, W), NaN where unknown; read one by one."""
    count, total, square, low, high = 0, 0.0, 0.0, float("inf"), float("-inf")
    for index in range(len(samples)):
        label = samples.label(index).double()
        known = label[~label.isnan()]
        if known.numel():
            count, total = count + known.numel(), total + float(known.sum())
            square += float(known.square().sum())
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    mean = total / count
    std = max(square / count - mean**2, 0.0) ** 0.5
    return Units(mean, std if std > FLAT * max(abs(mean), 1.0) else 1.0, low, high)


@torch.no_grad()
def fold(network: nn.Module, units: Units) -> None:
    """Rescale the last layers of a network of one output channel so that its output has the original units.

    ModelError where the head does not end in layers with a bias.
    """
    last = _last_layers(network)
    if not last:
        raise ModelError("The network's head does not end in a layer with a bias, so it cannot be used for regression.")
    for layer in last:
        layer.weight.mul_(units.std)
        layer.bias.mul_(units.std).add_(units.mean)


def _last_layers(network: nn.Module) -> Sequence[Any]:
    """The head's last layers, of one output channel and with a bias; several where there are auxiliary outputs.

    A linear layer that is the whole head gives the pixels of a patch.
    """
    modules = dict(network.named_modules())
    owners = dict.fromkeys(name.rpartition(".")[0] for stage in stages_of(network)[-1:] for name in stage.parameters)
    layers = [modules[name] for name in owners]
    if len(layers) == 1 and isinstance(layers[0], nn.Linear):
        return layers
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Conv3d, nn.ConvTranspose3d)
    return [x for x in layers if isinstance(x, kinds) and x.out_channels == 1 and x.bias is not None]
