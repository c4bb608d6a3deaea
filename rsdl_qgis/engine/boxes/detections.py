"""Detections of objects as arrays: boxes, scores, classes, and the shapes of oriented boxes and masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Mask:
    """The pixels of one object: ``pixels`` (h, w), the first of them at ``row`` and ``col``."""

    row: int
    col: int
    pixels: NDArray[np.bool_]

    def drawn(self) -> Mask:
        """Itself: it is drawn."""
        return self

    def joined(self, other: Mask) -> Mask:
        """The pixels of both."""
        row, col = min(self.row, other.row), min(self.col, other.col)
        bottom = max(mask.row + mask.pixels.shape[0] for mask in (self, other))
        right = max(mask.col + mask.pixels.shape[1] for mask in (self, other))
        pixels = np.zeros((bottom - row, right - col), bool)
        for mask in (self, other):
            height, width = mask.pixels.shape
            pixels[mask.row - row :][:height][:, mask.col - col :][:, :width] |= mask.pixels
        return Mask(row, col, pixels)


@dataclass(frozen=True)
class Detections:
    """Objects found in an image, in pixels from its upper left corner.

    ``boxes`` (n, 4): upright, as x1, y1, x2, y2; ``scores`` (n,) from 0 to 1; ``labels`` (n,): class indexes from 0.
    ``corners`` (n, 4, 2): of oriented boxes, x and y in turn around each; ``boxes`` are then the upright ones around
    them. ``masks`` (n,) of Mask, or of what becomes one when it is ``drawn()``: the objects' pixels.
    """

    boxes: Floats
    scores: Floats
    labels: Integers
    corners: Floats | None = None
    masks: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, wanted: NDArray | slice) -> Detections:
        """Some of them, by index or by a mask, in that order."""
        return Detections(
            self.boxes[wanted],
            self.scores[wanted],
            self.labels[wanted],
            None if self.corners is None else self.corners[wanted],
            None if self.masks is None else self.masks[wanted],
        )

    @classmethod
    def none(cls) -> Detections:
        """No detection."""
        return cls(np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64))

    @classmethod
    def together(cls, parts: Sequence[Detections]) -> Detections:
        """Several concatenated; all have the same kind of shape."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return cls.none()
        corners = [part.corners for part in parts if part.corners is not None]
        masks = [part.masks for part in parts if part.masks is not None]
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate(corners) if corners else None,
            np.concatenate(masks) if masks else None,
        )

    def drawn(self) -> Detections:
        """With all masks drawn."""
        if self.masks is None:
            return self
        return replace(self, masks=as_objects([mask.drawn() for mask in self.masks]))

    def shifted(self, row: int, col: int) -> Detections:
        """Moved by so many pixels down and to the right; its masks are drawn."""
        masks = None
        if self.masks is not None:
            masks = as_objects([replace(mask, row=mask.row + row, col=mask.col + col) for mask in self.masks])
        corners = None if self.corners is None else self.corners + np.array([col, row], float)
        boxes = self.boxes + np.array([col, row, col, row], float)
        return replace(self, boxes=boxes, corners=corners, masks=masks)


def as_arrays(detections: Detections) -> dict[str, NDArray]:
    """Detections with drawn masks as plain arrays by name; of masks the places, and the pixels in one row."""
    arrays = {name: getattr(detections, name) for name in ("boxes", "scores", "labels", "corners")}
    if (masks := detections.masks) is not None:
        arrays["mask_places"] = np.array([(m.row, m.col, *m.pixels.shape) for m in masks], np.int64).reshape(-1, 4)
        arrays["mask_pixels"] = np.concatenate([np.zeros(0, bool), *(mask.pixels.reshape(-1) for mask in masks)])
    return {name: array for name, array in arrays.items() if array is not None}


def from_arrays(arrays: Mapping[str, NDArray]) -> Detections:
    """What ``as_arrays`` gave."""
    masks = None
    if "mask_places" in arrays:
        places = arrays["mask_places"].tolist()
        ends = np.cumsum([height * width for _, _, height, width in places], dtype=np.int64)
        pixels = np.split(arrays["mask_pixels"], ends[:-1]) if places else []
        shaped = (part.reshape(place[2:]) for part, place in zip(pixels, places))
        masks = as_objects([Mask(place[0], place[1], part) for place, part in zip(places, shaped)])
    return Detections(arrays["boxes"], arrays["scores"], arrays["labels"], arrays.get("corners"), masks)


def as_objects(items: Sequence[object]) -> NDArray[np.object_]:
    """The items as an array of objects."""
    array = np.empty(len(items), object)
    array[:] = items
    return array


def turned(centre: Floats, size: Floats, angle: Floats) -> Floats:
    """The corners (n, 4, 2) of boxes by centre (n, 2), size (n, 2) and angle (n,) in radians from x towards y."""
    cos, sin = np.cos(angle), np.sin(angle)
    along = np.stack([cos, sin], -1) * size[:, :1] / 2
    across = np.stack([-sin, cos], -1) * size[:, 1:] / 2
    first, second = centre - along - across, centre + along - across
    return np.stack([first, second, centre + along + across, centre - along + across], 1)


def oriented(boxes: Floats, scores: Floats, labels: Integers) -> Detections:
    """Detections of oriented boxes (n, 5): x and y of the middle, width, height, angle as of ``turned``."""
    corners = turned(boxes[:, :2], boxes[:, 2:4], boxes[:, 4])
    return Detections(upright(corners), scores, labels, corners)


def widened(detections: Detections, margin: float) -> Detections:
    """With boxes that are so many pixels larger on each side."""
    corners = None
    if detections.corners is not None:
        corners = detections.corners.copy()
        for first, second in ((0, 1), (0, 3)):  # along and across
            side = detections.corners[:, second] - detections.corners[:, first]
            step = margin * side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
            corners += step[:, None] * np.where(np.isin(range(4), (first, 4 - second)), -1, 1)[:, None]
    boxes = detections.boxes + np.array([-margin, -margin, margin, margin])
    return replace(detections, boxes=boxes, corners=corners)


def upright(corners: Floats) -> Floats:
    """The boxes (n, 4) around corners (n, k, 2)."""
    return np.concatenate([corners.min(1), corners.max(1)], 1)


def joined(detections: Detections, members: Sequence[int] | Integers, best: int) -> Detections:
    """Several detections as one (n = 1): the box around all, of the ``best`` one's angle, all pixels, its class.

    The score is the highest of them.
    """
    some = detections[np.asarray(members)]
    one = detections[np.array([best])]
    boxes = np.concatenate([some.boxes[:, :2].min(0), some.boxes[:, 2:].max(0)])[None]
    corners = None
    if some.corners is not None and one.corners is not None:
        corners = around(some.corners.reshape(-1, 2), one.corners[0])[None]
        boxes = upright(corners)
    masks = None
    if some.masks is not None:
        whole = some.masks[0].drawn()
        for mask in some.masks[1:]:
            whole = whole.joined(mask.drawn())
        masks = as_objects([whole])
    return Detections(boxes, some.scores.max(keepdims=True), one.labels, corners, masks)


def around(points: Floats, box: Floats) -> Floats:
    """The corners (4, 2) of the smallest box around points (k, 2) whose sides are parallel to those of a box."""
    side = box[1] - box[0]
    angle = np.arctan2(side[1], side[0])
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    along = points @ axes.T  # (k, 2) in the box's own directions
    low, high = along.min(0), along.max(0)
    return turned(((low + high) / 2 @ axes)[None], (high - low)[None], np.array([angle]))[0]
