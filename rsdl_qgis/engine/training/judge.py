"""What a trained network is worth: thresholds chosen, figures by what was held out, beside what it has to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..card import Input, ModelCard
from ..decision import NONE, class_of, labels_of
from ..errors import ModelError
from ..report import Portion, Report
from ..runtime import network_form, open_runtime, torch_device
from ..store import Store
from .baselines import baselines
from .chips import IGNORE
from .data import Data
from .evaluate import Run, choose_threshold, choose_thresholds, decided, evaluate, network_run, predictions
from .evaluation import Evaluation, ranked
from .pictures import sample_pictures
from .request import DENSE, TrainRequest
from .samples import open_samples

SHOWN = 4  # best samples with their pictures, and as many of the worst


@dataclass(frozen=True)
class Judged:
    """The card with its thresholds, what was found by ``part`` (valid or test), and of what it is compared with."""

    card: ModelCard
    part: str
    evaluation: Evaluation
    comparison: tuple[tuple[str, Evaluation], ...]
    pictures: Mapping[str, Any]


def judged(request: TrainRequest, data: Data, network: nn.Module, card: ModelCard, report: Report) -> Judged:
    """Judge a network that was trained. Nothing is chosen by the part that judges, if a test part was kept apart."""
    run = network_run(network, card.activation, torch_device(request.device))
    card = with_thresholds(card, run, data, Portion(report, 0.0, 0.2))
    samples, threshold = data.parts[data.judge], card.threshold if not card.thresholds else card.thresholds
    evaluation = evaluate(run, samples, data.kind, data.classes, threshold, report=Portion(report, 0.2, 0.6))
    others = comparison(request, data, Portion(report, 0.6, 0.9))
    pictures = example_pictures(evaluation, run, data, card)
    return Judged(card, data.judge, evaluation, others, pictures)


def with_thresholds(card: ModelCard, run: Run, data: Data, report: Report) -> ModelCard:
    """The card with the least probabilities that suit the validation part best: of two classes, or of each label."""
    valid = data.parts["valid"]
    if data.kind == "labels":
        return replace(card, thresholds=choose_thresholds(run, valid, report=report))
    if data.kind == "classes" and len(data.classes) == 2 and card.task in DENSE:
        alone = not any(chip.source for chip in data.folder.chips)  # scenes one by one, parts of one raster together
        return replace(card, threshold=choose_threshold(run, valid, alone, report=report)[0])
    return card


def comparison(request: TrainRequest, data: Data, report: Report) -> tuple[tuple[str, Evaluation], ...]:
    """Rules of thumb, and the model that it started from where that gives the same classes."""
    held_out = data.parts[data.judge]
    found = baselines(data.parts["train"], held_out, data.kind, data.classes, data.inputs, report)
    base = base_evaluation(request, data, report)
    return ((f"start ({request.start_name})", base), *found.items()) if base else tuple(found.items())


def base_evaluation(request: TrainRequest, data: Data, report: Report) -> Evaluation | None:
    """What the base model is worth as it was; None where it takes or gives something else."""
    if not request.base_model:
        return None
    path, card = Store().find(request.base_model)
    if card.task != request.task or not gives_and_takes(card, data):
        return None
    samples = as_taken_by(card, data)
    run = model_run(card, path, request.device, request.threads)
    return evaluate(run, samples, data.kind, data.classes, card.thresholds or card.threshold, report=report)


def gives_and_takes(card: ModelCard, data: Data) -> bool:
    """Whether a model gives the classes of the data and takes its inputs, with as many dates and the same bands."""

    def shown(inputs: Sequence[Input]) -> dict[str, tuple[int, list[str]]]:
        return {item.name: (len(item.dates), [band.name for band in item.bands]) for item in inputs}

    classes = [item.name for item in card.classes] == [item.name for item in data.classes]
    return classes and shown(card.inputs) == shown(data.inputs)


def model_run(card: ModelCard, path: Path, device: str = "cpu", threads: int | None = None) -> Run:
    """The run of a model on the disk, by the engine that its card names."""
    form = network_form(card, path, device)
    if form is not None and any(form.margin):
        raise ModelError(
            f"'{card.name}' tells of the middle of its tiles alone, so it cannot be compared with whole chips.",
            "Choose another model.",
        )
    runtime, names = open_runtime(card, path, device, threads), list(card.tensors)

    def run(images: list[Tensor]) -> NDArray:
        output = runtime({name: image.numpy() for name, image in zip(names, images)})
        return output[:, 0] if card.activation == "identity" else output

    return run


def as_taken_by(card: ModelCard, data: Data) -> Any:
    """The samples of the part that judges, scaled and padded as another model takes them."""
    part = data.parts[data.judge]
    side, multiple = getattr(part, "side", None), max(getattr(part, "multiple", 1), card.tiling.multiple)
    return open_samples(data.folder, data.folder.part(data.judge), card.inputs, card.task, side, multiple)


def example_pictures(evaluation: Evaluation, run: Run, data: Data, card: ModelCard) -> dict[str, list[dict[str, Any]]]:
    """The worst and the best samples in pictures; none of time series."""
    if card.task == "time-series":
        return {}
    order = ranked(evaluation)
    count = min(SHOWN, len(order) // 2)
    chosen = {"worst": order[:count], "best": order[::-1][:count]} if count else {"worst": order, "best": []}
    return {name: [_example(index, evaluation, run, data, card) for index in some] for name, some in chosen.items()}


def _example(index: int, evaluation: Evaluation, run: Run, data: Data, card: ModelCard) -> dict[str, Any]:
    samples = data.parts[data.judge]
    ((_, output, label),) = predictions(run, samples, [index])
    images = data.folder.images(samples.chips[index])
    height, width = next(iter(images.values())).shape[-2:]
    what, figure = evaluation.own(index)
    title = f"{samples.names[index]}: {what} {figure:.3f}"
    if label.ndim < 2:
        return {"title": f"{title}; {_scene_text(output, label, card)}", **sample_pictures(images, data.inputs)}
    truth, drawn = label[:height, :width], _map_of(output, card)[:height, :width]
    if data.kind == "classes":
        drawn = np.where(_invalid(images), IGNORE, drawn)
        truth = truth.astype(np.uint8)
    return {"title": title, **sample_pictures(images, data.inputs, truth, drawn, data.classes)}


def _map_of(output: NDArray, card: ModelCard) -> NDArray:
    return decided(output[None], card.threshold)[0] if card.classes else output


def _invalid(images: Mapping[str, np.ma.MaskedArray]) -> NDArray[np.bool_]:
    return np.logical_or.reduce([np.ma.getmaskarray(array).any((0, 1)) for array in images.values()])


def _scene_text(output: NDArray, label: NDArray, card: ModelCard) -> str:
    """'is river, taken for harbor (0.62)'."""
    names = [item.name for item in card.classes]
    if label.ndim == 0:
        found = int(class_of(output, card.threshold))
        taken = "nothing" if found == NONE else f"{names[found]} ({output[found]:.2f})"
        return f"is {names[int(label)]}, taken for {taken}"
    given = labels_of(output, card.thresholds)
    of = [", ".join(n for n, there in zip(names, which) if there) or "nothing" for which in (label > 0, given)]
    return f"shows {of[0]}; taken for {of[1]}"
