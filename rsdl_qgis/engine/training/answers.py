"""What a student learns from: a teacher's answers in place of labels, to chips that are what the teacher takes."""

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
from .evaluate.samples import Run, decided
from .request import TrainRequest
from .samples.chips import Samples, class_counts, open_samples, settle_inputs
from .samples.data import Data, check_counts, sides_multiple
from .samples.units import units_of

LOSSES = {"softmax": (["distillation"], "soft"), "sigmoid": (["bce"], "labels"), "identity": (["huber"], "numbers")}
LABELS = {"softmax": "class", "sigmoid": "classes", "identity": "number"}  # of a chip folder, what the teacher gives


def answers_of(teacher: ModelCard) -> str:
    """Which of ``LOSSES`` a teacher's answers are for: of a map's pixels the likeliest class counts, not each alone."""
    return "softmax" if teacher.activation == "sigmoid" and task_of(teacher.task).dense else teacher.activation


class Answers(Sequence[tuple[list[Tensor], Tensor]]):
    """Samples, and in place of their labels what a model answers: each once, and then kept in ``folder``.

    ``hard``: the answer as a label, of which kind the chips' own would be; else as it is: probabilities (K, H, W) or
    (K,), with 0 for all where a pixel is not valid, or numbers (H, W) with NaN there.
    """

    def __init__(self, samples: Samples, run: Run, teacher: ModelCard, folder: Path, hard: bool = False):
        self.samples, self.hard = samples, hard
        self._run, self._teacher, self._folder = run, teacher, folder
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[list[Tensor], Tensor]:  # type: ignore[override]
        images, known = self.samples[index]
        answer = self._answer(index, images)
        if self.hard:
            return images, torch.from_numpy(self._label(answer, known))
        if answer.ndim == 3:
            answer = np.where(known.numpy() == IGNORE, 0, answer)
        elif answer.ndim == 2:
            answer = np.where(known.numpy() == IGNORE, np.nan, answer)
        return images, torch.from_numpy(answer.astype(np.float32))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["samples"], name)

    def label(self, index: int) -> Tensor:
        """The label of a sample."""
        return self[index][1]

    def _answer(self, index: int, images: list[Tensor]) -> NDArray:
        file = self._folder / f"{index}.npy"
        if not file.is_file():
            part = file.with_suffix(".part.npy")
            np.save(part, self._run([image.unsqueeze(0) for image in images])[0].astype(np.float16))
            part.replace(file)
        return np.load(file)

    def _label(self, answer: NDArray, known: Tensor) -> NDArray:
        if answers_of(self._teacher) == "sigmoid":
            return labels_of(answer.astype(np.float32), self._teacher.thresholds).astype(np.float32)
        if self._teacher.activation == "identity":
            return np.where(known.numpy() == IGNORE, np.nan, answer).astype(np.float32)
        found = decided(answer[None].astype(np.float32), self._teacher.threshold)[0].astype(np.int64)
        return np.where(known.numpy() == IGNORE, IGNORE, found) if found.ndim else np.array(found)


def open_lessons(
    folder: ChipFolder,
    request: TrainRequest,
    name: str,
    options: Mapping[str, Any],
    teacher: ModelCard,
    run: Run,
    answered: Path,
    report: Report,
) -> tuple[Data, Answers]:
    """What the student is judged by, and what it learns from. InputError or MismatchError where they do not fit.

    ``answered``: the folder that the teacher's answers are kept in.
    """
    folder, taken = fitted(folder, teacher, report)
    labelled = folder.labels != "none"
    folder = replace(folder, classes=teachers_classes(folder, teacher))
    chips = {part: folder.part(part) for part in SPLITS if folder.part(part)}
    missing = next((part for part in ("train", "valid") if part not in chips), None)
    if missing:
        raise InputError(f"No chip is in the part '{missing}'.", "Give more images, or another share (VALIDATION).")
    inputs = settle_inputs(folder, chips["train"], taken, "keep")
    line = NETWORKS[name]
    side = options.get("size", line.size) if TASKS[request.task].scenes else None
    multiple = shared_multiple(request, name, options, inputs, teacher)

    def opened(of: ChipFolder, part: str) -> Samples:
        return open_samples(of, chips[part], inputs, request.task, side, multiple)

    blank = replace(folder, labels="none") if TASKS[request.task].dense else folder
    answers = {
        part: Answers(opened(blank, part), run, teacher, answered / part, hard=part != "train")
        for part in (chips if not labelled else ("train",))
    }
    lessons = answers.pop("train")
    for index in range(len(lessons)):
        report.check()
        report.progress(index / len(lessons), f"The teacher answers: {index + 1} of {len(lessons)}")
        lessons[index]
    if labelled:
        parts: dict[str, Any] = {part: opened(folder, part) for part in chips}
    else:
        dense = answers_of(teacher) == "softmax" and TASKS[request.task].dense
        folder = replace(folder, labels="raster" if dense else LABELS[teacher.activation])
        learnt = Answers(lessons.samples, run, teacher, answered / "train", hard=True)
        parts = {"train": learnt, **answers}
    counts = {part: class_counts(samples) for part, samples in parts.items()}
    units = units_of(parts["train"]) if teacher.activation == "identity" else None
    data = Data(folder, inputs, parts, counts, units, side or folder.size)
    if not labelled:
        check_answers(data, teacher)
    check_counts(data)
    return data, lessons


