"""A prediction that was stopped goes on from its finished blocks, to the same bits; others start again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.prediction import job
from rsdl_qgis.engine.prediction.blocks import pieces, tape

from .operations import Said, blocks_in, case_of, contents

NAMES = ("classes", "numbers", "objects", "scenes", "features", "series")


@pytest.fixture
def case(tmp_path, make_raster, monkeypatch):
    """The job of an operation, in small blocks."""

    def make(name="classes"):
        made = case_of(name, tmp_path, make_raster)
        monkeypatch.setattr(pieces, "BLOCK", made.pixels)
        return made

    return make


def stopped(case, blocks=1):
    """What a job says that is cancelled once so many blocks are finished."""
    with pytest.raises(Cancelled) as caught:
        case.run(case.arguments, Said(lambda: len(blocks_in(case) or ()) >= blocks))
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_what_was_stopped_resumes_to_the_same_bits(case, name, monkeypatch):
    made = case(name)
    with monkeypatch.context() as patch:
        patch.setattr(job, "KEPT", 1_000_000)
        whole = contents(made.run(made.arguments, Said()))
    assert whole == contents(made.run(made.arguments, Said()))  # in blocks, without a stop
    assert blocks_in(made) is None
    error = stopped(made)
    finished = len(blocks_in(made))
    assert finished and f"resume it: {finished} of " in error.hint
    report = Said()
    result = made.run(made.arguments, report)
    assert f"resumes: {finished} of " in report.text
    assert contents(result) == whole and blocks_in(made) is None


@pytest.mark.parametrize("change", ["threads", "raster", "version"])
def test_what_differs_starts_again(case, change, make_raster, monkeypatch):
    made = case()
    stopped(made)
    before = blocks_in(made)
    arguments = dict(made.arguments)
    if change == "threads":
        arguments["overlap"] = 10
    elif change == "raster":
        path = arguments["inputs"]["image"][0]["path"]
        os.utime(path, ns=(0, 0))
    else:
        monkeypatch.setattr("rsdl_qgis.engine.prediction.blocks.identity.plugin_version", lambda: "0.0")
    report = Said(lambda: "differ from" in report.text)
    with pytest.raises(Cancelled):
        made.run(arguments, report)
    assert before and "differ from the prediction that was stopped here" in report.text
    assert blocks_in(made) is None


def test_blocks_that_are_not_whole_are_made_again(case):
    made = case()
    whole = contents(made.run(made.arguments, Said()))
    stopped(made, 3)
    first, second, third = blocks_in(made)[:3]
    first.write_bytes(first.read_bytes()[:-1])
    second.write_bytes(second.read_bytes()[:200] + b"?" + second.read_bytes()[201:])
    third.with_name(".block-000002.elsewhere.1.part").write_bytes(b"left over")
    left, report = len(blocks_in(made)) - 2, Said()
    result = made.run(made.arguments, report)
    assert f"resumes: {left} of " in report.text and contents(result) == whole


def test_a_folder_of_other_content_is_left_alone(case):
    made = case()
    folder = Path(f"{made.arguments['output']}.prediction")
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists with other content"):
        made.run(made.arguments, Said())
    assert (folder / "mine.txt").read_text() == "mine"


def test_a_disk_that_refuses_blocks_does_not_stop_the_job(case, monkeypatch):
    made = case()
    whole = contents(made.run(made.arguments, Said()))
    write, count = tape.Tape.write, []

    def full(self, piece):
        count.append(1)
        if len(count) > 12:
            raise OSError(28, "No space left on device")
        write(self, piece)

    monkeypatch.setattr(tape.Tape, "write", full)
    report = Said()
    result = made.run(made.arguments, report)
    assert contents(result) == whole and report.text.count("No space left on device") == 1
    assert blocks_in(made) is None


def test_an_error_tells_of_the_finished_blocks_and_keeps_them(case, monkeypatch):
    made = case()

    def fails(*_):
        raise InputError("Damaged.", "Repair it.")

    monkeypatch.setattr("rsdl_qgis.engine.prediction.class_map.SegmentationCollector.close", fails)
    with pytest.raises(InputError) as caught:
        made.run(made.arguments, Said())
    assert caught.value.hint.startswith("Repair it. Start the same prediction again to resume it: ")
    assert blocks_in(made)


def test_a_job_that_was_killed_resumes(case, tmp_path):
    made = case()
    whole = contents(made.run(made.arguments, Said()))
    code = (
        "import sys, json; from rsdl_qgis.engine.prediction.blocks import pieces; pieces.BLOCK = int(sys.argv[2]);"
        "from rsdl_qgis.engine.__main__ import main; sys.exit(main(sys.argv[1:2]))"
    )
    (tmp_path / "job.json").write_text(json.dumps({"operation": "predict", "arguments": made.arguments}))
    command = [sys.executable, "-c", code, str(tmp_path / "job.json"), str(made.pixels)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[4])
    end = time.monotonic() + 60
    while not blocks_in(made) and time.monotonic() < end and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    if blocks_in(made) is None:
        pytest.fail("It ended before it was killed.")
    report = Said()
    result = made.run(made.arguments, report)
    assert "resumes: " in report.text and contents(result) == whole
    assert sorted(path.name for path in tmp_path.glob(".out*")) == []
