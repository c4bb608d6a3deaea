"""Mosaic augmentation, four images in one: Bochkovskiy, Wang, Liao (2020), arXiv:2004.10934."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .objects import Objects, joined, seen, shifted

EDGE = 0.25  # smallest height and width of a part, as a fraction of the image's


def mosaic(samples: Sequence[tuple[list[Tensor], Any]], random: torch.Generator) -> tuple[list[Tensor], Any]:
    """The upper left of the first sample, the upper right of the second, and so on, divided at a random point.

    ``samples``: four (images, label) of one shape, with dense labels or objects. Differs from the paper: the parts keep
    their place and size, since crop and zoom are drawn before.
    """
    height, width = samples[0][0][0].shape[-2:]
    down, across = (EDGE + (1 - 2 * EDGE) * torch.rand(2, generator=random)).tolist()
    row, column = round(down * height), round(across * width)
    windows = [(0, 0, column, row), (column, 0, width, row), (0, row, column, height), (column, row, width, height)]
    images = [_put_together(column, windows) for column in zip(*(images for images, _ in samples))]
    labels = [label for _, label in samples]
    if isinstance(labels[0], Objects):
        return images, joined([_of_part(part, window) for part, window in zip(labels, windows)])
    return images, _put_together(labels, windows)


def _put_together(parts: Sequence[Tensor], windows: Sequence[tuple[int, int, int, int]]) -> Tensor:
    result = torch.empty_like(parts[0])
    for part, (left, top, right, bottom) in zip(parts, windows):
        result[..., top:bottom, left:right] = part[..., top:bottom, left:right]
    return result


def _of_part(objects: Objects, window: tuple[int, int, int, int]) -> Objects:
    """The objects of a window, clipped to it, in the coordinates of the image."""
    return shifted(seen(objects, window), *window[:2])
