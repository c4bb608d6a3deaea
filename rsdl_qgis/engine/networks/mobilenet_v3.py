"""MobileNetV3: Howard, Sandler, Chu et al. (ICCV 2019), doi:10.1109/ICCV.2019.00140."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.inverted_residual import ConvNorm, InvertedResidual, initial_weights, rounded, stage_maps, stage_widths
from .stages import Flow

STEM = 16
LARGE = (  # kernel, expanded, channels, squeeze-and-excitation, hard swish, stride: table 1 of the paper
    (3, 16, 16, False, False, 1),
    (3, 64, 24, False, False, 2),
    (3, 72, 24, False, False, 1),
    (5, 72, 40, True, False, 2),
    (5, 120, 40, True, False, 1),
    (5, 120, 40, True, False, 1),
    (3, 240, 80, False, True, 2),
    (3, 200, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 480, 112, True, True, 1),
    (3, 672, 112, True, True, 1),
    (5, 672, 160, True, True, 2),
    (5, 960, 160, True, True, 1),
    (5, 960, 160, True, True, 1),
)
SMALL = (  # table 2
    (3, 16, 16, True, False, 2),
    (3, 72, 24, False, False, 2),
    (3, 88, 24, False, False, 1),
    (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1),
    (5, 240, 40, True, True, 1),
    (5, 120, 48, True, True, 1),
    (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, 2),
    (5, 576, 96, True, True, 1),
    (5, 576, 96, True, True, 1),
)
VARIANTS = {"large": (LARGE, 1280), "small": (SMALL, 1024)}  # blocks, channels of the hidden layer of the head


class MobileNetV3(nn.Module):
    """MobileNetV3 over all dates and inputs stacked as bands: inverted residual blocks, their mean, two layers.

    Howard, Sandler, Chu et al. (ICCV 2019), doi:10.1109/ICCV.2019.00140. ``variant`` is a key of ``VARIANTS``;
    ``width`` is the factor of all channels. Parameters are named as torchvision names them. Without classes (0) it is a
    body: ``forward`` gives the pooled features (N, stage_widths[-1]), and no parameter is left unused.

    Differs from the paper: the hidden layer of the head acts on the mean without a convolution, which is the same.

    forward: (N, T, C, H, W) an input -> (N, classes); H and W at least 32, as part of others multiples of 32.
    ModelError when there is no such variant.
    """

    flow = Flow(encoder=(r"features\.(\d+)",), head=("classifier",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "large",
        width: float = 1.0,
        dropout: float = 0.2,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no MobileNetV3 '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        blocks, hidden = VARIANTS[variant]
        norm: dict[str, Any] = {"eps": 1e-3, "momentum": 0.01}
        channels = rounded(STEM * width)
        bands = sum(dates * bands for dates, bands in inputs.values())
        self.features = nn.Sequential(ConvNorm(bands, channels, 3, 2, activation=nn.Hardswish, **norm))
        for kernel, expanded, base, squeezes, swish, stride in blocks:
            wide, after = rounded(expanded * width), rounded(base * width)
            squeezed = rounded(wide // 4) if squeezes else 0
            activation = nn.Hardswish if swish else nn.ReLU
            self.features.append(InvertedResidual(channels, after, wide, kernel, stride, activation, squeezed, **norm))
            channels = after
        self.features.append(ConvNorm(channels, 6 * channels, 1, activation=nn.Hardswish, **norm))
        self.stage_widths = stage_widths(self.features)
        self.classifier = self._head(rounded(hidden * width), classes, dropout) if classes else nn.Identity()
        initial_weights(self)

    def _head(self, hidden: int, classes: int, dropout: float) -> nn.Sequential:
        first = nn.Linear(self.stage_widths[-1], hidden)
        return nn.Sequential(first, nn.Hardswish(), nn.Dropout(dropout), nn.Linear(hidden, classes))

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels."""
        return stage_maps(self.features, x)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.stages(stacked)[-1].mean((2, 3)))
