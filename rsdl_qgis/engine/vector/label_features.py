"""Labelled features of a vector layer, polygons, lines or points, and the classes or numbers that they give a grid's
pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import MergeAlg
from rasterio.features import rasterize
from shapely.geometry import mapping

from ..errors import InputError
from ..raster.grid import Grid, apply, crs_of, project, same_crs
from .burning import Burned, meeting
from .class_layers import Codes, Label, PolygonClasses, Vector, brought_to, check_crs, read_table, settled
from .geometries import Geometry, geometry_from, lines_in, parts_of, points_in, sound_polygons
from .label_fields import class_labels, label_text, spellings

CHOOSE = "polygons, lines or points"
LIST_SEPARATOR = ";"

Path = NDArray[np.float64]  # (n, 2) corners of a line; a point has one


@dataclass(frozen=True)
class Features:
    """The features of a layer with their labels.

    ``kind``: 'polygons', 'lines' or 'points'; ``polygons``, or else ``paths``: the parts of each
    line or point. ``labels``: a class, a text or a number a feature, None where it is not known; ``places``: what
    must stay together in a split, '' for none; ``skipped``: features without a geometry that can be used; ``partial``:
    of which only a part can be, since the rest is of another kind or broken; ``spellings``: the texts that are taken
    for one class, where there are several.
    """

    path: str
    kind: str
    polygons: Sequence[Geometry]
    paths: Sequence[tuple[Path, ...]]
    labels: Sequence[Label | float]
    places: Sequence[str]
    crs: str | None
    numbers: NDArray[np.int64]  # where each comes in the layer
    skipped: int = 0
    partial: int = 0
    spellings: Sequence[tuple[str, ...]] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def only(self, wanted: Sequence[int] | NDArray) -> Features:
        """Some of the features."""
        return replace(
            self,
            polygons=[self.polygons[i] for i in wanted] if self.polygons else [],
            paths=[self.paths[i] for i in wanted] if self.paths else [],
            labels=[self.labels[i] for i in wanted],
            places=[self.places[i] for i in wanted],
            numbers=self.numbers[np.asarray(wanted, np.int64)],
        )

    def brought_to(self, crs: str | None) -> Features:
        """Those that can be brought to ``crs``. Raises InputError where just one side has a CRS."""
        if self.polygons:
            moved = brought_to(Vector(self.path, self.polygons, np.empty((0, 2)), (), {}, self.crs), crs)
            kept = [i for i, geometry in enumerate(moved) if geometry is not None]
            return replace(self._some(kept), polygons=[g for g in moved if g is not None], crs=crs)
        check_crs(self.path, self.crs, "the raster it goes with", crs)
        if same_crs(self.crs, crs):
            return self
        paths = [tuple(_projected(part, self.crs, crs) for part in parts) for parts in self.paths]
        kept = [i for i, parts in enumerate(paths) if all(np.isfinite(part).all() for part in parts)]
        return replace(self._some(kept), paths=[paths[i] for i in kept], crs=crs)

    def _some(self, kept: Sequence[int]) -> Features:
        if not kept:
            raise InputError(
                f"{self.path} cannot be brought to the coordinate system of the raster it goes with.",
                "Check the coordinate systems of both.",
            )
        return self.only(kept)

    @property
    def outlines(self) -> NDArray[np.float64]:
        """(n, 4): the smallest upright rectangle around each."""
        if self.polygons:
            outlines: NDArray[np.float64] = shapely.bounds(self.polygons)
            return outlines
        corners = [np.concatenate(parts) for parts in self.paths]
        return np.array([(*c.min(0), *c.max(0)) for c in corners]).reshape(-1, 4)


def read_features(
    path: str,
    field: str | None = None,
    crs: str | None = None,
    *,
    kind: str = "class",
    place_field: str | None = None,
    parts: bool = False,
) -> Features:
    """The polygons of a vector file, else its lines, else its points.

    ``path``: a file, or 'file|layername=x'. ``field``: of ``kind`` 'class' (whole numbers or text), 'number' or
    'text'; None: all are labelled 1. ``crs``: in place of the file's. ``parts``: each polygon of a feature counts by
    itself, as each point does in any case. Raises InputError where the file cannot be read, has none of them, or the
    field is not there, is empty, or of another kind.
    """
    meta, wkb, data = read_table(path, [name for name in (field, place_field) if name], CHOOSE)
    labels = KINDS[kind](data[field], path, field) if field else [1] * len(wkb)
    places = [_text(value) or "" for value in data[place_field].tolist()] if place_field else [""] * len(wkb)
    geometries = [geometry_from(value) for value in wkb]
    read = ((name, [of(geometry) for geometry in geometries]) for name, of in READERS.items())
    name, found = next(((name, shapes) for name, shapes in read if any(shapes)), ("", []))
    if not name:
        if all(value is None or (g is not None and not len(parts_of(g))) for value, g in zip(wkb, geometries)):
            raise InputError(f"{path} has no features with a geometry.", f"Draw some, or choose a layer of {CHOOSE}.")
        raise InputError(f"{path} has {len(wkb)} without a usable geometry.", f"Choose a layer of {CHOOSE}.")
    used = [(shapes, geometry) for shapes, geometry in zip(found, geometries) if shapes]
    partial = sum(_used(shapes, name) < len(parts_of(geometry)) for shapes, geometry in used)
    if parts and name == "polygons":
        found = [_divided(shapes) for shapes in found]
    shapes = [(shape, i) for i, several in enumerate(found) for shape in several]
    origin = [i for _, i in shapes]
    features = Features(
        path=path,
        kind=name,
        polygons=[shape for shape, _ in shapes] if name == "polygons" else [],
        paths=[shape for shape, _ in shapes] if name != "polygons" else [],
        labels=[labels[i] for i in origin],
        places=[places[i] for i in origin],
        crs=crs or meta["crs"],
        numbers=np.array(origin, np.int64),
        skipped=len(wkb) - len(set(origin)),
        partial=partial,
        spellings=spellings(data[field]) if field and kind == "class" else (),
    )
    if all(label is None for label in features.labels):
        raise InputError(f"The field '{field}' of {path} is empty in every feature.", "Choose another field.")
    return features


class FeatureClasses:
    """The classes of features in ``crs``; a code is an index into ``labels``. Where there is none: NOTHING.

    A polygon has the pixels whose centre it holds, with ``all_touched`` also those that it touches and no other holds;
    a line or point those within ``distance`` metres of it, and at least the ones it runs through (a line: within half
    a pixel). Where features of two classes lie on one another: UNCLEAR, where the class of one is not known: UNKNOWN.
    """

    def __init__(self, features: Features, crs: str | None, distance: float = 0.0, all_touched: bool = False):
        features = features.brought_to(crs)
        self._numbers = features.numbers
        known = {label for label in features.labels if label is not None}
        self.labels: list[Any] = sorted(known, key=lambda label: (isinstance(label, str), label))
        self._polygons = None
        if features.polygons:
            vector = Vector(features.path, features.polygons, np.empty((0, 2)), features.labels, {}, crs)  # type: ignore[arg-type]
            self._polygons = PolygonClasses(vector, crs, all_touched)
            return
        index = {label: i for i, label in enumerate(self.labels)}
        codes = np.array([index.get(label, len(index)) for label in features.labels], np.int64)
        order = np.argsort(codes, kind="stable")
        self._codes, self._paths = codes[order], Nearby(features.only(order), distance)

    def on(self, grid: Grid) -> Codes:
        """(h, w): the code of the features at each of a grid's pixels; the grid is in ``crs``."""
        if self._polygons is not None:
            return self._polygons.on(grid)
        first, last = np.zeros((2, grid.height, grid.width), np.int32)
        for i, pixels in self._paths.on(grid):  # sorted by code
            last[pixels] = self._codes[i] + 1
            first[pixels & (first == 0)] = self._codes[i] + 1
        return settled(first, last, len(self.labels))

    def unseen(self, grid: Grid) -> NDArray[np.int64]:
        """The numbers in the layer of polygons on a grid, all of which was looked at, that have no pixel of it."""
        return self._numbers[self._polygons.unseen(grid)] if self._polygons is not None else self._numbers[:0]


