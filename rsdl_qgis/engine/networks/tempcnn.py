"""Temporal CNN: Pelletier, Webb, Petitjean (Remote Sensing 2019), doi:10.3390/rs11050523."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers.calendar import calendar_of, on_calendar
from .stages import Flow


class Norm(nn.BatchNorm1d):
    """Batch norm that, in training, takes a batch of fewer than two values by its running statistics."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) < 2:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)


class MaskedConv(nn.Module):
    """A partial convolution along the dates, which accounts for missing ones, with batch norm, ReLU and dropout.

    Missing values count as nothing: the sum over a window is scaled up by the dates that lie in it over those
    known, and a date becomes known when any in its window is (Liu et al. 2018, doi:10.1007/978-3-030-01252-6_6). With
    all dates known it is an ordinary convolution. Batch norm learns its statistics from known dates only.
    forward: x (N, C, T), zero where not known, and known (N, 1, T) of ones and zeros -> the same two.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, dropout: float):
        super().__init__()
        self.conv = nn.Conv1d(channels_in, channels_out, kernel, padding=kernel // 2, bias=False)
        self.norm = Norm(channels_out)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        window = torch.ones_like(self.conv.weight[:1, :1])
        inside, near = (F.conv1d(at, window, padding=self.conv.padding) for at in (torch.ones_like(known), known))
        known = (near > 0.5).to(x.dtype)
        x = self._normalised(self.conv(x) * (inside / near.clamp(min=1)), known)
        return self.dropout(F.relu(x)) * known, known

    def _normalised(self, x: Tensor, known: Tensor) -> Tensor:
        if not self.training:
            return self.norm(x)
        rows = x.transpose(1, 2)  # (N, T, C)
        there = known[:, 0] > 0.5
        return torch.zeros_like(rows).masked_scatter(there[..., None], self.norm(rows[there])).transpose(1, 2)


class TempCNN(nn.Module):
    """Temporal CNN: three convolutions along the dates, a dense layer over all their values, and the output layer.

    Pelletier, Webb, Petitjean (Remote Sensing 2019), doi:10.3390/rs11050523. A date's place in the sequence has a
    meaning: sequences are on one calendar of as many dates as the network is built for. A shorter one is continued
    with dates that are not valid. What is written at such dates, at the end or between, never changes the output.
    Inputs are stacked as bands.

    Differs from the paper: convolutions take account of missing dates (``MaskedConv``), with none missing they are the
    paper's; convolutions before batch norm have no bias.

    forward: (N, T, C) an input, valid (N, T) -> (N, classes); T at most ``dates``, or more with none valid behind them.
    ModelError when a date behind the last one it was built for is valid.
    """

    flow = Flow(encoder=(r"convs\.(\d+)", "dense"), head=("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        hidden: int = 64,
        layers: int = 3,
        kernel: int = 5,
        dense: int = 256,
        dropout: float = 0.5,
    ):
        super().__init__()
        self.dates = calendar_of(inputs)
        channels = sum(bands for _, bands in inputs.values())
        self.convs = nn.ModuleList(
            MaskedConv(hidden if layer else channels, hidden, kernel, dropout) for layer in range(layers)
        )
        self.dense = nn.Sequential(
            nn.Linear(hidden * self.dates, dense, bias=False), Norm(dense), nn.ReLU(inplace=True), nn.Dropout(dropout)
        )
        self.head = nn.Linear(dense, classes)

    def forward(self, *inputs_and_valid: Tensor) -> Tensor:
        *inputs, valid = inputs_and_valid
        x, there = on_calendar(torch.cat(inputs, 2), valid.bool(), self.dates)
        x, known = x.transpose(1, 2), there[:, None].to(x.dtype)
        for conv in self.convs:
            x, known = conv(x, known)
        return self.head(self.dense(x.flatten(1)))
