"""The job "train_classifier": labelled pixels, parameters chosen by validation, an ONNX model, its evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard, Tiling
from ...chips.folder import SPLITS, ChipFolder
from ...chips.prepare import prepare_chips
from ...chips.scaling import settle_inputs
from ...chips.splitting.splits import SplitNote
from ...errors import MismatchError
from ...evaluation.confusion import map_scores
from ...feedback import Portion, Report
from ...job.outputs import kept, writing
from ...raster.atomic_file import Part
from ...reports.training import training_page
from ...runtime.sessions import available_cores, open_runtime
from ...tables.classifiers import CLASSIFIERS
from ...tables.tasks import TASKS
from ..evaluate import maps
from ..evaluate.models import Evaluated, example_pictures
from ..evaluate.samples import open_run
from ..loop.work_folder import work_folder
from ..model import SERIES_TILE, write_onnx_model
from ..samples.chips import class_counts, open_samples
from ..samples.data import Data, check_chips, check_counts
from ..summary import data_summary, sources_note, versions
from ..train import background_of
from . import methods
from .onnx_model import difference, memory_per_pixel, onnx_model
from .pixels import Pixels, drawn_pixels
from .request import ClassifierRequest

TRIED, JUDGED = 3_000, 20_000  # training and validation pixels by which parameters are chosen
CHECKED = 2_000  # pixels whose probabilities are compared with scikit-learn's
CUT, READ, CHOSEN, FITTED, EVALUATED = 0.1, 0.25, 0.5, 0.7, 0.97  # of the progress, when each is done

Candidates = list[dict[str, Any]]


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator: what was tried, the training pixels of each class, and how far its ONNX model is off."""

    estimator: Any
    parameters: methods.Parameters
    candidates: Candidates
    pixels: tuple[int, ...]
    difference: float


