"""The job "separate_objects": objects of a class raster as polygons, those that touch one another apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, MismatchError
from ...feedback import Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import writing
from ...raster.class_tables import check_not_rgb, class_colours, class_names
from ...raster.grid import Grid, Window
from ...raster.layer import Layer, OpenLayer
from ...runs.record import noted, of_result, run_of
from ..class_layers import UNCLEAR, RasterClasses, check_patches
from ..tracing.polygon_shape import PolygonShape
from .basins import Ints
from .drawing import ObjectDrawer
from .strips import draw, separated, stored_beside
from .surface import NONE

OPERATION = "separate_objects"
LARGEST = 65_534  # value of a class
COLOUR = "#b2182b"  # of a class whose colour is not known


@writing(OPERATION)
def run_separate_objects(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Draw the objects; returns the file, how many there are, and the classes."""
    asked = checked(OPERATION, arguments)
    given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
    spec, output = given["input"], given["output"]
    path, band = spec["path"], (spec.get("bands") or [1])[0]
    check_not_rgb(path, band, spec.get("title") or path)
    names = {**class_names(path, band), **{int(v): name for v, name in (spec.get("names") or {}).items()}}
    colours = {**class_colours(path, band), **{int(v): c for v, c in (spec.get("colors") or {}).items()}}
    metadata = of_result(noted(run_of(OPERATION, asked)), "output")
    shape = PolygonShape(given["simplify"], given["min_area"], 0.0, given["regularize"])
    with ExitStack() as stack:
        classes = stack.enter_context(RasterClasses(Layer(path, (band,), spec.get("nodata"))))
        check_patches(classes, spec.get("title") or path)
        probabilities = stack.enter_context(_probabilities(given["probabilities"], classes.grid))
        stored = stack.enter_context(stored_beside(output))
        objects = separated(
            _Map(classes, given["background"], probabilities), stored, {None: given["neck"]}, shape, report
        )
        drawer = ObjectDrawer(output, classes.grid, objects, names, shape, metadata)
        try:
            draw(drawer, classes.grid, objects, stored, report)
        except BaseException:
            drawer.abort()
            raise
    count = len(objects.code) - 1
    if not count:
        report.log("warning", "There is no object: no pixel has a class, or all are smaller than the minimum area.")
    return {
        "output": output,
        "objects": count,
        "classes": [
            {"value": value, "name": names.get(value, str(value)), "color": colours.get(value, COLOUR)}
            for value in np.unique(objects.code[1:]).tolist()
        ],
    }


class _Map:
    """What is read of the rasters. InputError for what is no class that can be drawn."""

    def __init__(self, classes: RasterClasses, background: int | None, probabilities: OpenLayer | None):
        self.classes, self.grid = classes, classes.grid
        self._background, self._probabilities = background, probabilities

    def codes(self, row: int, height: int) -> Ints:
        """(height, width): classes, NONE where there is none or the background."""
        window = Window(row, 0, height, self.grid.width)
        codes = self.classes.on(self.grid.crop(window))
        known = codes > UNCLEAR
        if (odd := codes[known & ((codes < 0) | (codes > LARGEST))]).size:
            problem = f"{self.classes.path} holds the value {odd[0]}, and classes are from 0 to {LARGEST}."
            raise InputError(problem, "Reclassify the raster, or choose another one.")
        if self._background is not None:
            known &= codes != self._background
        return np.where(known, codes, NONE)

    def probabilities(self, row: int, height: int) -> NDArray[np.float32] | None:
        """(height, width): the highest of the bands, NaN where there is none."""
        layer = self._probabilities
        if layer is None:
            return None
        shape = layer.info.count, height, self.grid.width
        values, mask = np.zeros(shape, np.float32), np.ones(shape, bool)
        layer.read(Window(row, 0, height, self.grid.width), values, mask)
        values[mask] = np.nan
        highest: NDArray[np.float32] = np.fmax.reduce(values)
        if (odd := highest[(highest < 0) | (highest > 1)]).size:
            problem = f"{layer.path} holds the value {odd[0]:g}, and probabilities are from 0 to 1."
            raise InputError(problem, "Choose a raster of probabilities, or divide it by its largest value before.")
        return highest


@contextmanager
def _probabilities(spec: Mapping[str, Any] | None, grid: Grid) -> Iterator[OpenLayer | None]:
    """The raster of probabilities, if one is given. MismatchError where it has other pixels."""
    if spec is None:
        yield None
        return
    bands = spec.get("bands")
    layer = OpenLayer(Layer(spec["path"], tuple(bands) if bands else None, spec.get("nodata")))
    try:
        other = layer.grid
        offset = grid.pixel_offset(other)
        same = offset is not None and max(map(abs, offset)) < 1e-2
        if not same or (other.height, other.width) != (grid.height, grid.width):
            problem = "The class raster and the probabilities have other pixels."
            raise MismatchError(problem, "Give both as one prediction wrote them, or resample one to the other.")
        yield layer
    finally:
        layer.close()
