"""Parts of pictures as polygons show them: a window of any sides, and what lies outside of the polygon masked.

A network that only ever saw whole pictures is not to be trusted with masked or elongated ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

LEAST = 0.3  # of the picture's height and width, that a parcel's window has at least
CORNER = 0.1  # of a window's side, that a quadrangle's corner stays away from its ends
MIDDLE = 0.25  # of a window's sides, that the border of what is known stays away from their ends


def draw_window(shape: Sequence[int], random: torch.Generator) -> tuple[int, int]:
    """Height and width in pixels of a window in a picture of that shape; it is brought to the picture's own."""
    shares = LEAST + (1 - LEAST) * torch.rand(2, generator=random)
    height, width = (max(round(side * share), 1) for side, share in zip(shape, shares.tolist()))
    return height, width


def draw_mask(shape: Sequence[int], random: torch.Generator) -> Tensor:
    """(H, W) bool: a shape that touches all sides of a picture, or all on one side of a line, as at a raster's edge.

    All of it, an ellipse, a quadrangle with a corner on each side, or a half, each as likely.
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
