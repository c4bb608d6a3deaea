"""Survey of rasters and labels before cutting: classes, labelled areas, chip size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...raster.fills import filling_classes, filling_numbers
from ...raster.grid import pixel_boxes
from ...tables.tasks import TASKS
from .box_labels import check_objects, side_lengths
from .classes import Legend, check_classes, legend_of
from .layers import LabelLayer, LayerCache
from .notes import log_fills, log_layers, log_objects
from .rasters import Scene
from .request import USUAL_SIZE, CutRequest
from .windows import boxes_inside, cells, groups

SIZES = (USUAL_SIZE, 128, 64, 32)  # of chips, unless one is requested
SIZE_OF_PIXELS = 16  # where no network needs more
ENOUGH, SEPARATE, FEW = 48, 8, 16  # chips, or separate groups of chips, for a split; fewest chips
SCENE = 64  # pixels per side of a scene around a point
ROOM = 2.0  # least side of a chip relative to nearly all objects' sides
SERIES = 32  # most pixels per side of the windows of a time series
NO_BOXES = np.zeros((0, 4), np.int64)


@dataclass(frozen=True)
class Survey:
    """Rasters and labels before cutting. ``boxes``: for each scene (n, 4) bounding boxes of features in pixels (row,
    column, row, column), None where any pixel may be cut. ``sides``: of objects in pixels."""

    scenes: Sequence[Scene]
    legend: Legend
    boxes: Sequence[NDArray[np.int64] | None]
    sides: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def check_vectors(labels: Sequence[LabelLayer], request: CutRequest) -> None:
    """InputError where a raster is to label scenes or objects."""
    rasters = [layer.title for layer in labels if layer.features is None]
    if rasters and request.kind in ("class", "classes", "boxes"):
        what = "object" if request.kind == "boxes" else "scene"
        problem = f"{rasters[0]} is a raster, which does not separate one {what} from the next."
        raise InputError(problem, "Choose a vector layer in LABELS.")


def survey_layers(scenes: Sequence[Scene], request: CutRequest, cache: LayerCache, report: Report) -> Survey:
    """The classes and labelled areas. InputError where there are no labels, or only one class."""
    if not request.labelled:
        return Survey(scenes, Legend((), {}), [None] * len(scenes))
    scenes = without_fills(scenes, request, cache, report)
    found: set[int] = set()
    boxes: list[NDArray[np.int64] | None] = []
    met: dict[int, set[int]] = {}
    small: dict[int, set[int]] = {}
    lost: list[LabelLayer] = []
    sides: list[NDArray[np.float64]] = [np.zeros(0)]
    for scene in scenes:
        report.check()
        check_vectors(scene.labels, request)
        vectors = [layer for layer in scene.labels if layer.features]
        with scene.open_labels(request, cache) as labels:
            for _, _, counts in labels.found() if request.kind == "raster" else ():
                report.check()
                found |= set(counts)
            everywhere = labels.everywhere or request.background is not None
            own = [pixel_boxes(labels.grid, outlines) for outlines in labels.outlines]
            boxes.append(None if everywhere else boxes_inside(np.concatenate([NO_BOXES, *own]), scene.area))
            on = [features.numbers[hit] for features, hit in zip(labels.features, labels.met(scene.grid.bounds))]
            if request.kind == "boxes":
                check_objects(scene.labels, request.object_size)
                for layer, features, numbers in zip(vectors, labels.features, on):
                    lengths = side_lengths(features, scene.grid, request.object_size)
                    tiny = set(features.numbers[lengths < 1].tolist()) & set(numbers.tolist())
                    small.setdefault(id(layer), set()).update(tiny)
                    sides.append(lengths)
            if not any(map(len, on)) and not labels.everywhere:
                lost.append(scene.labels[0])
        for layer, numbers in zip(vectors, on):
            met.setdefault(id(layer), set()).update(map(int, numbers))
    if len(lost) == len(scenes):
        raise InputError(
            f"The labels of {lost[0].title} lie outside {scenes[0].title}"
            + (" and the other rasters." if len(scenes) > 1 else "."),
            "Choose labels of the same place, and check the coordinate system of both.",
        )
    layers = list({id(layer): layer for scene in scenes for layer in scene.labels}.values())
    if request.kind == "classes":
        legend = legend_of([], {part for layer in layers for part in parts_of(layer)}, colors=request.colors)
    elif request.kind == "number":
        legend = Legend((), {})
    elif request.kind == "boxes":
        legend = legend_of(layers, colors=request.colors)
    else:
        legend = legend_of(layers, found, background=request.background, colors=request.colors)
    log_layers(layers, met, legend, request, report)
    for layer in layers:
        log_objects(layer, small.get(id(layer), ()), legend, report)
    if request.kind in ("raster", "class"):
        check_classes(legend, layers)
    return Survey(scenes, legend, boxes, np.concatenate(sides))


def without_fills(scenes: Sequence[Scene], request: CutRequest, cache: LayerCache, report: Report) -> Sequence[Scene]:
    """The scenes, with nodata values found for label rasters that declare none.

    They are inferred from the values of all label rasters together, and logged.
    """
    if request.kind not in ("raster", "number"):
        return scenes
    counts: dict[int, Counter[Any]] = {}
    layers: dict[int, LabelLayer] = {}
    for scene in scenes:
        with scene.open_labels(request, cache) as labels:
            for layer, found in labels.undeclared(request.kind == "number"):
                report.check()
                layers[id(layer)] = layer
                counts.setdefault(id(layer), Counter()).update(found)
    every = {layer.path: layer for scene in scenes for layer in scene.labels}.values()
    known = {label for layer in every if layer.features for label in layer.features.labels}
    known |= {value for layer in every for value in layer.names}
    choose = filling_numbers if request.kind == "number" else partial(filling_classes, known=known)
    fills = choose({value for some in counts.values() for value in some})
    filled = {}
    for key, layer in layers.items():
        own = tuple(value for value in fills if counts[key][value])
        if own:
            log_fills(layer, {value: counts[key][value] for value in own}, request, report)
        filled[key] = replace(layer, fills=own)
    return [replace(scene, labels=[filled.get(id(layer), layer) for layer in scene.labels]) for scene in scenes]


def chip_size(survey: Survey, request: CutRequest) -> int:
    """The side of the chips in pixels: as requested, else with enough chips for a split by blocks."""
    if TASKS[request.task].series:
        return SERIES
    if request.size:
        return request.size
    if TASKS[request.task].scenes:
        return SCENE
    longest = max(max(scene.area.height, scene.area.width) for scene in survey.scenes)
    least = ROOM * float(np.percentile(survey.sides, 90)) if survey.sides.size else 0.0
    offered = (*SIZES, SIZE_OF_PIXELS) if request.pixels else SIZES
    sizes = [size for size in offered if size < 2 * longest and size >= least] or [SIZES[0 if least else -1]]
    if not request.separate:
        return next((size for size in sizes if size <= longest), sizes[-1])
    counted = {}
    for size in sizes:
        found = [cells(s.grid, s.area, boxes, size, 0) for s, boxes in zip(survey.scenes, survey.boxes)]
        counted[size] = sum(map(len, found))
        if size > sizes[-1] and (counted[size] >= ENOUGH or sum(groups(some, size) for some in found) >= SEPARATE):
            return size
    return next((size for size in sizes if counted[size] >= FEW), sizes[-1])


def parts_of(layer: LabelLayer) -> set[str]:
    """The classes in a layer's multi-label texts."""
    texts = layer.features.labels if layer.features else ()
    return {part for text in texts if text is not None for part in divided(str(text))}


def divided(text: str) -> list[str]:
    """The classes in a multi-label text, separated by ; or ,."""
    return [part.strip() for part in re.split("[;,]", text) if part.strip()]
