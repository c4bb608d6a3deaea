"""SegNet: Badrinarayanan, Kendall, Cipolla (IEEE TPAMI 2017), doi:10.1109/TPAMI.2016.2644615."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from .layers.unpool import max_pool, unpool
from .stages import Flow
from .vgg import STAGES, WIDTHS, vgg_features

LAYERS = STAGES[16]  # convolutions of each stage


class PoolingEncoder(nn.Module):
    """The convolutions of VGG16 with batch norm, under that network's own names, keeping where the maxima stood.

    forward: (N, C, H, W) -> (N, widths[-1], H / 32, W / 32) and, for each pooling, the places and the map pooled.
    """

    flow = Flow(encoder=(r"features\.(\d+)",))

    def __init__(self, channels: int, widths: Sequence[int]):
        super().__init__()
        self.features = vgg_features(channels, 16, batch_norm=True, widths=widths)

    def forward(self, x: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        pooled = []
        for module in self.features:
            if isinstance(module, nn.MaxPool2d):
                before = x
                x, places = max_pool(before)
                pooled.append((places, before))
            else:
                x = module(x)
        return x, pooled


def decoder_stage(width: int, above: int, count: int) -> list[nn.Module]:
    """``count`` 3x3 convolutions, the last to ``above`` channels, each with batch norm and ReLU."""
    layers: list[nn.Module] = []
    for channels in (*[width] * (count - 1), above):
        layers += [nn.Conv2d(width, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
    return layers


class SegNet(nn.Module):
    """VGG16 and its mirror, which puts each value back where its maximum came from; dates and inputs stacked as bands.

    The encoder is VGG16's with batch norm, ``widths`` its stages' maps: the entries ``features.*`` of that network's
    published weights load under ``encoder.features.*``. The last of the decoder's 13 convolutions gives the classes.

    As in the paper.

    forward: (N, T, C, H, W) an input -> (N, classes, H, W); H and W multiples of 32.
    """

    flow = Flow(("encoder",), (r"decoder\.(?P<last_first>\d+)",), (r"decoder\.0\.3",))

    def __init__(self, inputs: Mapping[str, tuple[int, int]], classes: int, widths: Sequence[int] = WIDTHS):
        super().__init__()
        self.encoder = PoolingEncoder(sum(dates * bands for dates, bands in inputs.values()), widths)
        stages = [decoder_stage(width, above, count) for width, above, count in zip(widths, (classes, *widths), LAYERS)]
        stages[0] = stages[0][:-2]  # logits: neither batch norm nor ReLU behind the last convolution
        self.decoder = nn.ModuleList(nn.Sequential(*stage) for stage in stages)  # the finest first

    def forward(self, *inputs: Tensor) -> Tensor:
        x, pooled = self.encoder(torch.cat([x.flatten(1, 2) for x in inputs], 1))
        for i in reversed(range(len(pooled))):
            x = self.decoder[i](unpool(x, *pooled[i]))
        return x
