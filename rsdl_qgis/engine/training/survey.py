"""What rasters and labels hold, looked over before they are cut: classes, places, the size of chips that fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..report import Report
from .cut_request import USUAL_SIZE, CutRequest
from .labelling import LabelLayer, Legend, Shelf, check_classes, legend_of, single_features
from .object_labels import check_objects, side_lengths
from .scenes import Scene
from .windows import boxes_inside, cells, groups, pixel_boxes

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
        what = "objects" if request.kind == "boxes" else "scenes"
        raise InputError(f"{rasters[0]} is a raster, which labels no {what}.", "Choose a vector layer in LABELS.")


def look_over(scenes: Sequence[Scene], request: CutRequest, shelf: Shelf, report: Report) -> Survey:
    """The classes, and where there are labels. InputError where there are none, or just one class."""
    if not request.labelled:
        return Survey(scenes, Legend((), {}), [None] * len(scenes))
    found: set[int] = set()
    boxes: list[NDArray[np.int64] | None] = []
    met: dict[int, set[int]] = {}
    lost: list[LabelLayer] = []
    sides: list[NDArray[np.float64]] = [np.zeros(0)]
    for scene in scenes:
        report.check()
        check_vectors(scene.labels, request)
        with scene.ground(request, shelf) as ground:
            for values in ground.found() if request.kind == "raster" else ():
                report.check()
                found |= values
            everywhere = ground.everywhere or request.background is not None
            own = [pixel_boxes(ground.grid, outlines) for outlines in ground.outlines]
            boxes.append(None if everywhere else boxes_inside(np.concatenate([NO_BOXES, *own]), scene.area))
            if request.kind == "boxes":
                check_objects(scene.labels, request.object_size)
                sides += [side_lengths(one, scene.grid, request.object_size) for one in ground.features]
            on = [features.numbers[hit] for features, hit in zip(ground.features, ground.met(scene.grid.bounds))]
            if not any(map(len, on)) and not ground.everywhere:
                lost.append(scene.labels[0])
        for layer, numbers in zip((layer for layer in scene.labels if layer.features), on):
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
        check_classes(legend, layers)
    _tell_of_labels(layers, met, legend, request, report)
    return Survey(scenes, legend, boxes, np.concatenate(sides))


def chip_size(survey: Survey, request: CutRequest) -> int:
    """The side of the chips in pixels: as asked for, else so that a split by blocks has enough of them."""
    if request.task == "time-series":
        return SERIES
    if request.size:
        return request.size
    if request.task == "classification":
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


def _tell_of_labels(
    layers: Sequence[LabelLayer], met: Mapping[int, set[int]], legend: Legend, request: CutRequest, report: Report
) -> None:
    """Log what of the labels is not used."""
    for layer in layers:
        features = layer.features
        if features is None:
            continue
        if features.skipped:
            report.log("warning", f"{layer.title}: {features.skipped} features have no usable geometry; left out.")
        if features.partial:
            text = f"{features.partial} features hold more than {features.kind}, or are broken in part"
            report.log("warning", f"{layer.title}: {text}; what else is in them is left out.")
        unknown = sum(label is None for label in features.labels)
        if unknown:
            report.log("warning", f"{layer.title}: {unknown} features have no label; what they cover is ignored.")
        outside = len(set(features.numbers.tolist())) - len(met.get(id(layer), ()))
        if outside:
            report.log("info", f"{layer.title}: {outside} of {len(features)} features lie outside the rasters.")
    if request.kind in ("raster", "class"):
        for label, kind in single_features(layers):
            report.log("warning", f"Class '{label}' has one {kind} only, so it may be in one part of a split only.")
