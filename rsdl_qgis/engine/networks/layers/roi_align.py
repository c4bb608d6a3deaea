"""RoIAlign: He, Gkioxari, Dollár, Girshick (ICCV 2017), doi:10.1109/ICCV.2017.322; and over a pyramid of maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .boxes import area


def roi_align(
    features: Tensor, boxes: Tensor, image: Tensor, scale: float, size: int = 7, samples: int = 2, aligned: bool = False
) -> Tensor:
    """The mean of ``samples`` x ``samples`` bilinear samples in each of ``size`` x ``size`` bins of a box.

    ``scale`` turns pixels of the image into cells of the map. ``aligned`` puts the value of a cell at its middle; not
    aligned, the form of the published detectors, puts it at its top left corner and takes no box for smaller than one
    cell. A sample less than one cell outside the map takes the value at the border, one further out is 0. Exported as
    ONNX's RoiAlign.
    features (N, C, h, w), boxes (R, 4), image (R,) long: each box's index in N -> (R, C, size, size).
    """
    if torch.onnx.is_in_onnx_export():
        exported: Tensor = _Exported.apply(features, boxes, image, scale, size, samples, aligned)
        return exported
    return _roi_align(features, boxes, image, scale, size, samples, aligned)


def _roi_align(
    features: Tensor, boxes: Tensor, image: Tensor, scale: float, size: int, samples: int, aligned: bool
) -> Tensor:
    height, width = features.shape[-2:]
    corners = boxes * scale - (0.5 if aligned else 0.0)
    extent = corners[:, 2:] - corners[:, :2]
    if not aligned:
        extent = extent.clamp(min=1)
    steps = (torch.arange(size * samples, device=boxes.device) + 0.5) / (size * samples)
    x, y = (corners[:, :2, None] + extent[..., None] * steps).unbind(1)  # (R, size * samples)
    inside = ((y >= -1) & (y <= height))[:, :, None] & ((x >= -1) & (x <= width))[:, None]
    x, y = ((2 * x + 1) / width - 1), ((2 * y + 1) / height - 1)  # as grid_sample counts: from -1 to 1
    grid = torch.stack(torch.broadcast_tensors(x[:, None], y[:, :, None]), -1)  # (R, size * samples, size * samples, 2)
    order = [(image == i).nonzero()[:, 0] for i in range(len(features))]
    parts = [
        F.avg_pool2d(_sampled(features[i], grid[here]) * inside[here, None], samples) for i, here in enumerate(order)
    ]
    return _joined(parts, order)


def _sampled(feature: Tensor, grid: Tensor) -> Tensor:
    """(C, h, w), (R, s, s, 2) -> (R, C, s, s): all boxes in one call, below each other."""
    rows = grid.reshape(1, -1, *grid.shape[2:])
    values = F.grid_sample(feature[None], rows, padding_mode="border", align_corners=False)[0]  # (C, R * s, s)
    return values.unflatten(1, grid.shape[:2]).transpose(0, 1)


def _joined(parts: Sequence[Tensor], order: Sequence[Tensor]) -> Tensor:
    """The parts' rows where ``order`` says that they belong."""
    return torch.cat(list(parts))[torch.cat(list(order)).argsort()]


class _Exported(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tensor:
        return _roi_align(*arguments)

    @staticmethod
    def symbolic(
        g: Any, features: Any, boxes: Any, image: Any, scale: float, size: int, samples: int, aligned: bool
    ) -> Any:
        return g.op(
            "RoiAlign",
            features,
            boxes,
            image,
            coordinate_transformation_mode_s="half_pixel" if aligned else "output_half_pixel",
            mode_s="avg",
            output_height_i=size,
            output_width_i=size,
            sampling_ratio_i=samples,
            spatial_scale_f=scale,
        )


def pyramid_level(boxes: Tensor, finest: int, coarsest: int) -> Tensor:
    """The level of the pyramid (a stride of 2 ** level) for each box: 4 for one of 224 x 224 pixels, 3 for half.

    Lin et al. (CVPR 2017), doi:10.1109/CVPR.2017.106, equation 1. (R, 4) -> (R,) long, ``finest`` to ``coarsest``.
    """
    level = torch.floor(4 + torch.log2(area(boxes).sqrt() / 224) + 1e-6)  # a box at the limit goes up despite rounding
    return level.clamp(finest, coarsest).long()


def pyramid_roi_align(
    features: Sequence[Tensor], boxes: Tensor, image: Tensor, finest: int = 2, size: int = 7, samples: int = 2
) -> Tensor:
    """RoIAlign of each box on the map of its level; ``features`` from level ``finest`` on. (R, C, size, size)."""
    level = pyramid_level(boxes, finest, finest + len(features) - 1) - finest
    order = [(level == i).nonzero()[:, 0] for i in range(len(features))]
    parts = [
        roi_align(feature, boxes[here], image[here], 0.5 ** (finest + i), size, samples)
        for i, (feature, here) in enumerate(zip(features, order))
    ]
    return _joined(parts, order)
