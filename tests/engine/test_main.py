"""A job as it comes: a file or a line of any form is a job, or one sentence says why it is none."""

from __future__ import annotations

import io
import json
import threading

import pytest

from rsdl_qgis.engine import __main__ as worker
from rsdl_qgis.engine import jobs
from rsdl_qgis.paths import plugin_version

DESCRIBE = b'{"operation": "describe", "arguments": {}}'
NO_JOBS = {
    "empty": b"",
    "a blank": b" \n",
    "null": b"null",
    "a list": b"[1, 2]",
    "a text": b'"operation arguments"',
    "half": DESCRIBE[:20],
    "two": DESCRIBE + DESCRIBE,
    "not UTF-8": b'{"operation": "describe\xff", "arguments": {}}',
    "UTF-16": DESCRIBE.decode().encode("utf-16"),
    "too deep to read": b'{"operation": "describe", "arguments": ' + b"[" * 100_000,
    "a number of many digits": b'{"operation": "describe", "arguments": {"x": ' + b"1" * 5000 + b"}}",
    "without arguments": b'{"operation": "describe"}',
}


def outcome(file) -> dict:
    stream, stop = io.StringIO(), threading.Event()
    worker.handle([str(file)], worker.EventReport(stream, stop), stop)
    (event,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    return event


@pytest.fixture
def said(tmp_path, monkeypatch):
    """The outcome of a job's bytes, or of its operation, arguments and version."""
    monkeypatch.setitem(jobs.OPERATIONS, "describe", lambda arguments, report: {"ran": True})

    def run(data: bytes = b"", **job) -> dict:
        (tmp_path / "job.json").write_bytes(json.dumps(job).encode() if job else data)
        return outcome(tmp_path / "job.json")

    return run


@pytest.mark.parametrize("what", NO_JOBS)
def test_what_is_no_job_is_said(said, what):
    event = said(NO_JOBS[what])
    assert event["kind"] == "input_error" and event["message"] == "This is not a job." and "JSON" in event["hint"]


def test_a_job_may_begin_with_a_mark_of_its_encoding(said):
    assert said(b"\xef\xbb\xbf" + DESCRIBE)["ran"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"operation": "describe", "operation": "predict", "arguments": {}}', "'operation' twice"),
        (b'{"operation": "predict", "arguments": {"model": "a", "model": "b"}}', "'model' twice"),
        (b'{"operation": "describe", "arguments": ' + b'{"a":' * 40 + b"1" + b"}" * 41, "more than 30"),
        (b'{"operation": "describe", "arguments": {}, "x": "' + b" " * worker.LARGEST_JOB + b'"}', "larger than 16 MB"),
    ],
)
def test_what_a_job_may_not_hold_is_said(said, data, words):
    event = said(data)
    assert event["kind"] == "input_error" and words in event["message"]


@pytest.mark.parametrize("operation", [None, 1, [], ["predict"], {}, {"a": 1}, "", "fly", "PREDICT", "x" * 1000])
def test_operations_that_are_not_there(said, operation):
    event = said(operation=operation, arguments={})
    assert event["kind"] == "input_error" and "There is no operation" in event["message"]
    assert len(event["message"]) < 100 and "predict_series" in event["hint"]


@pytest.mark.parametrize("version", [1, [], ["x"], {"a": 1}, "0.0.1", True, 1e308, "x" * 1000])
def test_versions_of_any_type_are_compared(said, version):
    event = said(operation="describe", arguments={}, version=version)
    assert event.get("ran") if version == [] else event["kind"] == "version_mismatch" and len(event["message"]) < 200


@pytest.mark.parametrize("version", [None, "", plugin_version()])
def test_jobs_of_this_version_or_none_run(said, version):
    assert said(operation="describe", arguments={}, version=version)["ran"]


@pytest.mark.parametrize("arguments", [None, [], "x", 3, [{}]])
def test_arguments_that_are_no_object(said, arguments):
    assert "no object" in said(operation="predict", arguments=arguments)["message"]


@pytest.mark.parametrize("name", ["", "none.json", "a\0b", "x" * 300])
def test_files_that_cannot_be_read_are_named(tmp_path, name):
    event = outcome(tmp_path / name)
    assert event["kind"] == "input_error" and "cannot be read" in event["message"]
