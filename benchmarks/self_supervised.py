"""Whether a start from unlabelled pictures of one's own helps: the job "pretrain" (VICReg) before few labels.

    python -m benchmarks.self_supervised DATA --results FILE [--study NAME] [--labels 0.01] [--draws 3] [--epochs 40]

A ResNet-18 half as wide is trained without labels on all chips but those of the test part (Bardes, Ponce, LeCun 2022,
arXiv:2105.04906). It then starts trainings with few labels, beside the same trainings from scratch. ``landcover``:
small Sentinel-2 scenes and a share of their labels; the draws are the seeds of the labels and of the trainings, and
there is one pretraining. ``ucmerced``: aerial pictures at 64 pixels and a few of each class; a draw has a test part,
and so a pretraining, of its own. No setting was chosen by a figure here; the last epoch counts, and each model is
judged once, on the test part, of which the pretraining sees nothing. ``--results`` keeps each run as soon as it is
done; the pretrained models lie beside it. Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tools.datasets import make_chips
from tools.worker import run_job

from .few_labels import PICTURES, Settings, Study, line, table, train
from .transfer import Run, made

NETWORK: Settings = {"network": "resnet18", "options": {"width": 32}, "scaling": "standard", "threads": 1}
START: Settings = {"base_model": ""}  # the folder is that of the pretraining
LINEAR: Settings = {**START, "method": "linear", "learning_rate": 0.01, "average": 0}
STUDIES: Mapping[str, Study] = {
    "landcover": Study(
        data={"dataset": "s2_landcover"},
        few="share",
        amounts=(0.01, 0.1),
        usual={
            **NETWORK,
            "task": "classification",
            "side": 32,  # enlarged: a chip has 16
            "batch_size": 16,
            "learning_rate": 0.001,
            "average": 0.9,
            "keep": "last",
            "loss": ["cross_entropy"],
            "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.4},
        },
        ways={"scratch": {}, "finetune": START, "linear": {**LINEAR, "epochs": 100}},
        epochs={0.01: 60, 0.1: 40},
        unit="{:.0%} of the labels",
    ),
    "ucmerced": Study(
        data={"dataset": "ucmerced"},
        few="few",
        amounts=(5,),
        usual={**PICTURES, **NETWORK, "side": 64, "learning_rate": 0.001, "average": 0.9, "epochs": 60},
        ways={"scratch": {}, "finetune": START, "linear": {**LINEAR, "epochs": 200}},
        epochs={},
        unit="{:g} a class",
    ),
}
PRETRAINING: Settings = {"batch_size": 128, "learning_rate": 0.001, "average": 0.0}
OWN_TEST = ("ucmerced",)  # studies of which each draw has another test part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON; the pretrained models are kept beside it")
    parser.add_argument("--study", choices=STUDIES, default="landcover")
    parser.add_argument("--labels", type=float, nargs="+", help="shares of the labels, or pictures a class")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40, help="of the training without labels")
    given = parser.parse_args()
    study = STUDIES[given.study]
    plan = [
        {"start": way, "labels": labels, "seed": seed}
        for seed in range(given.draws)
        for labels in given.labels or study.amounts
        for way in study.ways
    ]

    def run(asked: Mapping[str, Any], work: Path) -> Run:
        seed = asked["seed"] if given.study in OWN_TEST else 0
        model = given.results.resolve().with_suffix(f".{given.study}-{seed}")
        if not model.is_dir():
            pretrain(study, given.data.resolve(), seed, given.epochs, model, work)
        return train(asked, study, given.data.resolve(), work, str(model))

    print(table(study, made(plan, given.results, run, partial(line, study))))


def pretrain(study: Study, data: Path, seed: int, epochs: int, model: Path, work: Path) -> None:
    """Write a model of features, trained on the data set's chips without their labels."""
    seeded = {"seed": seed} if study.few == "few" else {}
    make_chips({**study.data, **seeded}, data, work / "unlabelled")
    how = {**NETWORK, **PRETRAINING, "side": study.usual["side"], "epochs": epochs, "seed": seed}
    run_job("pretrain", {**how, "chips": str(work / "unlabelled"), "output": str(model)}, work / "pretrain.json")


if __name__ == "__main__":
    main()
