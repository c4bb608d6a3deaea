"""The evaluation of detectors (``models.Kind``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from ...boxes.matching import match_boxes, quads_of
from ...cards.card import ModelCard
from ...evaluation.coco import Boxes
from ...evaluation.results import Evaluation
from ...feedback import Report
from ...networks import card_network
from ...reports.box_pictures import object_pictures
from ...runtime.devices import torch_device
from ..loop.detector import Detect, detector_run
from ..request import TrainRequest
from ..samples.data import Data
from ..start.weights import model_weights
from .box_samples import choose_score, detection_limit, evaluate_boxes, reference_boxes
from .samples import Samples


def trained_run(network: nn.Module, card: ModelCard, samples: Samples, device: str) -> Detect:
    """The run of a network, moved to the device and set to evaluation mode."""
    return detector_run(network, detection_limit(samples), device)


def saved_run(card: ModelCard, path: Path, samples: Samples, request: TrainRequest) -> Detect:
    """The run of a saved model's network."""
    network = card_network(card)
    network.load_state_dict(dict(model_weights(str(path)).state))
    return trained_run(network, card, samples, torch_device(request.device))


def with_thresholds(card: ModelCard, run: Detect, data: Data, report: Report) -> ModelCard:
    """The card with the confidence threshold of the best F1 on the validation split."""
    return replace(card, threshold=choose_score(run, data.parts["valid"], len(data.classes), report))


def evaluated(run: Detect, samples: Samples, data: Data, card: ModelCard, report: Report) -> Evaluation:
    """The evaluation of a run on samples, with a card's confidence threshold."""
    return evaluate_boxes(run, samples, data.classes, card.threshold, report)


def baseline_evaluations(data: Data, report: Report) -> Mapping[str, Evaluation]:
    """The evaluation of boxes that do not depend on the image."""
    baseline = evaluate_boxes(median_boxes(data), data.parts[data.held_out], data.classes, report=report)
    return {"boxes of the usual size side by side": baseline}


def median_boxes(data: Data) -> Detect:
    """The baseline: boxes of the training split's median size side by side, all of its most frequent class."""
    train = data.parts["train"]
    found = [reference_boxes(train.label(i)) for i in range(len(train))]
    corners = np.concatenate([boxes.corners for boxes in found])
    width, height = np.maximum(np.median(corners[:, 2:] - corners[:, :2], axis=0), 1.0)
    label = int(np.bincount(np.concatenate([boxes.labels for boxes in found])).argmax())

    def run(images: list[Any]) -> list[Boxes]:
        rows, columns = (np.arange(0, side, step) for side, step in zip(images[0].shape[-2:], (height, width)))
        x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
        boxes = np.stack([x, y, x + width, y + height], 1)
        return [Boxes(boxes, np.full(len(boxes), label), np.ones(len(boxes)))] * len(images[0])

    return run


def example(index: int, run: Detect, data: Data, card: ModelCard) -> tuple[str, dict[str, str]]:
    """The numbers of hits, misses and false alarms of an image, and the image with their boxes."""
    samples = data.parts[data.held_out]
    images, objects = samples[index]
    (found,) = run([image.unsqueeze(0) for image in images])
    reference = reference_boxes(objects)
    matched = match_boxes(found, reference, len(data.classes))
    given = matched.score >= (card.threshold or 0.0)
    hits, alarms = given & matched.hit[:, 0], given & ~matched.hit[:, 0] & ~matched.ignored[:, 0]
    missed = np.setdiff1d(np.flatnonzero(~reference.ignored), matched.reference[hits])  # type: ignore[operator]
    own, true = quads_of(found), quads_of(reference)
    shown = {"hit": own[matched.index[hits]], "miss": true[missed], "alarm": own[matched.index[alarms]]}
    counts = f"{hits.sum()} hits, {len(missed)} misses, {alarms.sum()} false alarms"
    return counts, object_pictures(data.folder.images(samples.chips[index]), data.inputs, shown)
