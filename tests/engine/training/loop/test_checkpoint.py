"""Checkpoints: whole or not there, whatever happens while one is written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest
import torch

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.loop.checkpoint import ASKED, differences, load_checkpoint, save_checkpoint


class Told(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


def state(value=0.0, **asked):
    return {ASKED: {"rate": 0.1, **asked}, "weights": {"a": torch.full((1000,), value)}, "best": (3, 0.5)}


def test_what_was_saved_is_there_again(tmp_path):
    path = tmp_path / "state.pt"
    assert load_checkpoint(path, {"rate": 0.1}, Report()) is None and load_checkpoint(None, {}, Report()) is None
    save_checkpoint(path, state(1.5))
    save_checkpoint(path, state(2.5))
    found = load_checkpoint(path, {"rate": 0.1}, Report())
    assert torch.equal(found["weights"]["a"], torch.full((1000,), 2.5)) and found["best"] == (3, 0.5)
    assert os.listdir(tmp_path) == ["state.pt"]


def full_disk(error):
    def save(value, file):
        file.write(b"half")
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as cause:
            if error is not OSError:
                raise error("unexpected pos 960 vs 854")  # noqa: B904 - as torch does
            raise cause

    return save


@pytest.mark.parametrize("error", [OSError, RuntimeError])
def test_a_full_disk_is_said_and_leaves_the_last_good_one(tmp_path, monkeypatch, error):
    path = tmp_path / "state.pt"
    save_checkpoint(path, state(1.5))
    monkeypatch.setattr(torch, "save", full_disk(error))
    with pytest.raises(OutputError, match=r"cannot be written to .*state\.pt: the disk is full\. Free some space"):
        save_checkpoint(path, state(2.5))
    assert os.listdir(tmp_path) == ["state.pt"]
    assert load_checkpoint(path, {"rate": 0.1}, Report())["weights"]["a"][0] == 1.5


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small tmpfs")
@pytest.mark.parametrize("size", [10_000, 100_000])  # full while closing the file, and in the middle
def test_a_tmpfs_that_is_full(tmp_path, size):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40k", "none", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        path = tmp_path / "state.pt"
        save_checkpoint(path, state(1.5))
        with pytest.raises(OutputError, match="the disk is full"):
            save_checkpoint(path, {**state(2.5), "more": torch.zeros(size)})
        left = os.listdir(tmp_path)
        found = load_checkpoint(path, {"rate": 0.1}, Report())
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert left == ["state.pt"] and found["weights"]["a"][0] == 1.5


def test_killed_before_the_new_one_has_its_name(tmp_path, monkeypatch):
    path = tmp_path / "state.pt"
    save_checkpoint(path, state(1.5))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            save_checkpoint(path, state(2.5))
    assert load_checkpoint(path, {"rate": 0.1}, Report())["weights"]["a"][0] == 1.5
    save_checkpoint(path, state(3.5))
    assert os.listdir(tmp_path) == ["state.pt"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        save_checkpoint(tmp_path / "none" / "state.pt", state())


@pytest.mark.parametrize("damage", ["half", "other", "code", "empty"])
def test_a_damaged_one_is_not_used(tmp_path, damage):
    path, told = tmp_path / "state.pt", Told()
    save_checkpoint(path, state())
    if damage == "half":
        path.write_bytes(path.read_bytes()[:2000])
    elif damage == "other":
        torch.save({"weights": torch.zeros(1)}, path)
    elif damage == "code":
        torch.save({ASKED: {"rate": 0.1}, "report": Report()}, path)
    else:
        path.write_bytes(b"")
    assert load_checkpoint(path, {"rate": 0.1}, told) is None
    assert told.said == [("warning", f"{path} is damaged, so the training starts again.")]


def test_one_of_another_training_is_not_used(tmp_path):
    path, told = tmp_path / "state.pt", Told()
    save_checkpoint(path, state(network={"a": [3]}))
    assert load_checkpoint(path, {"rate": 0.2, "network": {"a": [4]}, "seed": 1}, told) is None
    differs = "rate was 0.1 and is 0.2, network, seed was None and is 1"
    assert told.said == [("warning", f"{path} is of another training ({differs}), so this one starts again.")]
    assert differences({"a": 1}, {"a": 1}) == ""
