"""A class map divided into objects, a strip of rows at a time; their labels are kept in a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import OutputError
from ...feedback import Report
from ...raster.grid import Grid
from ..tracing.polygon_shape import PolygonShape
from .basins import Climber, Ints
from .drawing import ObjectDrawer
from .joining import Necks, Objects, joined
from .surface import REACH, hills

PIXELS = 1 << 21  # in a strip of rows, about
CLIMBING = 0.7  # of the progress
LABEL = np.dtype(np.int32)


class Map(Protocol):
    """What is divided. ``codes``: (height, width) classes of rows, ``surface.NONE`` where there is none;
    ``probabilities``: of them, NaN where they are not known; None: of no pixel.
    """

    @property
    def grid(self) -> Grid: ...

    def codes(self, row: int, height: int) -> Ints: ...

    def probabilities(self, row: int, height: int) -> NDArray[np.float32] | None: ...


def separated(map_: Map, stored: IO[bytes], necks: Necks, shape: PolygonShape, report: Report) -> Objects:
    """The objects of a map, whose labels are written into a file, row by row. ``necks``: see ``joining.joined``."""
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
        surface = hills(codes, wide, None if None in necks else [*necks])[inner]
        labels = climber.add(row, surface, codes[inner], values, row - first, last - end)
        with kept():
            stored.write(labels.astype(LABEL).tobytes())
    return joined(climber.hills(), necks, shape.least(map_.grid))


def draw(drawer: ObjectDrawer, grid: Grid, objects: Objects, stored: IO[bytes], report: Report) -> None:
    """Draw the objects whose labels a file has."""
    step = max(1, PIXELS // grid.width)
    with kept():
        stored.seek(0)
    for row in range(0, grid.height, step):
        count = min(step, grid.height - row) * grid.width
        labels = np.frombuffer(stored.read(count * LABEL.itemsize), LABEL).reshape(-1, grid.width)
        drawer.add(objects.number[labels], report)
        report.progress(CLIMBING + (1 - CLIMBING) * row / grid.height, "Drawing polygons")
    drawer.close(report)


@contextmanager
def stored_beside(output: str) -> Iterator[IO[bytes]]:
    """A file for labels beside the output, of four bytes a pixel, which goes when it is closed."""
    with kept():
        file = tempfile.TemporaryFile(dir=Path(output).absolute().parent)  # noqa: SIM115 (closed below)
    with file:
        yield file


@contextmanager
def kept() -> Iterator[None]:
    """OutputError where labels cannot be kept."""
    try:
        yield
    except OSError as error:
        text = f"The labels of objects cannot be kept beside the output: {error}."
        raise OutputError(text, "Free some space (four bytes a pixel), or write elsewhere.") from error
