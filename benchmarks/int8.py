"""Single precision against half and 8-bit exports of shipped models: ``python -m benchmarks.int8``.

Each model is exported on a scene that it was not trained on, and calibrated on that scene; all are run in turn on its
tiles, one thread. Printed are the ratios of CPU time (median of the turns, float32 = 1), the sizes, and the agreement.
Needs the data sets in ``RSDL_DATA`` and the step 'train' of the environment.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.exporting.job import run_export
from rsdl_qgis.engine.exporting.tiles import tiles_of
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.request import AskedRaster
from rsdl_qgis.engine.runtime.sessions import open_network
from rsdl_qgis.paths import plugin_file

DATA = Path(os.environ.get("RSDL_DATA", "data"))
SCENES: Mapping[str, Sequence[str]] = {  # model -> its layers
    "forest": ["forest/test/images/cnn_167.jpg"],
    "planes": ["airport/valid/images/airport_350.jpg"],
    "flood-s2": ["ombria/test/S2/BEFORE/0322.png", "ombria/test/S2/AFTER/0322.png"],
    "change-landsat": ["landsat_change/nanjing/before.tif", "landsat_change/nanjing/after.tif"],
    "scenes-ucmerced": ["ucmerced/agricultural/agricultural15.webp"],
}
FORMATS = ("onnx", "onnx-fp16", "onnx-int8")
TILES, TURNS = 4, 7


def main() -> None:
    print(f"{'model':16} {'format':10} {'time':>6} {'size':>6}  agreement with the original")
    for model, scenes in SCENES.items():
        layers = [{"path": str(DATA / scene)} for scene in scenes]
        with tempfile.TemporaryDirectory() as folder:
            for line in measured(model, layers, Path(folder)):
                print(line, flush=True)


def measured(model: str, layers: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """A line a format: the ratios of CPU time and size to single precision, and the agreement."""
    source = plugin_file("models") / model
    made, networks = {}, {}
    for name in FORMATS:
        output = folder / f"{name}.onnx"
        job = {"model": str(source), "format": name, "layers": layers, "tiles": TILES, "output": str(output)}
        made[name] = run_export(job, Report())
        networks[name] = open_network(read_card(output), output, "cpu", 1, Report()).run
    tiles = tiles_of(read_card(source), source, [AskedRaster.of(spec) for spec in layers], TILES, Report()).arrays
    spent: dict[str, list[float]] = {name: [] for name in FORMATS}
    for turn in range(TURNS + 1):
        for name in FORMATS:
            start = time.process_time()
            for arrays in tiles:
                networks[name](arrays)
            if turn:  # the first warms up
                spent[name].append(time.process_time() - start)
    base = statistics.median(spent["onnx"])
    sizes = {name: made[name]["size"] / made["onnx"]["size"] for name in FORMATS}
    return [
        f"{model:16} {name:10} {statistics.median(spent[name]) / base:6.2f} {sizes[name]:6.2f}"
        f"  {100 * made[name]['same']:.3f} % the same, up to {made[name]['largest']:.2g} apart"
        for name in FORMATS
    ]


if __name__ == "__main__":
    main()
