"""The environment's step 'predict': every shipped model runs, and maps are assessed, where no library of 'train' is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rasterio.transform import from_origin

from rsdl_qgis.engine.__main__ import FOR_TRAINING
from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.paths import plugin_file

from ..robust.sound_jobs import TARGET, sound_jobs
from .training.layers import noise, raster

ROOT = Path(__file__).parents[2]
MODELS = Store([plugin_file("models")]).list()
TRAINING = ("train", "distil", "pretrain", "train_classifier", "export_model", "export_chips")  # the last with layers
OPERATIONS = {"time-series": "predict_series", "detection": "detect", "classification": "classify_scenes"}
WITHOUT = f"""
import json, os, sys
sys.modules.update(dict.fromkeys({FOR_TRAINING!r}))  # None: as if they were not installed
from rsdl_qgis.engine import __main__ as m
out = os.dup(1)
for path in sys.argv[1:]:
    os.dup2(out, 1)
    m.main([path])
"""


def outcomes(folder, jobs):
    """The last event of each job, (operation, arguments), run without the libraries of 'train'."""
    paths = []
    for number, (operation, arguments) in enumerate(jobs):
        (folder / f"to{number}").mkdir()
        text = json.dumps({"operation": operation, "arguments": arguments}).replace(TARGET, str(folder / f"to{number}"))
        (folder / f"job{number}.json").write_text(text)
        paths.append(str(folder / f"job{number}.json"))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *paths],
        cwd=ROOT,
        env=os.environ | {"RSDL_HOME": str(folder / "home")},  # where models are imported to
        capture_output=True,
        text=True,
        check=False,
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    ends = [event for event in events if event["event"] in ("result", "error")]
    assert len(ends) == len(paths), done.stderr
    return ends


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    return sound_jobs(tmp_path_factory.mktemp("sound"))


def test_every_operation_but_training(jobs, tmp_path):
    wanted = [(name, arguments) for name, several in jobs.items() for arguments in several if name not in TRAINING]
    wanted += [("export_chips", jobs["export_chips"][0])]
    ends = outcomes(tmp_path, wanted)
    assert [end for end in ends if end["event"] != "result"] == []


def test_a_training_says_which_step_it_needs_and_how_large_it_is(jobs, tmp_path):
    for end in outcomes(tmp_path, [(name, jobs[name][0]) for name in ("train", "distil", "pretrain")]):
        assert end["kind"] == "environment_error" and "'train'" in end["message"]
        assert "GB" in end["hint"] and "Set up environment" in end["hint"]


def test_every_shipped_model(tmp_path):
    ends = outcomes(tmp_path, [job_for(path, card, tmp_path) for _, path, card in MODELS])
    assert [(name, end) for (name, _, _), end in zip(MODELS, ends) if end["event"] != "result"] == []
    assert len(ends) >= 14


def job_for(path, card, folder):
    """The operation and the arguments that a model is used with."""
    bands = {item.name: tuple(band.name for band in item.bands) for item in card.inputs}
    size = card.resolution or 10
    values = 400 if card.task == "time-series" else 1  # indices of vegetation are below 1
    place = {"transform": from_origin(500_000, 4_600_000, size, size)}

    def layer(item, date):
        path = folder / f"{card.name}-{item.name}-{date}.tif"
        return raster(path, noise((len(item.bands), 64, 64), "float32") / values, names=bands[item.name], **place)

    layers = {item.name: [layer(item, date) for date in item.dates] for item in card.inputs}
    operation = OPERATIONS.get(card.task, "predict")
    ending = "tif" if operation.startswith("predict") else "gpkg"
    arguments = {"model": str(path), "output": f"{TARGET}/out.{ending}", "device": "cpu", "threads": 1}
    if operation == "predict_series":
        (item,) = card.inputs
        return operation, {**arguments, "layers": [x | {"date": day} for x, day in zip(layers[item.name], item.dates)]}
    return operation, {**arguments, "inputs": layers}
