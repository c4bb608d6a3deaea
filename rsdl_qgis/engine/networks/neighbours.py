"""A head that decides by the nearest neighbours among kept features of examples."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SHARPNESS = 1 / 0.07  # of the votes, as in the paper
LEAST = 1e-3  # share of a class without a vote, so that its logit is finite


class Neighbours(nn.Module):
    """Weighted votes of the ``neighbours`` examples with the highest cosine; nothing in it is trained by gradients.

    Wu, Xiong, Yu, Lin (CVPR 2018), doi:10.1109/CVPR.2018.00393, equation 8. Differs from the paper: features are
    standardized by their mean and deviation before; the logits are those of shares that are at least ``LEAST``.
    forward: features (N, F) -> logits (N, classes).
    """

    def __init__(self, features: int, classes: int, examples: int, neighbours: int):
        super().__init__()
        self.in_features, self.out_features, self.count = features, classes, min(neighbours, examples)
        self.mean, self.factor, self.kept, self.votes = (
            nn.Parameter(values, requires_grad=False)
            for values in (
                torch.zeros(features),
                torch.ones(features),
                torch.zeros(examples, features),  # standardized, of length 1
                torch.zeros(examples, classes),  # 1 for the class of an example
            )
        )

    @torch.no_grad()
    def keep(self, mean: Tensor, factor: Tensor, features: Tensor, labels: Tensor) -> None:
        """Keep the features (N, F) of examples and their classes (N,), counted from 0."""
        self.mean.copy_(mean)
        self.factor.copy_(factor)
        self.kept.copy_(self._standard(features))
        self.votes.zero_()
        self.votes[torch.arange(len(labels)), labels] = 1

    def forward(self, features: Tensor) -> Tensor:
        likeness, places = (self._standard(features) @ self.kept.T).topk(self.count, 1)
        weights = (SHARPNESS * likeness).softmax(1)
        votes = nn.functional.embedding(places, self.votes)  # (N, neighbours, classes)
        shares = (weights[:, :, None] * votes).sum(1)
        return (shares + LEAST).log()

    def _standard(self, features: Tensor) -> Tensor:
        return nn.functional.normalize((features - self.mean) * self.factor, dim=1)


def with_neighbours(network: nn.Module, classes: int, examples: int, neighbours: int) -> None:
    """Put such a head in the place of the last linear layer. LookupError where a network ends in none."""
    found = [name for name, m in network.named_modules() if isinstance(m, nn.Linear) and m.out_features == classes]
    if not found:
        raise LookupError("it does not end in a linear layer")
    path, _, name = found[-1].rpartition(".")
    layer = network.get_submodule(found[-1])
    setattr(network.get_submodule(path), name, Neighbours(layer.in_features, classes, examples, neighbours))
