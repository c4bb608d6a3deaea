"""Boxes as x1, y1, x2, y2 in pixels: overlap, suppression, coding, and the assignment of boxes to objects."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...errors import ModelError

BACKGROUND, IGNORED = -1, -2  # what ``match`` gives for a box without an object
BLOCK = 512  # boxes suppressed at a time: no matrix is larger than BLOCK x BLOCK
LARGEST_GROWTH = math.log(1000 / 16)  # of width and height in box coding, so that exp cannot overflow
ONNX_BOOL = 9  # TensorProto.BOOL
SMALLEST = 1e-9  # a divisor that keeps 0 / 0 at 0


def area(boxes: Tensor) -> Tensor:
    """Square pixels. (..., 4) -> (...); 0 for a box turned inside out."""
    width, height = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).unbind(-1)
    return width * height


def clip(boxes: Tensor, height: int, width: int) -> Tensor:
    """The part of each box that lies on the image. (..., 4) -> (..., 4)."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    sides = [x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)]
    return torch.stack(sides, -1)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every pair; 0 where both boxes are empty. (n, 4), (m, 4) -> (n, m)."""
    intersection, union = _overlap(a[:, None], b[None])
    return intersection / union.clamp(min=SMALLEST)


def giou_loss(a: Tensor, b: Tensor) -> Tensor:
    """1 - generalized IoU (-1 to 1) of box i of ``a`` and box i of ``b``. (n, 4), (n, 4) -> (n,).

    Rezatofighi et al. (CVPR 2019), doi:10.1109/CVPR.2019.00075.
    """
    intersection, union = _overlap(a, b)
    hull = area(torch.cat([torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])], -1))
    return 1 - (intersection / union.clamp(min=SMALLEST) - (hull - union) / hull.clamp(min=SMALLEST))


def _overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Area of the intersection and of the union of boxes that are broadcast against each other."""
    top_left, bottom_right = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    intersection = area(torch.cat([top_left, bottom_right], -1))
    return intersection, area(a) + area(b) - intersection


def nms(
    boxes: Tensor, scores: Tensor, threshold: float, groups: Tensor | None = None, most: int | None = None
) -> Tensor:
    """Exact greedy non-maximum suppression: a box is removed if a better one that stays has an IoU above ``threshold``.

    ``groups`` (n,) long: only boxes of one group (a class, an image, or both) suppress each other. Of equal scores
    the first is the better. (n, 4), (n,) -> (k,) indices, best first, at most ``most``.
    """

    def overlapping(a: Tensor, b: Tensor) -> Tensor:
        above = iou(boxes[a], boxes[b]) > threshold
        return above if groups is None else above & (groups[a][:, None] == groups[b][None])

    order = scores.argsort(descending=True, stable=True)
    kept = [order[:0]]
    for block in order.split(BLOCK):
        for better in kept:
            block = block[~overlapping(better, block).any(0)]
        kept.append(block[_greedy(overlapping(block, block))])
        if most is not None and sum(map(len, kept)) >= most:
            break
    return torch.cat(kept)[:most]


def _greedy(overlapping: Tensor) -> Tensor:
    """Which boxes of a block stay, the best first. (n, n) bool -> (n,) bool.

    A box stays if no better one that stays overlaps it. Repeating that rule settles the boxes in their order, so it
    ends at the greedy answer, after as many rounds as the longest chain of boxes suppressing each other.
    """
    by_better = overlapping.triu(1)
    stays = by_better.new_ones(len(by_better))
    while True:
        again = ~(by_better & stays[:, None]).any(0)
        if torch.equal(again, stays):
            return stays
        stays = again


def check_targets(targets: Sequence[Mapping[str, Tensor]], images: int, classes: int) -> None:
    """ModelError unless there is a target an image, of classes from 0 to ``classes`` - 1."""
    if len(targets) != images:
        raise ModelError(f"There are {images} images and {len(targets)} targets.", "Give a target an image.")
    for target in targets:
        labels = target["labels"]
        if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
            raise ModelError(f"A box has class {int(labels.max())}, and the network knows classes 0 to {classes - 1}.")


