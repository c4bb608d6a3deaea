"""YOLO without anchors, after YOLOX: Ge, Liu, Wang, Li, Sun (2021), arXiv:2107.08430."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .layers.anchors import cells
from .layers.boxes import UPRIGHT, check_targets, clip, objects, simple_ota
from .stages import Flow

VARIANTS: dict[str, tuple[float, float]] = {  # parts of the full depth and width
    "n": (0.33, 0.25),
    "s": (0.33, 0.50),
    "m": (0.67, 0.75),
}
STRIDES = (8, 16, 32)
RARE = 0.01  # initial objectness of every cell
FINEST_STEP = 8  # enlarging is by so many parts of 1
LARGEST_GROWTH = 8.0  # logarithm of a box's size in strides, so that exp cannot overflow


class Conv(nn.Sequential):
    """Convolution, batch norm and SiLU. (N, channels_in, H, W) -> (N, channels_out, H / stride, W / stride)."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1, stride: int = 1):
        super().__init__(
            nn.Conv2d(channels_in, channels_out, kernel, stride, (kernel - 1) // 2, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.SiLU(inplace=True),
        )


class Bottleneck(nn.Module):
    """A 1x1 and a 3x3 convolution, beside a shortcut if asked for. (N, width, H, W) -> the same shape."""

    def __init__(self, width: int, shortcut: bool):
        super().__init__()
        self.layers = nn.Sequential(Conv(width, width), Conv(width, width, 3))
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.shortcut else self.layers(x)


class CrossStage(nn.Module):
    """CSP: half of the channels pass bottlenecks, half pass them by: Wang et al. (CVPRW 2020), arXiv:1911.11929.

    (N, channels_in, H, W) -> (N, channels_out, H, W).
    """

    def __init__(self, channels_in: int, channels_out: int, count: int, shortcut: bool):
        super().__init__()
        half = channels_out // 2
        self.through = nn.Sequential(Conv(channels_in, half), *(Bottleneck(half, shortcut) for _ in range(count)))
        self.past = Conv(channels_in, half)
        self.join = Conv(2 * half, channels_out)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(torch.cat([self.through(x), self.past(x)], 1))


class PyramidPooling(nn.Module):
    """SPP, the largest value in 1, 5, 9 and 13 cells: He et al. (TPAMI 2015), doi:10.1109/TPAMI.2015.2389824.

    The wider windows are the narrowest one applied again, which gives the same. (N, width, H, W) -> the same shape.
    """

    def __init__(self, width: int):
        super().__init__()
        self.reduce = Conv(width, width // 2)
        self.join = Conv(width // 2 * 4, width)

    def forward(self, x: Tensor) -> Tensor:
        windows = [self.reduce(x)]
        for _ in range(3):
            windows.append(F.max_pool2d(windows[-1], 5, 1, 2))
        return self.join(torch.cat(windows, 1))


class Backbone(nn.Module):
    """CSPDarknet: five halvings. (N, channels, H, W) -> maps at strides 8, 16, 32 with 4, 8, 16 times ``width``."""

    flow = Flow(encoder=("stem", r"stages\.(\d+)"))

    def __init__(self, channels: int, width: int, depth: int):
        super().__init__()
        self.stem = Conv(channels, width, 6, 2)
        self.stages = nn.ModuleList()
        for i, count in enumerate((depth, 3 * depth, 3 * depth, depth)):
            wide = width * 2 ** (i + 1)
            pooling = [PyramidPooling(wide)] if i == 3 else []
            cross = CrossStage(wide, wide, count, shortcut=not pooling)
            self.stages.append(nn.Sequential(Conv(wide // 2, wide, 3, 2), *pooling, cross))

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = [self.stem(x)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return maps[2:]


class Neck(nn.Module):
    """Path aggregation: Liu et al. (CVPR 2018), doi:10.1109/CVPR.2018.00913: down the pyramid and up again.

    Three maps of ``widths`` channels -> three maps of the same shapes, each with what the others saw.
    """

    def __init__(self, widths: Sequence[int], depth: int):
        super().__init__()
        fine, middle, coarse = widths
        self.reduce = nn.ModuleList([Conv(coarse, middle), Conv(middle, fine)])
        self.down = nn.ModuleList(CrossStage(2 * width, width, depth, shortcut=False) for width in (middle, fine))
        self.halve = nn.ModuleList(Conv(width, width, 3, 2) for width in (fine, middle))
        self.up = nn.ModuleList(CrossStage(width, width, depth, shortcut=False) for width in (middle, coarse))

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        fine, middle, coarse = maps
        skips = []
        x = coarse
        for skip, reduce, down in zip((middle, fine), self.reduce, self.down):
            skips.append(reduce(x))
            x = down(torch.cat([F.interpolate(skips[-1], size=skip.shape[-2:]), skip], 1))
        result = [x]
        for skip, halve, up in zip(reversed(skips), self.halve, self.up):
            result.append(up(torch.cat([halve(result[-1]), skip], 1)))
        return result


class Head(nn.Module):
    """Decoupled: classes from one branch, box and objectness from another.

    (N, channels, h, w) -> (N, h * w, ``coded`` + 1 + classes): shift of the middle and logarithm of the size, both in
    strides, and what more codes a box; objectness, classes.
    """

    def __init__(self, channels: int, width: int, classes: int, coded: int = 4):
        super().__init__()
        self.stem = Conv(channels, width)
        self.class_branch = nn.Sequential(Conv(width, width, 3), Conv(width, width, 3))
        self.box_branch = nn.Sequential(Conv(width, width, 3), Conv(width, width, 3))
        self.classes = nn.Conv2d(width, classes, 1)
        self.box = nn.Conv2d(width, coded, 1)
        self.objectness = nn.Conv2d(width, 1, 1)
        for layer in (self.classes, self.objectness):
            nn.init.constant_(layer.bias, math.log(RARE / (1 - RARE)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        of_box = self.box_branch(x)
        parts = [self.box(of_box), self.objectness(of_box), self.classes(self.class_branch(x))]
        return torch.cat(parts, 1).flatten(2).transpose(1, 2).float()


class YOLO(nn.Module):
    """A one-stage detector that predicts one box for every cell of three maps, over all dates and inputs stacked as
    bands.

    Ge, Liu, Wang, Li, Sun (2021), arXiv:2107.08430. ``variant`` is a key of ``VARIANTS``; ``depth`` and ``width``
    replace its parts of the full depth (3 bottlenecks) and width (64 channels). ``enlarge`` 1.5 lets it see images
    half as large again, for objects of a few pixels.

    Differs from the paper: the first layer is a 6x6 convolution of stride 2, which its rearranging of pixels and 3x3
    convolution amount to; the nano size has ordinary convolutions instead of depthwise ones, which are slow on CPUs;
    the loss of the boxes is 1 - GIoU instead of 1 - IoU², which has a gradient also where a box does not touch its
    object; no L1 loss in the last epochs; augmentation is left to the training. The class target is the IoU, as in the
    code published with the paper.

    forward: (N, T, C, H, W) an input -> boxes (N, K, 4) as x1, y1, x2, y2 in pixels, logits (N, K, classes) whose
    sigmoid is the score, that is class times objectness; K = H * W * (1 / 64 + 1 / 256 + 1 / 1024), of the enlarged
    image, the finest map first, row by row; H and W multiples of 32, and so that those of the enlarged one are.
    loss: images, and for each a dict of "boxes" (M, 4) and "labels" (M,) from 0 -> the three losses, to be added.
    ModelError when there is no such variant, or ``enlarge`` is not from 1 to 4 in steps of an eighth.
    """

    flow = Flow(("backbone",), (r"neck\.(?:reduce|down)", r"neck\.(?:halve|up)"), ("heads",))
    shape = UPRIGHT
    coded = 4  # numbers of a box as a head gives it

    def __init__(
        self,
        inputs: Mapping[str, tuple[int, int]],
        classes: int,
        variant: str = "s",
        depth: float | None = None,
        width: float | None = None,
        enlarge: float = 1.0,
    ):
        super().__init__()
        if not 1 <= enlarge <= 4 or enlarge * FINEST_STEP % 1:
            raise ModelError(f"Images cannot be enlarged by {enlarge}.", "Choose 1 to 4, in steps of 0.125.")
        if variant not in VARIANTS:
            raise ModelError(f"There is no YOLO of the size '{variant}'.", f"Choose one of: {', '.join(VARIANTS)}.")
        depth, width = depth or VARIANTS[variant][0], width or VARIANTS[variant][1]
        base, count = round(64 * width), max(round(3 * depth), 1)
        channels = sum(dates * bands for dates, bands in inputs.values())
        widths = (4 * base, 8 * base, 16 * base)
        self.enlarge = enlarge
        self.multiple = STRIDES[-1] * Fraction(enlarge).denominator
        self.backbone = Backbone(channels, base, count)
        self.neck = Neck(widths, count)
        self.heads = nn.ModuleList(Head(wide, 4 * base, classes, self.coded) for wide in widths)

    def forward(self, *images: Tensor) -> tuple[Tensor, Tensor]:
        boxes, objectness, classes, _, _ = self._predict(images)
        height, width = images[0].shape[-2:]
        return clip(boxes, height, width), product(objectness, classes)

    def loss(self, images: Sequence[Tensor], targets: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        boxes, objectness, classes, points, strides = self._predict(images)
        check_targets(targets, len(boxes), classes.shape[-1])
        wanted = torch.zeros_like(objectness)
        box_loss, class_loss, count = boxes.sum() * 0, classes.sum() * 0, 0
        for i, target in enumerate(targets):
            true_boxes, labels = objects(target, boxes, self.shape)
            scores = product(objectness[i], classes[i]).detach().sigmoid()
            matched, quality = simple_ota(points, strides, boxes[i].detach(), scores, true_boxes, labels, self.shape)
            hits = (matched >= 0).nonzero()[:, 0]
            matched, quality = matched[hits], quality[hits]
            wanted[i, hits] = 1
            box_loss = box_loss + self.shape.loss(boxes[i, hits], true_boxes[matched]).sum()
            aim = F.one_hot(labels[matched], classes.shape[-1]) * quality[:, None]
            class_loss = class_loss + F.binary_cross_entropy_with_logits(classes[i, hits], aim, reduction="sum")
            count += len(hits)
        object_loss = F.binary_cross_entropy_with_logits(objectness, wanted, reduction="sum")
        losses = {"boxes": 5 * box_loss, "objectness": object_loss, "classes": class_loss}
        return {name: value / max(count, 1) for name, value in losses.items()}

    def _predict(self, images: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Boxes (N, K, numbers), objectness (N, K, 1), classes (N, K, classes); of cells middles (K, 2), strides (K,).

        Boxes, middles and strides in pixels of the images as they were given.
        """
        stacked = torch.cat([x.flatten(1, 2) for x in images], 1)  # (N, sum of T*C, H, W)
        if self.enlarge > 1:
            stacked = F.interpolate(stacked, scale_factor=self.enlarge, mode="bilinear", align_corners=False)
        maps = self.neck(self.backbone(stacked))
        raw = torch.cat([head(x) for head, x in zip(self.heads, maps)], 1)
        corners = [cells(x, stacked) for x in maps]
        strides = torch.cat([torch.full_like(corner[:, 0], s / self.enlarge) for corner, s in zip(corners, STRIDES)])
        corner = torch.cat(corners) / self.enlarge
        code, objectness, classes = raw[..., : self.coded], raw[..., self.coded, None], raw[..., self.coded + 1 :]
        centre = corner + code[..., :2] * strides[:, None]
        size = code[..., 2:4].clamp(max=LARGEST_GROWTH).exp() * strides[:, None]
        boxes = self._boxes(centre, size, code[..., 4:])
        return boxes, objectness, classes, corner + strides[:, None] / 2, strides

    def _boxes(self, centre: Tensor, size: Tensor, code: Tensor) -> Tensor:
        """The boxes (N, K, numbers) of these middles and sizes (N, K, 2) in pixels; ``code``: what more a head gave."""
        return torch.cat([centre - size / 2, centre + size / 2], -1)


def product(a: Tensor, b: Tensor) -> Tensor:
    """The logit of the product of two probabilities given as logits: (1 - pq) / pq = 1/e^a + 1/e^b + 1/e^(a + b)."""
    a, b = torch.broadcast_tensors(a, b)
    return -torch.stack([-a, -b, -a - b]).logsumexp(0)
