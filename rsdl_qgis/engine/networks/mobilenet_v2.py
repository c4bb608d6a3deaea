"""MobileNetV2: Sandler, Howard, Zhu, Zhmoginov, Chen (CVPR 2018), doi:10.1109/CVPR.2018.00474."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .layers.inverted_residual import ConvNorm, InvertedResidual, initial_weights, rounded, stage_maps, stage_widths
from .stages import Flow

STAGES = (  # expansion, channels, blocks, stride: table 2 of the paper
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
STEM, LAST = 32, 1280


class MobileNetV2(nn.Module):
    """MobileNetV2 over all dates and inputs stacked as bands: inverted residual blocks, their mean, one layer.

    Sandler, Howard, Zhu, Zhmoginov, Chen (CVPR 2018), doi:10.1109/CVPR.2018.00474. ``width`` is the factor of the
    channels, below 1 not of the last convolution's. torchvision's files need ``published_names`` first. Without classes
    (0) it is a body: ``forward`` gives the pooled features (N, stage_widths[-1]), and no parameter is left unused.

    Differs from the paper: dropout before the last layer.

    forward: (N, T, C, H, W) an input -> (N, classes); H and W at least 32, as part of others multiples of 32.
    """

    flow = Flow(encoder=(r"features\.(\d+)",), head=("classifier",))

    def __init__(self, inputs: Mapping[str, tuple[int, int]], classes: int, width: float = 1.0, dropout: float = 0.2):
        super().__init__()
        channels = rounded(STEM * width)
        bands = sum(dates * bands for dates, bands in inputs.values())
        self.features = nn.Sequential(ConvNorm(bands, channels, 3, 2, activation=nn.ReLU6))
        for expansion, base, count, stride in STAGES:
            for number in range(count):
                after, step = rounded(base * width), 1 if number else stride
                self.features.append(InvertedResidual(channels, after, channels * expansion, 3, step, nn.ReLU6))
                channels = after
        self.features.append(ConvNorm(channels, rounded(LAST * max(width, 1.0)), 1, activation=nn.ReLU6))
        self.stage_widths = stage_widths(self.features)
        last = self.stage_widths[-1]
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(last, classes)) if classes else nn.Identity()
        initial_weights(self)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels."""
        return stage_maps(self.features, x)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.stages(stacked)[-1].mean((2, 3)))


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with torchvision's names (``features.2.conv.3.weight``) as they are here."""
    return {_place(name): value for name, value in state.items()}


def _place(name: str) -> str:
    found = re.fullmatch(r"features\.(\d+)\.conv\.(\d+)\.(.+)", name)
    if found is None:
        return name
    block, layer, rest = int(found[1]), int(found[2]), found[3]
    project = 1 if block == 1 else 2  # the first block does not expand
    if layer < project:
        return f"features.{block}.block.{layer}.{rest}"
    return f"features.{block}.block.{project}.{layer - project}.{rest}"
