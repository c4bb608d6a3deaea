"""The prediction job: open, check, place, scale, loop, close or abort. Each operation is a ``PredictionTask``."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from ..cards.card import ModelCard
from ..cards.store import opened
from ..errors import DeviceError, MismatchError, ModelError
from ..feedback import Report
from ..job.outputs import Run, writing
from ..radiometry.scaling import Radiometry
from ..runtime.choice.record import Choice
from ..runtime.choice.settle import AUTO, BATCHES, chosen_by_trial, known_choice, pays, warn_unlike_cpu, ways_of
from ..runtime.devices import TORCH_DEVICES, choose_device
from ..runtime.network import Arrays
from ..runtime.onnx_form import Form
from ..runtime.sessions import BY_CARD, network_form, open_runtime
from ..tables.devices import kind_of
from ..tables.tasks import task_of
from .loop import Collector, Counted, Tile, predict
from .provenance import provenance
from .request import PredictRequest

R = TypeVar("R", bound=PredictRequest)
W = TypeVar("W")  # what the network takes at a time: a window of the raster, a view of a scene
Given = TypeVar("Given", contravariant=True)
Network = Callable[[Arrays], Any]
Scales = Mapping[str, Radiometry]  # of each input
FEWEST = 40  # batches of a job in which another engine may pay
SAMPLED = 12  # windows that are looked at for a trial of engines


class Results(Collector[Given], Protocol[Given]):
    """A collector that writes files."""

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths and what is reported of them."""

    def abort(self) -> None:
        """Remove unfinished files."""


@dataclass(frozen=True)
class Job(Generic[R]):
    """A request and the model that it names. ``form``: of the model's file, see ``runtime.sessions.network_form``;
    ``choice``: the engine and device, where they are known before the job has begun.
    """

    request: R
    card: ModelCard
    path: Path
    form: Form | None
    report: Report
    choice: Choice | None = None


@dataclass(frozen=True)
class Work(Generic[W]):
    """The steps of a job: windows for the network, in batches, and a collector for its outputs.

    ``scales``: samples the rasters and gives their scaling, with which ``load`` reads a window. ``open_network``: as
    ``runtime.sessions.open_runtime``. ``collector``: made from the open network and the metadata of the outputs, which
    hold ``cut`` (how the rasters were cut) and ``notes``. ``unit``: what a window is called in messages. ``called``:
    of a batch, what one call of the model's network gets.
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
    called: Callable[[Arrays], Arrays] = lambda batch: batch


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
        choice = known_choice(card, path, request.device, request.engine)
        form = network_form(card, path, *((choice.device, choice.engine) if choice else (request.device, BY_CARD)))
        job = Job(request, card, path, form, report, choice)
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
    """The scaling of the inputs, and the network, which is loaded while the rasters are sampled.

    Where no engine was asked for, and none chosen before, a long job tries which one is fastest. What a device of ONNX
    Runtime alone gives is compared with the CPU's.
    """
    job.report.progress(0.0, "Sampling the rasters")
    with ThreadPoolExecutor(1, "open") as pool:
        opening = pool.submit(opened_network, job, work)
        scales, network = work.scales(), opening.result()
    if job.choice is None:
        choice = faster_engine(job, work, scales, network)
        if choice is not None:
            network = opened_network(replace(job, choice=choice), work)
    if kind_of(choose_device(job.request.device)) not in TORCH_DEVICES:
        for batch in sampled_batches(work, scales)[0][:1]:
            warn_unlike_cpu(job.card, job.path, job.request.device, work.called(batch), job.report)
    return scales, network


def opened_network(job: Job[Any], work: Work[Any]) -> Network:
    """The network, with the job's choice of engine and device. One that was chosen for the person may fail."""
    request, choice, report = job.request, job.choice, job.report
    opening = partial(work.open_network, job.card, job.path)
    if choice is not None:
        if request.engine == AUTO:
            report.log("info", f"The engine is the one chosen on this computer: {choice.why}.")
        try:
            return opening(choice.device, request.threads, report, work.streams, choice.engine)
        except (DeviceError, ModelError) as error:
            if request.engine != AUTO:
                raise
            report.log("warning", f"{error.message} The engine that the card names runs instead.")
    return opening(request.device, request.threads, report, work.streams, BY_CARD)


def faster_engine(job: Job[Any], work: Work[Any], scales: Scales, network: Network) -> Choice | None:
    """The engine to run the job with instead of the card's, found by a trial if the job is long enough for one."""
    request, ways = job.request, len(ways_of(job.card, job.path, job.request.device))
    count = math.ceil(len(work.windows) / work.batch)
    if ways < 2 or count < FEWEST:
        return None
    batches, share = sampled_batches(work, scales)
    if not batches:
        return None
    started = time.perf_counter()
    network(batches[0])
    one = time.perf_counter() - started
    if not pays(count * share * one / work.streams, one, ways):
        return None
    called = [work.called(batch) for batch in islice(cycle(batches), BATCHES)]
    return chosen_by_trial(job.card, job.path, request.device, called, one, job.report, request.threads, work.streams)


def sampled_batches(work: Work[Any], scales: Scales) -> tuple[list[Arrays], float]:
    """Some windows from all over a job, each repeated to a batch, and the share of windows that hold a valid pixel."""
    windows = islice(work.windows, 0, None, max(1, len(work.windows) // SAMPLED))
    tiles = [tile.arrays for tile in map(partial(work.load, scales), islice(windows, SAMPLED))]
    valid = [arrays for arrays in tiles if arrays]
    batches: list[Arrays] = [
        {name: np.stack([a] * work.batch) for name, a in arrays.items()} for arrays in valid[:BATCHES]
    ]
    return batches, len(valid) / max(1, len(tiles))
