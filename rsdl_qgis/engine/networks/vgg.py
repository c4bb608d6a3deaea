"""VGG: Simonyan, Zisserman (ICLR 2015), arXiv:1409.1556."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.initialisation import keep_scale
from .layers.pooling import AdaptiveAveragePool
from .stages import Flow

STAGES = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # depth -> convolutions of each stage: the paper's D and E
WIDTHS = (64, 128, 256, 512, 512)  # maps of each stage
CELLS = 7  # the classifier sees 7x7 places


def vgg_features(channels: int, depth: int, batch_norm: bool = False, widths: Sequence[int] = WIDTHS) -> nn.Sequential:
    """The convolutions of VGG, five stages, each of 3x3 convolutions with ReLU and closed by 2x2 max pooling.

    ModelError when there is no such depth. forward: (N, channels, H, W) -> (N, widths[-1], H // 32, W // 32).
    """
    if depth not in STAGES:
        raise ModelError(f"There is no VGG of depth {depth}.", f"Choose one of: {', '.join(map(str, STAGES))}.")
    layers: list[nn.Module] = []
    for count, width in zip(STAGES[depth], widths):
        for _ in range(count):
            layers.append(nn.Conv2d(channels, width, 3, padding=1))
            if batch_norm:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU(inplace=True))
            channels = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """VGG over all dates and inputs stacked as bands; ``depth`` 16 or 19.

    Parameters with 3 bands and 1000 classes: 138,357,544 at depth 16, 143,667,240 at depth 19; batch norm adds 8,448
    and 11,008. They are named as in torchvision, so that its published weights load.

    Differs from the paper: images of any size, averaged to 7x7 places before the classifier; 224 is the paper's size.
    Differs from the paper: ``batch_norm`` puts it behind each convolution; the paper has none.
    Differs from the paper: initial weights after He et al. (doi:10.1109/ICCV.2015.123), not from a shallower network.

    ``widths`` are the maps of the five stages, ``hidden`` the units of the two hidden layers. Without classes (0) it is
    a body: ``forward`` gives the pooled features (N, widths[-1]), and no parameter is left unused. ModelError when
    there is no such depth. forward: (N, T, C, H, W) an input -> (N, classes); H and W at least 32.
    """

    flow = Flow(encoder=(r"features\.(\d+)", "classifier"), head=(r"classifier\.6",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        depth: int = 16,
        batch_norm: bool = False,
        widths: Sequence[int] = WIDTHS,
        hidden: int = 4096,
        dropout: float = 0.5,
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.features = vgg_features(channels, depth, batch_norm, widths)
        self.stage_widths = tuple(widths)
        self.pool = AdaptiveAveragePool(CELLS if classes else 1)
        self.classifier: nn.Module = nn.Identity()
        if classes:
            self.classifier = nn.Sequential(
                nn.Linear(widths[-1] * CELLS**2, hidden),
                nn.ReLU(inplace=True),
                nn.Dropout(dropout),
                nn.Linear(hidden, hidden),
                nn.ReLU(inplace=True),
                nn.Dropout(dropout),
                nn.Linear(hidden, classes),
            )
        keep_scale(self)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps behind each pooling, at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels."""
        maps = []
        for module in self.features:
            x = module(x)
            if isinstance(module, nn.MaxPool2d):
                maps.append(x)
        return maps

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.pool(self.features(stacked)).flatten(1))
