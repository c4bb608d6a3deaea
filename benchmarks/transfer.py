"""What a start is worth with few labels: forest from 25 labelled tiles, from scratch and from models for other things.

    python -m benchmarks.transfer DATA --results FILE [--tiles 25] [--seeds 3] [--epochs 80] [--starts NAME ...]

Every training has the same network (that of the flood models), settings and number of epochs. A seed draws the tiles
(a fifth of them to choose the epoch by, from blocks of the ground that the others are not of), the same for each start,
and is the training's. Each model is judged once, on the 117 tiles of the data set's test part, by the training job
itself. Prints mean, deviation and range over seeds of each start, and how far it is from scratch with the same tiles.
``--results`` keeps each run as soon as it is done; those that are there are not made again. Runs in the worker's
Python.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.datasets import make_chips
from tools.worker import ROOT, run_job

SCRATCH = "scratch"
STARTS = (SCRATCH, "flood-s2-after", "burned-area-after")
FIGURES = ("mean IoU", "overall accuracy")
SETTINGS: Mapping[str, Any] = {
    "task": "segmentation",
    "network": "ombrianet",
    "options": {"widths": [16, 32, 64, 96, 128], "stem": 2, "dropout": 0.1},
    "scaling": "standard",
    "loss": ["cross_entropy", "dice"],
    "batch_size": 5,
    "learning_rate": 0.001,
    "average": 0.95,
    "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.3},
    "threads": 1,
}

Run = dict[str, Any]  # start, tiles, epochs, seed, figures, best_epoch, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON: read if it is there, written after each run")
    parser.add_argument("--tiles", type=int, default=25)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--starts", nargs="+", default=list(STARTS), help=f"{SCRATCH}, and names of models")
    given = parser.parse_args()
    plan = [
        {"start": start, "tiles": given.tiles, "epochs": given.epochs, "seed": seed}
        for seed in range(given.seeds)
        for start in given.starts
    ]
    print(table(made(plan, given.results, lambda asked, work: train(asked, given.data, work), line)))


def made(plan: Sequence[Run], results: Path, make: Callable[[Run, Path], Run], told: Callable[[Run], str]) -> list[Run]:
    """The runs of a plan: those in the file ``results``, and the others, each written there as soon as it is made."""
    runs = json.loads(results.read_text(encoding="utf-8")) if results.is_file() else []
    done = []
    for asked in plan:
        run = find(runs, asked)
        if run is None:
            with tempfile.TemporaryDirectory() as work:
                run = {**asked, **make(asked, Path(work))}
            runs.append(run)
            results.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
        print(told(run), flush=True)
        done.append(run)
    return done


def train(asked: Mapping[str, Any], data: Path, work: Path) -> Run:
    """One training: the figures of its model on the test part, and what it took."""
    started = time.perf_counter()
    recipe = {"dataset": "forest", "few": asked["tiles"], "seed": asked["seed"]}
    make_chips(recipe, data.resolve(), work / "chips")
    arguments = {**SETTINGS, "epochs": asked["epochs"], "seed": asked["seed"], "chips": str(work / "chips")}
    if asked["start"] != SCRATCH:
        path = ROOT / "models" / asked["start"]
        arguments["base_model"] = str(path if path.is_dir() else asked["start"])
    result = run_job("train", {**arguments, "output": str(work / "model")}, work / "job.json")
    figures = {title: result["figures"][title] for title in FIGURES}
    return {"figures": figures, "best_epoch": result["best_epoch"], "seconds": round(time.perf_counter() - started)}


def find(runs: Sequence[Run], asked: Mapping[str, Any]) -> Run | None:
    """The run that was asked for, if it was made."""
    return next((run for run in runs if all(run[key] == value for key, value in asked.items())), None)


def line(run: Run) -> str:
    figures = ", ".join(f"{title} {value:.4f}" for title, value in run["figures"].items())
    return f"seed {run['seed']}, {run['start']}: {figures} (epoch {run['best_epoch']}, {run['seconds']} s)"


def table(runs: Sequence[Run]) -> str:
    """The runs of each start together, as Markdown."""
    title = FIGURES[0]
    heads = ("start", f"{title}: mean ± deviation", "range", "more than scratch", FIGURES[1])
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    alone = {run["seed"]: run["figures"][title] for run in runs if run["start"] == SCRATCH}
    for start in dict.fromkeys(run["start"] for run in runs):
        mine = [run for run in runs if run["start"] == start]
        scores = [run["figures"][title] for run in mine]
        gains = [run["figures"][title] - alone[run["seed"]] for run in mine if run["seed"] in alone]
        gained = spread(gains, "+") if start != SCRATCH and gains else ""
        accuracy = spread([run["figures"][FIGURES[1]] for run in mine])
        lines.append(f"| {start} | {spread(scores)} | {min(scores):.4f} to {max(scores):.4f} | {gained} | {accuracy} |")
    return "\n".join(lines)


def spread(values: Sequence[float], sign: str = "") -> str:
    """'0.8123 ± 0.0042': mean and deviation; without the latter for a single value."""
    deviation = f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):{sign}.4f}{deviation}"


if __name__ == "__main__":
    main()
