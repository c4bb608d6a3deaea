"""Several files as one layer: the bands of a product, each in its file, and what its quality bands leave out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from rasterio.enums import Resampling

from ..errors import InputError
from ..products.files import last
from ..products.matching import scale_of
from ..products.product import Flag, Product, ProductBand
from ..products.quality import flagged
from ..tables.quality import BEFORE_COLLECTIONS, FILL, LARGEST, Test
from ..tables.sensors import TRUE_COLOUR, UNITS
from .delivered.radar import OpenRadar
from .grid import PIXEL_TOLERANCE, Grid, Window
from .layer import Layer, LayerInfo, OpenLayer

SAMPLE = 512  # pixels along a side of a quality band that tell of which kind it is
BEFORE, COLLECTION_1 = "from before the collections", "of Collection 1"
SAME_RESOLUTION = 0.01  # relative difference below which two pixels are of one size


class Placed(Protocol):
    """What has a grid: an open layer or a stack of some."""

    @property
    def grid(self) -> Grid: ...


L = TypeVar("L", bound=Placed)


def finest(layers: Sequence[L]) -> L:
    """The layer with the smallest pixels in metres; of layers that differ by at most a hundredth the first."""
    sides = [math.sqrt(math.prod(layer.grid.resolution)) for layer in layers]
    return next(layer for layer, side in zip(layers, sides) if side <= min(sides) * (1 + SAME_RESOLUTION))


def offset_in(layer: Placed, grid: Grid) -> tuple[int, int] | None:
    """(row, column) of a grid's first pixel in a layer's own pixels; None where the layer has to be resampled."""
    offset = layer.grid.pixel_offset(grid)
    if offset is None or any(abs(o - round(o)) > 10 * PIXEL_TOLERANCE for o in offset):
        return None
    return round(offset[0]), round(offset[1])


@dataclass(frozen=True)
class Part:
    """An open file of a stack: ``places`` of its bands in the stack (from 0); ``offset``: (row, column) of the stack's
    first pixel in its own, None where it has to be resampled.
    """

    layer: OpenLayer | OpenRadar
    places: tuple[int, ...]
    offset: tuple[int, int] | None

    def read(
        self, window: Window, grid: Grid, shape: tuple[int, int], dtype: DTypeLike, resampling: Resampling
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """Values and mask (C, h, w) of a window of the stack's ``grid``; ``shape``: (h, w)."""
        if self.offset is None:
            return self.layer.read_onto(grid.crop(window), dtype, resampling)
        values: NDArray = np.empty((len(self.layer.bands), *shape), dtype)
        mask: NDArray[np.bool_] = np.empty(values.shape, bool)
        own = Window(window.row + self.offset[0], window.col + self.offset[1], window.height, window.width)
        self.layer.read(own, values, mask)
        return values, mask


