"""The job "distil": a small network learns to say what a large model says of images (Hinton, Vinyals, Dean 2015,
arXiv:1503.02531), which need no labels.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..card import ONNX_FILE, Band, Class, Input, ModelCard
from ..errors import InputError, MismatchError
from ..interop.fastest import median_seconds
from ..interop.onnx_export import example_inputs
from ..job_arguments import DISTILLING, some
from ..mlm import stated
from ..networks import NETWORKS, build_network
from ..outputs import writing
from ..report import Portion, Report
from ..runtime import open_runtime
from ..store import Store
from .batches import Batches
from .chips import IGNORE, SPLITS, ChipFolder
from .consistency import check_crops
from .data import Data, check_counts, sides_multiple
from .evaluate import Run, decided, evaluate
from .evaluation import Evaluation
from .export import prepare_chips
from .judge import judged, model_run
from .learn import ANSWERS, go_on, work_folder
from .losses import build_loss
from .request import DEFAULT_NETWORKS, DENSE, METRICS, TrainRequest
from .run import CUT, TRAINED, begin, finish, learn_by, settings_of, use_device
from .samples import Samples, class_counts, open_samples, settle_inputs
from .start import network_to_build
from .summary import Trained
from .units import units_of

TAUGHT = 0.15  # of the progress, when the teacher has said what it thinks of the images
TIMED = 5  # runs of which the median is told
LOSSES = {"softmax": (["distillation"], "soft"), "sigmoid": (["bce"], "labels"), "identity": (["huber"], "numbers")}
LABELS = {"softmax": "class", "sigmoid": "classes", "identity": "number"}  # of a chip folder, what the teacher gives


@writing("distil")
def run_distil(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Train a small network by a model's answers and write its model folder; the figures of both.

    ``teacher``: a model; ``temperature`` softens its answers. The rest as of the job "train", whose labels are only
    to compare by: without any, the student is judged by how it agrees with the teacher.
    """
    began = time.perf_counter()
    given = some(DISTILLING, ("teacher", "temperature", "batch_size"), arguments)
    path, teacher = Store().find(given["teacher"])
    if teacher.task == "detection":
        raise MismatchError(f"'{teacher.name}' finds objects, and only maps, scenes and series can be distilled.")
    size = given.get("batch_size", DISTILLING["batch_size"].default)
    own = {"task": teacher.task, "batch_size": size, "base_model": None, "pretrained": None}
    request = TrainRequest.of({**arguments, **own})
    temperature = float(given.get("temperature", DISTILLING["temperature"].default))
    name, options = network_to_build(request.network or DEFAULT_NETWORKS[request.task], request.options, None)
    use_device(request)
    with work_folder(request):
        return _taught(arguments, request, (path, teacher), (name, options), temperature, report, began)


def _taught(
    arguments: Mapping[str, Any],
    request: TrainRequest,
    model: tuple[Path, ModelCard],
    student: tuple[str, Mapping[str, Any]],
    temperature: float,
    report: Report,
    began: float,
) -> dict[str, Any]:
    """As ``run_distil``, what can be checked at once being checked."""
    (path, teacher), (name, options) = model, student
    wanted, labelled = {**arguments, "task": teacher.task}, bool(arguments.get("labels"))
    folder, split = prepare_chips(wanted, request.work / "chips", Portion(report, 0, CUT), labelled)
    go_on(request, arguments, folder, report)
    run = model_run(teacher, path, request.device, request.threads)
    data, lessons = open_lessons(folder, request, name, options, teacher, run, Portion(report, CUT, TAUGHT))
    report.log("info", f"{split.text} {data}")
    network, begun, card = begin(request, data, name, options, report)
    window = folder.size if request.task in DENSE else None
    size = min(request.batch_size, len(lessons))
    batches = Batches(lessons, size, request.augmentation, request.seed, None, window)
    settings = settings_of(request, batches, METRICS[data.kind, request.task in DENSE])
    names, kind = LOSSES[answers_of(teacher)]
    loss = build_loss(names, kind, temperature=temperature)
    taught = Portion(report, TAUGHT, TRAINED)
    last = learn_by(request, data, network, card, batches, loss, settings, taught)
    found = judged(request, data, network, card, Portion(report, TRAINED, 0.95))
    threshold = teacher.thresholds or teacher.threshold
    compare = Portion(report, 0.95, 0.97)
    known = evaluate(run, data.parts[data.judge], data.kind, data.classes, threshold, report=compare)
    trained = Trained(request, settings, data, split, begun, last, found, time.perf_counter() - began, False)

    def told(written: ModelCard) -> dict[str, Any]:
        return {"distillation": compared((path, teacher, known), (request.output, written, found.evaluation), request)}

    note = {"name": teacher.name, "sha256": stated(teacher.sha256), "temperature": temperature}
    return finish(trained, network, report, told, {"teacher": note})


