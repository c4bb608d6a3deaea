"""A prediction job's parts: the request and its model, windows for the network, and what is made of its outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from ..cards.card import ModelCard
from ..feedback import Report
from ..radiometry.scaling import Radiometry
from ..runtime.choice.record import Choice
from ..runtime.network import Arrays
from ..runtime.onnx_form import Form
from ..runtime.sessions import open_runtime
from .blocks.pieces import Emit, Part, Piece
from .blocks.recorder import Chosen
from .loop import Collector, Counted, Seconds, Tile, predict
from .request import PredictRequest
from .tiling import Plan

R = TypeVar("R", bound=PredictRequest)
W = TypeVar("W")  # what the network takes at a time: a window of the raster, a view of a scene
Network = Callable[[Arrays], Any]
Scales = Mapping[str, Radiometry]  # of each input


class Results(Protocol):
    """Writes files from the pieces of all blocks, in order."""

    def take(self, piece: Piece) -> None:
        """Take the next piece."""

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths and what is reported of them."""

    def abort(self) -> None:
        """Remove unfinished files."""


@dataclass(frozen=True)
class Job(Generic[R]):
    """A request and the model that it names. ``form``: of the model's file, see ``runtime.sessions.network_form``;
    ``choice``: the engine and device, where they are known; ``settled``: how the rasters are cut, where another machine
    has said so.
    """

    request: R
    card: ModelCard
    path: Path
    form: Form | None
    report: Report
    choice: Choice | None = None
    settled: Plan | None = None


@dataclass(frozen=True)
class Work(Generic[W]):
    """The steps of a job: windows for the network, in batches; what collects its outputs, and what is made of these.

    ``scales``: samples the rasters and gives their scaling, with which ``load`` reads a window. ``open_network``: as
    ``runtime.sessions.open_runtime``. ``blocks``: of the windows; ``part``: the collector of one block (None: of all
    windows), made from the open network and what takes its pieces. ``results``: made from the metadata of the outputs,
    which hold ``cut`` (how the rasters were cut) and ``notes``. ``unit``: what a window is called in messages.
    ``called``: of a batch, what one call of the model's network gets. ``plan``: what another machine has to be told
    (``Job.settled``) to make the same windows.
    """

    windows: Counted[W]
    scales: Callable[[], Scales]
    load: Callable[[Scales, W], Tile[W]]
    part: Callable[[Any, range | None, Emit], Part[W]]
    results: Callable[[dict[str, str]], Results]
    blocks: Sequence[range]
    cut: Mapping[str, Any]
    batch: int
    streams: int
    open_network: Callable[..., Network] = open_runtime
    notes: Mapping[str, str] = field(default_factory=dict)
    unit: str = "tile"
    called: Callable[[Arrays], Arrays] = lambda batch: batch
    plan: Plan | None = None


def run_blocks(
    work: Work[W], blocks: Sequence[range], scales: Scales, network: Network, collector: Collector[W], report: Report
) -> Seconds:
    """Run the network over the windows of some blocks."""
    windows: Chosen[W] = Chosen(work.windows, blocks)
    ends = frozenset(accumulate(map(len, blocks)))
    load = partial(work.load, scales)
    return predict(windows, load, network, collector, work.batch, report, work.unit, work.streams, ends)
