"""Models of series on the held-out places of Mato Grosso with dates missing, as clouds leave them out.

    python -m benchmarks.missing_dates DATA [MODEL ...]

MODEL: names of shipped models, or folders. Of every series so many dates are left out at random, ten times; macro F1
and overall accuracy are the means. The places are those that a training by the same split did not learn from, never
the test places.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import accuracy_score, f1_score

from rsdl_qgis.engine.cards.card import ModelCard
from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.chips.folder import ChipFolder
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training.samples.series import SeriesSamples
from tools.datasets import make_chips

SHARES = (0.0, 0.1, 0.3, 0.5)  # of the dates that are missing
DRAWS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("models", nargs="*", default=["crops-matogrosso"], help="names, or folders")
    given = parser.parse_args()
    print("| model | dates missing | macro F1 | overall accuracy |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        folder = make_chips({"dataset": "matogrosso"}, given.data.resolve(), Path(work) / "chips")
        for model in given.models:
            path, card = Store().find(model)
            for share in SHARES:
                f1, accuracy = scores(path, card, folder, share)
                print(f"| {model} | {share:.0%} | {f1:.3f} | {accuracy:.3f} |", flush=True)


def scores(path: Path, card: ModelCard, folder: ChipFolder, share: float) -> tuple[float, float]:
    """Macro F1 and overall accuracy of a model on the held-out places, means of all draws."""
    samples = SeriesSamples(folder, folder.part("valid"), card.inputs)
    *series, valid = (torch.stack(values).numpy() for values in zip(*(samples[i][0] for i in range(len(samples)))))
    truth = [int(samples.label(i)) for i in range(len(samples))]
    runtime, found = open_runtime(card, path, "cpu", 1), []
    for seed in range(DRAWS):
        seen = valid & (np.random.default_rng(seed).random(valid.shape) >= share)
        images = {item.name: values * seen[..., None] for item, values in zip(card.inputs, series)}
        answer = runtime({**images, "valid": seen}).argmax(1)
        found.append((f1_score(truth, answer, average="macro"), accuracy_score(truth, answer)))
    f1, accuracy = np.mean(found, axis=0)
    return float(f1), float(accuracy)


if __name__ == "__main__":
    main()
