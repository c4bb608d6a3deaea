"""Maps and their references before they are compared: read, checked, and brought to one grid or to points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, known
from ..feedback import Report
from ..raster.class_tables import check_not_rgb, class_names
from ..raster.grid import Grid, Window, apply, project
from ..raster.source import RasterSource
from ..vector.class_layers import (
    NOTHING,
    Codes,
    PolygonClasses,
    RasterClasses,
    Vector,
    check_crs,
    field_names,
    read_vector,
    upright_grid,
)
from ..vector.masks import Masks
from ..vector.vector_file import VectorFile
from .certainty.layers import Uncertainty
from .class_matching import Entry, listed, match, no_common, renamed
from .requests import MapLayer, MapRequest, Pair

DRAWN = 4_000_000  # pixels that polygons are compared on with polygons, unless PIXEL_SIZE says otherwise
MOST_DRAWN = 2**40


class VectorCache:
    """Vector layers that were read, so that one that is paired with many maps is read once."""

    def __init__(self) -> None:
        self._read: dict[tuple, Vector] = {}
        self._masks = Masks()

    def get(self, layer: MapLayer, crs: str | None = None) -> Vector:
        """The features of a layer, in the version that is in ``crs`` where there is one."""
        chosen = layer.file.near(crs)
        key = (chosen.path, layer.class_field, chosen.crs)
        if key not in self._read:
            self._read[key] = read_labels(chosen, layer.class_field)
        return self._read[key]

    def mask(self, mask: VectorFile | None, crs: str | None) -> PolygonClasses | None:
        """The polygons inside which the layers are compared; None: everywhere."""
        return self._masks.on(mask, crs)


@dataclass(frozen=True)
class Side:
    """Map or reference while it is counted: codes on a grid or at points, and the class that a code stands for."""

    classes: RasterClasses | PolygonClasses
    names: Mapping[int, str]
    background: int | None  # the class of pixels without one; None: they are left out

    def entry(self, code: int) -> Entry:
        if isinstance(self.classes, RasterClasses):
            return Entry(code, self.names.get(code, ""))
        labels = self.classes.labels
        return label_entry(labels[code], self.names) if code < len(labels) else Entry(self.background, "")

    def on(self, grid: Grid) -> Codes:
        """(h, w): codes at a grid's pixels."""
        return self._filled(self.classes.on(grid))

    def at(self, x: NDArray, y: NDArray, crs: str | None) -> Codes:
        """(n,): codes at points."""
        return self._filled(self.classes.at(x, y, crs))

    def _filled(self, codes: Codes) -> Codes:
        """Codes with the background's where there was nothing."""
        if self.background is None:
            return codes
        own = self.background if isinstance(self.classes, RasterClasses) else len(self.classes.labels)
        return np.where(codes == NOTHING, own, codes)


def read_labels(file: VectorFile, field: str | None) -> Vector:
    """A vector layer with its labels: from the field asked for, else from 'value' or 'class' if it has that."""
    chosen = field
    fields = field_names(file.path) if not chosen else []
    names = None
    if not chosen:
        chosen = next((name for name in ("value", "class") if name in fields), None)
        names = "class" if chosen == "value" and "class" in fields else None
    return read_vector(file.path, chosen, file.crs, names)


def label_entry(label: Any, names: Mapping[int, str]) -> Entry:
    return Entry(label, names.get(label, "")) if isinstance(label, int) else Entry(None, label)


@dataclass(frozen=True)
class Checked:
    """What is known of pairs before they are counted: the classes of maps and of references, and the area that each
    pair compares, as ``OpenPair.area``.
    """

    predicted: list[Entry]
    reference: list[Entry]
    areas: list[float]


def check(pairs: Sequence[Pair], request: MapRequest, cache: VectorCache, report: Report) -> Checked:
    """What is known before any is compared. InputError for what cannot be."""
    found = Checked([], [], [])
    for i, pair in enumerate(pairs):
        report.check()
        report.progress(0.0, f"Checking {pair.title} ({i + 1} of {len(pairs)})")
        for layer in (pair.predicted, pair.reference):
            if not layer.is_vector and layer.band == 1:  # another one was chosen
                check_not_rgb(layer.path, 1, layer.title)
        if not pair.reference.is_vector and not pair.predicted.is_vector:
            # both on one grid, as a prediction would take them: overlap, coordinate systems, extent
            with RasterSource(
                {"map": [pair.predicted.raster], "reference": [pair.reference.raster]},
                extent=request.area.extent,
                extent_crs=request.area.extent_crs,
            ):
                pass
        with open_pair(pair, request, cache) as opened:
            found.areas.append(opened.area)
        for layer, background, entries in (
            (pair.predicted, request.unmapped, found.predicted),
            (pair.reference, request.unlabelled, found.reference),
        ):
            entries += known_entries(layer, cache)
            if background:
                entries.append(Entry(request.background))
    check_names(pairs, (found.predicted, found.reference), cache)
    for layer in {layer.path: layer for pair in pairs for layer in (pair.predicted, pair.reference)}.values():
        if layer.is_vector and (skipped := cache.get(layer).skipped):
            report.log("warning", f"{layer.title}: {skipped} features have no usable geometry; left out.")
    for one, other in renamed([*found.predicted, *found.reference]):
        report.log("warning", f"Class {one} is '{other.name}' in another layer; they are taken for the same class.")
    return found


