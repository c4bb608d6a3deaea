"""The job "classify_scenes": a class for each cell of a grid, each polygon, or each point, as a vector layer."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from .card import ModelCard
from .errors import InputError, MismatchError
from .inputs import check_resolution, layers_of, made_ready, open_source
from .outputs import writing
from .plan import NETWORK_MEMORY, STREAMS, streams_for
from .predict import predict
from .provenance import provenance
from .raster.grid import Grid
from .raster.scene_features import look_over
from .raster.vector_file import VectorFile
from .report import Report
from .runtime import open_runtime
from .scene_views import SceneAnswers, Views, load_view
from .scenes import FeatureScenes, GridScenes, usual_size, whole_size
from .store import opened
from .task_table import task_of
from .tasks.classification import ClassificationCollector, Outputs, takes_labels

MOST_AT_ONCE = 16  # scenes in a batch, unless more are asked for


@writing("classify_scenes")
def run_classify_scenes(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Classify the scenes of a raster; what was made, and how many scenes have each class.

    Arguments as of "predict", without those of tiles and with ``features`` (a vector file of polygons or points, None:
    a grid), ``features_crs`` (in place of the file's), ``features_versions`` (see VectorFile), ``size`` (pixels a side
    of a cell or of a point's window, by default what the model saw in training) and ``raster`` (a class raster to be
    written).
    """
    started = time.perf_counter()
    _, model, given = (arguments[name] for name in ("output", "model", "inputs"))
    with ExitStack() as stack:
        path, card = stack.enter_context(opened(model))
        if task_of(card.task).operation != "classify_scenes":
            raise MismatchError(f"Model '{card.name}' is for {card.task}, and this is for scenes.")
        outputs = Outputs.of(arguments, card)
        inputs = layers_of(given, card)
        source = stack.enter_context(open_source(inputs, card, arguments))
        check_resolution(source, card, report)
        scenes = scenes_of(arguments, card, source.grid, report)
        batch = arguments.get("batch_size") or fitting_batch(card)
        memory = card.tiling.memory * card.tiling.size**2 * batch
        views = views_of(scenes, card, source.grid, report)
        streams = streams_for(math.ceil(len(views) / batch), memory, arguments)
        scaling, runtime = made_ready(source, card, path, arguments, report, open_runtime, streams)
        cut = {"side": card.tiling.size, "cell": usual_size(card, source.grid), "batch": batch}
        note = provenance("classify_scenes", card, arguments, scaling, cut)
        collector = ClassificationCollector(card, source.grid, scenes, outputs, report, note)
        answers = SceneAnswers(collector, several=takes_labels(card))
        unit = "view" if views.divided else "scene"
        load = partial(load_view, source, scaling, card.tiling.size)
        try:
            seconds = predict(views, load, runtime, answers, batch, report, unit, streams)
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    _tell(scenes, result, report)
    total = time.perf_counter() - started
    report.log("info", seconds.told(total, unit))
    return {**result, "model": card.name, "seconds": round(total, 2), "timing": vars(seconds)}


def scenes_of(arguments: Mapping[str, Any], card: ModelCard, grid: Grid, report: Report) -> GridScenes | FeatureScenes:
    """The scenes that a job asks for. InputError for a size that cannot be, or features that cannot be used."""
    size = arguments.get("size")
    if size is not None and size < 1:
        raise InputError(f"Scenes of {size} px cannot be.", "Give SIZE as 1 or more.")
    size = size or usual_size(card, grid)
    features = VectorFile.argument(arguments, "features")
    if features is None:
        scenes = GridScenes(grid, size)
        report.log("info", f"A grid of {len(scenes)} scenes of {size} x {size} px.")
        return scenes
    report.progress(0.0, "Looking over the features")
    layer = look_over(features, grid.crs, report)
    what = "polygons" if layer.kind == "polygons" else f"points, windows of {size} x {size} px"
    report.log("info", f"{layer.count} scenes ({what}).")
    if layer.kind == "polygons" and arguments.get("size"):
        report.log("warning", f"SIZE={size} is for grids and points: each polygon is seen as large as it is.")
    return FeatureScenes(layer, grid, size)


def views_of(scenes: GridScenes | FeatureScenes, card: ModelCard, grid: Grid, report: Report) -> Views:
    """What the network is shown of the scenes; the log tells of those that it is shown cell by cell."""
    usual = usual_size(card, grid)
    views = Views(scenes, grid, usual, whole_size(card, grid), report)
    if views.divided:
        report.log(
            "info",
            f"{views.divided} scenes are much larger than those of training, {usual} px a side: each is seen in "
            f"cells of about that size, {len(views)} views in all.",
        )
    return views


def fitting_batch(card: ModelCard) -> int:
    """How many scenes are a batch: as many as fit into the memory that the network may need for those that run."""
    return max(1, min(MOST_AT_ONCE, NETWORK_MEMORY // STREAMS // (card.tiling.memory * card.tiling.size**2)))


def _tell(scenes: GridScenes | FeatureScenes, result: Mapping[str, Any], report: Report) -> None:
    """Log how many scenes have no class, and why."""
    if isinstance(scenes, FeatureScenes):
        reasons = {"lie outside the raster": scenes.outside, "have no geometry that can be used": scenes.unusable}
        for reason, count in reasons.items():
            if count:
                report.log("warning", f"{count} of {len(scenes)} features {reason}: no class.")
        rest = result["unclassified"] - scenes.outside - scenes.unusable
        if rest > 0:
            report.log("info", f"{rest} features have no valid pixel: no class.")
    elif result["unclassified"]:
        report.log("info", f"{result['unclassified']} scenes of the grid have no valid pixel: left out.")
    if not result["scenes"]:
        report.log("warning", "No scene has a class.")
