"""Training and inference of detectors: their own losses, and non-maximum suppression of their output."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ...boxes.detections import oriented
from ...boxes.suppression import nms
from ...evaluation.coco import Boxes
from ...networks.layers.boxes import suppress
from ...networks.layers.oriented import ORIENTED
from ...networks.memory_format import channels_last
from ..samples.objects import ObjectBatch

LOWEST = 0.01  # lowest score of an evaluated detection
CANDIDATES = 2000  # detections per image that enter non-maximum suppression
SUPPRESSED = 0.5  # IoU threshold of non-maximum suppression

# A batch, one tensor (N, T, C, H, W) per input, to the detections of each image.
Detect = Callable[[list[Tensor]], list[Boxes]]


def own_losses(network: nn.Module, images: Sequence[Tensor], objects: ObjectBatch) -> Tensor:
    """The sum of a detector's own losses, as the ``forward`` of ``fit``."""
    losses: dict[str, Tensor] = network.loss(images, objects.targets())
    return torch.stack([value.float() for value in losses.values()]).sum()


def detector_run(network: nn.Module, most: int, device: str = "cpu") -> Detect:
    """The run of a network, moved to the device and set to evaluation mode.

    ``most``: detections kept per image, those with the highest scores, of all with a score of at least ``LOWEST``.
    """
    network = channels_last(network.float().eval().to(device))

    @torch.inference_mode()
    def run(images: list[Tensor]) -> list[Boxes]:
        boxes, logits = network(*(image.to(device) for image in images))
        return [_suppressed(*pair, most) for pair in zip(boxes.float(), logits.float().sigmoid())]

    return run


def _suppressed(boxes: Tensor, scores: Tensor, most: int) -> Boxes:
    """Boxes (K, 4 or 5) and scores (K, classes) -> at most ``most`` detections, by decreasing score."""
    if boxes.shape[1] == ORIENTED.numbers:
        return _suppressed_oriented(boxes, scores, most)
    box, label = suppress(boxes, scores, SUPPRESSED, LOWEST, most, CANDIDATES).unbind(1)
    found = (boxes[box], label, scores[box, label])
    corners, labels, values = (tensor.cpu().numpy() for tensor in found)
    return Boxes(corners.astype(np.float64), labels, values.astype(np.float64))


def _suppressed_oriented(boxes: Tensor, scores: Tensor, most: int) -> Boxes:
    """As ``_suppressed``, of boxes (K, 5), by their rotated IoU."""
    pairs = (scores > LOWEST).nonzero()
    if len(pairs) > CANDIDATES:
        pairs = pairs[scores[pairs[:, 0], pairs[:, 1]].topk(CANDIDATES).indices]
    box, label = pairs.unbind(1)
    values = scores[box, label].cpu().numpy().astype(np.float64)
    found = oriented(boxes[box].cpu().numpy().astype(np.float64), values, label.cpu().numpy())
    kept = nms(found, SUPPRESSED)[:most]
    return Boxes(kept.boxes, kept.labels, kept.scores, quads=kept.corners)
