"""Maps that do not depend on where a picture ends: the map of a crop is to agree with that of the whole picture.

Of overlapping crops in different surroundings: Lai et al. (CVPR 2021), arXiv:2106.14133. Differs from the paper: the
crop lies in the picture itself, labels are there, and maps are compared, both ways, in place of features.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import InputError
from .fit import with_auxiliary

Cut = tuple[slice, slice]  # rows and columns
LEAST = 0.5  # of the picture's side, that a crop is high and wide at least


def check_crops(side: int, multiple: int) -> None:
    """InputError where pictures of ``side`` pixels have no smaller part that the network takes."""
    if math.ceil(side / multiple) < 2:
        raise InputError(
            f"Chips of {side} px cannot be cropped for CONSISTENCY: the network takes multiples of {multiple} px.",
            f"Use chips of at least {2 * multiple} px, or CONSISTENCY=0.",
        )


def consistent(
    loss: Callable[[Tensor, Any], Tensor], weight: float, multiple: int, kind: str
) -> Callable[[nn.Module, Sequence[Tensor], Tensor], Tensor]:
    """What ``fit`` is to compute of a batch in place of the network's output: the loss itself.

    It is the mean of the loss of whole pictures and of a crop of each, the same place for all of a batch, and
    ``weight`` times the disagreement of the two maps. ``loss``: of float32 logits (N, K, H, W) and labels.
    ``multiple``: of which a crop's sides are. ``kind``: of labels, "classes" or "numbers".
    """

    def forward(network: nn.Module, images: Sequence[Tensor], labels: Tensor) -> Tensor:
        cut = draw_crop(images[0].shape[-1], multiple)
        outputs = network(*images), network(*(image[(..., *cut)] for image in images))
        with torch.autocast(images[0].device.type, enabled=False):
            seen = labels, labels[(..., *cut)]
            auxiliary = getattr(network, "auxiliary_weight", 0.0)
            learned = [with_auxiliary(loss, output, truth, auxiliary) for output, truth in zip(outputs, seen)]
            whole, part = (output if isinstance(output, Tensor) else output[0] for output in outputs)
            return sum(learned) / 2 + weight * disagreement(whole[(..., *cut)].float(), part.float(), kind)

    return forward


def draw_crop(side: int, multiple: int) -> Cut:
    """A square at random in a square picture, smaller than it; its sides and place are multiples. By torch's seed."""
    count = side // multiple
    size = int(torch.randint(math.ceil(count * LEAST), count, ()))
    top, left = torch.randint(count - size + 1, (2,)).tolist()
    rows, columns = (slice(first * multiple, (first + size) * multiple) for first in (top, left))
    return rows, columns


def disagreement(a: Tensor, b: Tensor, kind: str) -> Tensor:
    """How far two maps (N, K, H, W) are apart, 0 where they agree, the same both ways.

    Of classes: the mean over pixels of the divergences (Kullback-Leibler) of either's probabilities from the other's.
    Of numbers: the mean square of the difference.
    """
    if kind == "numbers":
        return F.mse_loss(a, b)
    a, b = a.log_softmax(1), b.log_softmax(1)
    return ((a.exp() - b.exp()) * (a - b)).sum(1).mean()
