"""Average pooling to a given number of cells, for maps of any size, also in an exported network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AdaptiveAveragePool(nn.Module):
    """The mean over each of ``cells`` x ``cells`` parts of the map: ``nn.AdaptiveAvgPool2d``, exportable.

    That layer can be exported only for sizes known beforehand. Here it is two matrix products, with matrices made
    from the size of the map. forward: (N, C, H, W) -> (N, C, cells, cells).
    """

    def __init__(self, cells: int):
        super().__init__()
        self.cells = cells

    def forward(self, x: Tensor) -> Tensor:
        rows = averaging_matrix(self.cells, x.shape[-2], x)  # (cells, H)
        columns = averaging_matrix(self.cells, x.shape[-1], x)  # (cells, W)
        return rows @ x @ columns.T


def averaging_matrix(cells: int, length: int, like: Tensor) -> Tensor:
    """(cells, length): row i averages the places from i * length / cells, rounded down, to the next, rounded up."""
    i = torch.arange(cells, device=like.device)[:, None]
    place = torch.arange(length, device=like.device)
    inside = (place >= i * length // cells) & (place < ((i + 1) * length + cells - 1) // cells)
    weights = inside.to(like.dtype)
    return weights / weights.sum(1, keepdim=True)
