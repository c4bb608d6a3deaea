"""4D U-Net, sensors x dates x rows x columns, after the authors of OMBRIA.

Giannopoulos, Tsagkatakis, Tsakalides (Remote Sensing 2022), doi:10.3390/rs14030634; OMBRIA's scenes of two sensors at
two dates: Drakonakis, Tsagkatakis, Fotiadou, Tsakalides (IEEE JSTARS 2022), doi:10.1109/JSTARS.2022.3155559.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .stages import Flow
from .unet3d import common_dates


class Convolution4D(nn.Module):
    """A convolution over sensors, dates, rows and columns, 3 long in each, with zeros beyond the edges.

    torch has none. It is a sum of convolutions in three dimensions, of a sensor and its two neighbours; with the
    neighbours stacked as channels, one convolution is that sum. It is 1 long where there is one sensor or one date:
    what lies beyond would only meet zeros.
    forward: (N * S, channels_in, T, H, W) -> (N * S, channels_out, T, H, W).
    """

    def __init__(self, channels_in: int, channels_out: int, sensors: int, dates: int):
        super().__init__()
        self.sensors = sensors
        long = 3 if dates > 1 else 1
        stacked = channels_in * (3 if sensors > 1 else 1)
        self.sum = nn.Conv3d(stacked, channels_out, (long, 3, 3), padding=(long // 2, 1, 1), bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.sensors > 1:
            apart = F.pad(x.unflatten(0, (-1, self.sensors)), (0, 0, 0, 0, 0, 0, 0, 0, 1, 1))  # (N, S + 2, C, T, H, W)
            x = torch.cat([apart[:, i : i + self.sensors] for i in range(3)], 2).flatten(0, 1)
        return self.sum(x)


def double_convolution(channels_in: int, channels_out: int, sensors: int, dates: int) -> nn.Sequential:
    """Two convolutions in four dimensions, each with batch norm (over sensors and dates too) and ReLU."""
    layers: list[nn.Module] = []
    for channels in (channels_in, channels_out):
        layers += [
            Convolution4D(channels, channels_out, sensors, dates),
            nn.BatchNorm3d(channels_out),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class UNet4D(nn.Module):
    """U-Net with convolutions over sensors, dates, rows and columns; every input is a sensor.

    Taken from the authors: a U-Net whose filters reach over four dimensions at once, so that none is flattened into
    channels before the end (2022, 4D U-Nets); scenes with a dimension for the sensors and one for the dates
    (OMBRIA). ModelError when sensors have different numbers of dates.

    Differs from the paper: sensors are its fourth dimension, where the 4D U-Nets have the bands of one sensor.
    Differs from the paper: bands are channels; a 1x1 convolution a sensor brings them to ``widths[0]`` for all.
    Differs from the paper: pooling and upsampling are over rows and columns only; sensors and dates are few.
    Differs from the paper: one learned weight a sensor, date, channel and class makes the map at the end.
    Differs from the paper: levels and ``widths`` are OmbriaNet's.

    forward: (N, T, C, H, W) an input, T the same in all -> (N, classes, H, W); H and W multiples of
    ``2 ** (len(widths) - 1)``.
    """

    flow = Flow(("projections", r"down\.(\d+)"), (r"(?:raised|up)\.(?P<last_first>\d+)",), ("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (16, 32, 64, 128, 256),
    ):
        super().__init__()
        sensors, dates = len(inputs), common_dates(inputs)
        self.sensors = sensors
        self.projections = nn.ModuleList(nn.Conv3d(bands, widths[0], 1) for _, bands in inputs.values())
        self.down = nn.ModuleList(
            double_convolution(before, width, sensors, dates) for before, width in zip((widths[0], *widths), widths)
        )
        self.pool = nn.MaxPool3d((1, 2, 2))
        self.raised = nn.ModuleList(
            nn.ConvTranspose3d(below, width, (1, 2, 2), (1, 2, 2)) for width, below in zip(widths, widths[1:])
        )
        self.up = nn.ModuleList(double_convolution(2 * width, width, sensors, dates) for width in widths[:-1])
        self.head = nn.Conv2d(sensors * widths[0] * dates, classes, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        projected = [project(x.transpose(1, 2)) for project, x in zip(self.projections, inputs)]
        x = torch.stack(projected, 1).flatten(0, 1)  # (N * S, channels, T, H, W)
        features = []
        for i, level in enumerate(self.down):
            x = level(self.pool(x) if i else x)
            features.append(x)
        for i in reversed(range(len(self.up))):
            x = self.up[i](torch.cat([features[i], self.raised[i](x)], 1))
        return self.head(x.unflatten(0, (-1, self.sensors)).flatten(1, 3))  # (N, S * channels * T, H, W) in
