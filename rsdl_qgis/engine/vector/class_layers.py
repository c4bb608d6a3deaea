"""Class layers, rasters, polygons or points: their codes at the pixels of a grid or at points."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyogrio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from shapely.geometry import mapping

from ..errors import InputError
from ..raster.fills import HUGE
from ..raster.grid import GDAL_ERRORS, Bounds, Grid, Window, apply, project, same_crs
from ..raster.layer import Layer, OpenLayer
from .burning import Burned
from .geometries import Geometry, geometry_from, outer_corners, points_in, sound_polygons
from .label_fields import Label, class_labels, label_text
from .point_index import Points
from .polygons import crs_in, source_of, transformed, unreadable

# What a pixel or point may have instead of a class. Classes are above UNCLEAR.
BEYOND, NOTHING, UNKNOWN, UNCLEAR = (int(np.iinfo(np.int64).min) + i for i in range(4))
"""BEYOND: outside the raster. NOTHING: nodata, or no polygon. UNKNOWN: a polygon whose class is not known. UNCLEAR:
polygons of two classes."""

LATTICE = 32  # pixels between those that are projected one by one; the others lie between them
LATTICE_ERROR = 0.02  # of the raster's pixels that this may be off
SPARSE = 64  # a raster's pixels may be read for each one wanted
SMALLEST_READ = 1 << 16  # pixels: what is not worth dividing further

Codes = NDArray[np.int64]
Nearest = TypeVar("Nearest", bound="NearestPixels")


@dataclass(frozen=True)
class Vector:
    """The labelled features of a vector layer: ``geometries`` are polygons, or else ``points`` (n, 2) are given.

    ``labels``: one a feature (one a point); ``names``: of integer labels, where the layer has them; ``crs``: WKT or
    None; ``skipped``: features without a geometry that can be used.
    """

    path: str
    geometries: Sequence[Geometry]
    points: NDArray[np.float64]
    labels: Sequence[Label]
    names: dict[int, str]
    crs: str | None
    skipped: int = 0

    @property
    def is_points(self) -> bool:
        return not self.geometries


class NearestPixels:
    """A raster's pixels, looked up under the centres of another grid's pixels or under points.

    A context manager; for one thread at a time. A child says by ``_read`` what it makes of a window, (..., h, w), which
    may stick out, and ``outside``, (...,), what is outside the raster. Raises InputError where the file cannot be used.
    """

    outside: NDArray

    def __init__(self, layer: Layer):
        self._layer = OpenLayer(layer)
        self.path, self.grid = layer.path, self._layer.grid
        self.block = self._layer.block

    def __enter__(self: Nearest) -> Nearest:
        return self

    def __exit__(self, *exception: object) -> None:
        self._layer.close()

    def overlaps(self, grid: Grid) -> bool:
        """Whether the raster and a grid overlap, to a few pixels."""
        return self._layer.overlaps(grid)

    def on(self, grid: Grid) -> NDArray:
        """(..., h, w): of the pixel under each of a grid's pixel centres."""
        offset = self.grid.pixel_offset(grid)
        if offset is not None and all(abs(o - round(o)) < 1e-2 for o in offset):
            return self._read(Window(round(offset[0]), round(offset[1]), grid.height, grid.width))
        row, col = self._under(grid)
        found = self._gather(row.ravel(), col.ravel())
        return found.reshape(*found.shape[:-1], grid.height, grid.width)

    def at(self, x: NDArray, y: NDArray, crs: str | None) -> NDArray:
        """(..., n): of the pixels under points."""
        return self._gather(*self._pixels(x, y, crs))

    def _under(self, grid: Grid) -> tuple[NDArray, NDArray]:
        """(h, w) row and column, whole numbers, of the pixels under a grid's centres."""
        rows, cols = np.arange(grid.height) + 0.5, np.arange(grid.width) + 0.5
        if not same_crs(grid.crs, self.grid.crs) and min(grid.height, grid.width) > LATTICE:
            found = self._between(grid, rows, cols)
            if found is not None:
                return found
        return self._pixels(*apply(grid.transform, *np.meshgrid(cols, rows)), grid.crs)

    def _between(self, grid: Grid, rows: NDArray, cols: NDArray) -> tuple[NDArray, NDArray] | None:
        """As ``_under``, most of it interpolated; None where that is not exact enough."""
        knots = [np.unique(np.append(np.arange(0.5, n, LATTICE / 2), n - 0.5)) for n in (grid.height, grid.width)]
        x, y = apply(grid.transform, *np.meshgrid(knots[1], knots[0]))
        exact = _inverse(self.grid, *project(x, y, grid.crs, self.grid.crs))
        if not all(np.isfinite(e).all() for e in exact):
            return None
        inner = [np.unique(np.append(np.arange(0, len(k), 2), len(k) - 1)) for k in knots]
        result = []
        for values in exact:
            coarse = values[np.ix_(*inner)]
            guess = _bilinear(coarse, [k[i] for k, i in zip(knots, inner)], knots)
            if np.abs(guess - values).max() > LATTICE_ERROR:
                return None
            result.append(_bilinear(coarse, [k[i] for k, i in zip(knots, inner)], [rows, cols]))
        return _floor(result[1]), _floor(result[0])

    def _pixels(self, x: NDArray, y: NDArray, crs: str | None) -> tuple[NDArray, NDArray]:
        col, row = _inverse(self.grid, *project(x, y, crs, self.grid.crs))
        return _floor(row), _floor(col)

    def _gather(self, row: NDArray, col: NDArray) -> NDArray:
        """(..., n): single pixels; those near one another are read together."""
        found = np.repeat(self.outside[..., None], len(row), -1)
        inside = (row >= 0) & (row < self.grid.height) & (col >= 0) & (col < self.grid.width)
        for index in _groups(row, col, np.flatnonzero(inside)):
            top, left = int(row[index].min()), int(col[index].min())
            window = Window(top, left, int(row[index].max()) - top + 1, int(col[index].max()) - left + 1)
            found[..., index] = self._read(window)[..., row[index] - top, col[index] - left]
        return found

    def _read(self, window: Window) -> NDArray:
        raise NotImplementedError


