"""The evaluation of a trained network: thresholds, metrics of what was held out, what it has to beat, and examples.

Thresholds are chosen on the validation split; the metrics are of the test split, or of the validation split where there
is none. This is the same for all networks. What depends on what a network gives is in the modules of ``KINDS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from ...cards.card import Input, ModelCard
from ...cards.store import Store
from ...evaluation.results import Evaluation, ranked
from ...feedback import Portion, Report
from ...runtime.sessions import torch_device
from ..request import TrainRequest
from ..samples.chips import open_samples
from ..samples.data import Data
from . import detectors, maps
from .samples import Samples

SHOWN = 4  # best samples with their pictures, and as many of the worst


class Kind(Protocol):
    """What the evaluation of a kind of networks needs. A run is what ``evaluate`` or ``evaluate_boxes`` takes."""

    def trained_run(self, network: nn.Module, card: ModelCard, samples: Samples, device: str) -> Any:
        """The run of a network on the samples, put on the device and into evaluation mode."""

    def saved_run(self, card: ModelCard, path: Path, samples: Samples, request: TrainRequest) -> Any:
        """The run of a model on the disk."""

    def with_thresholds(self, card: ModelCard, run: Any, data: Data, report: Report) -> ModelCard:
        """The card with the thresholds that suit the validation split best."""

    def evaluated(self, run: Any, samples: Samples, data: Data, card: ModelCard, report: Report) -> Evaluation:
        """The evaluation of a run by samples, with the thresholds of a card."""

    def rules_of_thumb(self, data: Data, report: Report) -> Mapping[str, Evaluation]:
        """The evaluations of what needs no network, made from the training split, by their names."""

    def example(self, index: int, run: Any, data: Data, card: ModelCard) -> tuple[str, dict[str, str]]:
        """What is said of a sample of what was held out ('': nothing), and its pictures."""


KINDS: Mapping[str, Kind] = {"boxes": detectors, **dict.fromkeys(("classes", "labels", "numbers"), maps)}


@dataclass(frozen=True)
class Evaluated:
    """The card with its thresholds, what was found by ``part`` (valid or test), and of what it is compared with.

    ``pictures``: the worst and the best samples, a title and data URIs each.
    """

    card: ModelCard
    part: str
    evaluation: Evaluation
    comparison: tuple[tuple[str, Evaluation], ...]
    pictures: Mapping[str, Any]


def evaluated(request: TrainRequest, data: Data, network: nn.Module, card: ModelCard, report: Report) -> Evaluated:
    """Evaluate a network that was trained. Nothing is chosen by the test split, if one was kept apart."""
    kind, device = KINDS[data.kind], torch_device(request.device)
    valid, held_out = data.parts["valid"], data.parts[data.held_out]
    run = kind.trained_run(network, card, valid, device)
    card = kind.with_thresholds(card, run, data, Portion(report, 0.0, 0.2))
    run = kind.trained_run(network, card, held_out, device)
    evaluation = kind.evaluated(run, held_out, data, card, Portion(report, 0.2, 0.6))
    others = comparison(request, data, Portion(report, 0.6, 0.9))
    return Evaluated(card, data.held_out, evaluation, others, example_pictures(evaluation, run, data, card))


def comparison(request: TrainRequest, data: Data, report: Report) -> tuple[tuple[str, Evaluation], ...]:
    """The model that it started from, where that takes and gives the same, and rules of thumb."""
    rules = KINDS[data.kind].rules_of_thumb(data, Portion(report, 0.0, 0.5))
    base = base_evaluation(request, data, Portion(report, 0.5, 1.0))
    return ((f"start ({request.start_name})", base), *rules.items()) if base else tuple(rules.items())


def base_evaluation(request: TrainRequest, data: Data, report: Report) -> Evaluation | None:
    """The evaluation of the base model as it was; None where it takes or gives something else."""
    if not request.base_model:
        return None
    path, card = Store().find(request.base_model)
    if card.task != request.task or not gives_and_takes(card, data):
        return None
    kind, samples = KINDS[data.kind], as_taken_by(card, data)
    return kind.evaluated(kind.saved_run(card, path, samples, request), samples, data, card, report)


def gives_and_takes(card: ModelCard, data: Data) -> bool:
    """Whether a model gives the classes of the data and takes its inputs, with as many dates and the same bands."""

    def shown(inputs: Sequence[Input]) -> dict[str, tuple[int, list[str]]]:
        return {item.name: (len(item.dates), [band.name for band in item.bands]) for item in inputs}

    classes = [item.name for item in card.classes] == [item.name for item in data.classes]
    return classes and shown(card.inputs) == shown(data.inputs)


def as_taken_by(card: ModelCard, data: Data) -> Any:
    """The samples that were held out, scaled and padded as another model takes them."""
    part = data.parts[data.held_out]
    side, multiple = getattr(part, "side", None), max(getattr(part, "multiple", 1), card.tiling.multiple)
    return open_samples(data.folder, data.folder.part(data.held_out), card.inputs, card.task, side, multiple)


def example_pictures(evaluation: Evaluation, run: Any, data: Data, card: ModelCard) -> dict[str, list[dict[str, Any]]]:
    """The worst and the best samples in pictures; none of what is no image, as time series."""
    samples = data.parts[data.held_out]
    images, _ = samples[0]
    if images[0].ndim < 4:
        return {}

    def example(index: int) -> dict[str, Any]:
        note, pictures = KINDS[data.kind].example(index, run, data, card)
        title, value = evaluation.own(index)
        words = [f"{samples.names[index]}: {title} {value:.3f}", *([note] if note else [])]
        return {"title": "; ".join(words), **pictures}

    order = ranked(evaluation)
    count = min(SHOWN, len(order) // 2)
    chosen = {"worst": order[:count], "best": order[::-1][:count]} if count else {"worst": order, "best": []}
    return {name: [example(index) for index in some] for name, some in chosen.items()}
