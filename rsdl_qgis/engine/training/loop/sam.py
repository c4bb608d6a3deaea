"""Sharpness-aware minimisation: a step follows the gradient from where the loss is worst nearby, towards flat minima.

Foret, Kleiner, Mobahi, Neyshabur (ICLR 2021), arXiv:2010.01412.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def perturbed(network: nn.Module, loss: Tensor, radius: float) -> Iterator[None]:
    """In the block the weights that learn lie ``radius`` (Euclidean, of all together) up the gradient of ``loss``.

    After it they are what they were, and so are the running statistics of batch norm. ``loss`` may be scaled; gradients
    that were gathered stay. Where the gradient is 0 or no number the weights do not move.
    """
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    moving = [*weights, *(buffer for norm in norms for buffer in norm.buffers())]
    before = [value.detach().clone() for value in moving]
    try:
        move(weights, torch.autograd.grad(loss, weights, allow_unused=True), radius)
        yield
    finally:
        with torch.no_grad():
            for value, old in zip(moving, before):
                value.copy_(old)


@torch.no_grad()
def move(weights: list[nn.Parameter], along: tuple[Tensor | None, ...], distance: float) -> None:
    """Move weights so far in all along a direction; None: one that it does not concern."""
    there = [(weight, part) for weight, part in zip(weights, along) if part is not None]
    norm = torch.stack([part.float().norm() for _, part in there]).norm()
    if norm.isfinite() and norm > 0:
        for weight, part in there:
            weight.add_(part * (distance / norm))
