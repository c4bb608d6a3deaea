"""What is classified as a whole: the cells of a grid, polygons, or windows around points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...cards.card import ModelCard
from ...raster.grid import Grid, Window, apply, pixel_boxes, same_crs
from ...raster.metadata import crs_names
from ...vector.class_layers import check_crs
from ...vector.geometries import Geometry, polygons_wkb
from ...vector.scene_features import FeatureLayer, Field, Row, only_polygons, points_of, polygons_of, rows

SAME_SIZE = 0.02  # relative difference of pixels below which a scene is as many pixels as in training
MOST_LARGER = 1.5  # times the usual side: scenes up to it are not divided
ID_FIELD = Field("feature_id", "int64")


@dataclass(frozen=True)
class Scene:
    """A scene: what gets a class.

    ``window``: what is looked at, of the raster's grid, may stick out; None: it is not on the raster.
    ``shape``: the polygon in the raster's CRS outside of which nothing counts; None: all of the window does. ``own``:
    the part of the window that the class is for; None: all of it. ``wkb`` and ``values``: what is written of it.
    ``pixels``: how many it has; 0: as many as are found in it.
    """

    window: Window | None
    wkb: bytes | None
    values: tuple[Any, ...] = ()
    shape: Geometry | None = None
    own: Window | None = None
    pixels: int = 0


class Scenes(Protocol):
    """Scenes one after another. ``kind``, ``crs`` and ``fields``: of the geometries and values to be written;
    ``keeps_all``: whether those without a class are written, too.
    """

    kind: str
    crs: str | None
    fields: tuple[Field, ...]
    keeps_all: bool

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Scene]: ...

    def without_class(self, count: int) -> Iterator[tuple[str, str]]:
        """(level, sentence) for the log: why ``count`` scenes have no class; () where all have one."""


class GridScenes:
    """The cells of ``stride`` x ``stride`` pixels that a raster is cut into, row by row; the last ones end at its edge.

    What is seen of each is a window of ``size`` pixels around it (by default the cell itself), which is moved back onto
    the raster, so that all have the same size where the raster is large enough.
    """

    kind, keeps_all = "Polygon", False
    fields: tuple[Field, ...] = ()

    def __init__(self, grid: Grid, size: int, stride: int | None = None):
        self._grid, self._size, self._stride, self.crs = grid, size, stride or size, grid.crs

    def __len__(self) -> int:
        return math.ceil(self._grid.height / self._stride) * math.ceil(self._grid.width / self._stride)

    def __iter__(self) -> Iterator[Scene]:
        size, stride, height, width = self._size, self._stride, self._grid.height, self._grid.width
        high, wide, before = min(size, height), min(size, width), (size - stride) // 2
        for row in range(0, height, stride):
            for col in range(0, width, stride):
                cell = Window(row, col, min(stride, height - row), min(stride, width - col))
                top, left = max(0, min(row - before, height - high)), max(0, min(col - before, width - wide))
                seen = Window(top, left, high, wide)
                yield Scene(seen, corners(self._grid, cell), own=cell, pixels=cell.height * cell.width)

    def without_class(self, count: int) -> Iterator[tuple[str, str]]:
        """Why so many have no class."""
        if count:
            yield "info", f"{count} scenes of the grid have no valid pixel: left out."


@dataclass
class Met:
    """How many features have no geometry that can be used, and lie outside the raster, of those that were read."""

    unusable: int = 0
    outside: int = 0


class FeatureScenes:
    """A layer's polygons, or windows of ``size`` x ``size`` pixels around its points, in the order of the file.

    Features are read a batch at a time. What is no polygon (point), or lies off the raster, has no window; so many
    these are, once all were read: ``unusable``, ``outside``. Raises InputError where only one of layer and raster has a
    CRS.
    """

    keeps_all = True

    def __init__(self, layer: FeatureLayer, grid: Grid, size: int):
        check_crs(layer.path, layer.there.crs, "the raster", grid.crs)
        self._layer, self._grid, self._size = layer, grid, size
        self._points = layer.kind == "points"
        self.kind = "Polygon" if self._points else "MultiPolygon"
        self.crs = grid.crs if self._points else layer.crs
        self.fields = (ID_FIELD, *layer.fields)
        self.unusable = self.outside = 0

    def __len__(self) -> int:
        return self._layer.count

    def __iter__(self) -> Iterator[Scene]:
        met = Met()
        for batch in rows(self._layer):
            yield from self._around(batch, met) if self._points else self._under(batch, met)
        self.unusable, self.outside = met.unusable, met.outside

    def without_class(self, count: int) -> Iterator[tuple[str, str]]:
        """Why so many have no class."""
        reasons = {"lie outside the raster": self.outside, "have no geometry that can be used": self.unusable}
        for reason, number in reasons.items():
            if number:
                yield "warning", f"{number} of {len(self)} features {reason}: no class."
        if self.outside == len(self) > 0 and not same_crs(self._layer.crs, self._grid.crs):
            own, other = (crs_names(crs)[0] or "without a code" for crs in (self._layer.crs, self._grid.crs))
            yield "warning", f"Check the coordinate systems: the layer's is {own}, the raster's {other}."
        if rest := max(0, count - sum(reasons.values())):
            yield "info", f"{rest} features have no valid pixel: no class."

    def _under(self, batch: Sequence[Row], met: Met) -> Iterator[Scene]:
        """The scenes of polygons."""
        shapes = polygons_of(self._layer, [row.there for row in batch], self._grid.crs)
        boxes = iter(pixel_boxes(self._grid, np.array([s.bounds for s in shapes if s]).reshape(-1, 4)).tolist())
        for row, shape in zip(batch, shapes):
            values = (row.fid, *row.values)
            if shape is None:
                met.unusable += 1
                yield Scene(None, only_polygons(row.wkb), values)
                continue
            top, left, bottom, right = next(boxes)
            window = self._on_grid(Window(top, left, bottom - top, right - left), met)
            yield Scene(window, only_polygons(row.wkb), values, shape)

    def _around(self, batch: Sequence[Row], met: Met) -> Iterator[Scene]:
        """The scenes of points; one with several is as many scenes."""
        for row, points in zip(batch, points_of(self._layer, [row.there for row in batch], self._grid.crs)):
            values, half = (row.fid, *row.values), self._size // 2
            sound = points[np.isfinite(points).all(1)]
            met.unusable += max(len(points), 1) - len(sound)
            for _ in range(max(len(points), 1) - len(sound)):
                yield Scene(None, None, values)
            for top, left, _, _ in pixel_boxes(self._grid, np.hstack([sound, sound])).tolist():
                window = Window(top - half, left - half, self._size, self._size)
                yield Scene(self._on_grid(window, met), corners(self._grid, window), values, pixels=self._size**2)

    def _on_grid(self, window: Window, met: Met) -> Window | None:
        """The window if any of it is on the grid."""
        inside = within_grid(window, self._grid)
        met.outside += inside is None
        return window if inside else None


def usual_size(card: ModelCard, grid: Grid) -> int:
    """The usual side of the model's training scenes, in pixels of a grid."""
    return _on_grid(int(card.provenance.get("chip_size") or card.tiling.size), card, grid)


