"""Consistency regularisation: the map of a crop is to agree with the map of the whole chip, at the chip's borders too.

After Lai et al. (CVPR 2021), arXiv:2106.14133, who compare the features of two overlapping crops of unlabelled images.
Here the crop lies in the chip, the labels are used as well, and the maps themselves are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from ..processes.group import divisor
from .fit import with_auxiliary

Crop = tuple[slice, slice]  # rows and columns
LEAST = 0.5  # smallest side of a crop as a fraction of the chip's
FEWEST = 2  # smallest side of a crop in multiples: batch norm needs more than one value


def check_crops(side: int, multiple: int) -> None:
    """InputError where chips of ``side`` pixels are too small to crop for a network that takes multiples of so many."""
    least = (FEWEST + 1) * multiple
    if side < least:
        raise InputError(
            f"Chips of {side} px are too small to be cropped for CONSISTENCY: the network takes multiples of "
            f"{multiple} px.",
            f"Use chips of at least {least} px, or CONSISTENCY=0.",
        )


def consistency_forward(
    loss: Callable[[Tensor, Any], Tensor], weight: float, multiple: int, kind: str
) -> Callable[[nn.Module, Sequence[Tensor], Tensor], Tensor]:
    """The ``forward`` of ``fit`` with consistency regularisation; it computes the loss itself.

    The loss is the mean of the losses of whole chips and of a crop of each (at the same place in a batch), plus
    ``weight`` times the ``disagreement`` of the two maps. ``loss``: of float32 logits (N, K, H, W) and labels.
    ``multiple``: of which a crop's sides are multiples, in pixels. ``kind``: of labels, "classes" or "numbers".
    """

    def forward(network: nn.Module, images: Sequence[Tensor], labels: Tensor) -> Tensor:
        crop = draw_crop(images[0].shape[-1], multiple)
        crops = [image[(..., *crop)] for image in images]
        outputs = network(*images), network(*crops)
        with torch.autocast(images[0].device.type, enabled=False):
            auxiliary = getattr(network, "auxiliary_weight", 0.0)
            targets = labels, labels[(..., *crop)]
            losses = [with_auxiliary(loss, output, target, auxiliary) for output, target in zip(outputs, targets)]
            whole, part = (output if isinstance(output, Tensor) else output[0] for output in outputs)
            apart = disagreement(whole[(..., *crop)].float(), part.float(), valid_pixels(crops), kind)
            return sum(losses) / 2 + weight * apart

    return forward


def draw_crop(side: int, multiple: int) -> Crop:
    """A random square crop, smaller than a square chip of ``side`` pixels; its sides and corner are multiples.

    ``side``: at least three multiples. Drawn by PyTorch's global generator.
    """
    count = side // multiple
    size = int(torch.randint(max(FEWEST, math.ceil(count * LEAST)), count, ()))
    top, left = torch.randint(count - size + 1, (2,)).tolist()
    rows, columns = (slice(first * multiple, (first + size) * multiple) for first in (top, left))
    return rows, columns


def valid_pixels(images: Sequence[Tensor]) -> Tensor:
    """(N, H, W) bool: where any image (N, T, C, H, W) is not 0; invalid and padded pixels are 0."""
    return torch.stack([(image != 0).flatten(1, 2).any(1) for image in images]).any(0)


def disagreement(a: Tensor, b: Tensor, valid: Tensor, kind: str) -> Tensor:
    """The symmetric difference of two maps (N, K, H, W) where they are ``valid`` (N, H, W); 0 for equal ones.

    Classes: mean over pixels of the sum of both Kullback-Leibler divergences of the probabilities. Numbers: mean
    squared difference.
    """
    if kind == "numbers":
        each = F.mse_loss(a, b, reduction="none")
    else:
        a, b = a.log_softmax(1), b.log_softmax(1)
        each = (a.exp() - b.exp()) * (a - b)
    return (each.sum(1) * valid).sum() / divisor(valid.sum())
