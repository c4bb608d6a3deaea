"""The job "predict": a raster to a map of classes or of numbers, pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from ..raster.grid import Grid, Window
from ..runtime.augmented import check_variants, opening
from .class_map import SegmentationCollector
from .domain import check_domain, watched, watching
from .job import PredictionTask
from .number_map import RegressionCollector
from .request import MapRequest
from .tile_work import Parts, tile_work
from .tiling import Plan
from .work import Job, Results, Work

COLLECTORS: Mapping[str, Any] = {  # task whose networks give a map -> what collects it
    "segmentation": SegmentationCollector,
    "change": SegmentationCollector,
    "regression": RegressionCollector,
    "super-resolution": RegressionCollector,
}


def map_work(job: Job[MapRequest]) -> AbstractContextManager[Work[Window]]:
    """The tiles of a job's rasters. MismatchError also for files that this kind of map does not have."""
    request, card = job.request, watched(job.card, job.form)
    collector_of, files = COLLECTORS[card.task], request.files.of(job.form)
    collector_of.check(files, card, job.form)
    check_domain(files, card)
    check_variants(request.tta, card, job.form)
    finer = {"times": job.form.reduced} if job.form and job.form.finer else {}

    def parts(grid: Grid, plan: Plan) -> Parts[Window]:
        blend = collector_of.blend(card, grid, files, plan.tile, plan.overlap, **finer)
        return Parts(lambda network, block, emit: blend.part(block, emit), blend.cols, blend.least)

    def results(grid: Grid, plan: Plan, note: dict[str, str]) -> Results:
        cut = plan.tile, plan.overlap
        made: Results = collector_of(card, grid, files, *cut, job.report, note, **finer)
        return made

    return tile_work(job, parts, results, watching(opening(request.tta, passes=request.passes), card))


TASK = PredictionTask(MapRequest, "makes a map", map_work)
run_predict = TASK.operation()
