"""Oriented boxes as rectangles by their corners: found from outlines, and cut."""

from __future__ import annotations

import numpy as np
import shapely

from .detections import Floats, around
from .overlap import convex_area

EXACT = 1e-5  # of a rectangle's longer diagonal: how far its corners may be off


def rectangle_of(points: Floats) -> Floats:
    """The smallest rectangle around an outline (k, 2): its corners (4, 2) in turn.

    Of a rectangle its own corners, as they are. It has a side along one of the convex hull's: Freeman, Shapira (1975),
    doi:10.1145/360881.360919.
    """
    own = points[:-1] if len(points) == 5 and (points[0] == points[-1]).all() else points
    if len(own) == 4 and is_rectangle(own):
        return own
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(points)))
    if len(hull) < 4:  # no area
        low, high = points.min(0), points.max(0)
        return np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    side = np.diff(hull, axis=0)
    side = side / np.linalg.norm(side, axis=1, keepdims=True)
    middle = hull.mean(0)  # small numbers keep digits
    along, across = (hull - middle) @ side.T, (hull - middle) @ (side[:, ::-1] * (-1, 1)).T
    best = int((np.ptp(along, 0) * np.ptp(across, 0)).argmin())
    return around(hull, np.array([middle, middle + side[best]]))


def is_rectangle(corners: Floats) -> bool:
    """Whether four corners (4, 2) in turn are a rectangle's: its diagonals are as long, and meet in their middles."""
    first, second = corners[2] - corners[0], corners[3] - corners[1]
    lengths = np.hypot(*np.stack([first, second], 1))
    apart = np.abs(corners[0] + corners[2] - corners[1] - corners[3]).max() / 2
    limit = EXACT * lengths.max()
    return bool(lengths.max() > 0 and abs(lengths[0] - lengths[1]) <= limit and apart <= limit)


def is_upright(corners: Floats) -> bool:
    """Whether the sides of a rectangle (4, 2) are parallel to the axes."""
    side = np.abs(corners[1] - corners[0])
    return bool(side.min() <= EXACT * side.max())


def cut_off(corners: Floats, limits: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """Rectangles (n, 4, 2) cut at limits x1, y1, x2, y2: of the same angle around what lies inside, and which share
    (n,) of the area does. Where nothing does, they are as they were.
    """
    x1, y1, x2, y2 = limits
    low, high = corners.min(1), corners.max(1)
    share, result = np.ones(len(corners)), corners.copy()
    over = np.flatnonzero((low < (x1, y1)).any(1) | (high > (x2, y2)).any(1))
    parts = shapely.intersection(shapely.polygons(corners[over]), shapely.box(x1, y1, x2, y2))
    share[over] = shapely.area(parts) / np.maximum(convex_area(corners[over]), 1e-9)
    for i, part in zip(over[share[over] > 0], parts[share[over] > 0]):
        result[i] = around(shapely.get_coordinates(part), corners[i])
    return result, share


def corners_of(boxes: Floats) -> Floats:
    """The corners (n, 4, 2) of upright boxes (n, 4), in turn."""
    result: Floats = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]
    return result
