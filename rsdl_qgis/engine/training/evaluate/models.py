"""The evaluation of a trained network: thresholds, metrics on held-out samples, baselines, and examples.

The temperature and thresholds are chosen on the validation split. The metrics are of the test split, or of the
validation split where there is none. What depends on the kind of output is in the modules of ``KINDS``.
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
from ...runtime.devices import torch_device
from ..request import TrainRequest
from ..samples.chips import open_samples
from ..samples.data import Data
from . import detectors, maps
from .calibration import Calibration, calibrated, calibration
from .domain import share_beyond, with_domain
from .samples import Samples

SHOWN = 4  # best samples shown with pictures, and as many of the worst


class Kind(Protocol):
    """The evaluation of one kind of networks. A run is an argument of ``evaluate`` or ``evaluate_boxes``."""

    def trained_run(self, network: nn.Module, card: ModelCard, samples: Samples, device: str) -> Any:
        """The run of a network on the samples, moved to the device and set to evaluation mode."""

    def saved_run(self, card: ModelCard, path: Path, samples: Samples, request: TrainRequest) -> Any:
        """The run of a saved model."""

    def with_thresholds(self, card: ModelCard, run: Any, data: Data, report: Report) -> ModelCard:
        """The card with the best thresholds on the validation split."""

    def evaluated(self, run: Any, samples: Samples, data: Data, card: ModelCard, report: Report) -> Evaluation:
        """The evaluation of a run on samples, with a card's thresholds."""

    def baseline_evaluations(self, data: Data, report: Report) -> Mapping[str, Evaluation]:
        """The evaluations of the training split's baselines, by name."""

    def example(self, index: int, run: Any, data: Data, card: ModelCard) -> tuple[str, dict[str, str]]:
        """The text ('': none) and pictures of a held-out sample."""


KINDS: Mapping[str, Kind] = {"boxes": detectors, **dict.fromkeys(("classes", "labels", "numbers"), maps)}


@dataclass(frozen=True)
class Evaluated:
    """The card with its thresholds, its evaluation on the split ``part`` (valid or test), and those to compare with.

    ``pictures``: the worst and the best samples, each with title and data URIs; ``calibration``: None where there are
    no probabilities of classes; ``beyond``: the fraction of the split's blocks that are far from the training data.
    """

    card: ModelCard
    part: str
    evaluation: Evaluation
    comparison: tuple[tuple[str, Evaluation], ...]
    pictures: Mapping[str, Any]
    calibration: Calibration | None = None
    beyond: float | None = None


def evaluated(request: TrainRequest, data: Data, network: nn.Module, card: ModelCard, report: Report) -> Evaluated:
    """Evaluate a trained network. Nothing is chosen on the test split."""
    kind, device = KINDS[data.kind], torch_device(request.device)
    valid, held_out = data.parts["valid"], data.parts[data.held_out]
    run = kind.trained_run(network, card, valid, device)
    card = calibrated(card, run, data, Portion(report, 0.0, 0.1))
    run = kind.trained_run(network, card, valid, device)
    card = kind.with_thresholds(card, run, data, Portion(report, 0.1, 0.2))
    run = kind.trained_run(network, card, held_out, device)
    evaluation = kind.evaluated(run, held_out, data, card, Portion(report, 0.2, 0.5))
    sure = calibration(card, run, held_out, data, Portion(report, 0.5, 0.6))
    others = comparison(request, data, Portion(report, 0.6, 0.8))
    pictures = example_pictures(evaluation, run, data, card)
    card = with_domain(card, data, Portion(report, 0.8, 0.95))
    far = share_beyond(card, held_out, Portion(report, 0.95, 1.0))
    return Evaluated(card, data.held_out, evaluation, others, pictures, sure, far)


def comparison(request: TrainRequest, data: Data, report: Report) -> tuple[tuple[str, Evaluation], ...]:
    """The evaluations of the base model, where it has the same inputs and classes, and of the baselines."""
    baselines = KINDS[data.kind].baseline_evaluations(data, Portion(report, 0.0, 0.5))
    base = base_evaluation(request, data, Portion(report, 0.5, 1.0))
    return ((f"start ({request.start_name})", base), *baselines.items()) if base else tuple(baselines.items())


def base_evaluation(request: TrainRequest, data: Data, report: Report) -> Evaluation | None:
    """The evaluation of the base model before training; None where its inputs or classes differ."""
    if not request.base_model:
        return None
    path, card = Store().find(request.base_model)
    if card.task != request.task or not same_inputs_and_classes(card, data):
        return None
    kind, samples = KINDS[data.kind], as_taken_by(card, data)
    return kind.evaluated(kind.saved_run(card, path, samples, request), samples, data, card, report)


def same_inputs_and_classes(card: ModelCard, data: Data) -> bool:
    """Whether a model has the classes of the data and its inputs, with as many dates and the same bands."""

    def shown(inputs: Sequence[Input]) -> dict[str, tuple[int, list[str]]]:
        return {item.name: (len(item.dates), [band.name for band in item.bands]) for item in inputs}

    classes = [item.name for item in card.classes] == [item.name for item in data.classes]
    return classes and shown(card.inputs) == shown(data.inputs)


def as_taken_by(card: ModelCard, data: Data) -> Any:
    """The held-out samples, scaled and padded for another model."""
    part = data.parts[data.held_out]
    side, multiple = getattr(part, "side", None), max(getattr(part, "multiple", 1), card.tiling.multiple)
    oriented, chips = getattr(part, "oriented", False), data.folder.part(data.held_out)
    return open_samples(data.folder, chips, card.inputs, card.task, side, multiple, oriented=oriented)


def example_pictures(evaluation: Evaluation, run: Any, data: Data, card: ModelCard) -> dict[str, list[dict[str, Any]]]:
    """The pictures of the worst and the best samples; none for time series."""
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