def whole_size(card: ModelCard, grid: Grid) -> int:
    """The longest side, in pixels of a grid, of scenes that are not divided: not much larger than usual in training,
    or as large as the large training scenes, where these were of many sizes.
    """
    largest = _on_grid(int(card.provenance.get("largest_chip") or 0), card, grid)
    return max(int(MOST_LARGER * usual_size(card, grid)), largest)


def training_pixels(side: int, card: ModelCard, grid: Grid) -> float:
    """A number of a grid's pixels in pixels of the training."""
    if card.resolution is None or grid.crs is None:
        return side
    factor = card.resolution / math.sqrt(math.prod(grid.resolution))
    return side if abs(factor - 1) < SAME_SIZE else side / factor


def _on_grid(side: int, card: ModelCard, grid: Grid) -> int:
    """A number of training pixels in pixels of a grid, at least 1."""
    if card.resolution is None or grid.crs is None:
        return side
    factor = card.resolution / math.sqrt(math.prod(grid.resolution))
    return side if abs(factor - 1) < SAME_SIZE else max(1, round(side * factor))


def within_grid(window: Window, grid: Grid) -> Window | None:
    """The part of a window that is on a grid; None where there is none."""
    top, left = max(0, window.row), max(0, window.col)
    bottom, right = min(grid.height, window.row + window.height), min(grid.width, window.col + window.width)
    return Window(top, left, bottom - top, right - left) if bottom > top and right > left else None


def corners(grid: Grid, window: Window) -> bytes:
    """The outline of a window as a WKB polygon in the grid's CRS."""
    rows_, cols = (window.row, window.row + window.height), (window.col, window.col + window.width)
    places = [(cols[c], rows_[r]) for c, r in ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))]
    return polygons_wkb([[np.array([apply(grid.transform, col, row) for col, row in places])]])[0]