def suppress(
    boxes: Tensor,
    scores: Tensor,
    threshold: float = 0.5,
    lowest: float = 0.05,
    most: int = 100,
    candidates: int | None = None,
) -> Tensor:
    """The final detections of one image: pairs of box and class above ``lowest``, suppressed within each class.

    (K, 4), scores (K, classes) from 0 to 1 -> (k, 2) long: index of the box, class; best first, at most ``most``.
    ``candidates``: of so many of the best pairs, where there are more.
    """
    pairs = (scores > lowest).nonzero()
    if candidates is not None and len(pairs) > candidates:
        pairs = pairs[scores[pairs[:, 0], pairs[:, 1]].topk(candidates).indices]
    box, label = pairs.unbind(1)
    return pairs[nms(boxes[box], scores[box, label], threshold, label, most)]


def keep(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """``nms`` of each image by itself as a mask of fixed shape; exported as ONNX's NonMaxSuppression.

    (N, n, 4), (N, n) -> (N, n) bool.
    """
    stays: Tensor = _Keep.apply(boxes, scores, threshold)
    return stays


class _Keep(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
        stays = torch.zeros_like(scores, dtype=torch.bool)
        for i in range(len(boxes)):
            stays[i, nms(boxes[i], scores[i], threshold)] = True
        return stays

    @staticmethod
    def symbolic(g: Any, boxes: Any, scores: Any, threshold: float) -> Any:
        def constant(value: Any, dtype: torch.dtype = torch.int64) -> Any:
            return g.op("Constant", value_t=torch.tensor(value, dtype=dtype))

        chosen = g.op(  # (k, 3): image, class, box
            "NonMaxSuppression",
            boxes,
            g.op("Unsqueeze", scores, constant([1])),  # one class
            constant([2**31 - 1]),
            constant([threshold], torch.float32),
        )
        where = g.op("Gather", chosen, constant([0, 2]), axis_i=1)  # (k, 2): image, box
        count = g.op("Gather", g.op("Shape", where), constant([0]), axis_i=0)
        ones = g.op("ConstantOfShape", count, value_t=torch.tensor([1], dtype=torch.int64))
        nothing = g.op("ConstantOfShape", g.op("Shape", scores), value_t=torch.tensor([0], dtype=torch.int64))
        return g.op("Cast", g.op("ScatterND", nothing, where, ones), to_i=ONNX_BOOL)


def encode(boxes: Tensor, references: Tensor, weights: tuple[float, float, float, float] = (1, 1, 1, 1)) -> Tensor:
    """Shift of the centre, as a part of the reference's size, and logarithm of the growth, each times its weight.

    Girshick et al. (CVPR 2014), doi:10.1109/CVPR.2014.81. (..., 4), (..., 4) -> (..., 4).
    """
    centre, size = _centre_and_size(boxes)
    reference_centre, reference_size = _centre_and_size(references)
    shift, growth = (centre - reference_centre) / reference_size, (size / reference_size).log()
    return torch.cat([shift, growth], -1) * boxes.new_tensor(weights)


def decode(deltas: Tensor, references: Tensor, weights: tuple[float, float, float, float] = (1, 1, 1, 1)) -> Tensor:
    """The boxes that ``encode`` gives as ``deltas``; none grows beyond 1000 / 16 times its reference."""
    reference_centre, reference_size = _centre_and_size(references)
    deltas = deltas / deltas.new_tensor(weights)
    centre = deltas[..., :2] * reference_size + reference_centre
    half = deltas[..., 2:].clamp(max=LARGEST_GROWTH).exp() * reference_size / 2
    return torch.cat([centre - half, centre + half], -1)


def _centre_and_size(boxes: Tensor) -> tuple[Tensor, Tensor]:
    size = boxes[..., 2:] - boxes[..., :2]
    return boxes[..., :2] + size / 2, size


def inside(points: Tensor, boxes: Tensor) -> Tensor:
    """Which points (K, 2) lie within which boxes (M, 4), not on their sides. (M, K) bool."""
    return ((points > boxes[:, None, :2]) & (points < boxes[:, None, 2:])).all(-1)


@dataclass(frozen=True)
class Shape:
    """What boxes of a kind are, for assignment and loss: (n, numbers) of floats.

    ``key``: of a target, where they stand; ``area`` (n,); ``middle`` (n, 2) in pixels; ``inside``: (K, 2) points and
    boxes -> (M, K) bool; ``overlap``: of every pair, 0 to 1; ``loss``: of box i and object i, (n,).
    """

    key: str
    numbers: int
    area: Callable[[Tensor], Tensor]
    middle: Callable[[Tensor], Tensor]
    inside: Callable[[Tensor, Tensor], Tensor]
    overlap: Callable[[Tensor, Tensor], Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]


UPRIGHT = Shape("boxes", 4, area, lambda boxes: _centre_and_size(boxes)[0], inside, iou, giou_loss)


def objects(target: Mapping[str, Tensor], like: Tensor, shape: Shape = UPRIGHT) -> tuple[Tensor, Tensor]:
    """An image's boxes (M, numbers) and ``"labels"`` (M,) on ``like``'s device; boxes without an area are left out."""
    boxes, labels = target[shape.key].to(like).reshape(-1, shape.numbers), target["labels"].to(like.device).long()
    sound = shape.area(boxes) > 0
    return boxes[sound], labels[sound]


def match(true_boxes: Tensor, boxes: Tensor, high: float, low: float, rescue: bool = False) -> Tensor:
    """The object that each box is assigned to, by IoU: Ren et al. (2017), doi:10.1109/TPAMI.2016.2577031, section
    3.1.2.

    From ``high`` on a box takes the object it overlaps most, below ``low`` it is BACKGROUND, between them IGNORED.
    ``rescue``: the boxes with the largest IoU of an object are always assigned to one.
    (M, 4), (K, 4) -> (K,) long: index into ``true_boxes``, or BACKGROUND, or IGNORED.
    """
    if not len(true_boxes):
        return torch.full_like(boxes[:, 0], BACKGROUND, dtype=torch.long)
    overlap = iou(true_boxes, boxes)  # (M, K)
    most, index = overlap.max(0)
    matched = index.masked_fill(most < high, IGNORED).masked_fill(most < low, BACKGROUND)
    if rescue:
        best = overlap.amax(1, keepdim=True)
        matched = torch.where(((overlap == best) & (best > 0)).any(0), index, matched)
    return matched


def simple_ota(
    points: Tensor,
    strides: Tensor,
    boxes: Tensor,
    scores: Tensor,
    true_boxes: Tensor,
    labels: Tensor,
    shape: Shape = UPRIGHT,
    radius: float = 2.5,
    candidates: int = 10,
) -> tuple[Tensor, Tensor]:
    """SimOTA: each object is assigned the predictions of the least cost (arXiv:2107.08430).

    The cost is the classes' cross-entropy plus 3 times -log IoU, and far more for a point outside the object or
    further than ``radius`` strides from its centre. An object gets as many predictions as the IoUs of its best
    ``candidates`` add up to, at least one; a prediction wanted twice goes where it costs less.
    points (K, 2), strides (K,), boxes (K, numbers) of a ``shape``, scores (K, classes) from 0 to 1, true_boxes
    (M, numbers), labels (M,) -> (K,) long: index into ``true_boxes`` or BACKGROUND, and (K,) the overlap with it, 0 for
    background.
    """
    matched, quality = torch.full_like(strides, BACKGROUND, dtype=torch.long), torch.zeros_like(strides)
    within = shape.inside(points, true_boxes)  # (M, K)
    central = (points - shape.middle(true_boxes)[:, None]).abs().amax(-1) < radius * strides
    possible = (within | central).any(0).nonzero()[:, 0]
    if not len(possible):
        return matched, quality
    overlap = shape.overlap(true_boxes, boxes[possible])
    near, best_placed = (within | central)[:, possible], (within & central)[:, possible]
    cost = _class_cost(scores[possible], labels) - 3 * (overlap + SMALLEST).log() + 1e5 * ~best_placed + 1e10 * ~near
    wanted = overlap.topk(min(candidates, len(possible)), 1).values.sum(1).long().clamp(min=1)
    rank = cost.argsort(dim=1, stable=True).argsort(dim=1)
    cost = cost.masked_fill((rank >= wanted[:, None]) | ~near, torch.inf)
    least, index = cost.min(0)
    taken = least < torch.inf
    matched[possible[taken]] = index[taken]
    quality[possible[taken]] = overlap.gather(0, index[None])[0, taken]
    return matched, quality


def _class_cost(scores: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy of every prediction with every object's class. (K, classes), (M,) -> (M, K)."""
    scores = scores.sqrt().clamp(1e-6, 1 - 1e-6)  # the root makes up for class times objectness
    absent = -(1 - scores).log()
    return (absent.sum(1, keepdim=True) - absent - scores.log()).T[labels]