class OpenStack:
    """Bands of several files as one layer, read as an ``OpenLayer`` is.

    The grid is that of the finest file; others are resampled to it, or, where another grid is asked for, each file to
    that. Pixels that a quality band marks, or of which it knows nothing, are not valid. Belongs to one thread at a
    time. Raises InputError where a file cannot be used.
    """

    paletted = False

    def __init__(self, layer: Layer, product: Product | None, resampling: Resampling):
        self.path = layer.path
        self._resampling = resampling
        is_known = product is not None and all(band.gain is not None for band in product.chosen(layer.bands))
        self._limit = UNITS[TRUE_COLOUR] if is_known and layer.unit == TRUE_COLOUR else None
        self._opened: list[OpenLayer | OpenRadar] = []
        self._flags: list[tuple[OpenLayer, list[Flag]]] = []
        try:
            files = list(_files(layer, product))
            for one, _, fills in files:
                self._opened.append(_opened(one, resampling))
                self._opened[-1].leave_out(fills)
            for flags in _by_file(flagged(layer.quality, product) if layer.quality else ()):
                quality = Layer(flags[0].path, (flags[0].number,), stored=True)
                self._flags.append((OpenLayer(quality), flags))
            self._place([places for _, places, _ in files])
            self.info = self._described(layer, product)
        except BaseException:
            self.close()
            raise
        self.bands = self.info.bands
        self.dtype = np.result_type(*self.info.dtypes)

    def _place(self, places: Sequence[tuple[int, ...]]) -> None:
        """The grid, and where each file lies on it."""
        self._first = finest(self._opened)
        self.grid = self._first.grid
        for other in (*self._opened, *(one for one, _ in self._flags)):
            if (other.grid.crs is None) != (self.grid.crs is None) or not other.overlaps(self.grid):
                raise InputError(
                    f"{other.path} does not lie where {self._first.path} does, and both are bands of one image.",
                    "Check that they are of the same place, and their coordinate systems.",
                )
        self._parts = [
            Part(one, tuple(own) if own else tuple(range(len(one.bands))), offset_in(one, self.grid))
            for one, own in zip(self._opened, places)
        ]
        self._masks = [(Part(one, (0,), offset_in(one, self.grid)), flags) for one, flags in self._flags]
        for one, flags in self._flags:
            _check_said(one, flags)

    def _described(self, layer: Layer, product: Product | None) -> LayerInfo:
        """What is known of the bands, in their order."""
        if product is None:
            return self._opened[0].info
        chosen = product.chosen(layer.bands)
        own = {place: (part.layer.info, i) for part in self._parts for i, place in enumerate(part.places)}
        infos = [own[place] for place in range(len(chosen))]
        return LayerInfo(
            path=layer.path,
            bands=tuple(layer.bands or range(1, len(chosen) + 1)),
            descriptions=tuple(band.description for band in chosen),
            dtypes=tuple(info.dtypes[i] for info, i in infos),
            nodata=tuple(info.nodata[i] for info, i in infos),
            resolution=self.grid.resolution,
            crs=self.grid.crs,
            colours=("",) * len(chosen),
            scales=tuple(info.scales[i] for info, i in infos),
            offsets=tuple(info.offsets[i] for info, i in infos),
            notes=_told(layer, product),
            level=product.level,
        )

    def close(self) -> None:
        for one in (*self._opened, *(one for one, _ in self._flags)):
            one.close()

    def read(self, window: Window, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """As of ``OpenLayer``; arrays smaller than the window only where the stack ``holds`` it."""
        shape = out.shape[1], out.shape[2]

        def read(part: Part, dtype: DTypeLike, rule: Resampling) -> tuple[NDArray, NDArray[np.bool_]]:
            return part.read(window, self.grid, shape, dtype, rule)

        self._fill(read, out, mask, self._resampling)

    def read_onto(
        self, grid: Grid, dtype: DTypeLike, resampling: Resampling, thin: bool = False
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """As of ``OpenLayer``: each file from its own pixels."""

        def read(part: Part, dtype: DTypeLike, rule: Resampling) -> tuple[NDArray, NDArray[np.bool_]]:
            return part.layer.read_onto(grid, dtype, rule, thin)

        values: NDArray = np.zeros((len(self.bands), grid.height, grid.width), dtype)
        mask: NDArray[np.bool_] = np.ones(values.shape, bool)
        self._fill(read, values, mask, resampling)
        return values, mask

    def _fill(self, read, out: NDArray, mask: NDArray[np.bool_], rule: Resampling) -> None:  # type: ignore[no-untyped-def]
        for part in self._parts:
            values, invalid = read(part, out.dtype, Resampling.nearest if part.layer.paletted else rule)
            for i, place in enumerate(part.places):
                out[place], mask[place] = values[i], invalid[i]
        if self._limit is not None:
            np.clip(out, 0, self._limit, out=out)
        for part, flags in self._masks:
            numbers, unknown = read(part, np.int32, Resampling.nearest)
            left_out = unknown[0]
            for flag in flags:
                left_out |= marked(numbers[0], flag.test)
            mask |= left_out

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the blocks that the finest file is stored in."""
        return self._first.block

    @property
    def declares_nodata(self) -> bool:
        return bool(self._masks) or any(one.declares_nodata for one in self._opened)

    def leave_out(self, values: Iterable[float]) -> None:
        """As of ``OpenLayer``."""
        numbers = tuple(values)
        for one in self._opened:
            one.leave_out(numbers)

    @property
    def has_overviews(self) -> bool:
        return all(one.has_overviews for one in self._opened)

    def holds(self, window: Window) -> bool:
        """Whether a window lies inside every file, on one grid, so that it may be read into smaller arrays."""
        parts = (*self._parts, *(part for part, _ in self._masks))
        return all(
            part.offset is not None
            and part.layer.holds(
                Window(window.row + part.offset[0], window.col + part.offset[1], window.height, window.width)
            )
            for part in parts
        )

    def overlaps(self, grid: Grid) -> bool:
        """Whether all files and a grid overlap."""
        return all(one.overlaps(grid) for one in self._opened)


def _opened(layer: Layer, resampling: Resampling) -> OpenLayer | OpenRadar:
    return OpenLayer(layer) if layer.calibration is None else OpenRadar(layer, resampling)


def marked(numbers: NDArray, test: Test) -> NDArray[np.bool_]:
    """(h, w): where a test holds of whole numbers (h, w)."""
    found: NDArray[np.bool_] = np.isin(numbers, test.values) if test.values else np.zeros(numbers.shape, bool)
    for first, count, least in test.bits:
        found |= ((numbers >> first) & ((1 << count) - 1)) >= least
    return found & (numbers >= test.least) & (numbers <= test.most)


def _files(layer: Layer, product: Product | None) -> Iterable[tuple[Layer, tuple[int, ...], tuple[float, ...]]]:
    """The layer of each file, the places of its bands (() are all, in order), and stored numbers that are nodata."""
    if product is None:
        yield replace(layer, quality=None), (), ()
        return
    found: dict[str, list[tuple[int, ProductBand]]] = {}
    for place, band in enumerate(product.chosen(layer.bands)):
        found.setdefault(band.path, []).append((place, band))
    for path, bands in found.items():
        places = tuple(place for place, _ in bands)
        scaled = [scale_of(band, layer.unit, product) for _, band in bands]
        given = tuple(layer.nodata[i] for i in places) if isinstance(layer.nodata, tuple) else layer.nodata
        numbers = tuple(band.number for _, band in bands)
        known = tuple(pair for pair in scaled if pair) if all(scaled) else None
        yield (
            Layer(path, numbers, given, scaled=known, unit=layer.unit, calibration=bands[0][1].calibration),
            places,
            tuple({b.nodata for _, b in bands if b.nodata is not None}),
        )


def _check_said(quality: OpenLayer, flags: Sequence[Flag]) -> None:
    """InputError where a quality band does not say what is asked, as its numbers tell: BQA of Collection 1 and
    of before are called alike, and mark other things.
    """
    if not any((flag.test.least, flag.test.most) != (0, LARGEST) for flag in flags):
        return
    side = max(quality.grid.height, quality.grid.width)
    coarse = quality.grid.scaled(min(1, SAMPLE / side), min(1, SAMPLE / side))
    numbers, unknown = quality.read_onto(coarse, np.int32, Resampling.nearest, thin=True)
    known = numbers[~unknown & (numbers > 1)]
    for word in dict.fromkeys(flag.word for flag in flags if flag.word != FILL):
        tests = [flag.test for flag in flags if flag.word == word]
        if known.size and not any(((known >= test.least) & (known <= test.most)).any() for test in tests):
            old = known.min() >= BEFORE_COLLECTIONS
            raise InputError(
                f"The quality band {last(quality.path)} is of a Landsat product {BEFORE if old else COLLECTION_1}, and "
                f"does not say where {word} is.",
                f"Leave {word} out of the choice of words.",
            )


def _told(layer: Layer, product: Product) -> tuple[str, ...]:
    """What there is to tell of a product, and the unit that it comes in."""
    if layer.unit != TRUE_COLOUR or all(band.gain is None for band in product.bands):
        return product.notes
    unit = f"Values are brought to true colour: a reflectance of {product.saturation:g} is {UNITS[TRUE_COLOUR]:g}."
    return (*product.notes, unit)


def _by_file(flags: Iterable[Flag]) -> list[list[Flag]]:
    found: dict[tuple[str, int], list[Flag]] = {}
    for flag in flags:
        found.setdefault((flag.path, flag.number), []).append(flag)
    return list(found.values())
