"""The fully convolutional change networks of Daudt, Le Saux, Boulch and Gousseau: FC-EF, FC-Siam-*, FC-EF-Res.

FC-EF sees both dates as one image. FC-Siam-conc and FC-Siam-diff see them with one encoder, called twice, and join its
skips. FC-EF-Res is FC-EF of residual blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .stages import Flow


def conv(channels_in: int, channels_out: int, dropout: float) -> nn.Sequential:
    """A 3x3 convolution with batch norm, ReLU and dropout of whole channels."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
        nn.Dropout2d(dropout),
    )


def depth(level: int) -> int:
    """How many convolutions a level has, in the encoder as in the decoder."""
    return 2 if level < 2 else 3


class Encoder(nn.Module):
    """The contracting half, of one image or of both dates stacked.

    forward: (N, C, H, W) -> the skip of each level, (N, widths[i], H / 2**i, W / 2**i), and last the deepest pooled.
    """

    flow = Flow(encoder=(r"levels\.(\d+)",))

    def __init__(self, channels: int, widths: Sequence[int], dropout: float):
        super().__init__()
        self.levels = nn.ModuleList()
        for level, width in enumerate(widths):
            sizes = [channels] + [width] * depth(level)
            self.levels.append(nn.Sequential(*(conv(a, b, dropout) for a, b in zip(sizes, sizes[1:]))))
            channels = width

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for level in self.levels:
            maps.append(level(x))
            x = F.max_pool2d(maps[-1], 2)
        return [*maps, x]


class Decoder(nn.Module):
    """The expanding half: at each level upsampled by a transposed convolution and joined with ``skips`` maps.

    forward: (N, widths[-1], h, w), and a level's skips joined as (N, skips * widths[i], ...) -> (N, classes, H, W).
    """

    flow = Flow(decoder=(r"(?:up|levels)\.(?P<last_first>\d+)",), head=("head",))

    def __init__(self, widths: Sequence[int], skips: int, classes: int, dropout: float):
        super().__init__()
        self.up = nn.ModuleList(nn.ConvTranspose2d(width, width, 3, 2, 1, output_padding=1) for width in widths)
        self.levels = nn.ModuleList()
        for level, width in enumerate(widths):
            sizes = [width * (1 + skips)] + [width] * (depth(level) - 1)
            if level:
                sizes.append(widths[level - 1])
            self.levels.append(nn.Sequential(*(conv(a, b, dropout) for a, b in zip(sizes, sizes[1:]))))
        self.head = nn.Conv2d(widths[0], classes, 3, padding=1)

    def forward(self, x: Tensor, skips: Sequence[Tensor]) -> Tensor:
        for up, level, skip in zip(reversed(self.up), reversed(self.levels), reversed(skips)):
            x = level(torch.cat([up(x), skip], 1))
        return self.head(x)


class FCEF(nn.Module):
    """FC-EF, early fusion: a small U-Net over both dates stacked as bands.

    Daudt, Le Saux, Boulch (ICIP 2018), doi:10.1109/ICIP.2018.8451652. Sensors are stacked as bands too.

    Differs from the paper: returns logits; the decoder's transposed convolutions of stride 1 are written as
    convolutions, which are the same functions.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``2 ** len(widths)``, so of 16.
    """

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (16, 32, 64, 128),
        dropout: float = 0.2,
    ):
        super().__init__()
        self.encoder = Encoder(sum(dates * bands for dates, bands in inputs.values()), widths, dropout)
        self.decoder = Decoder(widths, 1, classes, dropout)

    def forward(self, *inputs: Tensor) -> Tensor:
        *skips, deepest = self.encoder(torch.cat([x.flatten(1, 2) for x in inputs], 1))  # (N, sum of 2*C, H, W)
        return self.decoder(deepest, skips)


class FCSiamConc(nn.Module):
    """FC-Siam-conc: one encoder for both dates, the skips of both joined side by side.

    Daudt, Le Saux, Boulch (ICIP 2018), doi:10.1109/ICIP.2018.8451652. The decoder starts from the second date's
    deepest map, as in the authors' code. Sensors are stacked as bands.

    Differs from the paper: returns logits; the decoder's transposed convolutions of stride 1 are written as
    convolutions, which are the same functions.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``2 ** len(widths)``, so of 16.
    """

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (16, 32, 64, 128),
        dropout: float = 0.2,
    ):
        super().__init__()
        self.encoder = Encoder(sum(bands for _, bands in inputs.values()), widths, dropout)
        self.decoder = Decoder(widths, 2, classes, dropout)

    def forward(self, *inputs: Tensor) -> Tensor:
        images = torch.cat(inputs, 2)  # (N, 2, sum of C, H, W)
        *before, _ = self.encoder(images[:, 0])
        *after, deepest = self.encoder(images[:, 1])
        return self.decoder(deepest, [torch.cat(pair, 1) for pair in zip(before, after)])


