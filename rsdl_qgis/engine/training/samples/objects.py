"""The labels of detectors: the objects of an image, transformed with it in augmentation, and of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ...boxes.oriented import cut_off
from ...chips.box_table import LEAST_SEEN
from ...networks.layers.oriented import of_corners
from .geometry import Geometry


@dataclass(frozen=True)
class Objects:
    """The objects of one image: ``boxes`` (n, 4) float32 as x1, y1, x2, y2 in pixels, ``labels`` (n,) long.

    ``ignored`` (n,) bool: objects excluded from training and evaluation (difficult ones, and small rests of objects at
    the image's border). ``corners`` (n, 4, 2) float32: of oriented boxes x and y of the corners in turn; ``boxes`` are
    then beside them. ``shape`` is empty, so that images with any number of objects form one batch.
    """

    boxes: Tensor
    labels: Tensor
    ignored: Tensor
    corners: Tensor | None = None
    shape, ndim = torch.Size(), 0

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self._tensors if tensor is not None)

    def clone(self) -> Objects:
        return Objects(*(tensor if tensor is None else tensor.clone() for tensor in self._tensors))

    def to(self, device: str) -> Objects:
        return Objects(*(tensor if tensor is None else tensor.to(device) for tensor in self._tensors))

    def __getitem__(self, wanted: Tensor) -> Objects:
        """Some of them, by a mask or by index."""
        return Objects(*(tensor if tensor is None else tensor[wanted] for tensor in self._tensors))

    def target(self) -> dict[str, Tensor]:
        """The training target of a network: boxes and labels of the objects that are not ignored."""
        real = self[~self.ignored]
        target = {"boxes": real.boxes, "labels": real.labels}
        return target if real.corners is None else {**target, "oriented": of_corners(real.corners)}

    @property
    def _tensors(self) -> tuple[Tensor | None, ...]:
        return self.boxes, self.labels, self.ignored, self.corners


@dataclass(frozen=True)
class ObjectBatch:
    """The objects of each image of a batch."""

    pictures: tuple[Objects, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[Objects]:
        return iter(self.pictures)

    def to(self, device: str) -> ObjectBatch:
        return ObjectBatch(tuple(objects.to(device) for objects in self.pictures))

    def targets(self) -> list[dict[str, Tensor]]:
        """The training targets of the images, for the networks' losses."""
        return [objects.target() for objects in self.pictures]


def moved(objects: Objects, geometry: Geometry) -> Objects:
    """The objects of an image after a geometric transformation."""
    g = geometry
    there = seen(objects, (g.left, g.top, g.left + g.width, g.top + g.height))
    scale = torch.tensor([g.size[1] / g.frame[1], g.size[0] / g.frame[0]])
    x1, y1, x2, y2 = (there.boxes * scale.repeat(2)).unbind(1)
    if -1 in g.flipped:
        x1, x2 = g.size[1] - x2, g.size[1] - x1
    if -2 in g.flipped:
        y1, y2 = g.size[0] - y2, g.size[0] - y1
    sides = [y1, x1, y2, x2] if g.transposed else [x1, y1, x2, y2]
    corners = None if there.corners is None else _turned(there.corners * scale, geometry)
    return Objects(torch.stack(sides, 1), there.labels, there.ignored, corners)


def _turned(corners: Tensor, geometry: Geometry) -> Tensor:
    """Corners (n, 4, 2) in a flipped and transposed image."""
    height, width = geometry.size
    x, y = corners.unbind(-1)
    x = width - x if -1 in geometry.flipped else x
    y = height - y if -2 in geometry.flipped else y
    return torch.stack([y, x] if geometry.transposed else [x, y], -1)


def seen(objects: Objects, window: Sequence[float]) -> Objects:
    """The objects in a window (left, top, right, bottom), clipped to it, in pixels from its corner.

    An object with less than ``LEAST_SEEN`` of its area in the window is ignored; one outside is removed. An oriented
    box keeps its angle: it is the smallest such one around what is in the window.
    """
    left, top, right, bottom = window
    corner = torch.tensor([left, top, left, top], dtype=torch.float32)
    most = torch.tensor([right - left, bottom - top] * 2, dtype=torch.float32)
    boxes = torch.minimum((objects.boxes - corner).clamp(min=0), most)
    before, after = (((x[:, 2:] - x[:, :2]).clamp(min=0)).prod(1) for x in (objects.boxes, boxes))
    corners, small = objects.corners, after < LEAST_SEEN * before
    if corners is not None:
        parts, share = cut_off(corners.numpy().astype(np.float64), (left, top, right, bottom))
        corners, small = torch.from_numpy(parts).float() - corner[:2], torch.from_numpy(share < LEAST_SEEN)
    return Objects(boxes, objects.labels, objects.ignored | small, corners)[after > 0]


def shifted(objects: Objects, right: float, down: float) -> Objects:
    """Moved by so many pixels."""
    step = torch.tensor([right, down], dtype=torch.float32)
    corners = None if objects.corners is None else objects.corners + step
    return replace(objects, boxes=objects.boxes + step.repeat(2), corners=corners)


def joined(parts: Sequence[Objects]) -> Objects:
    """The objects of several parts of one image."""
    corners = [part.corners for part in parts if part.corners is not None]
    return Objects(
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.labels for part in parts]),
        torch.cat([part.ignored for part in parts]),
        torch.cat(corners) if corners else None,
    )
