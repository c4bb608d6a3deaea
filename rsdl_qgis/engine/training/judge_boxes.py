"""What a trained detector is worth: its least score chosen, figures by what was held out, beside a rule of thumb."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from torch import nn

from ..card import ModelCard
from ..detection_scores import Boxes, match
from ..networks import build_network
from ..report import Portion, Report
from ..runtime import torch_device
from ..store import Store
from .box_pictures import object_pictures
from .data import Data
from .detection import Detect, detector_run
from .evaluate_boxes import choose_score, evaluate_boxes, kept_of, truth_of
from .evaluation import Evaluation, ranked
from .judge import SHOWN, Judged, gives_and_takes
from .request import TrainRequest
from .samples import open_samples
from .weights import model_weights


def judged_boxes(request: TrainRequest, data: Data, network: nn.Module, card: ModelCard, report: Report) -> Judged:
    """Judge a detector that was trained: ``judge.judged`` for boxes. The validation part chooses the least score."""
    device, count = torch_device(request.device), len(data.classes)
    samples = data.parts[data.judge]
    run = detector_run(network, kept_of(data.parts["valid"]), device)
    card = replace(card, threshold=choose_score(run, data.parts["valid"], count, Portion(report, 0.0, 0.2)))
    run = detector_run(network, kept_of(samples), device)
    evaluation = evaluate_boxes(run, samples, data.classes, card.threshold, Portion(report, 0.2, 0.6))
    others = comparison(request, data, Portion(report, 0.6, 0.9))
    return Judged(card, data.judge, evaluation, others, example_pictures(evaluation, run, data, card))


def comparison(request: TrainRequest, data: Data, report: Report) -> tuple[tuple[str, Evaluation], ...]:
    """A rule of thumb, and the model that it started from where that finds the same classes."""
    rule = evaluate_boxes(usual_boxes(data), data.parts[data.judge], data.classes, report=Portion(report, 0.0, 0.5))
    base = base_evaluation(request, data, Portion(report, 0.5, 1.0))
    others = (("boxes of the usual size side by side", rule),)
    return ((f"start ({request.start_name})", base), *others) if base else others


def usual_boxes(data: Data) -> Detect:
    """The rule of thumb: boxes of the training part's median size side by side, all of its commonest class."""
    train = data.parts["train"]
    found = [truth_of(train.label(i)) for i in range(len(train))]
    corners = np.concatenate([boxes.corners for boxes in found])
    width, height = np.maximum(np.median(corners[:, 2:] - corners[:, :2], axis=0), 1.0)
    label = int(np.bincount(np.concatenate([boxes.labels for boxes in found])).argmax())

    def run(images: list[Any]) -> list[Boxes]:
        rows, columns = (np.arange(0, side, step) for side, step in zip(images[0].shape[-2:], (height, width)))
        x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
        boxes = np.stack([x, y, x + width, y + height], 1)
        return [Boxes(boxes, np.full(len(boxes), label), np.ones(len(boxes)))] * len(images[0])

    return run


def base_evaluation(request: TrainRequest, data: Data, report: Report) -> Evaluation | None:
    """What the base model is worth as it was; None where it takes or gives something else."""
    if not request.base_model:
        return None
    _, card = Store().find(request.base_model)
    if card.task != request.task or not gives_and_takes(card, data):
        return None
    shapes = {item.name: item.shape for item in card.inputs}
    network = build_network(card.network, shapes, card.channels, **card.options)
    network.load_state_dict(dict(model_weights(request.base_model).state))
    chips = data.folder.part(data.judge)
    samples: Any = open_samples(data.folder, chips, card.inputs, card.task, None, card.tiling.multiple)
    run = detector_run(network, kept_of(samples), torch_device(request.device))
    return evaluate_boxes(run, samples, data.classes, card.threshold, report)


def example_pictures(
    evaluation: Evaluation, run: Detect, data: Data, card: ModelCard
) -> dict[str, list[dict[str, Any]]]:
    """The pictures on which the detector does worst and best, with its hits, misses and false alarms."""
    order = ranked(evaluation)
    count = min(SHOWN, len(order) // 2)
    chosen = {"worst": order[:count], "best": order[::-1][:count]} if count else {"worst": order, "best": []}
    return {name: [_example(index, evaluation, run, data, card) for index in some] for name, some in chosen.items()}


def _example(index: int, evaluation: Evaluation, run: Detect, data: Data, card: ModelCard) -> dict[str, Any]:
    samples = data.parts[data.judge]
    images, objects = samples[index]
    (found,) = run([image.unsqueeze(0) for image in images])
    truth = truth_of(objects)
    matched = match(found, truth, len(data.classes), None)
    given = matched.score >= (card.threshold or 0.0)
    hits, alarms = given & matched.hit[:, 0], given & ~matched.hit[:, 0] & ~matched.ignored[:, 0]
    missed = np.setdiff1d(np.flatnonzero(~truth.ignored), matched.truth[hits])  # type: ignore[operator]
    what, figure = evaluation.own(index)
    counts = f"{hits.sum()} hits, {len(missed)} misses, {alarms.sum()} false alarms"
    shown = {
        "hit": found.corners[matched.index[hits]],
        "miss": truth.corners[missed],
        "alarm": found.corners[matched.index[alarms]],
    }
    raw = data.folder.images(samples.chips[index])
    title = f"{samples.names[index]}: {what} {figure:.3f}; {counts}"
    return {"title": title, **object_pictures(raw, data.inputs, shown)}
