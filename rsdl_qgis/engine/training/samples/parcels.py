"""Augmentation of scenes for classification by polygon: a window of any aspect ratio, masked outside a random shape.

A network trained on whole images only is not reliable on masked or elongated ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

LEAST = 0.3  # smallest side of a parcel's window as a fraction of the image's
CORNER = 0.1  # least distance of a quadrangle's corner from the ends of a side, as a fraction of it
MIDDLE = 0.25  # least distance of a half's border from the ends of the sides, as a fraction of them


def draw_window(shape: Sequence[int], random: torch.Generator) -> tuple[int, int]:
    """Height and width in pixels of a random window in an image of a ``shape``; it is later resampled to that shape."""
    fractions = LEAST + (1 - LEAST) * torch.rand(2, generator=random)
    height, width = (max(round(side * part), 1) for side, part in zip(shape, fractions.tolist()))
    return height, width


def draw_mask(shape: Sequence[int], random: torch.Generator) -> Tensor:
    """(H, W) bool: a random shape that touches all sides of an image, or a half-plane, as at a raster's edge.

    With equal probability the whole, an ellipse, a quadrangle with a corner on each side, or a half.
    """
    x, y = ((torch.arange(side) + 0.5) / side for side in (shape[1], shape[0]))
    kind, *drawn = torch.rand(5, generator=random).tolist()
    return SHAPES[int(kind * len(SHAPES))](x[None, :], y[:, None], drawn)


def _whole(x: Tensor, y: Tensor, drawn: Sequence[float]) -> Tensor:
    return torch.ones(len(y), x.shape[1], dtype=torch.bool)


def _ellipse(x: Tensor, y: Tensor, drawn: Sequence[float]) -> Tensor:
    return (x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.25


def _quadrangle(x: Tensor, y: Tensor, drawn: Sequence[float]) -> Tensor:
    above, right, below, left = (CORNER + (1 - 2 * CORNER) * share for share in drawn)
    corners = [(above, 0.0), (1.0, right), (below, 1.0), (0.0, left)]
    inside = _whole(x, y, drawn)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]]):
        inside &= (x1 - x0) * (y - y0) >= (y1 - y0) * (x - x0)
    return inside


def _half(x: Tensor, y: Tensor, drawn: Sequence[float]) -> Tensor:
    across, down = (MIDDLE + (1 - 2 * MIDDLE) * share for share in drawn[:2])
    angle = 2 * math.pi * drawn[2]
    return (x - across) * math.cos(angle) + (y - down) * math.sin(angle) >= 0


Shape = Callable[[Tensor, Tensor, Sequence[float]], Tensor]
SHAPES: tuple[Shape, ...] = (_whole, _ellipse, _quadrangle, _half)
