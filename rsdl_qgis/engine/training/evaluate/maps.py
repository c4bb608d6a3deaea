"""The evaluation of networks that give classes, labels or numbers: of maps, scenes and series (``judge.Kind``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...cards.card import ModelCard
from ...chips.folder import IGNORE
from ...evaluation.decision import labels_of
from ...evaluation.results import Evaluation
from ...feedback import Report
from ...reports.sample_pictures import sample_pictures
from ...tables.tasks import TASKS
from ..request import TrainRequest
from ..samples.data import Data
from .baselines import baselines
from .samples import (
    Run,
    Samples,
    choose_threshold,
    choose_thresholds,
    decided,
    evaluate,
    network_run,
    open_run,
    predictions,
)


def trained_run(network: nn.Module, card: ModelCard, samples: Samples, device: str) -> Run:
    """The run of a network, which is put on the device and into evaluation mode."""
    return network_run(network, card.activation, device)


def saved_run(card: ModelCard, path: Path, samples: Samples, request: TrainRequest) -> Run:
    """The run of a model on the disk, by the engine that its card names."""
    return open_run(card, path, request.device, request.threads)


def with_thresholds(card: ModelCard, run: Run, data: Data, report: Report) -> ModelCard:
    """The card with the least probabilities that suit the validation split best: of two classes, or of each label."""
    valid = data.parts["valid"]
    if data.kind == "labels":
        return replace(card, thresholds=choose_thresholds(run, valid, report=report))
    if data.kind == "classes" and len(data.classes) == 2 and TASKS[card.task].dense:
        alone = not any(chip.source for chip in data.folder.chips)  # scenes one by one, parts of one raster together
        return replace(card, threshold=choose_threshold(run, valid, alone, report=report)[0])
    return card


def evaluated(run: Run, samples: Samples, data: Data, card: ModelCard, report: Report) -> Evaluation:
    """The evaluation of a run by samples, with the thresholds of a card."""
    return evaluate(run, samples, data.kind, data.classes, card.thresholds or card.threshold, report=report)


def rules_of_thumb(data: Data, report: Report) -> Mapping[str, Evaluation]:
    """The baselines of the training split."""
    held_out = data.parts[data.held_out]
    return baselines(data.parts["train"], held_out, data.kind, data.classes, data.inputs, report)


def example(index: int, run: Run, data: Data, card: ModelCard) -> tuple[str, dict[str, str]]:
    """Of a map pictures of image, reference, prediction and error; of a scene its image, and what it was taken for."""
    samples = data.parts[data.held_out]
    ((_, output, label),) = predictions(run, samples, [index])
    images = data.folder.images(samples.chips[index])
    if label.ndim < 2:
        return scene_text(output, label, card), sample_pictures(images, data.inputs)
    height, width = next(iter(images.values())).shape[-2:]
    reference, drawn = label[:height, :width], _map_of(output, card)[:height, :width]
    if data.kind == "classes":
        drawn = np.where(_invalid(images), IGNORE, drawn)
        reference = reference.astype(np.uint8)
    return "", sample_pictures(images, data.inputs, reference, drawn, data.classes)


def scene_text(output: NDArray, label: NDArray, card: ModelCard) -> str:
    """'is river, taken for harbor (0.62)'."""
    names = [item.name for item in card.classes]
    if label.ndim == 0:
        likeliest = int(output.argmax())
        return f"is {names[int(label)]}, taken for {names[likeliest]} ({output[likeliest]:.2f})"
    found = labels_of(output, card.thresholds)
    of = [", ".join(n for n, there in zip(names, which) if there) or "nothing" for which in (label > 0, found)]
    return f"shows {of[0]}; taken for {of[1]}"


def _map_of(output: NDArray, card: ModelCard) -> NDArray:
    return decided(output[None], card.threshold)[0] if card.classes else output


def _invalid(images: Mapping[str, np.ma.MaskedArray]) -> NDArray[np.bool_]:
    return np.logical_or.reduce([np.ma.getmaskarray(array).any((0, 1)) for array in images.values()])
