"""A Dask scheduler and its workers, as far as a prediction needs them. Dask is loaded here alone, when asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from ...errors import InputError, RsdlError, known
from ...feedback import Report

CONNECTING = 20.0  # seconds in which a scheduler has to answer
SILENT = 60.0  # seconds without an answer after which a scheduler is lost
FETCHING = 30.0  # seconds in which an answer that is there has to come
LOOKING = 0.5  # seconds between two looks at which workers there are
CLOSING = 1.0  # seconds that leaving may take


class PackageMissing(RsdlError):
    """The environment lacks an optional package."""

    @property
    def kind(self) -> str:
        return "environment_error"


class Answer:
    """What a worker will answer. A thread fetches it: where the worker ends before that, Dask waits for ever."""

    def __init__(self, future: Any, pool: ThreadPoolExecutor):
        self._future, self._pool = future, pool
        self._fetched: Future[Any] | None = None

    def done(self) -> bool:
        """Whether the answer is here, or it is known that there will be none."""
        if self._fetched is None and self._future.done():
            self._fetched = self._pool.submit(self._future.result, timeout=FETCHING)
        return self._fetched is not None and self._fetched.done()

    def value(self) -> Any:
        """The answer; raises what the worker raised, or what Dask says of it."""
        return known(self._fetched).result()

    def cancel(self) -> None:
        """It is not needed any more."""
        with suppress(Exception):
            self._future.cancel()


class Connection:
    """A scheduler that answers. ``workers``: the addresses of those that it had when it was last asked."""

    def __init__(self, client: Any, address: str):
        self._client, self._address = client, address
        self._pool = ThreadPoolExecutor(2, "scheduler")  # a scheduler that hangs must not keep a cancel waiting
        self._answers = ThreadPoolExecutor(4, "answers")
        self._asked: Future[Any] | None = None
        self._heard = time.monotonic()
        self.workers: tuple[str, ...] = ()

    def look(self) -> None:
        """Ask which workers there are, now and then. InputError where the scheduler is gone."""
        if self._asked is None:
            if time.monotonic() - self._heard >= LOOKING or not self.workers:
                self._asked = self._pool.submit(self._client.nthreads)
        elif self._asked.done():
            if self._asked.exception() is None:
                self._heard, self.workers = time.monotonic(), tuple(self._asked.result())
            self._asked = None
        if time.monotonic() - self._heard > SILENT or self._client.status in ("closed", "closing"):
            problem = f"The scheduler at {self._address} does not answer any more."
            raise InputError(problem, "See whether it still runs.")

    def submit(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Answer:
        """Have one worker call a function."""
        key = f"rsdl-{function.__name__}-{uuid4().hex}"
        future = self._client.submit(function, *arguments, key=key, workers=[worker], retries=0, pure=False)
        return Answer(future, self._answers)

    def tell(self, workers: Sequence[str], function: Callable[..., Any], *arguments: Any) -> None:
        """Have workers call a function at once, whatever they do; an answer is not waited for long."""
        there = [worker for worker in workers if worker in self.workers]
        if there:
            with suppress(Exception):  # one that is gone has nothing to do
                self._pool.submit(self._client.run, function, *arguments, workers=there).result(CLOSING)


@contextmanager
def connected(address: str, report: Report) -> Iterator[Connection]:
    """A connection to the scheduler at an address, or of a scheduler file. Raises Cancelled.

    PackageMissing without Dask, InputError where no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        problem = "SCHEDULER needs the package dask[distributed], which the worker's environment does not have."
        hint = "Install it there (pip install 'dask[distributed]'), in the version that the cluster has."
        raise PackageMissing(problem, hint) from None
    report.progress(0.0, "Connecting to the scheduler")
    where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
    pool = ThreadPoolExecutor(1, "connect")
    opening = pool.submit(Client, **where, timeout=CONNECTING, set_as_default=False, name="rsdl")
    pool.shutdown(wait=False)
    while not opening.done():
        report.check()
        time.sleep(0.05)
    try:
        client = opening.result()
    except Exception as error:  # of the network, and of Dask's own
        problem = f"No Dask scheduler answers at {address} ({type(error).__name__})."
        raise InputError(problem, "Check the address, and that a firewall lets this machine in.") from None
    try:
        yield Connection(client, address)
    finally:
        with suppress(Exception):
            client.close(timeout=CLOSING)
