"""Labelled objects as boxes in the pixels of a raster, and their visible parts in a chip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, known
from ...raster.grid import Grid, Window, apply
from ...vector.geometries import outer_corners
from ...vector.label_features import Features
from ..box_table import LEAST_SEEN, Box, cut_to, turned_corners
from .classes import Legend
from .layers import LabelLayer


class ObjectsOn:
    """The objects of features on a raster: polygons, or points with ``size``, a side in metres.

    ``features``: in the grid's CRS. The box of a polygon is its bounding box in pixel coordinates, also of rotated
    rasters, and the smallest rectangle around it of any angle. An object without a class gets the first one and is
    marked as difficult.
    """

    def __init__(self, features: Sequence[Features], grid: Grid, legend: Legend, size: float | None):
        self.boxes = np.concatenate([np.zeros((0, 4)), *(pixel_corners(one, grid, size) for one in features)])
        labels = [label for one in features for label in one.labels]
        self._names = [legend.classes[0].name if label is None else legend.name(label) for label in labels]
        self._unknown = [label is None for label in labels]
        self._outlines = [polygon for one in features for polygon in one.polygons or (None,) * len(one)]
        self._inverse = ~grid.transform

    def within(self, window: Window) -> list[Box]:
        """The objects that overlap a window, unclipped, in pixels from its corner."""
        low, high = np.array([window.col, window.row]), np.array([window.width, window.height])
        boxes = self.boxes - np.tile(low, 2)
        met = np.flatnonzero(((boxes[:, 2:] > 0) & (boxes[:, :2] < high)).all(1))
        return [self._box(i, boxes[i].tolist(), low) for i in met.tolist()]

    def _box(self, i: int, sides: list[float], low: NDArray[np.int64]) -> Box:
        x1, y1, x2, y2 = sides
        return Box(x1, y1, x2, y2, self._names[i], self._unknown[i], self._corners(i, low))

    def _corners(self, i: int, low: NDArray[np.int64]) -> tuple[float, ...]:
        """The corners of the smallest rectangle around object i, from the corner ``low`` of a window."""
        outline = self._outlines[i]
        if outline is None:
            return ()
        return turned_corners(np.column_stack(apply(self._inverse, *outer_corners(outline).T)) - low)


def pixel_corners(features: Features, grid: Grid, size: float | None) -> NDArray[np.float64]:
    """(n, 4): left, top, right and bottom of each feature in pixels of a grid."""
    inverse = ~grid.transform
    if not features.polygons:
        return _around_points(features, grid, size)
    found = np.empty((len(features), 4))
    for i, polygon in enumerate(features.polygons):
        col, row = apply(inverse, *outer_corners(polygon).T)
        found[i] = col.min(), row.min(), col.max(), row.max()
    return found


def side_lengths(features: Features, grid: Grid, size: float | None) -> NDArray[np.float64]:
    """(n,) the longer side of each object in pixels."""
    boxes = pixel_corners(features, grid, size)
    return (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0.0)


def check_objects(layers: Sequence[LabelLayer], size: float | None) -> None:
    """InputError for vector layers that cannot be objects: lines, and points without a size."""
    for layer in layers:
        kind = known(layer.features).kind
        if kind == "lines":
            raise InputError(f"{layer.title} has lines, which are not objects.", "Choose boxes, polygons or points.")
        if kind == "points" and size is None:
            raise InputError(f"{layer.title} has points, which have no size.", "Give the objects' SIZE in metres.")


def shown(boxes: Sequence[Box], valid: NDArray[np.bool_]) -> Iterator[Box]:
    """The boxes clipped to a chip with ``valid`` pixels (h, w); boxes without a valid pixel are removed.

    A box with less than ``LEAST_SEEN`` of its area on valid pixels is marked as difficult.
    """
    height, width = valid.shape
    for box in boxes:
        cut, share = cut_to(box, width, height)
        part = valid[int(cut.y1) : int(np.ceil(cut.y2)), int(cut.x1) : int(np.ceil(cut.x2))]
        if not cut.area or not part.any():
            continue
        yield replace(cut, difficult=box.difficult or bool(share * part.mean() < LEAST_SEEN))


def _around_points(features: Features, grid: Grid, size: float | None) -> NDArray[np.float64]:
    """Boxes (n, 4) in pixels with sides of ``size`` metres, by the resolution in the middle of the grid."""
    points = np.concatenate([parts[0] for parts in features.paths])
    middle = np.column_stack(apply(~grid.transform, *points.T))
    half = (size or 0.0) / 2 / np.array(grid.resolution)
    return np.concatenate([middle - half, middle + half], 1)
