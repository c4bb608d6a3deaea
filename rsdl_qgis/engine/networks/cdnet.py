"""CDNet: Alcantarilla, Stent, Ros, Arroyo, Gherardi (Autonomous Robots 2018), doi:10.1007/s10514-018-9734-5."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .layers.unpool import max_pool, unpool
from .stages import Flow


def conv(channels_in: int, channels_out: int, kernel: int) -> nn.Sequential:
    """A convolution with batch norm and ReLU that keeps the size."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel, padding=kernel // 2),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class CDNet(nn.Module):
    """CDNet: both dates stacked, contracted and expanded again; maxima go back to where they came from.

    Alcantarilla, Stent, Ros, Arroyo, Gherardi (Autonomous Robots 2018), doi:10.1007/s10514-018-9734-5. ``blocks``
    contractions, each a convolution and 2x2 max pooling, then as many expansions, each an unpooling with the indices
    of its contraction and a convolution; all maps have ``width`` channels. Sensors are stacked as bands too.

    Differs from the paper: returns logits.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); any H and W from ``2 ** blocks`` on, so from 16; where they
    are no multiples of that, the pooling leaves out the last row or column.
    """

    flow = Flow((r"contract\.(\d+)",), (r"expand\.(\d+)",), ("head",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        width: int = 64,
        blocks: int = 4,
        kernel: int = 7,
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        self.contract = nn.ModuleList(conv(width if i else channels, width, kernel) for i in range(blocks))
        self.expand = nn.ModuleList(conv(width, width, kernel) for _ in range(blocks))
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        x = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of 2*C, H, W)
        pools = []
        for contract in self.contract:
            full = contract(x)
            x, places = max_pool(full)
            pools.append((places, full))
        for expand, (places, full) in zip(self.expand, reversed(pools)):
            x = expand(unpool(x, places, full))
        return self.head(x)
