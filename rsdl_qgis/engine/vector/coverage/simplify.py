"""A layer of polygons simplified as a coverage: a border that two of them share is simplified once."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...raster.grid import crs_of
from ..polygons import VECTOR_ERRORS, crs_in, source_of, unreadable
from ..scene_features import Field
from ..vector_file import VectorFile
from ..writer import VectorSink

AREA, PERIMETER, COMPACTNESS = "area_m2", "perim_m", "compact"  # fields that change with the outlines
CHECKED = 500  # polygons between two looks at whether the job is cancelled

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Coverage:
    """Polygons with the values of their fields, a column each; ``crs``: of the layer."""

    shapes: Shapes
    fields: tuple[Field, ...]
    columns: tuple[NDArray, ...]
    crs: str | None


def simplify_coverage(
    spec: Mapping[str, Any], output: str, tolerance: float, min_area: float, metadata: Mapping[str, str], report: Report
) -> int:
    """Simplify the polygons of a layer; returns how many there are.

    ``tolerance``: the root of the area of the triangles that go (Visvalingam, Whyatt 1993,
    doi:10.1179/000870493786962263); ``min_area``: smaller polygons are taken into the one that they share most of their
    border with, in units of the layer's coordinate system and their square. All polygons are in memory. InputError
    where the layer has none.
    """
    coverage = read_coverage(spec)
    if min_area and coverage.crs and crs_of(coverage.crs).is_geographic:
        problem = "The layer is in degrees, in which no MIN_AREA in m² can be measured."
        raise InputError(problem, "Bring the layer to a projected coordinate system first, or leave MIN_AREA out.")
    before = coverage.shapes
    invalid = int((~shapely.is_empty(shapely.coverage_invalid_edges(before))).sum())
    if invalid:
        report.log(
            "warning",
            f"{invalid} of {len(before)} polygons overlap others, or lie beside them with corners that do not meet: "
            "such borders are not shared, and are simplified each by itself.",
        )
    report.progress(0.1, "Taking small polygons in")
    kept, merged = taken_in(before, min_area, report)
    report.progress(0.6, "Simplifying borders")
    shapes = shapely.coverage_simplify(merged, tolerance) if tolerance else merged
    _write(coverage, kept, shapes, output, metadata)
    return len(kept)


def read_coverage(spec: Mapping[str, Any]) -> Coverage:
    """The polygons of a layer as a job names it, those without a geometry left out."""
    layer = VectorFile.of(spec)
    file, name = source_of(layer.path)
    try:
        meta, _, wkb, columns = pyogrio.raw.read(file, layer=name, force_2d=True)
    except VECTOR_ERRORS as error:
        raise unreadable(layer.path, error, "Choose a polygon layer.") from error
    shapes = shapely.from_wkb([] if wkb is None else wkb)
    found = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes))
    if not len(found):
        raise InputError(f"{layer.path} has no polygons.", "Choose a layer with at least one polygon.")
    fields = tuple(Field(str(name), str(dtype)) for name, dtype in zip(meta["fields"], meta["dtypes"]))
    return Coverage(shapes[found], fields, tuple(column[found] for column in columns), layer.crs or crs_in(meta))


def taken_in(shapes: Shapes, min_area: float, report: Report) -> tuple[NDArray[np.int64], Shapes]:
    """Which polygons stay, and these with the smaller ones that they took in: from the smallest on, each goes to the
    polygon that it shares the longest border with. One that shares none stays.
    """
    shapes = shapes.copy()
    areas = shapely.area(shapes)
    if not min_area:
        return np.arange(len(shapes)), shapes
    beside: list[set[int]] = [set() for _ in range(len(shapes))]
    for one, other in shapely.STRtree(shapes).query(shapes, "intersects").T.tolist():
        if one != other:
            beside[one].add(other)
    there = np.ones(len(shapes), bool)
    waiting = [(area, i) for i, area in enumerate(areas.tolist()) if area < min_area]
    heapq.heapify(waiting)
    count = 0
    while waiting:
        count += 1
        if count % CHECKED == 0:
            report.check()
        area, small = heapq.heappop(waiting)
        if not there[small] or area != areas[small]:
            continue
        around = sorted(beside[small])
        shared = shapely.length(shapely.intersection(shapes[small], shapes[around]))
        if not around or not shared.max() > 0:
            continue
        into = around[int(shared.argmax())]
        shapes[into] = shapely.union(shapes[into], shapes[small])
        areas[into], there[small] = shapely.area(shapes[into]), False
        for other in around:
            beside[other].discard(small)
            if other != into:
                beside[other].add(into)
                beside[into].add(other)
        if areas[into] < min_area:
            heapq.heappush(waiting, (float(areas[into]), into))
    kept = np.flatnonzero(there)
    return kept, shapes[kept]


def _write(
    coverage: Coverage, kept: NDArray[np.int64], shapes: Shapes, output: str, metadata: Mapping[str, str]
) -> None:
    """The polygons with their fields; what is known of their size changes as their outlines did."""
    before = coverage.shapes[kept]
    values = {field.name: column[kept] for field, column in zip(coverage.fields, coverage.columns)}
    grown, longer = (of(shapes) / of(before) for of in (shapely.area, shapely.length))
    if AREA in values:
        values[AREA] = values[AREA] * grown
    if PERIMETER in values:
        values[PERIMETER] = values[PERIMETER] * longer
    if COMPACTNESS in values:
        values[COMPACTNESS] = np.minimum(values[COMPACTNESS] * grown / longer**2, 1)
    several = (shapely.get_type_id(shapes) == 6).any()
    sink = VectorSink(output, coverage.crs, "MultiPolygon" if several else "Polygon", coverage.fields, metadata)
    try:
        for wkb, row in zip(shapely.to_wkb(shapes), zip(*values.values()) if values else ((),) * len(shapes)):
            sink.write(wkb, row)
        sink.close()
    except BaseException:
        sink.abort()
        raise
