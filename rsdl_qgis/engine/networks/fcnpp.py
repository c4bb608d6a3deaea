"""FCN-PP: Lei, Zhang, Lv, Li, Liu, Nandi (IEEE GRSL 2019), doi:10.1109/LGRS.2018.2889307."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers.blocks import Decoder, Encoder
from .layers.pooling import AdaptiveAveragePool
from .stages import Flow


class PyramidPooling(nn.Module):
    """Pyramid pooling: the map and its means over ever coarser grids, mixed by a convolution.

    For each number in ``cells`` the map is averaged over so many by so many parts, brought to a part of the channels
    by a 1x1 convolution, and enlarged again. Batch norm comes after the enlarging, so that it works on one image too.
    forward: (N, channels, H, W) -> the same.
    """

    def __init__(self, channels: int, cells: Sequence[int]):
        super().__init__()
        part = max(1, channels // len(cells))
        self.branches = nn.ModuleList(
            nn.Sequential(AdaptiveAveragePool(count), nn.Conv2d(channels, part, 1, bias=False)) for count in cells
        )
        self.activate = nn.Sequential(nn.BatchNorm2d(part * len(cells)), nn.ReLU(inplace=True))
        self.mix = nn.Sequential(
            nn.Conv2d(channels + part * len(cells), channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        context = [F.interpolate(branch(x), size, mode="bilinear", align_corners=False) for branch in self.branches]
        return self.mix(torch.cat([x, self.activate(torch.cat(context, 1))], 1))


class FCNPP(nn.Module):
    """FCN-PP: a symmetric fully convolutional network over both dates, with pyramid pooling at its deepest map.

    Lei, Zhang, Lv, Li, Liu, Nandi (IEEE GRSL 2019), doi:10.1109/LGRS.2018.2889307. The pyramid lets every pixel see the
    whole image as well as its parts. Both dates and all sensors are stacked as bands.

    Differs from the paper: the network only, without its filtering of the images by morphological reconstruction
    beforehand; the two halves are those of the U-Net of this package, with half its widths, and the pyramid is that of
    Zhao et al. (CVPR 2017, doi:10.1109/CVPR.2017.660), as the authors published no code with its numbers;
    returns logits.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``2 ** (len(widths) - 1)``, so of 16.
    """

    flow = Flow(encoder=("encoder",), decoder=("pyramid", "decoder"))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (32, 64, 128, 256, 512),
        cells: Sequence[int] = (1, 2, 3, 6),
    ):
        super().__init__()
        self.encoder = Encoder(sum(dates * bands for dates, bands in inputs.values()), widths)
        self.pyramid = PyramidPooling(widths[-1], cells)
        self.decoder = Decoder(widths, 1, classes)

    def forward(self, *inputs: Tensor) -> Tensor:
        *skips, deepest = self.encoder(torch.cat([x.flatten(1, 2) for x in inputs], 1))  # (N, sum of 2*C, H, W)
        return self.decoder([[*skips, self.pyramid(deepest)]])
