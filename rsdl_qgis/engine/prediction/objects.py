"""The job "detect": the objects in a raster, as polygons of a vector layer."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ..raster.grid import Grid, Window
from ..runtime.detector import Detector, open_detector
from ..vector.writer import driver_of
from .blocks.pieces import Emit
from .job import PredictionTask
from .object_collector import DetectionCollector, DetectionPart
from .object_settings import Settings
from .request import ObjectRequest
from .tile_work import Parts, tile_work
from .tiling import Plan
from .work import Job, Work


def object_work(job: Job[ObjectRequest]) -> AbstractContextManager[Work[Window]]:
    """The tiles of a job's rasters. InputError also for impossible sizes, OutputError for an unknown ending."""
    card, output, report = job.card, job.request.output, job.report
    settings = Settings.of(job.request, card)
    driver_of(output)
    report.log("info", settings.described(card))

    def parts(grid: Grid, plan: Plan) -> Parts[Window]:
        def part(detector: Detector, block: range | None, emit: Emit) -> DetectionPart:
            return DetectionPart(grid, settings, detector.decode, emit, detector.finite)

        return Parts(part)

    def results(grid: Grid, plan: Plan, note: dict[str, str]) -> DetectionCollector:
        return DetectionCollector(card, grid, output, settings, plan.overlap, report, note)

    return tile_work(job, parts, results, open_detector)


TASK = PredictionTask(ObjectRequest, "finds objects", object_work)
run_detect = TASK.operation()
