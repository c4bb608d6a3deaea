"""The polygons or points of a vector layer with all their attributes, read a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray

from ..errors import InputError
from ..feedback import Report
from ..raster.grid import project
from .class_layers import Vector, brought_to, check_crs
from .geometries import Geometry, geometry_from, points_in, polygon_of, polygons_in, to_wkb
from .polygons import VECTOR_ERRORS, crs_in, source_of, unreadable
from .vector_file import VectorFile

FIRST, MOST = 1_000, 10_000  # features read at once: the first time, and at most
BYTES = 16_000_000  # of geometries read at once, about
CHOOSE = "Choose a layer of polygons or points."
UNKEPT = ("OFTBinary",)  # kinds of fields that are left out


@dataclass(frozen=True)
class Field:
    """A field: its name and what it holds: a numpy type, or 'object' for text."""

    name: str
    dtype: str


@dataclass(frozen=True)
class FeatureLayer:
    """A layer of polygons or points. ``kind``: 'polygons' or 'points'; ``crs``: WKT or None.

    ``count``: how many scenes its features are: each polygon one (be it of several parts), each point one, and each
    feature without a geometry of the kind one. ``there``: the layer in the raster's CRS.
    """

    path: str
    kind: str
    crs: str | None
    fields: tuple[Field, ...]
    count: int
    there: VectorFile


@dataclass(frozen=True)
class Row:
    """A feature as it is in the file: its id, its WKB (None: it has none), and the values of the layer's fields;
    ``there``: its WKB in ``FeatureLayer.there``.
    """

    fid: int
    wkb: bytes | None
    values: tuple[Any, ...]
    there: bytes | None


def look_over(layer: VectorFile | str, crs: str | None = None, report: Report | None = None) -> FeatureLayer:
    """Look over a layer, or the one of a path: its polygons, or else its points, for a raster in ``crs``.

    Raises InputError where the file cannot be read, or has neither polygons nor points, Cancelled.
    """
    given = VectorFile.named(layer)
    path = given.path
    file, name = source_of(path)
    try:
        info = pyogrio.read_info(file, layer=name)
    except VECTOR_ERRORS as error:
        raise unreadable(path, error, CHOOSE) from error
    if info["geometry_type"] is None:
        raise InputError(f"{path} is a table without geometry.", CHOOSE)
    features = polygons = points = single = 0
    for wkb, _, _, _ in _batches(path, ()):
        if report:
            report.check()
        features += len(wkb)
        shapes = [geometry_from(value) for value in wkb]
        polygons += sum(polygons_in(shape) is not None for shape in shapes)
        counts = [len(points_in(shape)) for shape in shapes]
        points, single = points + sum(counts), single + sum(map(bool, counts))
    if not polygons and not points:
        problem = "has no features" if not features else f"has {features} features, and none is a polygon or point"
        raise InputError(f"{path} {problem}.", CHOOSE)
    kind, usable, scenes = ("polygons", polygons, polygons) if polygons else ("points", single, points)
    kept = zip(info["fields"], info["dtypes"], info["ogr_types"])
    fields = tuple(Field(str(name), _held(str(dtype))) for name, dtype, ogr in kept if ogr not in UNKEPT)
    own = given.crs or crs_in(info)
    there = replace(given, crs=own).near(crs)
    return FeatureLayer(path, kind, own, fields, scenes + features - usable, there)


def rows(layer: FeatureLayer) -> Iterator[list[Row]]:
    """All features in the order of the file, in batches. InputError where the file cannot be read."""
    elsewhere = layer.there.path if layer.there.path != layer.path else None
    for wkb, fids, columns, there in _batches(layer.path, [field.name for field in layer.fields], elsewhere):
        yield [
            Row(int(fid), value, tuple(column[i] for column in columns), there[i])
            for i, (fid, value) in enumerate(zip(fids, wkb))
        ]


def polygons_of(layer: FeatureLayer, wkb: Sequence[bytes | None], crs: str | None) -> list[Geometry | None]:
    """WKB polygons of ``layer.there`` in ``crs``; None for what is none, or cannot be brought over."""
    found = [(i, geometry) for i, value in enumerate(wkb) if (geometry := polygon_of(value)) is not None]
    result: list[Geometry | None] = [None] * len(wkb)
    if found:
        vector = Vector(layer.path, [geometry for _, geometry in found], np.empty((0, 2)), (), {}, layer.there.crs)
        for (i, _), moved in zip(found, brought_to(vector, crs)):
            result[i] = moved
    return result


def points_of(layer: FeatureLayer, wkb: Sequence[bytes | None], crs: str | None) -> list[NDArray[np.float64]]:
    """The points (n, 2) of each WKB of ``layer.there`` in ``crs``, not finite where they cannot be brought over."""
    check_crs(layer.path, layer.there.crs, "the raster", crs)
    parts = [points_in(geometry_from(value)) for value in wkb]
    together = np.concatenate([*parts, np.empty((0, 2))])
    if len(together):
        together = np.column_stack(project(together[:, 0], together[:, 1], layer.there.crs, crs))
    return np.split(together, np.cumsum([len(part) for part in parts])[:-1]) if parts else []


def _batches(
    path: str, fields: Sequence[str], elsewhere: str | None = None
) -> Iterator[tuple[NDArray, NDArray, list[NDArray], NDArray]]:
    """(WKB, ids, values of each field, WKB in the file ``elsewhere``) of features that follow one another; fewer at
    once where they are large.
    """
    first, size = 0, FIRST
    while True:
        try:
            file, layer = source_of(path)
            meta, fids, wkb, columns = pyogrio.raw.read(
                file,
                layer=layer,
                columns=list(fields),
                force_2d=True,
                skip_features=first,
                max_features=size,
                return_fids=True,
            )
            there = wkb
            if elsewhere is not None:
                file, layer = source_of(elsewhere)
                options: dict[str, Any] = {"force_2d": True, "skip_features": first, "max_features": size}
                there = pyogrio.raw.read(file, layer=layer, columns=[], **options)[2]
        except VECTOR_ERRORS as error:
            raise unreadable(path, error, CHOOSE) from error
        if not len(wkb):
            return
        named = dict(zip(meta["fields"], columns))
        yield wkb, fids, [named[name] for name in fields], there
        first += len(wkb)
        if len(wkb) < size:
            return
        held = sum(len(value) for value in wkb if value is not None)
        size = int(np.clip(BYTES * len(wkb) // max(held, 1), 10, MOST))


def only_polygons(wkb: bytes | None) -> bytes | None:
    """The polygons of a WKB: all of it, those of a collection as a multipolygon, or None."""
    polygons = polygons_in(geometry_from(wkb))
    return None if polygons is None else to_wkb([polygons])[0]


def _held(dtype: str) -> str:
    """The type in which values of a field are kept; lists become text."""
    return dtype if dtype.startswith(("int", "uint", "float", "bool", "datetime64")) else "object"
