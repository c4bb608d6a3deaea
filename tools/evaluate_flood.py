"""Score the flood models on the OMBRIA test scenes, through qgis_process on GeoTIFFs made of them.

    python -m tools.evaluate_flood DATA [--part test] [--models NAME ...] [--robustness] [--engine]

Prints the accuracy table beside the published rows (means over scenes; metric of ``evaluation/confusion.py``).
``--robustness`` also stores the scenes with each band multiplied by its own factor in 0.6..1.6 plus an offset in
0..40, as uint16 x 40 and as float32, and, as a harder test, with a factor and offset of their own for each date too,
and prints how far mean IoU moves; those run in the worker without QGIS, as everything does with ``--engine``.
Runs in the worker's Python; QGIS is used through ``qgis_process`` only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.engine.evaluation.confusion import SceneScores, map_scores, mean_scores

from . import headless
from .datasets import ombria
from .worker import ROOT, run_job

CASES = {  # model -> parameters of rsdl:floodmapping -> (sensor, date)
    "flood-s1s2": ("S1_BEFORE", "S1_AFTER", "S2_BEFORE", "S2_AFTER"),
    "flood-s2": ("S2_BEFORE", "S2_AFTER"),
    "flood-s1": ("S1_BEFORE", "S1_AFTER"),
    "flood-s2-after": ("S2_AFTER",),
    "flood-s1-after": ("S1_AFTER",),
}
PUBLISHED = {  # pixel accuracy, mean IoU, frequency-weighted IoU (doi:10.1109/JSTARS.2022.3155559)
    "Otsu (S2)": (0.7930, 0.333, 0.6889),
    "multimodal SVM": (0.8504, 0.6245, 0.7631),
    "U-Net (S1)": (0.7925, 0.5734, 0.6971),
    "U-Net (S2)": (0.8251, 0.5418, 0.7221),
    "bitemporal OmbriaNet (S1)": (0.7203, 0.5181, 0.6229),
    "bitemporal OmbriaNet (S2)": (0.8733, 0.6457, 0.7919),
    "multimodal OmbriaNet (S1+S2)": (0.9010, 0.7236, 0.8330),
}
BAND_NAMES = {"s1": ("VV",), "s2": ("B11", "B8", "B3")}
GRID = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10)}  # OMBRIA is not georeferenced


CHANGES = {"uint16": "gains, uint16", "float32": "gains, float32", "dates": "gains a date, float32"}


def write_scene(data: Path, scene: str, folder: Path, change: str, random: np.random.Generator) -> None:
    """The four images of a scene as GeoTIFFs ``<PARAMETER>_<scene>.tif``; ``change`` is as_is or one of CHANGES."""
    for sensor in ombria.SENSORS:
        for date in ombria.DATES:
            pixels = ombria.read_image(ombria.scene_file(data, sensor, date, scene))
            if date == "before" or change == "dates":
                bands = (len(pixels), 1, 1)
                gain, offset = random.uniform(0.6, 1.6, bands), random.uniform(0, 40, bands)
            if change != "as_is":
                pixels = pixels * gain + offset
                pixels = np.rint(pixels * 40).astype("uint16") if change == "uint16" else pixels.astype("float32")
            profile = {"driver": "GTiff", "count": len(pixels), "height": 256, "width": 256, "dtype": pixels.dtype}
            with rasterio.open(folder / f"{sensor}_{date}_{scene}.tif".upper(), "w", **profile, **GRID) as target:
                target.write(pixels)
                target.descriptions = BAND_NAMES[sensor]


Run = Callable[[str, dict[str, Path], Path], None]  # model, parameter -> raster, output


def run_in_qgis(profile: Path) -> Run:
    """rsdl:floodmapping in a QGIS profile of its own; the model is chosen by the layers given, as a person would."""
    environment = headless.prepare(profile, RSDL_PYTHON=sys.executable)

    def run(model: str, layers: dict[str, Path], output: Path) -> None:
        values = [f"{name}={path}" for name, path in layers.items()]
        command = [headless.program(), "run", "rsdl:floodmapping", "--", *values, f"OUTPUT={output}", "THREADS=1"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not output.exists() or model not in done.stdout:
            raise SystemExit(f"qgis_process failed for {output.name}:\n{done.stdout}\n{done.stderr}")

    return run


def run_engine(model: str, layers: dict[str, Path], output: Path) -> None:
    """The same job given to the worker directly, without QGIS."""
    inputs: dict[str, list] = {}
    for name, path in layers.items():
        inputs.setdefault(name.split("_")[0].lower(), []).append({"path": str(path)})
    arguments = {"model": model, "inputs": inputs, "output": str(output), "threads": 1}
    run_job("predict", arguments, output.with_suffix(".json"), say=lambda message: None)


def evaluate(data: Path, scenes: list[str], models: list[str], change: str, run: Run) -> dict[str, SceneScores]:
    """Mean scores of each model over the scenes."""
    random = np.random.default_rng(0)
    scores: dict[str, list[SceneScores]] = {model: [] for model in models}
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(name)
        for scene in scenes:
            write_scene(data, scene, folder, change, random)
        jobs = []
        for model in models:
            for scene in scenes:
                layers = {name: folder / f"{name}_{scene}.TIF" for name in CASES[model]}
                output = folder / f"{model}_{scene}.tif"
                jobs.append((model, scene, output, pool.submit(run, model, layers, output)))
        for model, scene, output, job in jobs:
            job.result()
            with rasterio.open(output) as predicted:
                reference = ombria.read_mask(data, scene)
                scores[model].append(scene_scores(predicted.read(1), reference))
    return {model: mean_scores(rows) for model, rows in scores.items()}


def scene_scores(predicted: np.ndarray, reference: np.ndarray) -> SceneScores:
    """The metrics of a map of 0 and 1 against its reference; what is predicted as something else is wrong."""
    pairs = reference.astype(np.int64) * 3 + np.minimum(predicted, 2)
    return map_scores(np.bincount(pairs.ravel(), minlength=6).reshape(2, 3)).scene


def row(name: str, scores: SceneScores | tuple[float, ...]) -> str:
    values = scores if isinstance(scores, tuple) else tuple(vars(scores).values())
    return f"| {name:32} | {values[0]:.4f} | {values[1]:.4f} | {values[2]:.4f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the OMBRIA folder")
    parser.add_argument("--part", default="test", choices=("test", "train"))
    parser.add_argument("--models", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--robustness", action="store_true")
    parser.add_argument("--engine", action="store_true")
    arguments = parser.parse_args()
    data = arguments.data / arguments.part
    scenes = ombria.scene_names(data)
    if arguments.part == "train":  # the validation part of it
        scenes = ombria.split(scenes)[1]
    print(f"| {'method, ' + str(len(scenes)) + ' scenes':32} | accuracy | mean IoU | FW IoU |\n|---|---|---|---|")
    for name, values in PUBLISHED.items():
        print(row(f"published: {name}", values))
    run = run_engine if arguments.engine else run_in_qgis(ROOT / "build" / "evaluation-profile")
    plain = evaluate(data, scenes, arguments.models, "as_is", run)
    for model, scores in plain.items():
        print(row(model, scores), flush=True)
    if arguments.robustness:
        for change, title in CHANGES.items():
            for model, scores in evaluate(data, scenes, arguments.models, change, run_engine).items():
                moved = abs(scores.mean_iou - plain[model].mean_iou)
                print(row(f"{model}, {title}", scores), f"mean IoU moved {moved:.4f}", flush=True)


if __name__ == "__main__":
    main()
