"""What the networks of the table reach on public data, each trained from nothing with the same budget.

    python -m benchmarks.comparison STUDY DATA --results FILE [--runs NAME ...] [--threads N] [--times]

A study (``STUDIES``) is a data set, settings that all trainings share, and its runs with what each needs of its own
(the side of its pictures, its number of epochs where it is a shorter one, a narrower form, other parts of the data).
Every model is judged by the data set's test part, once, by the training job itself. Prints a table: figures,
parameters, size of the ONNX file and of the weights, time for one sample, memory for each pixel of a tile, and time of
training, which says little where trainings shared a machine.
``--results`` keeps each run as soon as it is done, those that are there are not made again, and one that was stopped
goes on (beside the results, in ``<results>.work``). ``--times`` trains nothing: it times one sample of each network of
the results, with random weights, in turn, with one thread. Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from rsdl_qgis.engine.cards.card import ONNX_FILE, WEIGHTS_FILE, ModelCard
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.networks import build_network, card_network
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.model import card_for, write_model
from tools.datasets import make_chips
from tools.worker import run_job

TIMED = 9  # runs of one sample, after one that is not timed
Run = dict[str, Any]  # name, epochs, figures, parameters, bytes, memory, seconds; milliseconds once it was timed


@dataclass(frozen=True)
class Study:
    """``runs``: each with the arguments of the job "train" that are its own, over the shared ``settings``.

    A run is named for its network where it names no other, and has the study's ``data`` but for what it says of it.
    """

    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    runs: Mapping[str, Mapping[str, Any]]
    figures: tuple[str, ...]


SHORT = {"epochs": 10}
VGG = {"options": {"hidden": 512}, "optimizer": "sgd", "learning_rate": 0.01, "weight_decay": 0.0005}  # as in its paper
HALF = {"coarsen": 2}  # networks for change see half the resolution: a quarter of the work
CHANGE: dict[str, Mapping[str, Any]] = {  # the large ones narrow
    "fc-ef": {},
    "fc-ef-res": {},
    "fc-siam-conc": {},
    "fc-siam-diff": {},
    "changenet": {"options": {**HALF, "depth": 18, "width": 32}},
    "cdnet": {"options": {**HALF, "width": 24}},
    "fcn-pp": {"options": {**HALF, "widths": [16, 32, 64, 128, 256]}},
    "unetpp-change": {"options": {**HALF, "widths": [8, 16, 32, 64, 128]}},
}
STUDIES = {
    "scenes": Study(
        data={"dataset": "ucmerced"},
        settings={
            "task": "classification",
            "side": 64,
            "scaling": "standard",
            "epochs": 30,
            "batch_size": 32,
            "learning_rate": 0.001,
            "weight_decay": 0.05,
            "augmentation": {"gain": 0.1, "offset": 0.15, "noise": 0.02, "zoom": 1.6},
        },
        runs={
            "lenet5": {"side": 32},
            "vit-small": {},
            "resnet18": {},
            **dict.fromkeys(("googlenet", "densenet121", "resnet34", "resnet50", "alexnet"), SHORT),
            **{name: {**SHORT, "options": {"size": 64}} for name in ("vit-b32", "vit-b16")},
            **dict.fromkeys(("densenet169", "densenet201", "resnet101", "resnet152"), SHORT),
            **{name: {**SHORT, **VGG} for name in ("vgg16-bn", "vgg16", "vgg19-bn", "vgg19")},
        },
        figures=("overall accuracy", "macro F1"),
    ),
    "change": Study(
        data={"dataset": "ombria", "inputs": {"s2": ["before", "after"]}, "with_test": True},
        settings={
            "task": "change",
            "options": HALF,
            "scaling": "standard",
            "epochs": 30,
            "batch_size": 4,
            "learning_rate": 0.0015,
            "average": 0.99,
            "loss": ["cross_entropy", "dice"],
            "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.5},
        },
        runs={**CHANGE, **{f"{name}, half": {"network": name, "epochs": 15, **own} for name, own in CHANGE.items()}},
        figures=tuple(
            f"{name}, mean over samples" for name in ("overall accuracy", "mean IoU", "frequency-weighted IoU")
        ),
    ),
    "landsat": Study(
        data={"dataset": "landsat_change"},
        settings={
            "task": "change",
            "scaling": "robust-dates",
            "epochs": 25,
            "batch_size": 16,
            "learning_rate": 0.002,
            "loss": ["cross_entropy"],
            "augmentation": {"gain": 0.15, "offset": 0.15, "noise": 0.05, "zoom": 1.3},
        },
        runs={
            f"{network}, {train} to {test}": {"network": network, "data": {"train": [train], "test": [test]}}
            for network in ("fc-ef", "fc-siam-diff")
            for train, test in product(("taizhou", "nanjing"), repeat=2)
        },
        figures=("overall accuracy", "kappa", "macro F1"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON: read if it is there, written after each run")
    parser.add_argument("--runs", nargs="+", help="of the study's; all by default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--times", action="store_true", help="time the networks of the results side by side")
    given = parser.parse_args()
    study = STUDIES[given.study]
    results = given.results.resolve()
    if given.times:
        runs = json.loads(results.read_text(encoding="utf-8"))
        for run, seconds in zip(runs, sample_seconds(study, [run["name"] for run in runs], given.data)):
            run["milliseconds"] = round(1000 * seconds, 2)
        results.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
        print(table(study, runs))
        return
    for name in given.runs or study.runs:
        runs = json.loads(results.read_text(encoding="utf-8")) if results.is_file() else []
        asked = {"name": name, "epochs": {**study.settings, **study.runs[name]}["epochs"]}
        if not any(all(run[key] == value for key, value in asked.items()) for run in runs):
            work = results.with_name(results.name + ".work") / name.replace(" ", "-").replace(",", "")
            runs.append({**asked, **train(study, name, given.data, work, given.threads)})
            results.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
            shutil.rmtree(work)
        print(table(study, runs), flush=True)


def train(study: Study, name: str, data: Path, work: Path, threads: int) -> Run:
    """One training: the figures of its model on the test part, and what it takes."""
    started = time.perf_counter()
    own = dict(study.runs[name])
    make_chips({**study.data, **own.pop("data", {})}, data.resolve(), work / "chips")
    arguments = {"network": name, **study.settings, **own, "seed": 0, "threads": threads}
    given = {**arguments, "chips": str(work / "chips"), "output": str(work / "model")}
    result = run_job("train", given, work / "job.json")
    seconds = time.perf_counter() - started
    card = read_card(work / "model")
    return {
        "figures": {title: result["figures"][title] for title in study.figures},
        "best_epoch": result["best_epoch"],
        "parameters": parameters(card),
        "bytes": sum((work / "model" / file).stat().st_size for file in (ONNX_FILE, WEIGHTS_FILE)),
        "memory": card.tiling.memory,
        "seconds": round(seconds),
    }


def parameters(card: ModelCard) -> int:
    """How many numbers the network learns."""
    network = card_network(card)
    return sum(p.numel() for p in network.parameters())


def sample_seconds(study: Study, names: Sequence[str], data: Path) -> list[float]:
    """The median time of one sample of the size that is trained on by each of the study's networks, run in turn."""
    with tempfile.TemporaryDirectory() as folder:
        calls = [untrained(study, name, data, Path(folder) / str(i)) for i, name in enumerate(names)]
        times: list[list[float]] = [[] for _ in calls]
        for _ in range(TIMED + 1):
            for call, found in zip(calls, times):
                began = time.perf_counter()
                call()
                found.append(time.perf_counter() - began)
        return [statistics.median(found[1:]) for found in times]


