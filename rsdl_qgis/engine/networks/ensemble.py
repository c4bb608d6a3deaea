"""Deep ensembles: several networks of one kind, whose logits are averaged."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .stages import USUAL, Flow


class Ensemble(nn.Module):
    """Networks of one kind, each with its own initial weights; their logits are averaged.

    Lakshminarayanan, Pritzel, Blundell (2017), arXiv:1612.01474. Differs from the paper: the members' logits are
    averaged, which is the geometric mean of their probabilities; they see the same batches, each with its own
    dropout; gradient clipping and SAM use the norm of all members; there is no adversarial training.

    forward: as of a member -> the mean of the logits; in training mode a tuple of the logits of each member, so that
    each has a loss of its own.
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
