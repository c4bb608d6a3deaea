"""The prediction job: open, check, place, scale, loop, close or abort. Each operation is a ``PredictionTask``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from ..cards.store import opened
from ..errors import MismatchError, known
from ..feedback import Report
from ..job.outputs import Run, writing
from ..runtime.sessions import network_form
from ..tables.tasks import task_of
from .blocks.folder import BlockFolder, kept_blocks
from .blocks.identity import mark_of
from .blocks.recorder import Recorder
from .loop import Seconds
from .provenance import provenance
from .request import PredictRequest
from .work import Job, Network, Results, Scales, Work, run_blocks

R = TypeVar("R", bound=PredictRequest)
KEPT = 3  # blocks: of a prediction that has fewer none are kept


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
        network: Network | None = None
        if request.scheduler is None:
            scales, network = made_ready(job, work)
        else:
            report.progress(0.0, "Sampling the rasters")
            scales = work.scales()
        note = {**provenance(request, card, scales, work.cut), **work.notes}
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
    mark = mark_of(job.request, job.card, scales, work.cut, work.blocks)
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


def made_ready(job: Job[Any], work: Work[Any]) -> tuple[Scales, Network]:
    """The scaling of the inputs, and the network, which is loaded while the rasters are sampled."""
    request, report = job.request, job.report
    report.progress(0.0, "Sampling the rasters")
    with ThreadPoolExecutor(1, "open") as pool:
        network = pool.submit(
            work.open_network, job.card, job.path, request.device, request.threads, report, work.streams
        )
        return work.scales(), network.result()
