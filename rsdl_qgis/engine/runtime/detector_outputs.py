"""Decoding a detector's outputs for one image: this plugin's networks, YOLO of all kinds, torchvision's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..boxes.detections import Detections, Floats, Integers, Mask, as_objects, oriented
from ..cards.card import ModelCard
from ..cards.onnx.detectors import OF_ORIENTED, Layout
from ..errors import ModelError
from ..evaluation.decision import all_finite

LARGEST_PART = 1.5  # of an image's sides: normalised boxes reach no farther, though some stick out
Arrays = Sequence[NDArray]
# The outputs for one image, with a batch axis of length 1 where they have one, the image's (height, width), and the
# confidence threshold -> detections in pixels of that image.
Decode = Callable[[Arrays, tuple[int, int], float], Detections]


@dataclass(frozen=True)
class UndrawnMask:
    """A mask of one object that is drawn when it is asked for: Bolya, Zhou, Xiao, Lee (ICCV 2019), arXiv:1904.02689.

    ``coefficients`` (M,) of ``prototypes`` (M, h, w), which lie over the image with ``scale`` (y, x) cells a pixel;
    ``box`` in the image's pixels, outside which the object has none.
    """

    coefficients: NDArray
    prototypes: NDArray
    scale: tuple[float, float]
    box: tuple[float, float, float, float]

    def drawn(self) -> Mask:
        """Its pixels, those where the sum of prototypes, interpolated, is above 0."""
        x1, y1, x2, y2 = self.box
        col, row = int(np.floor(x1)), int(np.floor(y1))
        rows, cols = np.arange(row, max(row + 1, int(np.ceil(y2)))), np.arange(col, max(col + 1, int(np.ceil(x2))))
        top, bottom, down = _between(rows, self.scale[0], self.prototypes.shape[1])
        left, right, across = _between(cols, self.scale[1], self.prototypes.shape[2])
        r, c = slice(top[0], bottom[-1] + 1), slice(left[0], right[-1] + 1)
        sums = np.tensordot(self.coefficients, self.prototypes[:, r, c], 1)
        lines = sums[top - top[0]] * (1 - down)[:, None] + sums[bottom - top[0]] * down[:, None]
        values = lines[:, left - left[0]] * (1 - across) + lines[:, right - left[0]] * across
        return Mask(row, col, values > 0)


def _between(pixels: Integers, scale: float, length: int) -> tuple[Integers, Integers, Floats]:
    """The two cells that the centre of each pixel lies between, and how far it is on the way to the second."""
    place = np.clip((pixels + 0.5) * scale - 0.5, 0, length - 1)
    first = np.floor(place).astype(np.int64)
    return first, np.minimum(first + 1, length - 1), place - first


def decoder_of(card: ModelCard, layout: Layout) -> Decode:
    """The decoder of a model's outputs; ModelError where they have another number of classes than the card."""
    if layout.classes not in (None, len(card.classes)):
        raise ModelError(f"'{card.name}' gives scores of {layout.classes} classes, its card names {len(card.classes)}.")
    values = np.array([item.value for item in card.classes])

    def decode(outputs: Arrays, image: tuple[int, int], lowest: float) -> Detections:
        found = DECODERS[layout.kind](outputs, layout, len(values), image, lowest)
        if layout.kind in LABELLED:
            found = Detections(
                found.boxes, found.scores, _indexes(card, values, found.labels), found.corners, found.masks
            )
        sound = np.isfinite(found.boxes).all(1) & np.isfinite(found.scores)
        return found if sound.all() else found[sound]

    return decode


