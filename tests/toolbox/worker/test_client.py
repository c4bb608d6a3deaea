"""The worker client: events, errors, cancel, and what is left when a worker or QGIS dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException

from rsdl_qgis.engine.files.names import hidden
from rsdl_qgis.engine.job.outputs import OPERATIONS
from rsdl_qgis.environment import worker as starting
from rsdl_qgis.toolbox.worker import client

from ..conftest import FAKE, bootstrap_of


@pytest.fixture(autouse=True)
def fake(monkeypatch, tmp_path):
    """The worker is fake_worker.py, started through the real bootstrap's way of removing its folder."""
    monkeypatch.setenv("RSDL_PYTHON", sys.executable)
    monkeypatch.setattr(starting, "BOOTSTRAP", bootstrap_of(FAKE))


@pytest.fixture
def job(tmp_path):
    def job(operation, **arguments):
        return client.make_job(operation, {"pid": str(tmp_path / "pid"), **arguments})

    return job


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_events_reach_the_feedback(job, feedback):
    result = client.run_job(job("work"), feedback)
    assert result["answer"] == 42
    assert ("progress", "half way") in feedback.said
    assert ("warning", "a warning") in feedback.said
    assert ("debug", "not JSON") in feedback.said
    assert feedback.progress() == pytest.approx(50)


def test_worker_sees_nothing_of_the_host(job, feedback, monkeypatch):
    for name in ("PYTHONPATH", "PROJ_LIB", "GDAL_DATA", "QT_PLUGIN_PATH", "LD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/host")
    result = client.run_job(job("work"), feedback)
    assert "/host" not in result["environment"].values()
    assert "/host" not in result["path"]
    assert result["path"][-1] == str(starting.PACKAGE.parent)


def test_error_is_its_sentence(job, feedback):
    with pytest.raises(QgsProcessingException, match=r"^The raster is bad\. Take another\.$"):
        client.run_job(job("fail"), feedback)


@pytest.mark.parametrize(
    ("operation", "words"), [("die", ["SIGKILL", "last words"]), ("leave", ["7", "no result from me"])]
)
def test_death_is_one_sentence_with_the_last_lines(job, feedback, tmp_path, operation, words):
    output = tmp_path / "out" / "map.tif"
    output.parent.mkdir()
    with pytest.raises(QgsProcessingException) as caught:
        client.run_job(job(operation, output=str(output)), feedback)
    assert all(word in str(caught.value) for word in words), caught.value
    assert "Traceback" not in str(caught.value)
    assert list(output.parent.iterdir()) == []


def test_other_version_is_named(job, feedback):
    with pytest.raises(QgsProcessingException, match=r"version 9\.9.*Restart QGIS"):
        client.run_job(job("stubborn", speaks="9.9", child=os.devnull), feedback)


@pytest.mark.parametrize("operation", ["polite", "stubborn"])
def test_cancelled_worker_is_gone_in_two_seconds(job, make_feedback, tmp_path, operation):
    output = tmp_path / "out" / "map.tif"
    output.parent.mkdir()
    with client.temporary_folder() as folder:
        began = []
        feedback = make_feedback()
        feedback.setProgressText = lambda text: (began.append(time.monotonic()), feedback.cancel())
        with pytest.raises(QgsProcessingException, match="cancelled"):
            client.run_job(job(operation, output=str(output), child=str(tmp_path / "child")), feedback, folder)
    assert time.monotonic() - began[0] < 2.0
    assert not alive(int((tmp_path / "pid").read_text()))
    if operation == "stubborn":
        assert wait_for(lambda: not alive(int((tmp_path / "child").read_text())), 1.0)
    assert list(output.parent.iterdir()) == []
    assert not folder.exists()


@pytest.mark.parametrize("noise", ["silent", "noise"])
def test_a_worker_that_never_says_hello_is_not_waited_for(job, feedback, monkeypatch, noise):
    monkeypatch.setenv("RSDL_SILENT", noise)
    monkeypatch.setattr(client, "HELLO", 0.8)
    began = time.monotonic()
    with pytest.raises(QgsProcessingException, match="has not answered for 1 seconds"):
        client.run_job(job("work", long="x" * 10_000_000), feedback)  # more than a pipe holds
    assert time.monotonic() - began < 4
    assert sum(kind == "debug" for kind, _ in feedback.said) <= client.MOST_UNKNOWN


