"""EfficientNet: Tan, Le (ICML 2019), arXiv:1905.11946, in its Lite form."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.inverted_residual import ConvNorm, InvertedResidual, initial_weights, rounded, stage_maps, stage_widths
from .stages import Flow

STAGES = (  # expansion, channels, blocks, stride, kernel: table 1 of the paper
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
STEM, LAST = 32, 1280  # channels that the width does not change
VARIANTS: dict[str, tuple[float, float, float]] = {  # width, depth, dropout
    "lite0": (1.0, 1.0, 0.2),
    "lite1": (1.0, 1.1, 0.2),
    "lite2": (1.1, 1.2, 0.3),
}


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite over all dates and inputs stacked as bands: inverted residual blocks, their mean, one layer.

    Tan, Le (ICML 2019), arXiv:1905.11946. ``variant`` is a key of ``VARIANTS``, which gives ``width`` and ``depth``,
    the factors of channels and blocks, and ``dropout`` before the last layer. Published files need
    ``published_names`` first. Padding is TensorFlow's "same", as the published weights want it. Without classes (0)
    it is a body: ``forward`` gives the pooled features (N, stage_widths[-1]), and no parameter is left unused.

    Differs from the paper: the Lite form of its authors: ReLU6 instead of Swish, no squeeze-and-excitation, and the
    first layer, the last one and the blocks of the first and last stage are not scaled; no stochastic depth; sides are
    multiples of 32 (Lite1 was trained on 240 px, Lite2 on 260 px).

    forward: (N, T, C, H, W) an input -> (N, classes); H and W multiples of 32.
    ModelError when there is no such variant.
    """

    flow = Flow(encoder=(r"features\.(\d+)",), head=("classifier",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "lite0",
        width: float | None = None,
        depth: float | None = None,
        dropout: float | None = None,
    ):
        super().__init__()
        if variant not in VARIANTS:
            raise ModelError(f"There is no EfficientNet '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        asked = (width, depth, dropout)
        wide, deep, drop = (usual if own is None else own for own, usual in zip(asked, VARIANTS[variant]))
        scale = min(wide, 1.0)  # a narrower network than Lite0 is narrower throughout
        norm: dict[str, Any] = {"eps": 1e-3, "momentum": 0.01, "same": True}
        channels = rounded(STEM * scale)
        bands = sum(dates * bands for dates, bands in inputs.values())
        self.features = nn.Sequential(ConvNorm(bands, channels, 3, 2, activation=nn.ReLU6, **norm))
        for number, (expansion, base, count, stride, kernel) in enumerate(STAGES):
            repeats = count if number in (0, len(STAGES) - 1) else math.ceil(count * deep)
            for i in range(repeats):
                after, step = rounded(base * wide), stride if i == 0 else 1
                block = InvertedResidual(channels, after, channels * expansion, kernel, step, nn.ReLU6, **norm)
                self.features.append(block)
                channels = after
        self.features.append(ConvNorm(channels, rounded(LAST * scale), 1, activation=nn.ReLU6, **norm))
        self.stage_widths = stage_widths(self.features)
        last = self.stage_widths[-1]
        self.classifier = nn.Sequential(nn.Dropout(drop), nn.Linear(last, classes)) if classes else nn.Identity()
        initial_weights(self)

    def stages(self, x: Tensor) -> list[Tensor]:
        """The maps at strides 2, 4, 8, 16 and 32, with ``stage_widths`` channels."""
        return stage_maps(self.features, x)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.classifier(self.stages(stacked)[-1].mean((2, 3)))


PLACES = {"_conv_stem": "0.0", "_bn0": "0.1"}  # of the first layer


def published_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``state`` with the names of the published files (``_blocks.3._project_conv``) as they are here."""
    blocks = [int(found[1]) for name in state if (found := re.match(r"_blocks\.(\d+)\.", name))]
    last = max(blocks, default=-1) + 2
    places = {**PLACES, "_conv_head": f"{last}.0", "_bn1": f"{last}.1"}
    return {_place(name, places, state): value for name, value in state.items()}


def _place(name: str, places: Mapping[str, str], state: Mapping[str, Tensor]) -> str:
    first, _, rest = name.partition(".")
    if first == "_fc":
        return f"classifier.1.{rest}"
    if first in places:
        return f"features.{places[first]}.{rest}"
    found = re.fullmatch(r"_blocks\.(\d+)\._(expand_conv|depthwise_conv|project_conv|bn[012])\.(.+)", name)
    if found is None:
        return name
    number, part, rest = int(found[1]), found[2], found[3]
    layer = {"ex": 0, "de": 1, "pr": 2}.get(part[:2], int(part[2]) if part.startswith("bn") else 0)
    layer -= f"_blocks.{number}._expand_conv.weight" not in state  # a block that does not expand has two layers
    return f"features.{number + 1}.block.{layer}.{int(part.startswith('bn'))}.{rest}"
