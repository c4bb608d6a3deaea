"""Geometries of features: from well-known binary to shapely's and back, their parts, and what of them is polygons."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

Geometry = Any  # shapely's Polygon or MultiPolygon, not empty

MULTIPLE = (GeometryType.MULTIPOINT, GeometryType.MULTILINESTRING, GeometryType.MULTIPOLYGON)
SURFACES = {15: 6, 16: 6, 17: 3}  # polyhedral, TIN, triangle: in WKB, which GEOS does not read, and what they are
FEWEST = 4  # corners of a closed ring


def geometry_from(wkb: bytes | None) -> Any | None:
    """The geometry of a WKB, whose open rings are closed; None for none, and for what cannot be read."""
    if not wkb:
        return None
    with np.errstate(invalid="ignore"):  # of coordinates that are not numbers
        geometry = shapely.from_wkb(wkb, on_invalid="fix")
        return shapely.from_wkb(_as_polygons(wkb), on_invalid="fix") if geometry is None else geometry


def parts_of(geometry: Any | None) -> NDArray[np.object_]:
    """The simple parts of a geometry, of any depth, that are not empty. Curves in a collection are parts, but None:
    shapely has none (GDAL draws the others as lines when they are read).
    """
    return np.array(list(_parts(geometry)) if geometry is not None else [], object)


def polygons_in(geometry: Any | None) -> Geometry | None:
    """The polygons of a geometry, those of a collection too; None where there is none."""
    return _together(geometry, _of_type(geometry, GeometryType.POLYGON))


def sound_polygons(geometry: Any | None) -> Geometry | None:
    """As ``polygons_in``, without those whose outer ring is no triangle, or with a corner that is not finite."""
    return _together(geometry, [part for part in _of_type(geometry, GeometryType.POLYGON) if _is_sound(part)])


def polygon_of(wkb: bytes | None) -> Geometry | None:
    """The polygons of a WKB; None for anything else, and for what is empty or broken."""
    return sound_polygons(geometry_from(wkb))


def lines_in(geometry: Any | None) -> list[NDArray[np.float64]]:
    """The corners (n, 2) of each line of a geometry."""
    lines = map(shapely.get_coordinates, _of_type(geometry, GeometryType.LINESTRING))
    return [corners for corners in lines if np.isfinite(corners).all()]


def points_in(geometry: Any | None) -> NDArray[np.float64]:
    """(n, 2): the points of a geometry; none of lines and polygons, and of what is empty."""
    points: NDArray[np.float64] = shapely.get_coordinates(_of_type(geometry, GeometryType.POINT))
    return points[np.isfinite(points).all(1)]


def outer_corners(polygon: Geometry) -> NDArray[np.float64]:
    """(n, 2): the corners of the outer rings of a polygon."""
    corners: NDArray[np.float64] = shapely.get_coordinates(shapely.get_exterior_ring(shapely.get_parts(polygon)))
    return corners


def polygons_wkb(polygons: Sequence[Sequence[NDArray[np.float64]]]) -> list[bytes]:
    """The WKB of polygons, each of closed rings (k, 2), the outer one first."""
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings:
        return []
    each = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    lines = shapely.linearrings(np.concatenate(rings), indices=each)
    owners = np.repeat(np.arange(len(polygons)), [len(polygon) for polygon in polygons])
    return to_wkb(shapely.polygons(lines, indices=owners))


def to_wkb(geometries: NDArray[np.object_] | Sequence[Any]) -> list[bytes]:
    """The WKB of geometries."""
    wkb: list[bytes] = shapely.to_wkb(np.asarray(geometries, object), byte_order=1).tolist()
    return wkb


def _parts(geometry: Any) -> Iterator[Any]:
    kind = shapely.get_type_id(geometry)
    if kind == GeometryType.GEOMETRYCOLLECTION:
        for i in range(shapely.get_num_geometries(geometry)):
            try:
                yield from _parts(shapely.get_geometry(geometry, i))
            except NotImplementedError:
                yield None
    elif kind in MULTIPLE:
        parts = shapely.get_parts(geometry)
        yield from parts[~shapely.is_empty(parts)]
    elif not shapely.is_empty(geometry):
        yield geometry


def _of_type(geometry: Any | None, kind: GeometryType) -> NDArray[np.object_]:
    parts = parts_of(geometry)
    found: NDArray[np.object_] = parts[shapely.get_type_id(parts) == kind]
    return found


def _together(geometry: Any | None, polygons: Iterable[Any]) -> Geometry | None:
    """Polygons of a geometry as one."""
    some = list(polygons)
    if not some:
        return None
    return some[0] if shapely.get_type_id(geometry) == GeometryType.POLYGON else shapely.multipolygons(some)


def _is_sound(polygon: Any) -> bool:
    enough = shapely.get_num_coordinates(polygon.exterior) >= FEWEST
    return bool(enough and np.isfinite(shapely.get_coordinates(polygon)).all())


def _as_polygons(wkb: bytes) -> bytes:
    """A WKB as GDAL writes it with surfaces and triangles named as the polygons that they are."""
    for kind, plain in SURFACES.items():
        wkb = wkb.replace(struct.pack("<BI", 1, kind), struct.pack("<BI", 1, plain))
    return wkb
