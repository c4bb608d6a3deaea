"""Radar images in their own geometry: numbers to backscatter, ground control points to a map."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray
from rasterio.control import GroundControlPoint
from rasterio.enums import Resampling
from rasterio.transform import GCPTransformer
from rasterio.warp import calculate_default_transform, reproject
from rasterio.windows import Window as RasterioWindow

from ...errors import InputError
from ...products.backscatter import AzimuthNoise, Calibration, Table
from ...tables.sensors import DECIBEL
from ..grid import GDAL_ERRORS, Grid, Window, apply, crs_of, project
from ..layer import CHUNK, MARGIN, WARP_TOLERANCE, Layer, LayerInfo, open_raster

LEAST_POINTS = 4
HIGHEST = 84.0  # degrees of latitude with zones of UTM
POLES = ("EPSG:3031", "EPSG:3995")
DARKEST = 1e-5  # sigma0 in dB begins at -50
# GDAL widens a rule of resampling by the sizes of both arrays, which of parts are not those of the whole: so it is not
# to (XSCALE), and _reduced averages before.
SPLINE = "GCP_TPS"  # GDAL's thin plate spline: through every point


class OpenRadar:
    """An open band of a radar image, read as an ``OpenLayer`` is: sigma0 on the UTM grid of its centre.

    Its points are brought to that system, and GDAL's thin plate spline through them places the pixels; reading on any
    other grid goes there straight from the radar's geometry. A stored 0 is not valid. Pixels are averaged before they
    are resampled to a grid coarser by two or more. Belongs to one thread at a time. Raises InputError.
    """

    paletted = False
    declares_nodata = True
    has_overviews = False

    def __init__(self, layer: Layer, resampling: Resampling):
        if layer.calibration is None:
            raise ValueError(f"{layer.path} has no calibration")
        self.path = layer.path
        self.bands = (1,)
        self.dtype = np.dtype(np.float32)
        self._calibration, self._resampling = layer.calibration, resampling
        self._decibel = layer.unit == DECIBEL
        self._file = open_raster(layer.path)
        try:
            self._place()
        except BaseException:
            self._file.close()
            raise
        self.info = LayerInfo(
            layer.path, self.bands, ("",), ("float32",), (None,), self.grid.resolution, self.grid.crs, ("",), (1.0,),
            (0.0,),
        )  # fmt: skip

    def _place(self) -> None:
        """The points in metres, and the grid around the image, whose origin is a multiple of its pixels."""
        file = self._file
        if file.count != 1 or np.dtype(file.dtypes[0]).kind != "u":
            raise InputError(
                f"{self.path} holds {file.count} band(s) of {file.dtypes[0]}, and a detected image has one of whole "
                "numbers.",
                "Choose a Ground Range Detected product (GRD).",
            )
        points, crs = file.gcps
        if len(points) < LEAST_POINTS or crs is None:
            raise InputError(
                f"{self.path} has {len(points)} ground control points, so that its place is not known.",
                "Download the product again.",
            )
        places = np.array([(p.x, p.y) for p in points])
        lon, lat = project(places[:, 0], places[:, 1], crs.to_wkt(), "EPSG:4326")
        target = crs_of(_system(lon, lat))
        x, y = project(lon, lat, "EPSG:4326", target.to_wkt())
        self._points = [GroundControlPoint(p.row, p.col, float(a), float(b), 0.0) for p, a, b in zip(points, x, y)]
        side = self._calibration.spacing
        transform, width, height = calculate_default_transform(
            target, target, file.width, file.height, gcps=self._points, resolution=side, SRC_METHOD=SPLINE
        )
        left, top = math.floor(transform.c / side) * side, math.ceil(transform.f / side) * side
        snapped = type(transform)(side, 0, left, 0, -side, top)
        self.grid = Grid(target.to_wkt(), snapped, height + 1, width + 1)
        self._inverse = GCPTransformer(self._points, tps=True)

    def close(self) -> None:
        self._inverse.close()
        self._file.close()

    def read(self, window: Window, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """As of ``OpenLayer``."""
        grid = self.grid.crop(window)
        shape = out.shape[1], out.shape[2]
        thin = shape != (window.height, window.width)
        grid = grid.scaled(shape[0] / window.height, shape[1] / window.width) if thin else grid
        out[...], mask[...] = self.read_onto(grid, out.dtype, self._resampling, thin)

    def read_onto(
        self, grid: Grid, dtype: DTypeLike, resampling: Resampling, thin: bool = False
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """As of ``OpenLayer``."""
        shape = (1, grid.height, grid.width)
        side = math.sqrt(math.prod(grid.resolution)) / self._calibration.spacing
        step = max(1, int(min(side, 1e6) + 0.01))
        window = self._under(grid, step)
        if window is None:
            return np.zeros(shape, dtype), np.ones(shape, bool)
        work = self._thinned(window, step) if thin else self._reduced(window, step)
        points = [
            GroundControlPoint((p.row - window.row) / step, (p.col - window.col) / step, p.x, p.y, 0.0)
            for p in self._points
        ]
        found = np.zeros((2, grid.height, grid.width), np.float32)
        try:
            reproject(
                work, found, gcps=points, src_crs=crs_of(self.grid.crs), dst_transform=grid.transform,
                dst_crs=crs_of(grid.crs or self.grid.crs), resampling=resampling, tolerance=WARP_TOLERANCE,
                SRC_METHOD=SPLINE,
                XSCALE=1, YSCALE=1,
            )  # fmt: skip
        except GDAL_ERRORS as error:
            raise InputError(
                f"{self.path} cannot be brought to the grid of the map: {error}.", "Check the coordinate system."
            ) from error
        sigma, weight = found
        invalid = weight < 0.5
        np.divide(sigma, weight, out=sigma, where=~invalid)
        sigma[invalid] = 0
        if self._decibel:
            sigma = np.where(invalid, 0, 10 * np.log10(np.maximum(sigma, DARKEST)))
        return sigma[np.newaxis].astype(dtype), invalid[np.newaxis]

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the blocks that are read at once: the image lies aslant of its grid."""
        return (512, 512)

    def leave_out(self, values: Iterable[float]) -> None:
        """Numbers that are nodata: 0 always is, and others stand for no backscatter that is measured."""

    def holds(self, window: Window) -> bool:
        """As of ``OpenLayer``."""
        return self.grid.holds(window)

    def overlaps(self, grid: Grid) -> bool:
        """As of ``OpenLayer``."""
        return self.grid.overlaps(grid)

    def _under(self, grid: Grid, step: int) -> Window | None:
        """The image's pixels under a grid, from a multiple of ``step`` on; None where there are none."""
        inside = self.grid.under(grid, MARGIN)
        if inside is None:
            return None
        rows, cols = np.meshgrid(np.linspace(0, inside.height, 21), np.linspace(0, inside.width, 21))
        x, y = apply(self.grid.crop(inside).transform, cols, rows)
        row, col = (np.asarray(at) for at in self._inverse.rowcol(x.ravel(), y.ravel(), op=lambda at: at))
        spans = []
        for at, size in ((row, self._file.height), (col, self._file.width)):
            start = max(0, math.floor(at.min()) - MARGIN * step) // step * step
            spans.append((start, min(size, math.ceil(at.max()) + MARGIN * step)))
        (top, bottom), (left, right) = spans
        return Window(top, left, bottom - top, right - left) if bottom > top and right > left else None

    def _reduced(self, window: Window, step: int) -> NDArray[np.float32]:
        """(2, h, w): sigma0 times validity and validity, means of blocks of step x step pixels, read in chunks."""
        height, width = math.ceil(window.height / step), math.ceil(window.width / step)
        found = np.zeros((2, height, width), np.float32)
        rows = max(1, CHUNK // (step * step * width))
        for first in range(0, height, rows):
            n = min(rows, height - first)
            part = Window(
                window.row + first * step, window.col, min(n * step, window.height - first * step), window.width
            )
            sigma = self._sigma(part, (part.height, part.width))
            if step > 1:
                padding = ((0, 0), (0, n * step - part.height), (0, width * step - part.width))
                sigma = np.pad(sigma, padding).reshape(2, n, step, width, step).mean(axis=(2, 4))
            found[:, first : first + n] = sigma
        return found

    def _thinned(self, window: Window, step: int) -> NDArray[np.float32]:
        """As ``_reduced``, of one pixel in step x step."""
        return self._sigma(window, (math.ceil(window.height / step), math.ceil(window.width / step)))

    def _sigma(self, window: Window, shape: tuple[int, int]) -> NDArray[np.float32]:
        """(2, h, w): sigma0 (0 where it is not valid) and validity of a window, at every n-th pixel."""
        try:
            inside = RasterioWindow(window.col, window.row, window.width, window.height)
            numbers = self._file.read(1, window=inside, out_shape=shape).astype(np.float64)
        except GDAL_ERRORS as error:
            raise InputError(
                f"{self.path} cannot be read at row {window.row}, column {window.col}: {error}.",
                "The file may be damaged or incomplete; copy or download it again.",
            ) from error
        rows = window.row + (np.arange(shape[0]) + 0.5) * window.height / shape[0] - 0.5
        cols = window.col + (np.arange(shape[1]) + 0.5) * window.width / shape[1] - 0.5
        valid = numbers > 0
        return np.stack([np.where(valid, sigma0(numbers, self._calibration, rows, cols), 0), valid]).astype(np.float32)


def sigma0(numbers: NDArray[np.float64], calibration: Calibration, rows: NDArray, cols: NDArray) -> NDArray[np.float64]:
    """Linear sigma0 (h, w) of the numbers at these lines (h,) and samples (w,), not below 0."""
    power = numbers**2
    if calibration.noise is not None:
        noise = at_places(calibration.noise, rows, cols)
        for part in calibration.azimuth:
            _multiply(noise, part, rows, cols)
        power -= noise
    return np.maximum(power, 0) / at_places(calibration.sigma, rows, cols) ** 2


def at_places(table: Table, rows: NDArray, cols: NDArray) -> NDArray[np.float64]:
    """(h, w): a look-up table at lines (h,) and samples (w,), bilinear; beyond its ends the last value counts."""
    lines = np.array(table.lines)
    place = np.interp(rows, lines, np.arange(len(lines)))
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(lines) - 1)
    first, end = int(low.min()), int(high.max()) + 1
    along = np.stack([np.interp(cols, table.pixels[i], table.values[i]) for i in range(first, end)])
    share = (place - low)[:, np.newaxis]
    return along[low - first] * (1 - share) + along[high - first] * share


def _multiply(noise: NDArray, part: AzimuthNoise, rows: NDArray, cols: NDArray) -> None:
    """Noise (h, w) times the factors of one part of the image."""
    inside, across = (
        np.flatnonzero((at >= first) & (at <= end)) for at, (first, end) in ((rows, part.rows), (cols, part.columns))
    )
    factors = np.interp(rows[inside], part.lines, part.values)
    noise[np.ix_(inside, across)] *= factors[:, np.newaxis]


def _system(lon: Sequence[float] | NDArray, lat: Sequence[float] | NDArray) -> str:
    """The UTM zone of the middle of points in degrees; near the poles a stereographic system."""
    turns = np.unwrap(np.radians(np.asarray(lon)))  # on both sides of the date line
    middle = (math.degrees(float(turns.mean())) + 180) % 360 - 180
    height = float(np.mean(lat))
    if abs(height) > HIGHEST:
        return POLES[height > 0]
    return f"EPSG:{(32601 if height >= 0 else 32701) + int((middle + 180) // 6)}"
