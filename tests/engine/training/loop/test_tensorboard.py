"""Event files, read back record by record as TensorBoard reads them."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import masked_crc32c

from rsdl_qgis.engine.errors import OutputError
from rsdl_qgis.engine.training.loop.tensorboard import EventWriter, write_events

HISTORY = [
    {"number": i, "loss": 1 / (i + 1), "score": 0.1 * i, "rate": 1e-3, "seconds": 2.0, "waited": 0.25} for i in range(4)
]


def records(file: Path) -> list[Event]:
    """Length, checksum, event, checksum, and so on."""
    data, at, found = file.read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        for start, size in ((at, 8), (at + 12, length)):
            (checksum,) = struct.unpack_from("<I", data, start + size)
            assert checksum == masked_crc32c(data[start : start + size])
        found.append(Event.FromString(data[at + 12 : at + 12 + length]))
        at += length + 16
    return found


def shown(folder: Path) -> dict[str, dict[int, list[float]]]:
    """What TensorBoard shows: of each curve the values at a step, those void by a later start left out."""
    curves: dict[str, dict[int, list[float]]] = {}
    for file in sorted(folder.iterdir()):
        for event in records(file):
            if event.session_log.status == SessionLog.START:
                curves = {name: {s: v for s, v in steps.items() if s < event.step} for name, steps in curves.items()}
            for value in event.summary.value:
                curves.setdefault(value.tag, {}).setdefault(event.step, []).append(value.simple_value)
    return curves


def test_every_figure_of_every_epoch_can_be_read_back(tmp_path):
    write_events(tmp_path / "events", HISTORY, "mean IoU")
    curves = shown(tmp_path / "events")
    names = {"loss": "train/loss", "score": "valid/mean_IoU", "rate": "train/rate", "seconds": "seconds/epoch"}
    for key, name in names.items():
        assert list(curves[name]) == [0, 1, 2, 3]
        assert [v for (v,) in curves[name].values()] == pytest.approx([record[key] for record in HISTORY])
    (file,) = (tmp_path / "events").iterdir()
    first = records(file)[0]
    assert first.file_version == "brain.Event:2" and "tfevents" in file.name
    assert set(curves) == {*names.values(), "seconds/waiting_for_data"}


def arrived(folder: Path, epochs: int) -> bool:
    """Whether so many epochs are on disk, soon."""
    for _ in range(100):
        if len(shown(folder).get("train/loss", {})) == epochs:
            return True
        time.sleep(0.1)
    return False


def test_an_epoch_is_on_disk_soon(tmp_path):
    with EventWriter(tmp_path) as writer:
        for record in HISTORY:
            writer.epoch(record)
            assert arrived(tmp_path, record["number"] + 1)


KILLED = """
import os, sys, time
from pathlib import Path
from rsdl_qgis.engine.training.loop.tensorboard import EventWriter
writer = EventWriter(Path(sys.argv[1]))
for number in range(3):
    writer.epoch({"number": number, "loss": float(number)})
print("written", flush=True)
time.sleep(60)
"""


def test_a_training_that_was_killed_goes_on_without_doubled_steps(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"written" and arrived(tmp_path, 3)
        process.kill()
    with EventWriter(tmp_path, first=2) as writer:  # the last checkpoint was of the second epoch
        for number in (2, 3):
            writer.epoch({"number": number, "loss": 9.0})
    assert shown(tmp_path)["train/loss"] == {0: [0.0], 1: [1.0], 2: [9.0], 3: [9.0]}


def test_epochs_that_are_done_again_are_not_doubled(tmp_path):
    killed = EventWriter(tmp_path)
    for record in HISTORY[:3]:
        killed.epoch(record)
    with EventWriter(tmp_path, first=2) as writer:  # the last checkpoint was of the second epoch
        for record in HISTORY[2:]:
            writer.epoch({**record, "loss": 9.0})
    killed.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert [len(values) for values in shown(tmp_path)["train/loss"].values()] == [1, 1, 1, 1]
    assert [v for (v,) in shown(tmp_path)["train/loss"].values()] == [1.0, 0.5, 9.0, 9.0]


def test_what_an_epoch_does_not_know_is_left_out(tmp_path):
    write_events(tmp_path, [{"number": 0, "loss": 0.5, "score": None}])
    assert set(shown(tmp_path)) == {"train/loss"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written to"):
        EventWriter(tmp_path / "file" / "events")
