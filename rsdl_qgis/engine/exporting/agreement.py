"""How far an exported model gives what the original gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..boxes.detections import Detections
from ..cards.card import ModelCard
from ..feedback import Report
from ..runtime.choice.agreement import agreement
from ..runtime.detector import open_detector
from ..runtime.network import Arrays
from ..runtime.sessions import open_runtime
from ..tables.tasks import task_of

MOST_OBJECTS = 50  # of a tile, those with the largest scores
SAME_PLACE = 0.01  # of a tile's side, within which the corners of the same object lie
Answers = Sequence[Any]  # one a tile: an array, or Detections


@dataclass(frozen=True)
class Agreement:
    """``share``: 0 to 1, of pixels, images, series or objects with the same class, or of numbers that are nearly the
    same; ``largest`` and ``mean``: difference in probabilities, scores or numbers; ``identical``: to the bit.
    """

    share: float
    largest: float
    mean: float
    identical: bool
    counted: str  # what the share is of
    measured: str  # what the differences are of

    @property
    def text(self) -> str:
        """Both in a sentence."""
        if self.identical:
            return f"It gives the same {self.measured} to the bit."
        return (
            f"{percent_down(self.share)} of {self.counted} are the same; {self.measured} differ by up to "
            f"{self.largest:.3g}, on average by {self.mean:.2g}."
        )

    @property
    def loss(self) -> str:
        """What that means for a figure of accuracy."""
        if self.identical:
            return "All figures of the original's accuracy hold for it."
        if self.counted == "numbers":
            return f"An error that was measured for the original can be larger by up to {self.largest:.3g}."
        lost = 1 - self.share
        if not lost:
            return "No class differs on these tiles, so the original's accuracy holds there."
        return (
            f"An overall accuracy that was measured for the original can change by at most {100 * lost:.2g} % points."
        )


def percent_down(share: float) -> str:
    """A share in per cent, never rounded up to 100 %."""
    return f"{np.floor(share * 1e5) / 1e3:g} %"


def answers(card: ModelCard, path: Path, tiles: Sequence[Arrays], report: Report, engine: str = "card") -> Answers:
    """What the model at ``path`` gives for each tile: arrays, or detections of any score."""
    if task_of(card.task).boxes:
        detector = open_detector(card, path, "cpu", None, report, engine=engine)
        found = []
        for arrays in tiles:
            height, width = next(iter(arrays.values())).shape[-2:]
            found.append(detector.decode(detector(arrays)[0], (height, width), 0.0))
        return found
    runtime = open_runtime(card, path, "cpu", None, report, engine=engine)
    return [runtime(arrays) for arrays in tiles]


def compared(card: ModelCard, expected: Answers, found: Answers, side: float) -> Agreement:
    """The agreement of the answers for the same tiles; ``side``: of a tile in pixels."""
    if task_of(card.task).boxes:
        return _objects(expected, found, side)
    shares = [agreement(card, [a], [b]) for a, b in zip(expected, found)]
    differences = [np.abs(a.astype(np.float64) - b) for a, b in zip(expected, found)]
    identical = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(expected, found))
    task = task_of(card.task)
    counted = "numbers" if task.numbers else "pixels" if task.dense else "series" if task.series else "images"
    return Agreement(
        float(np.mean(shares)),
        max(float(np.nanmax(d)) for d in differences),
        float(np.mean([np.nanmean(d) for d in differences])),
        identical,
        counted,
        "numbers" if task.numbers else "probabilities",
    )


def _objects(expected: Sequence[Detections], found: Sequence[Detections], side: float) -> Agreement:
    """Of each tile's likeliest objects the share that the other has at the same place, of the same class."""
    same, differences, identical = [], [], True
    for a, b in zip(expected, found):
        a = a[np.argsort(-a.scores, kind="stable")[:MOST_OBJECTS]]
        b = b[np.argsort(-b.scores, kind="stable")[: 4 * MOST_OBJECTS]]
        apart = np.abs(a.boxes[:, None] - b.boxes[None]).max(2, initial=0.0)
        apart[a.labels[:, None] != b.labels[None]] = np.inf
        if not len(a) or not len(b):
            same += [False] * len(a)
            continue
        scores = np.abs(a.scores[:, None] - b.scores[None])
        scores[apart > SAME_PLACE * side] = np.inf
        nearest = scores.min(1)
        same += list(np.isfinite(nearest))
        differences += list(nearest[np.isfinite(nearest)])
        first = b[: len(a)]
        identical = identical and np.array_equal(a.boxes, first.boxes) and np.array_equal(a.scores, first.scores)
    share = float(np.mean(same)) if same else 1.0
    largest, mean = (float(f(differences)) if differences else 0.0 for f in (np.max, np.mean))
    return Agreement(share, largest, mean, bool(identical and share == 1), "objects", "scores")
