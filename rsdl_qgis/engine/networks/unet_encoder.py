"""U-Net on a classification network: Ronneberger, Fischer, Brox (MICCAI 2015), doi:10.1007/978-3-319-24574-4_28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.blocks import double_conv
from .stages import Flow
from .table import ENCODERS, build_body


class EncoderUNet(nn.Module):
    """U-Net whose contracting half is a classification network, over all dates and inputs stacked as bands.

    ``encoder`` is the network's name in the table and ``encoder_options`` what it is built with. Its parameters,
    without those of the classifying layers, have their own names under ``encoder.``, so that published weights load.
    ``widths`` are the channels of the expanding half, the full resolution first.

    Differs from the paper: the contracting half is a classification network; its maps at strides 2 to 16 are skips.
    Differs from the paper: of a vision transformer the maps are a pyramid on its last one (ViTDet, arXiv:2203.16527).
    Differs from the paper: the skip at full resolution is two 3x3 convolutions on the image.
    Differs from the paper: padded convolutions (the map is as large as the image), batch norm; narrower on the way up.

    forward: (N, T, C, H, W) an input -> (N, classes, H, W); H and W multiples of 32.
    ModelError when there is no such encoder.
    """

    flow = Flow(("encoder",), (r"(?:up|levels)\.(?P<last_first>\d+)|skip",), ("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        encoder: str = ENCODERS[0],
        encoder_options: Mapping[str, Any] | None = None,
        widths: Sequence[int] = (16, 32, 64, 128, 256),
    ):
        super().__init__()
        if encoder not in ENCODERS:
            raise ModelError(f"There is no encoder '{encoder}'.", f"Choose one of: {', '.join(ENCODERS)}.")
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.encoder = build_body(encoder, inputs, **(encoder_options or {}))
        *skips, deepest = self.encoder.stage_widths
        self.skip = double_conv(channels, widths[0])
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(below, width, 2, 2) for width, below in zip(widths, (*widths[1:], deepest))
        )
        self.levels = nn.ModuleList(
            double_conv(width + skip, width) for width, skip in zip(widths, (widths[0], *skips))
        )
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        image = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        *stages, x = self.encoder.stages(image)
        skips = [self.skip(image), *stages]
        for i in reversed(range(len(skips))):
            x = self.levels[i](torch.cat([skips[i], self.up[i](x)], 1))
        return self.head(x)
