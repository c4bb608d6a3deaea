"""One raster file: its bands, what is valid in them, and reading them on their own grid or another."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import DTypeLike, NDArray
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.env import get_gdal_config, set_gdal_config
from rasterio.errors import NotGeoreferencedWarning
from rasterio.warp import reproject
from rasterio.windows import Window as RasterioWindow

from ..errors import InputError
from ..products.backscatter import Calibration
from ..products.quality import Quality
from ..tables.orders import NEWEST
from ..tables.sensors import SCALED
from .grid import GDAL_ERRORS, PIXEL_TOLERANCE, Grid, Window, apply, crs_of, project, same_crs, within
from .stored import Turn, Values, colour_table

WARP_TOLERANCE = 0.02  # pixels by which the transformation between two CRSs may be approximated
MARGIN = 4  # pixels around a part to be resampled: what the widest rule, cubic, reaches
# The width of a rule of resampling, in parts of a pixel. By itself GDAL takes it from the sizes of two arrays, which
# differ from tile to tile where grids are turned to one another or in other systems.
WIDTHS = 8
CHUNK = 4_000_000  # source values held at once while they are averaged
LARGEST_CACHE = 1 << 30  # bytes of GDAL's block cache
COLOURS = ("red", "green", "blue", "nir", "rededge", "coastal", "pan")  # of GDAL's, those that name a band


@dataclass(frozen=True)
class Layer:
    """A raster to read. ``path``: anything GDAL opens; ``bands``: numbers from 1 (None: all but alpha);
    ``nodata``: the user's own, one stored number or one a band, added to what the file says.

    ``palette``: the colours of a paletted band are read in place of its numbers, and ``bands`` are 1 red, 2 green,
    3 blue. ``stored``: numbers are read as they are stored, without the file's scale and offset. ``scaled``: scale and
    offset of each of the bands, in place of the file's.

    ``path`` may also be a product (``products.table``), whose bands count from 1 in its own order; ``unit``: that its
    values are brought to (``products.matching``). ``quality``: pixels that are not valid. See ``raster.stack``.
    ``order``: of the scenes of a mosaic, a key of ``products.collection.ORDERS``. ``calibration``: of a radar image in
    its own geometry (``raster.delivered.radar``).
    """

    path: str
    bands: tuple[int, ...] | None = None
    nodata: float | tuple[float | None, ...] | None = None
    palette: bool = False
    stored: bool = False
    scaled: tuple[tuple[float, float], ...] | None = None
    unit: str = SCALED
    quality: Quality | None = None
    calibration: Calibration | None = None
    order: str = NEWEST


@dataclass(frozen=True)
class LayerInfo:
    """What is known of a layer; all but its place goes by the chosen ``bands``.

    ``dtypes``: of the values; ``nodata``: the file's, None where the values are not what is stored; ``colours``: red,
    green, blue and so on, as the file says what a band shows ('': nothing of the kind); ``scales``, ``offsets``: what
    stored numbers are multiplied by, and what is added. ``paletted``: its one data band holds numbers of colours.
    ``notes``: what there is to tell of a product; ``level``: its level, such as L2A.
    """

    path: str
    bands: tuple[int, ...]
    descriptions: tuple[str, ...]
    dtypes: tuple[str, ...]
    nodata: tuple[float | None, ...]
    resolution: tuple[float, float]
    crs: str | None
    colours: tuple[str, ...] = ()
    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    paletted: bool = False
    notes: tuple[str, ...] = ()
    level: str = ""

    @property
    def count(self) -> int:
        return len(self.bands)


class OpenLayer:
    """A layer's open file.

    Belongs to one thread at a time. Raises InputError where the file cannot be used.
    """

    def __init__(self, layer: Layer):
        self.path = layer.path
        self._reserved = 0  # bytes of GDAL's cache
        self._file = open_raster(layer.path)
        try:
            self._choose(layer)
        except BaseException:
            self._file.close()
            raise

    def _choose(self, layer: Layer) -> None:
        file = self._file
        if file.count == 0:
            parts = "; ".join(file.subdatasets[:4])
            hint = f"Choose one of its parts, such as {parts}" if parts else "Choose another file."
            raise InputError(f"{self.path} has no bands of its own.", hint)
        alpha = {i for i, kind in zip(file.indexes, file.colorinterp) if kind == ColorInterp.alpha}
        data = tuple(i for i in file.indexes if i not in alpha)
        paletted = len(data) == 1 and file.colorinterp[data[0] - 1] == ColorInterp.palette
        self._palette = self._colours_of(data[0]) if layer.palette and paletted else None
        self.bands = tuple(layer.bands) if layer.bands else (1, 2, 3) if self._palette is not None else data
        self._check_bands(alpha)
        self._read_bands = data if self._palette is not None else self.bands
        # Rasterio asks GDAL about all bands each time: once is enough, as there may be a thousand.
        dtypes_of, nodata_of, masks_of, texts = file.dtypes, file.nodatavals, file.mask_flag_enums, file.descriptions
        stored = [dtypes_of[band - 1] for band in self._read_bands]
        if any(dtype.startswith("complex") for dtype in stored):
            raise InputError(
                f"{self.path} holds complex numbers.", "Make an amplitude or intensity raster of it first."
            )
        self._stored_dtype = np.result_type(*stored)
        self._values = self._values_of(layer)
        dtypes = ("uint8",) * len(self.bands) if self._palette is not None else self._values.dtypes(stored)
        self.dtype = np.result_type(*dtypes)
        self._direct = self._palette is None and self._values.are_stored
        self._place()
        self.paletted = self._palette is None and file.colorinterp[self.bands[0] - 1] == ColorInterp.palette
        own = [nodata_of[band - 1] for band in self._read_bands]
        stated = [*enumerate(own), *enumerate(_per_band(layer, len(self._read_bands)))]
        usable = {(i, _usable(value, np.dtype(stored[i]))) for i, value in stated}
        self._nodata = [(i, value) for i, value in usable if value is not None]
        # Alpha asked for by number is data, so it is not a mask as well.
        plain = [{MaskFlags.all_valid}, {MaskFlags.nodata}]
        flags = [set(masks_of[band - 1]) for band in self._read_bands]
        self._masked = any(f not in plain for f in flags) and not alpha & set(self._read_bands)
        self._mask_bands = (
            self._read_bands if any(MaskFlags.per_dataset not in f for f in flags) else self._read_bands[:1]
        )
        shown = [*COLOURS] if self._palette is not None else [kind.name for kind in file.colorinterp]
        self.info = LayerInfo(
            path=layer.path,
            bands=self.bands,
            descriptions=tuple(texts[band - 1] or "" for band in self._read_bands)
            if self._palette is None
            else ("",) * len(self.bands),
            dtypes=tuple(dtypes),
            nodata=tuple(own) if self._direct else (None,) * len(self.bands),
            resolution=self.grid.resolution,
            crs=self.grid.crs,
            colours=tuple(shown[band - 1] if shown[band - 1] in COLOURS else "" for band in self.bands),
            scales=self._values.scales,
            offsets=self._values.offsets,
            paletted=paletted,
        )

    def _check_bands(self, alpha: set[int]) -> None:
        """InputError for a band that the file does not have, or none."""
        known = (1, 2, 3) if self._palette is not None else self._file.indexes
        wrong = [band for band in self.bands if band not in known]
        if wrong or not self.bands:
            raise InputError(
                f"{self.path} has no band {wrong[0] if wrong else 1}: it has {len(known)} band(s)"
                + (", the last of them alpha." if alpha and not wrong else "."),
                f"Choose bands between 1 and {len(known)}.",
            )

    def _colours_of(self, band: int) -> NDArray[np.uint8]:
        dtype = np.dtype(self._file.dtypes[band - 1])
        if dtype.kind != "u" or dtype.itemsize > 2:
            raise InputError(
                f"{self.path} has a palette for numbers of the type {dtype}.", "Convert it to RGB first (PCT to RGB)."
            )
        return colour_table(self._file.colormap(band), dtype)

    def _values_of(self, layer: Layer) -> Values:
        """What the numbers of the bands that are read stand for."""
        count = len(self._read_bands)
        if layer.stored or self._palette is not None:
            return Values((1.0,) * count, (0.0,) * count)
        if layer.scaled is not None:
            return Values(*zip(*layer.scaled))
        about = self._file.scales, self._file.offsets
        scales, offsets = ([of[band - 1] for band in self._read_bands] for of in about)
        return Values.of(self.path, scales, offsets)

    def _place(self) -> None:
        """The grid, north up, and how the stored pixels come onto it."""
        file = self._file
        if file.gcps[0] and not file.crs:
            raise InputError(
                f"{self.path} is placed by ground control points only.",
                "Warp it to a coordinate system first (gdalwarp).",
            )
        if not math.isfinite(file.transform.determinant) or file.transform.determinant == 0:
            raise InputError(f"The geotransform of {self.path} is degenerate.", "Georeference the raster again.")
        self._turn = Turn.of(file.transform, file.height, file.width)
        transform = self._turn.grid_transform(file.transform) if self._turn.is_needed else file.transform
        self.grid = Grid(file.crs.to_wkt() if file.crs else None, transform, *self._turn.shape)

    def close(self) -> None:
        self._file.close()
        if self._reserved:
            set_gdal_config("GDAL_CACHEMAX", int(get_gdal_config("GDAL_CACHEMAX")) - self._reserved)
            self._reserved = 0

    def read(self, window: Window, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """Fills ``out`` (C, h, w) and ``mask`` (C, h, w; True = not valid) with a window of the layer's own
        grid.

        Outside the raster mask is True and out is 0. Of a window that lies inside, arrays smaller than it
        take every n-th pixel, from overviews where there are.
        """
        top, left = max(0, -window.row), max(0, -window.col)
        bottom = min(window.height, self.grid.height - window.row)
        right = min(window.width, self.grid.width - window.col)
        if bottom <= top or right <= left:
            out[...], mask[...] = 0, True
            return
        if (bottom - top, right - left) != (window.height, window.width):
            out[...], mask[...] = 0, True
            out, mask = out[:, top:bottom, left:right], mask[:, top:bottom, left:right]
        self._read(Window(window.row + top, window.col + left, bottom - top, right - left), out, mask)

    def _read(self, window: Window, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """As ``read``, of a window that lies inside."""
        part = self._turn.stored(window)
        inside = RasterioWindow(part.col, part.row, part.width, part.height)
        shape = self._turn.of_shape((out.shape[1], out.shape[2]))
        as_is = self._direct and not self._turn.is_needed
        dtype = out.dtype if self._direct else self._stored_dtype
        stored = out if as_is else np.empty((len(self._read_bands), *shape), dtype)
        self._widen_cache(part.height)
        try:
            self._file.read(list(self._read_bands), window=inside, out=stored)
            mask[...] = False
            if self._masked:
                masks = self._file.read_masks(
                    list(self._mask_bands), window=inside, out_shape=(len(self._mask_bands), *shape)
                )
                mask |= self._turn(masks) == 0
        except GDAL_ERRORS as error:
            raise InputError(
                f"{self.path} cannot be read at row {inside.row_off}, column {inside.col_off}: {_cause(error)}.",
                "The file may be damaged or incomplete; copy or download it again.",
            ) from error
        stored = self._turn(stored)
        for band, value in self._nodata:
            mask[slice(None) if self._palette is not None else band] |= stored[band] == value
        self._fill(stored, out, mask)
        if self.dtype.kind == "f":
            mask |= ~np.isfinite(out)

    def _fill(self, stored: NDArray, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """Values of stored numbers; colours of a palette that are transparent are not valid."""
        if self._palette is not None:
            for c, band in enumerate(self.bands):
                out[c] = self._palette[stored[0], band - 1]
            mask |= self._palette[stored[0], 3] == 0
        elif not self._direct:
            self._values.fill(stored, out)
        elif self._turn.is_needed:
            out[...] = stored

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the blocks the file is stored in."""
        return self._turn.of_shape(self._file.block_shapes[self._read_bands[0] - 1])

    @property
    def declares_nodata(self) -> bool:
        """Whether the file, a mask or alpha, or the user says what is not valid."""
        return bool(self._nodata) or self._masked

    def leave_out(self, values: Iterable[float]) -> None:
        """Takes numbers, as they are stored, for nodata, in all bands, besides those that are known."""
        dtypes = self._file.dtypes
        for i, band in enumerate(self._read_bands):
            usable = (_usable(value, np.dtype(dtypes[band - 1])) for value in values)
            self._nodata += [(i, value) for value in usable if value is not None]

    @property
    def has_overviews(self) -> bool:
        return all(self._file.overviews(band) for band in self._read_bands)

    def holds(self, window: Window) -> bool:
        """Whether a window of the layer's own grid lies inside it."""
        return self.grid.holds(window)

    def overlaps(self, grid: Grid) -> bool:
        """Whether the layer and a grid overlap; not where one cannot be brought to the other's CRS."""
        return self.grid.overlaps(grid)

    def read_onto(
        self, grid: Grid, dtype: DTypeLike, resampling: Resampling, thin: bool = False
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """The layer resampled to another grid: values (C, h, w) and mask (True = not valid).

        Values and validity are resampled alike and divided by one another, so that what is not valid has no
        part in any value; a pixel is valid where at least half of its weight is. Where the grid is coarser by
        a factor of two or more, pixels are averaged first, or (``thin``) only every n-th is read.
        """
        height, width = grid.height, grid.width
        values = np.zeros((len(self.bands), height, width), dtype)
        mask = np.ones(values.shape, bool)
        nearest = resampling == Resampling.nearest
        ratio = min(math.sqrt(self._pixels_under(grid)), 1e6)
        step = max(1, int(ratio + 0.01))
        scale = 1 / max(1, round(ratio / step * WIDTHS) / WIDTHS)
        window = self.grid.under(grid, MARGIN) if thin else self._blocks_under(grid, step)
        if window is None:
            return values, mask
        weighted, weight = self._thinned(window, step) if thin else self._reduced(window, step, nearest)
        transform = within(self.grid.transform, window.row, window.col, step, step)
        crs = crs_of(self.grid.crs or "EPSG:3857")  # without a CRS on both sides any one stands for the shared units
        work = np.concatenate([weighted, weight])
        result = np.zeros((len(work), height, width), work.dtype)
        try:
            reproject(
                work,
                result,
                src_transform=transform,
                src_crs=crs,
                dst_transform=grid.transform,
                dst_crs=crs_of(grid.crs) if grid.crs else crs,
                resampling=resampling,
                tolerance=WARP_TOLERANCE,
                XSCALE=scale,
                YSCALE=scale,
            )
        except GDAL_ERRORS as error:
            raise InputError(
                f"{self.path} cannot be brought to the grid of the first raster: {_cause(error)}.",
                "Check the coordinate systems of both rasters.",
            ) from error
        warped, weight = result[: len(self.bands)], result[len(self.bands) :]
        mask[...] = weight < 0.5
        np.divide(warped, weight, out=warped, where=~mask)
        if np.dtype(dtype).kind != "f":
            limits = np.iinfo(np.dtype(dtype))
            np.clip(np.rint(warped, out=warped), limits.min, limits.max, out=warped)
        np.copyto(values, warped, where=~mask, casting="unsafe")
        return values, mask

    def _blocks_under(self, grid: Grid, step: int) -> Window | None:
        """The layer's pixels that a grid is made of, with a margin for interpolation; None where there are none.

        It begins where a block of step x step pixels does: at the grid's own pixels where these are such blocks, else
        at multiples of ``step``, so that parts of a grid are made of the same blocks as all of it.
        """
        window = self.grid.under(grid, MARGIN)
        if window is None:
            return None
        row, col = self._corner_of_blocks(grid, step)
        above, left = (window.row - row) % step, (window.col - col) % step
        return Window(window.row - above, window.col - left, window.height + above, window.width + left)

    def _corner_of_blocks(self, grid: Grid, step: int) -> tuple[int, int]:
        """Row and column at which a block of step x step pixels begins."""
        if not same_crs(self.grid.crs, grid.crs):
            return 0, 0
        col, row = apply(~self.grid.transform, *apply(grid.transform, 0, 0))
        right, below = (apply(~self.grid.transform, *apply(grid.transform, *one)) for one in ((1, 0), (0, 1)))
        off = abs(right[0] - col) - step, right[1] - row, below[0] - col, abs(below[1] - row) - step
        return (round(row), round(col)) if max(map(abs, off)) <= PIXEL_TOLERANCE else (0, 0)

    def _pixels_under(self, grid: Grid) -> float:
        """How many of the layer's pixels one pixel of a grid covers, at the grid's centre."""
        cols = grid.width / 2 + np.array([0.0, 1.0, 0.0])
        rows = grid.height / 2 + np.array([0.0, 0.0, 1.0])
        x, y = project(*apply(grid.transform, cols, rows), grid.crs, self.grid.crs)
        col, row = apply(~self.grid.transform, x, y)
        area = abs((col[1] - col[0]) * (row[2] - row[0]) - (col[2] - col[0]) * (row[1] - row[0]))
        return float(area) if np.isfinite(area) else 1.0

    def _reduced(self, window: Window, step: int, nearest: bool) -> tuple[NDArray, NDArray]:
        """A window step x step pixels coarser: values times validity (C, h, w), and validity 0..1 (C, h, w).

        Read in chunks of rows, so that memory goes by what comes out.
        """
        dtype = self._working_dtype
        bands, height, width = (
            len(self.bands),
            math.ceil(window.height / step),
            math.ceil(window.width / step),
        )
        weighted = np.zeros((bands, height, width), dtype)
        weight = np.zeros((bands, height, width), dtype)
        rows = max(1, CHUNK // (bands * step * step * width))
        for first in range(0, height, rows):
            n = min(rows, height - first)
            part = Window(window.row + first * step, window.col, n * step, width * step)
            values = np.empty((bands, part.height, part.width), self.dtype)
            mask = np.empty(values.shape, bool)
            self.read(part, values, mask)
            if nearest:
                middle = np.s_[:, step // 2 :: step, step // 2 :: step]
                values, valid = values[middle], ~mask[middle]
                weighted[:, first : first + n] = np.where(valid, values, 0)
                weight[:, first : first + n] = valid
                continue
            valid = ~mask
            blocks = (bands, n, step, width, step)
            np.copyto(values, 0, where=mask)
            values.reshape(blocks).mean(axis=(2, 4), dtype=dtype, out=weighted[:, first : first + n])
            valid.reshape(blocks).mean(axis=(2, 4), dtype=dtype, out=weight[:, first : first + n])
        return weighted, weight

    def _thinned(self, window: Window, step: int) -> tuple[NDArray, NDArray]:
        """As ``_reduced``, taking one pixel in step x step."""
        height, width = max(1, window.height // step), max(1, window.width // step)
        values = np.empty((len(self.bands), height, width), self.dtype)
        mask = np.empty(values.shape, bool)
        part = Window(window.row, window.col, min(height * step, window.height), min(width * step, window.width))
        self.read(part, values, mask)
        np.copyto(values, 0, where=mask)
        return values.astype(self._working_dtype), (~mask).astype(self._working_dtype)

    @property
    def _working_dtype(self) -> np.dtype:
        """The float type that holds the layer's values well enough to resample them."""
        small = self.dtype.itemsize <= (4 if self.dtype.kind == "f" else 2)
        return np.dtype(np.float32 if small else np.float64)

    def _widen_cache(self, rows: int) -> None:
        """Lets GDAL keep one strip of a file whose blocks are as wide as the raster.

        Neighbouring tiles lie in the same blocks, and each would decode the whole strip again.
        """
        if self._file.block_shapes[0][1] < self._file.width:
            return
        strip = (rows + self._file.block_shapes[0][0]) * self._file.width
        needed = strip * sum(np.dtype(dtype).itemsize for dtype in self._file.dtypes)
        if needed > self._reserved:
            cache = int(get_gdal_config("GDAL_CACHEMAX"))
            more = max(0, min(needed - self._reserved, LARGEST_CACHE - cache))
            set_gdal_config("GDAL_CACHEMAX", cache + more)
            self._reserved += more


def open_raster(path: str) -> rasterio.DatasetReader:
    """An open raster. Raises InputError where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return rasterio.open(path)
    except GDAL_ERRORS as error:
        if ":" not in path[2:] and not path.startswith("/vsi") and not Path(path).exists():
            raise InputError(f"There is no file {path}.", "Check that it was not moved or renamed.") from error
        raise InputError(
            f"{path} cannot be opened as a raster: {_cause(error)}.",
            "The file may be damaged, or no raster at all.",
        ) from error


def _cause(error: BaseException) -> str:
    """GDAL's own words: the innermost cause of a rasterio error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().rstrip(".")


def _per_band(layer: Layer, count: int) -> Sequence[float | None]:
    if not isinstance(layer.nodata, (tuple, list)):
        return [layer.nodata] * count
    if len(layer.nodata) != count:
        raise InputError(
            f"{len(layer.nodata)} nodata values were given for {count} band(s) of {layer.path}.",
            "Give one value, or one a band.",
        )
    return layer.nodata


def _usable(value: float | None, dtype: np.dtype) -> np.generic | None:
    """A nodata value in the band's type; None where no pixel can have it (NaN is caught as not finite)."""
    if value is None or math.isnan(value):
        return None
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(value)
    limits = np.iinfo(dtype)
    whole = math.isfinite(value) and value == int(value)
    return dtype.type(int(value)) if whole and limits.min <= value <= limits.max else None