def answers_of(teacher: ModelCard) -> str:
    """Which of ``LOSSES`` a teacher's answers are for: of a map's pixels the likeliest class counts, not each alone."""
    return "softmax" if teacher.activation == "sigmoid" and teacher.task in DENSE else teacher.activation


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
            thresholds = np.asarray(self._teacher.thresholds or (0.5,) * len(answer))
            return (answer >= thresholds).astype(np.float32)
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
    report: Report,
) -> tuple[Data, Answers]:
    """What the student is judged by, and what it learns from. InputError or MismatchError where they do not fit."""
    folder, taken = fitted(folder, teacher, report)
    labelled = folder.labels != "none"
    folder = replace(folder, classes=teachers_classes(folder, teacher))
    chips = {part: folder.part(part) for part in SPLITS if folder.part(part)}
    missing = next((part for part in ("train", "valid") if part not in chips), None)
    if missing:
        raise InputError(f"No chip is in the part '{missing}'.", "Give more images, or another share (VALIDATION).")
    inputs = settle_inputs(folder, chips["train"], taken, "keep")
    line = NETWORKS[name]
    side = options.get("size", line.size) if request.task == "classification" else None
    multiple = math.lcm(sides_multiple(request, name, options, inputs), teacher.tiling.multiple)
    if request.consistency:
        check_crops(folder.size, multiple)

    def opened(of: ChipFolder, part: str) -> Samples:
        return open_samples(of, chips[part], inputs, request.task, side, multiple)

    blank = replace(folder, labels="none") if request.task in DENSE else folder
    answers = {
        part: Answers(opened(blank, part), run, teacher, request.work / ANSWERS / part, hard=part != "train")
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
        dense = answers_of(teacher) == "softmax" and request.task in DENSE
        folder = replace(folder, labels="raster" if dense else LABELS[teacher.activation])
        learnt = Answers(lessons.samples, run, teacher, request.work / ANSWERS / "train", hard=True)
        parts = {"train": learnt, **answers}
    counts = {part: class_counts(samples) for part, samples in parts.items()}
    units = units_of(parts["train"]) if teacher.activation == "identity" else None
    data = Data(folder, inputs, parts, counts, units, side or folder.size)
    if not labelled:
        check_answers(data, teacher)
    check_counts(data)
    return data, lessons


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
    if teacher.activation not in LOSSES or teacher.task not in DEFAULT_NETWORKS:
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


def compared(
    teacher: tuple[Path, ModelCard, Evaluation], student: tuple[Path, ModelCard, Evaluation], request: TrainRequest
) -> dict[str, Any]:
    """Both models: parameters, bytes, milliseconds for one sample, figures; and what share of the main one is kept."""
    about = {}
    for role, (path, card, found) in (("teacher", teacher), ("student", student)):
        about[role] = {
            "name": card.name,
            "parameters": parameters_of(path, card),
            "bytes": sum((path / name).stat().st_size for name in card.sha256 if (path / name).is_file()),
            "milliseconds": round(1000 * seconds_of(path, card, request), 2),
            "figures": found.values(),
        }
    before, after = (found.main[1] for _, _, found in (teacher, student))
    return {**about, "kept": after / before if before and after is not None and before > 0 else None}


def parameters_of(path: Path, card: ModelCard) -> int:
    """How many parameters a model has; of one in another format the values of its constants."""
    if card.network in NETWORKS:
        network = build_network(card.network, {i.name: i.shape for i in card.inputs}, card.channels, **card.options)
        return sum(p.numel() for p in network.parameters())
    import onnx

    file = path / ONNX_FILE if path.is_dir() else path
    return sum(math.prod(item.dims) for item in onnx.load(str(file)).graph.initializer)


def seconds_of(path: Path, card: ModelCard, request: TrainRequest) -> float:
    """The median seconds a model takes for one image of its size, or one series, by the engine its card names."""
    runtime = open_runtime(card, path, request.device, request.threads)
    inputs = {name: tensor.numpy() for name, tensor in example_inputs(card, 1, card.tiling.size).items()}
    return median_seconds({"run": lambda: runtime(inputs)}, TIMED)["run"]
