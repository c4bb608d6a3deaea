"""The job "separate_objects": objects of a class raster as polygons, those that touch one another apart."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, MismatchError, OutputError
from ...feedback import Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import writing
from ...raster.class_tables import check_not_rgb, class_colours, class_names
from ...raster.grid import Grid, Window
from ...raster.layer import Layer, OpenLayer
from ...runs.record import noted, of_result, run_of
from ..class_layers import UNCLEAR, RasterClasses
from ..tracing.polygon_shape import PolygonShape
from .basins import Climber, Ints
from .drawing import ObjectDrawer
from .joining import Objects, joined
from .surface import NONE, REACH, hills

OPERATION = "separate_objects"
LARGEST = 65_534  # value of a class
COLOUR = "#b2182b"  # of a class whose colour is not known
PIXELS = 1 << 21  # in a strip of rows, about
CLIMBING = 0.7  # of the progress
LABEL = np.dtype(np.int32)


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
        probabilities = stack.enter_context(_probabilities(given["probabilities"], classes.grid))
        stored = stack.enter_context(_stored(output))
        objects = _separated(_Map(classes, given["background"], probabilities), stored, given["neck"], shape, report)
        drawer = ObjectDrawer(output, classes.grid, objects, names, shape, metadata)
        try:
            _draw(drawer, classes.grid, objects, stored, report)
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


def _separated(map_: _Map, stored: IO[bytes], neck: float, shape: PolygonShape, report: Report) -> Objects:
    """The objects of a map, whose labels are written into a file, row by row."""
    height, width = map_.grid.height, map_.grid.width
    climber, step = Climber(width), max(1, PIXELS // width)
    for row in range(0, height, step):
        report.check()
        report.progress(CLIMBING * row / height, "Looking for objects")
        end = min(row + step, height)
        first, last = max(0, row - 1), min(height, end + 1)  # with a row on either side
        top, bottom = max(0, first - REACH), min(height, last + REACH)
        codes, values = map_.codes(top, bottom - top), map_.probabilities(first, last - first)
        wide = None
        if values is not None:
            wide = np.pad(values, ((first - top, bottom - last), (0, 0)))
        inner = slice(first - top, last - top)
        surface = hills(codes, wide)[inner]
        labels = climber.add(row, surface, codes[inner], values, row - first, last - end)
        with _kept():
            stored.write(labels.astype(LABEL).tobytes())
    return joined(climber.hills(), neck, shape.least(map_.grid))


def _draw(drawer: ObjectDrawer, grid: Grid, objects: Objects, stored: IO[bytes], report: Report) -> None:
    """Draw the objects whose labels a file has."""
    step = max(1, PIXELS // grid.width)
    with _kept():
        stored.seek(0)
    for row in range(0, grid.height, step):
        count = min(step, grid.height - row) * grid.width
        labels = np.frombuffer(stored.read(count * LABEL.itemsize), LABEL).reshape(-1, grid.width)
        drawer.add(objects.number[labels], report)
        report.progress(CLIMBING + (1 - CLIMBING) * row / grid.height, "Drawing polygons")
    drawer.close(report)


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


@contextmanager
def _stored(output: str) -> Iterator[IO[bytes]]:
    """A file for labels beside the output, of four bytes a pixel, which goes when it is closed."""
    with _kept():
        file = tempfile.TemporaryFile(dir=Path(output).absolute().parent)  # noqa: SIM115 (closed below)
    with file:
        yield file


@contextmanager
def _kept() -> Iterator[None]:
    """OutputError where labels cannot be kept."""
    try:
        yield
    except OSError as error:
        text = f"The labels of objects cannot be kept beside the output: {error}."
        raise OutputError(text, "Free some space (four bytes a pixel), or write elsewhere.") from error
