"""The data of distillation: chips that fit the teacher's inputs, with the teacher's predictions as training targets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..cards.card import Band, Class, Input, ModelCard
from ..chips.folder import IGNORE, SPLITS, ChipFolder
from ..errors import InputError, MismatchError
from ..evaluation.decision import labels_of
from ..feedback import Report
from ..networks import NETWORKS
from ..tables.tasks import TASKS, task_of
from .evaluate.samples import Run, predicted_classes
from .request import TrainRequest
from .samples.chips import Samples, class_counts, open_samples, settle_inputs
from .samples.data import Data, check_counts, sides_multiple
from .samples.units import units_of

LOSSES = {"softmax": (["distillation"], "soft"), "sigmoid": (["bce"], "labels"), "identity": (["huber"], "numbers")}
LABELS = {"softmax": "class", "sigmoid": "classes", "identity": "number"}  # kind of labels that the teacher predicts


def target_kind(teacher: ModelCard) -> str:
    """The key of ``LOSSES`` for a teacher's predictions; in maps the likeliest class of a pixel counts (softmax)."""
    return "softmax" if teacher.activation == "sigmoid" and task_of(teacher.task).dense else teacher.activation


class TeacherTargets(Sequence[tuple[list[Tensor], Tensor]]):
    """Samples whose targets are a teacher's predictions. Each is computed once and cached in ``folder``.

    Soft targets are probabilities (K, H, W) or (K,), all 0 where a pixel is invalid, or numbers (H, W), NaN there.
    ``hard``: hard targets instead, labels as chips have them.
    """

    def __init__(self, samples: Samples, run: Run, teacher: ModelCard, folder: Path, hard: bool = False):
        self.samples, self.hard = samples, hard
        self._run, self._teacher, self._folder = run, teacher, folder
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[list[Tensor], Tensor]:  # type: ignore[override]
        images, known = self.samples[index]
        output = self._output(index, images)
        if self.hard:
            return images, torch.from_numpy(self._label(output, known))
        if output.ndim == 3:
            output = np.where(known.numpy() == IGNORE, 0, output)
        elif output.ndim == 2:
            output = np.where(known.numpy() == IGNORE, np.nan, output)
        return images, torch.from_numpy(output.astype(np.float32))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["samples"], name)

    def label(self, index: int) -> Tensor:
        """The target of a sample."""
        return self[index][1]

    def _output(self, index: int, images: list[Tensor]) -> NDArray:
        """The teacher's output for a sample, float16, from the cache if it is there."""
        file = self._folder / f"{index}.npy"
        if not file.is_file():
            part = file.with_suffix(".part.npy")
            np.save(part, self._run([image.unsqueeze(0) for image in images])[0].astype(np.float16))
            part.replace(file)
        return np.load(file)

    def _label(self, output: NDArray, known: Tensor) -> NDArray:
        if target_kind(self._teacher) == "sigmoid":
            return labels_of(output.astype(np.float32), self._teacher.thresholds).astype(np.float32)
        if self._teacher.activation == "identity":
            return np.where(known.numpy() == IGNORE, np.nan, output).astype(np.float32)
        found = predicted_classes(output[None].astype(np.float32), self._teacher.rule)[0].astype(np.int64)
        return np.where(known.numpy() == IGNORE, IGNORE, found) if found.ndim else np.array(found)


def open_distillation(
    folder: ChipFolder,
    request: TrainRequest,
    name: str,
    options: Mapping[str, Any],
    teacher: ModelCard,
    run: Run,
    cache: Path,
    report: Report,
) -> tuple[Data, TeacherTargets]:
    """The data that the student is evaluated by, and its training samples with soft targets.

    ``cache``: the folder of the teacher's predictions. InputError or MismatchError where chips and teacher do not fit.
    """
    folder, taken = fitted(folder, teacher, report)
    labelled = folder.labels != "none"
    folder = replace(folder, classes=classes_in_teacher_order(folder, teacher))
    chips = {part: folder.part(part) for part in SPLITS if folder.part(part)}
    missing = next((part for part in ("train", "valid") if part not in chips), None)
    if missing:
        problem = f"No chip is in the split '{missing}'."
        raise InputError(problem, "Give more images, or another fraction (VALIDATION).")
    inputs = settle_inputs(folder, chips["train"], taken, "keep", report=report)
    line = NETWORKS[name]
    side = options.get("size", line.size) if TASKS[request.task].scenes else None
    multiple = shared_multiple(request, name, options, inputs, teacher)

    def opened(of: ChipFolder, part: str) -> Samples:
        return open_samples(of, chips[part], inputs, request.task, side, multiple)

    blank = replace(folder, labels="none") if TASKS[request.task].dense else folder
    targets = {
        part: TeacherTargets(opened(blank, part), run, teacher, cache / part, hard=part != "train")
        for part in (chips if not labelled else ("train",))
    }
    training = targets.pop("train")
    for index in range(len(training)):
        report.check()
        report.progress(index / len(training), f"The teacher's predictions: {index + 1} of {len(training)}")
        training[index]
    if labelled:
        parts: dict[str, Any] = {part: opened(folder, part) for part in chips}
    else:
        dense = target_kind(teacher) == "softmax" and TASKS[request.task].dense
        folder = replace(folder, labels="raster" if dense else LABELS[teacher.activation])
        hard = TeacherTargets(training.samples, run, teacher, cache / "train", hard=True)
        parts = {"train": hard, **targets}
    counts = {part: class_counts(samples) for part, samples in parts.items()}
    units = units_of(parts["train"]) if teacher.activation == "identity" else None
    data = Data(folder, inputs, parts, counts, units, side or folder.size)
    if not labelled:
        check_targets(data, teacher)
    check_counts(data)
    return data, training


