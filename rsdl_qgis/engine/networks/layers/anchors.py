"""The places of detections: the anchors of Faster R-CNN and the cells of YOLO, for each map of a pyramid."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def cell_anchors(size: float, ratios: Sequence[float]) -> Tensor:
    """One box a ratio (height / width) with the area ``size ** 2`` around the origin, in whole pixels. (ratios, 4)."""
    root = torch.tensor(ratios).sqrt()
    half = size * torch.stack([1 / root, root], 1) / 2
    return torch.cat([-half, half], 1).round()


def cells(feature: Tensor, image: Tensor) -> Tensor:
    """The top left corner of each cell, in pixels of the image, row by row. (..., h, w), (..., H, W) -> (h * w, 2)."""
    height, width = feature.shape[-2:]
    ys = torch.arange(height, device=feature.device) * (image.shape[-2] // height)
    xs = torch.arange(width, device=feature.device) * (image.shape[-1] // width)
    grid = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack([grid[1].reshape(-1), grid[0].reshape(-1)], 1).float()


def anchors(feature: Tensor, image: Tensor, shapes: Tensor) -> Tensor:
    """Every shape of ``cell_anchors`` around every cell's corner. shapes (A, 4) -> (h * w * A, 4)."""
    corners = cells(feature, image).repeat(1, 2)  # (h * w, 4)
    return (corners[:, None] + shapes.to(corners)).reshape(-1, 4)