class RasterClasses(NearestPixels):
    """The classes of one band of a raster; a code is the pixel's value.

    ``fills``: values that are no classes, besides those that the file names. Raises InputError where the file cannot
    be used, or holds values that are no classes.
    """

    outside = np.array(BEYOND)

    def __init__(self, layer: Layer, fills: Iterable[int] = ()):
        super().__init__(layer)
        self.declares_nodata = self._layer.declares_nodata
        self._fills = np.array([*fills])
        self.huge: Counter[float] = Counter()  # numbers beyond any class, which are nodata

    def _read(self, window: Window) -> Codes:
        layer = self._layer
        values = np.empty((1, window.height, window.width), layer.dtype)
        mask = np.empty(values.shape, bool)
        layer.read(window, values, mask)
        values, mask = values[0], mask[0]
        if self._fills.size:
            mask |= np.isin(values, self._fills)
        if values.dtype.kind == "f":
            if not self.declares_nodata:
                huge = (np.abs(values) >= HUGE) & ~mask
                self.huge.update(values[huge].tolist())
                mask |= huge
            np.copyto(values, 0, where=mask)
            odd = values[(values != np.rint(values)) | (np.abs(values) > 2**53)]
            if odd.size:
                raise InputError(
                    f"{self.path} holds values such as {odd[0]:.6g}, so it is not a map of classes.",
                    "Choose a raster with a whole number for each class, and its band.",
                )
        codes = values.astype(np.int64)
        codes[mask] = NOTHING
        _mark_beyond(codes, window, self.grid)
        return codes


MOST_CLASSES = 64  # of a raster whose pixels are unlike those beside them
SAMPLE, LOOKS = 256, 5  # pixels a side of a window that is looked at, windows along each axis


