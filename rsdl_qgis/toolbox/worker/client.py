"""Runs a job in the worker process: progress, log, cancel, and one clear sentence when it fails."""

from __future__ import annotations

import json
import math
import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingException, QgsProcessingFeedback, QgsProcessingUtils

from ...engine.errors import RsdlError
from ...engine.files.locks import remove_leftovers
from ...engine.job.memory import hint_for
from ...engine.job.outputs import outputs_of
from ...environment import worker_command, worker_environment
from ...paths import plugin_version
from ...process import PIPE, Process, bounded_lines, kill_group, lines, start
from .. import settings
from ..text import tr

GRACE = 1.0  # seconds that a cancelled worker has to tidy up before it is killed
HELLO = 60.0  # seconds in which a worker has to say something, the first time its libraries are loaded from a slow disk
LAST_WORDS = 20.0  # seconds that a worker has to end in after its result
KEPT_LINES = 40  # of its stderr
LONGEST_WORDS = 10_000  # characters of a message
MOST_UNKNOWN = 100  # lines that are no events, of those that are shown


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
    job: Mapping[str, Any],
    feedback: QgsProcessingFeedback,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Runs the job to its end and returns its result.

    ``folder``: from ``temporary_folder``, if the job has files there. ``variables``: of the environment, such as of
    QGIS's proxy for a job that fetches. QgsProcessingException: the job was
    cancelled (the worker is gone within two seconds), failed, or the worker died; half-written outputs are
    removed.
    """
    if folder is None:
        with temporary_folder() as folder:
            return run_job(job, feedback, folder, variables)
    if feedback.isCanceled():
        raise QgsProcessingException(tr("The job was cancelled."))
    try:
        python = settings.worker_python()
        process = _start(python.path, folder, variables or {})
    except (RsdlError, OSError) as error:
        raise QgsProcessingException(tr("The worker cannot be started. {reason}").format(reason=error)) from None
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


def _start(python: Path, folder: Path, variables: Mapping[str, str]) -> Process:
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP", "RSDL_TEMPORARY"), str(folder))
    return start(worker_command(python), {**worker_environment(), **variables, **places}, PIPE, PIPE)


def _converse(process: Process, job: Mapping[str, Any], feedback: QgsProcessingFeedback) -> dict[str, Any]:
    """Sends the job and follows the events to the result."""
    stderr: deque[str] = deque(maxlen=KEPT_LINES)
    reader = threading.Thread(target=_keep, args=(process.stderr, stderr), daemon=True)
    reader.start()
    writer = threading.Thread(target=_send, args=(process.stdin, job), daemon=True)
    writer.start()  # a worker that does not read may not hold up this thread
    listener = _Listener(feedback)
    outcome: dict[str, Any] | None = None
    began, deadline, cancelled = time.monotonic(), math.inf, False
    for line in lines(process):
        now = time.monotonic()
        if line and outcome is None:
            outcome = listener.heard(line)
            if outcome is not None:
                refused = outcome.get("kind") == "version_mismatch"
                deadline = min(deadline, now + (0.0 if refused else LAST_WORDS))
        if feedback.isCanceled() and not cancelled:
            cancelled, deadline = True, now + GRACE
            if not writer.is_alive():
                with suppress(OSError):
                    process.stdin.close()
        if now > deadline:
            break
        if not listener.greeted and outcome is None and now - began > HELLO:
            raise QgsProcessingException(_silence(stderr))
    if cancelled:
        raise QgsProcessingException(tr("The job was cancelled."))
    reader.join(1.0)
    if outcome is None:
        raise QgsProcessingException(_death(job["operation"], process.returncode, stderr))
    if outcome["event"] == "error":
        if stderr:
            feedback.pushDebugInfo("\n".join(stderr))
        raise QgsProcessingException(f"{_words(outcome.get('message'))} {_words(outcome.get('hint'))}".strip())
    return {name: value for name, value in outcome.items() if name != "event"}


def _send(stdin, job: Mapping[str, Any]) -> None:
    with suppress(OSError, ValueError):  # a worker that is dead already is reported by what it says, or does not
        stdin.write(json.dumps(job) + "\n")
        stdin.flush()


def _keep(stream, kept: deque[str]) -> None:
    with stream:
        for line in bounded_lines(stream, LONGEST_WORDS):
            if line.strip():
                kept.append(line.rstrip())


class _Listener:
    """Shows events as they are heard. What a worker says is taken for data: it may be of any form."""

    def __init__(self, feedback: QgsProcessingFeedback):
        self.greeted = False
        self._feedback = feedback
        self._unknown = 0

    def heard(self, line: str) -> dict[str, Any] | None:
        """Shows an event; the event itself if it is the outcome, a result or an error."""
        event = _event(line)
        if event is None:
            self._unknown += 1
            if self._unknown <= MOST_UNKNOWN:
                self._feedback.pushDebugInfo(line[:LONGEST_WORDS])
            return None
        self.greeted = True
        kind, message = event["event"], _words(event.get("message"))
        if kind == "progress":
            fraction = event.get("fraction")
            if isinstance(fraction, (int, float)) and 0 <= fraction <= 1:
                self._feedback.setProgress(100 * float(fraction))
            if message:
                self._feedback.setProgressText(message)
        elif kind == "log":
            show = {"warning": self._feedback.pushWarning, "error": self._feedback.reportError}
            show.get(_words(event.get("level")), self._feedback.pushInfo)(message)
        elif kind == "hello" and event.get("version") != plugin_version():
            return _other_version(_words(event.get("version")))
        return event if kind in ("result", "error") else None


def _event(line: str) -> dict[str, Any] | None:
    """The event in a line; None where it is none that is known."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = isinstance(event, dict) and event.get("event") in ("hello", "progress", "log", "result", "error")
    return event if known else None


def _words(value: Any) -> str:
    """What an event says in a text; '' for nothing."""
    return "" if value is None else str(value)[:LONGEST_WORDS]


def _other_version(version: str) -> dict[str, Any]:
    message = tr("The worker is of version {worker}, the plugin of version {plugin}.")
    return {
        "event": "error",
        "kind": "version_mismatch",
        "message": message.format(worker=version, plugin=plugin_version()),
        "hint": tr("Restart QGIS; after an update of the plugin this is needed once."),
    }


def _silence(stderr: deque[str]) -> str:
    """One sentence for a worker that says nothing, and its last lines."""
    text = tr("The worker has not answered for {seconds} seconds.").format(seconds=round(HELLO))
    text += " " + tr("Run 'Diagnostics' to see whether its environment is sound.")
    return text + _last_lines(stderr)


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
        text += " " + hint_for(operation)
    else:
        text = tr("The worker ended without a result (code {code}).").format(code=code)
        text += " " + tr("Run 'Diagnostics' to see whether its environment is sound.")
    return text + _last_lines(stderr)


def _last_lines(stderr: deque[str]) -> str:
    return "\n" + tr("Its last lines:") + "\n" + "\n".join(list(stderr)) if stderr else ""


def _remove_parts(job: Mapping[str, Any], pid: int) -> None:
    """Removes what a killed worker was still writing beside each output, files and folders, and in the work folder of
    a training, whose checkpoints stay.
    """
    files, folders = outputs_of(job["operation"], job["arguments"])
    for path in (*files, *folders):
        with suppress(OSError, ValueError):
            remove_leftovers(path, pid)
