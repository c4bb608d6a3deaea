"""The labels of a raster's area, rasterised on its grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import Bounds, Grid, Window
from ...raster.number_raster import RasterNumbers
from ...vector.burning import meeting
from ...vector.class_layers import BEYOND, NOTHING, UNCLEAR, UNKNOWN, RasterClasses, check_crs
from ...vector.label_features import FeatureClasses, FeatureNumbers, Features, widened
from ...vector.vector_file import VectorFile
from .classes import Legend
from .layers import LabelLayer, LayerCache

UNSET, CONTRADICTED = -1, -2  # instead of a class: unlabelled; overlapping labels of different classes
SCANNED = 1024  # pixels per side of the windows in which the classes of a raster are searched


class GridLabels:
    """The labels of a raster's area. A context manager; for one thread at a time.

    ``grid``: of the raster. ``distance``: metres around lines and points. ``all_touched``: polygons also label pixels
    that they only touch. Labels outside ``area`` (a window of the grid) or the polygons of ``mask`` are ignored.
    """

    def __init__(
        self,
        layers: Sequence[LabelLayer],
        grid: Grid,
        cache: LayerCache,
        *,
        numbers: bool = False,
        distance: float = 0.0,
        all_touched: bool = False,
        area: Window | None = None,
        mask: VectorFile | None = None,
    ):
        self.grid, self.area = grid, area or Window(0, 0, grid.height, grid.width)
        self._stack = ExitStack()
        self._drawn: list[Any] = []
        self.features: list[Features] = []  # of the vector layers, in the grid's CRS
        self.outlines: list[NDArray[np.float64]] = []  # bounding boxes of these, with the distance
        self.rasters: list[tuple[LabelLayer, Any]] = []  # RasterClasses, or RasterNumbers
        try:
            for layer in layers:
                if layer.raster is not None:
                    self._open(layer, RasterNumbers if numbers else RasterClasses)
                else:
                    features = cache.features(layer, grid.crs)
                    kind: Any = FeatureNumbers if numbers else FeatureClasses
                    self._drawn.append(kind(features, grid.crs, distance, all_touched))
                    self.features.append(features)
                    lines = not features.polygons
                    self.outlines.append(widened(features.outlines, grid.crs, distance if lines else 0.0))
            self._mask = cache.mask(mask, grid.crs)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> GridLabels:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _open(self, layer: LabelLayer, kind: Any) -> None:
        raster = self._stack.enter_context(kind(layer.raster, layer.fills))
        check_crs(layer.path, raster.grid.crs, "the raster", self.grid.crs)
        if raster.overlaps(self.grid):
            self._drawn.append(raster)
            self.rasters.append((layer, raster))

    @property
    def everywhere(self) -> bool:
        """Whether any pixel may be labelled, as by a class raster; else only pixels near features."""
        return bool(self.rasters)

    def found(self) -> Iterator[tuple[LabelLayer, Any, Counter[int]]]:
        """For each class raster its layer, itself, and the counts of its values, window by window."""
        area = self.area
        for row in range(area.row, area.row + area.height, SCANNED):
            for col in range(area.col, area.col + area.width, SCANNED):
                height, width = min(SCANNED, area.row + area.height - row), min(SCANNED, area.col + area.width - col)
                window = Window(row, col, height, width)
                inside = ~self.outside(window)
                for layer, raster in self.rasters:
                    codes, counts = np.unique(raster.on(self.grid.crop(window))[inside], return_counts=True)
                    yield layer, raster, Counter({int(c): int(n) for c, n in zip(codes, counts) if c > UNCLEAR})

    def undeclared(self, numbers: bool) -> Iterator[tuple[LabelLayer, Counter[Any]]]:
        """For each raster without declared nodata the counts of its values; of numbers the possible nodata values."""
        if numbers:
            yield from ((layer, raster.fills_under(self.grid)) for layer, raster in self.rasters)
            return
        open_ones = {id(raster) for _, raster in self.rasters if not raster.declares_nodata}
        for layer, raster, counts in self.found() if open_ones else ():
            if id(raster) in open_ones:
                yield layer, counts
        yield from ((layer, raster.huge) for layer, raster in self.rasters if id(raster) in open_ones)

    def values(self, window: Window, legend: Legend) -> NDArray[np.int64]:
        """(h, w): the class values of a window's pixels, UNSET where unlabelled or unknown.

        CONTRADICTED where labels of different classes overlap: none of them is used.
        """
        grid = self.grid.crop(window)
        start = BEYOND if self.everywhere else NOTHING
        result: NDArray[np.int64] = np.full((window.height, window.width), start, np.int64)
        for drawn in self._drawn:
            values = _valued(drawn, drawn.on(grid), legend)
            differ = (result > UNCLEAR) & (values > UNCLEAR) & (result != values)
            unknown, unclear = ((result == code) | (values == code) for code in (UNKNOWN, UNCLEAR))
            result = np.maximum(result, values)
            result[differ | unclear] = UNCLEAR
            result[unknown] = UNKNOWN
        if legend.background is not None:
            result[result == NOTHING] = legend.background
        outside = self.outside(window)
        contradicted = (result == UNCLEAR) & ~outside
        result[(result <= UNCLEAR) | outside] = UNSET
        result[contradicted] = CONTRADICTED
        return result

    def numbers(self, window: Window) -> NDArray[np.float32]:
        """(h, w): the numbers of a window's pixels, NaN where unknown."""
        grid = self.grid.crop(window)
        result: NDArray = np.full((window.height, window.width), np.nan)
        for drawn in self._drawn:
            result = np.where(np.isnan(result), drawn.on(grid), result)
        result[self.outside(window)] = np.nan
        return result.astype(np.float32)

    def outside(self, window: Window) -> NDArray[np.bool_]:
        """(h, w): True outside the area and the mask."""
        area = self.area
        rows, cols = window.row + np.arange(window.height), window.col + np.arange(window.width)
        inside = ((rows >= area.row) & (rows < area.row + area.height))[:, None] & (
            (cols >= area.col) & (cols < area.col + area.width)
        )
        if self._mask is not None:
            inside &= self._mask.on(self.grid.crop(window)) != NOTHING
        return ~inside

    def met(self, bounds: Bounds) -> list[NDArray[np.int64]]:
        """The indices of the features of each vector layer that intersect a rectangle."""
        return [meeting(outlines, bounds) for outlines in self.outlines]

    def unseen(self) -> list[NDArray[np.int64]]:
        """The numbers of the features of each vector layer that lie in the area but label no pixel.

        To be called after all labels were drawn.
        """
        grid = self.grid.crop(self.area)
        drawn = [item for item in self._drawn if isinstance(item, (FeatureClasses, FeatureNumbers))]
        return [item.unseen(grid) for item in drawn]


def _valued(drawn: Any, codes: NDArray[np.int64], legend: Legend) -> NDArray[np.int64]:
    """Class values for the codes above UNCLEAR."""
    known, index = np.unique(codes, return_inverse=True)
    labels = drawn.labels if isinstance(drawn, FeatureClasses) else None
    values = [
        code if code <= UNCLEAR else legend.values.get(int(code) if labels is None else labels[code], UNKNOWN)
        for code in known
    ]
    return np.array(values, np.int64)[index].reshape(codes.shape)
