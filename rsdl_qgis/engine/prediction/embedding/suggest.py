"""The job "suggest_labels": the places of a raster whose labels would teach a model most."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...cards.store import opened
from ...errors import InputError, MismatchError
from ...feedback import Portion, Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import writing
from ...job.table import some
from ...raster.grid import Grid, apply
from ...raster.layer import Layer, OpenLayer
from ...runs.record import noted, of_result, run_of
from ...runtime.features import feature_count
from ...tables.tasks import task_of
from ...vector.geometries import to_wkb
from ...vector.scene_features import Field, look_over, points_of, polygons_of, rows
from ...vector.vector_file import VectorFile
from ...vector.writer import VectorSink
from ..inputs import layers_of, open_source
from ..job import predicted
from ..maps import TASK as MAPPING
from ..request import MapRequest
from .collectors import USUAL_MOST
from .job import embedded
from .pixels import Standard
from .places import highest_places
from .similar import write_places

OPERATION = "suggest_labels"
CANDIDATES = 20  # for each place, the most uncertain
USUAL_PIXELS = 32  # from place to place, by default
LEAST_PATCH = 32  # pixels a side of what features are taken from
SURE = 1e-6  # uncertainty below which a label would teach nothing
LABELS = 1000  # of which features are taken, at most
FIELDS = (Field("rank", "int32"), Field("uncertainty", "float64"), Field("diversity", "float64"))
MAPPED, CHOSEN = 0.6, 0.7  # of the progress

Points = NDArray[np.float64]


@writing(OPERATION)
def run_suggest_labels(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map a model's uncertainty, and choose places; returns the file, how many there are, and what diversity is of.

    Of the places that are the most uncertain ones around them, apart from one another and from ``labels``, each next
    one has the largest product of its uncertainty and its distance to those chosen before it and to the labels: a
    k-centre selection (Sener, Savarese, ICLR 2018, arXiv:1708.00489) weighted by uncertainty. The distance is one of
    features where the model has an encoder with weights, else one on the ground. MismatchError for a model that maps no
    classes.
    """
    asked = checked(OPERATION, arguments)
    given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
    with opened(given["model"]) as (path, card):
        task = task_of(card.task)
        if not task.dense or task.numbers:
            problem = f"Model '{card.name}' is for {card.task}, and labels are suggested for models that map classes."
            raise MismatchError(problem, "Choose a model for segmentation.")
        has_features = _has_features(card, path)
    metadata = of_result(noted(run_of(OPERATION, asked)), "output")
    with tempfile.TemporaryDirectory(dir=Path(given["output"]).absolute().parent) as folder:
        request, uncertainty = _uncertainty(asked, folder)
        labels = VectorFile.argument(given, "labels")
        known = None if labels is None else _labelled(labels, _grid(request, card), report)
        predicted(MAPPING, request, Portion(report, 0.0, MAPPED))
        grid = _grid_of(uncertainty)
        apart = _apart(given, grid)
        away = 0.0 if known is None else math.sqrt(abs(grid.transform.determinant) * math.prod(apart))
        around = None if known is None else shapely.buffer(known, away)
        part = Portion(report, MAPPED, CHOSEN)
        border = min(round(max(apart) / 2), *(side // 4 for side in (grid.height, grid.width)))
        candidates = highest_places(uncertainty, CANDIDATES * given["number"], apart, SURE, around, part, border)
        if not len(candidates):
            problem = "There is no place to suggest: all pixels are nodata, masked, close to labels, or without doubt."
            raise InputError(problem, "Choose another area, or a smaller DISTANCE.")
        spread = np.stack(candidates.centres(grid), 1), _middles(known)
        if has_features:
            size = max(LEAST_PATCH, round(max(apart)))
            spread = _features(asked, Path(folder), grid, *spread, size, Portion(report, CHOSEN, 1.0))
    if not has_features:
        report.log("info", "The model has no encoder with weights: places are spread on the ground, not by features.")
    order, diversity = k_centres(candidates.scores, *spread, given["number"])
    chosen = candidates.taken(order)
    write_places(given["output"], chosen, grid, FIELDS, [chosen.scores.astype(float), diversity], metadata)
    if len(order) < given["number"]:
        report.log("info", f"Places found: {len(order)} of the {given['number']} asked for.")
    kind = "features" if has_features else "ground"
    return {"output": given["output"], "suggested": len(order), "diversity": kind}


def k_centres(
    scores: NDArray[np.float32], points: Points, known: Points, number: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which candidates to take, in order, and the distance of each to what is known and chosen before it.

    ``points`` (n, d), ``known`` (m, d): of candidates and of labels. Distances are divided by the largest between a
    candidate and the mean of all; the first, where nothing is known, is the most uncertain one.
    """
    reach = np.linalg.norm(points - points.mean(0), axis=1).max() or 1.0
    nearest = np.full(len(points), np.inf)
    for point in known:
        nearest = np.minimum(nearest, np.linalg.norm(points - point, axis=1) / reach)
    chosen: list[int] = []
    distances: list[float] = []
    left = np.ones(len(points), bool)
    for _ in range(min(number, len(points))):
        worth = scores * np.minimum(nearest, 2.0)  # no two are farther apart
        best = int(np.argmax(np.where(left, worth, -1)))
        left[best] = False
        chosen.append(best)
        distances.append(float(min(nearest[best], 2.0)))
        nearest = np.minimum(nearest, np.linalg.norm(points - points[best], axis=1) / reach)
    return np.array(chosen, np.int64), np.array(distances)


def _uncertainty(asked: Mapping[str, Any], folder: str) -> tuple[MapRequest, str]:
    """What makes the raster of the model's uncertainty in a folder, and its path."""
    names = [name for name in OPERATIONS["predict"] if name in asked and name != "output"]
    outputs = {"output": f"{folder}/classes.tif", "uncertainty": f"{folder}/uncertainty.tif"}
    arguments = {**some(OPERATIONS["predict"], names, asked), **outputs, "stac": False}
    return MapRequest.of(arguments), outputs["uncertainty"]


def _grid(request: MapRequest, card: ModelCard) -> Grid:
    """That of the map, before it is made."""
    with open_source(layers_of(request.inputs, card), card, request) as source:
        return source.grid


def _labelled(layer: VectorFile, grid: Grid, report: Report) -> Any:
    """What is labelled already, in the grid's CRS: polygons or points."""
    found = look_over(layer, grid.crs, report)
    shapes: list[Any] = []
    for batch in rows(found):
        wkb = [row.there for row in batch]
        if found.kind == "polygons":
            shapes += [shape for shape in polygons_of(found, wkb, grid.crs) if shape is not None]
        else:
            shapes += [shapely.points(xy) for part in points_of(found, wkb, grid.crs) for xy in part]
    known = shapely.union_all([shape for shape in shapes if not shapely.is_empty(shape)])
    if not shapely.intersects(known, _outline(grid)):
        problem = f"None of the {found.count} features of LABELS lies on the raster."
        raise InputError(problem, "Choose the LABELS of this raster, or check the layer's coordinate system.")
    return known


def _outline(grid: Grid) -> Any:
    """The corners of a grid as a polygon."""
    x, y = apply(grid.transform, np.array([0, 1, 1, 0]) * grid.width, np.array([0, 0, 1, 1]) * grid.height)
    return shapely.polygons(np.stack([x, y], 1))


def _has_features(card: ModelCard, path: Path) -> bool:
    """Whether the model has an encoder whose features can be taken, and the environment what they need."""
    if find_spec("torch") is None:
        return False
    try:
        return feature_count(card, path) <= USUAL_MOST
    except MismatchError:
        return False


def _grid_of(path: str) -> Grid:
    layer = OpenLayer(Layer(path, (1,)))
    try:
        return layer.grid
    finally:
        layer.close()


def _apart(given: Mapping[str, Any], grid: Grid) -> tuple[float, float]:
    """The least distance of two places, in pixels down and across."""
    x, y = grid.resolution
    distance = given["distance"]
    return (USUAL_PIXELS, USUAL_PIXELS) if distance is None else (distance / y, distance / x)


def _middles(known: Any) -> Points:
    """A point (m, 2) in each part of what is labelled, at most so many, evenly taken."""
    parts = shapely.get_parts(known) if known is not None else np.empty(0, object)
    parts = parts[:: max(1, -(-len(parts) // LABELS))]
    return shapely.get_coordinates(shapely.point_on_surface(parts)) if len(parts) else np.empty((0, 2))


def _features(
    asked: Mapping[str, Any], folder: Path, grid: Grid, points: Points, known: Points, size: int, report: Report
) -> tuple[Points, Points]:
    """The features around candidates and labels, standardized; labels without any are left out."""
    source, made = folder / "places.gpkg", folder / "features.gpkg"
    sink = VectorSink(source, grid.crs, "Point", ())
    for wkb in to_wkb(shapely.points(np.concatenate([points, known]))):
        sink.write(wkb, ())
    sink.close()
    embedded(asked, str(made), report, features=str(source), size=size)
    layer = look_over(str(made))
    first = next(i for i, item in enumerate(layer.fields) if item.name == "f1")
    count = sum(item.name[1:].isdigit() and item.name[0] == "f" for item in layer.fields)
    values = [row.values[first : first + count] for batch in rows(layer) for row in batch]
    found = np.array(values, np.float32)
    of_points, of_labels = found[: len(points)], found[len(points) :]
    scale = Standard(of_points[np.isfinite(of_points).all(1)])
    scaled = np.nan_to_num(scale(of_points)).astype(np.float64)
    return scaled, scale(of_labels[np.isfinite(of_labels).all(1)]).astype(np.float64)
