"""Inverted residual blocks with depthwise convolutions, the body that they make, and its maps at each resolution."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F


class SameConv2d(nn.Conv2d):
    """A strided convolution whose padding is that of TensorFlow's "same" for even sides: the odd row and column last.

    forward: (N, C, H, W), H and W even -> (N, channels, H / 2, W / 2).
    """

    def forward(self, x: Tensor) -> Tensor:
        whole = self.kernel_size[0] - self.stride[0]
        before, after = whole // 2, whole - whole // 2
        return super().forward(F.pad(x, (before, after, before, after)))


class ConvNorm(nn.Sequential):
    """A convolution without bias, batch norm and, if asked for, an activation; ``halves``: it has stride 2.

    ``same``: padding as in TensorFlow (see ``SameConv2d``), which differs where it has a stride.
    forward: (N, C, H, W) -> (N, width, H / stride, W / stride).
    """

    def __init__(
        self,
        channels: int,
        width: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: type[nn.Module] | None = None,
        eps: float = 1e-5,
        momentum: float = 0.1,
        same: bool = False,
    ):
        own = same and stride > 1
        conv = SameConv2d if own else nn.Conv2d
        layers: list[nn.Module] = [
            conv(channels, width, kernel, stride, 0 if own else kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(width, eps, momentum),
        ]
        super().__init__(*layers, *([activation(inplace=True)] if activation else []))
        self.width, self.halves = width, stride == 2


class SqueezeExcitation(nn.Module):
    """Channels weighted by the mean of all: Hu, Shen, Sun (CVPR 2018), doi:10.1109/CVPR.2018.00745, hard sigmoid.

    forward: (N, channels, H, W), same.
    """

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * F.hardsigmoid(weights)


class InvertedResidual(nn.Module):
    """Expands to ``expanded`` channels, convolves each of them, projects to ``width``; added to its input if it fits.

    Sandler, Howard, Zhu, Zhmoginov, Chen (CVPR 2018), doi:10.1109/CVPR.2018.00474. ``squeezed``: channels of its
    squeeze-and-excitation; 0: none. ``norm``: further arguments of each ``ConvNorm``.
    forward: (N, channels, H, W) -> (N, width, H / stride, W / stride).
    """

    def __init__(
        self,
        channels: int,
        width: int,
        expanded: int,
        kernel: int,
        stride: int,
        activation: type[nn.Module],
        squeezed: int = 0,
        **norm: Any,
    ):
        super().__init__()
        expand = [ConvNorm(channels, expanded, 1, activation=activation, **norm)] if expanded != channels else []
        squeeze = [SqueezeExcitation(expanded, squeezed)] if squeezed else []
        depthwise = ConvNorm(expanded, expanded, kernel, stride, expanded, activation, **norm)
        self.block = nn.Sequential(*expand, depthwise, *squeeze, ConvNorm(expanded, width, 1, **norm))
        self.width, self.halves = width, stride == 2
        self.adds = stride == 1 and channels == width

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.adds else self.block(x)


def stage_widths(features: Iterable[nn.Module]) -> tuple[int, ...]:
    """The channels of the maps that ``stage_maps`` gives."""
    layers = list(features)
    before = [layers[i - 1].width for i in range(1, len(layers)) if layers[i].halves]
    return (*before, layers[-1].width)


def stage_maps(features: Iterable[nn.Module], x: Tensor) -> list[Tensor]:
    """The map before each layer but the first that halves the resolution, and the last map: strides 2, 4, 8, …"""
    maps: list[Tensor] = []
    for number, layer in enumerate(features):
        if number and layer.halves:
            maps.append(x)
        x = layer(x)
    return [*maps, x]


def initial_weights(network: nn.Module) -> None:
    """Convolutions after He et al. (doi:10.1109/ICCV.2015.123) by their fan-out, linear layers small."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)


def rounded(channels: float, multiple: int = 8) -> int:
    """The nearest multiple, at least one, and not less than nine tenths of the number."""
    nearest = max(multiple, int(channels + multiple / 2) // multiple * multiple)
    return nearest + multiple if nearest < 0.9 * channels else nearest