class FCSiamDiff(nn.Module):
    """FC-Siam-diff: one encoder for both dates, the skips joined by their absolute difference.

    Daudt, Le Saux, Boulch (ICIP 2018), doi:10.1109/ICIP.2018.8451652. Sensors are stacked as bands. Swapping the
    dates changes nothing.

    Differs from the paper: returns logits; the deepest map is a difference too, where the authors' code takes the
    second date's, so that the output does not depend on the order of the dates; the decoder's transposed convolutions
    of stride 1 are written as convolutions, which are the same functions.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``2 ** len(widths)``, so of 16.
    """

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        widths: Sequence[int] = (16, 32, 64, 128),
        dropout: float = 0.2,
    ):
        super().__init__()
        self.encoder = Encoder(sum(bands for _, bands in inputs.values()), widths, dropout)
        self.decoder = Decoder(widths, 1, classes, dropout)

    def forward(self, *inputs: Tensor) -> Tensor:
        images = torch.cat(inputs, 2)  # (N, 2, sum of C, H, W)
        before, after = self.encoder(images[:, 0]), self.encoder(images[:, 1])
        *skips, deepest = [(a - b).abs() for a, b in zip(before, after)]
        return self.decoder(deepest, skips)


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is projected where the number of channels changes.

    forward: (N, channels_in, H, W) -> (N, channels_out, H, W), or half of H and W where ``halve``: both the input and
    the shortcut are pooled.
    """

    def __init__(self, channels_in: int, channels_out: int, halve: bool = False):
        super().__init__()
        self.halve = halve
        self.convs = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, padding=1),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1),
            nn.BatchNorm2d(channels_out),
        )
        self.shortcut: nn.Module = nn.Identity()
        if channels_in != channels_out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels_in, channels_out, 1), nn.BatchNorm2d(channels_out))

    def forward(self, x: Tensor) -> Tensor:
        short = self.shortcut(x)
        if self.halve:
            x, short = F.max_pool2d(x, 2), F.max_pool2d(short, 2)
        return F.relu(self.convs(x) + short)


class ResidualUp(nn.Module):
    """Up-sampling by a transposed convolution on each of the two ways of a residual block.

    forward: (N, channels_in, H, W) -> (N, channels_out, 2 * H, 2 * W).
    """

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.convs = nn.Sequential(
            nn.ConvTranspose2d(channels_in, channels_out, 3, 2, 1, output_padding=1),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1),
            nn.BatchNorm2d(channels_out),
        )
        self.shortcut = nn.Sequential(
            nn.ConvTranspose2d(channels_in, channels_out, 3, 2, 1, output_padding=1), nn.BatchNorm2d(channels_out)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.convs(x) + self.shortcut(x))


class FCEFRes(nn.Module):
    """FC-EF-Res: FC-EF of residual blocks, deeper and yet smaller.

    Daudt, Le Saux, Boulch, Gousseau (CVIU 2019), doi:10.1016/j.cviu.2019.07.003. Both dates and all sensors are stacked
    as bands. Each level has a residual block, whose map is the skip, and one which halves the map; the last of
    ``widths`` is the bottom's. As in the authors' code it has no dropout.

    Differs from the paper: returns logits.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of ``2 ** (len(widths) - 1)``, so of 16.
    """

    flow = Flow((r"(?:levels|down)\.(\d+)", "bottom"), (r"(?:up|joined)\.(?P<last_first>\d+)",), ("head",))

    def __init__(
        self, inputs: Mapping[str, tuple[int, int]], classes: int, widths: Sequence[int] = (8, 16, 32, 64, 128)
    ):
        super().__init__()
        channels = sum(dates * bands for dates, bands in inputs.values())
        *tops, bottom = widths
        self.levels = nn.ModuleList(Residual(a, b) for a, b in zip((channels, *tops[1:]), tops))
        self.down = nn.ModuleList(Residual(a, b, halve=True) for a, b in zip(tops, widths[1:]))
        self.bottom = Residual(bottom, bottom)
        self.up = nn.ModuleList(ResidualUp(b, a) for a, b in zip(tops, widths[1:]))
        self.joined = nn.ModuleList(Residual(2 * width, width) for width in tops[1:])
        self.head = nn.Conv2d(2 * tops[0], classes, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        x = torch.cat([x.flatten(1, 2) for x in inputs], 1)  # (N, sum of 2*C, H, W)
        skips = []
        for level, down in zip(self.levels, self.down):
            skips.append(level(x))
            x = down(skips[-1])
        x = self.bottom(x)
        for up, skip, after in zip(reversed(self.up), reversed(skips), (*reversed(self.joined), self.head)):
            x = after(torch.cat([up(x), skip], 1))
        return x
