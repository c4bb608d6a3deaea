"""The one tile loop: tiles -> read -> scale -> run -> collect, reading ahead and writing behind."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from .card import ModelCard
from .raster.grid import Window
from .raster.source import RasterSource, valid_pixels
from .raster.tiles import tiles
from .report import Report
from .runtime import Runtime
from .scaling import Radiometry

T = TypeVar("T")
AHEAD = 2  # tiles, or batches, waiting on either side of the network


class Collector(Protocol):
    """What becomes of a network's outputs; one a task."""

    def add(self, window: Window, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Take one tile's output and where its pixels are valid (h, w)."""

    def skip(self, window: Window) -> None:
        """Pass a tile without a valid pixel."""


@dataclass(frozen=True)
class Plan:
    """How the raster is cut: tile (height, width) and overlap in pixels, tiles in a batch."""

    tile: tuple[int, int]
    overlap: int
    batch: int = 1


@dataclass
class Seconds:
    """Where the time went: reading and scaling, running, collecting and writing overlap, so they may exceed total."""

    read: float = 0.0
    run: float = 0.0
    write: float = 0.0
    total: float = 0.0
    tiles_run: int = field(default=0)


@dataclass(frozen=True)
class Tile:
    """One tile as read: scaled (T, C, h, w) an input; none at all where no pixel is valid."""

    window: Window
    arrays: Mapping[str, NDArray[np.float32]]
    valid: NDArray[np.bool_]


def predict(
    source: RasterSource,
    scaling: Mapping[str, Radiometry],
    card: ModelCard,
    runtime: Runtime,
    collector: Collector,
    plan: Plan,
    report: Report,
) -> Seconds:
    """Run the network over every tile of the source that holds a valid pixel and hand its output to the collector.

    Cancels between batches (Cancelled); the caller closes or aborts the collector.
    """
    seconds = Seconds()
    started = time.perf_counter()
    windows = tiles(source.grid.height, source.grid.width, plan.tile, plan.overlap)

    def load(window: Window) -> Tile:
        with _Timed(seconds, "read"):
            return load_tile(source, scaling, window)

    def collect(batch: Sequence[Tile], outputs: NDArray[np.float32] | None) -> None:
        with _Timed(seconds, "write"):
            for i, tile in enumerate(batch):
                if outputs is None:
                    collector.skip(tile.window)
                else:
                    collector.add(tile.window, outputs[i], tile.valid)

    with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(1, "write") as writer:
        done = 0
        waiting: deque[Future[None]] = deque()
        try:
            for batch in batched(read_ahead(reader, load, windows), plan.batch):
                report.check()
                outputs = None
                if batch[0].arrays:
                    with _Timed(seconds, "run"):
                        outputs = runtime({i.name: stacked([t.arrays[i.name] for t in batch]) for i in card.inputs})
                    seconds.tiles_run += len(batch)
                waiting.append(writer.submit(collect, batch, outputs))
                if len(waiting) > AHEAD:
                    waiting.popleft().result()
                done += len(batch)
                report.progress(done / len(windows), progress_text(done, len(windows), time.perf_counter() - started))
            for future in waiting:
                future.result()
        except BaseException:
            reader.shutdown(cancel_futures=True)
            writer.shutdown(cancel_futures=True)
            raise
    seconds.total = time.perf_counter() - started
    return seconds


def load_tile(source: RasterSource, scaling: Mapping[str, Radiometry], window: Window) -> Tile:
    """Read and scale one tile; what is not valid becomes 0, the training mean."""
    arrays = source.read(window)
    valid = valid_pixels(arrays)
    if not valid.any():
        return Tile(window, {}, valid)
    whole = bool(valid.all())
    scaled = {}
    for name, array in arrays.items():
        scaled[name] = scaling[name](array.data)
        if not whole:
            scaled[name][..., ~valid] = 0
    return Tile(window, scaled, valid)


def read_ahead(
    pool: ThreadPoolExecutor, load: Callable[[Any], T], items: Iterable[Any], ahead: int = AHEAD
) -> Iterator[T]:
    """``load`` of each item in order, a few items ahead of whoever asks."""
    waiting: deque[Future[T]] = deque()
    for item in items:
        waiting.append(pool.submit(load, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def batched(items: Iterable[Tile], size: int) -> Iterator[list[Tile]]:
    """Runs of up to ``size`` tiles to be run together; a tile without a valid pixel comes alone, in its place."""
    batch: list[Tile] = []
    for tile in items:
        if batch and (not tile.arrays or len(batch) == size):
            yield batch
            batch = []
        if not tile.arrays:
            yield [tile]
        else:
            batch.append(tile)
    if batch:
        yield batch


def stacked(arrays: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The arrays as one batch; a single one is not copied."""
    return np.stack(arrays) if len(arrays) > 1 else arrays[0][None]


def progress_text(done: int, total: int, elapsed: float) -> str:
    """'tile 3 of 40, about 2 min left'."""
    left = elapsed / done * (total - done)
    when = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return f"tile {done} of {total}, about {when} left"


class _Timed:
    """Adds the time spent inside to one field of Seconds."""

    def __init__(self, seconds: Seconds, name: str):
        self.seconds, self.name = seconds, name

    def __enter__(self) -> None:
        self.started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        spent = time.perf_counter() - self.started
        setattr(self.seconds, self.name, getattr(self.seconds, self.name) + spent)
