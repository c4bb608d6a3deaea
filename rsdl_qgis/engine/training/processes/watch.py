"""Processes that begin and end together: one that fails, is cancelled or is gone ends all of them, with one outcome.

A thread of each process meets those of the others every half second. So a process knows that the others live while it
waits for them, however long that takes, and what ended them.
"""

from __future__ import annotations

import os
import pickle  # nosec B403: what is unpickled comes from this training's own processes
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

import torch
from torch import distributed

from ...errors import Cancelled, RsdlError
from ...feedback import Report
from ...job import ranks
from ...job.outputs import Run

BEAT = 0.5  # seconds between two meetings
SILENT = timedelta(minutes=10)  # after which a process that does not answer is taken to be gone
PATIENT = timedelta(days=30)  # for results of another process that is known to live
GRACE = 20.0  # seconds in which a process may end by itself when another one did; torchrun kills it after 30
ERROR = "error"  # key in the store: the first error, pickled
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class LostProcess(RsdlError):
    """A process of the job is gone, or did not start."""


def over_processes(run: Run) -> Run:
    """Makes an operation one that several processes do together, where several were started."""

    @wraps(run)
    def guarded(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
        if ranks.count() == 1:
            return run(arguments, report)
        watch = Watch(report)
        with stopped_by_signals(watch.stop):
            watch.begin()
            try:
                result = run(arguments, OneOfSeveral(report, watch))
            except Exception as error:
                watch.end(error)
                raise
            watch.end()
        return result

    return guarded


class OneOfSeveral(Report):
    """The report of a process: the first one tells, and all hear what ended another one."""

    def __init__(self, whole: Report, watch: Watch):
        self.whole, self.watch = whole, watch

    def progress(self, fraction: float, message: str = "") -> None:
        if ranks.is_first():
            self.whole.progress(fraction, message)

    def log(self, level: str, message: str) -> None:
        if ranks.is_first():
            self.whole.log(level, message)

    def cancelled(self) -> bool:
        return self.watch.verdict is not None

    def check(self) -> None:
        if self.watch.verdict is not None:
            raise self.watch.verdict


class Watch(threading.Thread):
    """Connects this process with the others, and meets them until all have ended.

    ``verdict``: why all have to end before the job is done; None while there is no reason.
    """

    def __init__(self, report: Report):
        super().__init__(name="watch", daemon=True)
        self.report = report
        self.verdict: Exception | None = None
        self._is_cancelled = self._has_failed = self._is_done = False
        self._meetings = 0
        self._wake, self._joined, self._over, self._ended = (threading.Event() for _ in range(4))

    def stop(self) -> None:
        """Cancel all processes."""
        self._is_cancelled = True
        self._wake.set()

    def begin(self) -> None:
        """Wait for the other processes. LostProcess where they do not come, Cancelled."""
        self.start()
        try:
            while not self._joined.wait(0.1):
                if self._is_cancelled:
                    raise LostProcess(
                        f"The job was stopped before all of its {ranks.count()} processes had started.",
                        "If nobody stopped it, one of them failed when it started: its own log tells why.",
                    )
                self.report.check()
            if self.verdict is not None:
                raise self.verdict
        except RsdlError:
            self._ended.set()
            raise

    def end(self, error: Exception | None = None) -> None:
        """Wait until all processes have ended. Raises what ended them, where that is another error than this one."""
        self._tell(error)
        self._over.wait()
        self._ended.set()
        if self.verdict is None:
            distributed.destroy_process_group()
        elif error is None or not isinstance(error, type(self.verdict)):
            raise self.verdict from None

    def run(self) -> None:
        try:
            self._join()
            self._joined.set()
            self.verdict = self._meet()
        except Exception as error:
            self.verdict = self._told() or lost(error)
        self._joined.set()
        self._over.set()
        if self.verdict is not None and not self._ended.wait(GRACE):
            self._end_by_force(self.verdict)

    def _join(self) -> None:
        """Connect with the others; tensors of CUDA devices go by NCCL, others by Gloo."""
        self._store, rank, size = next(distributed.rendezvous("env://", timeout=SILENT))
        self._store.set(f"here {rank}", "")
        self._store.wait([f"here {other}" for other in range(size)], SILENT)
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and distributed.is_nccl_available() else "gloo"
        store = distributed.PrefixStore("job", self._store)
        distributed.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENT)
        self._group = distributed.new_group(backend="gloo", timeout=SILENT)

    def _meet(self) -> Exception | None:
        while True:
            said = [self._is_cancelled or self.report.cancelled(), self._has_failed, not self._is_done]
            flags = torch.tensor(said, dtype=torch.uint8)
            distributed.all_reduce(flags, distributed.ReduceOp.MAX, group=self._group)
            is_stopped, has_failed, is_busy = flags.tolist()
            self._meetings += 1
            if has_failed:
                return self._told()
            if is_stopped:
                return Cancelled("The job was cancelled.")
            if not is_busy:
                return None
            self._wake.wait(BEAT)
            self._wake.clear()

    def _tell(self, error: Exception | None) -> None:
        """Let the others know that this process has ended. Whether it broke off because another one is gone, it sees
        when they meet once more.
        """
        self._wake.set()
        before = self._meetings
        while error is not None and self._meetings < before + 2 and not self._over.wait(0.05):
            self._wake.set()
        if error is None:
            self._is_done = True
        elif isinstance(error, Cancelled):
            self._is_cancelled = True
        elif self.verdict is None:
            self._store.compare_set(ERROR, "", pickled(error))
            self._has_failed = True
        self._wake.set()

    def _told(self) -> Exception | None:
        """The first error of any process, where there is one."""
        try:
            found = self._store.get(ERROR) if self._store.check([ERROR]) else b""
        except (AttributeError, RuntimeError):  # there is no store, or it is gone with its process
            return None
        return pickle.loads(found) if found else None  # nosec B301: as above

    def _end_by_force(self, verdict: Exception) -> None:
        """End this process, which waits for another one that is gone."""
        self.report.failed(verdict)
        os._exit(3 if isinstance(verdict, Cancelled) else 1)


def lost(error: Exception) -> LostProcess:
    """The error of a process that cannot reach the others."""
    if isinstance(error, distributed.DistStoreError):
        problem = f"Not all of the {ranks.count()} processes of the job started within {SILENT.seconds // 60} minutes."
    else:
        print(f"The processes lost one another: {error}", file=sys.stderr)
        problem = f"One of the {ranks.count()} processes of the job is gone: it was killed, or cannot be reached."
    hint = "Its own log, or the system's, tells why: often its memory ran out. Start the job again: it resumes."
    return LostProcess(problem, hint)


def pickled(error: Exception) -> bytes:
    """An error for another process; one that cannot be pickled in words."""
    try:
        return pickle.dumps(error)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Signals that would end this process, as torchrun sends them, stop the job; the second one ends it.

    A program that has its own way of cancelling by them keeps it.
    """

    def heed(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop()

    is_main = threading.current_thread() is threading.main_thread()
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {number: signal.getsignal(number) for number in SIGNALS if is_main}
    taken = [number for number, handler in before.items() if handler in usual]
    for number in taken:
        signal.signal(number, heed)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])
