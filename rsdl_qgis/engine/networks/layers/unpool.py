"""Max pooling that remembers where each maximum stood, and its inverse; both in operations which ONNX has.

``torch.nn.MaxUnpool2d`` cannot be exported to ONNX; this gives the same values bit by bit, and exports at any size.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def max_pool(x: Tensor) -> tuple[Tensor, Tensor]:
    """The maxima of the 2x2 windows, and the place of each in its flattened map.

    (N, C, H, W) -> twice (N, C, H // 2, W // 2); the places, int64, are numbered as in ``torch.nn.MaxPool2d``.
    """
    pooled, places = F.max_pool2d(x, 2, return_indices=True)
    return pooled, places


def unpool(x: Tensor, places: Tensor, like: Tensor) -> Tensor:
    """Put each value back where its maximum came from, zeros elsewhere.

    x and places: (N, C, h, w) -> (N, C, H, W), the shape of ``like``, which is the map that ``max_pool`` was given.
    """
    zeros = torch.zeros_like(like, dtype=x.dtype).flatten(2)  # (N, C, H*W)
    return zeros.scatter(2, places.flatten(2), x.flatten(2)).view_as(like)
