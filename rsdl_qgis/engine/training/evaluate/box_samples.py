"""Evaluating detectors by samples, one batch at a time; and choosing the score from which a detection is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from torch import nn

from ...cards.card import Class
from ...evaluation.bootstrap import Places
from ...evaluation.coco import MOST, Boxes, Matched, best_threshold, match, rates
from ...evaluation.decision import DEFAULT_THRESHOLD
from ...evaluation.results import Evaluation, FoundBoxes
from ...feedback import Report
from ..loop.detector import Detect, detector_run
from ..samples.batches import in_order
from ..samples.objects import ObjectBatch, Objects
from .samples import Samples, samples_a_batch


def evaluate_boxes(
    run: Detect,
    samples: Samples,
    classes: Sequence[Class],
    threshold: float | None = None,
    report: Report | None = None,
) -> Evaluation:
    """Everything that is found when ``run`` is evaluated by the samples; ``threshold`` None: a score of 0.5."""
    found = FoundBoxes(
        matched(run, samples, len(classes), report), DEFAULT_THRESHOLD if threshold is None else threshold
    )
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
        report.progress(number / len(samples), "Evaluating the model")


def truth_of(objects: Objects) -> Boxes:
    """The objects of a sample as they are matched."""
    corners = objects.boxes.numpy().astype(np.float64)
    return Boxes(corners, objects.labels.numpy(), ignored=objects.ignored.numpy())


def quick_ap50(
    network: nn.Module, samples: Samples, classes: int, device: str = "cpu", report: Report | None = None
) -> float:
    """The main metric of ``evaluate_boxes`` alone; 0 where it is not defined. The network goes into evaluation mode."""
    found = matched(detector_run(network, kept_of(samples), device), samples, classes, report)
    return float(np.nan_to_num(rates(found, DEFAULT_THRESHOLD).ap50[0]))


def kept_of(samples: Any) -> int:
    """Detections a picture that are kept: as many as COCO evaluates, and twice the objects of the fullest picture."""
    return max(MOST, 2 * max((len(samples.label(i)) for i in range(len(samples))), default=0))


def choose_score(run: Detect, samples: Samples, classes: int, report: Report | None = None) -> float:
    """The confidence threshold that gives the samples the best F1, of equals the one nearest to 0.5."""
    found = matched(run, samples, classes, report)
    return best_threshold(found)[0] if found.objects.sum() and found.hit[:, 0].any() else DEFAULT_THRESHOLD