def shared_multiple(
    request: TrainRequest, name: str, options: Mapping[str, Any], inputs: Sequence[Input], teacher: ModelCard
) -> int:
    """Of what the sides of a sample are made a multiple, so that both student and teacher take it."""
    return math.lcm(sides_multiple(request, name, options, inputs), teacher.tiling.multiple)


def check_answers(data: Data, teacher: ModelCard) -> None:
    """InputError where a teacher says one class of all that a student would learn from."""
    said = [item.name for item, seen in zip(data.classes, data.counts["train"].sum(0) > 0) if seen]
    if data.kind == "classes" and len(said) < 2:
        what = f"'{said[0]}'" if said else "nothing"
        problem = f"The teacher '{teacher.name}' says {what} everywhere in the images to learn from."
        raise InputError(problem, "Give images that show other classes too.")


def fitted(folder: ChipFolder, teacher: ModelCard, report: Report) -> tuple[ChipFolder, tuple[Input, ...]]:
    """The chips with the teacher's bands and dates, and its inputs by the chips' names: a single one goes by any.

    MismatchError where the chips are not what the teacher takes.
    """
    if teacher.activation not in LOSSES or teacher.task not in TASKS:
        raise MismatchError(f"Model '{teacher.name}' is for {teacher.task}, which cannot be distilled.")
    wanted = teacher.inputs
    if len(folder.inputs) == len(wanted) == 1:
        wanted = (replace(wanted[0], name=folder.inputs[0].name),)
    has, takes = ({i.name: i.shape for i in inputs} for inputs in (folder.inputs, wanted))
    if has != takes:

        def told(shapes: Mapping[str, tuple[int, int]]) -> str:
            return ", ".join(f"{name} with {d} date(s) of {b} band(s)" for name, (d, b) in shapes.items())

        raise MismatchError(f"The images have {told(has)}, and the teacher '{teacher.name}' takes {told(takes)}.")
    own = {item.name: item for item in folder.inputs}
    for its in wanted:
        _check_bands(own[its.name], its, teacher, report)
    inputs = tuple(replace(its, scaling=own[its.name].scaling) for its in wanted)
    return replace(folder, inputs=inputs), wanted


def _check_bands(mine: Input, its: Input, teacher: ModelCard, report: Report) -> None:
    """MismatchError where the chips' bands are the teacher's in another order; others are told of."""
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
    """Which of the teacher's bands a band is, by its name or by one that it has besides; None where none tells."""
    names = (own.name, *own.aliases)
    return next((i for i, band in enumerate(its.bands) if any(map(band.matches, names))), None)


def teachers_classes(folder: ChipFolder, teacher: ModelCard) -> tuple[Class, ...]:
    """The chips' classes in the teacher's order, its own where there are no labels. MismatchError for other ones."""
    if folder.labels == "none":
        return teacher.classes
    mine = {item.name: item for item in folder.classes}
    if all(item.name == f"class {item.value}" for item in folder.classes):  # a raster tells no names
        mine = {its.name: its for its in teacher.classes if its.value in [item.value for item in folder.classes]}
    if set(mine) != {item.name for item in teacher.classes}:
        has, gives = (", ".join(c.name for c in classes) or "none" for classes in (folder.classes, teacher.classes))
        raise MismatchError(
            f"The labels are of the classes {has}, and the teacher '{teacher.name}' gives {gives}.",
            "Give labels of the teacher's classes by their names, or by their values in a raster; or none.",
        )
    return tuple(mine[item.name] for item in teacher.classes)
