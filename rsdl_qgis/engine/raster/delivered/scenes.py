"""Several scenes as one layer: of each pixel the first scene that is valid there."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Union

import numpy as np
from numpy.typing import DTypeLike, NDArray
from rasterio.enums import Resampling

from ...errors import InputError
from ...products.collection import ORDERS, has_dates, places_in
from ...products.product import Product
from ...products.table import product_at
from ...tables.orders import NEWEST, OLDEST
from ..grid import PIXEL_TOLERANCE, Grid, Window, apply, project, within
from ..layer import Layer, LayerInfo, OpenLayer
from ..stack import OpenStack, finest, offset_in

MOST_OPEN = 12  # scenes whose files are open at once
MOST_PIXELS = 2**31 - 1  # of a side
SHOWN = 5  # scenes that the notes name

Read = Callable[[OpenStack], "tuple[NDArray, NDArray[np.bool_]]"]


def open_layer(layer: Layer, resampling: Resampling) -> Opened:
    """The open layer; ``resampling``: how bands come onto the grid of the finest of them. InputError."""
    product = product_at(layer.path)
    if product is None and layer.quality is None:
        return OpenLayer(layer)
    if product is not None and product.scenes:
        return OpenScenes(layer, product, resampling)
    return OpenStack(layer, product, resampling)


@dataclass(frozen=True)
class Known:
    """What is known of a scene when it is closed again."""

    grid: Grid
    info: LayerInfo
    dtype: np.dtype
    block: tuple[int, int]

    @classmethod
    def of(cls, scene: OpenStack) -> Known:
        return cls(scene.grid, scene.info, scene.dtype, scene.block)


class OpenScenes:
    """The scenes of a mosaic as one layer, read as an ``OpenLayer`` is, window by window.

    The grid is that of the scene with the finest pixels (the first of equal ones, as they were given), widened to all
    scenes; others are resampled to it, or, where another grid is asked for, each to that. A pixel is that of the first
    scene, in the layer's ``order``, in which all bands are valid. A few scenes are open at once. Belongs to one thread
    at a time. Raises InputError.
    """

    paletted = False
    declares_nodata = True
    has_overviews = False

    def __init__(self, layer: Layer, product: Product, resampling: Resampling):
        self.path = layer.path
        self._resampling = resampling
        names = [band.name for band in product.chosen(layer.bands)]
        self._layers: list[tuple[Layer, Product]] = []
        for text, scene in ORDERS[layer.order](product):
            self._layers.append((replace(layer, path=text, bands=places_in(scene, names)), scene))
        self._left_out: tuple[float, ...] = ()
        self._open: OrderedDict[int, OpenStack] = OrderedDict()
        try:
            known = [Known.of(self._scene(i)) for i in range(len(self._layers))]
        except BaseException:
            self.close()
            raise
        self._grids = [one.grid for one in known]
        infos = [one.info for one in known]
        self._place(product, known)
        self.bands = tuple(layer.bands or range(1, len(names) + 1))
        self.dtype = np.result_type(*(one.dtype for one in known))
        shown = [scene.title for _, scene in self._layers[:SHOWN]]
        shown += [f"and {len(self._layers) - SHOWN} more"] if len(self._layers) > SHOWN else []
        by_date = layer.order in (NEWEST, OLDEST)
        order = "as given, as none has a date" if by_date and not has_dates(product) else f"{layer.order} first"
        told = f"Mosaic of {len(self._layers)} scenes, {order}: {', '.join(shown)}."
        notes = tuple(note for info in infos[:SHOWN] for note in info.notes)
        self.info = replace(
            infos[0], path=layer.path, bands=self.bands, resolution=self.grid.resolution, crs=self.grid.crs,
            notes=(told, *notes),
        )  # fmt: skip

    def _place(self, product: Product, known: Sequence[Known]) -> None:
        """The grid of all scenes."""
        texts = [text for text, _ in product.scenes]
        as_given = sorted(known, key=lambda one: texts.index(one.info.path))
        reference = finest(as_given)
        self.block = reference.block
        grid = reference.grid
        spans = np.array([_span(one, grid) for one in self._grids])
        top, left = spans[:, :2].min(axis=0)
        bottom, right = spans[:, 2:].max(axis=0)
        if bottom - top > MOST_PIXELS or right - left > MOST_PIXELS:
            raise InputError(f"The scenes of {self.path} lie too far apart for one map.", "Map them one by one.")
        self.grid = Grid(grid.crs, within(grid.transform, int(top), int(left)), int(bottom - top), int(right - left))

    def _scene(self, i: int) -> OpenStack:
        """An open scene; what was not read for longest is closed."""
        if i in self._open:
            self._open.move_to_end(i)
            return self._open[i]
        layer, scene = self._layers[i]
        opened = OpenStack(layer, scene, self._resampling)
        opened.leave_out(self._left_out)
        self._open[i] = opened
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return opened

    def close(self) -> None:
        for one in self._open.values():
            one.close()
        self._open.clear()

    def read(self, window: Window, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """As of ``OpenLayer``; arrays are as large as the window."""
        part = self.grid.crop(window)

        def read(scene: OpenStack) -> tuple[NDArray, NDArray[np.bool_]]:
            offset = offset_in(scene, part)
            if offset is None:
                return scene.read_onto(part, out.dtype, self._resampling)
            values, invalid = np.empty(out.shape, out.dtype), np.empty(mask.shape, bool)
            scene.read(Window(*offset, window.height, window.width), values, invalid)
            return values, invalid

        self._fill(part, read, out, mask)

    def read_onto(
        self, grid: Grid, dtype: DTypeLike, resampling: Resampling, thin: bool = False
    ) -> tuple[NDArray, NDArray[np.bool_]]:
        """As of ``OpenLayer``: each scene from its own pixels."""
        values = np.empty((len(self.bands), grid.height, grid.width), dtype)
        mask = np.empty(values.shape, bool)
        self._fill(grid, lambda scene: scene.read_onto(grid, dtype, resampling, thin), values, mask)
        return values, mask

    def _fill(self, grid: Grid, read: Read, out: NDArray, mask: NDArray[np.bool_]) -> None:
        """Of each pixel of a grid the first scene's that is valid."""
        out[...], mask[...] = 0, True
        for i, own in enumerate(self._grids):
            if own.under(grid) is None:
                continue
            values, invalid = read(self._scene(i))
            taken = mask[0] & ~invalid.any(axis=0)
            out[:, taken], mask[:, taken] = values[:, taken], False
            if not mask[0].any():
                return

    def leave_out(self, values: Iterable[float]) -> None:
        """As of ``OpenLayer``."""
        numbers = tuple(values)
        self._left_out += numbers
        for one in self._open.values():
            one.leave_out(numbers)

    def holds(self, window: Window) -> bool:
        """Never: no scene is read into arrays smaller than a window of the mosaic."""
        return False

    def overlaps(self, grid: Grid) -> bool:
        """As of ``OpenLayer``."""
        return any(own.under(grid) is not None for own in self._grids)


Opened = Union[OpenLayer, OpenStack, OpenScenes]


def _span(own: Grid, grid: Grid) -> tuple[int, int, int, int]:
    """First row and column, and those after the last, of the pixels of a grid's lattice that another one touches."""
    cols, rows = np.meshgrid(np.linspace(0, own.width, 21), np.linspace(0, own.height, 21))
    x, y = project(*apply(own.transform, cols, rows), own.crs, grid.crs)
    col, row = apply(~grid.transform, x, y)
    if not (np.isfinite(col).all() and np.isfinite(row).all()):
        raise InputError(
            "A scene cannot be brought to the coordinate system of the first one.", "Map scenes far apart one by one."
        )
    low = [math.floor(at.min() + PIXEL_TOLERANCE) for at in (row, col)]
    high = [math.ceil(at.max() - PIXEL_TOLERANCE) for at in (row, col)]
    return low[0], low[1], high[0], high[1]
