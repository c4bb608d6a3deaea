"""Change-vector analysis with Otsu's threshold on the Landsat pairs: what networks for change are measured against.

    python -m benchmarks.change_vectors DATA

The magnitude of change and its threshold come from all pixels of a place, without a label. Judged on the labelled
pixels that ``benchmarks.comparison landsat`` judges networks by: all of a place, or held-out blocks of it.
Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from rsdl_qgis.engine.chips.folder import IGNORE, ChipFolder
from rsdl_qgis.engine.evaluation.confusion import MapScores, map_scores
from rsdl_qgis.engine.radiometry.change_vectors import change_magnitude
from rsdl_qgis.engine.radiometry.otsu import otsu_threshold
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from tools.datasets import make_chips
from tools.datasets.landsat_change import DATES, FOLDER, PLACES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    data = parser.parse_args().data.resolve()
    heads = ("judged on", "overall accuracy", "kappa", "macro F1", "F1 of changed", "labelled pixels")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for place in PLACES:
        other = next(name for name in PLACES if name != place)
        for train, name in ((other, f"all of {place}"), (place, f"held-out blocks of {place}")):
            with tempfile.TemporaryDirectory() as work:
                recipe = {"dataset": "landsat_change", "train": [train], "test": [place]}
                found = judged(data / FOLDER / place, make_chips(recipe, data, Path(work)))
            figures = (found.overall_accuracy, found.kappa, found.macro_f1, found.classes[1].f1)
            print(f"| {name} | {' | '.join(f'{value:.4f}' for value in figures)} | {found.pixels} |", flush=True)


def judged(place: Path, folder: ChipFolder) -> MapScores:
    """The figures of the test chips, which all are of that place."""
    with RasterSource({"image": [Layer(str(place / f"{date}.tif")) for date in DATES]}) as source:
        grid = source.grid
        pair = source.read(Window(0, 0, grid.height, grid.width))["image"]
    magnitude = change_magnitude(pair[0], pair[1])
    changed = (magnitude > otsu_threshold(magnitude)).filled(False)
    confusion = np.zeros((2, 2), np.int64)
    for chip in folder.part("test"):
        label, window = folder.label(chip), grid.window(chip.bounds, grid.crs)
        found = changed[window.row : window.row + label.shape[0], window.col : window.col + label.shape[1]]
        known = label != IGNORE
        np.add.at(confusion, (label[known], found[known].astype(int)), 1)
    return map_scores(confusion)


if __name__ == "__main__":
    main()
