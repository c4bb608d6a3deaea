"""ChangeNet: Varghese, Gubbi, Ramaswamy, Balamuralidhar (ECCV Workshops 2018), doi:10.1007/978-3-030-11012-3_10."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .resnet import ResNet
from .stages import Flow

LEVELS = 3  # the deepest groups of the encoder, those whose maps are compared


def enlarge(channels: int, features: int, doublings: int) -> nn.Sequential:
    """A 1x1 convolution to ``features`` channels, then transposed convolutions, each doubling height and width."""
    layers = [nn.Conv2d(channels, features, 1), nn.BatchNorm2d(features), nn.ReLU(inplace=True)]
    for _ in range(doublings):
        layers += [nn.ConvTranspose2d(features, features, 4, 2, 1), nn.BatchNorm2d(features), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class ChangeNet(nn.Module):
    """One ResNet for both dates; its three deepest maps are enlarged to full size, compared level by level, and summed.

    Varghese, Gubbi, Ramaswamy, Balamuralidhar (ECCV Workshops 2018), doi:10.1007/978-3-030-11012-3_10. The encoder's
    weights serve both dates, those of the up-sampling are each date's own. At each level the enlarged maps of both
    dates are joined and a 1x1 convolution gives logits; those of all levels are added. Sensors are stacked as bands.
    ``encoder`` takes the weights of a ResNet by name.

    Differs from the paper: up-sampling is by transposed convolutions that double the size, with batch norm, of
    ``features`` channels instead of as many as classes; the encoder is trained along; ``depth`` and ``width`` give
    other ResNets than the paper's 50; returns logits.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of 32.
    ModelError when there is no such depth.
    """

    flow = Flow(("encoder",), ("before|after",), ("heads",))

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        depth: int = 50,
        width: int = 64,
        features: int = 16,
    ):
        super().__init__()
        bands = sum(bands for _, bands in inputs.values())
        self.encoder = ResNet({"image": (1, bands)}, 0, depth, width)
        widths = list(enumerate(self.encoder.stage_widths, 1))[-LEVELS:]  # stage i has stride 2**i
        self.before = nn.ModuleList(enlarge(channels, features, stage) for stage, channels in widths)
        self.after = nn.ModuleList(enlarge(channels, features, stage) for stage, channels in widths)
        self.heads = nn.ModuleList(nn.Conv2d(2 * features, classes, 1) for _ in widths)

    def forward(self, *inputs: Tensor) -> Tensor:
        images = torch.cat(inputs, 2)  # (N, 2, sum of C, H, W)
        before = self.encoder.stages(images[:, 0])[-LEVELS:]
        after = self.encoder.stages(images[:, 1])[-LEVELS:]
        logits = [
            head(torch.cat([enlarge_a(a), enlarge_b(b)], 1))  # (N, classes, H, W)
            for head, enlarge_a, a, enlarge_b, b in zip(self.heads, self.before, before, self.after, after)
        ]
        return torch.stack(logits).sum(0)
