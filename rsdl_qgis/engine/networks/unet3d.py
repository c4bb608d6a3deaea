"""3D U-Net: Çiçek, Abdulkadir, Lienkamp, Brox, Ronneberger (MICCAI 2016), doi:10.1007/978-3-319-46723-8_49."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .stages import Flow

DEPTHS = ("dates", "bands")  # what may lie along the third axis


def convolution(channels_in: int, channels_out: int) -> list[nn.Module]:
    """A 3x3x3 convolution with batch norm and ReLU."""
    return [
        nn.Conv3d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm3d(channels_out),
        nn.ReLU(inplace=True),
    ]


class UNet3D(nn.Module):
    """U-Net in three dimensions: rows, columns, and a depth which is the dates or the bands.

    ``depth`` "dates": the bands of all inputs are the channels; "bands": the bands of all inputs lie behind each
    other in the table's order, and the dates are the channels. Level i has ``widths[i]`` and twice as many filters, so
    that they double before each pooling. ModelError when inputs have different numbers of dates.

    Differs from the paper: padded convolutions (the map is as large as the image).
    Differs from the paper: any depth; it is halved, rounding up, only while above 1, and cropped on the way up.
    Differs from the paper: a map, not a volume; the last convolution, there 1x1x1, is as long as the depth.

    forward: (N, T, C, H, W) an input, T the same in all -> (N, classes, H, W); H and W multiples of
    ``2 ** (len(widths) - 1)``.
    """

    flow = Flow((r"down\.(\d+)",), (r"(?:raised|up)\.(?P<last_first>\d+)",), ("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        depth: str = "dates",
        widths: Sequence[int] = (32, 64, 128, 256),
    ):
        super().__init__()
        if depth not in DEPTHS:
            raise ModelError(f"The depth cannot be '{depth}'.", f"Choose one of: {', '.join(DEPTHS)}.")
        dates, bands = common_dates(inputs), sum(bands for _, bands in inputs.values())
        self.bands_are_depth = depth == "bands"
        channels, length = (dates, bands) if self.bands_are_depth else (bands, dates)
        self.lengths = [-(-length // 2**i) for i in range(len(widths))]  # depth at each level
        windows = [(min(length, 2), 2, 2) for length in self.lengths[:-1]]
        self.down = nn.ModuleList(
            nn.Sequential(*convolution(before, width), *convolution(width, 2 * width))
            for before, width in zip((channels, *(2 * width for width in widths)), widths)
        )
        self.pool = nn.ModuleList(nn.MaxPool3d(window, ceil_mode=True) for window in windows)
        self.raised = nn.ModuleList(
            nn.ConvTranspose3d(2 * below, 2 * below, window, window) for below, window in zip(widths[1:], windows)
        )
        self.up = nn.ModuleList(
            nn.Sequential(*convolution(2 * (width + below), 2 * width), *convolution(2 * width, 2 * width))
            for width, below in zip(widths, widths[1:])
        )
        self.head = nn.Conv3d(2 * widths[0], classes, (length, 1, 1))

    def forward(self, *inputs: Tensor) -> Tensor:
        x = torch.cat(inputs, 2)  # (N, T, C, H, W)
        x = x if self.bands_are_depth else x.transpose(1, 2)  # (N, channels, depth, H, W)
        skips = []
        for level, pool in zip(self.down, self.pool):
            skips.append(level(x))
            x = pool(skips[-1])
        x = self.down[-1](x)
        for i in reversed(range(len(skips))):
            x = self.raised[i](x)[:, :, : self.lengths[i]]
            x = self.up[i](torch.cat([x, skips[i]], 1))
        return self.head(x).squeeze(2)


def common_dates(inputs: Mapping[str, tuple[int, int]]) -> int:
    """The number of dates of all inputs; ModelError when they differ."""
    counts = {name: dates for name, (dates, _) in inputs.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"'{name}' has {dates}" for name, dates in counts.items())
        raise ModelError(
            f"This network needs the same number of dates in every input, but {listed}.",
            "Give each input as many dates, or choose a network which stacks the dates, such as 'unet'.",
        )
    return next(iter(counts.values()))
