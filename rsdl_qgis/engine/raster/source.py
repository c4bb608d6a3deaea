"""The rasters a job reads: named inputs, each of one or more dates, all on one grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.features import geometry_mask

from ..errors import InputError
from .delivered.scenes import Opened, open_layer
from .grid import Bounds, Grid, Window, text
from .layer import Layer, LayerInfo
from .stack import SAME_RESOLUTION, finest, offset_in

__all__ = ["Layer", "LayerInfo", "RasterSource", "inspect", "valid_pixels"]

RESAMPLING = {
    "nearest": Resampling.nearest,
    "bilinear": Resampling.bilinear,
    "cubic": Resampling.cubic,
}
LARGEST_FULL_SAMPLE = 20_000_000  # pixels a band that sample() may decode in full
MOST_THREADS = 8  # that read layers for a sample
PATCHES = 8  # a larger raster without overviews is sampled in so many patches along each axis


def first(layers: Sequence[Opened]) -> Opened:
    """The first layer."""
    return layers[0]


def last(layers: Sequence[Opened]) -> Opened:
    """The last layer."""
    return layers[-1]


GRIDS: Mapping[str, Callable[[Sequence[Opened]], Opened]] = {"first": first, "last": last, "finest": finest}


class Mask(Protocol):
    """Polygons, such as those of a vector layer."""

    def polygons(self, crs: str | None) -> Sequence[Any]:
        """The polygons in a CRS, each with its ``bounds`` and its ``__geo_interface__``."""


class RasterSource:
    """Named inputs on one grid, read window by window. A context manager.

    ``inputs``: the layers of each input, one a date, all with the same number of bands. The grid is that of
    one layer (``grid``: first, last or finest, by pixel area; the first of equal ones), its rotation
    and extent kept, cut to ``extent`` (xmin, ymin, xmax, ymax in ``extent_crs``, default the grid's CRS) and,
    where ``resolution`` (metres a pixel) is given and differs, resampled to it. Layers on other grids are
    resampled to it as they are read (``resampling``: nearest, bilinear or cubic; paletted layers always
    nearest; finer layers are averaged first, but for nearest); where one has no pixels, nothing is valid.
    ``mask``: outside its polygons nothing is valid.

    Files stay open and are not thread-safe: use a source from one thread at a time.
    Raises InputError where a file cannot be used, the layers do not overlap, or only one of two has a CRS.
    """

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Layer]],
        *,
        resolution: float | None = None,
        extent: Bounds | None = None,
        extent_crs: str | None = None,
        mask: Mask | None = None,
        resampling: str = "bilinear",
        grid: str = "first",
    ):
        for what, name, known in (("resampling", resampling, RESAMPLING), ("grid", grid, GRIDS)):
            if name not in known:
                raise InputError(f"There is no {what} '{name}'.", f"Choose one of {', '.join(known)}.")
        self._resampling = RESAMPLING[resampling]
        self._layers: dict[str, list[Opened]] = {}
        try:
            for name, layers in inputs.items():
                opened = self._layers.setdefault(name, [])
                for layer in layers:
                    opened.append(open_layer(layer, self._resampling))
            self._placed: Opened = self._reference(GRIDS[grid])
            self.grid = _cut(self._placed.grid, resolution, extent, extent_crs)
            self._dtypes = {name: _common_dtype(name, layers) for name, layers in self._layers.items()}
            self._offsets = {layer: offset_in(layer, self.grid) for layer in self._all()}
            polygons = mask.polygons(self.grid.crs) if mask is not None else None
            self._polygons = None if polygons is None else [(p.bounds, p.__geo_interface__) for p in polygons]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> RasterSource:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        for layers in self._layers.values():
            for layer in layers:
                layer.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs' names."""
        return tuple(self._layers)

    def layers(self, name: str) -> list[LayerInfo]:
        """What is known of an input's layers, one a date."""
        return [layer.info for layer in self._layers[name]]

    def read(self, window: Window) -> dict[str, np.ma.MaskedArray]:
        """The pixels of a window of ``grid``, which may stick out: for each input (T, C, h, w) in the layers'
        common type.

        The mask is a full array, True where a value is not valid: nodata (the file's and the user's),
        masked by the file (mask band, alpha, .msk), not finite, outside the raster, or outside the mask's
        polygons. Raises InputError where a file turns out damaged.
        """
        outside = self._outside(window)
        return {name: self._read(name, window, outside) for name in self._layers}

    def read_coarse(self, window: Window, height: int, width: int) -> dict[str, np.ma.MaskedArray]:
        """A window as from ``read``, at the fewer pixels ``height`` x ``width``: of each row and column only every n-th
        is taken, from overviews where there are.
        """
        coarse = self.grid.crop(window).scaled(height / window.height, width / window.width)
        beyond = _sticking_out(window, coarse, self.grid)
        outside = self._outside_of(coarse)
        outside = beyond if outside is None else outside | beyond
        return {name: self._read_coarse(name, window, coarse, outside) for name in self._layers}

    def sample(self, pixels: int = 250_000) -> dict[str, np.ma.MaskedArray]:
        """About ``pixels`` pixels from all over the area where all layers overlap, for statistics: for each input
        (T, C, n, m) as from ``read``.

        Overviews are used where there are; a large raster without them gives patches (laid side by side), so
        that not all of it is decoded. All arrays hold the same places.
        """
        shared = self._shared()
        count = shared.height * shared.width
        factor = min(1.0, math.sqrt(pixels / count))
        if count > LARGEST_FULL_SAMPLE and not all(layer.has_overviews for layer in self._all()):
            patches = self._patches(shared, pixels)
            if not all(array.mask.all() for array in patches.values()):
                return patches
        coarse = self.grid.crop(shared).scaled(factor, factor)
        outside = self._outside_of(coarse)
        return self._each_layer(lambda name, layer: self._read_coarse_layer(name, layer, shared, coarse), outside)

    def _shared(self) -> Window:
        """The part of the grid where all layers overlap; all of it where there is none."""
        top, left, bottom, right = 0, 0, self.grid.height, self.grid.width
        for layer in self._all():
            window = self.grid.under(layer.grid)
            if window is None:
                return Window(0, 0, self.grid.height, self.grid.width)
            top, left = max(top, window.row), max(left, window.col)
            bottom, right = min(bottom, window.row + window.height), min(right, window.col + window.width)
        if bottom <= top or right <= left:
            return Window(0, 0, self.grid.height, self.grid.width)
        return Window(top, left, bottom - top, right - left)

    def _read(self, name: str, window: Window, outside: NDArray[np.bool_] | None) -> np.ma.MaskedArray:
        layers, dtype = self._layers[name], self._dtypes[name]
        shape = (len(layers), len(layers[0].bands), window.height, window.width)
        values, mask = np.empty(shape, dtype), np.empty(shape, bool)
        for t, layer in enumerate(layers):
            self._read_layer(layer, window, values[t], mask[t])
        if outside is not None:
            mask |= outside
        return np.ma.MaskedArray(values, mask, copy=False)

    def _read_layer(self, layer: Opened, window: Window, values: NDArray, mask: NDArray[np.bool_]) -> None:
        """Fills values and mask (C, h, w) with a window of the grid."""
        offset = self._offsets[layer]
        if offset is None:
            values[...], mask[...] = layer.read_onto(self.grid.crop(window), values.dtype, self._rule(layer))
        else:
            layer.read(
                Window(window.row + offset[0], window.col + offset[1], window.height, window.width), values, mask
            )
        _mask_sticking_out(mask, window, self.grid)

    def _read_coarse(
        self, name: str, part: Window, coarse: Grid, outside: NDArray[np.bool_] | None
    ) -> np.ma.MaskedArray:
        """A part of the grid, at the fewer pixels of ``coarse``."""
        return _stacked([self._read_coarse_layer(name, layer, part, coarse) for layer in self._layers[name]], outside)

    def _read_coarse_layer(
        self, name: str, layer: Opened, part: Window, coarse: Grid
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        dtype, offset = self._dtypes[name], self._offsets[layer] or (0, 0)
        own = Window(part.row + offset[0], part.col + offset[1], part.height, part.width)
        if self._offsets[layer] is None or not layer.holds(own):
            return layer.read_onto(coarse, dtype, Resampling.nearest, thin=True)
        shape = (len(layer.bands), coarse.height, coarse.width)
        values, mask = np.empty(shape, dtype), np.empty(shape, bool)
        layer.read(own, values, mask)
        return values, mask

    def _patches(self, part: Window, pixels: int) -> dict[str, np.ma.MaskedArray]:
        side = math.ceil(math.sqrt(pixels) / PATCHES)
        rows, cols = (
            [_within_block(int(at), side, block, end) for at in np.linspace(start, end - side, PATCHES)]
            for start, end, block in (
                (part.row, part.row + part.height, self._placed.block[0]),
                (part.col, part.col + part.width, self._placed.block[1]),
            )
        )
        windows = [Window(row, col, side, side) for row in rows for col in cols]
        outside = [self._outside(window) for window in windows]

        def patches(name: str, layer: Opened) -> tuple[NDArray, NDArray[np.bool_]]:
            shape = (len(windows), len(layer.bands), side, side)
            values, mask = np.empty(shape, self._dtypes[name]), np.empty(shape, bool)
            for i, window in enumerate(windows):
                self._read_layer(layer, window, values[i], mask[i])
            return np.concatenate(values, 2), np.concatenate(mask, 2)

        beyond = None if self._polygons is None else np.concatenate([o for o in outside if o is not None], 1)
        return self._each_layer(patches, beyond)

    def _each_layer(
        self,
        read: Callable[[str, Opened], tuple[NDArray, NDArray[np.bool_]]],
        outside: NDArray[np.bool_] | None,
    ) -> dict[str, np.ma.MaskedArray]:
        """``read`` of every layer of every input, several at once: no file is used by two threads."""
        with ThreadPoolExecutor(min(len(self._all()), MOST_THREADS), "sample") as pool:
            found = {
                name: [pool.submit(read, name, layer) for layer in layers] for name, layers in self._layers.items()
            }
            return {name: _stacked([one.result() for one in each], outside) for name, each in found.items()}

    def _all(self) -> list[Opened]:
        return [layer for layers in self._layers.values() for layer in layers]

    def _rule(self, layer: Opened) -> Resampling:
        return Resampling.nearest if layer.paletted else self._resampling

    def _reference(self, choose: Callable[[Sequence[Opened]], Opened]) -> Opened:
        """The layer whose grid is the source's."""
        layers = self._all()
        if not layers:
            raise InputError("There is no raster to read.", "Choose at least one raster layer.")
        placed = choose(layers)
        for other in layers:
            if other is not placed:
                _check_pair(placed, other)
        return placed

    def _outside(self, window: Window) -> NDArray[np.bool_] | None:
        return self._outside_of(self.grid.crop(window))

    def _outside_of(self, grid: Grid) -> NDArray[np.bool_] | None:
        """(h, w) True outside the mask's polygons; None where there is no mask."""
        if self._polygons is None:
            return None
        xmin, ymin, xmax, ymax = grid.bounds
        near = [p for (x0, y0, x1, y1), p in self._polygons if x0 <= xmax and x1 >= xmin and y0 <= ymax and y1 >= ymin]
        if not near:
            return np.ones((grid.height, grid.width), bool)
        return geometry_mask(near, (grid.height, grid.width), grid.transform)


def _stacked(
    dates: Sequence[tuple[NDArray, NDArray[np.bool_]]], outside: NDArray[np.bool_] | None
) -> np.ma.MaskedArray:
    """(T, C, h, w) of the values and masks (C, h, w) of each date; ``outside`` (h, w) is not valid in any."""
    values, mask = np.stack([v for v, _ in dates]), np.stack([m for _, m in dates])
    if outside is not None:
        mask |= outside
    return np.ma.MaskedArray(values, mask, copy=False)


def inspect(layer: Layer) -> LayerInfo:
    """What is known of a layer, without keeping it open. Raises InputError where it cannot be used."""
    return inspect_with_grid(layer)[0]


def inspect_with_grid(layer: Layer) -> tuple[LayerInfo, Grid]:
    """As ``inspect``, with the layer's grid."""
    opened = open_layer(layer, Resampling.nearest)
    opened.close()
    return opened.info, opened.grid


def valid_pixels(arrays: Mapping[str, np.ma.MaskedArray]) -> NDArray[np.bool_]:
    """(h, w): where no array of (T, C, h, w) is masked in any date or band; at least one array."""
    invalid = [np.ma.getmaskarray(array).reshape(-1, *array.shape[-2:]).any(axis=0) for array in arrays.values()]
    return ~np.logical_or.reduce(invalid)


def _cut(grid: Grid, resolution: float | None, extent: Bounds | None, extent_crs: str | None) -> Grid:
    """The part of a grid in ``extent``, at ``resolution``."""
    if extent is not None:
        grid = grid.crop(grid.window(extent, extent_crs))
    if resolution is not None:
        if not resolution > 0:
            raise InputError(f"A resolution of {resolution} m cannot be.", "Give metres a pixel, above 0.")
        x, y = grid.resolution
        if max(abs(x / resolution - 1), abs(y / resolution - 1)) > SAME_RESOLUTION:
            grid = grid.scaled(y / resolution, x / resolution)
    return grid


def _mask_sticking_out(mask: NDArray[np.bool_], window: Window, grid: Grid) -> None:
    """Masks what lies outside the grid, though the layer may go on there."""
    mask[:, : max(0, -window.row)] = True
    mask[:, max(0, grid.height - window.row) :] = True
    mask[:, :, : max(0, -window.col)] = True
    mask[:, :, max(0, grid.width - window.col) :] = True


def _sticking_out(window: Window, coarse: Grid, grid: Grid) -> NDArray[np.bool_]:
    """(h, w) True for the pixels of a window, seen at those of ``coarse``, whose centre lies outside the grid."""
    row = window.row + (np.arange(coarse.height) + 0.5) * (window.height / coarse.height)
    col = window.col + (np.arange(coarse.width) + 0.5) * (window.width / coarse.width)
    return ((row < 0) | (row >= grid.height))[:, None] | (col < 0) | (col >= grid.width)


def _within_block(first: int, side: int, block: int, length: int) -> int:
    """Where ``side`` pixels as near ``first`` as can be begin that lie in one block, so that only one is decoded."""
    over = first % block + side - block
    if over <= 0 or side > block:
        return first
    back, ahead = first - over, first + side - over
    return ahead if ahead - first < over and ahead + side <= length else back


def _common_dtype(name: str, layers: Sequence[Opened]) -> np.dtype:
    if not layers:
        raise InputError(f"The input '{name}' has no raster.", "Choose a raster for it.")
    counts = [len(layer.bands) for layer in layers]
    if len(set(counts)) > 1:
        described = ", ".join(f"{layer.path} has {count}" for layer, count in zip(layers, counts))
        raise InputError(
            f"The dates of '{name}' differ in their number of bands: {described}.",
            "Choose the same bands for each date.",
        )
    return np.result_type(*(layer.dtype for layer in layers))


def _check_pair(first: Opened, other: Opened) -> None:
    """Raises InputError where a layer cannot be placed on the first one's grid."""
    if (first.grid.crs is None) != (other.grid.crs is None):
        without, with_crs = (first, other) if first.grid.crs is None else (other, first)
        raise InputError(
            f"{without.path} has no coordinate system, but {with_crs.path} has one.",
            "Give the former its coordinate system (in QGIS: Assign projection).",
        )
    if first.grid.crs is None:
        unplaced = [layer for layer in (first, other) if layer.grid.transform.is_identity]
        same_shape = (first.grid.height, first.grid.width) == (other.grid.height, other.grid.width)
        if unplaced and not (len(unplaced) == 2 and same_shape):
            raise InputError(
                f"{first.path} ({first.grid.width} x {first.grid.height} pixels) and {other.path} "
                f"({other.grid.width} x {other.grid.height} pixels) are not georeferenced and of "
                "different size, so they cannot be aligned.",
                "Georeference both, or use rasters of the same size.",
            )
    if not other.overlaps(first.grid):
        raise InputError(
            f"{other.path} does not overlap {first.path}, which covers {text(first.grid.bounds)}.",
            "Choose layers of the same place, and check the coordinate system of both.",
        )
