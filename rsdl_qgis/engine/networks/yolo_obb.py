"""YOLO with oriented boxes."""

from __future__ import annotations

import torch
from torch import Tensor

from .layers.oriented import ORIENTED, angle_of
from .yolo import YOLO, product


class OrientedYOLO(YOLO):
    """A ``YOLO`` whose boxes are turned: each cell also predicts an angle.

    Ge, Liu, Wang, Li, Sun (2021), arXiv:2107.08430, with the loss of Llerena, Zeni, Kristen, Jung (2021),
    arXiv:2106.06072. Takes what ``YOLO`` takes.

    Differs from the paper: the angle is that of a pair of numbers that point to twice of it, so that it has no
    jump; predictions are assigned by ProbIoU, and by whether a cell lies within the turned box; the loss has a term
    for the direction of squares (``layers/oriented.py``).

    forward: (N, T, C, H, W) an input -> boxes (N, K, 5) as x and y of the middle, width, height in pixels, angle in
    radians from x to y, -pi / 2 to pi / 2, the width along it; they may reach beyond the image. Logits as of ``YOLO``.
    loss: as of ``YOLO``, with the targets' "oriented" (M, 5) in place of "boxes".
    """

    shape = ORIENTED
    coded = 6

    def forward(self, *images: Tensor) -> tuple[Tensor, Tensor]:
        boxes, objectness, classes, _, _ = self._predict(images)
        return boxes, product(objectness, classes)

    def _boxes(self, centre: Tensor, size: Tensor, code: Tensor) -> Tensor:
        upright = code.new_tensor([1.0, 0.0])  # nearly what a new network gives
        columns = [*centre.unbind(-1), *size.unbind(-1), angle_of(code + upright)]
        return torch.stack(columns, -1)  # in ONNX, that says how many there are
