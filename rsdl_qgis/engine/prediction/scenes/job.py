"""The job "classify_scenes": a class for each cell of a grid, each polygon, or each point, as a vector layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ...cards.card import ModelCard
from ...feedback import Report
from ...files.text import counted
from ...raster.grid import Grid
from ...runtime.augmented import check_variants, opening
from ...vector.scene_features import look_over
from ..blocks.pieces import cut_blocks
from ..inputs import chosen_normalization, open_images, sampled_scaling
from ..job import PredictionTask
from ..request import ImageRequest, SceneRequest
from ..tiling import NETWORK_MEMORY, STREAMS, Plan, streams_for
from ..work import Job, Work
from .answers import ViewAggregator, ViewPart
from .collector import ClassificationCollector, takes_labels
from .scenes import FeatureScenes, GridScenes, Scenes, usual_size, whole_size
from .views import View, Views, load_view

MOST_AT_ONCE = 16  # scenes in a batch, unless more are asked for


@contextmanager
def scene_work(job: Job[SceneRequest]) -> Iterator[Work[View]]:
    """The views of a job's scenes. MismatchError also for a raster of several labels, OutputError for an unknown
    ending, InputError for features that cannot be used.
    """
    request, card, report = job.request, job.card, job.report
    ClassificationCollector.check(request.files, card)
    check_variants(request.tta, card, job.form)
    normalize = chosen_normalization(request, card)
    with open_images(request, card, report) as source:
        grid = source.grid
        scenes = scenes_of(request, card, grid, report)
        views = views_of(scenes, card, grid, report)
        plan = job.settled or scene_plan(len(views), card, request)

        def results(note: dict[str, str]) -> ViewAggregator:
            collector = ClassificationCollector(card, grid, scenes, request.files, report, note)
            return ViewAggregator(collector, takes_labels(card), views)

        yield Work(
            windows=views,
            scales=partial(sampled_scaling, source, card, report, normalize),
            load=partial(load_view, source, side=card.tiling.size),
            part=lambda network, block, emit: ViewPart(emit, along=block is None),
            results=results,
            blocks=cut_blocks(len(views), math.prod(plan.tile), plan.batch),
            cut={"side": card.tiling.size, "cell": usual_size(card, grid), "batch": plan.batch},
            batch=plan.batch,
            streams=plan.streams,
            plan=plan,
            open_network=opening(request.tta, pixels=False, passes=request.passes),
            unit="view" if views.divided else "scene",
        )


TASK = PredictionTask(SceneRequest, "is for scenes", scene_work)
run_classify_scenes = TASK.operation()


def scenes_of(request: SceneRequest, card: ModelCard, grid: Grid, report: Report) -> Scenes:
    """The scenes that a job asks for. InputError for features that cannot be used."""
    size = request.size or usual_size(card, grid)
    if request.features is None:
        scenes = GridScenes(grid, size)
        report.log("info", f"A grid of {len(scenes)} scenes of {size} x {size} px.")
        return scenes
    report.progress(0.0, "Looking over the features")
    layer = look_over(request.features, grid.crs, report)
    what = "polygons" if layer.kind == "polygons" else f"points, windows of {size} x {size} px"
    report.log("info", f"{layer.count} scenes ({what}).")
    if layer.kind == "polygons" and request.size:
        report.log("warning", f"SIZE={size} is for grids and points: each polygon is taken as large as it is.")
    return FeatureScenes(layer, grid, size)


def views_of(scenes: Scenes, card: ModelCard, grid: Grid, report: Report) -> Views:
    """The views of the scenes; logs how many scenes are divided into cells."""
    usual = usual_size(card, grid)
    views = Views(scenes, grid, usual, whole_size(card, grid), report)
    if views.divided:
        report.log(
            "info",
            f"{counted(views.divided, 'scene')} much larger than those of training, {usual} px a side: divided into "
            f"cells of about that size, {counted(len(views), 'view')} in all.",
        )
    return views


def scene_plan(count: int, card: ModelCard, request: ImageRequest) -> Plan:
    """How many of so many views are a batch, and how many batches run at once: as asked for, else as memory allows."""
    side, batch = card.tiling.size, request.batch_size or fitting_batch(card)
    memory = card.tiling.memory * side**2 * batch
    return Plan((side, side), 0, batch, streams_for(math.ceil(count / batch), memory, request))


def fitting_batch(card: ModelCard) -> int:
    """The batch size in scenes: as many as fit into the memory that the network may need."""
    return max(1, min(MOST_AT_ONCE, NETWORK_MEMORY // STREAMS // (card.tiling.memory * card.tiling.size**2)))
