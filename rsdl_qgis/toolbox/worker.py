"""Runs a job in the worker process: progress, log, cancel, and one clear sentence when it fails."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingException, QgsProcessingFeedback, QgsProcessingUtils

from ..engine.errors import RsdlError
from ..engine.locks import remove_leftovers
from ..engine.outputs import outputs_of
from ..environment import worker_command, worker_environment
from ..paths import plugin_version
from ..process import group_options, kill_group, lines
from . import settings
from .text import tr

GRACE = 1.0  # seconds that a cancelled worker has to tidy up before it is killed
KEPT_LINES = 40  # of its stderr
TRAININGS = ("train", "distil")


def make_job(operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A job of this plugin's version."""
    return {"version": plugin_version(), "operation": operation, "arguments": dict(arguments)}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for one job's files. The worker removes it, too, in case QGIS is gone by then."""
    import tempfile  # not when QGIS starts

    folder = Path(tempfile.mkdtemp(prefix="rsdl-", dir=QgsProcessingUtils.tempFolder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_job(
    job: Mapping[str, Any], feedback: QgsProcessingFeedback, folder: Path | None = None
) -> dict[str, Any]:
    """Runs the job to its end and returns its result.

    ``folder``: from ``temporary_folder``, if the job has files there. QgsProcessingException: the job was
    cancelled (the worker is gone within two seconds), failed, or the worker died; half-written outputs are
    removed.
    """
    if folder is None:
        with temporary_folder() as folder:
            return run_job(job, feedback, folder)
    if feedback.isCanceled():
        raise QgsProcessingException(tr("The job was cancelled."))
    try:
        python = settings.worker_python()
        process = _start(python.path, folder)
    except (RsdlError, OSError) as error:
        raise QgsProcessingException(
            tr("The worker cannot be started. {reason}").format(reason=error)
        ) from None
    finished = False
    try:
        result = _converse(process, job, feedback)
        finished = True
        return result
    finally:
        kill_group(process)
        with suppress(OSError):
            process.stdin.close()
        if not finished:
            _remove_parts(job, process.pid)


def _start(python: Path, folder: Path) -> subprocess.Popen:
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP", "RSDL_TEMPORARY"), str(folder))
    return subprocess.Popen(
        worker_command(python),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**worker_environment(), **places},
        **group_options(),
    )


def _converse(
    process: subprocess.Popen, job: Mapping[str, Any], feedback: QgsProcessingFeedback
) -> dict[str, Any]:
    """Sends the job and follows the events to the result."""
    stderr: deque[str] = deque(maxlen=KEPT_LINES)
    reader = threading.Thread(target=_keep, args=(process.stderr, stderr), daemon=True)
    reader.start()
    with suppress(OSError):  # a worker that is dead already is reported below
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    outcome: dict[str, Any] | None = None
    deadline = None
    for line in lines(process):
        if line and outcome is None:
            outcome = _handle(line, feedback)
        if feedback.isCanceled() and deadline is None:
            deadline = time.monotonic() + GRACE
            with suppress(OSError):
                process.stdin.close()
        if deadline is not None and time.monotonic() > deadline:
            break
        if outcome is not None and outcome["event"] == "error" and outcome.get("kind") == "version_mismatch":
            break
    if deadline is not None:
        raise QgsProcessingException(tr("The job was cancelled."))
    reader.join(1.0)
    if outcome is None:
        raise QgsProcessingException(_death(job["operation"], process.returncode, stderr))
    if outcome["event"] == "error":
        if stderr:
            feedback.pushDebugInfo("\n".join(stderr))
        raise QgsProcessingException(f"{outcome.get('message', '')} {outcome.get('hint') or ''}".strip())
    return {name: value for name, value in outcome.items() if name != "event"}


def _keep(stream, kept: deque[str]) -> None:
    with stream:
        for line in stream:
            if line.strip():
                kept.append(line.rstrip())


def _handle(line: str, feedback: QgsProcessingFeedback) -> dict[str, Any] | None:
    """Shows an event; the event itself if it is the outcome, a result or an error."""
    try:
        event = json.loads(line)
        kind = event["event"]
    except (ValueError, TypeError, KeyError):
        feedback.pushDebugInfo(line)
        return None
    if kind == "progress":
        feedback.setProgress(100 * float(event.get("fraction", 0)))
        if event.get("message"):
            feedback.setProgressText(event["message"])
    elif kind == "log":
        show = {"warning": feedback.pushWarning, "error": feedback.reportError}
        show.get(event.get("level"), feedback.pushInfo)(event.get("message", ""))
    elif kind == "hello" and event.get("version") != plugin_version():
        message = tr("The worker is of version {worker}, the plugin of version {plugin}.")
        return {
            "event": "error",
            "kind": "version_mismatch",
            "message": message.format(worker=event.get("version"), plugin=plugin_version()),
            "hint": tr("Restart QGIS; after an update of the plugin this is needed once."),
        }
    return event if kind in ("result", "error") else None


def _death(operation: str, code: int | None, stderr: deque[str]) -> str:
    """One sentence for a worker that ended without an outcome, and its last lines."""
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        text = tr("The worker was killed ({signal}); most often the computer had run out of memory.").format(
            signal=name
        )
        if operation in TRAININGS:
            text += " " + tr("Try a smaller batch or chip size, or close other programs.")
        else:
            text += " " + tr("Try a smaller tile or batch size, or close other programs.")
    else:
        text = tr("The worker ended without a result (code {code}).").format(code=code)
        text += " " + tr("Run 'Diagnostics' to see whether its environment is sound.")
    if stderr:
        text += "\n" + tr("Its last lines:") + "\n" + "\n".join(list(stderr)[-KEPT_LINES:])
    return text


def _remove_parts(job: Mapping[str, Any], pid: int) -> None:
    """Removes what a killed worker was still writing beside each output, files and folders, and in the work folder of
    a training, whose checkpoints stay.
    """
    files, folders = outputs_of(job["operation"], job["arguments"])
    for path in (*files, *folders):
        with suppress(OSError, ValueError):
            remove_leftovers(path, pid)
