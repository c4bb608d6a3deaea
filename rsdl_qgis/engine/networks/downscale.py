"""Runs a network that makes a map at a coarser resolution than its images: for large images, or a small machine."""

from __future__ import annotations

from functools import partial
from typing import Union

from torch import Tensor, nn
from torch.nn import functional as F

Logits = Union[Tensor, tuple[Tensor, ...]]


def coarsen(network: nn.Module, factor: int, multiple: int) -> None:
    """Make the network see the means of ``factor`` x ``factor`` pixels; its map is upsampled bilinearly.

    ``factor`` ** 2 times less work; the weights and their names stay. ``multiple``: of height and width
    without this. forward: (N, T, C, H, W) an input -> (N, classes, H, W), H and W multiples of ``factor * multiple``.
    """
    network.multiple = factor * multiple
    network.register_forward_pre_hook(partial(_reduced, factor))
    network.register_forward_hook(partial(_enlarged, factor))


def _reduced(factor: int, _: nn.Module, images: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(F.avg_pool3d(image, (1, factor, factor)) for image in images)


def _enlarged(factor: int, network: nn.Module, images: tuple[Tensor, ...], logits: Logits) -> Logits:
    if not isinstance(logits, Tensor):  # of auxiliary heads too
        return tuple(F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False) for x in logits)
    return F.interpolate(logits, scale_factor=factor, mode="bilinear", align_corners=False)