def known_entries(layer: MapLayer, cache: VectorCache) -> list[Entry]:
    """The classes that a layer is known to have before its pixels are read."""
    if layer.is_vector:
        vector = cache.get(layer)
        labels = sorted({label for label in vector.labels if label is not None}, key=str)
        return [label_entry(label, vector.names) for label in labels]
    return [Entry(value, name) for value, name in raster_names(layer).items()]


def raster_names(layer: MapLayer) -> dict[int, str]:
    """The names of a raster's values: the user's own before the file's."""
    return {**class_names(layer.path, layer.band), **layer.names}


def check_names(pairs: Sequence[Pair], known: tuple[list[Entry], list[Entry]], cache: VectorCache) -> None:
    """InputError where labels are names that the other layers' numbers do not bear."""
    keys = match(*known)
    for mine, others, layers in (
        (known[0], known[1], [pair.reference for pair in pairs]),
        (known[1], known[0], [pair.predicted for pair in pairs]),
    ):
        theirs = {keys[entry] for entry in others}
        lost = [e for e in mine if e.value is None and isinstance(keys[e], str) and keys[e] not in theirs]
        vectors = all(layer.is_vector for layer in layers)
        named = any(entry.name for entry in others)
        if lost and not vectors and not named:
            raise InputError(
                f"{listed(lost)} are names of classes, but {layers[0].title} has numbers without names.",
                "Choose a field with those numbers, or give the raster's values names (in QGIS: paletted symbology).",
            )
        if vectors and mine and others and not {keys[entry] for entry in mine} & theirs:
            raise no_common(known)


@dataclass
class OpenPair:
    """A pair ready to be counted: all of ``grid`` is compared, or ``points`` (of the reference), which lie on it."""

    predicted: Side
    reference: Side | None
    grid: Grid
    points: Vector | None
    mask: PolygonClasses | None
    stack: ExitStack
    uncertainty: Uncertainty | None = None

    def __enter__(self) -> OpenPair:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    @property
    def area(self) -> float:
        """The area that is compared, about, in square metres, or square map units of a grid without a CRS."""
        x, y = self.grid.resolution
        height, width = self._around_points(self.points) if self.points else self._shared()
        return height * y * width * x

    def _around_points(self, points: Vector) -> tuple[float, float]:
        """Rows and columns of the grid that the points take up, of those that lie on it."""
        x, y = project(points.points[:, 0], points.points[:, 1], points.crs, self.grid.crs)
        column, row = apply(~self.grid.transform, x, y)
        here = (column >= 0) & (column < self.grid.width) & (row >= 0) & (row < self.grid.height)
        return (float(np.ptp(row[here])), float(np.ptp(column[here]))) if here.any() else (0.0, 0.0)

    def _shared(self) -> tuple[int, int]:
        """Rows and columns of the grid where map, reference and mask overlap, by their outlines."""
        low, high = [0, 0], [self.grid.height, self.grid.width]
        for side in (self.predicted, self.reference, self.mask):
            if side is None or (isinstance(side, Side) and side.background is not None):
                continue
            window = self._under(side if isinstance(side, PolygonClasses) else side.classes)
            if window is not None:
                low = [max(low[0], window.row), max(low[1], window.col)]
                high = [min(high[0], window.row + window.height), min(high[1], window.col + window.width)]
        return max(0, high[0] - low[0]), max(0, high[1] - low[1])

    def _under(self, classes: RasterClasses | PolygonClasses) -> Window | None:
        if isinstance(classes, RasterClasses):
            return self.grid.under(classes.grid)
        with suppress(InputError):  # outside of the grid
            return self.grid.window(classes.bounds)
        return None


