"""Peak memory of the worker against the raster's size, at defaults.

    python -m benchmarks.memory [--study flood | series | scenes] [--full] [--files] [SIZE ...]

flood    ``flood-s1s2``, at 4,000, 8,000 and 16,000 px a side unless others are given; with ``--files`` it writes
         probabilities and polygons too.
series   ``crops-matogrosso``, two variables of 23 dates, at 1,000 and 4,000 px.
scenes   a LeNet-5, at 10,000 and 150,000 polygons; it needs little itself, so the polygons would show.

All rasters of floods and series hold as many blocks of data, the larger ones spread over more ground: the rest is
nodata and is never run; with ``--full`` there is data everywhere. (With fewer blocks in the small ones these would not
fill GDAL's cache, and seem to need less.) The target is at most 850 MB for floods with all files, and 16,000 px within
10 % of 4,000.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.model import card_for, write_model

from .rasters import BANDS, write_pair, write_polygons, write_series

ROOT = Path(__file__).resolve().parent.parent

MODELS = ROOT / "models"


def flood(folder: Path, side: int, share: float) -> dict[str, Any]:
    """The job that maps a flood in rasters of that side, a share of which holds data."""
    inputs = write_pair(folder, side, share)
    return {"operation": "predict", "arguments": {"model": str(MODELS / "flood-s1s2"), "inputs": inputs}}


def series(folder: Path, side: int, share: float) -> dict[str, Any]:
    """The job that maps crops in series of that side."""
    given = {"layers": write_series(folder, side, share), "layout": "variables", "scale": 1e-4}
    return {"operation": "predict_series", "arguments": {"model": str(MODELS / "crops-matogrosso"), **given}}


def scenes(folder: Path, count: int, share: float) -> dict[str, Any]:
    """The job that classifies so many polygons in a raster of 4,000 px, by a network of random weights."""
    (image, *_), model = write_pair(folder, SCENES_SIDE)["s2"], folder / "lenet"
    bands = Input("image", tuple(map(Band, BANDS["s2"])))
    classes = tuple(Class(i, f"class {i}", "#336699") for i in range(10))
    network = build_network("lenet5", {"image": bands.shape}, len(classes)).eval()
    about: dict[str, Any] = {"name": "lenet", "title": "LeNet-5", "architecture": "lenet5", "task": "classification"}
    write_model(network, card_for(network, inputs=[bands], classes=classes, resolution=10.0, **about), model)
    write_polygons(folder / "polygons.gpkg", count, SCENES_SIDE)
    given = {"features": str(folder / "polygons.gpkg"), "output": str(folder / "scenes.gpkg")}
    return {"operation": "classify_scenes", "arguments": {"model": str(model), "inputs": {"image": [image]}, **given}}


SCENES_SIDE = 4000  # pixels of the raster that polygons lie in
STUDIES = {  # the job, and usual sizes
    "flood": (flood, (4000, 8000, 16000)),
    "series": (series, (1000, 4000)),
    "scenes": (scenes, (10_000, 150_000)),
}


def peak(study: str, size: int, full: bool, files: bool) -> tuple[float, float]:
    """(peak resident memory in MB, the blended strip's MB) of one job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make, (smallest, *_) = STUDIES[study]
        job = make(folder, size, 1.0 if full else min(1.0, (smallest / size) ** 2))
        job["arguments"] = {"output": str(folder / "map.tif"), "device": "cpu", **job["arguments"]}
        if files:
            job["arguments"] |= {"probabilities": str(folder / "shares.tif"), "polygons": str(folder / "map.gpkg")}
        (folder / "job.json").write_text(json.dumps(job))
        command = [sys.executable, "-m", "rsdl_qgis.engine", str(folder / "job.json")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            events = [json.loads(line) for line in worker.stdout]
            _, status, usage = os.wait4(worker.pid, 0)
            worker.returncode = os.waitstatus_to_exitcode(status)
        if worker.returncode:
            raise SystemExit(events[-1])
        unit = 1 if sys.platform == "darwin" else 1024
        return usage.ru_maxrss * unit / 1e6, 0 if study == "scenes" else strip_of(study, size, events)


def strip_of(study: str, side: int, events: Sequence[Mapping[str, Any]]) -> float:
    """The MB of the strip that is blended: probabilities in float32, and the validity."""
    rows = int(next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()[4])
    channels = 1 if study == "flood" else len(events[-1]["classes"])
    return side * rows * (4 * channels + 1) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--study", choices=STUDIES, default="flood")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--files", action="store_true")
    given = parser.parse_args()
    unit = "polygons" if given.study == "scenes" else "px"
    for size in given.sizes or STUDIES[given.study][1]:
        megabytes, strip = peak(given.study, size, given.full, given.files)
        rest = f", {megabytes - strip:.0f} MB without the strip's {strip:.0f} MB" if strip else ""
        print(f"{size:6} {unit}: peak {megabytes:.0f} MB{rest}", flush=True)


if __name__ == "__main__":
    main()
