"""LeNet-5: LeCun, Bottou, Bengio, Haffner (Proceedings of the IEEE 1998), doi:10.1109/5.726791."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .stages import Flow

KERNEL, POOL = 5, 2
SMALLEST = 16  # pixels: at this size C5 sees one pixel


class ScaledTanh(nn.Module):
    """The paper's 1.7159 tanh(2x/3): it maps -1 and 1 to themselves."""

    def forward(self, x: Tensor) -> Tensor:
        return 1.7159 * torch.tanh(x * (2 / 3))


class LeNet5(nn.Module):
    """LeNet-5 over all dates and inputs stacked as bands: 61,706 parameters with 1 band and 10 classes.

    The layers are the paper's C1, S2, C3, S4, C5, F6 and the output; convolutions of 5x5, average pooling, the
    paper's scaled tanh. ``size`` is the side of the images; C5 covers what is left of it, 5x5 at the paper's 32.

    Differs from the paper: every map of C3 sees every map of S2, where the paper's table connects 60 of the 96 pairs.
    Differs from the paper: pooling has no trained factor and bias, and no activation of its own.
    Differs from the paper: the output is linear (logits for a cross-entropy), not Euclidean distances to drawn digits.
    Differs from the paper: initial weights lie within 1 / sqrt(fan-in), not 2.4 / fan-in; ``size`` and ``widths`` vary.

    ``widths`` are the maps of C1 and C3 and the units of C5 and F6. ModelError when ``size`` is below 16.
    forward: (N, T, C, size, size) an input -> (N, classes).
    """

    flow = Flow(encoder=(r"features\.(\d+)", "classifier"), head=(r"classifier\.2",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        size: int = 32,
        widths: Sequence[int] = (6, 16, 120, 84),
    ):
        super().__init__()
        if size < SMALLEST:
            raise ModelError(f"LeNet-5 takes images of at least {SMALLEST} pixels a side, and size is {size}.")
        channels = sum(dates * bands for dates, bands in inputs.values())
        c1, c3, c5, f6 = widths
        self.features = nn.Sequential(
            nn.Conv2d(channels, c1, KERNEL),
            ScaledTanh(),
            nn.AvgPool2d(POOL),
            nn.Conv2d(c1, c3, KERNEL),
            ScaledTanh(),
            nn.AvgPool2d(POOL),
            nn.Conv2d(c3, c5, _left_over(_left_over(size))),
            ScaledTanh(),
        )
        self.classifier = nn.Sequential(nn.Linear(c5, f6), ScaledTanh(), nn.Linear(f6, classes))

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, size, size)
        return self.classifier(self.features(stacked).flatten(1))  # C5 leaves one pixel


def _left_over(side: int) -> int:
    """The side of the map after a convolution and the pooling behind it."""
    return (side - KERNEL + 1) // POOL
