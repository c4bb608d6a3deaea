"""Where features lie: the middle of each, and which points a polygon holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from .geometries import Geometry, geometry_from, points_in, sound_polygons


def middles(wkb: Sequence[bytes | None] | NDArray) -> NDArray[np.float64]:
    """(n, 2): a point inside each polygon or multipolygon; of a point or multipoint its first; NaN for anything else,
    for what is empty and for what is broken.

    Inside a polygon it lies half way along the widest stretch at about half of its height: of a rectangle the centre.
    """
    shapes = [geometry_from(value) for value in wkb]
    polygons = [sound_polygons(shape) for shape in shapes]
    with np.errstate(all="ignore"):  # of coordinates too small to be divided by
        inside = shapely.point_on_surface(np.array(polygons, object))
    result: NDArray[np.float64] = np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])
    for i, shape in enumerate(shapes):
        if polygons[i] is None and len(places := points_in(shape)):
            result[i] = places[0]
    return result


class Points:
    """Many points, sorted so that those in a polygon are found soon. ``xy`` (n, 2); what is not finite is nowhere."""

    def __init__(self, xy: NDArray):
        self._known = np.flatnonzero(np.isfinite(xy).all(1))
        self._tree = shapely.STRtree(shapely.points(xy[self._known]))

    def within(self, polygon: Geometry) -> NDArray[np.int64]:
        """The numbers of the points that a polygon holds, in order; one on its edge is held, one in a hole is not."""
        held = self._tree.query(shapely.get_parts(polygon), predicate="intersects")[1]
        found: NDArray[np.int64] = self._known[np.unique(held)]
        return found
