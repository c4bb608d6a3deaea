"""Polygons of a class map shaped as is asked for, while the rows of the map come."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import DTypeLike, NDArray

from ...raster.grid import Grid, apply
from ..probabilities.rows import SureRows
from .arcs import MOST, simplified
from .fitting import fitted
from .nodes import Nodes
from .polygon_shape import PolygonShape
from .right_angles import squared
from .rings import corners_of
from .sieve import Sieved, rounds
from .tracer import Traced

CELL = 512  # pixels: what is not drawn is divided into cells, which are complete soon


def rows_of(
    output: str | os.PathLike[str],
    grid: Grid,
    classes: Sequence[int],
    dtype: DTypeLike,
    skip: Collection[int],
    shape: PolygonShape,
    sure: bool,
) -> tuple[SureRows, NDArray[np.bool_]]:
    """The rows of a class map as they are drawn, and by value whether a class is drawn.

    ``classes``: all values; ``skip``: of those, which are not drawn; ``sure``: whether rows come with probabilities.
    What waits, waits beside ``output``.
    """
    drawn, known = (np.zeros(np.iinfo(dtype).max + 1, bool) for _ in range(2))
    known[list(classes)] = True
    drawn[[value for value in classes if value not in skip]] = True
    holes, least = shape.holes(grid), shape.least(grid)
    sieve = None
    if shape.sieves(grid):
        sieve = Sieved(rounds(grid.width, dtype, known, least, holes, np.flatnonzero(~drawn).tolist()))
    values = np.array(classes, dtype) if sure else None
    return SureRows(sieve, values, Path(output).absolute().parent), drawn


class Shaper:
    """Simple polygons from traced ones, while the rows of their map come.

    A batch of polygons is simplified as a coverage where more than ``MOST`` pixels are asked for (Visvalingam, Whyatt
    1993, doi:10.1179/000870493786962263); the border of the batch stays as it is, so that batches fit together.
    """

    def __init__(self, shape: PolygonShape, grid: Grid, drawn: NDArray[np.bool_]):
        self._shape, self._drawn = shape, drawn
        self._values = len(drawn)
        self.wanted = np.append(drawn, np.ones(4, bool)) if self._is_coarse else drawn  # by value, of what is traced
        self.nodes = Nodes(grid.width, self.wanted)
        self._scale = np.array(grid.resolution)
        self._transform = grid.transform
        self._row = 0

    @classmethod
    def of(cls, shape: PolygonShape, grid: Grid, drawn: NDArray[np.bool_]) -> Shaper | None:
        """What shapes polygons as is asked for, None where they follow the sides of pixels."""
        return cls(shape, grid, drawn) if shape.simplify or shape.regularize else None

    @property
    def _is_coarse(self) -> bool:
        return self._shape.simplify > MOST

    def given(self, rows: NDArray) -> NDArray:
        """The next rows as they are to be traced."""
        if self._is_coarse:
            height, width = rows.shape
            down = (np.arange(self._row, self._row + height) // CELL % 2 * 2)[:, None]
            cells = self._values + down + (np.arange(width) // CELL % 2)[None]
            rows = np.where(self._drawn[rows], rows, cells)
        self._row += len(rows)
        self.nodes.add(rows)
        return rows

    def shaped(self, traced: Traced) -> tuple[NDArray[np.object_], NDArray]:
        """Polygons, in metres along the grid's columns and rows, and which of the traced ones they are: those of what
        is not drawn are left out.
        """
        rings, x, y, sizes = corners_of(traced)
        nodes = self.nodes.among(int(y.min()), int(y.max()))
        outlines = simplified(x, y, sizes, nodes, min(self._shape.simplify or MOST, MOST))
        ring = np.repeat(np.arange(len(outlines.sizes)), outlines.sizes)
        owners = np.repeat(np.arange(len(rings)), rings)
        found = shapely.polygons(shapely.linearrings(outlines.points, indices=ring), indices=owners)
        if self._is_coarse:
            simpler = shapely.coverage_simplify(found, self._shape.simplify, simplify_boundary=False)
            found = fitted(found, simpler, self._shape.simplify)
        kept = np.flatnonzero(traced.values < self._values)
        ground = np.asarray(shapely.transform(found[kept], lambda points: points * self._scale), object)
        if self._shape.regularize:
            pixel = math.sqrt(math.prod(self._scale))
            ground[:] = [squared(polygon, pixel) for polygon in ground]
        return ground, kept

    def placed(self, ground: NDArray[np.object_]) -> NDArray[np.object_]:
        """The WKB of such polygons in map coordinates."""
        placed = shapely.transform(
            ground, lambda points: np.stack(apply(self._transform, *(points / self._scale).T), 1)
        )
        wkb: NDArray[np.object_] = shapely.to_wkb(placed)
        return wkb
