"""The job "embed_image": features of the patches of a raster, or of polygons or places on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from ...cards.card import ModelCard
from ...errors import InputError
from ...feedback import Report
from ...files.text import counted
from ...job.arguments import OPERATIONS
from ...job.table import some
from ...raster.grid import Grid
from ...runtime.features import feature_count, open_features
from ...tables.tasks import task_of
from ...vector.scene_features import look_over
from ..blocks.pieces import cut_blocks
from ..inputs import chosen_normalization, open_images, sampled_scaling
from ..job import PredictionTask, predicted
from ..request import EmbedRequest
from ..scenes.answers import SceneCollector, ViewAggregator, ViewPart
from ..scenes.job import scene_plan, views_of
from ..scenes.scenes import FeatureScenes, GridScenes, Scenes, training_pixels, usual_size
from ..scenes.views import View, load_view
from ..work import Job, Work
from .collectors import FeatureRaster, FeatureTable
from .encoders import opened_encoder


@contextmanager
def embedding_work(job: Job[EmbedRequest]) -> Iterator[Work[View]]:
    """The views of a job's patches or places. MismatchError also for a model that has no features."""
    request, card, report = job.request, job.card, job.report
    count = feature_count(card, job.path)
    with open_images(request, card, report) as source:
        grid = source.grid
        size = request.size or usual_size(card, grid)
        stride = request.stride or size
        card = replace(card, tiling=replace(card.tiling, size=input_side(card, size, grid)))
        scenes: Scenes
        collect: Callable[..., SceneCollector]
        if request.features is None:
            if stride > size:
                raise InputError(
                    f"A stride of {stride} px leaves gaps between patches of {size} px.",
                    f"Use a STRIDE of at most {size}.",
                )
            scenes = GridScenes(grid, size, stride)
            collect = partial(FeatureRaster, stride=stride, storage=request.storage)
            report.log("info", f"{counted(len(scenes), 'patch', 'es')} of {size} x {size} px, one every {stride} px.")
        else:
            if request.stride is not None:
                report.log("warning", "STRIDE is for rasters of features, and has no effect with FEATURES.")
            report.progress(0.0, "Looking over the features")
            scenes = FeatureScenes(look_over(request.features, grid.crs, report), grid, size)
            FeatureTable.check(request.output, count)
            collect = FeatureTable
        views = views_of(scenes, card, grid, report)
        plan = job.settled or scene_plan(len(views), card, request)

        def results(note: dict[str, str]) -> ViewAggregator:
            collector = collect(grid, scenes, request.output, count, report, note)
            return ViewAggregator(collector, views=views)

        yield Work(
            windows=views,
            scales=partial(sampled_scaling, source, card, report, chosen_normalization(request, card)),
            load=partial(load_view, source, side=card.tiling.size),
            part=lambda network, block, emit: ViewPart(emit, along=block is None),
            results=results,
            blocks=cut_blocks(len(views), math.prod(plan.tile), plan.batch),
            cut={"side": card.tiling.size, "cell": size, "stride": stride, "batch": plan.batch},
            batch=plan.batch,
            streams=plan.streams,
            plan=plan,
            open_network=open_features,
            unit="view" if views.divided else "scene",
        )


def input_side(card: ModelCard, size: int, grid: Grid) -> int:
    """The side that a patch of ``size`` pixels is brought to: of scene classifiers that of their training, of networks
    that make maps the one at which its pixels have the size of the training's, at most the tile's; of those for time
    series one pixel.
    """
    tiling = card.tiling
    if task_of(card.task).series:
        return 1
    if task_of(card.task).scenes or not tiling.any_size:
        return tiling.size
    wanted = math.ceil(training_pixels(size, card, grid) / tiling.multiple) * tiling.multiple
    return min(wanted, max(tiling.multiple, tiling.size // tiling.multiple * tiling.multiple))


TASK = PredictionTask(
    EmbedRequest,
    "takes features from networks for images and networks of features",
    embedding_work,
    ("embed_image", "classify_scenes", "predict", "predict_series"),
    feature_count,
    opened_encoder,
)
run_embed_image = TASK.operation()

NOT_SHARED = ("output", "engine", "mask", "stac")  # what a mask leaves out would change the features beside it


def embedded(asked: Mapping[str, Any], output: str, report: Report, **own: Any) -> None:
    """Write the features that another job needs of its image, by the arguments that both have; ``own``: the rest."""
    table = OPERATIONS[EmbedRequest.operation]
    shared = some(table, [name for name in table if name in asked and name not in NOT_SHARED], asked)
    predicted(TASK, EmbedRequest.of({**shared, **own, "output": output, "stac": False}), report)