class FeatureNumbers:
    """The numbers of features in ``crs`` at pixels, as FeatureClasses has them; where several are, their mean."""

    def __init__(self, features: Features, crs: str | None, distance: float = 0.0, all_touched: bool = False):
        features = features.brought_to(crs)
        features = features.only([i for i, label in enumerate(features.labels) if label is not None])
        self._numbers, self._places = np.array(features.labels, np.float64), features.numbers
        self._outlines, self._all_touched = features.outlines, all_touched
        self._polygons = [mapping(polygon) for polygon in features.polygons]  # as it is burned, tile by tile
        self._burned = Burned(self._polygons, self._outlines, all_touched)
        self._paths = None if features.polygons else Nearby(features, distance)

    def on(self, grid: Grid) -> NDArray[np.float64]:
        """(h, w): the number at each of a grid's pixels, NaN where there is none; the grid is in ``crs``."""
        total, count = np.zeros((2, grid.height, grid.width))
        if self._paths is not None:
            for i, pixels in self._paths.on(grid):
                total[pixels] += self._numbers[i]
                count[pixels] += 1
        elif len(near := meeting(self._outlines, grid.bounds)):
            self._burned.on(grid)  # which of them have pixels
            total, count = self._summed(near, grid, False)
            if self._all_touched:
                touched, times = self._summed(near, grid, True)
                total, count = np.where(count > 0, total, touched), np.where(count > 0, count, times)
        return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)

    def unseen(self, grid: Grid) -> NDArray[np.int64]:
        """As ``FeatureClasses.unseen``."""
        return self._places[self._burned.unseen(grid)]

    def _summed(self, near: NDArray, grid: Grid, all_touched: bool) -> tuple[NDArray, NDArray]:
        """(h, w) sums of the numbers of polygons, and how many they are."""
        total, count = np.zeros((2, grid.height, grid.width))
        options: dict[str, Any] = {
            "transform": grid.transform,
            "merge_alg": MergeAlg.add,
            "all_touched": all_touched,
        }
        rasterize([(self._polygons[i], self._numbers[i]) for i in near], out=total, **options)
        rasterize([(self._polygons[i], 1.0) for i in near], out=count, **options)
        return total, count


