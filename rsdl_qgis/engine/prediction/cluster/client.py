"""A prediction on a cluster: blocks are given to workers, made again where one fails, and joined as they come."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from ....paths import plugin_version
from ... import errors
from ...errors import OutputError, RsdlError, known
from ...feedback import Report
from ..blocks.folder import BlockFolder
from ..blocks.identity import libraries, read_files, words
from ..loop import Seconds, progress_text
from ..work import Job, Results, Scales, Work
from . import worker
from .connection import Answer, Connection, connected
from .order import Order, Outcome

POLL = 0.05  # seconds between two looks at the futures
ALONE = 300.0  # seconds that a prediction waits for a worker where there is none
SETTLING = 60.0  # seconds until a file that a worker has written has to be seen here
TRIES = 3  # times that a block is tried
SLOW, LEAST = 2.0, 10.0  # times as long as usual, and seconds, after which a block is made by an idle worker, too


class NoWorkers(RsdlError):
    """No worker of the cluster can make blocks."""


def run_on_cluster(job: Job[Any], work: Work[Any], scales: Scales, results: Results, folder: BlockFolder) -> Seconds:
    """Have workers make the blocks that are not finished, and give ``results`` the pieces of all, in order.

    Raises Cancelled, NoWorkers, InputError for a scheduler that does not answer, and what workers raise.
    """
    request = job.request
    choice = known(job.choice)
    asked = {**request.asked, "engine": choice.engine, "device": choice.device}
    asked.pop("scheduler")
    order = Order(
        request.operation, asked, scales, known(work.plan), read_files(words(asked)), dict(job.card.sha256),
        request.output, folder.mark, folder.count,
    )  # fmt: skip
    with connected(known(request.scheduler), job.report) as connection:
        return Foreman(connection, order, folder, results, job.report).run()


@dataclass
class Attempt:
    """A block that a worker makes."""

    number: int
    worker: str
    answer: Answer
    token: str
    started: float = field(default_factory=time.monotonic)


@dataclass
class Crew:
    """The workers: those that make blocks, those that were asked who they are, and why others cannot be used."""

    fit: set[str] = field(default_factory=set)
    asked: dict[str, Answer] = field(default_factory=dict)
    unfit: dict[str, RsdlError] = field(default_factory=dict)


class Foreman:
    """Gives blocks to the workers of a scheduler, one at a time each, until all are joined."""

    def __init__(self, connection: Connection, order: Order, folder: BlockFolder, results: Results, report: Report):
        self._connection, self._order, self._folder = connection, order, folder
        self._results, self._report = results, report
        self._crew = Crew()
        self._finished = set(folder.before)
        self._waiting = [number for number in range(folder.count) if number not in folder.before]
        self._running: list[Attempt] = []
        self._failures: dict[int, list[tuple[str, RsdlError]]] = {}
        self._took: list[float] = []
        self._seconds, self._started, self._alone = Seconds(), time.monotonic(), time.monotonic()

    def run(self) -> Seconds:
        """All blocks, made and joined."""
        with ThreadPoolExecutor(1, "join") as pool:
            try:
                for joined in self._joined(pool):
                    self._report.check()
                    self._connection.look()
                    self._greet()
                    self._part_from_lost()
                    self._collect()
                    self._assign()
                    self._tell(joined)
                    time.sleep(POLL)
            except BaseException:
                self._stop(self._running)
                pool.shutdown(cancel_futures=True)
                raise
            finally:
                self._connection.tell([*self._crew.fit], worker.forget, self._order.mark)
        self._seconds.total = time.monotonic() - self._started
        return self._seconds

    def _joined(self, pool: ThreadPoolExecutor) -> Iterator[int]:
        """How many blocks are joined, again and again until all are."""
        number, joining = 0, None
        while number < self._folder.count:
            if joining is None and number in self._finished:
                joining = pool.submit(self._join, number)
            if joining is not None and joining.done():
                if joining.result():
                    number += 1
                else:
                    self._again(number)
                joining = None
                continue
            yield number

    def _join(self, number: int) -> bool:
        """Give the results a block's pieces; False where it is not whole."""
        end = time.monotonic() + SETTLING
        while not self._folder.is_whole(number):
            self._report.check()
            if time.monotonic() > end:
                return False
            time.sleep(0.2)  # a network disk may show a file some time after it was written
        for piece in self._folder.pieces(number):
            self._report.check()
            self._results.take(piece)
        return True

    def _again(self, number: int) -> None:
        """A finished block whose file is not seen here."""
        where = self._folder.file(number)
        problem = f"A worker has written {where}, which is not whole here, or not there."
        self._fail(number, "", OutputError(problem, "Is it the same disk, and is there room on it?"))
        self._finished.discard(number)
        self._waiting.insert(0, number)

    def _greet(self) -> None:
        """Ask new workers who they are, and hear what those say that were asked."""
        crew = self._crew
        for address in self._connection.workers:
            if address not in crew.fit and address not in crew.asked and address not in crew.unfit:
                crew.asked[address] = self._connection.submit(address, worker.about)
        for address, answer in [*crew.asked.items()]:
            if address not in self._connection.workers:
                answer.cancel()
                del crew.asked[address]
            elif answer.done():
                del crew.asked[address]
                self._judge(address, answer)

    def _judge(self, address: str, answer: Answer) -> None:
        try:
            found = answer.value()
        except Exception as error:  # whatever importing what it lacks raises there
            problem = f"It has no package rsdl_qgis, or an older one ({type(error).__name__}: {error})."
            self._set_aside(address, RsdlError(problem, f"Install version {plugin_version()} there."))
            return
        if found["version"] != plugin_version():
            problem = f"It has version {found['version']} of rsdl_qgis, and this is {plugin_version()}."
            self._set_aside(address, RsdlError(problem, "Install the same version there."))
            return
        here = libraries()
        there = found["libraries"]
        other = [f"{name} {there[name]}" for name in here if name in there and there[name] != here[name]]
        if other:
            text = f"Worker {address} has {', '.join(other)}, unlike this machine: its numbers may differ slightly."
            self._report.log("warning", text)
        self._crew.fit.add(address)

    def _set_aside(self, address: str, error: RsdlError) -> None:
        """A worker that cannot make blocks gets no more."""
        self._crew.fit.discard(address)
        self._crew.unfit[address] = error
        self._report.log("warning", f"Worker {address} is not used. {error}")

    def _part_from_lost(self) -> None:
        """The blocks of workers that are gone are to be made by others; NoWorkers where there is none for long."""
        there = self._connection.workers
        for attempt in [attempt for attempt in self._running if attempt.worker not in there]:
            self._running.remove(attempt)
            attempt.answer.cancel()
            problem = f"Worker {attempt.worker} ended while it made block {attempt.number + 1}."
            self._report.log("warning", problem)
            hint = "If memory ran out there, use a smaller TILE_SIZE, or fewer workers a machine."
            self._fail(attempt.number, attempt.worker, RsdlError(problem, hint))
        self._crew.fit.intersection_update(there)
        if self._crew.fit or self._crew.asked:
            self._alone = time.monotonic()
        elif self._crew.unfit and set(there) <= set(self._crew.unfit):
            raise NoWorkers(f"No worker of the cluster can be used. {self._why()}")
        elif time.monotonic() - self._alone > ALONE:
            problem = f"There has been no worker for {ALONE:.0f} s."
            raise NoWorkers(problem, "Start workers for this scheduler.")

    def _why(self) -> str:
        found = {str(error): address for address, error in self._crew.unfit.items()}
        return " ".join(f"{address}: {text}" for text, address in [*found.items()][:3])

    def _collect(self) -> None:
        """What has come of the blocks."""
        for attempt in [attempt for attempt in self._running if attempt.answer.done()]:
            self._running.remove(attempt)
            if attempt.number in self._finished:  # another one was faster
                continue
            outcome = _outcome(attempt.answer)
            for level, message in outcome.log:
                self._report.log(level, f"{attempt.worker}: {message}")
            if outcome.stopped:
                self._wait_again(attempt.number)
            elif outcome.error:
                self._refused(attempt, outcome)
            else:
                self._take(attempt, outcome)

    def _take(self, attempt: Attempt, outcome: Outcome) -> None:
        self._finished.add(attempt.number)
        self._took.append(time.monotonic() - attempt.started)
        for name in ("read", "run", "write", "tiles_run"):
            setattr(self._seconds, name, getattr(self._seconds, name) + outcome.seconds[name])
        self._stop([other for other in self._running if other.number == attempt.number])

    def _refused(self, attempt: Attempt, outcome: Outcome) -> None:
        kind, message, hint = known(outcome.error)
        error = _error(kind, message, hint)
        if outcome.unfit:
            self._set_aside(attempt.worker, error)
            self._wait_again(attempt.number)
        else:
            self._fail(attempt.number, attempt.worker, error)

    def _fail(self, number: int, address: str, error: RsdlError) -> None:
        """A block failed: it is tried elsewhere, unless it was tried often, or on all workers that there are."""
        failures = self._failures.setdefault(number, [])
        failures.append((address, error))
        tried = {worker for worker, _ in failures}
        if len(failures) >= TRIES or (len(failures) > 1 and self._crew.fit <= tried):
            raise error
        self._wait_again(number)

    def _wait_again(self, number: int) -> None:
        is_made = number in self._finished or any(attempt.number == number for attempt in self._running)
        if not is_made and number not in self._waiting:
            self._waiting.insert(0, number)

    def _assign(self) -> None:
        """A block for each worker that has none: the first that waits, else one that another is slow with."""
        busy = {attempt.worker for attempt in self._running}
        for address in sorted(self._crew.fit - busy):
            failed = {number for number, found in self._failures.items() if address in [who for who, _ in found]}
            number = next((n for n in self._waiting if n not in failed), None)
            if number is None and self._waiting and self._crew.fit == {address}:
                number = self._waiting[0]
            if number is not None:
                self._waiting.remove(number)
            else:
                number = self._slow()
            if number is not None:
                self._give(address, number)

    def _give(self, address: str, number: int) -> None:
        host = urlsplit(address).hostname
        sharing = sum(urlsplit(other).hostname == host for other in self._connection.workers)
        token = uuid4().hex
        answer = self._connection.submit(address, worker.make_block, self._order, number, token, sharing)
        self._running.append(Attempt(number, address, answer, token))

    def _slow(self) -> int | None:
        """The block that takes longest, if much longer than others did, and nobody else makes it."""
        usual = statistics.median(self._took) if self._took else None
        now, alone = time.monotonic(), [a for a in self._running if self._count(a.number) == 1]
        if usual is None or not alone:
            return None
        oldest = min(alone, key=lambda attempt: attempt.started)
        return oldest.number if now - oldest.started > max(LEAST, SLOW * usual) else None

    def _count(self, number: int) -> int:
        return sum(attempt.number == number for attempt in self._running)

    def _stop(self, attempts: list[Attempt]) -> None:
        for attempt in attempts:
            self._connection.tell([attempt.worker], worker.stop, attempt.token)

    def _tell(self, joined: int) -> None:
        count, done = self._folder.count, len(self._finished)
        made = done - len(self._folder.before)
        if not made:
            self._report.progress(done / count, f"{len(self._crew.fit)} workers make {count - done} blocks")
            return
        text = progress_text(made, count - len(self._folder.before), time.monotonic() - self._started, "block")
        self._report.progress(min(done, joined + 1) / count, f"{len(self._crew.fit)} workers: {text}")


def _outcome(answer: Answer) -> Outcome:
    """What a worker says of a block; where nothing comes, that the worker cannot be used."""
    try:
        found: Outcome = answer.value()
    except Exception as error:  # what the worker could not catch, and Dask's own
        reason = f"It could not be asked for a block ({type(error).__name__}: {error})."
        return Outcome(error=("internal_error", reason, "Restart it."), unfit=True)
    return found


def _error(kind: str, message: str, hint: str) -> RsdlError:
    """An error that a worker has told of, of its kind."""
    kinds = {found("").kind: found for found in RsdlError.__subclasses__() if found.__module__ == errors.__name__}
    return kinds.get(kind, RsdlError)(message, hint)
