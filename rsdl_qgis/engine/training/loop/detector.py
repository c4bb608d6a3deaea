"""How detectors are trained and run: by the losses that a network has itself, and by suppression of what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ...evaluation.coco import Boxes
from ...networks.layers.boxes import suppress
from ...networks.memory_format import channels_last
from ..samples.objects import ObjectBatch

LOWEST = 0.01  # score of what is judged at all
CANDIDATES = 2000  # detections of a picture that are suppressed
SUPPRESSED = 0.5  # overlap from which on the weaker one of two detections of a class goes

# A batch, one tensor (N, T, C, H, W) an input, to the detections of each picture.
Detect = Callable[[list[Tensor]], list[Boxes]]


def own_losses(network: nn.Module, images: Sequence[Tensor], objects: ObjectBatch) -> Tensor:
    """The sum of a detector's losses; what ``fit`` computes of it instead of its output."""
    losses: dict[str, Tensor] = network.loss(images, objects.targets())
    return torch.stack([value.float() for value in losses.values()]).sum()


def detector_run(network: nn.Module, most: int, device: str = "cpu") -> Detect:
    """The run of a network, which is put on the device and into evaluation mode.

    ``most``: detections of a picture that are kept, the best, of all with a score of ``LOWEST``.
    """
    network = channels_last(network.float().eval().to(device))

    @torch.inference_mode()
    def run(images: list[Tensor]) -> list[Boxes]:
        boxes, logits = network(*(image.to(device) for image in images))
        return [_suppressed(*pair, most) for pair in zip(boxes.float(), logits.float().sigmoid())]

    return run


def _suppressed(boxes: Tensor, scores: Tensor, most: int) -> Boxes:
    """(K, 4), (K, classes) -> at most ``most`` detections, the best first."""
    box, label = suppress(boxes, scores, SUPPRESSED, LOWEST, most, CANDIDATES).unbind(1)
    found = (boxes[box], label, scores[box, label])
    corners, labels, values = (tensor.cpu().numpy() for tensor in found)
    return Boxes(corners.astype(np.float64), labels, values.astype(np.float64))
