"""Evaluation of detectors on samples, one batch at a time, and the choice of their confidence threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from torch import nn

from ...boxes.matching import match_boxes
from ...cards.card import Class
from ...evaluation.bootstrap import Places
from ...evaluation.coco import MOST, Boxes, Matched, best_threshold, rates
from ...evaluation.decision import DEFAULT_THRESHOLD
from ...evaluation.results import Evaluation, FoundBoxes
from ...feedback import Report
from ..loop.detector import Detect, detector_run
from ..processes.group import gathered, own
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
    """The evaluation of ``run`` on the samples; ``threshold``: confidence threshold (None: 0.5)."""
    found = FoundBoxes(
        matched(run, samples, len(classes), report), DEFAULT_THRESHOLD if threshold is None else threshold
    )
    names = tuple(item.name for item in classes)
    return Evaluation(names, tuple(samples.names), Places.of(samples.places), found)


def matched(run: Detect, samples: Samples, classes: int, report: Report | None = None) -> Matched:
    """The detections of ``run`` in the samples, matched with the reference boxes. May raise Cancelled."""
    pairs = detections(run, samples, report)
    return Matched.of([(match_boxes(found, reference, classes), number) for number, found, reference in pairs], classes)


def detections(run: Detect, samples: Samples, report: Report | None = None) -> Iterator[tuple[int, Boxes, Boxes]]:
    """For each sample its index, the detections of ``run``, and the reference boxes."""
    report, number = report or Report(), 0
    for images, objects in in_order(samples, samples_a_batch(samples)):  # type: ignore[arg-type]
        report.check()
        if not isinstance(objects, ObjectBatch):
            raise TypeError("The labels of the samples are not objects.")
        for found, labelled in zip(run(images), objects):
            yield number, found, reference_boxes(labelled)
            number += 1
        report.progress(number / len(samples), "Evaluating the model")


def reference_boxes(objects: Objects) -> Boxes:
    """The objects of a sample as reference boxes."""
    corners = objects.boxes.numpy().astype(np.float64)
    quads = None if objects.corners is None else objects.corners.numpy().astype(np.float64)
    return Boxes(corners, objects.labels.numpy(), ignored=objects.ignored.numpy(), quads=quads)


def quick_ap50(
    network: nn.Module, samples: Samples, classes: int, device: str = "cpu", report: Report | None = None
) -> float:
    """AP50 alone, the main metric of ``evaluate_boxes``; 0 where undefined. Sets the network to evaluation mode.

    Several processes share the samples, and all get the score of all of them.
    """
    run, mine = detector_run(network, detection_limit(samples), device), own(range(len(samples)))
    pairs = detections(run, own(samples), report)  # type: ignore[arg-type]
    parts = gathered([(match_boxes(found, reference, classes), mine[i]) for i, found, reference in pairs])
    found = Matched.of(sorted(chain.from_iterable(parts), key=lambda pair: pair[1]), classes)
    return float(np.nan_to_num(rates(found, DEFAULT_THRESHOLD).ap50[0]))


def detection_limit(samples: Any) -> int:
    """Most detections kept per image: as many as COCO evaluates, at least twice the objects of the fullest image."""
    return max(MOST, 2 * max((len(samples.label(i)) for i in range(len(samples))), default=0))


def choose_score(run: Detect, samples: Samples, classes: int, report: Report | None = None) -> float:
    """The confidence threshold with the best F1 on the samples; of equal ones the nearest to 0.5."""
    found = matched(run, samples, classes, report)
    return best_threshold(found)[0] if found.objects.sum() and found.hit[:, 0].any() else DEFAULT_THRESHOLD
