"""Objects as polygons in a vector file, each with its number, class, size and probability."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from ...feedback import Report
from ...files.text import one_line
from ...raster.grid import Grid
from ..scene_features import Field
from ..tracing.areas import GroundAreas
from ..tracing.batches import Batches
from ..tracing.polygon_shape import PolygonShape
from ..tracing.polygonize import NUMBERS
from ..tracing.rings import perimeters_of, pixels_of, polygons_wkb
from ..tracing.shaper import Shaper
from ..tracing.tracer import Traced
from ..writer import VectorSink
from .joining import Objects

FIELDS = (
    Field("id", "int32"), Field("class", "object"), Field("value", "int32"),
    *(Field(name, "float64") for name in NUMBERS),
)  # fmt: skip
PROBABILITY = Field("prob", "float64")


class ObjectDrawer:
    """Draws objects while the rows of their numbers come; memory goes by those that are not complete yet.

    ``names``: of classes, by value; ``shape``: how outlines are simplified and squared. Raises OutputError where the
    file cannot be written; then nothing is left behind.
    """

    def __init__(
        self,
        output: str | os.PathLike[str],
        grid: Grid,
        objects: Objects,
        names: Mapping[int, str],
        shape: PolygonShape,
        metadata: Mapping[str, str] | None = None,
    ):
        wanted = np.ones(len(objects.code), bool)
        wanted[0] = False
        self._grid, self._objects, self._names = grid, objects, names
        self._shaper = Shaper.of(shape, grid, wanted)
        self._batches = Batches(grid.width, wanted, self._shaper, self._write)
        self._areas = GroundAreas(grid)
        self._has_probability = bool(np.isfinite(objects.probability).any())
        fields = (*FIELDS, PROBABILITY) if self._has_probability else FIELDS
        self._sink = VectorSink(output, grid.crs, "Polygon", fields, metadata)

    def add(self, rows: NDArray[np.int64], report: Report) -> None:
        """The next rows of numbers, (n, width)."""
        self._batches.add(rows, report)

    def close(self, report: Report) -> None:
        """Finish the file."""
        self._batches.close(report)
        self._sink.close()

    def abort(self) -> None:
        """Removes the unfinished file."""
        self._sink.abort()

    def _write(self, traced: Traced) -> None:
        """Writes objects."""
        areas, ids = self._areas.of(traced), traced.values.astype(np.int64)
        if self._shaper:
            polygons, index = self._shaper.shaped(traced)
            areas, ids, sizes = areas[index], ids[index], pixels_of(traced)[index]
            areas = areas * shapely.area(polygons) / (sizes * math.prod(self._grid.resolution))
            lengths, wkb = shapely.length(polygons), self._shaper.placed(polygons)
        else:
            lengths, wkb = perimeters_of(traced, self._grid.resolution), polygons_wkb(traced, self._grid.transform)
        compactness = np.minimum(4 * np.pi * areas / lengths**2, 1)  # NaN of what has no place on the earth
        values = self._objects.code[ids].astype(np.int32)
        names = np.array([one_line(self._names.get(value, str(value))) for value in values.tolist()], object)
        columns = [ids.astype(np.int32), names, values, areas, lengths, compactness]
        self._sink.write_all(wkb, [*columns, self._objects.probability[ids]] if self._has_probability else columns)
