"""The running statistics of batch norms in a new network: measured on the last steps, however few there were."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

SHARE = 9  # of a running mean: so many parts are the newest value, of as many and the steps before it


def warmed(decay: float, done: int) -> float:
    """The decay per step of a running mean after ``done`` steps: at most that of a mean over their last tenth or so."""
    return min(decay, done / (done + SHARE))


@dataclass(frozen=True)
class NewNorms:
    """The batch norms of a network whose statistics are as they began, each with the momentum that it was built with.

    Evaluation uses these statistics. With the usual momentum (0.1; 0.01 in EfficientNet) they would be made up of
    their beginning and of weights of long ago after a few hundred steps, and the network would give one class for all
    (Wu, Johnson 2021, arXiv:2105.07576, section 3, on running means that lag). So they are warmed up as the average of
    the weights is: the first step's statistics replace the beginning. Those of a start with weights keep their pace.
    """

    members: tuple[tuple[_BatchNorm, float], ...]

    def at(self, done: int) -> None:
        """Set the momenta for the step after ``done`` ones."""
        for norm, usual in self.members:
            norm.momentum = 1 - warmed(1 - usual, done)


def new_norms(network: nn.Module) -> NewNorms:
    """The batch norms of a network that have not been trained yet."""
    found = (module for module in network.modules() if isinstance(module, _BatchNorm) and module.momentum is not None)
    return NewNorms(tuple((norm, norm.momentum) for norm in found if _begins(norm)))


def _begins(norm: _BatchNorm) -> bool:
    """Whether the running mean is 0 and the variance 1, as before the first step."""
    mean, variance = norm.running_mean, norm.running_var
    return mean is not None and variance is not None and not mean.any() and bool((variance == 1).all())
