"""U-Net: Ronneberger, Fischer, Brox (MICCAI 2015), doi:10.1007/978-3-319-24574-4_28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from .layers.blocks import Decoder, Encoder


class UNet(nn.Module):
    """U-Net over all dates and inputs stacked as bands.

    The active-fire study (de Almeida Pereira, Fusioka, Nassu, Minetto, ISPRS 2021, doi:10.1016/j.isprsjprs.2021.06.002)
    has it with 10 bands or 3 (Landsat-8's 7, 6 and 2), and "light", with 16 instead of 64 filters at the first level.

    Differs from the paper: padded convolutions (the map is as large as the image), batch norm, any widths.
    Differs from the paper: no dropout unless asked for; ``stem`` 2 works at half the resolution.
    Differs from the paper: the active-fire study upsamples with 3x3 convolutions and has dropout 0.1 at every level.

    forward: (N, T, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``stem * 2 ** (len(widths) - 1)``.
    """

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (64, 128, 256, 512, 1024),
        stem: int = 1,
        dropout: float = 0.0,
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.multiple = stem * 2 ** (len(widths) - 1)
        self.encoder = Encoder(channels, widths, stem, dropout)
        self.decoder = Decoder(widths, 1, classes, stem)

    def forward(self, *inputs: Tensor) -> Tensor:
        stacked = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of T*C, H, W)
        return self.decoder([self.encoder(stacked)])
