"""Sharpness-aware minimisation (SAM): a step uses the gradient at perturbed weights, which favours flat minima.

Foret, Kleiner, Mobahi, Neyshabur (ICLR 2021), arXiv:2010.01412.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..processes.group import averaged


@contextmanager
def perturbed(network: nn.Module, loss: Tensor, radius: float) -> Iterator[None]:
    """Inside the block the trained weights are moved by ``radius`` (Euclidean norm) along the gradient of ``loss``.

    Afterwards weights and the running statistics of batch norm are restored. ``loss`` may be scaled; accumulated
    gradients stay. Where the gradient is 0 or not finite the weights do not move.
    """
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    moving = [*weights, *(buffer for norm in norms for buffer in norm.buffers())]
    before = [value.detach().clone() for value in moving]
    try:
        move(weights, averaged(weights, torch.autograd.grad(loss, weights, allow_unused=True)), radius)
        yield
    finally:
        with torch.no_grad():
            for value, old in zip(moving, before):
                value.copy_(old)


@torch.no_grad()
def move(weights: list[nn.Parameter], along: Sequence[Tensor | None], distance: float) -> None:
    """Move weights by a Euclidean ``distance`` along a direction; None: an unused weight."""
    there = [(weight, part) for weight, part in zip(weights, along) if part is not None]
    norm = torch.stack([part.float().norm() for _, part in there]).norm()
    if norm.isfinite() and norm > 0:
        for weight, part in there:
            weight.add_(part * (distance / norm))