def finite_boxes(outputs: Arrays, layout: Layout) -> NDArray[np.bool_]:
    """Which of the boxes for one image (K,) have finite numbers alone, whatever their score."""
    if layout.kind in ("boxes-scores", "boxes-labels-scores"):
        floats = [output for output in outputs if output.dtype.kind == "f"]
        numbers = OF_ORIENTED if layout.oriented else 4
        count = max((output.size // numbers for output in floats if output.shape[-1] == numbers), default=0)
        if all(map(all_finite, floats)):
            return np.ones(count, bool)
        parts = [np.isfinite(output).reshape(count, -1).all(1) for output in floats] if count else []
        return np.logical_and.reduce(parts) if parts else np.zeros(0, bool)
    main, _ = _main(outputs)
    along = 0 if layout.kind == "cells" and not layout.turned else 1
    if all_finite(main):
        return np.ones(main.shape[1 - along], bool)
    finite: NDArray[np.bool_] = np.isfinite(main).all(along)
    return finite


def settled(layout: Layout, card: ModelCard, runs: Sequence[Arrays], image: tuple[int, int]) -> Layout:
    """The layout of a foreign detector, completed from its outputs for synthetic images of (height, width).

    Rows of four numbers, a score and a label, whose labels are no whole numbers, are a DETR's: four and a score a
    class. Boxes none of which exceeds ``LARGEST_PART`` are normalised; where there is no box they are in pixels.
    """
    classes = len(card.classes)
    rows = [_main(outputs)[0] for outputs in runs if layout.kind == "end-to-end"]
    if rows and not layout.oriented and rows[0].shape[1] == 4 + classes + layout.masks:
        labels = np.concatenate(rows)[:, 5]
        if not np.allclose(labels[np.isfinite(labels)] % 1, 0, atol=1e-3):
            layout = replace(layout, kind="cells", turned=True)
    if layout.normalised is not None:
        return layout
    bare = replace(layout, normalised=False)
    boxes = [DECODERS[layout.kind](outputs, bare, classes, image, -np.inf).boxes for outputs in runs]
    found = np.concatenate(boxes)
    found = found[np.isfinite(found).all(1) & (found[:, 2] > found[:, 0]) & (found[:, 3] > found[:, 1])]
    return replace(layout, normalised=bool(len(found) and np.abs(found).max() <= LARGEST_PART))


def _indexes(card: ModelCard, values: NDArray, labels: Integers) -> Integers:
    """The labels of a network as indices of the card's classes; ModelError for an unknown label."""
    strangers = ~np.isin(labels, values)
    if strangers.any():
        raise ModelError(
            f"'{card.name}' gives the label {labels[strangers][0]}, and its classes are "
            f"{', '.join(f'{item.value} {item.name}' for item in card.classes)}.",
            "Name the classes by the labels that the network gives (torchvision's Faster R-CNN begins with 1).",
        )
    order = np.argsort(values)
    found: Integers = order[np.searchsorted(values[order], labels)]
    return found


def _boxes_scores(outputs: Arrays, layout: Layout, classes: int, image: tuple[int, int], lowest: float) -> Detections:
    boxes, scores = (output[0] for output in outputs[:2])
    numbers = OF_ORIENTED if layout.oriented else 4
    if boxes.shape[-1] != numbers or (scores.shape[-1] == numbers and classes != numbers):
        boxes, scores = scores, boxes
    if layout.logits:
        with np.errstate(over="ignore"):
            scores = 1 / (1 + np.exp(-scores))
    best = scores.max(1)
    kept = np.flatnonzero(best >= lowest)
    boxes, best, labels = _f64(boxes[kept]), _f64(best[kept]), scores[kept].argmax(1)
    if layout.oriented:
        return oriented(boxes, best, labels)
    return Detections(_in_pixels(boxes, layout, image), best, labels)


def _boxes_labels_scores(
    outputs: Arrays, layout: Layout, classes: int, image: tuple[int, int], lowest: float
) -> Detections:
    floats = sorted((o for o in outputs if o.dtype.kind == "f"), key=lambda o: o.ndim)
    labels = [o.reshape(-1) for o in outputs if o.dtype.kind in "iu"]
    if len(floats) != 2 or len(labels) != 1 or floats[1].shape[-1] != 4:
        given = ", ".join(f"{o.dtype} {o.shape}" for o in outputs)
        raise ModelError(f"A detector gives {given}; boxes (K, 4), labels and scores were expected.")
    scores, boxes = floats[0].reshape(-1), _in_pixels(floats[1].reshape(-1, 4), layout, image)
    kept = np.flatnonzero(scores >= lowest)
    return Detections(_f64(boxes[kept]), _f64(scores[kept]), labels[0][kept].astype(np.int64))


def _cells(outputs: Arrays, layout: Layout, classes: int, image: tuple[int, int], lowest: float) -> Detections:
    main, prototypes = _main(outputs)
    columns = main.T if layout.turned else main  # (4 + C + ..., K)
    chances = columns[4 : 4 + classes]
    kept = np.flatnonzero(chances.max(0) >= lowest)
    chosen = columns[:, kept]
    label = chosen[4 : 4 + classes].argmax(0)
    scores = chosen[4 : 4 + classes][label, np.arange(len(kept))]
    rest = _f64(chosen[4 + classes :].T)
    return _shaped(layout, _f64(chosen[:4].T), _f64(scores), label, rest, prototypes, image, centred=True)


def _objectness(outputs: Arrays, layout: Layout, classes: int, image: tuple[int, int], lowest: float) -> Detections:
    main, prototypes = _main(outputs)
    rows = main if layout.by_class else main[main[:, 4] >= lowest]  # a score is not above its objectness
    chances = rows[:, 5 : 5 + classes] * (1 if layout.by_class else rows[:, 4:5])
    label = chances.argmax(1)
    scores = chances[np.arange(len(rows)), label]
    kept = np.flatnonzero(scores >= lowest)
    rest = _f64(rows[kept, 5 + classes :])
    return _shaped(layout, _f64(rows[kept, :4]), _f64(scores[kept]), label[kept], rest, prototypes, image, centred=True)


def _end_to_end(outputs: Arrays, layout: Layout, classes: int, image: tuple[int, int], lowest: float) -> Detections:
    main, prototypes = _main(outputs)
    rows = _f64(main[main[:, 4] >= lowest])
    label = rows[:, 5].round().astype(np.int64)
    return _shaped(layout, rows[:, :4], rows[:, 4], label, rows[:, 6:], prototypes, image, centred=layout.oriented)


DECODERS: dict[str, Callable[[Arrays, Layout, int, tuple[int, int], float], Detections]] = {
    "boxes-scores": _boxes_scores,
    "boxes-labels-scores": _boxes_labels_scores,
    "cells": _cells,
    "objectness": _objectness,
    "end-to-end": _end_to_end,
}
LABELLED = ("boxes-labels-scores", "end-to-end")  # the outputs name classes by a label of the network's own


def _main(outputs: Arrays) -> tuple[NDArray, NDArray | None]:
    """The boxes' rows, and the prototypes of masks (M, h, w)."""
    main = next(output for output in outputs if output.ndim == 3)
    return main[0], next((output[0] for output in outputs if output.ndim == 4), None)


def _shaped(
    layout: Layout,
    boxes: Floats,
    scores: Floats,
    labels: Integers,
    rest: Floats,
    prototypes: NDArray | None,
    image: tuple[int, int],
    centred: bool,
) -> Detections:
    """Detections from boxes as centre and size, or as corners, and what stands behind them: an angle or masks."""
    boxes = _in_pixels(boxes, layout, image)
    if layout.oriented:
        return oriented(np.column_stack([boxes, rest[:, 0]]), scores, labels)
    if centred:
        boxes = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)
    if not layout.masks or prototypes is None:
        return Detections(boxes, scores, labels)
    scale = prototypes.shape[1] / image[0], prototypes.shape[2] / image[1]
    limits = np.array([image[1], image[0]] * 2, float)
    inside = np.clip(boxes, 0, limits)
    masks = [UndrawnMask(c, prototypes, scale, tuple(box)) for c, box in zip(rest, inside.tolist())]
    return Detections(boxes, scores, labels, masks=as_objects(masks))


def _in_pixels(boxes: NDArray, layout: Layout, image: tuple[int, int]) -> NDArray:
    """Boxes (n, 4), which may be normalised, in pixels."""
    return boxes * np.array([image[1], image[0]] * 2, float) if layout.normalised else boxes


def _f64(array: NDArray) -> Floats:
    return array.astype(np.float64)
