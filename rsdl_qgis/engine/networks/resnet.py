"""ResNet: He, Zhang, Ren, Sun (CVPR 2016), doi:10.1109/CVPR.2016.90."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .stages import Flow


def shortcut(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    """The input as it is, or projected by a 1x1 convolution where the block changes its shape."""
    if stride == 1 and channels_in == channels_out:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut. forward: (N, channels, H, W) -> (N, width, H / stride, W / stride)."""

    expansion = 1

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = shortcut(channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        return F.relu(y + self.downsample(x), inplace=True)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside a shortcut; the 3x3 has the stride.

    forward: (N, channels, H, W) -> (N, 4 * width, H / stride, W / stride).
    """

    expansion = 4

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        wide = self.expansion * width
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = shortcut(channels, wide, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        return F.relu(y + self.downsample(x), inplace=True)


DEPTHS: dict[int, tuple[type[BasicBlock | Bottleneck], tuple[int, int, int, int]]] = {
    18: (BasicBlock, (2, 2, 2, 2)),
    34: (BasicBlock, (3, 4, 6, 3)),
    50: (Bottleneck, (3, 4, 6, 3)),
    101: (Bottleneck, (3, 4, 23, 3)),
    152: (Bottleneck, (3, 8, 36, 3)),
}


class ResNet(nn.Module):
    """ResNet over all dates and inputs stacked as bands: four groups of residual blocks, their mean, one layer.

    He, Zhang, Ren, Sun (CVPR 2016), doi:10.1109/CVPR.2016.90. Parameters are named as torchvision publishes them.
    ``depth`` is a key of ``DEPTHS``; ``width`` is that of the first group's 3x3 convolutions. Without classes (0) it
    is a body: ``forward`` gives the pooled features (N, stage_widths[-1]), and no parameter is left unused.

    Differs from the paper: bottlenecks have their stride on the 3x3 convolution instead of the first 1x1, and depths
    18 and 34 project their shortcuts too (the paper's option B), both as torchvision's weights want it.

    forward: (N, T, C, H, W) an input -> (N, classes); any H and W from 32 on.
    ModelError when there is no such depth.
    """

    flow = Flow(encoder=("conv1|bn1", r"layer(\d)"), head=("fc",))

    def __init__(self, inputs: Mapping[str, tuple[int, int]], classes: int, depth: int = 50, width: int = 64):
        super().__init__()
        if depth not in DEPTHS:
            raise ModelError(f"There is no ResNet-{depth}.", f"Choose one of: {', '.join(map(str, DEPTHS))}.")
        block, counts = DEPTHS[depth]
        wide = width * block.expansion
        self.stage_widths = (width, wide, 2 * wide, 4 * wide, 8 * wide)
        self.conv1 = nn.Conv2d(sum(dates * bands for dates, bands in inputs.values()), width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = _group(block, width, width, counts[0], 1)
        self.layer2 = _group(block, wide, 2 * width, counts[1], 2)
        self.layer3 = _group(block, 2 * wide, 4 * width, counts[2], 2)
        self.layer4 = _group(block, 4 * wide, 8 * width, counts[3], 2)
        self.fc = nn.Linear(8 * wide, classes) if classes else nn.Identity()
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels; the last four are C2 to C5."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        maps = [x]
        x = F.max_pool2d(x, 3, 2, 1)
        for group in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = group(x)
            maps.append(x)
        return maps

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.fc(self.stages(stacked)[-1].mean((2, 3)))


def _group(block: type[BasicBlock | Bottleneck], channels: int, width: int, count: int, stride: int) -> nn.Sequential:
    rest = [block(width * block.expansion, width, 1) for _ in range(count - 1)]
    return nn.Sequential(block(channels, width, stride), *rest)
