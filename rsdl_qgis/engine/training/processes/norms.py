"""Batch norm whose statistics are those of the whole batch, of which each process has a part."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

from . import group

PLAIN = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def sharing_statistics(network: nn.Module, device: str) -> nn.Module:
    """A copy of a network whose batch norms share their statistics over the processes; in one process the network.

    On CUDA devices by PyTorch's SyncBatchNorm, which is for these alone, elsewhere by ``SharedStatistics``.
    """
    if group.count() == 1:
        return network
    network = copy.deepcopy(network)
    for module in network.modules():
        if type(module) in PLAIN and device.startswith("cuda"):
            module.__class__ = nn.SyncBatchNorm
            module.process_group = None
        elif isinstance(module, _BatchNorm):
            module.__class__ = _shared(type(module))  # type: ignore[arg-type]
    return network


@cache
def _shared(kind: type[_BatchNorm]) -> type[_BatchNorm]:
    """A kind of batch norm with shared statistics."""
    return type(f"Shared{kind.__name__}", (SharedStatistics, kind), {})


class SharedStatistics:
    """Of a batch norm: in training mean and variance are those of all processes' values.

    Fewer than two values have no variance: they are normalised by the running statistics.
    """

    def forward(self: Any, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)  # type: ignore[misc]
        axes, shape = [0, *range(2, x.ndim)], (1, -1, *[1] * (x.ndim - 2))
        values = x.float()
        sums = torch.cat([values.sum(axes), values.new_tensor([values.numel() // values.shape[1]])])
        sums = AllSum.apply(sums)
        count = sums[-1].detach()
        if count < 2:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        mean = sums[:-1] / count
        apart = values - mean.view(shape)
        variance = AllSum.apply(apart.square().sum(axes)) / count
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (apart * scale.view(shape) + self.bias.view(shape)).to(x.dtype)


class AllSum(torch.autograd.Function):
    """The sum of a tensor over the processes, and the sum of their gradients with respect to it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return _summed(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return _summed(gradient)


def _summed(x: Tensor) -> Tensor:
    x = x.clone(memory_format=torch.contiguous_format)
    distributed.all_reduce(x)
    return x
