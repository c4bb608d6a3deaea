"""The worker: reads a job, runs it, writes events. ``python -m rsdl_qgis.engine [job.json]``.

Without a file the job is the first line of standard input, and closing standard input cancels it. Events are JSON
lines on standard output, which nothing else writes to: what libraries print goes to standard error. Exit status:
0 done, 1 an error event says why, 3 cancelled.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TextIO

from ..paths import plugin_version
from .errors import Cancelled, InputError, RsdlError, TrainStepMissing
from .feedback import Report
from .files.json import is_deeper, loaded
from .job import memory, ranks
from .job.arguments import checked
from .job.memory import ran_out
from .tables.kinds import shown

GRACE = 20.0  # seconds after cancelling in which the job may clean up before the process ends anyway
INTERVAL = 0.1  # seconds between two progress events
LARGEST_JOB = 16 << 20  # bytes
DEEPEST_JOB = 30  # objects and lists inside one another
FORM = 'It is one JSON object: {"version", "operation", "arguments"}.'
FOR_TRAINING = (  # modules that the environment's step 'train' adds
    *("torch", "safetensors", "onnx", "tensorboardX"),
    *("sklearn", "scipy", "joblib", "threadpoolctl", "h5py"),
)
SPINS = "10000"  # turns that a thread of torch's OpenMP waits for the others before it sleeps
ARENAS, M_ARENA_MAX = 2, -8  # of glibc's malloc, and the number of that setting
LARGE, M_MMAP_THRESHOLD = 32 << 20, -3  # bytes of what lies outside of them


class EventReport(Report):
    """Writes events; cancelled when ``stop`` is set."""

    def __init__(self, stream: TextIO, stop: threading.Event):
        self.stream, self.stop = stream, stop
        self.lock = threading.Lock()
        self.last = 0.0

    def event(self, event: str, **fields: Any) -> None:
        """One JSON line, of the first of several processes; a reader that is gone cancels."""
        if not ranks.is_first():
            return
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

    def failed(self, error: Exception) -> None:
        self.event("error", **error_fields(error, None))

    def cancelled(self) -> bool:
        return self.stop.is_set()


def main(arguments: list[str]) -> int:
    """Run one job; the exit status."""
    wait_calmly()
    share_memory()
    stop = threading.Event()
    report = EventReport(own_stdout(), stop)
    report.event("hello", version=plugin_version(), python=sys.version.split()[0])
    return handle(arguments, report, stop)


def own_stdout() -> TextIO:
    """Standard output for this program alone: what libraries print, C code too, goes to standard error from now on."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stream


def handle(arguments: list[str], report: EventReport, stop: threading.Event) -> int:
    """Read and run one job, and report its one outcome; the exit status."""

    def job() -> dict[str, Any]:
        found = read_job(arguments)
        if not arguments:
            threading.Thread(target=watch_input, args=(stop,), daemon=True).start()
        return found

    return carried_out(job, report)


def carried_out(read: Callable[[], Mapping[str, Any]], report: EventReport) -> int:
    """Run the job that ``read`` gives, and report its one outcome, a result or an error; the exit status."""
    operation = None
    try:
        job = read()
        operation = job["operation"]
        report.event("result", **run(job, report))
        return 0
    except Exception as error:
        report.event("error", **error_fields(error, operation))
        if not isinstance(error, Cancelled):
            ranks.wait_for_first(report.cancelled)
        return error.status if isinstance(error, RsdlError) else RsdlError.status


def error_fields(error: Exception, operation: Any) -> dict[str, str]:
    """The error event of a job: ``kind``, ``message`` and ``hint``. The traceback of a bug goes to stderr."""
    if ran_out(error):
        return {"kind": "out_of_memory", "message": memory.MESSAGE, "hint": memory.hint_for(operation)}
    if isinstance(error, RsdlError):
        hint = memory.hint_for(operation) if error.kind == "out_of_memory" else error.hint  # of the device
        return {"kind": error.kind, "message": error.message, "hint": hint}
    if isinstance(error, ModuleNotFoundError) and error.name in FOR_TRAINING:
        error = TrainStepMissing(error.name)
        return {"kind": error.kind, "message": error.message, "hint": error.hint}
    if isinstance(error, ImportError):
        message = f"This Python ({sys.executable}) cannot run the worker: {error}."
        hint = "Set up the worker's environment, or install rsdl_qgis/requirements/train-cpu.txt into this Python."
        return {"kind": "environment_error", "message": message, "hint": hint}
    traceback.print_exc()
    if isinstance(error, OSError):
        message = f"{error.strerror or error}: {error.filename or 'a file'}."
        return {"kind": "output_error", "message": message, "hint": "Check the disk and the permissions."}
    message = f"The worker failed unexpectedly ({type(error).__name__}: {error})."  # a bug
    return {"kind": "internal_error", "message": message, "hint": "Please report this with the log."}


