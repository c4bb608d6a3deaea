"""Areas on the ground of polygons along the edges of pixels.

The ground under a pixel changes smoothly over a raster: as a function of column and row it is a short sum of products
f(column) g(row). The area of a polygon is then a sum over its corners of products of their integrals (Green's theorem),
and no corner has to be projected.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from ...errors import InputError
from ...raster.grid import Grid, Window, apply, crs_of, local_unit, project
from .rings import following
from .tracer import Traced, spans

DEGREES = (6, 12, 24, 48, 96)
TOLERANCE = (
    3e-7  # relative, of the area of a pixel, between a degree and the next; the error of that one is far smaller
)
NEGLIGIBLE = 1e-10  # of the largest product
LONGEST_EDGE = 64  # pixels: longer edges are bent with the projection where corners are projected

Factors = tuple[NDArray[np.floating], NDArray[np.floating]]  # (n, columns + 1), (n, rows + 1)


class GroundAreas:
    """Areas in m² of polygons in a grid, from an equal-area projection about its centre.

    In squared map units where the grid has no CRS; NaN for polygons with a corner that has no place on the earth.
    """

    def __init__(self, grid: Grid):
        self._grid = grid
        self._factors: Factors | None = None
        self._is_smooth: bool | None = None  # None: not known yet

    def of(self, traced: Traced) -> NDArray[np.float64]:
        """The area of each polygon. Raises InputError where the CRS has none."""
        self._look()
        if self._factors is None:
            return _projected(traced, self._grid)
        x, y = traced.steps[:, 0].astype(np.int64), traced.steps[:, 1].astype(np.int64) >> 2
        firsts = np.cumsum(traced.lengths) - traced.lengths
        ends = following(x, traced.lengths)
        parts = np.zeros(len(x))
        for column, row in zip(*self._factors):
            level = row[y]
            level -= np.repeat(level[firsts], traced.lengths)  # small numbers: large ones would lose digits
            level *= column[ends] - column[x]
            parts += level
        areas: NDArray[np.float64] = np.abs(np.add.reduceat(parts, firsts[np.cumsum(traced.rings) - traced.rings]))
        return areas

    def of_pixels(self, window: Window) -> NDArray[np.float64]:
        """(h, w): the area of each pixel of a window. Raises InputError where the CRS has none."""
        self._look()
        if self._factors is None:
            return _pixels(window, self._grid)
        columns, rows = self._factors
        across = np.diff(columns[:, window.col : window.col + window.width + 1].astype(np.float64))
        down = np.diff(rows[:, window.row : window.row + window.height + 1].astype(np.float64))
        areas: NDArray[np.float64] = np.abs(down.T @ across)
        return areas

    def _look(self) -> None:
        """Find out, once, whether the ground changes smoothly."""
        if self._is_smooth is None:
            self._factors = _flat(self._grid) or _curved(self._grid)
            self._is_smooth = self._factors is not None


def _flat(grid: Grid) -> Factors | None:
    """Of a grid without a place on the earth, in which all pixels are of one size."""
    unit = 1.0 if grid.crs is None else local_unit(grid.crs)
    if unit is None:
        return None
    a, b, _, d, e, _ = grid.transform[:6]
    columns, rows = np.arange(grid.width + 1.0), np.arange(grid.height + 1.0)
    return columns[None] * (unit * unit * abs(a * e - b * d)), rows[None]


def _curved(grid: Grid) -> Factors | None:
    """From the derivatives of the projection, as Chebyshev series; None where it is not smooth enough for these."""
    before = None
    for degree in DEGREES:
        nodes = chebyshev.chebpts1(2 * degree)
        series = _series(grid, degree)
        if series is None:
            return None
        density = _density(*series, nodes)
        if before is not None:
            coarse = _density(*before, nodes)
            with np.errstate(invalid="ignore", divide="ignore"):
                if np.max(np.abs(coarse / density - 1)) <= TOLERANCE:
                    return _integrals(density, nodes, grid)
        before = series
    return None


def _series(grid: Grid, degree: int) -> tuple[NDArray, NDArray] | None:
    """Coefficients (row, column) of the projected x and y over the grid, each axis from -1 to 1; None where the
    projection does not reach all of it.
    """
    nodes = chebyshev.chebpts1(degree)
    columns, rows = np.meshgrid((nodes + 1) / 2 * grid.width, (nodes + 1) / 2 * grid.height)
    x, y = (v.reshape(columns.shape) for v in _placed(columns.ravel(), rows.ravel(), grid, equal_area(grid)))
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    inverse = _fit(nodes)
    return inverse @ x @ inverse.T, inverse @ y @ inverse.T


def _fit(nodes: NDArray[np.float64]) -> NDArray[np.floating]:
    """What values at Chebyshev's nodes are multiplied by for the coefficients of the polynomial through them."""
    inverse: NDArray[np.floating] = chebyshev.chebvander(nodes, len(nodes) - 1).T * (2 / len(nodes))
    inverse[0] /= 2
    return inverse


