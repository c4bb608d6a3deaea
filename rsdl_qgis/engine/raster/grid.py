"""Where pixels are: windows of pixels and georeferenced grids."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform as transform_points
from rasterio.warp import transform_bounds

from ..errors import InputError

GDAL_ERRORS = (RasterioError, CRSError, CPLE_BaseError)  # some of GDAL's errors come without rasterio's own

Bounds = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax

TRUE_SCALE = 0.02  # relative difference up to which map units count as metres
PIXEL_TOLERANCE = 1e-3  # of a pixel: two grids nearer than this are the same grid


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: first row and column, height and width. It may stick out of its raster."""

    row: int
    col: int
    height: int
    width: int


@dataclass(frozen=True)
class Grid:
    """A georeferenced grid of pixels.

    ``crs``: WKT, or None when unknown; ``transform``: (column, row) of a pixel's upper left corner to map
    coordinates, rotation and south-up included; ``height``, ``width``: pixels.
    """

    crs: str | None
    transform: Affine
    height: int
    width: int

    def finer(self, times: int) -> Grid:
        """The grid with so many pixels for each of its own along both axes."""
        a, b, c, d, e, f = self.transform[:6]
        transform = Affine(a / times, b / times, c, d / times, e / times, f)
        return replace(self, transform=transform, height=self.height * times, width=self.width * times)

    def coarser(self, times: int) -> Grid:
        """The grid of blocks of so many pixels along both axes; the last ones may stick out."""
        a, b, c, d, e, f = self.transform[:6]
        transform = Affine(a * times, b * times, c, d * times, e * times, f)
        return replace(self, transform=transform, height=-(-self.height // times), width=-(-self.width // times))

    @property
    def bounds(self) -> Bounds:
        """The smallest upright rectangle around the grid, in map units."""
        corners = [apply(self.transform, c, r) for c in (0, self.width) for r in (0, self.height)]
        xs, ys = zip(*corners)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def resolution(self) -> tuple[float, float]:
        """Size of a pixel (x, y): metres at the grid's centre; without a CRS, map units.

        A CRS of its own, without a place on the earth, has metres too.
        """
        a, b, _, d, e, _ = self.transform[:6]
        nominal = math.hypot(a, d), math.hypot(b, e)
        if self.crs is None:
            return nominal
        if (unit := local_unit(self.crs)) is not None:
            return nominal[0] * unit, nominal[1] * unit
        crs = crs_of(self.crs)
        x, y = apply(self.transform, self.width / 2, self.height / 2)
        try:
            lon, lat = transform_points(crs, CRS.from_epsg(4326), [x, x + a, x + b], [y, y + d, y + e])
        except GDAL_ERRORS:
            return nominal
        per_lon, per_lat = metres_a_degree(math.radians(lat[0]))
        sides = [
            math.hypot(((lon[i] - lon[0] + 180) % 360 - 180) * per_lon, (lat[i] - lat[0]) * per_lat) for i in (1, 2)
        ]
        if not all(math.isfinite(side) and side > 0 for side in sides):
            return nominal
        if crs.is_projected:
            metres = crs.linear_units_factor[1]
            scaled = nominal[0] * metres, nominal[1] * metres
            if all(abs(side - s) <= TRUE_SCALE * s for side, s in zip(sides, scaled)):
                return scaled
        return sides[0], sides[1]

    def crop(self, window: Window) -> Grid:
        """The grid of a window; the window may stick out."""
        transform = within(self.transform, window.row, window.col)
        return Grid(self.crs, transform, window.height, window.width)

    def scaled(self, factor_y: float, factor_x: float) -> Grid:
        """The same area with about ``factor`` times as many rows and columns (at least one), pixels fitted to
        it.
        """
        height = max(1, round(self.height * factor_y))
        width = max(1, round(self.width * factor_x))
        transform = within(self.transform, 0, 0, self.height / height, self.width / width)
        return Grid(self.crs, transform, height, width)

    def window(self, bounds: Bounds, crs: str | None = None) -> Window:
        """The pixels that touch ``bounds``, which are in ``crs`` (WKT or 'EPSG:n'; None: the grid's own), cut
        to the grid.

        Raises InputError where the bounds are no rectangle, cannot be brought to the grid's CRS or lie
        outside it.
        """
        xmin, ymin, xmax, ymax = bounds
        if not all(math.isfinite(v) for v in bounds) or xmin > xmax or ymin > ymax:
            raise InputError(
                f"The extent {text(bounds)} is no rectangle.",
                "Give it as xmin, ymin, xmax, ymax with min below max.",
            )
        own = bounds
        if crs is not None and self.crs is not None and crs_of(crs) != crs_of(self.crs):
            own = (math.nan,) * 4
            with suppress(*GDAL_ERRORS):
                own = transform_bounds(crs_of(crs), crs_of(self.crs), *bounds, densify_pts=21)
            if not all(map(math.isfinite, own)):
                raise InputError(
                    f"The extent {text(bounds)} cannot be brought to the raster's coordinate system.",
                    "Draw the extent on the raster.",
                )
        elif crs is not None and self.crs is None:
            raise InputError(
                "The extent has a coordinate system but the raster has none.",
                "Give the raster its coordinate system, or the extent in the raster's own units.",
            )
        inverse = ~self.transform
        corners = [apply(inverse, x, y) for x in own[::2] for y in own[1::2]]
        cols, rows = zip(*corners)
        col0, col1 = _span(cols, self.width)
        row0, row1 = _span(rows, self.height)
        if col1 <= col0 or row1 <= row0:
            raise InputError(
                f"The extent {text(own)} does not overlap the raster, which covers {text(self.bounds)} "
                "(west, south, east, north).",
                "Choose an extent on the raster, and check the coordinate system of both.",
            )
        return Window(row0, col0, row1 - row0, col1 - col0)

    def under(self, other: Grid, margin: int = 0) -> Window | None:
        """The pixels that lie under another grid, of any CRS; None where the two do not overlap.

        ``margin``: so many pixels of either grid are added all around, where there are.
        """
        cols, rows = np.meshgrid(np.linspace(0, other.width, 21), np.linspace(0, other.height, 21))
        x, y = project(*apply(other.transform, cols, rows), other.crs, self.crs)
        col, row = apply(~self.transform, x, y)
        known = np.isfinite(col) & np.isfinite(row)
        if not known.any():
            return None
        margin_x = margin * (1 + np.ptp(col[known]) / other.width)
        margin_y = margin * (1 + np.ptp(row[known]) / other.height)
        left, right = _widened(col[known], margin_x, self.width)
        top, bottom = _widened(row[known], margin_y, self.height)
        return Window(top, left, bottom - top, right - left) if bottom > top and right > left else None

    def overlaps(self, other: Grid) -> bool:
        """Whether the two overlap; not where one cannot be brought to the other's CRS."""
        try:
            return self.under(other) is not None
        except GDAL_ERRORS:
            return False

    def holds(self, window: Window) -> bool:
        """Whether a window of its pixels lies inside it."""
        inside = min(window.row, window.col) >= 0
        return inside and window.row + window.height <= self.height and window.col + window.width <= self.width

    def pixel_offset(self, other: Grid) -> tuple[float, float] | None:
        """(row, column) of ``other``'s upper left corner in this grid's pixels where both have the same CRS
        and pixels of the same size and direction; else None.
        """
        if not same_crs(self.crs, other.crs):
            return None
        inverse = ~self.transform
        col, row = apply(inverse, *apply(other.transform, 0, 0))
        far_col, far_row = apply(inverse, *apply(other.transform, other.width, 0))
        low_col, low_row = apply(inverse, *apply(other.transform, 0, other.height))
        drift = far_col - col - other.width, far_row - row, low_col - col, low_row - row - other.height
        return (row, col) if max(map(abs, drift)) <= PIXEL_TOLERANCE else None


def metres_a_degree(phi: Any) -> tuple[Any, Any]:
    """Metres in a degree of longitude and of latitude on the WGS 84 ellipsoid, at latitudes in radians.

    The usual series in latitude, for numbers or arrays.
    """
    per_lon = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    per_lat = 111132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return per_lon, per_lat


def apply(transform: Affine, x: Any, y: Any) -> tuple[Any, Any]:
    """A point (numbers or arrays) through an affine transform."""
    return transform.a * x + transform.b * y + transform.c, transform.d * x + transform.e * y + transform.f


def pixel_boxes(grid: Grid, outlines: NDArray) -> NDArray[np.int64]:
    """(n, 4): first row and column, and those after the last, of the pixels that (n, 4) map rectangles touch."""
    xs, ys = outlines[:, [0, 0, 2, 2]], outlines[:, [1, 3, 1, 3]]
    col, row = apply(~grid.transform, xs, ys)
    low = [np.floor(values.min(1) + 1e-6) for values in (row, col)]
    high = [np.maximum(np.ceil(values.max(1) - 1e-6), first + 1) for values, first in zip((row, col), low)]
    limit = 2**31
    return np.clip(np.column_stack([*low, *high]), -limit, limit).astype(np.int64).reshape(-1, 4)


def within(transform: Affine, row: float, col: float, scale_y: float = 1, scale_x: float = 1) -> Affine:
    """The transform of a grid that begins at a grid's (row, col), with pixels ``scale`` times as large."""
    x, y = apply(transform, col, row)
    a, b, _, d, e, _ = transform[:6]
    return Affine(a * scale_x, b * scale_y, x, d * scale_x, e * scale_y, y)


def _span(values: tuple[float, ...], size: int) -> tuple[int, int]:
    first = math.floor(min(values) + PIXEL_TOLERANCE)
    last = math.ceil(max(values) - PIXEL_TOLERANCE)
    return max(0, first), min(size, max(last, first + 1))


def _widened(values: np.ndarray, margin: float, size: int) -> tuple[int, int]:
    first = math.floor(values.min() - margin + PIXEL_TOLERANCE)
    last = math.ceil(values.max() + margin - PIXEL_TOLERANCE)
    return max(0, first), min(size, last)


def crs_of(text_or_none: str | None) -> CRS:
    """The CRS of a WKT or 'EPSG:n' string. Raises InputError when it is none."""
    try:
        return CRS.from_user_input(text_or_none)
    except (CRSError, ValueError, TypeError, AttributeError) as error:  # '{"init": 3}' is read as JSON
        raise InputError(f"'{str(text_or_none)[:60]}' is no coordinate system.", "Give WKT or EPSG:n.") from error


@lru_cache
def local_unit(crs: str | None) -> float | None:
    """Metres a map unit of an engineering CRS, such as a site's own grid, which has no place on the earth; None for all
    others."""
    if crs is None:
        return None
    known = crs_of(crs)
    if known.is_geographic or known.is_projected:
        return None
    described = known.to_dict(projjson=True)
    horizontal = described.get("components", [described])[0]
    if horizontal.get("type") != "EngineeringCRS":
        return None
    unit = horizontal["coordinate_system"]["axis"][0].get("unit", "metre")
    return float(unit["conversion_factor"]) if isinstance(unit, dict) and unit.get("type") == "LinearUnit" else 1.0


def same_crs(first: str | None, second: str | None) -> bool:
    """Whether two CRS strings mean the same system; None equals None only."""
    if first is None or second is None or first == second:
        return first == second
    return crs_of(first) == crs_of(second)


@contextmanager
def transforming(source: str | None, target: str | None) -> Iterator[None]:
    """InputError where there is no way from one CRS to the other, as from and to local ones."""
    try:
        yield
    except GDAL_ERRORS as error:
        names = " and ".join(crs_of(crs).to_string()[:60] for crs in (source, target))
        raise InputError(
            f"There is no transformation between the coordinate systems {names}.",
            "Give all layers in systems that lie on the Earth, or all in the same one.",
        ) from error


def project(x: np.ndarray, y: np.ndarray, source: str | None, target: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Points from one CRS to another; those that cannot be brought over become infinite."""
    if same_crs(source, target):
        return x, y
    with transforming(source, target):
        xs, ys = transform_points(crs_of(source), crs_of(target), x.ravel(), y.ravel())
    return np.asarray(xs).reshape(x.shape), np.asarray(ys).reshape(y.shape)


def text(bounds: Bounds) -> str:
    """Bounds for a message: '(xmin, ymin, xmax, ymax)' in few digits."""
    return "(" + ", ".join(f"{value:.8g}" for value in bounds) + ")"
