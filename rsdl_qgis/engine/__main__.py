"""The worker: reads a job, runs it, writes events. ``python -m rsdl_qgis.engine [job.json]``.

Without a file the job is the first line of standard input, and closing standard input cancels it. Events are JSON
lines on standard output, which nothing else writes to: what libraries print goes to standard error. Exit status:
0 done, 1 an error event says why, 3 cancelled.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from ..paths import plugin_version
from .errors import Cancelled, InputError, OutputError, RsdlError
from .report import Report

GRACE = 20.0  # seconds after cancelling in which the job may clean up before the process ends anyway
INTERVAL = 0.1  # seconds between two progress events
SPINS = "10000"  # turns that a thread of torch's OpenMP waits for the others before it sleeps


class EventReport(Report):
    """Writes events; cancelled when ``stop`` is set."""

    def __init__(self, stream: TextIO, stop: threading.Event):
        self.stream, self.stop = stream, stop
        self.lock = threading.Lock()
        self.last = 0.0

    def event(self, event: str, **fields: Any) -> None:
        """One JSON line; a reader that is gone cancels."""
        with self.lock:
            try:
                print(json.dumps({"event": event, **fields}, default=str), file=self.stream, flush=True)
            except (BrokenPipeError, ValueError):
                self.stop.set()

    def progress(self, fraction: float, message: str = "") -> None:
        now = time.monotonic()
        if now - self.last >= INTERVAL or fraction >= 1:
            self.last = now
            self.event("progress", fraction=round(fraction, 4), message=message)

    def log(self, level: str, message: str) -> None:
        self.event("log", level=level, message=message)

    def cancelled(self) -> bool:
        return self.stop.is_set()


def main(arguments: list[str]) -> int:
    """Run one job; the exit status."""
    wait_calmly()
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print, C code too, must not mix with events
    sys.stdout = sys.stderr
    stop = threading.Event()
    report = EventReport(events, stop)
    report.event("hello", version=plugin_version(), python=sys.version.split()[0])
    try:
        job = read_job(arguments)
        if not arguments:
            threading.Thread(target=watch_input, args=(stop,), daemon=True).start()
        report.event("result", **run(job, report))
        return 0
    except Cancelled as error:
        report.event("error", kind=error.kind, message=error.message, hint=error.hint)
        return 3
    except RsdlError as error:
        report.event("error", kind=error.kind, message=error.message, hint=error.hint)
    except MemoryError:
        message, hint = "The computer ran out of memory.", "Use a smaller TILE_SIZE."
        report.event("error", kind="out_of_memory", message=message, hint=hint)
    except ImportError as error:
        message = f"This Python ({sys.executable}) cannot run the worker: {error}."
        hint = "Set up the worker's environment, or install rsdl_qgis/requirements/cpu.txt into this Python."
        report.event("error", kind="environment_error", message=message, hint=hint)
    except OSError as error:
        problem = OutputError(f"{error.strerror or error}: {error.filename or 'a file'}.")
        traceback.print_exc()
        report.event("error", kind=problem.kind, message=problem.message, hint="Check the disk and the permissions.")
    except Exception as error:  # a fault of ours: the trace goes to stderr, for the report
        traceback.print_exc()
        message = f"The worker failed unexpectedly ({type(error).__name__}: {error})."
        report.event("error", kind="internal_error", message=message, hint="Please report this with the log.")
    return 1


def wait_calmly() -> None:
    """Before torch is loaded: its threads soon sleep where they wait, unless the person has set how they wait.

    By libgomp's own number of turns two threads that have less than two cores, because another program runs, keep each
    other from working most of the time: a training then takes many times as long as with one.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def read_job(arguments: list[str]) -> Mapping[str, Any]:
    """The job from a file or the first line of standard input; InputError when it is not one."""
    try:
        text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.readline()
        job = json.loads(text)
        job["operation"], job["arguments"]
    except OSError as error:
        raise InputError(f"The job file {arguments[0]} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        form = 'It is one JSON object: {"version", "operation", "arguments"}.'
        raise InputError("This is not a job.", form) from None
    return job


def run(job: Mapping[str, Any], report: EventReport) -> dict[str, Any]:
    """The result of a job; VersionMismatch and InputError before any work starts."""
    from .jobs import OPERATIONS

    asked = job.get("version")
    if asked and asked != plugin_version():
        raise VersionMismatch(
            f"The job was made by version {asked} of the plugin, and the worker is version {plugin_version()}.",
            "Restart QGIS after an update; for a saved job, make it anew.",
        )
    if job["operation"] not in OPERATIONS:
        raise InputError(f"There is no operation '{job['operation']}'.", f"There are {', '.join(OPERATIONS)}.")
    try:
        return OPERATIONS[job["operation"]](job["arguments"], report)
    except KeyError as error:
        if job["operation"] == "predict" and error.args and error.args[0] in ("model", "inputs", "output"):
            raise InputError(f"The job does not say '{error.args[0]}'.") from None
        raise


class VersionMismatch(RsdlError):
    """The job and the worker are of different versions of the plugin."""


def watch_input(stop: threading.Event) -> None:
    """Cancel when standard input is closed, which also happens when the parent is gone; end anyway after a while."""
    while sys.stdin.readline():
        pass
    stop.set()
    time.sleep(GRACE)
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
