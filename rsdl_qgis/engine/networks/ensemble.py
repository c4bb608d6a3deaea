"""Several networks of one kind as one, which errs less than each of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .stages import USUAL, Flow


class Ensemble(nn.Module):
    """Networks of one kind side by side, of which each has its own first weights; the answer is their mean.

    Lakshminarayanan, Pritzel, Blundell (2017), arXiv:1612.01474. Differs from the paper: the members' logits are
    averaged, which is the geometric mean of their probabilities; they learn from the same batches, each with its own
    dropout, and gradients are clipped, and sharpness is sought, by the norm of all; nothing is trained adversarially.

    forward: what a member takes -> the mean of their logits; in training mode the logits of each, in a tuple, so that
    each has a loss of its own and none leans on another.
    """

    auxiliary_weight = 1.0

    def __init__(self, build: Callable[[], nn.Module], members: int):
        super().__init__()
        self.members = nn.ModuleList(build() for _ in range(members))
        own = getattr(self.members[0], "flow", USUAL)
        parts = (own.encoder, own.decoder, own.head)
        self.flow = Flow(*(tuple(rf"members\.\d+\.(?:{pattern})" for pattern in part) for part in parts))

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        logits = [member(*inputs) for member in self.members]
        return tuple(logits) if self.training else torch.stack(logits).mean(0)