def _density(x: NDArray, y: NDArray, nodes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(row, column): ground a unit of column and row at the nodes."""
    (x_row, x_col), (y_row, y_col) = (
        [chebyshev.chebgrid2d(nodes, nodes, chebyshev.chebder(values, axis=axis)) for axis in (0, 1)]
        for values in (x, y)
    )
    density: NDArray[np.float64] = np.abs(x_row * y_col - x_col * y_row)
    return density


def _integrals(density: NDArray, nodes: NDArray[np.float64], grid: Grid) -> Factors:
    """The products that make up the density, each factor integrated, for all columns and rows."""
    left, sizes, right = np.linalg.svd(density)
    count = int(np.count_nonzero(sizes > NEGLIGIBLE * sizes[0]))
    inverse = _fit(nodes)

    def along(values: NDArray, length: int) -> NDArray[np.float64]:
        places = np.linspace(-1, 1, length + 1)
        integral: NDArray[np.float64] = chebyshev.chebval(places, chebyshev.chebint(inverse @ values))
        return integral

    return along(right[:count].T, grid.width), along(left[:, :count] * sizes[:count], grid.height)


def equal_area(grid: Grid) -> str:
    """An equal-area projection about a grid's centre."""
    x, y = apply(grid.transform, np.array([grid.width / 2]), np.array([grid.height / 2]))
    lon, lat = (float(value[0]) for value in project(x, y, grid.crs, "EPSG:4326"))
    if crs_of(grid.crs).is_geographic:  # meridians and parallels stay straight, the whole globe fits
        return f"+proj=cea +lon_0={lon} +datum=WGS84 +units=m +over"
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def _placed(column: NDArray, row: NDArray, grid: Grid, target: str) -> tuple[NDArray, NDArray]:
    """Corners (n,) in another CRS; NaN for those without a place there, for which GDAL may refuse all of them."""
    try:
        return project(*apply(grid.transform, column, row), grid.crs, target)
    except InputError:
        if len(column) == 1:
            return np.full(1, np.nan), np.full(1, np.nan)
    middle = len(column) // 2
    halves = [_placed(column[part], row[part], grid, target) for part in (slice(middle), slice(middle, None))]
    return np.concatenate([x for x, _ in halves]), np.concatenate([y for _, y in halves])


def _pixels(window: Window, grid: Grid) -> NDArray[np.float64]:
    """Areas of a window's pixels whose corners are projected."""
    rows, columns = np.mgrid[
        window.row : window.row + window.height + 1, window.col : window.col + window.width + 1
    ].astype(np.float64)
    east, north = (v.reshape(rows.shape) for v in _placed(columns.ravel(), rows.ravel(), grid, equal_area(grid)))
    with np.errstate(invalid="ignore"):
        falling = (east[1:, 1:] - east[:-1, :-1]) * (north[:-1, 1:] - north[1:, :-1])
        rising = (east[:-1, 1:] - east[1:, :-1]) * (north[1:, 1:] - north[:-1, :-1])
        areas: NDArray[np.float64] = np.abs(falling - rising) / 2  # half the product of the diagonals
    return np.where(np.isfinite(areas), areas, np.nan)


def _projected(traced: Traced, grid: Grid) -> NDArray[np.float64]:
    """Areas of polygons whose corners are projected, and points along their longer edges with them."""
    x, y = traced.steps[:, 0].astype(np.float64), (traced.steps[:, 1] >> 2).astype(np.float64)
    after = following(x, traced.lengths), following(y, traced.lengths)
    # From each corner to the next, along a row and then along a column.
    column, row = np.stack([x, after[0]], 1).ravel(), np.stack([y, y], 1).ravel()
    width, height = np.stack([after[0] - x, 0 * x], 1).ravel(), np.stack([0 * y, after[1] - y], 1).ravel()
    a, b, _, d, e, _ = grid.transform[:6]
    longest = LONGEST_EDGE * min(math.hypot(a, d), math.hypot(b, e))
    pieces = np.ceil(np.hypot(a * width + b * height, d * width + e * height) / longest).astype(np.int64)
    part = (spans(np.zeros_like(pieces), pieces)) / np.repeat(pieces, pieces)
    column, row = (np.repeat(v, pieces) + part * np.repeat(w, pieces) for v, w in ((column, width), (row, height)))
    east, north = _placed(column, row, grid, equal_area(grid))
    lengths = np.add.reduceat(pieces, 2 * (np.cumsum(traced.lengths) - traced.lengths))
    firsts = np.cumsum(lengths) - lengths
    with np.errstate(invalid="ignore"):
        east, north = (v - np.repeat(v[firsts], lengths) for v in (east, north))  # small numbers
        cross = east * following(north, lengths) - following(east, lengths) * north
        areas: NDArray[np.float64] = np.add.reduceat(cross, firsts[np.cumsum(traced.rings) - traced.rings]) / 2
    return np.abs(areas)
