"""Oriented boxes as x, y, width, height, angle: the middle and the sides in pixels, the angle in radians from x to y.

The side ``width`` lies along the angle. As Gaussians: Llerena, Zeni, Kristen, Jung (2021), arXiv:2106.06072.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .boxes import SMALLEST, Shape

SMALLEST_SIDE = 1e-2  # pixels, so that no covariance is singular
OF_SQUARES = 0.5  # weight of the direction in the loss of a square


def area(boxes: Tensor) -> Tensor:
    """Square pixels. (..., 5) -> (...)."""
    return boxes[..., 2].clamp(min=0) * boxes[..., 3].clamp(min=0)


def middle(boxes: Tensor) -> Tensor:
    """(..., 5) -> (..., 2)."""
    return boxes[..., :2]


def inside(points: Tensor, boxes: Tensor) -> Tensor:
    """Which points (K, 2) lie within which boxes (M, 5), not on their sides. (M, K) bool."""
    across, down = (points - boxes[:, None, :2]).unbind(-1)
    cos, sin = boxes[:, 4:].cos(), boxes[:, 4:].sin()
    width, height = boxes[:, 2:3], boxes[:, 3:4]
    return ((across * cos + down * sin).abs() < width / 2) & ((down * cos - across * sin).abs() < height / 2)


def bhattacharyya(a: Tensor, b: Tensor) -> Tensor:
    """The Bhattacharyya distance of boxes as Gaussians, from 0 on; a and b are broadcast. (..., 5), (..., 5) -> (...).

    A box has the mean and the covariance of a uniform distribution on it.
    """
    (xx, yy, xy), (other_xx, other_yy, other_xy) = _covariance(a), _covariance(b)
    x, y = (a[..., :2] - b[..., :2]).unbind(-1)
    mean_xx, mean_yy, mean_xy = (xx + other_xx) / 2, (yy + other_yy) / 2, (xy + other_xy) / 2
    volume = (mean_xx * mean_yy - mean_xy**2).clamp(min=SMALLEST)
    apart = (mean_yy * x**2 + mean_xx * y**2 - 2 * mean_xy * x * y) / volume / 8
    own = _volume(a) * _volume(b)
    return (apart + (volume.log() - own.log() / 2) / 2).clamp(min=0)


def prob_iou(a: Tensor, b: Tensor) -> Tensor:
    """ProbIoU of every pair: 1 - Hellinger's distance. (n, 5), (m, 5) -> (n, m), 0 to 1."""
    return 1 - _hellinger(a[:, None], b[None])


def oriented_loss(a: Tensor, b: Tensor) -> Tensor:
    """1 - ProbIoU of box i of ``a`` and object i of ``b``, and how far their sides point apart. (n, 5), (n, 5) -> (n,).

    Differs from the paper by the second term: the Gaussian of a square is a circle, which has no direction. The term
    is the same for turns of 90 degrees, and smaller by the square of the ratio of the object's sides.
    """
    sides = b[..., 2:4].clamp(min=SMALLEST_SIDE)
    square = (sides.amin(-1) / sides.amax(-1)) ** 2
    return _hellinger(a, b) + OF_SQUARES * square * (1 - (4 * (a[..., 4] - b[..., 4])).cos()) / 2


ORIENTED = Shape("oriented", 5, area, middle, inside, prob_iou, oriented_loss)


def _hellinger(a: Tensor, b: Tensor) -> Tensor:
    return (1 - (-bhattacharyya(a, b)).exp() + 1e-7).sqrt().clamp(max=1)  # a root without an infinite slope at 0


def _covariance(boxes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The entries xx, yy and xy."""
    along, across = (boxes[..., 2:4].clamp(min=SMALLEST_SIDE) ** 2 / 12).unbind(-1)
    cos, sin = (2 * boxes[..., 4]).cos(), (2 * boxes[..., 4]).sin()
    mean, half = (along + across) / 2, (along - across) / 2
    return mean + half * cos, mean - half * cos, half * sin


def _volume(boxes: Tensor) -> Tensor:
    """The determinant of the covariance."""
    return (boxes[..., 2:4].clamp(min=SMALLEST_SIDE) ** 2 / 12).prod(-1)


def angle_of(pair: Tensor) -> Tensor:
    """The angle of two numbers that point to twice of it, -pi / 2 to pi / 2. (..., 2) -> (...).

    A box turned by 180 degrees is the same, and so is the pair: there is no jump between the ends of the range.
    """
    return torch.atan2(pair[..., 1], pair[..., 0]) / 2


def of_corners(corners: Tensor) -> Tensor:
    """Rectangles by their corners in turn. (n, 4, 2) -> (n, 5)."""
    along, across = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    angle = torch.atan2(along[:, 1], along[:, 0])
    return torch.cat([corners.mean(1), torch.stack([along.norm(dim=1), across.norm(dim=1), angle], 1)], 1)
