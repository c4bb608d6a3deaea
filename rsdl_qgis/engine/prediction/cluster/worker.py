"""What runs in a worker of a cluster: it opens a prediction once, and makes the blocks that it is asked for."""

from __future__ import annotations

import platform
import threading
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ....paths import plugin_version
from ...errors import Cancelled, RsdlError
from ...feedback import Report
from ...job.memory import MESSAGE, hint_for, ran_out
from ...runtime.devices import available_cores
from ...runtime.sessions import network_form
from ..blocks.folder import ASKED, BlockFolder
from ..blocks.identity import libraries
from ..work import Job, Network, Scales, Work, run_blocks
from .order import Order, Outcome

TASKS = {  # operation -> module:name of its task
    "predict": "maps:TASK",
    "detect": "objects:TASK",
    "classify_scenes": "scenes.job:TASK",
    "embed_image": "embedding.job:TASK",
    "predict_series": "series.job:TASK",
}
CLOCKS = 2 * 10**9  # ns by which two machines may see a file's time of change differently
PATIENCE = 0.2  # seconds between two looks at whether to stop


class Unfit(RsdlError):
    """This worker cannot make a block, and another one may."""


class WorkerReport(Report):
    """Keeps warnings for the client, of one block after the other; cancelled when the client has said so."""

    def begin(self, token: str) -> None:
        """What follows is about the block that is made under this token."""
        self.token, self.lines = token, list[tuple[str, str]]()

    def log(self, level: str, message: str) -> None:
        if level != "info":
            self.lines.append((level, message))

    def cancelled(self) -> bool:
        return self.token in _stopped


@dataclass(frozen=True)
class Opened:
    """A prediction that is open: its windows, its network, and what closes it."""

    work: Work[Any]
    scales: Scales
    network: Network
    folder: BlockFolder
    stack: ExitStack


_one_at_a_time = threading.Lock()  # a block takes the memory that a job does, whatever threads Dask has
_stopped: set[str] = set()
_report = WorkerReport()
_opened: dict[str, Opened] = {}  # at most one, by its mark


def about() -> dict[str, Any]:
    """The version of the plugin, those of the libraries that run networks, and the machine."""
    return {"version": plugin_version(), "libraries": libraries(), "machine": platform.node()}


def stop(token: str) -> None:
    """Whoever makes a block under this token is to stop."""
    _stopped.add(token)


def forget(mark: str) -> None:
    """Closes a prediction, if it is the one that is open; waits for no block."""
    if _one_at_a_time.acquire(timeout=PATIENCE):
        try:
            if mark in _opened:
                _close()
        finally:
            _one_at_a_time.release()


def make_block(order: Order, number: int, token: str, sharing: int) -> Outcome:
    """Makes a block and writes its file; never raises. ``sharing``: workers that share this machine's cores."""
    while not _one_at_a_time.acquire(timeout=PATIENCE):
        if token in _stopped:
            return Outcome(stopped=True)
    try:
        _report.begin(token)
        return _outcome(order, number, sharing)
    finally:
        _one_at_a_time.release()


def _outcome(order: Order, number: int, sharing: int) -> Outcome:
    """Makes a block, and says what came of it."""
    try:
        seconds = _made(_open(order, sharing), number)
    except Cancelled:
        return Outcome(stopped=True)
    except RsdlError as error:
        found = (error.kind, error.message, error.hint)
        return Outcome(log=_report.lines, error=found, unfit=isinstance(error, Unfit))
    except Exception as error:
        if ran_out(error):
            return Outcome(error=("out_of_memory", MESSAGE, hint_for(order.operation)))
        reason = f"The worker failed unexpectedly ({type(error).__name__}: {error})."
        return Outcome(log=[("error", traceback.format_exc())], error=("internal_error", reason, ""), unfit=True)
    return Outcome(seconds, _report.lines)


def _open(order: Order, sharing: int) -> Opened:
    """The prediction, which stays open for further blocks. Unfit where something of it is not seen here."""
    if order.mark in _opened:
        return _opened[order.mark]
    _close()
    _check_seen(order)
    module, _, name = TASKS[order.operation].partition(":")
    task = getattr(import_module(f"..{module}", __package__), name)
    request = task.request.of(order.asked)
    with ExitStack() as stack:
        path, card = stack.enter_context(task.opened(request, _report))
        if dict(card.sha256) != dict(order.sha256):
            raise Unfit(f"It has another model of the name '{card.name}'.", "Install the same model there.")
        threads = request.threads or max(1, available_cores() // sharing)
        plan = replace(order.plan, streams=min(order.plan.streams, threads))
        form = network_form(card, path, request.device, request.engine)
        job = Job(request, card, path, form, _report, settled=plan)
        work = stack.enter_context(task.work(job))
        if len(work.blocks) != order.count:
            raise Unfit(f"It cuts the rasters into {len(work.blocks)} blocks instead of {order.count}.", "Restart it.")
        try:
            network = work.open_network(card, path, request.device, threads, _report, plan.streams, request.engine)
        except RsdlError as error:  # it lacks the engine, the device, or a part of the model
            raise Unfit(error.message, error.hint) from None
        folder = BlockFolder(order.output, order.mark, order.count)
        _opened[order.mark] = Opened(work, order.scales, network, folder, stack.pop_all())
    return _opened[order.mark]


def _close() -> None:
    for mark in [*_opened]:
        _opened.pop(mark).stack.close()


def _check_seen(order: Order) -> None:
    """Unfit where the folder of blocks, or a file that is read, is not here as it is for the client."""
    folder = BlockFolder(order.output, order.mark, order.count).path
    try:
        is_same = (folder / ASKED).read_text(encoding="utf-8") == order.mark
    except OSError:
        is_same = False
    shared = "Workers need the same files at the same paths as the client: use a shared disk."
    if not is_same:
        raise Unfit(f"It does not see the folder {folder}.", shared)
    for file, size, changed in order.files:
        try:
            about = Path(file).stat()
        except OSError as error:
            raise Unfit(f"It cannot read {file}: {error.strerror}.", shared) from None
        if about.st_size != size or abs(about.st_mtime_ns - changed) > CLOCKS:
            raise Unfit(f"It sees another file at {file}.", shared)


def _made(prediction: Opened, number: int) -> dict[str, float]:
    """Makes a block's file. Unfit where it cannot be written."""
    work, folder = prediction.work, prediction.folder
    block = work.blocks[number]
    try:
        tape = folder.tape(number)
        try:
            part = work.part(prediction.network, block, tape.write)
            seconds = run_blocks(work, [block], prediction.scales, prediction.network, part, _report)
            part.close()
            tape.commit()
        except BaseException:
            tape.discard()
            raise
    except OSError as error:
        reason = f"It cannot write to {folder.path}: {error.strerror}."
        raise Unfit(reason, "Look at its disk and its permissions.") from None
    return vars(seconds)
