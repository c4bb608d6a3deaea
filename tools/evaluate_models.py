"""Score the forest and burned-area models on the test parts of their data sets, through the worker.

    python -m tools.evaluate_models DATA [--models NAME ...] [--part test] [--json FILE]

Every test image is mapped by a job of its own, as in QGIS, and compared with its label. Prints a table: figures of all
test pixels together, with the 95 % interval of drawing the places (blocks of 25 km, or fires) anew, and beside them
what needs no network: the commonest class everywhere, and for burned area the best threshold of the normalised burn
ratio (after the fire; for pairs its fall, dNBR), chosen by mean IoU on the fires trained on. Runs in the worker's
Python.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rsdl_qgis.engine.chips.folder import IGNORE, Chip, ChipFolder
from rsdl_qgis.engine.evaluation.bootstrap import Places
from rsdl_qgis.engine.evaluation.results import Evaluation, FoundMaps

from .datasets import make_chips
from .datasets.ombria import read_image
from .make_models import all_names, read_recipe, recipe_file
from .worker import run_job

OVERALL = ("mean IoU", "overall accuracy", "mean IoU, mean over samples")
THRESHOLDS = np.round(np.arange(-0.5, 0.9, 0.01), 2)  # of the burn ratio and of its fall
MAPPED = ("forest", "burned_area")  # data sets whose images can be mapped one by one
OTHER = 254  # in a map: none of the classes

Figures = dict[str, list]  # title: value, and the ends of its interval, None where there is none
Maps = Callable[[Chip], NDArray]  # (H, W) of indexes into the classes, OTHER where the map has none


def main() -> None:
    names = [name for name in all_names() if read_recipe(recipe_file(name))["data"]["dataset"] in MAPPED]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--models", nargs="+", default=names, help=f"of {', '.join(names)}, or paths of others")
    parser.add_argument("--recipe", help="whose data the models are judged by; each model's own by default")
    parser.add_argument("--part", default="test", choices=("test", "valid"))
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    given = parser.parse_args()
    rows: dict[str, dict[str, Figures]] = {}
    for model in given.models:
        recipe = read_recipe(recipe_file(given.recipe or Path(model).name))
        with tempfile.TemporaryDirectory() as work:
            folder = make_chips(recipe["data"], given.data, Path(work) / "chips")
            found = judged(model, folder, folder.part(given.part), Path(work))
        print(table(found), flush=True)
        rows.update(found)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def judged(model: str, folder: ChipFolder, chips: Sequence[Chip], work: Path) -> dict[str, dict[str, Figures]]:
    """The figures of a model, and of what needs no network."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        mapped = list(pool.map(lambda chip: by_worker(model, folder, chip, work), chips))
    maps = {chip.name: one for chip, one in zip(chips, mapped)}
    rows = {model: judge(folder, chips, lambda chip: maps[chip.name])}
    for name, method in without_network(folder).items():
        rows[f"{model}: {name}"] = judge(folder, chips, method)
    return rows


def by_worker(model: str, folder: ChipFolder, chip: Chip, work: Path) -> NDArray:
    """A model's map of a chip."""
    output = work / f"{chip.name}.tif"
    inputs = {name: [{"path": file} for file in files] for name, files in chip.images.items()}
    arguments = {"model": model, "inputs": inputs, "output": str(output), "threads": 1}
    run_job("predict", arguments, output.with_suffix(".json"), say=lambda message: None)
    mapped = read_image(output)[0]
    result = np.full(mapped.shape, OTHER, np.uint8)
    for index, item in enumerate(folder.classes):
        result[mapped == item.value] = index
    return result


def without_network(folder: ChipFolder) -> dict[str, Maps]:
    """The methods that a model has to be better than."""
    labels = [folder.label(chip) for chip in folder.part("train")]
    counts = np.sum([np.bincount(x[x != IGNORE], minlength=len(folder.classes)) for x in labels], 0)
    commonest = int(counts.argmax())
    methods: dict[str, Maps] = {
        f"all '{folder.classes[commonest].name}'": lambda chip: np.full_like(folder.label(chip), commonest)
    }
    if [band.name for band in folder.inputs[0].bands[-2:]] == ["B8", "B12"]:
        name = "NBR" if len(folder.inputs[0].dates) == 1 else "dNBR"
        threshold = best_threshold(folder)
        methods[f"{name} from {threshold:g}"] = lambda chip: (burn_index(folder, chip) >= threshold).view(np.uint8)
    return methods


