"""The tile loop: read -> scale -> run -> collect, with tiles read ahead, batches run at once, and results written
behind.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..feedback import Report
from ..files.text import counted
from ..radiometry.scaling import Radiometry
from ..raster.grid import Window
from ..raster.source import RasterSource, valid_pixels
from ..runtime.network import Arrays

T = TypeVar("T")
W = TypeVar("W")  # what the network takes at a time: a window of the raster, a scene
Taken = TypeVar("Taken", covariant=True)
Given = TypeVar("Given", contravariant=True)  # what a collector takes
AHEAD = 1  # tiles, or batches, waiting before the network
BEHIND = 16_000_000  # bytes of outputs that may wait to be collected; one batch always may
MOST_EMPTY = 64  # tiles without a valid pixel that are skipped together


class Counted(Protocol[Taken]):
    """An iterable of known length: a list, or features that are read as they come."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Taken]: ...


class Collector(Protocol[Given]):
    """Takes a network's outputs."""

    def add(self, window: Given, output: Any, valid: NDArray[np.bool_]) -> None:
        """Add one tile's output, as the runtime gives it, and which of its pixels are valid (h, w)."""

    def skip(self, window: Given) -> None:
        """Skip a tile without a valid pixel."""


@dataclass
class Seconds:
    """Seconds spent in each stage: reading and scaling, running, collecting and writing overlap, so their sum may
    exceed the total.

    Where several batches run at once, ``run`` is the sum of their times.
    """

    read: float = 0.0
    run: float = 0.0
    write: float = 0.0
    total: float = 0.0
    tiles_run: int = field(default=0)

    def described(self, all_in_all: float, noun: str = "tile") -> str:
        """'40 tiles in 12.3 s (read 2.1, …)': ``all_in_all``: the seconds of the whole job."""
        return (
            f"{counted(self.tiles_run, noun)} in {all_in_all:.1f} s (read {self.read:.1f}, run {self.run:.1f}, "
            f"write {self.write:.1f} s, overlapping)."
        )


@dataclass(frozen=True)
class Tile(Generic[W]):
    """One tile as read: scaled arrays, one an input of the network; none at all where no pixel is valid."""

    window: W
    arrays: Mapping[str, NDArray]
    valid: NDArray[np.bool_]


def predict(
    windows: Counted[W],
    load: Callable[[W], Tile[W]],
    runtime: Callable[[Arrays], Any],
    collector: Collector[W],
    batch_size: int,
    report: Report,
    noun: str = "tile",
    streams: int = 1,
    ends: Container[int] = (),
) -> Seconds:
    """Run the network over every window that holds a valid pixel and hand its output to the collector, in order.

    Tiles of a batch are of one shape; ``runtime`` gives what has an output for each, and is called from ``streams``
    threads at once. Cancels between batches (Cancelled); the caller closes or aborts the collector. ``noun``: what a
    window is called in messages; ``ends``: numbers of windows after which a batch ends in any case.
    """
    seconds = Seconds()
    started = time.perf_counter()

    def read(window: W) -> Tile[W]:
        with _Timed(seconds, "read"):
            return load(window)

    def run(batch: list[Tile[W]]) -> tuple[Sequence[Tile[W]], Any, float]:
        report.check()
        if not batch[0].arrays:
            return batch, None, 0.0
        began = time.perf_counter()
        outputs = runtime({name: stacked([t.arrays[name] for t in batch]) for name in batch[0].arrays})
        spent = time.perf_counter() - began
        return [Tile(tile.window, {}, tile.valid) for tile in batch], outputs, spent  # without what is not needed now

    def collect(batch: Sequence[Tile[W]], outputs: Any) -> None:
        with _Timed(seconds, "write"):
            for i, tile in enumerate(batch):
                if outputs is None:
                    collector.skip(tile.window)
                else:
                    collector.add(tile.window, outputs[i], tile.valid)

    pools = ThreadPoolExecutor(1, "read"), ThreadPoolExecutor(streams, "run"), ThreadPoolExecutor(1, "write")
    with pools[0] as reader, pools[1] as runner, pools[2] as writer:
        done = 0
        waiting: deque[tuple[Future[None], int]] = deque()
        try:
            batches = batched(work_ahead(reader, read, windows), batch_size, ends)
            for batch, outputs, spent in work_ahead(runner, run, batches, streams):
                report.check()
                seconds.run += spent
                seconds.tiles_run += 0 if outputs is None else len(batch)
                size = size_of(outputs)
                while waiting and (waiting[0][0].done() or size + sum(held for _, held in waiting) > BEHIND):
                    waiting.popleft()[0].result()
                waiting.append((writer.submit(collect, batch, outputs), size))
                del outputs  # its memory is the writer's alone
                done += len(batch)
                text = progress_text(done, len(windows), time.perf_counter() - started, noun)
                report.progress(done / len(windows), text)
            for future, _ in waiting:
                report.check()
                future.result()
        except BaseException:
            for pool in pools:
                pool.shutdown(cancel_futures=True)
            raise
    seconds.total = time.perf_counter() - started
    return seconds


