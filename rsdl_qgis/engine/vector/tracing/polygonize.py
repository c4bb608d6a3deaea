"""The classes of a raster as polygons in a vector file."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import DTypeLike, NDArray
from rasterio.windows import Window

from ...feedback import Report
from ...files.text import one_line
from ...raster.grid import Grid
from ...raster.layer import open_raster
from ..scene_features import Field
from ..writer import VectorSink
from .areas import GroundAreas
from .batches import Batches
from .polygon_shape import PolygonShape
from .rings import means_of, perimeters_of, pixels_of, polygons_wkb
from .shaper import Shaper, rows_of
from .tracer import Traced

PIXELS = 1 << 20  # read at once, about
NUMBERS = ("area_m2", "perim_m", "compact")
FIELDS = (Field("class", "object"), Field("value", "int32"), *(Field(name, "float64") for name in NUMBERS))
PROBABILITY = Field("prob", "float64")

Classes = Sequence[tuple[int, str, str]]  # value, name, colour


class Polygonizer:
    """Draws connected pixels of one class as polygons along the pixels' edges while their rows come.

    The arguments are those of ``polygonize``; ``dtype``: of the values. A polygon is written when it is complete, so
    that memory goes by the polygons that reach the last row. ``metadata``: of the layer; ``shape``: how polygons are
    shaped; ``sure``: whether rows come with probabilities, whose mean each polygon has: of each pixel that of its
    class, or where patches are taken in those of all classes in their order. Belongs to one thread at a time. Raises
    OutputError where the file cannot be written; then nothing is left behind.
    """

    def __init__(
        self,
        output: str | os.PathLike[str],
        grid: Grid,
        classes: Classes,
        dtype: DTypeLike,
        min_area: float = 0.0,
        skip: Collection[int] = (),
        metadata: Mapping[str, str] | None = None,
        shape: PolygonShape | None = None,
        sure: bool = False,
    ):
        self._grid, self._min_area, self._sure = grid, min_area, sure
        shape = shape or PolygonShape()
        self._rows, wanted = rows_of(output, grid, [value for value, *_ in classes], dtype, skip, shape, sure)
        self._names = np.empty(len(wanted), object)  # by value
        for value, name, _ in classes:
            self._names[value] = one_line(name)
        self._least = shape.least(grid)
        self._shaper = Shaper.of(shape, grid, wanted)
        self._batches = Batches(grid.width, wanted, self._shaper, self._write, sure)
        self._areas = GroundAreas(grid)
        fields = (*FIELDS, PROBABILITY) if sure else FIELDS
        self._sink = VectorSink(output, grid.crs, "Polygon", fields, metadata)
        self.count = 0  # polygons written

    def add(self, rows: NDArray, report: Report, probabilities: NDArray[np.float32] | None = None) -> None:
        """The next rows of values: (n, width), and their probabilities (classes or 1, n, width)."""
        for ready, weights in self._rows.add(rows, probabilities):
            self._batches.add(ready, report, weights)

    def close(self, report: Report) -> int:
        """Finishes the file; how many polygons there are."""
        try:
            for rows, weights in self._rows.close():
                self._batches.add(rows, report, weights)
            self._batches.close(report)
        except BaseException:
            self.abort()
            raise
        self._rows.forget()
        self._sink.close()
        return self.count

    def abort(self) -> None:
        """Removes the unfinished file."""
        self._rows.forget()
        self._sink.abort()

    def _write(self, traced: Traced) -> None:
        """Writes polygons."""
        areas, sizes, means = self._areas.of(traced), pixels_of(traced), means_of(traced)
        if self._shaper:
            polygons, index = self._shaper.shaped(traced)
            sizes, values, means = sizes[index], traced.values[index], means[index]
            areas = areas[index] * shapely.area(polygons) / (sizes * math.prod(self._grid.resolution))
            lengths, wkb = shapely.length(polygons), self._shaper.placed(polygons)
        else:
            values, lengths = traced.values, perimeters_of(traced, self._grid.resolution)
            wkb = polygons_wkb(traced, self._grid.transform)
        kept = np.flatnonzero((areas >= self._min_area) & (sizes >= self._least))
        areas, lengths, values = areas[kept], lengths[kept], values[kept]
        compactness = np.minimum(4 * np.pi * areas / lengths**2, 1)  # NaN of what has no place on the earth
        columns = [self._names[values], values.astype(np.int32), areas, lengths, compactness]
        self._sink.write_all(wkb[kept], [*columns, means[kept]] if self._sure else columns)
        self.count += len(kept)


def polygonize(
    class_raster: str | os.PathLike[str],
    output: str | os.PathLike[str],
    classes: Classes,
    report: Report,
    min_area: float = 0.0,
    skip: Collection[int] = (),
    shape: PolygonShape | None = None,
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Connected pixels of one class become polygons along the pixels' edges; returns how many.

    ``classes``: (value, name, colour); values that are not among them, and those in ``skip``, are left out, and so are
    polygons below ``min_area`` m². ``shape``: how they are shaped. ``metadata``: of the layer. The format goes by
    ``output``'s ending (.gpkg, .geojson, .shp, .fgb). Fields: class (text), value (integer), area_m2, perim_m (of the
    border, holes included, by the size of a pixel at the raster's centre), both in map units where the raster has no
    CRS, and compact: 4 pi area / perimeter², 1 for a circle (Polsby, Popper 1991). The raster, of uint8 or uint16, is
    read some rows at a time. Raises InputError, OutputError, Cancelled.
    """
    with open_raster(str(class_raster)) as raster:
        grid = Grid(raster.crs.to_wkt() if raster.crs else None, raster.transform, raster.height, raster.width)
        polygonizer = Polygonizer(output, grid, classes, raster.dtypes[0], min_area, skip, metadata, shape)
        try:
            rows = max(1, PIXELS // grid.width)
            for row in range(0, grid.height, rows):
                window = Window(0, row, grid.width, min(rows, grid.height - row))
                polygonizer.add(raster.read(1, window=window), report)
            return polygonizer.close(report)
        except BaseException:
            polygonizer.abort()
            raise
