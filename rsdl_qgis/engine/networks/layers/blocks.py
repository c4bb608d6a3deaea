"""The blocks of U-Net-like networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..stages import Flow


def double_conv(channels_in: int, channels_out: int, dropout: float = 0.0) -> nn.Sequential:
    """Two 3x3 convolutions, each with batch norm and ReLU; dropout of whole channels after them if asked for."""
    layers: list[nn.Module] = []
    for channels in (channels_in, channels_out):
        layers += [
            nn.Conv2d(channels, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        ]
    if dropout:
        layers.append(nn.Dropout2d(dropout))
    return nn.Sequential(*layers)


class Encoder(nn.Module):
    """The contracting half: one feature map a level, the finest first.

    ``stem`` 2 starts with a strided 4x4 convolution, so that level 0 lies at half the resolution: a quarter of the
    work. forward: (N, C, H, W) -> list of (N, widths[i], H / stem / 2**i, W / stem / 2**i).
    """

    flow = Flow(encoder=("stem", r"levels\.(\d+)"))

    def __init__(self, channels: int, widths: Sequence[int], stem: int = 1, dropout: float = 0.0):
        super().__init__()
        self.stem = nn.Conv2d(channels, widths[0], 2 * stem, stem, stem // 2) if stem > 1 else nn.Identity()
        first = widths[0] if stem > 1 else channels
        deepest = len(widths) - 1
        self.levels = nn.ModuleList(
            double_conv(before, after, dropout if i == deepest else 0.0)
            for i, (before, after) in enumerate(zip((first, *widths), widths))
        )
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        features = []
        for i, level in enumerate(self.levels):
            x = level(self.pool(x) if i else x)
            features.append(x)
        return features


class Decoder(nn.Module):
    """The expanding half, for the joined features of ``branches`` encoders.

    At each level the upsampled map and the skips of all encoders are concatenated (Ronneberger et al. 2015).
    forward: one list of features an encoder -> (N, classes, H, W) logits.
    """

    flow = Flow(decoder=(r"(?:up|levels)\.(?P<last_first>\d+)",), head=("head",))

    def __init__(self, widths: Sequence[int], branches: int, classes: int, stem: int = 1):
        super().__init__()
        below = (*widths[1:-1], widths[-1] * branches)
        self.up = nn.ModuleList(nn.ConvTranspose2d(deep, width, 2, 2) for width, deep in zip(widths, below))
        self.levels = nn.ModuleList(double_conv(width * (branches + 1), width) for width in widths[:-1])
        self.head = nn.ConvTranspose2d(widths[0], classes, stem, stem) if stem > 1 else nn.Conv2d(widths[0], classes, 1)

    def forward(self, branches: Sequence[Sequence[Tensor]]) -> Tensor:
        x = torch.cat([features[-1] for features in branches], 1)
        for i in reversed(range(len(self.levels))):
            x = self.levels[i](torch.cat([self.up[i](x), *(features[i] for features in branches)], 1))
        return self.head(x)
