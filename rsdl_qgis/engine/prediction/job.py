"""The prediction job: open, check, place, scale, loop, close or abort. Each operation is a ``PredictionTask``."""

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
W = TypeVar("W")  # what the network takes at a time: a window of the raster, a view of a scene
Given = TypeVar("Given", contravariant=True)
Network = Callable[[Arrays], Any]
Scales = Mapping[str, Radiometry]  # of each input


class Results(Collector[Given], Protocol[Given]):
    """A collector that writes files."""

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths and what is reported of them."""

    def abort(self) -> None:
        """Remove unfinished files."""


@dataclass(frozen=True)
class Job(Generic[R]):
    """A request and the model that it names. ``form``: of the model's file, see ``runtime.sessions.network_form``."""

    request: R
    card: ModelCard
    path: Path
    form: Form | None
    report: Report


@dataclass(frozen=True)
class Work(Generic[W]):
    """The steps of a job: windows for the network, in batches, and a collector for its outputs.

    ``scales``: samples the rasters and gives their scaling, with which ``load`` reads a window. ``open_network``: as
    ``runtime.sessions.open_runtime``. ``collector``: made from the open network and the metadata of the outputs, which
    hold ``cut`` (how the rasters were cut) and ``notes``. ``unit``: what a window is called in messages.
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
    """What is particular to one prediction operation.

    ``does``: what it does, after 'this', for messages; ``work``: opens a job's inputs, checks that they fit, and places
    windows on them. The table of tasks says which models it takes.
    """

    request: type[R]
    does: str
    work: Callable[[Job[R]], AbstractContextManager[Work[Any]]]

    def operation(self) -> Run:
        """The function of the operation: (arguments, report) -> result."""

        @writing(self.request.operation)
        def run(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
            return predicted(self, self.request.of(arguments), report)

        return run


def predicted(task: PredictionTask[R], request: R, report: Report) -> dict[str, Any]:
    """Carry out a request; its outputs, the model, and the time it took.

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
            del network  # its memory is free for what finishes the files
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    report.log("info", seconds.described(total, work.unit))
    tiles = {"tiles": seconds.tiles_run} if work.unit == "tile" else {}
    return {**result, "model": card.name, "seconds": round(total, 2), **tiles, "timing": vars(seconds)}


def made_ready(job: Job[Any], work: Work[Any]) -> tuple[Scales, Network]:
    """The scaling of the inputs, and the network, which is loaded while the rasters are sampled."""
    request, report = job.request, job.report
    report.progress(0.0, "Sampling the rasters")
    with ThreadPoolExecutor(1, "open") as pool:
        network = pool.submit(
            work.open_network, job.card, job.path, request.device, request.threads, report, work.streams
        )
        return work.scales(), network.result()
