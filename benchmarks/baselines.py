"""The baselines of the course: Otsu's threshold and classifiers of pixels, on the test parts of the data sets.

    python -m benchmarks.baselines DATA ombria-otsu
    python -m benchmarks.baselines DATA ombria [--methods svm-rbf …] [--samples 4000]
    python -m benchmarks.baselines DATA matogrosso [--methods svm-rbf …]
    python -m benchmarks.baselines DATA burned-area

Each figure with its 95 % interval of a bootstrap over places. Parameters and thresholds are chosen on the validation
parts; Otsu's threshold has nothing to choose: one for each scene. Burned area is mapped by ``qgis_process run
rsdl:burnedarea``, a fire at a time. Runs in the worker's Python, with scikit-learn.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.evaluation.bootstrap import Places
from rsdl_qgis.engine.evaluation.results import Evaluation, FoundMaps
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.tables.classifiers import CLASSIFIERS
from tools import headless
from tools.datasets import make_chips, ombria
from tools.evaluate_models import OTHER, confusion, judge

SERIES = ("macro F1", "overall accuracy")
BOTH = {"s1": ["before", "after"], "s2": ["before", "after"]}
INDICES = {"MNDWI after": ("MNDWI", ("after",)), "dMNDWI, after minus before": ("dMNDWI", ("before", "after"))}
GRID = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("table", choices=("ombria-otsu", "ombria", "matogrosso", "burned-area"))
    parser.add_argument("--methods", nargs="+", choices=tuple(CLASSIFIERS), default=tuple(CLASSIFIERS))
    parser.add_argument("--samples", type=int, help="training pixels; by default the method's")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        tables = {"ombria-otsu": otsu_rows, "burned-area": burned_rows}
        rows = tables.get(given.table, fitted_rows)(given, Path(work))
        for number, (name, figures) in enumerate(rows):
            if not number:
                print(f"| | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}")
            print(f"| {name} | {' | '.join(map(cell, figures.values()))} |", flush=True)


def fitted_rows(given: argparse.Namespace, work: Path) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
    """A row a method: fitted by the job, judged on the test part."""
    series = given.table == "matogrosso"
    if series:
        folder = make_chips({"dataset": "matogrosso"}, given.data.resolve(), work / "chips")
    else:
        folder = ombria_folder(given.data, work, BOTH)
    for method in given.methods:
        asked: dict[str, Any] = {"task": folder.task, "chips": str(folder.path), "output": str(work / method)}
        result = OPERATIONS["train_classifier"]({**asked, "method": method, "samples": given.samples}, Report())
        metrics = read_card(work / method).provenance["metrics"]
        named = ", ".join(f"{name} {value:g}" for name, value in result["parameters"].items())
        titles = SERIES if series else [title for title in metrics if title.endswith("mean over samples")]
        yield f"{method} ({named}; {result['pixels']:,} pixels)", {title: metrics[title] for title in titles}


def ombria_folder(data: Path, work: Path, inputs: Mapping[str, Sequence[str]]) -> ChipFolder:
    """OMBRIA's scenes with those to test with."""
    (work / "chips").mkdir()
    return ombria.ombria_chips(data.resolve(), work / "chips", inputs, with_test=True)


def otsu_rows(given: argparse.Namespace, work: Path) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
    """A row an index: a threshold of its own for each test scene of OMBRIA, by the job "threshold"."""
    folder = ombria_folder(given.data, work, {"s2": BOTH["s2"]})
    for name, (index, dates) in INDICES.items():
        yield f"Otsu, {name}", otsu_figures(folder, index, dates, work)


def otsu_figures(folder: ChipFolder, index: str, dates: Sequence[str], work: Path) -> dict[str, Sequence[float]]:
    """The figures of an index over the test scenes."""
    chips = folder.part("test")
    tables = np.stack([confusion(otsu_map(c.images["s2"], index, dates, work), folder.label(c), 2) for c in chips])
    square = tables[..., :2]
    counts = np.stack([np.diagonal(square, axis1=1, axis2=2), tables.sum(2), square.sum(1)], 1)
    places = Places.of([chip.place or chip.name for chip in chips])
    names = tuple(chip.name for chip in chips)
    found = Evaluation(tuple(c.name for c in folder.classes), names, places, FoundMaps(counts, square.sum(0)))
    return {title: list(each) for title, each in found.metrics().items() if title.endswith("mean over samples")}


def burned_rows(given: argparse.Namespace, work: Path) -> Iterator[tuple[str, Mapping[str, Sequence[float]]]]:
    """A row a method and choice of dates of rsdl:burnedarea, on the test fires."""
    environment = headless.prepare(work / "profile", RSDL_PYTHON=sys.executable)
    for dates in (["after"], ["before", "after"]):
        data = {"dataset": "burned_area", "dates": dates}
        folder = make_chips(data, given.data.resolve(), work / f"chips-{len(dates)}")
        for method in ("model", "otsu", "threshold"):
            if method == "threshold" and dates == ["after"]:
                continue  # there is no usual threshold of the ratio

            def mapped(chip: Chip, dates: Sequence[str] = dates, method: str = method) -> NDArray[np.uint8]:
                output = work / f"{chip.name}-{len(dates)}-{method}.tif"
                files = dict(zip(dates, (file for files in chip.images.values() for file in files)))
                values = [f"{date.upper()}={file}" for date, file in files.items()]
                command = [headless.program(), "run", "rsdl:burnedarea", "--", *values, f"METHOD={method}"]
                done = subprocess.run(
                    [*command, f"OUTPUT={output}"], env=environment, capture_output=True, text=True, check=False
                )
                if not output.exists():
                    raise SystemExit(f"qgis_process failed for {output.name}:\n{done.stdout}\n{done.stderr}")
                return np.minimum(ombria.read_image(output)[0], OTHER).astype(np.uint8)

            chips = folder.part("test")
            yield f"{' and '.join(dates)}, METHOD={method}", judge(folder, chips, mapped)


def otsu_map(files: Sequence[str], index: str, dates: Sequence[str], work: Path) -> NDArray[np.uint8]:
    """The map of a scene; one whose values are all alike has no flood."""
    inputs = {date: georeferenced(Path(file), work / f"{date}.tif") for date, file in zip(ombria.DATES, files)}
    asked = {date: {"path": str(inputs[date]), "bands": [3, 1]} for date in dates}  # green and SWIR1: B3, B11
    try:
        OPERATIONS["threshold"]({**asked, "index": index, "output": str(work / "map.tif")}, Report())
    except InputError:
        return np.zeros((ombria.SIDE, ombria.SIDE), np.uint8)
    with rasterio.open(work / "map.tif") as file:
        mapped: NDArray[np.uint8] = file.read(1)
    return np.where(mapped == 255, 0, mapped)  # where both bands are 0 there is no index


def georeferenced(picture: Path, target: Path) -> Path:
    """A scene as a GeoTIFF."""
    pixels = ombria.read_image(picture)
    profile = {"driver": "GTiff", "count": len(pixels), "height": pixels.shape[1], "width": pixels.shape[2]}
    with rasterio.open(target, "w", **profile, dtype="uint8", **GRID) as file:
        file.write(pixels)
    return target


def cell(figure: Sequence[float | None]) -> str:
    value, low, high = figure
    interval = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return "none" if value is None else f"{value:.4f}{interval}"


if __name__ == "__main__":
    main()