class Nearby:
    """The pixels near lines or points: within ``distance`` metres, and at least those that they run through."""

    def __init__(self, features: Features, distance: float):
        self._features, self._distance = features, distance
        self.outlines = widened(features.outlines, features.crs, distance)

    def on(self, grid: Grid) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """(which feature, (h, w) its pixels) for those that have any; the grid is in the features' CRS."""
        margin = max(math.hypot(*grid.transform[:5:3]), math.hypot(*grid.transform[1:5:3]))
        xmin, ymin, xmax, ymax = grid.bounds
        inverse, metres = ~grid.transform, grid.resolution if self._distance else (1.0, 1.0)
        for i in meeting(self.outlines, (xmin - margin, ymin - margin, xmax + margin, ymax + margin)):
            pixels = np.zeros((grid.height, grid.width), bool)
            for part in self._features.paths[i]:
                col, row = apply(inverse, *part.T)
                if len(part) == 1:
                    _mark_pixel(pixels, float(col[0]), float(row[0]))
                else:
                    _mark_near(pixels, col, row, 0.5, (1.0, 1.0))
                if self._distance:
                    _mark_near(pixels, col, row, self._distance, metres)
            if pixels.any():
                yield int(i), pixels


def widened(outlines: NDArray, crs: str | None, metres: float) -> NDArray[np.float64]:
    """(n, 4) rectangles in ``crs`` widened by at least so many metres on each side."""
    if not metres or not len(outlines):
        return outlines
    low, high = outlines[:, :2].min(0), outlines[:, 2:].max(0)
    xs, ys = (np.linspace(*ends, 5) for ends in zip(low, high))  # a metre is not as many units everywhere
    units = np.array([[metres / side for side in metres_a_unit(crs, x, y)] for x in xs for y in ys])
    x, y = units.max(0)
    return outlines + np.array([-x, -y, x, y])