def test_a_worker_that_never_says_hello_is_cancelled_at_once(job, make_feedback, monkeypatch):
    monkeypatch.setenv("RSDL_SILENT", "silent")
    feedback = make_feedback()
    threading.Timer(0.3, feedback.cancel).start()
    began = time.monotonic()
    with pytest.raises(QgsProcessingException, match="cancelled"):
        client.run_job(job("work", long="x" * 10_000_000), feedback)
    assert time.monotonic() - began < 3


def test_events_of_any_form_do_no_harm_and_the_first_outcome_counts(job, feedback):
    result = client.run_job(job("garble"), feedback)
    assert result == {"answer": 1}
    assert ("progress", "half way") in feedback.said and feedback.progress() == pytest.approx(50)
    assert max(len(str(text)) for _, text in feedback.said) <= client.LONGEST_WORDS


def test_an_error_that_is_no_text_is_told(job, feedback):
    with pytest.raises(QgsProcessingException, match=r"\['no', 'text'\]"):
        client.run_job(job("odd error"), feedback)


def test_a_worker_that_lingers_after_its_result_is_ended(job, feedback, monkeypatch, tmp_path):
    monkeypatch.setattr(client, "LAST_WORDS", 0.3)
    assert client.run_job(job("linger"), feedback) == {"answer": 42}
    assert not alive(int((tmp_path / "pid").read_text()))


def test_killed_from_outside(job, make_feedback, tmp_path):
    feedback = make_feedback()
    feedback.setProgressText = lambda text: os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    with pytest.raises(QgsProcessingException, match=r"killed.*Close other programs"):
        client.run_job(job("polite"), feedback)


@pytest.mark.parametrize(
    ("operation", "words"), [("train", "smaller batch or chip size"), ("predict", "smaller tile or batch size")]
)
def test_what_to_do_when_memory_ran_out_is_for_the_job(operation, words):
    assert words in client._death(operation, -signal.SIGKILL, deque())


def test_nothing_remains_when_qgis_is_gone(tmp_path):
    """A process that runs a job is killed: the worker hears it and removes the job's folder."""
    code = f"""
import sys
sys.path[:0] = {[str(FAKE.parents[2])]!r}
from qgis.core import QgsApplication, QgsProcessingFeedback
from rsdl_qgis.environment import worker as starting
starting.BOOTSTRAP = {starting.BOOTSTRAP!r}
from rsdl_qgis.toolbox.worker import client as worker
application = QgsApplication([], False)
with worker.temporary_folder() as folder:
    open({str(tmp_path / "folder")!r}, "w").write(str(folder))
    job = worker.make_job("polite", {{"pid": {str(tmp_path / "pid")!r}}})
    worker.run_job(job, QgsProcessingFeedback(), folder)
"""
    host = subprocess.Popen([sys.executable, "-c", code])
    try:
        assert wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(), 20)
    finally:
        host.kill()
        host.wait()
    folder = Path((tmp_path / "folder").read_text())
    assert wait_for(lambda: not alive(int((tmp_path / "pid").read_text())))
    assert wait_for(lambda: not folder.exists())


def test_no_output_of_a_killed_worker_is_forgotten(tmp_path):
    """Nor does a name that is as long as can be end it."""
    for operation, writes in OPERATIONS.items():
        names = [*writes.files, *writes.folders]
        given = {name: str(tmp_path / f"{operation}-{name}{'n' * (245 - len(operation + name))}") for name in names}
        for path in given.values():
            hidden(path, "12.part.gpkg").touch()
            hidden(path, "12.scratch.part.tif").touch()
            hidden(path, "13.part.tif").touch()
        client._remove_parts({"operation": operation, "arguments": {**given, "mask": None}}, 12)
        left = [path for path in tmp_path.iterdir() if ".12." in path.name]
        assert not left and len(list(tmp_path.iterdir())) == len(names)
        for path in tmp_path.iterdir():
            path.unlink()
    client._remove_parts({"operation": "predict", "arguments": {"output": "a\0b", "polygons": 3}}, 12)
