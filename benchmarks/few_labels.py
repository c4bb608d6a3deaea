"""What ways of fine-tuning reach with few labels: scenes, land cover, forest, buildings and tree crowns.

    python -m benchmarks.few_labels DATA --results FILE [--study NAME] [--labels 5 10] [--draws 5] [--ways NAME]

``ucmerced``: EfficientNet-Lite0 at 128 px, with a few pictures of each class; a seed draws test part (a fifth) and
training pictures. ``landcover``: Galileo nano on ten bands of ``s2_landcover``, with a share of the labels, drawn by
the seed from the data set's training part; ``--start`` is its file of weights. ``forest``: a U-Net with
EfficientNet-Lite0 as encoder and 25 tiles, a fifth of which choose the epoch. ``buildings``: that network and the
polygons of four fifths of the blocks; the seed draws the blocks. ``trees``: Faster R-CNN and the eight pictures of two
sites, judged by the third. The draw is the same for each way, and its seed is the training's. But for the forest the
last epoch counts, so the validation part chooses nothing; each model is judged once, on the test part.
``--results`` keeps each run as soon as it is done; those that are there are not made again.
Runs in the worker's Python; EfficientNet's weights come from the Python package registry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.cards.store import read_card
from tools.datasets import make_chips
from tools.worker import run_job

from .transfer import Run, made, spread

Settings = Mapping[str, Any]  # arguments of a training


@dataclass(frozen=True)
class Study:
    """A data set with a network: ``data``, ``usual``, ``ways`` are arguments; ``few``, the data set's for an amount."""

    data: Settings
    few: str  # '': all of its labels, of which ``amounts`` says how many there are
    amounts: Sequence[float]
    usual: Settings
    ways: Mapping[str, Settings]
    epochs: Mapping[float, int]  # of trainings whose way does not say, by the amount
    unit: str  # how an amount reads
    figure: str = "overall accuracy"
    seeded: bool = True  # the seed is the data set's as well


