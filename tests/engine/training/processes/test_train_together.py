"""The job "train" on two processes under torchrun: the model of one process, after a stop with another number too."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.train import run_train

from ..chip_folders import make_folder
from ..test_detectors import arguments as detector_arguments
from .several import ROOT, WAIT, ended, free_port, started

TOLERANCE = 2e-3  # of weights that are stored in half precision


def job(tmp_path, name, **given):
    """(file, arguments) of a training that has no dropout, so that processes do not differ in it."""
    if not (tmp_path / "chips").exists():
        make_folder(tmp_path / "chips", counts=(9, 3, 0))
    options = {"widths": [4, 8], "dropout": 0.0}
    arguments = {"task": "segmentation", "chips": str(tmp_path / "chips"), "network": "unet", "options": options}
    arguments |= {"epochs": 3, "batch_size": 4, "threads": 1, "optimizer": "sgd", "learning_rate": 0.02}
    arguments |= {"precision": "full", "keep": "last", "output": str(tmp_path / name), **given}
    (tmp_path / f"{name}.json").write_text(json.dumps({"operation": "train", "arguments": arguments}))
    return tmp_path / f"{name}.json", arguments


def torchrun(file, count=2):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    return subprocess.Popen(
        [*torchrun, "-m", "rsdl_qgis.engine", str(file)],
        cwd=ROOT,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def outcome(process):
    """The events that are neither progress nor log: the first, and the one outcome."""
    told, log = process.communicate(timeout=WAIT)
    events = [json.loads(line) for line in told.splitlines()]
    hello, last = (event for event in events if event["event"] not in ("progress", "log"))
    assert hello["event"] == "hello", log
    return last


def apart(one, other):
    a, b = (load_file(model / WEIGHTS_FILE) for model in (one, other))
    assert a.keys() == b.keys()
    return max(float((a[name].float() - b[name].float()).abs().max()) for name in a)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("together")


@pytest.fixture(scope="module")
def alone(folder):
    """The model that one process trains, beside its chips."""
    run_train(job(folder, "alone")[1], Report())
    return folder / "alone"


@pytest.fixture(scope="module")
def done(folder, alone):
    """What several jobs came to, by name: two processes did one after the other."""
    files = {"crops": agreeing_crops(folder / "crops"), "detector": detector(folder / "detector")}
    files["student"] = student(folder / "student", alone)
    files["encoder"] = encoder(folder / "encoder")
    ports = [free_port() for _ in files]
    jobs = [x for pair in zip(ports, files.values()) for x in pair]
    (status, told, log), (other_status, silent, other_log) = ended(
        started(2, Path(__file__).with_name("jobs.py"), *jobs)
    )
    assert (status, other_status, silent) == (0, 0, ""), told + log + other_log
    events = [event for event in map(json.loads, told.splitlines()) if event["event"] not in ("progress", "log")]
    assert [event["event"] for event in events] == ["result"] * len(files)
    return dict(zip(files, events))


def test_two_processes_train_the_model_of_one(tmp_path, alone):
    shutil.copytree(alone.with_name("chips"), tmp_path / "chips")
    file, _ = job(tmp_path, "two", report=str(tmp_path / "two.html"))
    result = outcome(torchrun(file))
    assert result["event"] == "result" and result["epochs"] == 3
    assert apart(tmp_path / "two", alone) < TOLERANCE
    assert (tmp_path / "two.html").is_file()
    assert sorted(p.name for p in tmp_path.iterdir() if "two" in p.name) == [
        "two", "two.html", "two.json", "two.tensorboard",
    ]  # fmt: skip


def test_a_training_that_two_were_stopped_in_goes_on_in_one(tmp_path):
    file, arguments = job(tmp_path, "two", epochs=300)
    stopped = torchrun(file)
    for line in stopped.stdout:
        if "Epoch 2 of" in line:
            stopped.send_signal(signal.SIGTERM)  # as a cluster's scheduler does
            break
    last = outcome_of_rest(stopped)
    assert last["kind"] == "cancelled" and "best model so far is in" in last["message"]
    assert (tmp_path / "two.training" / "checkpoint.pt").is_file()
    lines = []

    class Heard(Report):
        def log(self, level, message):
            lines.append(message)

        def cancelled(self):
            return any(line.startswith("Epoch ") for line in lines)

    with pytest.raises(Exception, match="cancelled"):
        run_train(arguments, Heard())
    assert "The training that was stopped here resumes." in lines
    assert not any("starts again" in line or line.startswith("Epoch 1 of") for line in lines)


def outcome_of_rest(process):
    told, _ = process.communicate(timeout=WAIT)
    (last,) = (e for e in map(json.loads, told.splitlines()) if e["event"] not in ("progress", "log"))
    return last


def agreeing_crops(folder):
    """Each process has crops of its own sizes, and its own part of the samples of validation, of which one has none."""
    make_folder(folder / "chips", counts=(9, 1, 0))
    return job(folder, "model", consistency=1.0)[0]


def test_two_processes_train_for_agreeing_crops(folder, done):
    assert done["crops"]["epochs"] == 3
    assert read_card(folder / "crops" / "model").network == "unet"


def detector(folder):
    arguments = detector_arguments(folder, counts=(5, 3, 0))
    (folder / "detector.json").write_text(json.dumps({"operation": "train", "arguments": arguments}))
    return folder / "detector.json"


def test_two_processes_train_a_detector(folder, done):
    assert done["detector"]["main_title"] == "AP50"
    assert read_card(folder / "detector" / "model").task == "detection"


def student(folder, teacher):
    make_folder(folder / "chips", counts=(7, 3, 0))
    arguments = job(folder, "student")[1]
    given = {name: value for name, value in arguments.items() if name != "task"} | {"teacher": str(teacher)}
    (folder / "student.json").write_text(json.dumps({"operation": "distil", "arguments": given}))
    return folder / "student.json"


def test_two_processes_distil(folder, done):
    assert done["student"]["output"] == str(folder / "student" / "student")
    assert read_card(folder / "student" / "student").network == "unet"
    assert not (folder / "student" / "student.training").exists()


def encoder(folder):
    make_folder(folder / "chips", counts=(9, 3, 0), labels="none")
    arguments = {"chips": str(folder / "chips"), "network": "resnet18", "options": {"width": 4}, "epochs": 2}
    arguments |= {"batch_size": 4, "threads": 1, "output": str(folder / "encoder")}
    (folder / "encoder.json").write_text(json.dumps({"operation": "pretrain", "arguments": arguments}))
    return folder / "encoder.json"


def test_two_processes_train_an_encoder_without_labels(folder, done):
    assert done["encoder"]["epochs"] == 2 and done["encoder"]["main"] > 0
    card = read_card(folder / "encoder" / "encoder")
    assert (card.task, card.channels) == ("embedding", 32)
    assert not any(name.startswith("expander") for name in load_file(folder / "encoder" / "encoder" / WEIGHTS_FILE))


def test_what_one_process_does_is_refused_on_two(tmp_path):
    file = tmp_path / "job.json"
    file.write_text(json.dumps({"operation": "predict", "arguments": {}}))
    last = outcome(torchrun(file))
    assert last["kind"] == "input_error"
    assert "'predict' is done by one process, and 2 were started." in last["message"]
