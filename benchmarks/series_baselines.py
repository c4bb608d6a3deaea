"""Random forest and SVM on the Mato Grosso series, in the very split that ``crops-matogrosso`` was trained in.

    python -m benchmarks.series_baselines DATA [--bands NDVI EVI] [--seeds 0 ...] [--recipe FILE]

All values of a series, date by date, are the features. Both are fitted on the places to train on; what they are to be
told (trees in a leaf; C and gamma) is chosen by macro F1 on the held-out places, and they are judged once on the test
places, as networks are: figures have 95 % intervals from a bootstrap over places. ``--seeds``: of splits, each by
places; of several also the means and deviations. ``--recipe``: of a network that is trained in each split as well.
Needs scikit-learn. Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import Tensor

from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.folder import ChipFolder
from rsdl_qgis.engine.evaluation.bootstrap import Estimate
from rsdl_qgis.engine.training.evaluate.samples import evaluate
from rsdl_qgis.engine.training.samples.series import SeriesSamples
from tools.datasets import make_chips
from tools.make_models import read_recipe
from tools.worker import run_job

FIGURES = ("macro F1", "overall accuracy")
Judged = tuple[Estimate, Estimate]  # in their order


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--bands", nargs="+", default=["NDVI", "EVI"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of the splits")
    parser.add_argument("--recipe", type=Path, help="JSON: of a network to train as well")
    given = parser.parse_args()
    print("| split | method | chosen | macro F1 | overall accuracy |\n|---|---|---|---|---|")
    found: dict[str, list[tuple[float | None, float | None]]] = {}
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as work:
            data = {"dataset": "matogrosso", "bands": given.bands, "seed": seed}
            folder = make_chips(data, given.data.resolve(), Path(work) / "chips")
            for title, told, figures in judged(folder, given.recipe, Path(work)):
                print(f"| {seed} | {title} | {told} | {' | '.join(map(shown, figures))} |", flush=True)
                found.setdefault(title, []).append((figures[0].value, figures[1].value))
    for title, each in found.items() if len(given.seeds) > 1 else ():
        spread = [f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}" for values in zip(*each)]
        print(f"| all | {title} | | {' | '.join(spread)} |")


def judged(folder: ChipFolder, recipe: Path | None, work: Path) -> Iterator[tuple[str, str, Judged]]:
    """Each method, what was chosen for it, and its macro F1 and overall accuracy on the test places."""
    train, valid = (series(folder, name) for name in ("train", "valid"))
    for title, candidates in (("random forest", forests()), ("SVM, RBF", machines())):
        fitted = [(told, model.fit(*train)) for told, model in candidates]
        told, best = max(fitted, key=lambda one: macro_f1(one[1], *valid))
        yield title, told, tested(best, folder)
    if recipe:
        asked = {**read_recipe(recipe)["train"], "chips": str(folder.path)}
        made = run_job("train", {**asked, "output": str(work / "model")}, work / "job.json", say=lambda line: None)
        figures = read_card(work / "model").provenance["metrics"]
        yield asked["network"], f"epoch {made['best_epoch']}", tuple(Estimate(*figures[name]) for name in FIGURES)


def tested(model: Any, folder: ChipFolder) -> Judged:
    """A fitted model judged by the test places."""

    def run(images: list[Tensor]) -> np.ndarray:
        return np.eye(len(folder.classes), dtype=np.float32)[model.predict(images[0].flatten(1).numpy())]

    samples = SeriesSamples(folder, folder.part("test"), folder.inputs)
    figures = evaluate(run, samples, "classes", folder.classes).metrics()
    return figures[FIGURES[0]], figures[FIGURES[1]]


def shown(figure: Estimate) -> str:
    return f"{figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"


def series(folder: ChipFolder, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Values (n, dates x bands) and classes (n,) of a part."""
    samples = SeriesSamples(folder, folder.part(part), folder.inputs)
    values = np.stack([samples[i][0][0].numpy().ravel() for i in range(len(samples))])
    return values, np.array([int(samples.label(i)) for i in range(len(samples))])


def forests() -> Iterator[tuple[str, Any]]:
    for leaf in (1, 2, 4):
        yield f"{leaf} in a leaf", RandomForestClassifier(500, min_samples_leaf=leaf, random_state=0)


def machines() -> Iterator[tuple[str, Any]]:
    for cost, gamma in product((1, 10, 100), ("scale", 0.005)):
        yield f"C {cost}, gamma {gamma}", make_pipeline(StandardScaler(), SVC(C=cost, gamma=gamma))


def macro_f1(model: Any, values: np.ndarray, classes: np.ndarray) -> float:
    return float(f1_score(classes, model.predict(values), average="macro"))


if __name__ == "__main__":
    main()
