"""The common part of map and object prediction: images on one grid, cut into tiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from ..raster.grid import Grid, Window
from ..raster.tiles import tiles
from ..runtime.sessions import open_runtime
from .blocks.pieces import Emit, Part, cut_blocks
from .inputs import chosen_normalization, open_images, sampled_scaling
from .loop import load_tile
from .request import ImageRequest
from .tiling import Plan, make_plan
from .work import Job, Network, Results, Work

R = TypeVar("R", bound=ImageRequest)
W = TypeVar("W")


@dataclass(frozen=True)
class Parts(Generic[W]):
    """How a block of tiles is collected, see ``Work.part``; ``unit`` and ``least``: as of ``cut_blocks``."""

    part: Callable[[Any, range | None, Emit], Part[W]]
    unit: int = 1
    least: int = 1


@contextmanager
def tile_work(
    job: Job[R],
    parts: Callable[[Grid, Plan], Parts[Window]],
    results: Callable[[Grid, Plan, dict[str, str]], Results],
    open_network: Callable[..., Network] = open_runtime,
) -> Iterator[Work[Window]]:
    """The tiles of a job's images. ``parts`` and ``results``: of their grid and how it is cut, the latter with the
    metadata of the outputs.
    """
    request, card, report = job.request, job.card, job.report
    normalize = chosen_normalization(request, card)
    with open_images(request, card, report) as source:
        grid = source.grid
        plan = job.settled or make_plan(grid.height, grid.width, card, request, job.form)
        report.log("info", plan.described())
        windows, made = tiles(grid.height, grid.width, plan.tile, plan.overlap), parts(grid, plan)
        yield Work(
            windows=windows,
            scales=partial(sampled_scaling, source, card, report, normalize),
            load=partial(load_tile, source, margin=plan.margin),
            part=made.part,
            results=partial(results, grid, plan),
            blocks=cut_blocks(len(windows), math.prod(plan.tile), made.unit, made.least),
            cut=vars(plan),
            batch=plan.batch,
            streams=plan.streams,
            plan=plan,
            open_network=open_network,
        )
