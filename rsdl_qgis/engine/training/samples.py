"""Training samples, and how they are varied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..card import Input
from ..scaling import radiometry


@dataclass(frozen=True)
class Sample:
    """One labelled picture: raster values (T, C, H, W) an input, class numbers (H, W); IGNORE is unlabelled."""

    images: Mapping[str, NDArray]
    labels: NDArray[np.uint8]


@dataclass(frozen=True)
class Augmentation:
    """How samples are varied: flips and quarter turns always; the rest with these strengths.

    ``gain`` and ``offset``: half-width of the per-band radiometric change, in the scaled units; ``zoom``: largest
    magnification of a random crop; ``noise``: standard deviation of added noise; ``drop``: probability that an
    input is left out (scaled value 0, the training mean) where there is another one.
    """

    gain: float = 0.2
    offset: float = 0.2
    zoom: float = 1.5
    noise: float = 0.05
    drop: float = 0.0


def scaled(sample: Sample, inputs: Sequence[Input]) -> tuple[list[Tensor], Tensor]:
    """The sample as the network takes it: one float32 (T, C, H, W) an input, and labels (H, W)."""
    images = []
    for item in inputs:
        values = np.ma.asarray(sample.images[item.name])
        array = radiometry(item, values)(values.filled(0))
        if values.mask is not np.ma.nomask:
            array[values.mask] = 0
        images.append(torch.from_numpy(array))
    return images, torch.from_numpy(sample.labels)


def augment(images: list[Tensor], labels: Tensor, how: Augmentation, random: torch.Generator) -> tuple[list, Tensor]:
    """A varied copy: the same geometry for images and labels, its own radiometry for every band and date."""

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.empty(*shape).uniform_(low, high, generator=random)

    height, width = labels.shape
    turns, flip = int(uniform(0, 4, 1)), uniform(0, 1, 1) < 0.5
    if height != width:
        turns -= turns % 2
    side = 1 / float(uniform(1, how.zoom, 1)) if uniform(0, 1, 1) < 0.5 else 1.0
    rows, columns = (max(int(n * side), 1) for n in (height, width))
    top, left = (int(uniform(0, n - m + 1e-3, 1)) for n, m in ((height, rows), (width, columns)))
    dropped = int(uniform(0, len(images), 1)) if len(images) > 1 and uniform(0, 1, 1) < how.drop else None

    def geometry(x: Tensor, mode: str) -> Tensor:
        x = x[..., top : top + rows, left : left + columns]
        if side < 1:
            x = torch.nn.functional.interpolate(x.float().reshape(1, -1, rows, columns), (height, width), mode=mode)
        x = torch.rot90(x, turns, (-2, -1))
        return x.flip(-1) if flip else x

    varied = []
    for i, image in enumerate(images):
        bands = (*image.shape[:2], 1, 1)
        x = geometry(image, "bilinear").reshape(*image.shape[:2], *labels.shape)
        x = x * torch.exp(uniform(-how.gain, how.gain, *bands)) + uniform(-how.offset, how.offset, *bands)
        x = x + how.noise * torch.randn(x.shape, generator=random)
        varied.append(torch.zeros_like(x) if i == dropped else x)
    return varied, geometry(labels, "nearest").reshape(labels.shape).to(labels.dtype)


def batches(
    samples: Sequence[tuple[list[Tensor], Tensor]], size: int, how: Augmentation | None, seed: int
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Batches of ``size``: shuffled and varied from ``seed`` when ``how`` is given, else in order as they are."""
    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(samples), generator=random).tolist() if how else list(range(len(samples)))
    for start in range(0, len(order), size):
        chosen = [samples[i] for i in order[start : start + size]]
        if how:
            if len(chosen) < 2 <= len(order):
                continue  # batch norm needs two
            chosen = [augment(images, labels, how, random) for images, labels in chosen]
        images = [torch.stack(column) for column in zip(*(item[0] for item in chosen))]
        yield images, torch.stack([item[1] for item in chosen]).long()
