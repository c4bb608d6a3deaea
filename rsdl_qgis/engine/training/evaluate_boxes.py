"""Judging detectors by samples, one batch at a time; and choosing the score from which a detection is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ..card import Class
from ..detection_scores import MOST, Boxes, Matched, best_threshold, match, picture_f1, pr_curve, rates
from ..report import Report
from .batches import in_order
from .detection import Detect, detector_run
from .evaluate import Samples, samples_a_batch
from .evaluation import Evaluation
from .intervals import Places, Statistic
from .objects import ObjectBatch, Objects

CANDIDATES = tuple(round(0.01 * i, 2) for i in range(1, 100))  # scores that are tried
SURE = 0.5  # the score where none was chosen
POINTS = 200  # of a curve


@dataclass(frozen=True)
class FoundBoxes:
    """Objects found in pictures: what became of each detection, and the score from which they are given.

    A picture's own figure is its F1 at an overlap of 0.5.
    """

    matched: Matched
    threshold: float
    main, own = "AP50", "F1"

    @property
    def scores(self) -> NDArray[np.float64]:
        return picture_f1(self.matched, self.threshold)

    @property
    def support(self) -> NDArray:
        return self.matched.objects.sum(0)

    def statistic(self, places: Places) -> Statistic:
        def figures(weights: NDArray) -> dict[str, NDArray]:
            found = rates(self.matched, self.threshold, places.weights(weights))
            return {
                "AP50": found.ap50,
                "AP50:95": found.ap,
                "precision": found.precision,
                "recall": found.recall,
                "F1": found.f1,
                "class AP50": found.class_ap50,
                "class AP50:95": found.class_ap,
                "class precision": found.class_precision,
                "class recall": found.class_recall,
                "class F1": found.class_f1,
            }

        return figures

    def curves(self) -> list[dict[str, list[float]]]:
        """Of each class recall, precision and score, from the surest detection on."""
        return [_thinned(*pr_curve(self.matched, label)) for label in range(self.matched.objects.shape[1])]


def evaluate_boxes(
    run: Detect,
    samples: Samples,
    classes: Sequence[Class],
    threshold: float | None = None,
    report: Report | None = None,
) -> Evaluation:
    """Everything that is found when ``run`` is judged by the samples; ``threshold`` None: a score of 0.5."""
    found = FoundBoxes(matched(run, samples, len(classes), report), SURE if threshold is None else threshold)
    names = tuple(item.name for item in classes)
    return Evaluation(names, tuple(samples.names), Places.of(samples.places), found)


def matched(run: Detect, samples: Samples, classes: int, report: Report | None = None) -> Matched:
    """What became of each detection of ``run`` in the samples. Cancelled may be raised."""
    found = [(match(found, truth, classes, None), number) for number, found, truth in detections(run, samples, report)]
    return Matched.of(found, classes)


def detections(run: Detect, samples: Samples, report: Report | None = None) -> Iterator[tuple[int, Boxes, Boxes]]:
    """Of each sample its index, what ``run`` finds in it, and its objects."""
    report, number = report or Report(), 0
    for images, objects in in_order(samples, samples_a_batch(samples)):  # type: ignore[arg-type]
        report.check()
        if not isinstance(objects, ObjectBatch):
            raise TypeError("The labels of the samples are no objects.")
        for found, truth in zip(run(images), objects):
            yield number, found, truth_of(truth)
            number += 1
        report.progress(number / len(samples), "Judging the model")


def truth_of(objects: Objects) -> Boxes:
    """The objects of a sample as they are matched."""
    corners = objects.boxes.numpy().astype(np.float64)
    return Boxes(corners, objects.labels.numpy(), ignored=objects.ignored.numpy())


def quick_ap50(
    network: nn.Module, samples: Samples, classes: int, device: str = "cpu", report: Report | None = None
) -> float:
    """The main figure of ``evaluate_boxes`` alone; 0 where it is not defined. The network is put into evaluation mode.
    """
    found = matched(detector_run(network, kept_of(samples), device), samples, classes, report)
    return float(np.nan_to_num(rates(found, SURE).ap50[0]))


def kept_of(samples: Any) -> int:
    """Detections a picture that are kept: as many as COCO judges, and twice the objects of the fullest picture."""
    return max(MOST, 2 * max((len(samples.label(i)) for i in range(len(samples))), default=0))


def choose_score(run: Detect, samples: Samples, classes: int, report: Report | None = None) -> float:
    """The least score of a detection that gives the samples the best F1, of equals the one nearest to 0.5."""
    found = matched(run, samples, classes, report)
    return best_threshold(found, CANDIDATES)[0] if found.objects.sum() and found.hit[:, 0].any() else SURE


def _thinned(*columns: NDArray) -> dict[str, list[float]]:
    count = len(columns[0])
    chosen = np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(int)) if count else slice(0)
    recall, precision, score = (column[chosen].tolist() for column in columns)
    return {"recall": recall, "precision": precision, "score": score}
