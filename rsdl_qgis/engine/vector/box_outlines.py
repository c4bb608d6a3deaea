"""The geometry of detected boxes: the lengths of their sides in metres, and their outlines as polygons in map units."""

from __future__ import annotations

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import shapes

from ..boxes.detections import Floats, Mask
from ..raster.grid import TRUE_SCALE, Grid, apply, crs_of, local_unit, metres_a_degree, project
from .geometries import polygons_in, polygons_wkb, to_wkb


class BoxGeometry:
    """Converts boxes in pixels of a grid to metres and to map polygons."""

    def __init__(self, grid: Grid):
        self._grid = grid
        self._scale = _constant_scale(grid)

    def sides(self, corners: Floats) -> Floats:
        """The lengths (n, 2) of the two sides of boxes with corners (n, 4, 2) in pixels, in metres.

        Without a CRS they are in map units, and not finite where the CRS has no place for a box. Where map units are
        not metres, a side is as long as the line that joins the middles of the other two.
        """
        if self._scale is not None:
            along, across = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
            a, b, _, d, e, _ = self._grid.transform[:6]
            sides = np.stack([along, across], 1)
            return self._scale * np.hypot(a * sides[..., 0] + b * sides[..., 1], d * sides[..., 0] + e * sides[..., 1])
        middles = (corners + np.roll(corners, -1, 1)) / 2  # of the four sides, each after its first corner
        lon, lat = project(*apply(self._grid.transform, *np.moveaxis(middles, 2, 0)), self._grid.crs, "EPSG:4326")
        with np.errstate(invalid="ignore"):  # of places that the CRS does not have
            east, north = np.stack([lon[:, 1] - lon[:, 3], lon[:, 2] - lon[:, 0]], 1), lat[:, [1, 2]] - lat[:, [3, 0]]
            per_lon, per_lat = metres_a_degree(np.radians(lat.mean(1, keepdims=True)))
            return np.hypot(((east + 180) % 360 - 180) * per_lon, north * per_lat)

    def azimuths(self, corners: Floats) -> Floats:
        """The direction (n,) of the longer side of boxes with corners (n, 4, 2) in pixels, in degrees clockwise from
        the map's north, from 0 to below 180.
        """
        a, b, _, d, e, _ = self._grid.transform[:6]
        sides = np.stack([corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]], 1) @ np.array([[a, d], [b, e]])
        longer = np.hypot(*np.moveaxis(sides, 2, 0)).argmax(1)
        east, north = sides[np.arange(len(sides)), longer].T
        angle: Floats = np.degrees(np.arctan2(east, north)) % 180
        return np.where(angle >= 180, 0.0, angle)

    def rectangles(self, corners: Floats) -> list[bytes]:
        """WKB polygons in map units of boxes with corners (n, 4, 2) in pixels."""
        x, y = apply(self._grid.transform, corners[..., 0], corners[..., 1])
        return to_wkb(shapely.polygons(np.stack([x, y], -1)[:, self._turn([0, 1, 2, 3, 0])]))

    def polygon(self, rings: list[Floats]) -> bytes:
        """A WKB polygon in map units of closed rings (k, 2) in pixels, the outer one first."""
        return polygons_wkb([[np.stack(apply(self._grid.transform, *ring.T), 1) for ring in rings]])[0]

    def _turn(self, order: list[int]) -> list[int]:
        """Corners anticlockwise on the map, as outer rings are."""
        a, b, _, d, e, _ = self._grid.transform[:6]
        return order if a * e - b * d > 0 else order[::-1]


def outline(mask: Mask) -> list[Floats]:
    """The rings of a mask's largest part, the outer one first, along the pixels' edges; none of an empty mask."""
    image = mask.pixels.astype(np.uint8)
    traced = shapes(image, mask=mask.pixels, connectivity=4, transform=Affine.translation(mask.col, mask.row))
    parts = [[np.array(ring, float) for ring in geometry["coordinates"]] for geometry, _ in traced]
    return max(parts, key=lambda rings: float(shapely.Polygon(rings[0]).area), default=[])


def clipped(corners: Floats, height: int, width: int) -> Floats:
    """The part of a convex polygon (k, 2) inside a raster as a closed ring, turned as the polygon is; empty where
    nothing is.
    """
    polygon = shapely.Polygon(corners)
    part = polygons_in(shapely.clip_by_rect(polygon, 0, 0, width, height))
    if part is None:
        return np.zeros((0, 2))
    ring: Floats = shapely.get_coordinates(shapely.orient_polygons(part, exterior_cw=not polygon.exterior.is_ccw))
    return ring


def _constant_scale(grid: Grid) -> float | None:
    """Metres a map unit where it is the same all over the grid; 1 without a CRS; None where it is not."""
    if grid.crs is None:
        return 1.0
    if (local := local_unit(grid.crs)) is not None:
        return local
    crs = crs_of(grid.crs)
    if not crs.is_projected:
        return None
    unit: float = crs.linear_units_factor[1]
    a, b, _, d, e, _ = grid.transform[:6]
    nominal: NDArray = unit * np.hypot([a, b], [d, e])
    for row in (0, grid.height // 2, grid.height - 1):
        for col in (0, grid.width // 2, grid.width - 1):
            x, y = apply(grid.transform, col, row)
            here = np.array(Grid(grid.crs, Affine(a, b, x, d, e, y), 1, 1).resolution)
            if (np.abs(here - nominal) > TRUE_SCALE * nominal).any():
                return None
    return unit
