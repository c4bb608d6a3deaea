"""One ResNet for two dates: the class of a pair of scenes, or a map of change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ModelError
from .layers.blocks import Decoder
from .resnet import ResNet
from .stages import Flow
from .table import CHANGE, build_body


def both_dates(inputs: Sequence[Tensor]) -> Tensor:
    """(N, 2, C, H, W) an input -> (2 * N, sum of C, H, W): one batch, before and after in turn.

    One pass of the encoder serves both dates, and batch norm treats them alike, in training as afterwards.
    """
    return torch.cat(list(inputs), 2).flatten(0, 1)


def each_date(features: Tensor) -> tuple[Tensor, Tensor]:
    """What ``both_dates`` joined: (2 * N, …) -> before and after, (N, …) each."""
    pairs = features.unflatten(0, (-1, 2))
    return pairs[:, 0], pairs[:, 1]


class SiameseResNet(nn.Module):
    """One ResNet sees both scenes of a pair; one layer classifies their features and the difference of these.

    Liu, Zhou, Zhao, Yao, Liu, Zheng (IEEE GRSL 2019), doi:10.1109/LGRS.2019.2894399, on the ResNet of He et al. (CVPR
    2016). The classes are those of the pair: changed or not, or from which use of the land to which; the order of the
    dates matters. Sensors are stacked as bands. ``encoder`` takes the weights of a ResNet, save its ``fc``, by name.

    Differs from the paper: it identifies the class of each scene and verifies whether both are of one class, with a
    metric-learning term on their features; here a pair has one class, which one layer predicts from the features of
    both dates and their absolute difference.

    forward: (N, 2, C, H, W) an input -> (N, classes); any H and W from 32 on.
    ModelError when there is no such depth.
    """

    def __init__(self, inputs: Mapping[str, tuple[int, int]], classes: int, depth: int = 50, width: int = 64):
        super().__init__()
        bands = sum(bands for _, bands in inputs.values())
        self.encoder = ResNet({"image": (1, bands)}, 0, depth, width)
        self.head = nn.Linear(3 * self.encoder.stage_widths[-1], classes)

    def forward(self, *inputs: Tensor) -> Tensor:
        features = self.encoder(both_dates(inputs).unsqueeze(1))
        before, after = each_date(features)  # (N, width) each
        return self.head(torch.cat([before, after, (before - after).abs()], 1))


ENCODERS = CHANGE["siamese-resnet-unet"].choices["encoder"]


class SiameseResNetUNet(nn.Module):
    """One encoder for both dates; the absolute differences of its five stages are the skips of a U-Net's decoder.

    The ResNet of He, Zhang, Ren, Sun (CVPR 2016), doi:10.1109/CVPR.2016.90, in FC-Siam-diff of Daudt, Le Saux, Boulch
    (ICIP 2018), doi:10.1109/ICIP.2018.8451652; or an EfficientNet. The decoder has the widths of ResNet-34's stages; to
    these a 1x1 convolution brings the differences of other encoders. ``width`` is its first one, and a ResNet's. The
    order of the dates does not matter. Sensors are joined band by band. ``encoder`` takes the weights of that network,
    save its classifying layer, by name.

    Differs from the paper: FC-Siam-diff with a classification network as its encoder; its decoder starts from the
    difference of the deepest maps, not from the later date's; the first skip lies at half the size, the last step has
    none.

    forward: (N, 2, C, H, W) an input -> (N, classes, H, W); H and W multiples of 32.
    ModelError when there is no such encoder.
    """

    flow = Flow(encoder=("encoder",), decoder=("narrow", "decoder"))

    def __init__(self, inputs: Mapping[str, tuple[int, int]], classes: int, encoder: str = "resnet34", width: int = 64):
        super().__init__()
        if encoder not in ENCODERS:
            raise ModelError(f"There is no encoder '{encoder}'.", f"Choose one of: {', '.join(ENCODERS)}.")
        bands = sum(bands for _, bands in inputs.values())
        widths = (width, width, 2 * width, 4 * width, 8 * width)
        own = {"width": width} if encoder.startswith("resnet") else {}
        self.encoder = build_body(encoder, {"image": (1, bands)}, **own)
        self.narrow = nn.ModuleList(
            nn.Identity() if before == after else nn.Conv2d(before, after, 1)
            for before, after in zip(self.encoder.stage_widths, widths)
        )
        self.decoder = Decoder(widths, 1, classes, stem=2)

    def forward(self, *inputs: Tensor) -> Tensor:
        skips = []
        for narrow, features in zip(self.narrow, self.encoder.stages(both_dates(inputs))):
            before, after = each_date(features)
            skips.append(narrow((before - after).abs()))
        return self.decoder([skips])
