"""VICReg: features that are the same in two views of an image, and that vary and differ from one another in a batch.

Bardes, Ponce, LeCun (ICLR 2022), arXiv:2105.04906.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.stages import Flow
from ..processes import group
from ..processes.norms import AllSum

EXPANDED = 512  # features of the loss
SAME, VARIES, APART = 25.0, 25.0, 1.0  # weights of the loss's three parts, as in the paper
LEAST_VARIANCE = 1e-4  # is added to a variance, as its root has no gradient at 0


class Expanded(nn.Module):
    """An encoder with an expander behind it, which the loss is of, and which is not kept.

    Differs from the paper: the expander's layers have 512 units, not 8192, which suits small batches.

    forward: images, as the encoder takes them -> (N, ``EXPANDED``). ``encoder``: gives (N, F); ``features`` is F.
    """

    flow = Flow(("encoder",), (), ("expander",))

    def __init__(self, encoder: nn.Module, features: int):
        super().__init__()
        self.encoder = encoder
        self.expander = nn.Sequential(*_layer(features), *_layer(EXPANDED), nn.Linear(EXPANDED, EXPANDED))

    def forward(self, *images: Tensor) -> Any:
        return self.expander(self.encoder(*images))


def vicreg(a: Tensor, b: Tensor) -> Tensor:
    """The loss of the features (N, F) of two views of N images, N at least 2.

    In several processes it is that of the whole batch, of which each has a part.
    """
    invariance, variance, covariance = vicreg_parts(a, b)
    return SAME * invariance + VARIES * variance + APART * covariance


def vicreg_parts(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The loss's parts, without their weights: mean squared difference; lack of variance; covariance of features."""
    invariance = (a - b).square().mean(1).sum() / group.divisor(a.new_tensor(len(a)))
    both = [_covariance(x) for x in (a, b)]
    lacking = [F.relu(1 - (x.diagonal() + LEAST_VARIANCE).sqrt()).mean() for x in both]
    apart = [(x.square().sum() - x.diagonal().square().sum()) / len(x) for x in both]
    return invariance, (lacking[0] + lacking[1]) / 2, apart[0] + apart[1]


def _covariance(x: Tensor) -> Tensor:
    """(F, F) of the features (N, F)."""
    count = group.summed(x.new_tensor(len(x)))
    x = x - _whole(x.sum(0)) / count
    return _whole(x.T @ x) / (count - 1)


def _whole(x: Tensor) -> Tensor:
    """The sum over the processes, through which gradients flow."""
    if group.count() == 1:
        return x
    total: Tensor = AllSum.apply(x)
    return total


def _layer(channels: int) -> tuple[nn.Module, ...]:
    return nn.Linear(channels, EXPANDED), nn.BatchNorm1d(EXPANDED), nn.ReLU(inplace=True)


def loss_of_views(output: Tensor, labels: Tensor) -> Tensor:
    """``vicreg`` of the features of both views in one tensor (2, N, F); there are no labels."""
    return vicreg(*output)


def stacked_views(network: nn.Module, a: list[Tensor], b: list[Tensor]) -> Tensor:
    """The features (2, N, F) of both views. Each view is normalised by its own statistics, as in the paper."""
    return torch.stack([network(*a), network(*b)])