def open_pair(pair: Pair, request: MapRequest, cache: VectorCache) -> OpenPair:
    """Opens both layers. InputError where they cannot be compared."""
    with ExitStack() as stack:
        layers = pair.predicted, pair.reference
        rasters = [
            None if layer.is_vector else stack.enter_context(RasterClasses(layer.raster, layer.fills))
            for layer in layers
        ]
        first = rasters[0] or rasters[1]
        drawn = first.grid.crs if first else pair.predicted.file.crs
        vectors = [cache.get(layer, drawn) if layer.is_vector else None for layer in layers]
        home = first.grid.crs if first else known(vectors[0]).crs
        check_vectors(pair, vectors, request, home)
        sides: list[Side | None] = []
        backgrounds = [request.background if fills else None for fills in (request.unmapped, request.unlabelled)]
        for layer, raster, vector, background in zip(layers, rasters, vectors, backgrounds):
            if raster is not None:
                sides.append(Side(raster, raster_names(layer), background))
            elif vector is not None and not vector.is_points:
                sides.append(Side(PolygonClasses(vector, home), vector.names, background))
            else:
                sides.append(None)
        points = vectors[1] if vectors[1] is not None and vectors[1].is_points else None
        grid = compared_grid(sides, points, request)
        if first is not None or points is None:
            check_overlap(pair, sides, grid)
        mask = cache.mask(request.area.mask, home)
        uncertainty = stack.enter_context(Uncertainty(pair.certainty)) if pair.certainty else None
        if uncertainty is not None:
            uncertainty.check(home, grid)
        return OpenPair(known(sides[0]), sides[1], grid, points, mask, stack.pop_all(), uncertainty)


def check_vectors(pair: Pair, vectors: Sequence[Vector | None], request: MapRequest, home: str | None) -> None:
    """InputError for vector layers that cannot be compared in ``home``, the CRS of the pair."""
    if vectors[0] is not None and vectors[0].is_points:
        raise InputError(f"{pair.title} has points.", "PREDICTED is a class raster or polygons.")
    layers = pair.predicted, pair.reference
    for layer, vector, fills in zip(layers, vectors, (request.unmapped, request.unlabelled)):
        check_one_class(layer, vector, fills)
    for layer, other, vector in zip(layers, layers[::-1], vectors):
        if vector is not None:
            check_crs(layer.title, vector.crs, other.title, home)


def compared_grid(sides: Sequence[Side | None], points: Vector | None, request: MapRequest) -> Grid:
    """The grid of a pair, cut to the extent: that of its raster, the map's first, else one around its polygons."""
    classes = [side.classes for side in sides if side is not None]
    raster = next((found for found in classes if isinstance(found, RasterClasses)), None)
    polygons = [found for found in classes if isinstance(found, PolygonClasses)]
    if raster is None and points is not None:
        return drawn_grid(polygons)
    grid = raster.grid if raster is not None else drawn_grid(polygons, request.pixel_size)
    if request.area.extent is None:
        return grid
    grid = grid.crop(grid.window(request.area.extent, request.area.extent_crs))
    if raster is None and request.pixel_size is None:
        factor = math.sqrt(DRAWN / (grid.height * grid.width))
        return grid.scaled(factor, factor)
    return grid


def check_one_class(layer: MapLayer, vector: Vector | None, background: bool) -> None:
    """InputError where polygons are all of one class for want of a field, and what lies between them is nothing."""
    if vector is None or layer.class_field or background or set(field_names(layer.path)) & {"value", "class"}:
        return
    raise InputError(
        f"No field is chosen for {layer.title}, so that all of it is one class.",
        "Choose the field that holds the classes (PREDICTED_FIELD, REFERENCE_FIELD)"
        + ("." if vector.is_points else ", or let the rest count as background (UNMAPPED, UNLABELLED)."),
    )


def check_overlap(pair: Pair, sides: Sequence[Side | None], grid: Grid) -> None:
    """InputError where polygons lie outside the grid."""
    xmin, ymin, xmax, ymax = grid.bounds
    for layer, side in zip((pair.predicted, pair.reference), sides):
        if side is None or not isinstance(side.classes, PolygonClasses):
            continue
        x0, y0, x1, y1 = side.classes.bounds
        if x0 > xmax or x1 < xmin or y0 > ymax or y1 < ymin:
            raise InputError(
                f"{layer.title} does not overlap the area that is compared.",
                "Choose layers of the same place, and check the coordinate system of both.",
            )


def drawn_grid(polygons: Sequence[PolygonClasses], size: float | None = None) -> Grid:
    """A grid around polygons, to compare them on; ``size`` of its pixels in map units."""
    bounds = np.array([p.bounds for p in polygons])
    (xmin, ymin), (xmax, ymax) = bounds[:, :2].min(0), bounds[:, 2:].max(0)
    size = size or math.sqrt((xmax - xmin) * (ymax - ymin) / DRAWN) or 1.0
    if (xmax - xmin) * (ymax - ymin) / size**2 > MOST_DRAWN:
        raise InputError(f"Pixels of {size:g} are too small for the polygons.", "Choose a larger PIXEL_SIZE.")
    return upright_grid(polygons[0].crs, (float(xmin), float(ymin), float(xmax), float(ymax)), size)
