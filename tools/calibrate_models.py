"""Give trained models what cards of new trainings have: ``python -m tools.calibrate_models [NAME ...] --data DATA``.

The domain of the training data, with its limit on the validation part, and a temperature that is fitted on the
validation part of a model's own data (``models/<name>/recipe.json``), by the functions that training calls. Nothing is
trained, and the test part serves for the printed figures alone. A temperature is kept only where the validation part
has at least 20 places, and its 95 % interval, by resampling these, excludes 1: few places say little of others. A
probability threshold moves with the temperature, so that the network's classes stay what they are; these are compared.

Cards are written to ``models/<name>``, and where there is a new temperature, which is inside it, the ONNX; ``--dry``
writes nothing.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from rsdl_qgis.engine.cards.card import CARD_FILE, WEIGHTS_FILE, ModelCard
from rsdl_qgis.engine.cards.stac_mlm import read_json, to_item
from rsdl_qgis.engine.chips.folder import IGNORE, SPLITS, ChipFolder
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.evaluation.calibration import surprise, tempered
from rsdl_qgis.engine.evaluation.decision import labels_of
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import card_network
from rsdl_qgis.engine.tables.tasks import TASKS
from rsdl_qgis.engine.training.evaluate.calibration import KINDS, Calibration, calibrated, calibration, labelled
from rsdl_qgis.engine.training.evaluate.domain import share_beyond, with_domain
from rsdl_qgis.engine.training.evaluate.samples import Run, network_run, outputs, predicted_classes
from rsdl_qgis.engine.training.model import write_model
from rsdl_qgis.engine.training.samples.chips import open_samples
from rsdl_qgis.engine.training.samples.data import Data

from .datasets import DATASETS, make_chips
from .make_models import all_names, read_recipe, recipe_file
from .worker import ROOT

TEMPERATURES = np.geomspace(0.5, 4, 61)
PIXELS, RESAMPLED = 4000, 2000  # of a sample; of the validation places
FEWEST_PLACES = 20
TEST = "with_test"  # option of data sets whose test part is not among their chips otherwise


@dataclass(frozen=True)
class Found:
    """A model's new card, the temperature that was ``fitted`` with its interval and number of places, figures on the
    held-out part, ``calibration`` by the fitted temperature, and how many classes are others than before.
    """

    card: ModelCard
    fitted: float
    interval: tuple[float, float]
    places: int
    part: str
    calibration: Calibration | None
    beyond: float | None
    changed: int
    compared: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help="names in models/; all of them by default")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the data sets")
    parser.add_argument("--dry", action="store_true", help="print the figures, and write nothing")
    given = parser.parse_args()
    print(HEADER, flush=True)
    for name in given.models or all_names():
        folder = ROOT / "models" / name
        card, network = opened(folder)
        with TemporaryDirectory() as work:
            found = looked_at(card, network, open_parts(card, with_test(name), given.data, Path(work) / "chips"))
        print(row(found), flush=True)
        if not given.dry:
            written(found.card, card, network, folder)


def written(card: ModelCard, before: ModelCard, network: nn.Module, folder: Path) -> None:
    """Write the card, and the files of the model where its temperature is another one."""
    if card.temperature != before.temperature:
        write_model(network, card, folder, fastest=lambda *_: card.engine)
    elif card != before:
        text = json.dumps(to_item(card), indent=1, ensure_ascii=False)
        (folder / CARD_FILE).write_text(text + "\n", encoding="utf-8")


def opened(folder: Path) -> tuple[ModelCard, nn.Module]:
    """A model's card, and its network with its weights."""
    card = read_json((folder / CARD_FILE).read_text(encoding="utf-8"), str(folder))
    network = card_network(card)
    network.load_state_dict(load_file(folder / WEIGHTS_FILE))
    return card, network.float().eval()


def with_test(name: str) -> dict[str, Any]:
    """The data of a model's recipe, with the test part."""
    data: dict[str, Any] = read_recipe(recipe_file(name))["data"]
    has_option = TEST in inspect.signature(DATASETS[data["dataset"]]).parameters
    return {**data, TEST: True} if has_option else data


def open_parts(card: ModelCard, recipe: Mapping[str, Any], data: Path, folder: Path) -> Data:
    """The samples of the model's data, scaled as its card says. InputError for those of other classes."""
    chips: ChipFolder = make_chips(recipe, data.resolve(), folder)
    if [c.name for c in chips.classes] != [c.name for c in card.classes]:
        raise InputError(f"Model '{card.name}' has other classes than its data.", "Train it anew.")
    side = card.tiling.size if TASKS[card.task].scenes else None
    multiple = 1 if side else card.tiling.multiple
    parts = {
        name: open_samples(chips, chips.part(name), card.inputs, card.task, side, multiple)
        for name in SPLITS
        if chips.part(name)
    }
    return Data(chips, card.inputs, parts, {})