def wait_calmly() -> None:
    """Before torch is loaded: its threads soon sleep where they wait, unless the user has set how they wait.

    By libgomp's own number of turns two threads that have less than two cores, because another program runs, keep each
    other from working most of the time: a training then takes many times as long as with one.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def share_memory() -> None:
    """Before threads begin: they take memory from two arenas that do not keep it, unless the user has set otherwise.

    By its own rule glibc gives each thread one, in which what others could use lies idle: a tenth of a job's memory.
    With a threshold that is set it gives back what is free at an arena's end; by its own rule it would keep up to twice
    the largest array that was freed.
    """
    if sys.platform != "linux":
        return
    for number, value, name in (
        (M_ARENA_MAX, ARENAS, "MALLOC_ARENA_MAX"),
        (M_MMAP_THRESHOLD, LARGE, "MALLOC_MMAP_THRESHOLD_"),
    ):
        if name not in os.environ:
            with suppress(AttributeError, OSError):  # of other C libraries
                ctypes.CDLL(None).mallopt(number, value)


def read_job(arguments: list[str]) -> dict[str, Any]:
    """The job from a file or the first line of standard input; InputError when it is not one."""
    try:
        if arguments:
            with open(arguments[0], "rb") as file:
                data = file.read(LARGEST_JOB + 1)
        elif ranks.count() > 1:
            raise InputError("Several processes cannot read a job from standard input.", "Give it as a file.")
        else:
            data = sys.stdin.buffer.readline(LARGEST_JOB + 1)
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"The job file {shown(arguments[0])} cannot be read: {reason}.") from None
    if len(data) > LARGEST_JOB:
        raise InputError(f"The job is larger than {LARGEST_JOB >> 20} MB.", FORM)
    return parsed(data)


def parsed(data: bytes) -> dict[str, Any]:
    """The job in a JSON text; InputError when it is none, or gives a name twice."""
    try:
        job = loaded(data.decode("utf-8-sig"), said_once)
    except ValueError:
        raise InputError("This is not a job.", FORM) from None
    if not isinstance(job, dict) or not {"operation", "arguments"} <= set(job):
        raise InputError("This is not a job.", FORM)
    if is_deeper(job, DEEPEST_JOB):
        raise InputError(f"The job has more than {DEEPEST_JOB} objects and lists inside one another.", FORM)
    return job


def said_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; InputError where one of its names is there twice, of which only one value would count."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InputError(f"The job says {shown(name)} twice.", "Say it once.")
        found[name] = value
    return found


def run(job: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """The result of a job; VersionMismatch and InputError before any work starts."""
    asked = job.get("version")
    if asked and asked != plugin_version():
        raise VersionMismatch(
            f"The job was made by version {shown(asked)} of the plugin, and the worker is version {plugin_version()}.",
            "Restart QGIS after an update; for a saved job, make it again.",
        )
    from .jobs import OPERATIONS

    operation = job["operation"]
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise InputError(f"There is no operation {shown(operation)}.", f"There are {', '.join(OPERATIONS)}.")
    ranks.check(operation)
    return OPERATIONS[operation](checked(operation, job["arguments"]), report)


class VersionMismatch(RsdlError):
    """The job and the worker are of different versions of the plugin."""


def watch_input(stop: threading.Event) -> None:
    """Cancel when standard input is closed, which also happens when the parent is gone; end anyway after a while."""
    with suppress(OSError):  # not through ``sys.stdin``, whose lock Python needs when it ends
        while os.read(0, 1 << 16):
            pass
    stop.set()
    time.sleep(GRACE)
    os._exit(3)


def leave(status: int) -> None:
    """End the process at once: unloading the libraries takes a tenth of a second, and some fail in doing so."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