def burn_index(folder: ChipFolder, chip: Chip) -> NDArray[np.float64]:
    """(H, W): the fall of the normalised burn ratio (B8 - B12) / (B8 + B12), or, of one date, minus the ratio.

    -inf where it is not known. Key, Benson (2006), RMRS-GTR-164-CD.
    """
    (name,) = folder.images(chip)
    near, short = np.moveaxis(folder.images(chip)[name].astype(np.float64)[:, -2:], 1, 0)  # (T, H, W) each
    ratio = (near - short) / np.ma.masked_equal(near + short, 0)
    return (ratio[0] - ratio[1] if len(ratio) > 1 else -ratio[0]).filled(-np.inf)


def best_threshold(folder: ChipFolder) -> float:
    """The least burn index of a burned pixel that gives the best mean IoU on the fires that are trained on."""
    chips = folder.part("train")
    known = [(burn_index(folder, chip), folder.label(chip)) for chip in chips]
    index, label = (np.concatenate([x.ravel() for x in column]) for column in zip(*known))
    index, label = index[label != IGNORE], label[label != IGNORE]

    def mean_iou(threshold: float) -> float:
        burned = index >= threshold
        return float(np.mean([(burned & (label == 1)).sum() / (burned | (label == 1)).sum(),
                              (~burned & (label == 0)).sum() / (~burned | (label == 0)).sum()]))  # fmt: skip

    return float(max(THRESHOLDS, key=mean_iou))


def judge(folder: ChipFolder, chips: Sequence[Chip], maps: Maps) -> Figures:
    """[value, low, high] of each figure; the last is the IoU of the class that the model is for."""
    confusions = np.stack([confusion(maps(chip), folder.label(chip), len(folder.classes)) for chip in chips])
    square = confusions[..., : len(folder.classes)]
    counts = np.stack([np.diagonal(square, axis1=1, axis2=2), confusions.sum(2), square.sum(1)], 1)
    names, places = (tuple(chip.name for chip in chips), Places.of([chip.place for chip in chips]))
    found = Evaluation(tuple(c.name for c in folder.classes), names, places, FoundMaps(counts, square.sum(0)))
    last = found.per_class()[-1]
    figures = {title: found.metrics()[title] for title in OVERALL} | {f"IoU of {last['name']}": last["figures"]["IoU"]}
    return {title: [None if x is None else round(x, 4) for x in figure] for title, figure in figures.items()}


def confusion(mapped: NDArray, label: NDArray, count: int) -> NDArray[np.int64]:
    """(count, count + 1): rows the label's classes; the last column is what was mapped as none."""
    known = label != IGNORE
    pairs = label[known].astype(np.int64) * (count + 1) + np.minimum(mapped[known], count)
    return np.bincount(pairs, minlength=count * (count + 1)).reshape(count, count + 1)


def table(rows: Mapping[str, Mapping[str, Sequence[float | None]]]) -> str:
    """The figures as Markdown, with their intervals."""
    titles = list(next(iter(rows.values())))
    lines = [f"| | {' | '.join(titles)} |", f"|---|{'---|' * len(titles)}"]
    for name, figures in rows.items():
        lines.append(f"| {name} | {' | '.join(map(cell, figures.values()))} |")
    return "\n".join(lines)


def cell(figure: Sequence[float | None]) -> str:
    """'0.8123 (0.790 to 0.834)'; without the interval where there is none."""
    value, *ends = figure
    interval = " (" + " to ".join(f"{end:.3f}" for end in ends) + ")" if None not in ends else ""
    return "none" if value is None else f"{value:.4f}{interval}"


if __name__ == "__main__":
    main()