@writing("train_classifier")
def run_train_classifier(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Fit a classifier as ``arguments`` say and write its model folder; returns the metrics it reached."""
    started = time.perf_counter()
    methods.library()
    request = ClassifierRequest.of(arguments)
    training = request.training
    with work_folder(training):
        folder, split = prepare_chips(training.data, training.work / "chips", Portion(report, 0, CUT))
        data = opened(folder, request, report)
        report.log("info", f"{split.text} {data}")
        train, valid = (
            drawn_pixels(data.parts[part], data.counts[part], most, request.shares, training.seed, steps)
            for part, most, steps in (
                ("train", request.samples, Portion(report, CUT, READ)),
                ("valid", JUDGED, Portion(report, READ, READ)),
            )
        )
        found, card = fit(request, data, train, valid, report)
        judged = evaluated(request, data, card, Portion(report, FITTED, EVALUATED))
        return finish(request, data, split, found, judged, time.perf_counter() - started, report)


def opened(folder: ChipFolder, request: ClassifierRequest, report: Report) -> Data:
    """The samples, scaled by statistics of the training split. InputError where there are too few."""
    training = request.training
    if (training.task == "time-series") != (folder.task == "time-series"):
        problem = f"The chips are for {folder.task}, and {training.task} was asked for."
        raise MismatchError(problem, "Choose other chips, or the LAYOUT of a series where they are one.")
    chips = {name: folder.part(name) for name in SPLITS if folder.part(name)}
    check_chips(folder, training, chips)
    inputs = settle_inputs(folder, chips["train"], None, training.scaling, report=report)
    parts = {name: open_samples(folder, some, inputs, training.task) for name, some in chips.items()}
    data = Data(folder, inputs, parts, {name: class_counts(samples) for name, samples in parts.items()})
    check_counts(data)
    return replace(data, side=folder.size)


def fit(
    request: ClassifierRequest, data: Data, train: Pixels, valid: Pixels, report: Report
) -> tuple[Fitted, ModelCard]:
    """Choose the parameters, fit, and write the model, for now into the work folder."""
    training, names = request.training, [item.name for item in data.classes]
    threads = training.threads or available_cores()
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    methods.check_counts(request.method, train[1], names)
    total = int(data.counts["train"].sum())
    report.log("info", f"{len(train[1]):,} of {total:,} training pixels are used ({request.shares} to their classes).")
    with threadpool_limits(threads):
        tried = chosen(request, train, valid, len(names), threads, Portion(report, READ, CHOSEN))
        best = max(tried, key=lambda item: item["score"])["parameters"]
        report.progress(CHOSEN, "Fitting the classifier")
        estimator = methods.fitted(request.method, best, training.seed, threads, *train)
    report.check()
    card = card_of(request, data, estimator, best)
    card = write_onnx_model(onnx_model(estimator, card), card, training.work / "model")
    session = open_runtime(card, training.work / "model", "cpu", threads)
    checked = np.concatenate([valid[0][:CHECKED], train[0][:CHECKED]])
    apart = difference(estimator, session, checked, card)
    report.log("info", f"The saved model's probabilities are scikit-learn's to {apart:.1g}.")
    counts = tuple(np.bincount(train[1], minlength=len(names)).tolist())
    return Fitted(estimator, best, tried, counts, apart), card


def chosen(
    request: ClassifierRequest, train: Pixels, valid: Pixels, classes: int, threads: int, report: Report
) -> Candidates:
    """The candidates with their scores on validation pixels; a single one is not tried."""
    options = [dict(one) for one in methods.candidates(request.method, request.given, train[0].shape[1])]
    part = some_of(train, TRIED, request.training.seed)
    tried = []
    for number, parameters in enumerate(options):
        report.check()
        report.progress(number / len(options), f"Trying parameters, {number + 1} of {len(options)}")
        made = methods.estimator(request.method, parameters, request.training.seed, threads).fit(*part)
        score = score_of(made.predict(valid[0]), valid[1], classes, request.training.task)
        tried.append({"parameters": parameters, "score": score})
    return tried


def some_of(pixels: Pixels, most: int, seed: int) -> Pixels:
    """A random part of the pixels, in which every class is that is among them."""
    values, classes = pixels
    if len(classes) <= most:
        return pixels
    order = np.random.default_rng(seed).permutation(len(classes))
    _, first = np.unique(classes[order], return_index=True)
    taken = np.unique(np.concatenate([order[first], order[:most]]))
    return values[taken], classes[taken]


def score_of(found: NDArray, classes: NDArray, count: int, task: str) -> float:
    """The main metric of the task: mean IoU of maps, macro F1 of series."""
    table = np.bincount(classes * count + found, minlength=count * count).reshape(count, count)
    scores = map_scores(table)
    return float(scores.mean_iou if TASKS[task].dense else scores.macro_f1)


def card_of(request: ClassifierRequest, data: Data, estimator: Any, parameters: methods.Parameters) -> ModelCard:
    """The card, without threshold and provenance."""
    training, series = request.training, TASKS[request.training.task].series
    tiling = Tiling(SERIES_TILE if series else max(data.side, 1), 0, 1, not series)
    card = ModelCard(
        name=training.model_name,
        title=training.title or training.model_name,
        inputs=data.inputs,
        classes=data.classes,
        task=training.task,
        network=request.method,
        options=dict(parameters),
        description=training.description,
        keywords=training.keywords,
        tiling=tiling,
        resolution=data.folder.resolution,
        resolution_tolerance=training.resolution_tolerance or ModelCard.resolution_tolerance,
        background=background_of(data, training),
        half_precision=False,
    )
    return replace(card, tiling=replace(tiling, memory=memory_per_pixel(estimator, card)))


def evaluated(request: ClassifierRequest, data: Data, card: ModelCard, report: Report) -> Evaluated:
    """The evaluation of the saved model. Nothing is chosen on the test split."""
    held_out = data.parts[data.held_out]
    run = cancellable(open_run(card, request.training.work / "model", "cpu", request.training.threads), report)
    card = maps.with_thresholds(card, run, data, Portion(report, 0, 0.2))
    found = maps.evaluated(run, held_out, data, card, Portion(report, 0.2, 0.8))
    others = tuple(maps.baseline_evaluations(data, Portion(report, 0.8, 1)).items())
    return Evaluated(card, data.held_out, found, others, example_pictures(found, run, data, card))


def cancellable(run: Callable[[Any], NDArray], report: Report) -> Callable[[Any], NDArray]:
    """A run of one sample after another: kernels need much memory for each pixel."""

    def one_by_one(images: Any) -> NDArray:
        if images[0].ndim < 5:  # series
            return run(images)
        parts = []
        for index in range(len(images[0])):
            report.check()
            parts.append(in_rows(run, [image[index : index + 1] for image in images]))
        return np.concatenate(parts)

    return one_by_one


def in_rows(run: Callable[[Any], NDArray], images: Any, rows: int = 16) -> NDArray:
    """The run of an image, some rows at a time."""
    starts = range(0, images[0].shape[-2], rows)
    return np.concatenate([run([image[..., row : row + rows, :] for image in images]) for row in starts], axis=-2)


def finish(
    request: ClassifierRequest,
    data: Data,
    split: SplitNote,
    found: Fitted,
    judged: Evaluated,
    seconds: float,
    report: Report,
) -> dict[str, Any]:
    """Write the model and its report; returns the result of the job."""
    training = request.training
    report.progress(EVALUATED, "Writing the model")
    about = summary(request, data, split, found, judged, seconds)
    card = replace(judged.card, provenance=note(data, split, judged, about))
    card = write_onnx_model(onnx_model(found.estimator, card), card, training.output)
    size = sum((training.output / name).stat().st_size for name in card.sha256)
    with kept(lambda: [training.output]):
        if training.report is not None:
            model = {**about["model"], "bytes": size}
            write_page({**about, "model": model, "hashes": dict(card.sha256)}, training.report)
    report.progress(1.0, "Done")
    title, value = judged.evaluation.main
    return {
        "model": card.name,
        "output": str(training.output),
        "report": str(training.report) if training.report else None,
        "parameters": dict(found.parameters),
        "pixels": sum(found.pixels),
        "difference": found.difference,
        "main": value,
        "main_title": title,
        "figures": judged.evaluation.values(),
    }


def write_page(about: Mapping[str, Any], path: Path) -> None:
    """Write the report."""
    part = Part(path)
    with part.guard():
        part.path.write_text(training_page(about), encoding="utf-8")
    part.commit()


def summary(
    request: ClassifierRequest, data: Data, split: SplitNote, found: Fitted, judged: Evaluated, seconds: float
) -> dict[str, Any]:
    """The content of the report (``reports.training.training_page``), as plain values."""
    training, card, line = request.training, judged.card, CLASSIFIERS[request.method]
    best = max(item["score"] for item in found.candidates)
    metric = TASKS[training.task].kinds["classes"].metric
    return {
        "model": {
            "name": card.name,
            "title": card.title,
            "task": training.task,
            "network": request.method,
            "network_title": f"{line.title} ({line.source})",
            "options": dict(found.parameters),
            "parameters": 0,
            "bytes": 0,
            "path": str(training.output),
        },
        "data": data_summary(data, split),
        "start": {"loaded": 0},
        "epochs": [],
        "candidates": found.candidates,
        "fitted": f"The classifier was fitted to {sum(found.pixels):,} of {int(data.counts['train'].sum()):,} training "
        f"pixels, drawn by class; its parameters were chosen by the {metric} of validation pixels.",
        "metric": {"title": metric, "best_epoch": 0, "best": best},
        "evaluation": {"part": judged.part, "threshold": card.threshold, **judged.evaluation.plain()},
        "comparison": [
            {"name": name, "figures": other.values(), "classes": other.class_values()}
            for name, other in judged.comparison
        ],
        "pictures": dict(judged.pictures),
        "settings": {
            "method": request.method,
            **found.parameters,
            "samples": request.samples,
            "shares": request.shares,
            "scaling": training.scaling,
            "seed": training.seed,
        },
        "versions": {**versions(), "scikit-learn": methods.library()},
        "hashes": {},
        "seconds": seconds,
    }


def note(data: Data, split: SplitNote, judged: Evaluated, about: Mapping[str, Any]) -> dict[str, Any]:
    """The training in short, for the model's card: data, settings, metrics with their 95 % intervals."""
    plain = judged.evaluation.plain()
    return {
        "data": sources_note(data.folder),
        "samples": {name: len(samples) for name, samples in data.parts.items()},
        "split": split.text,
        "fitted": about["fitted"],
        "settings": about["settings"],
        "judged_on": judged.part,
        "metrics": plain["figures"],
        "class_metrics": {item["name"]: item["figures"] for item in plain["classes"]},
        "compared_with": {name: other.values() for name, other in judged.comparison},
        "versions": about["versions"],
    }
