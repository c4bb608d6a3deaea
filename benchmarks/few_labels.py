"""What ways of fine-tuning reach with few labels: aerial scenes of UC Merced, with a few pictures of each class.

    python -m benchmarks.few_labels DATA --results FILE [--labels 5 10 20] [--draws 5] [--ways NAME ...]

All ways have the same network, EfficientNet-Lite0, at 128 px. A seed draws test part (a fifth) and training pictures,
the same for each way, and is the training's. The last epoch counts, so the validation part chooses nothing; each model
is judged once, on the test part. ``--results`` keeps each run as soon as it is done; those that are there are not made
again. Runs in the worker's Python; weights come from the Python package registry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.datasets import make_chips
from tools.worker import run_job

from .transfer import Run, made, spread

FIGURE = "overall accuracy"
USUAL: Mapping[str, Any] = {
    "task": "classification",
    "network": "efficientnet-lite0",
    "side": 128,
    "batch_size": 16,
    "keep": "last",
    "loss": ["cross_entropy"],
    "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.4},
    "threads": 1,
}
START = {"pretrained": "efficientnet-lite0"}
WAYS: Mapping[str, Mapping[str, Any]] = {
    "scratch": {"epochs": 60},
    "linear": {**START, "method": "linear", "epochs": 200, "learning_rate": 0.01, "average": 0},
    "finetune": {**START, "epochs": 30, "learning_rate": 0.001, "average": 0.9},
    "finetune, decay 0.7": {**START, "epochs": 30, "learning_rate": 0.001, "average": 0.9, "layer_decay": 0.7},
    "finetune, head first": {**START, "epochs": 30, "learning_rate": 0.001, "average": 0.9, "head_epochs": 5},
    "lora": {**START, "epochs": 30, "method": "lora", "learning_rate": 0.002, "average": 0.9},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON: read if it is there, written after each run")
    parser.add_argument("--labels", type=int, nargs="+", default=[5, 10, 20], help="pictures a class")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    given = parser.parse_args()
    plan = [
        {"start": way, "labels": labels, "seed": seed}
        for seed in range(given.draws)
        for labels in given.labels
        for way in given.ways
    ]
    print(table(made(plan, given.results, lambda asked, work: train(asked, given.data, work), line)))


def line(run: Run) -> str:
    return f"{run['labels']} a class, draw {run['seed']}, {run['start']}: {run['figure']:.4f} ({run['seconds']} s)"


def train(asked: Mapping[str, Any], data: Path, work: Path) -> Run:
    """One training: the overall accuracy of its model on the test part, and the seconds that it took."""
    started = time.perf_counter()
    make_chips({"dataset": "ucmerced", "few": asked["labels"], "seed": asked["seed"]}, data.resolve(), work / "chips")
    how = {**USUAL, **WAYS[asked["start"]], "seed": asked["seed"], "chips": str(work / "chips")}
    result = run_job("train", {**how, "output": str(work / "model")}, work / "job.json")
    return {"figure": result["figures"][FIGURE], "seconds": round(time.perf_counter() - started)}


def table(runs: Sequence[Run]) -> str:
    """The ways and the numbers of labels, as Markdown: mean and deviation of the draws."""
    counts = sorted({run["labels"] for run in runs})
    lines = [f"| | {' | '.join(f'{count} a class' for count in counts)} |", "|---" * (len(counts) + 1) + "|"]
    for way in dict.fromkeys(run["start"] for run in runs):
        cells = [[r["figure"] for r in runs if (r["start"], r["labels"]) == (way, count)] for count in counts]
        lines.append(f"| {way} | {' | '.join(spread(cell) if cell else '' for cell in cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
