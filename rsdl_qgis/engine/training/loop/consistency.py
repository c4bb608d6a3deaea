"""Maps that depend less on where a picture ends: the map of a crop is to agree with that of the whole picture.

After Lai et al. (CVPR 2021), arXiv:2106.14133, who compare the features of two crops that overlap, on pictures without
labels. Here the crop lies in the picture, labels are learned from as well, and the maps themselves are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import InputError
from .fit import with_auxiliary

Cut = tuple[slice, slice]  # rows and columns
LEAST = 0.5  # of the picture's side, that a crop is high and wide at least
FEWEST = 2  # multiples that it is high and wide at least: batch norm needs more than one value


def check_crops(side: int, multiple: int) -> None:
    """InputError where chips of ``side`` pixels have no smaller part for a network that takes multiples of so many."""
    least = (FEWEST + 1) * multiple
    if side < least:
        raise InputError(
            f"Chips of {side} px are too small to be trained on in parts, as CONSISTENCY asks for: the network takes "
            f"multiples of {multiple} px.",
            f"Use chips of at least {least} px, or CONSISTENCY=0.",
        )


def consistency_forward(
    loss: Callable[[Tensor, Any], Tensor], weight: float, multiple: int, kind: str
) -> Callable[[nn.Module, Sequence[Tensor], Tensor], Tensor]:
    """What ``fit`` is to compute of a batch in place of the network's output: the loss itself.

    It is the mean of the loss of whole pictures and of a crop of each, the same place for all of a batch, and
    ``weight`` times the disagreement of the two maps. ``loss``: of float32 logits (N, K, H, W) and labels.
    ``multiple``: of which a crop's sides are. ``kind``: of labels, "classes" or "numbers".
    """

    def forward(network: nn.Module, images: Sequence[Tensor], labels: Tensor) -> Tensor:
        cut = draw_crop(images[0].shape[-1], multiple)
        parts = [image[(..., *cut)] for image in images]
        outputs = network(*images), network(*parts)
        with torch.autocast(images[0].device.type, enabled=False):
            auxiliary = getattr(network, "auxiliary_weight", 0.0)
            truths = labels, labels[(..., *cut)]
            learned = [with_auxiliary(loss, output, truth, auxiliary) for output, truth in zip(outputs, truths)]
            whole, part = (output if isinstance(output, Tensor) else output[0] for output in outputs)
            apart = disagreement(whole[(..., *cut)].float(), part.float(), valid_pixels(parts), kind)
            return sum(learned) / 2 + weight * apart

    return forward


def draw_crop(side: int, multiple: int) -> Cut:
    """A square at random in a square picture, smaller than it; its sides and place are multiples. By torch's seed.

    ``side``: a multiple, and at least three of them.
    """
    count = side // multiple
    size = int(torch.randint(max(FEWEST, math.ceil(count * LEAST)), count, ()))
    top, left = torch.randint(count - size + 1, (2,)).tolist()
    rows, columns = (slice(first * multiple, (first + size) * multiple) for first in (top, left))
    return rows, columns


def valid_pixels(images: Sequence[Tensor]) -> Tensor:
    """(N, H, W) bool: where an image (N, T, C, H, W) is not 0, which stands for what is not valid or was added."""
    return torch.stack([(image != 0).flatten(1, 2).any(1) for image in images]).any(0)


def disagreement(a: Tensor, b: Tensor, valid: Tensor, kind: str) -> Tensor:
    """How far two maps (N, K, H, W) are apart where they are ``valid`` (N, H, W): 0 for equal ones, alike both ways.

    Of classes: the mean over pixels of the divergences (Kullback-Leibler) of either's probabilities from the other's.
    Of numbers: the mean square of the difference.
    """
    if kind == "numbers":
        each = F.mse_loss(a, b, reduction="none")
    else:
        a, b = a.log_softmax(1), b.log_softmax(1)
        each = (a.exp() - b.exp()) * (a - b)
    return (each.sum(1) * valid).sum() / valid.sum().clamp(min=1)