PICTURES: Settings = {
    "task": "classification",
    "network": "efficientnet-lite0",
    "side": 128,
    "batch_size": 16,
    "keep": "last",
    "loss": ["cross_entropy"],
    "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.4},
    "threads": 1,
}
START: Settings = {"pretrained": "efficientnet-lite0"}
TUNED: Settings = {**START, "epochs": 30, "learning_rate": 0.001, "average": 0.9}
SMALL: Settings = {
    "task": "classification",
    "network": "galileo-nano",
    "options": {"size": 16, "patch": 4},
    "batch_size": 8,
    "keep": "last",
    "loss": ["cross_entropy"],
    "augmentation": {"noise": 0.01},
    "threads": 1,
}
GALILEO: Settings = {"pretrained": "galileo-nano"}
MAPPED: Settings = {
    "task": "segmentation",
    "network": "unet-encoder",
    "options": {"encoder": "efficientnet-lite0"},
    "loss": ["cross_entropy", "dice"],
    "average": 0.95,
    "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.3},
    "threads": 1,
}
CROWNS: Settings = {
    "task": "detection",
    "network": "faster-rcnn",
    "options": {"encoder": "efficientnet-lite0"},
    "batch_size": 2,
    "keep": "last",
    "average": 0.95,
    "augmentation": {"gain": 0.2, "offset": 0.2, "noise": 0.02, "zoom": 1.5},
    "threads": 1,
}
STARTS = ("pretrained", "base_model")  # arguments that name what a training starts from
STUDIES: Mapping[str, Study] = {
    "ucmerced": Study(
        data={"dataset": "ucmerced"},
        few="few",
        amounts=(5, 10, 20),
        usual=PICTURES,
        ways={
            "scratch": {"epochs": 60},
            "linear": {**START, "method": "linear", "epochs": 200, "learning_rate": 0.01, "average": 0},
            "finetune": TUNED,
            "finetune, decay 0.7": {**TUNED, "layer_decay": 0.7},
            "finetune, head first": {**TUNED, "head_epochs": 5},
            "lora": {**START, "epochs": 30, "method": "lora", "learning_rate": 0.002, "average": 0.9},
        },
        epochs={},
        unit="{:g} a class",
    ),
    "landcover": Study(
        data={
            "dataset": "s2_landcover",
            "bands": ["B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12"],
        },
        few="share",
        amounts=(0.01, 0.1, 1),
        usual=SMALL,
        ways={
            "scratch": {"learning_rate": 0.0005, "average": 0.9},
            "linear": {**GALILEO, "method": "linear", "epochs": 100, "learning_rate": 0.01, "average": 0},
            "finetune": {**GALILEO, "learning_rate": 0.0005, "average": 0.9},
        },
        epochs={0.01: 30, 0.1: 20, 1: 10},
        unit="{:.0%} of the labels",
    ),
    "forest": Study(
        data={"dataset": "forest"},
        few="few",
        amounts=(25,),
        usual={**MAPPED, "batch_size": 5, "epochs": 40, "learning_rate": 0.001},
        ways={
            "scratch": {"scaling": "standard"},
            "finetune": START,
            "finetune, head first": {**START, "head_epochs": 10, "learning_rate": 0.0005},
        },
        epochs={},
        unit="{:g} tiles",
        figure="mean IoU",
    ),
    "buildings": Study(
        data={"dataset": "buildings"},
        few="",
        amounts=(43,),
        usual={**MAPPED, "batch_size": 4, "epochs": 60, "learning_rate": 0.001, "keep": "last"},
        ways={
            "scratch": {"scaling": "standard"},
            "finetune": START,
            "finetune, head first, longer": {**START, "head_epochs": 20, "epochs": 150},
        },
        epochs={},
        unit="{:g} polygons",
        figure="IoU of yes",
    ),
    "trees": Study(
        data={"dataset": "trees", "valid": "pictures"},
        few="",
        amounts=(140,),
        usual={**CROWNS, "epochs": 80},
        ways={
            "scratch": {"scaling": "standard", "learning_rate": 0.001},
            "finetune": {**START, "learning_rate": 0.0005},
            "finetune, longer": {**START, "learning_rate": 0.0005, "epochs": 160},
        },
        epochs={},
        unit="{:g} crowns",
        figure="AP50",
        seeded=False,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON: read if it is there, written after each run")
    parser.add_argument("--study", choices=STUDIES, default="ucmerced")
    parser.add_argument("--labels", type=float, nargs="+", help="pictures a class, or shares of the labels")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--ways", nargs="+", help="some of the study's ways; all, unless given")
    parser.add_argument("--start", help="a file of weights in place of the named ones")
    given = parser.parse_args()
    study = STUDIES[given.study]
    unknown = set(given.ways or ()) - set(study.ways)
    if unknown:
        parser.error(f"no way '{unknown.pop()}': choose of {', '.join(study.ways)}")
    plan = [
        {"start": way, "labels": labels, "seed": seed}
        for seed in range(given.draws)
        for labels in given.labels or study.amounts
        for way in given.ways or study.ways
    ]
    make = partial(train, study=study, data=given.data.resolve(), start=given.start)
    print(table(study, made(plan, given.results, lambda asked, work: make(asked, work=work), partial(line, study))))


def line(study: Study, run: Run) -> str:
    amount = study.unit.format(run["labels"])
    return f"{amount}, draw {run['seed']}, {run['start']}: {run['figure']:.4f} ({run['seconds']} s)"


def train(asked: Mapping[str, Any], study: Study, data: Path, work: Path, start: str | None = None) -> Run:
    """One training: the study's figure of its model on the test part, and the seconds that it took."""
    started = time.perf_counter()
    amount = asked["labels"]
    few = {study.few: int(amount) if study.few == "few" else amount} if study.few else {}
    drawn = {"seed": asked["seed"]} if study.seeded else {}
    make_chips({**study.data, **few, **drawn}, data, work / "chips")
    how = {"epochs": study.epochs.get(amount), **study.usual, **study.ways[asked["start"]]}
    how |= {name: start for name in STARTS if start and name in how}
    places = {"seed": asked["seed"], "chips": str(work / "chips"), "output": str(work / "model")}
    result = run_job("train", {**how, **places}, work / "job.json")
    return {"figure": measured(study.figure, result, work / "model"), "seconds": round(time.perf_counter() - started)}


def measured(figure: str, result: Mapping[str, Any], model: Path) -> float:
    """A figure of the test part, such as "mean IoU", or of a class, such as "IoU of forest"."""
    name, _, of = figure.partition(" of ")
    if of:
        return float(read_card(model).provenance["class_metrics"][of][name][0])
    return float(result["figures"][name])


def table(study: Study, runs: Sequence[Run]) -> str:
    """The ways and the amounts of labels, as Markdown: mean and deviation of the draws."""
    amounts = sorted({run["labels"] for run in runs})
    lines = [f"| | {' | '.join(map(study.unit.format, amounts))} |", "|---" * (len(amounts) + 1) + "|"]
    for way in dict.fromkeys(run["start"] for run in runs):
        cells = [[r["figure"] for r in runs if (r["start"], r["labels"]) == (way, amount)] for amount in amounts]
        lines.append(f"| {way} | {' | '.join(spread(cell) if cell else '' for cell in cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
