"""What rasters and labels hold, looked over before they are cut: classes, places, the size of chips that fits."""

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
from .layers import LabelLayer, Shelf
from .notes import tell_of_fills, tell_of_layers, tell_of_objects
from .rasters import Scene
from .request import USUAL_SIZE, CutRequest
from .windows import boxes_inside, cells, groups

SIZES = (USUAL_SIZE, 128, 64, 32)  # of chips, unless one is asked for
ENOUGH, SEPARATE, FEW = 48, 8, 16  # chips, or groups of chips apart from one another, for a split; the least
SCENE = 64  # pixels a side around a point that stands for a scene
ROOM = 2.0  # times the side of nearly all objects, that a chip has at least
SERIES = 32  # pixels a side, at most, of the windows of a time series
NO_BOXES = np.zeros((0, 4), np.int64)


@dataclass(frozen=True)
class Survey:
    """What was seen of rasters and labels before cutting: ``boxes`` (n, 4), for each scene, of pixels around features
    (row, column, row, column), None where any pixel may be cut. ``sides``: of objects in pixels."""

    scenes: Sequence[Scene]
    legend: Legend
    boxes: Sequence[NDArray[np.int64] | None]
    sides: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def check_vectors(labels: Sequence[LabelLayer], request: CutRequest) -> None:
    """InputError where scenes or objects are to be labelled by a raster."""
    rasters = [layer.title for layer in labels if layer.features is None]
    if rasters and request.kind in ("class", "classes", "boxes"):
        what = "object" if request.kind == "boxes" else "scene"
        problem = f"{rasters[0]} is a raster, which does not tell one {what} from the next."
        raise InputError(problem, "Choose a vector layer in LABELS.")


def look_over(scenes: Sequence[Scene], request: CutRequest, shelf: Shelf, report: Report) -> Survey:
    """The classes, and where there are labels. InputError where there are none, or just one class."""
    if not request.labelled:
        return Survey(scenes, Legend((), {}), [None] * len(scenes))
    scenes = without_fills(scenes, request, shelf, report)
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
        with scene.ground(request, shelf) as ground:
            for _, _, counts in ground.found() if request.kind == "raster" else ():
                report.check()
                found |= set(counts)
            everywhere = ground.everywhere or request.background is not None
            own = [pixel_boxes(ground.grid, outlines) for outlines in ground.outlines]
            boxes.append(None if everywhere else boxes_inside(np.concatenate([NO_BOXES, *own]), scene.area))
            on = [features.numbers[hit] for features, hit in zip(ground.features, ground.met(scene.grid.bounds))]
            if request.kind == "boxes":
                check_objects(scene.labels, request.object_size)
                for layer, features, numbers in zip(vectors, ground.features, on):
                    lengths = side_lengths(features, scene.grid, request.object_size)
                    tiny = set(features.numbers[lengths < 1].tolist()) & set(numbers.tolist())
                    small.setdefault(id(layer), set()).update(tiny)
                    sides.append(lengths)
            if not any(map(len, on)) and not ground.everywhere:
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
    tell_of_layers(layers, met, legend, request, report)
    for layer in layers:
        tell_of_objects(layer, small.get(id(layer), ()), legend, report)
    if request.kind in ("raster", "class"):
        check_classes(legend, layers)
    return Survey(scenes, legend, boxes, np.concatenate(sides))


def without_fills(scenes: Sequence[Scene], request: CutRequest, shelf: Shelf, report: Report) -> Sequence[Scene]:
    """The scenes with label rasters whose numbers that stand for nothing are known, also where no nodata is declared.

    What they are is told, and follows from the values of all label rasters together.
    """
    if request.kind not in ("raster", "number"):
        return scenes
    counts: dict[int, Counter[Any]] = {}
    layers: dict[int, LabelLayer] = {}
    for scene in scenes:
        with scene.ground(request, shelf) as ground:
            for layer, found in ground.undeclared(request.kind == "number"):
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
            tell_of_fills(layer, {value: counts[key][value] for value in own}, request, report)
        filled[key] = replace(layer, fills=own)
    return [replace(scene, labels=[filled.get(id(layer), layer) for layer in scene.labels]) for scene in scenes]


def chip_size(survey: Survey, request: CutRequest) -> int:
    """The side of the chips in pixels: as asked for, else so that a split by blocks has enough of them."""
    if TASKS[request.task].series:
        return SERIES
    if request.size:
        return request.size
    if TASKS[request.task].scenes:
        return SCENE
    longest = max(max(scene.area.height, scene.area.width) for scene in survey.scenes)
    least = ROOM * float(np.percentile(survey.sides, 90)) if survey.sides.size else 0.0
    sizes = [size for size in SIZES if size < 2 * longest and size >= least] or [SIZES[0 if least else -1]]
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
    texts = layer.features.labels if layer.features else ()
    return {part for text in texts if text is not None for part in divided(str(text))}


def divided(text: str) -> list[str]:
    return [part.strip() for part in re.split("[;,]", text) if part.strip()]