def check_patches(classes: RasterClasses, title: str) -> None:
    """InputError for a raster that is no map of classes: most of its pixels differ from the one beside them, and there
    are many values. Some windows from all over it are looked at.
    """
    grid = classes.grid
    seen: set[int] = set()
    unlike = pairs = 0
    for row in np.unique(np.linspace(0, max(0, grid.height - SAMPLE), LOOKS).astype(int)).tolist():
        for col in np.unique(np.linspace(0, max(0, grid.width - SAMPLE), LOOKS).astype(int)).tolist():
            window = Window(row, col, min(SAMPLE, grid.height), min(SAMPLE, grid.width))
            codes = classes.on(grid.crop(window))
            known = codes > UNCLEAR
            both = known[:, 1:] & known[:, :-1]
            seen.update(np.unique(codes[known]).tolist())
            unlike += int(((codes[:, 1:] != codes[:, :-1]) & both).sum())
            pairs += int(both.sum())
    if len(seen) > MOST_CLASSES and unlike > pairs / 2:
        raise InputError(
            f"{title} is no map of classes: it has {len(seen)} or more values, and {unlike / pairs:.0%} of its pixels "
            "differ from the one beside them.",
            "Choose a class raster, such as one that a model has made, or the band of it that holds classes.",
        )


class PolygonClasses:
    """The classes of polygons in ``crs``; a code is an index into ``labels``. Where there is none: NOTHING.

    Where polygons of two classes lie on one another: UNCLEAR, where the class of one is not known: UNKNOWN. A polygon
    has the pixels whose centre it holds, with ``all_touched`` also those that it touches and no other holds. Raises
    InputError where the layer has no polygons, or cannot be brought to ``crs``.
    """

    def __init__(self, vector: Vector, crs: str | None, all_touched: bool = False):
        if vector.is_points:
            raise InputError(f"{vector.path} has no polygons.", "Choose a layer of polygons.")
        known = {label for label in vector.labels if label is not None}
        self.labels: list[Label] = sorted(known, key=lambda label: (isinstance(label, str), label))
        index = {label: i for i, label in enumerate(self.labels)}
        geometries = brought_to(vector, crs)
        codes = np.array([index.get(label, len(index)) for label in vector.labels])
        order = np.argsort(codes, kind="stable")
        kept = [i for i in order if geometries[i] is not None]
        if not kept:
            raise InputError(
                f"{vector.path} cannot be brought to the other layer's coordinate system.",
                "Check the coordinate systems of both.",
            )
        self._geometries: list[Geometry] = [geometries[i] for i in kept]
        self._kept, self._codes = np.array(kept), codes[kept]
        self._outlines = shapely.bounds(self._geometries)
        self._burned = Burned([mapping(g) for g in self._geometries], self._outlines, all_touched)  # sorted by code
        self.crs = crs

    @property
    def bounds(self) -> Bounds:
        """The smallest upright rectangle around all polygons."""
        low, high = self._outlines[:, :2].min(0), self._outlines[:, 2:].max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def on(self, grid: Grid) -> Codes:
        """(h, w): the code of the polygons that hold each of a grid's pixel centres; the grid is in ``crs``."""
        first, last = self._burned.on(grid)
        codes = np.append(0, self._codes + 1)
        return settled(codes[first], codes[last], len(self.labels))

    def unseen(self, grid: Grid) -> NDArray[np.int64]:
        """Which of the vector's polygons lie on a grid, all of which was looked at, and have no pixel of it."""
        return self._kept[self._burned.unseen(grid)]

    def unseen_labels(self, grid: Grid) -> list[Label]:
        """The labels of the polygons of ``unseen``."""
        codes = self._codes[self._burned.unseen(grid)].tolist()
        return [self.labels[code] if code < len(self.labels) else None for code in codes]

    def at(self, x: NDArray, y: NDArray, crs: str | None) -> Codes:
        """(n,): the codes of the polygons that hold points."""
        x, y = project(x, y, crs, self.crs)
        first, last = np.zeros((2, len(x)), np.int32)
        points = Points(np.column_stack([x, y]))
        for geometry, code in zip(self._geometries, self._codes):  # sorted by code
            held = points.within(geometry)
            last[held] = code + 1
            first[held[first[held] == 0]] = code + 1
        return settled(first, last, len(self.labels))


def settled(first: NDArray, last: NDArray, count: int) -> Codes:
    """Codes, from the lowest and highest that lie on a place, from 1 on; 0: none, ``count`` + 1: unknown."""
    codes = last.astype(np.int64) - 1
    codes[last == 0] = NOTHING
    codes[first != last] = UNCLEAR
    codes[last == count + 1] = UNKNOWN
    return codes