def untrained(study: Study, name: str, data: Path, folder: Path) -> Callable[[], object]:
    """A run's network, with random weights, as it is run on one sample with one thread."""
    own = {**study.settings, **study.runs[name]}
    architecture, options = own.get("network", name), own.get("options", {})
    chips = make_chips({**study.data, **own.get("data", {})}, data.resolve(), folder / "chips")
    shapes = {item.name: item.shape for item in chips.inputs}
    network = build_network(architecture, shapes, len(chips.classes), **options).eval()
    side = own.get("side") or chips.size
    about = {"name": name, "title": name, "architecture": architecture, "task": own["task"], "options": options}
    card = card_for(network, inputs=chips.inputs, classes=chips.classes, size=side, **about)
    card = write_model(network, card, folder / "model")
    runtime, random = open_runtime(card, folder / "model", "cpu", 1), np.random.default_rng(0)
    images = {i.name: random.normal(size=(1, *i.shape, side, side)).astype(np.float32) for i in card.inputs}
    return partial(runtime, images)


def table(study: Study, runs: Sequence[Run]) -> str:
    """The runs as Markdown, the best by the study's first figure on top."""
    heads = ("run", "epochs", *study.figures, "parameters", "MB", "ms", "bytes a pixel", "minutes of training")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for run in sorted(runs, key=lambda run: -run["figures"][study.figures[0]]):
        figures = [f"{run['figures'][title]:.4f}" for title in study.figures]
        size, cost = f"{run['bytes'] / 1e6:.1f}", f"{run['milliseconds']:.1f}" if "milliseconds" in run else ""
        told = (*figures, f"{run['parameters']:,}", size, cost, run["memory"], run["seconds"] // 60)
        cells = (run["name"], run["epochs"], *told)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
