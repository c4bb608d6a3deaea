"""The prediction job: open, check, place, scale, loop, close or abort. Each operation is a ``PredictionTask``."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from ..cards.card import ModelCard
from ..cards.store import opened
from ..errors import DeviceError, MismatchError, ModelError, known
from ..feedback import Report
from ..job.outputs import Run, writing
from ..runtime.choice.record import Choice
from ..runtime.choice.settle import (
    AUTO,
    BATCHES,
    chosen_by_trial,
    known_choice,
    named_choice,
    pays,
    settled_choice,
    warn_unlike_cpu,
    ways_of,
)
from ..runtime.devices import TORCH_DEVICES
from ..runtime.dropout import check_passes
from ..runtime.network import Arrays
from ..runtime.sessions import BY_CARD, ENGINES, network_form, place_for
from ..stac.item import write_items
from ..tables.devices import kind_of
from ..tables.tasks import task_of
from .blocks.folder import BlockFolder, kept_blocks
from .blocks.identity import mark_of
from .blocks.recorder import Recorder
from .loop import Seconds
from .provenance import provenance
from .request import PredictRequest
from .tiling import Plan
from .work import Job, Network, Results, Scales, Work, run_blocks

R = TypeVar("R", bound=PredictRequest)
KEPT = 3  # blocks: of a prediction that has fewer none are kept
FEWEST = 40  # batches of a job in which another engine may pay
SAMPLED = 12  # windows that are looked at for a trial of engines


@dataclass(frozen=True)
class PredictionTask(Generic[R]):
    """What is particular to one prediction operation.

    ``does``: what it does, after 'this', for messages; ``work``: opens a job's inputs, checks that they fit, and places
    windows on them. The table of tasks says which models it takes; ``takes``: those of other operations,
    which ``check`` may refuse; ``opened``: finds the model.
    """

    request: type[R]
    does: str
    work: Callable[[Job[R]], AbstractContextManager[Work[Any]]]
    takes: tuple[str, ...] = ()
    check: Callable[[ModelCard, Path], object] = lambda card, path: None
    opened: Callable[[R, Report], AbstractContextManager[tuple[Path, ModelCard]]] = lambda request, report: opened(
        request.model
    )

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
        path, card = stack.enter_context(task.opened(request, report))
        if task_of(card.task).operation not in (task.takes or (request.operation,)):
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this {task.does}.")
        task.check(card, path)
        check_passes(getattr(request, "passes", 1), card, path, request.engine)
        chosen = known_choice if request.scheduler is None else settled_choice
        choice = chosen(card, path, request.device, request.engine)
        form = network_form(card, path, *((choice.device, choice.engine) if choice else (request.device, BY_CARD)))
        job = Job(request, card, path, form, report, choice, Plan.of(request.cut))
        work = stack.enter_context(task.work(job))
        report.progress(0.0, "Sampling the rasters")
        network: Network | None = None
        if request.scheduler is None:
            job, scales, network = made_ready(job, work)
        else:
            scales = work.scales()
        note = provenance(job, scales, work)
        results = work.results(note)
        try:
            with blocks_of(job, work, scales) as folder:
                if network is None:
                    seconds = run_far(job, work, scales, results, known(folder))
                else:
                    seconds = run_here(work, scales, network, results, folder, report)
                del network  # its memory is free for what finishes the files
                result = results.close()
        except BaseException:
            results.abort()
            raise
        if request.stac:
            write_items(request.operation, note, card, asked if (asked := Path(request.model)).is_file() else path)
    total = time.perf_counter() - started
    report.log("info", seconds.described(total, work.unit))
    tiles = {"tiles": seconds.tiles_run} if work.unit == "tile" else {}
    return {**result, "model": card.name, "seconds": round(total, 2), **tiles, "timing": vars(seconds)}


@contextmanager
def blocks_of(job: Job[Any], work: Work[Any], scales: Scales) -> Iterator[BlockFolder | None]:
    """Where finished blocks are kept while a job runs; None for a small one on this machine, of which none are."""
    if len(work.blocks) < KEPT and job.request.scheduler is None:
        yield None
        return
    engine = named_choice(job.card, job.path, job.request.device, job.choice)
    mark = mark_of(job.request, job.card, engine, scales, work.cut, work.blocks)
    with kept_blocks(BlockFolder(job.request.output, mark, len(work.blocks)), job.report) as folder:
        yield folder


def run_far(job: Job[Any], work: Work[Any], scales: Scales, results: Results, folder: BlockFolder) -> Seconds:
    """Have the workers of a cluster make the blocks that are not finished, and join them."""
    from .cluster.client import run_on_cluster  # Dask's libraries take a second to load

    return run_on_cluster(job, work, scales, results, folder)


def run_here(
    work: Work[Any], scales: Scales, network: Network, results: Results, folder: BlockFolder | None, report: Report
) -> Seconds:
    """Run the network over all windows that are in no finished block of the folder."""
    if folder is None:
        part = work.part(network, None, results.take)
        seconds = run_blocks(work, work.blocks, scales, network, part, report)
        part.close()
        return seconds
    recorder = Recorder(work.blocks, partial(work.part, network), results.take, folder, report)
    try:
        return run_blocks(work, recorder.left, scales, network, recorder, report)
    except BaseException:
        recorder.abort()
        raise


def made_ready(job: Job[Any], work: Work[Any]) -> tuple[Job[Any], Scales, Network]:
    """The job with the engine that runs it, the scaling of the inputs, and the network, which is loaded while the
    rasters are sampled.

    Where no engine was asked for, and none chosen before, a long job tries which one is fastest. What a device of ONNX
    Runtime alone gives is compared with the CPU's.
    """
    with ThreadPoolExecutor(1, "open") as pool:
        opening = pool.submit(opened_network, job, work)
        scales = work.scales()
        ready, network = opening.result()
    if job.choice is None:
        choice = faster_engine(job, work, scales, network)
        if choice is not None:
            ready, network = opened_network(replace(job, choice=choice), work)
    place = place_for(job.request.device, job.request.engine)
    if kind_of(place) not in TORCH_DEVICES:
        engine = job.request.engine if job.request.engine in ENGINES else "onnx"
        for batch in sampled_batches(work, scales)[0][:1]:
            warn_unlike_cpu(job.card, job.path, place, engine, work.called(batch), job.report)
    return ready, scales, network


def opened_network(job: Job[Any], work: Work[Any]) -> tuple[Job[Any], Network]:
    """The network, with the job's choice of engine and device, which the job that comes with it has.

    One that was chosen for the person may fail: then the card's engine runs.
    """
    request, choice, report = job.request, job.choice, job.report
    opening = partial(work.open_network, job.card, job.path)
    if choice is not None:
        if request.engine == AUTO:
            report.log("info", f"The engine is the one chosen on this computer: {choice.why}.")
        try:
            return job, opening(choice.device, request.threads, report, work.streams, choice.engine)
        except (DeviceError, ModelError) as error:
            if request.engine != AUTO:
                raise
            report.log("warning", f"{error.message} The engine that the card names runs instead.")
    return replace(job, choice=None), opening(request.device, request.threads, report, work.streams, BY_CARD)


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
