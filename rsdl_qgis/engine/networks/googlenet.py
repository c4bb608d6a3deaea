"""GoogLeNet: Szegedy, Liu, Jia, et al. (CVPR 2015), doi:10.1109/CVPR.2015.7298594."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers.initialisation import keep_scale
from .stages import Flow

AUXILIARY_CELLS = 4  # an auxiliary head sees 4x4 places


def convolution(channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the size, up to its stride, with batch norm and ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
            bn=nn.BatchNorm2d(channels_out, eps=0.001),
            relu=nn.ReLU(inplace=True),
        )
    )


class Inception(nn.Module):
    """Four branches side by side: 1x1; 1x1 then 3x3; again 1x1 then 3x3, for the paper's 5x5; 3x3 max pooling then 1x1.

    The numbers of maps stand as in the paper's table 1. forward: (N, channels, H, W) -> (N, ``self.channels``, H, W).
    """

    def __init__(self, channels: int, one: int, reduce3: int, three: int, reduce5: int, five: int, pooled: int):
        super().__init__()
        self.channels = one + three + five + pooled
        self.branch1 = convolution(channels, one, 1)
        self.branch2 = nn.Sequential(convolution(channels, reduce3, 1), convolution(reduce3, three, 3))
        self.branch3 = nn.Sequential(convolution(channels, reduce5, 1), convolution(reduce5, five, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), convolution(channels, pooled, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class AuxiliaryHead(nn.Module):
    """A small classifier on a map inside the network. forward: (N, channels, H, W) -> (N, classes)."""

    def __init__(self, channels: int, maps: int, hidden: int, classes: int, dropout: float):
        super().__init__()
        self.conv = convolution(channels, maps, 1)
        self.fc1 = nn.Linear(maps * AUXILIARY_CELLS**2, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(F.adaptive_avg_pool2d(x, AUXILIARY_CELLS))
        return self.fc2(self.dropout(F.relu(self.fc1(x.flatten(1)))))


class GoogLeNet(nn.Module):
    """GoogLeNet over all dates and inputs stacked as bands; 13,004,888 parameters with 3 bands and 1000 classes.

    Parameters are named as in torchvision, so that its published weights load, auxiliary heads and all. Those weights
    expect RGB in 0..1 as (x - 0.5) / 0.5, not with ImageNet's mean and deviation: what torchvision does inside its
    network (``transform_input``) belongs here to the scaling in the model's card: mean 0.5, deviation 0.5 a band.

    Differs from the paper: the 5x5 branch convolves 3x3, as in the published weights.
    Differs from the paper: batch norm behind each convolution, and no local response normalisation.
    Differs from the paper: the last pooling between blocks is 2x2, not 3x3.
    Differs from the paper: images of any size, the auxiliary heads average to the 4x4 places they have at 224.

    ``width`` multiplies the maps of every layer. forward: (N, T, C, H, W) an input -> (N, classes); H and W at least
    32. In training mode it gives ``(logits, logits after block 4a, logits after block 4d)``; the latter two weigh
    ``auxiliary_weight`` each in the loss.
    """

    flow = Flow(encoder=(r"conv(\d)", r"inception(\d)."), head=("aux1|aux2|fc",))
    auxiliary_weight = 0.3

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        width: float = 1.0,
        dropout: float = 0.4,
        auxiliary_dropout: float = 0.7,
    ):
        super().__init__()
        bands = sum(dates * channels for dates, channels in inputs.values())
        maps = partial(_scaled, width)
        stem1, stem2, stem3 = maps(64, 64, 192)
        self.conv1 = convolution(bands, stem1, 7, 2)
        self.conv2 = convolution(stem1, stem2, 1)
        self.conv3 = convolution(stem2, stem3, 3)
        self.inception3a = Inception(stem3, *maps(64, 96, 128, 16, 32, 32))
        self.inception3b = Inception(self.inception3a.channels, *maps(128, 128, 192, 32, 96, 64))
        self.inception4a = Inception(self.inception3b.channels, *maps(192, 96, 208, 16, 48, 64))
        self.inception4b = Inception(self.inception4a.channels, *maps(160, 112, 224, 24, 64, 64))
        self.inception4c = Inception(self.inception4b.channels, *maps(128, 128, 256, 24, 64, 64))
        self.inception4d = Inception(self.inception4c.channels, *maps(112, 144, 288, 32, 64, 64))
        self.inception4e = Inception(self.inception4d.channels, *maps(256, 160, 320, 32, 128, 128))
        self.inception5a = Inception(self.inception4e.channels, *maps(256, 160, 320, 32, 128, 128))
        self.inception5b = Inception(self.inception5a.channels, *maps(384, 192, 384, 48, 128, 128))
        head, hidden = maps(128, 1024)
        self.aux1 = AuxiliaryHead(self.inception4a.channels, head, hidden, classes, auxiliary_dropout)
        self.aux2 = AuxiliaryHead(self.inception4d.channels, head, hidden, classes, auxiliary_dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(self.inception5b.channels, classes)
        keep_scale(self)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        x = _halved(self.conv1(stacked))
        x = _halved(self.conv3(self.conv2(x)))
        x = _halved(self.inception3b(self.inception3a(x)))
        after_4a = self.inception4a(x)
        after_4d = self.inception4d(self.inception4c(self.inception4b(after_4a)))
        x = _halved(self.inception4e(after_4d), kernel=2)
        x = self.inception5b(self.inception5a(x))
        logits = self.fc(self.dropout(x.mean((2, 3))))
        return (logits, self.aux1(after_4a), self.aux2(after_4d)) if self.training else logits


def _scaled(width: float, *maps: int) -> list[int]:
    return [max(1, round(width * count)) for count in maps]


def _halved(x: Tensor, kernel: int = 3) -> Tensor:
    """Max pooling with stride 2; a window over the edge counts, so that 7 becomes 4 with 2x2, not 3."""
    return F.max_pool2d(x, kernel, 2, ceil_mode=True)
