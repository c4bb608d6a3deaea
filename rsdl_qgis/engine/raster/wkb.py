"""Geometries as well-known binary: the points, lines and polygons in them, however they are wrapped."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

POINT, LINE, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(1, 8)
CIRCULAR, COMPOUND, CURVED, MULTICURVE, MULTISURFACE = range(8, 13)
SURFACE, TIN, TRIANGLE = 15, 16, 17
SETS = (MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION, MULTICURVE, MULTISURFACE, SURFACE, TIN)
CURVES = (CIRCULAR, COMPOUND, CURVED)  # of a collection: GDAL draws the others as lines when they are read

Ring = list[tuple[float, float]]  # closed
Part = tuple[int, Any]  # POINT, LINE, POLYGON or one of CURVES, and its coordinates


def parts_of(wkb: bytes | None) -> Iterator[Part]:
    """The simple parts of a two-dimensional geometry, of any depth: points (x, y), lines (n, 2), polygons as lists of
    rings, and curves as None. Nothing for what is empty.
    """
    if wkb is not None and len(wkb) >= 9:
        yield from _read(wkb, 0)[0]


def type_of(wkb: bytes) -> int:
    """The number of a geometry's type."""
    return int(struct.unpack_from(_order(wkb, 0) + "I", wkb, 1)[0])


def multipolygon(polygons: list[list[Ring]]) -> bytes:
    """Polygons as one geometry."""
    parts = [struct.pack("<BII", 1, MULTIPOLYGON, len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("<BII", 1, POLYGON, len(rings)))
        for ring in rings:
            parts += [struct.pack("<I", len(ring)), np.asarray(ring, "<f8").tobytes()]
    return b"".join(parts)


def _order(wkb: bytes, position: int) -> str:
    return "<" if wkb[position] else ">"


def _read(wkb: bytes, position: int) -> tuple[list[Part], int]:
    """The parts of the geometry at a position, and where it ends."""
    order = _order(wkb, position)
    kind, count = struct.unpack_from(order + "II", wkb, position + 1)
    if kind == POINT:
        x, y = struct.unpack_from(order + "dd", wkb, position + 5)
        return ([(POINT, (x, y))] if x == x and y == y else []), position + 21
    position += 9
    if kind in (LINE, CIRCULAR):
        corners = _corners(wkb, order, position, count)
        return ([(kind, corners if kind == LINE else None)] if count else []), position + 16 * count
    if kind in (POLYGON, TRIANGLE):
        rings = []
        for _ in range(count):
            length = struct.unpack_from(order + "I", wkb, position)[0]
            rings.append([(x, y) for x, y in _corners(wkb, order, position + 4, length).tolist()])
            position += 4 + 16 * length
        return ([(POLYGON, rings)] if rings else []), position
    found: list[Part] = []
    for _ in range(count):
        inner, position = _read(wkb, position)
        found += inner
    return ([(kind, None)] if found and kind in CURVES else found), position


def _corners(wkb: bytes, order: str, position: int, count: int) -> NDArray[np.float64]:
    return np.frombuffer(wkb, order + "f8", 2 * count, position).reshape(count, 2).astype(np.float64)
