"""The common part of map and object prediction: images on one grid, cut into tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from ..raster.grid import Grid, Window
from ..raster.tiles import tiles
from ..runtime.sessions import open_runtime
from .inputs import chosen_normalization, open_images, sampled_scaling
from .job import Job, Network, Results, Work
from .loop import load_tile
from .request import ImageRequest
from .tiling import Plan, make_plan

R = TypeVar("R", bound=ImageRequest)


@contextmanager
def tile_work(
    job: Job[R],
    collector: Callable[[Grid, Plan, Any, dict[str, str]], Results[Window]],
    open_network: Callable[..., Network] = open_runtime,
) -> Iterator[Work[Window]]:
    """The tiles of a job's images. ``collector``: of their grid, how it is cut, the open network and the metadata."""
    request, card, report = job.request, job.card, job.report
    normalize = chosen_normalization(request, card)
    with open_images(request, card, report) as source:
        grid = source.grid
        plan = make_plan(grid.height, grid.width, card, request, job.form)
        report.log("info", plan.described())
        yield Work(
            windows=tiles(grid.height, grid.width, plan.tile, plan.overlap),
            scales=partial(sampled_scaling, source, card, report, normalize),
            load=partial(load_tile, source, margin=plan.margin),
            collector=partial(collector, grid, plan),
            cut=vars(plan),
            batch=plan.batch,
            streams=plan.streams,
            open_network=open_network,
        )
