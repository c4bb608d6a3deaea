"""Losses for dense maps. ``labels`` are (N, H, W) class numbers; IGNORE marks pixels without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

IGNORE = 255


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy over labelled pixels; logits (N, classes, H, W)."""
    return F.cross_entropy(logits, labels, ignore_index=IGNORE)


def dice(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - mean soft Dice over images and classes (Milletari et al. 2016, doi:10.1109/3DV.2016.79).

    Per image, as maps are judged scene by scene; a class absent from an image's labels does not count there.
    """
    known = (labels != IGNORE).unsqueeze(1)
    probability = logits.softmax(1) * known
    target = F.one_hot(labels.masked_fill(labels == IGNORE, 0).long(), logits.shape[1]).movedim(-1, 1) * known
    common = (probability * target).sum((2, 3))
    size = target.sum((2, 3))
    score = (2 * common + 1) / (probability.sum((2, 3)) + size + 1)  # (N, classes)
    return 1 - score[size > 0].mean()


LOSSES = {"cross_entropy": cross_entropy, "dice": dice}


def combined(names: Sequence[str]) -> Callable[[Tensor, Tensor], Tensor]:
    """The sum of the named losses."""
    terms = [LOSSES[name] for name in names]

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        return torch.stack([term(logits, labels) for term in terms]).sum()

    return loss