def read_vector(path: str, field: str | None, crs: str | None = None, names_field: str | None = None) -> Vector:
    """The polygons, or else the points, of a vector file with the labels that ``field`` gives.

    ``path``: a file, or 'file|layername=x'. ``field``: whole numbers or text, None: all are labelled 1. Empty
    labels become None. ``crs``: in place of the file's. ``names_field``: the names of integer labels. Raises
    InputError where the file cannot be read, has neither polygons nor points, or the field is not there or no class.
    """
    meta, wkb, data = read_table(path, [name for name in (field, names_field) if name])
    labels: Sequence[Label] = class_labels(data[field], path, field) if field else [1] * len(wkb)
    shapes = [geometry_from(value) for value in wkb]
    polygons = [(g, label) for g, label in zip(map(sound_polygons, shapes), labels) if g is not None]
    placed = [] if polygons else [points_in(shape) for shape in shapes]
    points = [(p, label) for found, label in zip(placed, labels) for p in found]
    if not polygons and not points:
        raise InputError(f"{path} has no polygons or points.", "Choose a layer with at least one of them.")
    found = [label for _, label in (polygons or points)]
    if all(label is None for label in found):
        raise InputError(f"The field '{field}' of {path} is empty in every feature.", "Choose another field.")
    names = {}
    if names_field:
        texts = map(label_text, data[names_field].tolist())
        names = {label: text for label, text in zip(labels, texts) if isinstance(label, int) and text}
    return Vector(
        path=path,
        geometries=[geometry for geometry, _ in polygons],
        points=np.array([point for point, _ in points], np.float64).reshape(-1, 2),
        labels=found,
        names=names,
        crs=crs or meta["crs"],
        skipped=len(wkb) - (len(polygons) or sum(len(found) > 0 for found in placed)),
    )


def read_table(
    path: str, fields: Sequence[str], choose: str = "polygons or points"
) -> tuple[dict[str, Any], NDArray, dict[str, NDArray]]:
    """What pyogrio says of a vector layer, its geometries as WKB, and the values of some of its fields.

    Raises InputError where it cannot be read, is a table without geometry or lacks a field; ``choose``: what the
    message says to choose.
    """
    file, layer = source_of(path)
    try:
        info = pyogrio.read_info(file, layer=layer)
        kept = [name for name in fields if name in info["fields"]]
        missing = [name for name in fields if name not in kept and name != info["fid_column"]]
        if missing:
            known = ", ".join(info["fields"]) or "none"
            raise InputError(f"{path} has no field '{missing[0]}'.", f"Its fields: {known}.")
        meta, ids, wkb, columns = pyogrio.raw.read(file, layer=layer, columns=kept, force_2d=True, return_fids=True)
        types = dict(zip(info["fields"], info["dtypes"]))
        values = {
            name: _exact(column, file, layer, name, ids) if types[name] == "int64" else column
            for name, column in zip(meta["fields"], columns)
        }
    except (DataLayerError, DataSourceError, FieldError) as error:
        raise unreadable(path, error, f"Choose {choose}.") from error
    if wkb is None:
        raise InputError(f"{path} is a table without geometry.", f"Choose a layer of {choose}.")
    if len(kept) < len(fields):  # the field of the features' own numbers
        values[info["fid_column"]] = np.asarray(ids)
    return {**meta, "crs": crs_in(meta)}, wkb, values


def _exact(values: NDArray, file: str, layer: str | int, name: str, ids: NDArray) -> NDArray:
    """Whole numbers of which some are missing: numbers and None in place of float64, where that cannot hold them."""
    if values.dtype.kind != "f" or not (np.abs(values) >= 2**53).any():
        return values
    present = '"' + name.replace('"', '""') + '" IS NOT NULL'
    options: dict[str, Any] = {"columns": [name], "where": present, "return_fids": True, "read_geometry": False}
    _, found, _, (numbers,) = pyogrio.raw.read(file, layer=layer, **options)
    known = dict(zip(found.tolist(), numbers.tolist()))
    return np.array([known.get(i) for i in ids.tolist()], object)


def field_names(path: str) -> list[str]:
    """The fields of a vector layer. Raises InputError where it cannot be read."""
    file, layer = source_of(path)
    try:
        return list(pyogrio.read_info(file, layer=layer)["fields"])
    except (DataLayerError, DataSourceError) as error:
        raise unreadable(path, error, "Choose polygons or points.") from error