def looked_at(card: ModelCard, network: nn.Module, data: Data, report: Report | None = None) -> Found:
    """The card with the temperature and the domain of the data, and what they come to on the held-out part."""
    report = report or Report()
    held_out, plain = data.parts[data.held_out], replace(card, temperature=1.0)
    network_at = partial(network_run, network, card.activation, "cpu")
    best, ends, places, sure = 1.0, (1.0, 1.0), 0, None
    if data.kind in KINDS:
        best = calibrated(plain, network_at(1.0), data, report).temperature
        ends, places = interval(network_at(1.0), data, report)
        at_best = moved(card, best / card.temperature)
        sure = calibration(at_best, network_at(best), held_out, data, report)
    kept = best if places >= FEWEST_PLACES and not ends[0] <= 1 <= ends[1] else 1.0
    made = with_domain(moved(card, kept / card.temperature), data, report)
    far = share_beyond(made, held_out, report)
    compared = (0, 0)
    if sure is not None:
        runs = network_at(card.temperature), network_at(best)
        compared = differing((card, runs[0]), (at_best, runs[1]), data, report)
    note = {**({"calibration": noted(sure, kept)} if sure else {}), **({} if far is None else {"beyond_domain": far})}
    made = replace(made, provenance={**card.provenance, **note})
    return Found(made, best, ends, places, data.held_out, sure, far, *compared)


def noted(sure: Calibration, kept: float) -> dict[str, float]:
    """The calibration for the card, as training notes it, of the temperature that is kept."""
    error = (sure.after if kept == sure.temperature else sure.before).error
    return {**sure.note, "temperature": kept, "calibration_error": error}


def interval(run: Run, data: Data, report: Report) -> tuple[tuple[float, float], int]:
    """The 95 % interval of the best temperature, over resampled places of the validation part, and their number."""
    valid, exclusive = data.parts["valid"], data.kind == "classes"
    costs = np.zeros((len(valid), len(TEMPERATURES)))
    counts = np.zeros(len(valid))
    for i, (probabilities, labels) in enumerate(labelled(run, valid, exclusive, report)):
        some = np.linspace(0, len(labels) - 1, min(PIXELS, len(labels))).astype(int)
        counts[i] = len(labels)
        for j, temperature in enumerate(TEMPERATURES) if len(labels) else ():
            costs[i, j] = surprise(tempered(probabilities[some], temperature, exclusive), labels[some], exclusive)
    places = sorted(set(valid.places))
    of_place = np.array([places.index(place) for place in valid.places])
    sums = np.stack([(costs * counts[:, None])[of_place == i].sum(0) for i in range(len(places))])
    draws = np.random.default_rng(0).integers(0, len(places), (RESAMPLED, len(places)))
    best = TEMPERATURES[sums[draws].sum(1).argmin(1)]
    low, high = np.quantile(best, (0.025, 0.975))
    return (float(low), float(high)), len(places)


def moved(card: ModelCard, temperature: float) -> ModelCard:
    """The card with its temperature times another one, and thresholds by which classes stay the same."""
    if temperature == 1:
        return card

    def after(threshold: float) -> float:
        return float(tempered(np.array(threshold), temperature, exclusive=False))

    return replace(
        card,
        temperature=round(card.temperature * temperature, 6),
        threshold=None if card.threshold is None else after(card.threshold),
        thresholds=tuple(map(after, card.thresholds)),
    )


def differing(
    before: tuple[ModelCard, Any], after: tuple[ModelCard, Any], data: Data, report: Report
) -> tuple[int, int]:
    """How many pixels, or samples, of the validation part have another class by two cards and runs, and of how many."""
    samples, changed, compared = data.parts["valid"], 0, 0
    pairs = zip(*(outputs(run, samples, report=report) for _, run in (before, after)))
    for (_, old, labels), (_, new, _) in pairs:
        known = labels != IGNORE if data.kind == "classes" else np.ones(len(labels), bool)
        other = chosen(before[0], old) != chosen(after[0], new)
        changed, compared = changed + int(np.count_nonzero(other & known)), compared + int(known.sum())
    return changed, compared


def chosen(card: ModelCard, probabilities: NDArray) -> NDArray:
    """The classes by a card: (N, ...), of several labels as one number."""
    if not card.thresholds:
        return predicted_classes(probabilities, card.threshold)
    which = [labels_of(one, card.thresholds) for one in probabilities]
    return np.array([int("".join("01"[int(there)] for there in each), 2) for each in which])


HEADER = (
    "| model | temperature | places | kept | ECE at 1 | ECE at it | of the | AUROC of errors | beyond the domain | "
    "classes changed |\n|---|---|---|---|---|---|---|---|---|---|"
)


def row(found: Found) -> str:
    """A line of the table."""
    sure, card = found.calibration, found.card
    best = f"{found.fitted:.2f} ({found.interval[0]:.2f} to {found.interval[1]:.2f})"
    errors = [f"{e.error:.2%}" for e in (sure.before, sure.after)] if sure else ["none", "none"]
    auroc = f"{sure.errors['entropy'].auroc:.3f}" if sure else "none"
    far = "none" if found.beyond is None else f"{found.beyond:.1%}"
    first = [f"`{card.name}`", best, str(found.places), f"{card.temperature:g}", *errors, found.part]
    return f"| {' | '.join([*first, auroc, far, f'{found.changed} of {found.compared}'])} |"


if __name__ == "__main__":
    main()
