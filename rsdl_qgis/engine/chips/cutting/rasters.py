"""The rasters to cut into chips, opened and checked, with their labels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...cards.card import Band, Input
from ...errors import InputError
from ...feedback import Report
from ...raster.grid import Grid, Window
from ...raster.source import Layer, LayerInfo, RasterSource
from ...tables.sensors import LEVELS
from ...tables.tasks import TASKS
from .labels import GridLabels
from .layers import LabelLayer, LayerCache
from .request import CutRequest

LONGEST_NAME = 24  # of a band


@dataclass(frozen=True)
class Scene:
    """A raster to cut: the layers of its inputs (one per date), its grid, the area to use, its label layers."""

    key: str
    title: str
    layers: Mapping[str, Sequence[Layer]]
    infos: Mapping[str, Sequence[LayerInfo]]
    dates: Mapping[str, Sequence[str]]
    grid: Grid
    area: Window
    labels: Sequence[LabelLayer] = ()

    def open(self) -> RasterSource:
        return RasterSource(self.layers)

    def open_labels(self, request: CutRequest, cache: LayerCache) -> GridLabels:
        """Open the labels on the raster's grid."""
        distance = request.object_size or request.buffer or 0.0
        options: dict[str, Any] = {"distance": distance, "all_touched": request.all_touched}
        options |= {"area": self.area, "mask": request.mask}
        return GridLabels(self.labels, self.grid, cache, numbers=request.kind == "number", **options)


def open_scenes(request: CutRequest) -> list[Scene]:
    """The rasters, each opened once. InputError where one cannot be opened, or their inputs differ."""
    if not request.sources:
        raise InputError("There is no raster to cut.", "Choose at least one raster.")
    scenes: list[Scene] = []
    outside: InputError | None = None
    for number, spec in enumerate(request.sources):
        with RasterSource(spec.layers) as source:
            grid, infos = source.grid, {name: source.layers(name) for name in source.names}
        try:
            area = grid.window(request.extent, request.extent_crs) if request.extent else None
        except InputError as error:
            outside = error
            continue
        dates = {name: _dates(name, own, request) for name, own in spec.dates.items()}
        key = re.sub(r"[^\w-]+", "-", spec.title).strip("-")[:40] or "raster"
        if key in {scene.key for scene in scenes}:
            key = f"{key}-{number}"
        area = area or Window(0, 0, grid.height, grid.width)
        scenes.append(Scene(key, spec.title, spec.layers, infos, dates, grid, area))
        _check_alike(scenes[0], scenes[-1])
    if not scenes and outside is not None:
        raise outside
    return scenes


def with_labels(scenes: Sequence[Scene], request: CutRequest, cache: LayerCache) -> list[Scene]:
    """The scenes with their labels: one layer for all, one each, or all for each."""
    if not request.labelled:
        return list(scenes)
    if not request.labels:
        raise InputError("There are no labels.", "Choose a layer of labels (LABELS).")
    layers = [cache.layer(spec) for spec in request.labels]
    if TASKS[request.task].scenes and any(layer.raster for layer in layers):
        raise InputError(
            "A class raster cannot label scenes.",
            "Choose polygons or points with a field of classes, or train a segmentation.",
        )
    if TASKS[request.task].scenes and any(layer.features and layer.features.kind == "lines" for layer in layers):
        raise InputError("Lines cannot label scenes.", "Choose polygons or points.")
    each = 1 < len(layers) == len(scenes)
    return [replace(scene, labels=layers[i : i + 1] if each else layers) for i, scene in enumerate(scenes)]


def inputs_of(scenes: Sequence[Scene], request: CutRequest) -> tuple[Input, ...]:
    """The inputs with the names of their dates and bands: as requested, else from the rasters."""
    first = scenes[0]
    found = []
    for name in first.layers:
        infos = [scene.infos[name] for scene in scenes]
        found.append(Input(name, _bands(name, infos, request), tuple(first.dates[name]), level=_level(infos)))
    return tuple(found)


