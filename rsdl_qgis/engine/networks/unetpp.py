"""U-Net++: Zhou, Siddiquee, Tajbakhsh, Liang (DLMIA 2018), doi:10.1007/978-3-030-00889-5_1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from .layers.blocks import double_conv
from .stages import Flow


class UNetPlusPlus(nn.Module):
    """U-Net with nested, dense skips, over all dates and inputs stacked as bands.

    Node X(i, j), level i from the finest and column j, joins its own level's X(i, 0) to X(i, j - 1) with the upsampled
    X(i + 1, j - 1); column 0 is the encoder. ``deep_supervision`` puts a head on each of X(0, 1), X(0, 2), …: training
    gets the logits of the last and, as auxiliary ones of equal weight, those of the others. On two stacked dates
    it is the change network of Peng, Zhang, Guan (Remote Sensing 2019), doi:10.3390/rs11111382, without their fusion.

    Differs from the paper: batch norm instead of the convolutions' biases; 9.05 million parameters, not 9.04.
    Differs from the paper: deep supervision averages logits outside training; the accurate mode there, probabilities.

    forward: (N, T, C, H, W) an input -> (N, classes, H, W), in training with ``deep_supervision`` a tuple of as many
    as there are heads; H and W multiples of ``2 ** (len(widths) - 1)``.
    """

    flow = Flow((r"nodes\.(\d+)_0",), (r"(?:nodes|up)\.\d+_([1-9]\d*)",), ("heads",))
    auxiliary_weight = 1.0

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (32, 64, 128, 256, 512),
        deep_supervision: bool = False,
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.levels = len(widths)
        self.nodes = nn.ModuleDict()  # X(i, j) is nodes["i_j"]
        self.up = nn.ModuleDict()  # up["i_j"] raises X(i + 1, j - 1) for X(i, j)
        for i, (above, width) in enumerate(zip((channels, *widths), widths)):
            self.nodes[f"{i}_0"] = double_conv(above, width)
            for j in range(1, self.levels - i):
                self.up[f"{i}_{j}"] = nn.ConvTranspose2d(widths[i + 1], width, 2, 2)
                self.nodes[f"{i}_{j}"] = double_conv((j + 1) * width, width)
        self.pool = nn.MaxPool2d(2)
        self.heads = nn.ModuleList(
            nn.Conv2d(widths[0], classes, 1) for _ in range(len(widths) - 1 if deep_supervision else 1)
        )

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        finest = self._finest(torch.cat([x.flatten(1, 2) for x in inputs], 1))  # X(0, 0), X(0, 1), …
        logits = [head(x) for head, x in zip(self.heads, finest[-len(self.heads) :])]
        if len(logits) == 1:
            return logits[0]
        return (logits[-1], *logits[:-1]) if self.training else torch.stack(logits).mean(0)

    def _finest(self, x: Tensor) -> list[Tensor]:
        rows: list[list[Tensor]] = []  # rows[i][j] is X(i, j), (N, widths[i], H / 2**i, W / 2**i)
        for i in range(self.levels):
            x = self.nodes[f"{i}_0"](self.pool(x) if i else x)
            rows.append([x])
        for j in range(1, self.levels):
            for i in range(self.levels - j):
                raised = self.up[f"{i}_{j}"](rows[i + 1][j - 1])
                rows[i].append(self.nodes[f"{i}_{j}"](torch.cat([*rows[i], raised], 1)))
        return rows[0]
