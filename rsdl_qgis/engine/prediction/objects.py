"""The job "detect": the objects in a raster, as polygons of a vector layer."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ..raster.grid import Grid, Window
from ..runtime.detector import Detector, open_detector
from ..vector.writer import driver_of
from .job import Job, PredictionTask, Work
from .object_collector import DetectionCollector
from .object_settings import Settings
from .request import ObjectRequest
from .tile_work import tile_work
from .tiling import Plan


def object_work(job: Job[ObjectRequest]) -> AbstractContextManager[Work[Window]]:
    """The tiles of a job's rasters. InputError also for impossible sizes, OutputError for an unknown ending."""
    card, output, report = job.card, job.request.output, job.report
    settings = Settings.of(job.request, card)
    driver_of(output)
    report.log("info", settings.described(card))

    def collector(grid: Grid, plan: Plan, detector: Detector, note: dict[str, str]) -> DetectionCollector:
        decode, finite = detector.decode, detector.finite
        return DetectionCollector(card, grid, output, settings, decode, plan.overlap, report, note, finite)

    return tile_work(job, collector, open_detector)


run_detect = PredictionTask(ObjectRequest, "finds objects", object_work).operation()