def _level(infos: Sequence[Sequence[LayerInfo]]) -> str:
    """What the reflectance of an input is, of all its rasters alike; '' where that is not known."""
    kinds = {LEVELS.get(info.level, "") for dates in infos for info in dates}
    return kinds.pop() if len(kinds) == 1 else ""


def check_levels(scenes: Sequence[Scene], report: Report) -> None:
    """Log a warning where some rasters are reflectance at the surface, and others at the top of the atmosphere."""
    for name in scenes[0].layers:
        levels = {info.level for scene in scenes for info in scene.infos[name] if info.level in LEVELS}
        if len({LEVELS[level] for level in levels}) > 1:
            listed = ", ".join(f"{level} ({LEVELS[level]})" for level in sorted(levels))
            report.log(
                "warning",
                f"The products have reflectance of different levels: {listed}. The same ground has other values in "
                "each: give products of one level.",
            )


def _dates(name: str, own: Sequence[str], request: CutRequest) -> list[str]:
    """The names of an input's dates: as requested, else of its layers, else the task's defaults."""
    count = len(own)
    asked = list(request.dates.get(name) or ())
    if asked and len(asked) != count:
        problem = f"{len(asked)} dates are named and '{name}' has {count} rasters"
        raise InputError(f"{problem}.", "Give one raster per date.")
    if not asked and all(own) and len(set(own)) == count:
        asked = list(own)
    usual = TASKS[request.task].dates
    if not asked and len(usual) == count:
        asked = list(usual)
    return asked or (["image"] if count == 1 else [f"date {i}" for i in range(1, count + 1)])


def _bands(name: str, infos: Sequence[Sequence[LayerInfo]], request: CutRequest) -> tuple[Band, ...]:
    """The bands by name, with the rasters' band descriptions as aliases."""
    first = infos[0][0]
    asked = list(request.bands.get(name) or ())
    if asked and len(asked) != first.count:
        problem = f"{len(asked)} bands are named and '{name}' has {first.count}"
        raise InputError(f"{problem}.", "Name each band.")
    own = [" ".join(text.replace(";", ",").split()) for text in first.descriptions]
    short = all(0 < len(text) <= LONGEST_NAME for text in own) and len(set(own)) == len(own)
    names = asked or (own if short else [f"band {number}" for number in first.bands])
    described = [dict.fromkeys(i.descriptions[b] for dates in infos for i in dates) for b in range(first.count)]
    return tuple(
        Band(title, tuple(text for text in texts if text and text != title)) for title, texts in zip(names, described)
    )


def _check_alike(first: Scene, other: Scene) -> None:
    """InputError where two rasters do not have the same inputs, dates and bands."""
    if list(first.layers) != list(other.layers):
        raise InputError(
            f"{first.title} has the inputs {', '.join(first.layers)}, and {other.title} {', '.join(other.layers)}.",
            "Give each source the same inputs.",
        )
    for name in first.layers:
        for what, one, two in (
            ("dates", len(first.layers[name]), len(other.layers[name])),
            ("bands", first.infos[name][0].count, other.infos[name][0].count),
        ):
            if one != two:
                raise InputError(
                    f"{first.title} has {one} {what} and {other.title} has {two}.",
                    f"Choose rasters, or bands of them, so that all have the same {what}.",
                )


def check_resolutions(scenes: Sequence[Scene], report: Report) -> None:
    """Log a warning where resolutions differ by more than a quarter."""
    sides = [math.sqrt(math.prod(scene.grid.resolution)) for scene in scenes]
    if max(sides) > 1.25 * min(sides):
        report.log("warning", f"The rasters have pixels of {min(sides):.3g} to {max(sides):.3g} m.")


def resolution_of(grid: Grid) -> float | None:
    """The mean side of a pixel in metres; None without a CRS."""
    return math.sqrt(math.prod(grid.resolution)) if grid.crs else None
