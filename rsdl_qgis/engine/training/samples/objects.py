"""The labels of detectors: the objects of an image, transformed with it in augmentation, and of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...chips.box_table import LEAST_SEEN
from .geometry import Geometry


@dataclass(frozen=True)
class Objects:
    """The objects of one image: ``boxes`` (n, 4) float32 as x1, y1, x2, y2 in pixels, ``labels`` (n,) long.

    ``ignored`` (n,) bool: objects excluded from training and evaluation (difficult ones, and small rests of objects at
    the image's border). ``shape`` is empty, so that images with any number of objects form one batch.
    """

    boxes: Tensor
    labels: Tensor
    ignored: Tensor
    shape, ndim = torch.Size(), 0

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def nbytes(self) -> int:
        return self.boxes.nbytes + self.labels.nbytes + self.ignored.nbytes

    def clone(self) -> Objects:
        return Objects(self.boxes.clone(), self.labels.clone(), self.ignored.clone())

    def to(self, device: str) -> Objects:
        return Objects(self.boxes.to(device), self.labels.to(device), self.ignored.to(device))

    def target(self) -> dict[str, Tensor]:
        """The training target of a network: boxes and labels of the objects that are not ignored."""
        return {"boxes": self.boxes[~self.ignored], "labels": self.labels[~self.ignored]}


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
    return Objects(torch.stack(sides, 1), there.labels, there.ignored)


def seen(objects: Objects, window: Sequence[float]) -> Objects:
    """The objects in a window (left, top, right, bottom), clipped to it, in pixels from its corner.

    An object with less than ``LEAST_SEEN`` of its area in the window is ignored; one outside is removed.
    """
    left, top, right, bottom = window
    corner = torch.tensor([left, top, left, top], dtype=torch.float32)
    most = torch.tensor([right - left, bottom - top] * 2, dtype=torch.float32)
    boxes = torch.minimum((objects.boxes - corner).clamp(min=0), most)
    before, after = (((x[:, 2:] - x[:, :2]).clamp(min=0)).prod(1) for x in (objects.boxes, boxes))
    kept = after > 0
    ignored = objects.ignored | (after < LEAST_SEEN * before)
    return Objects(boxes[kept], objects.labels[kept], ignored[kept])


def joined(parts: Sequence[Objects]) -> Objects:
    """The objects of several parts of one image."""
    return Objects(
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.labels for part in parts]),
        torch.cat([part.ignored for part in parts]),
    )