def shared_multiple(
    request: TrainRequest, name: str, options: Mapping[str, Any], inputs: Sequence[Input], teacher: ModelCard
) -> int:
    """The number that a sample's sides must be a multiple of to fit both student and teacher, in pixels."""
    return math.lcm(sides_multiple(request, name, options, inputs), teacher.tiling.multiple)


def check_targets(data: Data, teacher: ModelCard) -> None:
    """InputError where the teacher predicts one class for all training images."""
    predicted = [item.name for item, seen in zip(data.classes, data.counts["train"].sum(0) > 0) if seen]
    if data.kind == "classes" and len(predicted) < 2:
        what = f"'{predicted[0]}'" if predicted else "nothing"
        problem = f"The teacher '{teacher.name}' predicts {what} everywhere in the training images."
        raise InputError(problem, "Give images that show other classes too.")


def fitted(folder: ChipFolder, teacher: ModelCard, report: Report) -> tuple[ChipFolder, tuple[Input, ...]]:
    """The chips with the teacher's bands and dates, and the teacher's inputs by the chips' input names.

    A single input may have any name. MismatchError where the chips do not fit the teacher.
    """
    if teacher.activation not in LOSSES or teacher.task not in TASKS:
        raise MismatchError(f"Model '{teacher.name}' is for {teacher.task}, which cannot be distilled.")
    wanted = teacher.inputs
    if len(folder.inputs) == len(wanted) == 1:
        wanted = (replace(wanted[0], name=folder.inputs[0].name),)
    has, takes = ({i.name: i.shape for i in inputs} for inputs in (folder.inputs, wanted))
    if has != takes:

        def text(shapes: Mapping[str, tuple[int, int]]) -> str:
            return ", ".join(f"{name} with {d} date(s) of {b} band(s)" for name, (d, b) in shapes.items())

        raise MismatchError(f"The images have {text(has)}, and the teacher '{teacher.name}' takes {text(takes)}.")
    own = {item.name: item for item in folder.inputs}
    for its in wanted:
        _check_bands(own[its.name], its, teacher, report)
    inputs = tuple(replace(its, scaling=own[its.name].scaling) for its in wanted)
    return replace(folder, inputs=inputs), wanted


def _check_bands(mine: Input, its: Input, teacher: ModelCard, report: Report) -> None:
    """MismatchError where the chips' bands are the teacher's in another order; unknown bands are logged."""
    has, takes = (", ".join(band.name for band in item.bands) for item in (mine, its))
    known = [_place(own, its) for own in mine.bands]
    if any(place not in (None, i) for i, place in enumerate(known)):
        raise MismatchError(
            f"The images have the bands {has}, and the teacher '{teacher.name}' takes {takes}.",
            "Export chips with the bands in that order (BANDS).",
        )
    if None in known:
        report.log("warning", f"The images' bands, {has}, are taken in order as the teacher's: {takes}.")


def _place(own: Band, its: Input) -> int | None:
    """The index of a band among the teacher's, by its name or an alias; None where no name matches."""
    names = (own.name, *own.aliases)
    return next((i for i, band in enumerate(its.bands) if any(map(band.matches, names))), None)


def classes_in_teacher_order(folder: ChipFolder, teacher: ModelCard) -> tuple[Class, ...]:
    """The chips' classes in the teacher's order; the teacher's where there are no labels.

    MismatchError where chips and teacher have different classes.
    """
    if folder.labels == "none":
        return teacher.classes
    mine = {item.name: item for item in folder.classes}
    if all(item.name == f"class {item.value}" for item in folder.classes):  # a raster has no names
        mine = {its.name: its for its in teacher.classes if its.value in [item.value for item in folder.classes]}
    if set(mine) != {item.name for item in teacher.classes}:
        has, gives = (", ".join(c.name for c in classes) or "none" for classes in (folder.classes, teacher.classes))
        raise MismatchError(
            f"The labels are of the classes {has}, and the teacher '{teacher.name}' gives {gives}.",
            "Give labels of the teacher's classes by their names, or by their values in a raster; or none.",
        )
    return tuple(mine[item.name] for item in teacher.classes)
