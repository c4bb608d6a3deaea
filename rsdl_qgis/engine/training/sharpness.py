"""Sharpness-aware minimisation: a step follows the gradient from where the loss is worst nearby, towards flat minima.

Foret, Kleiner, Mobahi, Neyshabur (ICLR 2021), arXiv:2010.01412. Differs from the paper: what a network draws, such as
dropout, it draws again for the second gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def climbed(network: nn.Module, loss: Tensor, radius: float) -> Iterator[None]:
    """In the block the weights that learn lie ``radius`` (Euclidean, of all together) up the gradient of ``loss``.

    After it they are what they were. ``loss`` may be scaled; gradients that were gathered stay. The running statistics
    of batch norm do not move in the block. Where the gradient is 0 or no number the weights stay.
    """
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    moved = [(weight, gradient) for weight, gradient in zip(weights, gradients) if gradient is not None]
    norm = torch.stack([gradient.float().norm() for _, gradient in moved]).norm()
    length = torch.where(norm.isfinite() & (norm > 0), radius / norm, 0)
    before = [weight.detach().clone() for weight, _ in moved]
    with torch.no_grad():
        for weight, gradient in moved:
            weight.add_(torch.nan_to_num(gradient, 0.0, 0.0, 0.0) * length)
    try:
        with statistics_kept(network):
            yield
    finally:
        with torch.no_grad():
            for (weight, _), old in zip(moved, before):
                weight.copy_(old)


@contextmanager
def statistics_kept(network: nn.Module) -> Iterator[None]:
    """In the block the running statistics of batch norm stay as they are."""
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
