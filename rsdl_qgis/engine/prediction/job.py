"""The one prediction job: open, check, place, scale, loop, close or abort.

What an operation has of its own is a ``PredictionTask``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from ..cards.card import ModelCard
from ..cards.store import opened
from ..errors import MismatchError
from ..feedback import Report
from ..job.outputs import Run, writing
from ..radiometry.scaling import Radiometry
from ..runtime.onnx_form import Form
from ..runtime.sessions import Arrays, network_form, open_runtime
from ..tables.tasks import task_of
from .loop import Collector, Counted, Tile, predict
from .provenance import provenance
from .request import PredictRequest

R = TypeVar("R", bound=PredictRequest)
W = TypeVar("W")  # what the network is shown at a time: a window of the raster, a view of a scene
Given = TypeVar("Given", contravariant=True)
Network = Callable[[Arrays], Any]
Scales = Mapping[str, Radiometry]  # of each input


class Results(Collector[Given], Protocol[Given]):
    """A collector that makes files of what it takes."""

    def close(self) -> dict[str, Any]:
        """Finish the files; what was made."""

    def abort(self) -> None:
        """Leave nothing behind that is not whole."""


@dataclass(frozen=True)
class Job(Generic[R]):
    """A request and the model that it names. ``form``: of the model's file, see ``runtime.network_form``."""

    request: R
    card: ModelCard
    path: Path
    form: Form | None
    report: Report


@dataclass(frozen=True)
class Work(Generic[W]):
    """What a task makes of a job: what the network is shown, in batches, and what becomes of its outputs.

    ``scales``: samples the rasters for how they are scaled, with which ``load`` reads a window. ``open_network``: as
    ``runtime.open_runtime``. ``collector``: of the open network and of what every output tells of how it was made, of
    which ``cut`` (how the rasters were cut) and ``notes`` are parts. ``unit``: what a window is called to people.
    """

    windows: Counted[W]
    scales: Callable[[], Scales]
    load: Callable[[Scales, W], Tile[W]]
    collector: Callable[[Any, dict[str, str]], Results[W]]
    cut: Mapping[str, Any]
    batch: int
    streams: int
    open_network: Callable[..., Network] = open_runtime
    notes: Mapping[str, str] = field(default_factory=dict)
    unit: str = "tile"


@dataclass(frozen=True)
class PredictionTask(Generic[R]):
    """What an operation that predicts has of its own.

    ``does``: what it does, after 'this'; ``work``: opens a job's inputs, checks that they fit, and places windows on
    them. The table of tasks says whose models it takes.
    """

    request: type[R]
    does: str
    work: Callable[[Job[R]], AbstractContextManager[Work[Any]]]

    def operation(self) -> Run:
        """The function of the operation: arguments and a report in, what was made out."""

        @writing(self.request.operation)
        def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
            return predicted(self, self.request.of(arguments), report)

        return run


def predicted(task: PredictionTask[R], request: R, report: Report) -> dict[str, Any]:
    """Do what a request asks for; what was made, by which model, and how long it took.

    MismatchError for a model of another task, or inputs that are not what the model takes.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        path, card = stack.enter_context(opened(request.model))
        if task_of(card.task).operation != request.operation:
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this {task.does}.")
        job = Job(request, card, path, network_form(card, path, request.device), report)
        work = stack.enter_context(task.work(job))
        scales, network = made_ready(job, work)
        note = {**provenance(request, card, scales, work.cut), **work.notes}
        collector = work.collector(network, note)
        try:
            load = partial(work.load, scales)
            seconds = predict(work.windows, load, network, collector, work.batch, report, work.unit, work.streams)
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    report.log("info", seconds.told(total, work.unit))
    tiles = {"tiles": seconds.tiles_run} if work.unit == "tile" else {}
    return {**result, "model": card.name, "seconds": round(total, 2), **tiles, "timing": vars(seconds)}


def made_ready(job: Job[Any], work: Work[Any]) -> tuple[Scales, Network]:
    """How the rasters are scaled, and the network, which is loaded while they are sampled."""
    request, report = job.request, job.report
    report.progress(0.0, "Sampling the rasters")
    with ThreadPoolExecutor(1, "open") as pool:
        network = pool.submit(
            work.open_network, job.card, job.path, request.device, request.threads, report, work.streams
        )
        return work.scales(), network.result()
