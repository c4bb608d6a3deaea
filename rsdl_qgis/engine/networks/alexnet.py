"""AlexNet on one device: Krizhevsky (2014), arXiv:1404.5997; first in doi:10.1145/3065386."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from .layers.initialisation import keep_scale
from .layers.pooling import AdaptiveAveragePool
from .stages import Flow

CELLS = 6  # the classifier sees 6x6 places


class AlexNet(nn.Module):
    """AlexNet over all dates and inputs stacked as bands: 61,100,840 parameters with 3 bands and 1000 classes.

    Parameters are named as in torchvision, so that its published weights load.

    Differs from the paper: the fourth convolution has 256 maps, not 384, as in the published weights.
    Differs from the paper: no local response normalisation.
    Differs from the paper: images of any size, averaged to 6x6 places before the classifier; 224 is the paper's size.
    Differs from the paper: dropout stands before the two hidden layers, not behind them, as torchvision trained it.
    Differs from the paper: initial weights after He et al. (doi:10.1109/ICCV.2015.123), to learn at any width.

    ``widths`` are the maps of the five convolutions, ``hidden`` the units of the two hidden layers.
    forward: (N, T, C, H, W) an input -> (N, classes); H and W at least 63.
    """

    flow = Flow(encoder=(r"features\.(\d+)", "classifier"), head=(r"classifier\.6",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (64, 192, 384, 256, 256),
        hidden: int = 4096,
        dropout: float = 0.5,
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        first, second, third, fourth, fifth = widths
        self.features = nn.Sequential(
            nn.Conv2d(channels, first, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(first, second, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(second, third, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(third, fourth, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(fourth, fifth, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.pool = AdaptiveAveragePool(CELLS)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(fifth * CELLS**2, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, classes),
        )
        keep_scale(self)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.pool(self.features(stacked)).flatten(1))