def metres_a_unit(crs: str | None, x: float, y: float) -> tuple[float, float]:
    """The metres a map unit at a place, along x and y; 1 without a CRS."""
    if crs is None:
        return 1.0, 1.0
    step = 1e-4 if crs_of(crs).is_geographic else 1.0
    x_metres, y_metres = Grid(crs, Affine(step, 0, x, 0, -step, y), 1, 1).resolution
    return x_metres / step, y_metres / step


def _mark_pixel(pixels: NDArray[np.bool_], col: float, row: float) -> None:
    r, c = math.floor(row + 1e-6), math.floor(col + 1e-6)
    if 0 <= r < pixels.shape[0] and 0 <= c < pixels.shape[1]:
        pixels[r, c] = True


def _mark_near(pixels: NDArray[np.bool_], col: NDArray, row: NDArray, reach: float, side: tuple[float, float]) -> None:
    """Marks the pixels whose centre is within ``reach`` of a path; a pixel's sides are ``side`` (x, y) of its units."""
    height, width = pixels.shape
    if len(col) == 1:
        col, row = np.repeat(col, 2), np.repeat(row, 2)
    spans = []
    for values, size, length in ((row, side[1], height), (col, side[0], width)):
        low = np.minimum(values[:-1], values[1:]) - reach / size
        high = np.maximum(values[:-1], values[1:]) + reach / size
        spans += [np.clip(np.floor(low), 0, length).astype(int), np.clip(np.ceil(high), 0, length).astype(int)]
    top, bottom, left, right = spans
    for i in np.flatnonzero((top < bottom) & (left < right)):
        x = (np.arange(left[i], right[i]) + 0.5 - col[i]) * side[0]
        y = ((np.arange(top[i], bottom[i]) + 0.5 - row[i]) * side[1])[:, None]
        dx, dy = (col[i + 1] - col[i]) * side[0], (row[i + 1] - row[i]) * side[1]
        along = np.clip((x * dx + y * dy) / (dx * dx + dy * dy or 1.0), 0, 1)
        pixels[top[i] : bottom[i], left[i] : right[i]] |= (x - along * dx) ** 2 + (y - along * dy) ** 2 <= reach**2


def _projected(path: Path, source: str | None, target: str | None) -> Path:
    return np.column_stack(project(path[:, 0], path[:, 1], source, target))


def _numbers(values: NDArray, path: str, field: str | None) -> list[float | None]:
    if values.dtype.kind == "O" and all(value is None or isinstance(value, int) for value in values):
        values = values.astype(np.float64)  # large whole numbers, of which some are missing
    if values.dtype.kind not in "biuf":
        raise InputError(f"The field '{field}' of {path} holds no numbers.", "Choose a field of numbers.")
    return [float(value) if math.isfinite(value) else None for value in values]


def _texts(values: NDArray, path: str, field: str | None) -> list[str | None]:
    return [_text(value) for value in values.tolist()]


def _text(value: Any) -> str | None:
    if isinstance(value, (list, np.ndarray)):
        value = LIST_SEPARATOR.join(map(str, value))
    return None if value is None or value != value else label_text(value) or ""


def _polygons_of(geometry: Any | None) -> list[Geometry]:
    polygons = sound_polygons(geometry)
    return [] if polygons is None else [polygons]


def _lines_of(geometry: Any | None) -> list[tuple[Path, ...]]:
    """The lines of a geometry as its parts; nothing for anything else and for what is empty."""
    found = lines_in(geometry)
    return [tuple(found)] if found else []


def _points_of(geometry: Any | None) -> list[tuple[Path, ...]]:
    """Each of the points of a geometry."""
    return [(point[None],) for point in points_in(geometry)]


def _divided(shapes: Sequence[Geometry]) -> list[Geometry]:
    """Each polygon by itself."""
    divided: list[Geometry] = shapely.get_parts(shapes).tolist()
    return divided


def _used(shapes: Sequence[Any], kind: str) -> int:
    """How many parts of a feature its shapes of a kind are."""
    return sum(shapely.get_num_geometries(s) if kind == "polygons" else len(s) for s in shapes)


KINDS: dict[str, Any] = {"class": class_labels, "number": _numbers, "text": _texts}
READERS: dict[str, Any] = {"polygons": _polygons_of, "lines": _lines_of, "points": _points_of}
