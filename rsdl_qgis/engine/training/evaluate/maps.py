"""The evaluation of networks for classes, labels or numbers: maps, scenes and time series (``models.Kind``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...cards.card import ModelCard
from ...chips.folder import IGNORE
from ...evaluation.decision import NONE, class_of, labels_of
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
    evaluate,
    network_run,
    open_run,
    predicted_classes,
    predictions,
)


def trained_run(network: nn.Module, card: ModelCard, samples: Samples, device: str) -> Run:
    """The run of a network, moved to the device and set to evaluation mode."""
    return network_run(network, card.activation, device, card.temperature)


def saved_run(card: ModelCard, path: Path, samples: Samples, request: TrainRequest) -> Run:
    """The run of a saved model, with the engine that its card names."""
    return open_run(card, path, request.device, request.threads)


def with_thresholds(card: ModelCard, run: Run, data: Data, report: Report) -> ModelCard:
    """The card with the best thresholds on the validation split: one for two classes, or one per label."""
    valid = data.parts["valid"]
    if data.kind == "labels":
        return replace(card, thresholds=choose_thresholds(run, valid, report=report))
    if data.kind == "classes" and len(data.classes) == 2 and TASKS[card.task].dense:
        alone = not any(
            chip.source for chip in data.folder.chips
        )  # images count one by one, chips of one raster together
        return replace(card, threshold=choose_threshold(run, valid, alone, report=report)[0])
    return card


def evaluated(run: Run, samples: Samples, data: Data, card: ModelCard, report: Report) -> Evaluation:
    """The evaluation of a run on samples, with a card's thresholds."""
    return evaluate(run, samples, data.kind, data.classes, card.thresholds or card.threshold, report=report)


def baseline_evaluations(data: Data, report: Report) -> Mapping[str, Evaluation]:
    """The evaluations of the training split's baselines on the held-out split."""
    held_out = data.parts[data.held_out]
    return baselines(data.parts["train"], held_out, data.kind, data.classes, data.inputs, report)


def example(index: int, run: Run, data: Data, card: ModelCard) -> tuple[str, dict[str, str]]:
    """The text ('': none) and pictures of a held-out sample.

    A map: image, reference, prediction and errors. A scene: its image, and the text of ``scene_text``.
    """
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
    """'reference river, predicted harbor (0.62)'."""
    names = [item.name for item in card.classes]
    if label.ndim == 0:
        one = int(class_of(output, card.threshold))
        predicted = "no class" if one == NONE else f"{names[one]} ({output[one]:.2f})"
        return f"reference {names[int(label)]}, predicted {predicted}"
    found = labels_of(output, card.thresholds)
    of = [", ".join(n for n, there in zip(names, which) if there) or "nothing" for which in (label > 0, found)]
    return f"reference {of[0]}; predicted {of[1]}"


def _map_of(output: NDArray, card: ModelCard) -> NDArray:
    return predicted_classes(output[None], card.rule)[0] if card.classes else output


def _invalid(images: Mapping[str, np.ma.MaskedArray]) -> NDArray[np.bool_]:
    return np.logical_or.reduce([np.ma.getmaskarray(array).any((0, 1)) for array in images.values()])