def upright_grid(crs: str | None, bounds: Bounds, size: float) -> Grid:
    """A north-up grid of square pixels that begins at the upper left of ``bounds`` and covers them."""
    xmin, ymin, xmax, ymax = bounds
    height, width = (max(1, math.ceil(length / size)) for length in (ymax - ymin, xmax - xmin))
    return Grid(crs, Affine(size, 0, xmin, 0, -size, ymax), height, width)


def places_within(x: NDArray, y: NDArray, crs: str | None, bounds: Bounds, bounds_crs: str | None) -> NDArray[np.bool_]:
    """(n,): which points lie in a rectangle, which is in ``bounds_crs`` (None: the points' own)."""
    if bounds_crs is not None:
        check_crs("the extent", bounds_crs, "the points", crs)
        x, y = project(x, y, crs, bounds_crs)
    return (x >= bounds[0]) & (x <= bounds[2]) & (y >= bounds[1]) & (y <= bounds[3])


def brought_to(vector: Vector, crs: str | None) -> list[Geometry | None]:
    """The polygons in ``crs``; None for one that cannot be brought over. Raises InputError where just one has a CRS."""
    check_crs(vector.path, vector.crs, "the raster it goes with", crs)
    if same_crs(vector.crs, crs):
        return list(vector.geometries)
    result: list[Geometry | None] = []
    for geometry in vector.geometries:
        try:
            moved = transformed(geometry, str(vector.crs), str(crs))
            result.append(moved if np.isfinite(outer_corners(moved)).all() else None)
        except GDAL_ERRORS:
            result.append(None)
    return result


def check_crs(first: str, first_crs: str | None, second: str, second_crs: str | None) -> None:
    """InputError where only one of two layers has a coordinate system. ``first`` and ``second``: what they are called,
    a path or such as 'the raster'.
    """
    if (first_crs is None) == (second_crs is None):
        return
    without, other = (first, second) if first_crs is None else (second, first)
    raise InputError(
        f"{_sentence_start(without)} has no coordinate system, but {other} has one.",
        "Give it the right one (in QGIS: Assign projection).",
    )


def _sentence_start(name: str) -> str:
    """A name as a sentence begins with it: 'the raster' with a capital, a path as it is."""
    return f"T{name[1:]}" if name.startswith("the ") else name


def _groups(row: NDArray, col: NDArray, index: NDArray) -> Iterator[NDArray]:
    """The pixels of ``index`` in groups, each of which fills enough of its rectangle to read all of that."""
    waiting = [index] if len(index) else []
    while waiting:
        group = waiting.pop()
        height, width = int(np.ptp(row[group])) + 1, int(np.ptp(col[group])) + 1
        if height * width <= max(SMALLEST_READ, min(SPARSE * len(group), 64 * SMALLEST_READ)):
            yield group
            continue
        along = row[group] if height >= width else col[group]
        low = along <= (int(along.min()) + int(along.max())) // 2
        waiting += [group[~low], group[low]]


def _bilinear(values: NDArray, knots: Sequence[NDArray], places: Sequence[NDArray]) -> NDArray:
    """A table of values at ``knots`` (rows, columns), interpolated at ``places``."""
    for axis in (0, 1):
        i = np.clip(np.searchsorted(knots[axis], places[axis], side="right") - 1, 0, len(knots[axis]) - 2)
        weight = (places[axis] - knots[axis][i]) / (knots[axis][i + 1] - knots[axis][i])
        weight = weight[:, None] if axis == 0 else weight
        values = np.take(values, i, axis) * (1 - weight) + np.take(values, i + 1, axis) * weight
    return values


def _inverse(grid: Grid, x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
    return apply(~grid.transform, x, y)


def _floor(values: NDArray) -> NDArray[np.int64]:
    """Pixel numbers; on an edge, up to rounding errors, the next one. -1 for what is nowhere."""
    shifted = np.floor(values + 1e-6)
    return np.where(np.isfinite(shifted) & (np.abs(shifted) < 2**31), shifted, -1).astype(np.int64)


def _mark_beyond(codes: Codes, window: Window, grid: Grid) -> None:
    codes[: max(0, -window.row)] = BEYOND
    codes[max(0, grid.height - window.row) :] = BEYOND
    codes[:, : max(0, -window.col)] = BEYOND
    codes[:, max(0, grid.width - window.col) :] = BEYOND