def load_tile(
    source: RasterSource, scaling: Mapping[str, Radiometry], window: Window, margin: tuple[int, int] = (0, 0)
) -> Tile[Window]:
    """Read one tile and scale it to (T, C, h, w) an input; invalid pixels become 0, the training mean.

    ``margin``: further pixels before and after the tile that are read; ``valid`` is that of the tile itself.
    """
    before, more = margin[0], sum(margin)
    arrays = source.read(Window(window.row - before, window.col - before, window.height + more, window.width + more))
    valid = valid_pixels(arrays)
    own = valid[before : before + window.height, before : before + window.width]
    if not own.any():
        return Tile(window, {}, own)
    whole = bool(valid.all())
    scaled = {}
    for name, array in arrays.items():
        scaled[name] = scaling[name](array.data)
        if not whole:
            scaled[name][..., ~valid] = 0
    return Tile(window, scaled, own)


def work_ahead(
    pool: ThreadPoolExecutor, work: Callable[[Any], T], items: Iterable[Any], count: int = AHEAD
) -> Iterator[T]:
    """``work`` on each item in order, ``count`` items ahead of the consumer."""
    waiting: deque[Future[T]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def batched(items: Iterable[Tile[W]], size: int, ends: Container[int] = ()) -> Iterator[list[Tile[W]]]:
    """Runs of up to ``size`` tiles to be run together; tiles without a valid pixel come apart from others, and so do
    those before and after so many tiles as ``ends`` has.
    """
    batch: list[Tile[W]] = []
    for count, tile in enumerate(items, start=1):
        if batch and bool(tile.arrays) != bool(batch[0].arrays):
            yield batch
            batch = []
        batch.append(tile)
        if len(batch) == (size if tile.arrays else MOST_EMPTY) or count in ends:
            yield batch
            batch = []
    if batch:
        yield batch


def stacked(arrays: Sequence[NDArray]) -> NDArray:
    """The arrays as one batch; a single one is not copied."""
    return np.stack(arrays) if len(arrays) > 1 else arrays[0][None]


def size_of(outputs: Any) -> int:
    """The bytes of a network's outputs: an array, or some of them inside lists and tuples."""
    if isinstance(outputs, (list, tuple)):
        return sum(map(size_of, outputs))
    return int(getattr(outputs, "nbytes", 0))


def progress_text(done: int, total: int, elapsed: float, noun: str = "tile") -> str:
    """'tile 3 of 40, about 2 min left'."""
    left = elapsed / done * (total - done)
    when = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return f"{noun} {done} of {total}, about {when} left"


class _Timed:
    """Adds the time spent inside to one field of Seconds."""

    def __init__(self, seconds: Seconds, name: str):
        self.seconds, self.name = seconds, name

    def __enter__(self) -> None:
        self.started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        spent = time.perf_counter() - self.started
        setattr(self.seconds, self.name, getattr(self.seconds, self.name) + spent)
