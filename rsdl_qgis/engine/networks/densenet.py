"""DenseNet: Huang, Liu, van der Maaten, Weinberger (CVPR 2017), doi:10.1109/CVPR.2017.243."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .stages import Flow


class DenseLayer(nn.Module):
    """Adds ``growth`` channels, made by a 1x1 convolution to ``squeeze * growth`` channels and a 3x3 one.

    forward: (N, channels, H, W) -> (N, channels + growth, H, W), the given channels first.
    """

    def __init__(self, channels: int, growth: int, squeeze: int):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, squeeze * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(squeeze * growth)
        self.conv2 = nn.Conv2d(squeeze * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        new = self.conv1(F.relu(self.norm1(x), inplace=True))
        new = self.conv2(F.relu(self.norm2(new), inplace=True))
        return torch.cat([x, new], 1)


class Transition(nn.Module):
    """Between two blocks: half the channels, half the resolution.

    forward: (N, channels, H, W) -> the given map normalised, as large, and (N, channels / 2, H / 2, W / 2).
    """

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.norm(x), inplace=True)
        return x, F.avg_pool2d(self.conv(x), 2)


BLOCKS: dict[int, tuple[int, int, int, int]] = {  # layers of each block, by depth
    121: (6, 12, 24, 16),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
}


class DenseNet(nn.Module):
    """DenseNet over all dates and inputs stacked as bands: in a block every layer sees the maps of all before it.

    Huang, Liu, van der Maaten, Weinberger (CVPR 2017), doi:10.1109/CVPR.2017.243. It is the paper's DenseNet-BC:
    bottleneck layers, transitions halve the channels, the first convolution has twice the ``growth``. Parameters are
    named as torchvision names them; its published files need ``published_names`` first. ``depth`` is a key of
    ``BLOCKS``; ``blocks`` gives the layers of the four blocks instead. Without classes (0) it is a body: ``forward``
    gives the pooled features (N, stage_widths[-1]), and no parameter is left unused.

    As in the paper.

    forward: (N, T, C, H, W) an input -> (N, classes); any H and W from 32 on.
    ModelError when there is no such depth.
    """

    flow = Flow(encoder=(r"features\.(?:conv|norm|denseblock|transition)(\d+)",), head=("classifier",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        depth: int = 121,
        growth: int = 32,
        squeeze: int = 4,
        blocks: Sequence[int] | None = None,
    ):
        super().__init__()
        if blocks is None and depth not in BLOCKS:
            raise ModelError(f"There is no DenseNet-{depth}.", f"Choose one of: {', '.join(map(str, BLOCKS))}.")
        channels = 2 * growth
        widths = [channels]
        self.features = nn.Sequential()
        bands = sum(dates * bands for dates, bands in inputs.values())
        self.features.add_module("conv0", nn.Conv2d(bands, channels, 7, 2, 3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(channels))
        for number, count in enumerate(BLOCKS[depth] if blocks is None else blocks, 1):
            if number > 1:
                self.features.add_module(f"transition{number - 1}", Transition(channels))
                channels //= 2
            self.features.add_module(f"denseblock{number}", _block(channels, growth, squeeze, count))
            channels += count * growth
            widths.append(channels)
        self.features.add_module(f"norm{len(widths)}", nn.BatchNorm2d(channels))
        self.stage_widths = tuple(widths)
        self.classifier = nn.Linear(channels, classes) if classes else nn.Identity()
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels, each normalised and not negative."""
        maps = []
        for name, module in self.features.named_children():
            if name.startswith("transition"):
                skip, x = module(x)
                maps.append(skip)
            else:
                x = module(x)
            if name == "norm0":
                x = F.relu(x, inplace=True)
                maps.append(x)
                x = F.max_pool2d(x, 3, 2, 1)
        return [*maps, F.relu(x, inplace=True)]

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.stages(stacked)[-1].mean((2, 3)))


def _block(channels: int, growth: int, squeeze: int, count: int) -> nn.Sequential:
    block = nn.Sequential()
    for i in range(count):
        block.add_module(f"denselayer{i + 1}", DenseLayer(channels + i * growth, growth, squeeze))
    return block


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the old names of torchvision's published files (``norm.1``, ``conv.2``) as they are here."""
    return {re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name): value for name, value in state.items()}
