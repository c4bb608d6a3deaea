"""What detectors learn from: the objects of a picture, moved with it when it is varied, and those of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...chips.box_table import LEAST_SEEN
from .geometry import Geometry


@dataclass(frozen=True)
class Objects:
    """The objects of one picture: ``boxes`` (n, 4) float32 as x1, y1, x2, y2 in pixels, ``labels`` (n,) long.

    ``ignored`` (n,) bool: those that are neither learned nor judged by (difficult ones, and what is left of one that
    the picture's border cuts). ``shape`` has no length: pictures with any number of objects go into one batch.
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
        """What a network learns: boxes and labels of those that are not ignored."""
        return {"boxes": self.boxes[~self.ignored], "labels": self.labels[~self.ignored]}


@dataclass(frozen=True)
class ObjectBatch:
    """The objects of each picture of a batch; as long as the batch has pictures."""

    pictures: tuple[Objects, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[Objects]:
        return iter(self.pictures)

    def to(self, device: str) -> ObjectBatch:
        return ObjectBatch(tuple(objects.to(device) for objects in self.pictures))

    def targets(self) -> list[dict[str, Tensor]]:
        """As the networks' losses take them."""
        return [objects.target() for objects in self.pictures]


def moved(objects: Objects, geometry: Geometry) -> Objects:
    """The objects of the part of a picture that a geometry takes, where that brings them."""
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
    """The objects in a window (left, top, right, bottom), cut to it and counted from its corner.

    One of which less than ``LEAST_SEEN`` of its area is left is ignored; one that has nothing in it is gone.
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
    """The objects of several parts of one picture."""
    return Objects(
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.labels for part in parts]),
        torch.cat([part.ignored for part in parts]),
    )
