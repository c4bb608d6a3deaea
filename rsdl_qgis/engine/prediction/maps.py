"""The job "predict": a raster to a map of classes or of numbers, pixel by pixel."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from ..raster.grid import Grid, Window
from .class_map import SegmentationCollector
from .job import Job, PredictionTask, Results, Work
from .number_map import RegressionCollector
from .request import MapRequest
from .tile_work import tile_work
from .tiling import Plan

COLLECTORS: Mapping[str, Any] = {  # task whose networks give a map -> what collects it
    "segmentation": SegmentationCollector,
    "change": SegmentationCollector,
    "regression": RegressionCollector,
    "super-resolution": RegressionCollector,
}


def map_work(job: Job[MapRequest]) -> AbstractContextManager[Work[Window]]:
    """The tiles of a job's rasters. MismatchError also for files that this kind of map does not have."""
    request, card = job.request, job.card
    collector_of = COLLECTORS[card.task]
    collector_of.check(request.files, card, job.form)

    def collector(grid: Grid, plan: Plan, _: Any, note: dict[str, str]) -> Results[Window]:
        finer = {"times": job.form.reduced} if job.form and job.form.finer else {}
        cut = plan.tile, plan.overlap
        made: Results[Window] = collector_of(card, grid, request.files, *cut, job.report, note, **finer)
        return made

    return tile_work(job, collector)


run_predict = PredictionTask(MapRequest, "makes a map", map_work).operation()
