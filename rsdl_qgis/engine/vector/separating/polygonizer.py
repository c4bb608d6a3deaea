"""The classes of a map as polygons while its rows come, objects of some classes that touch told apart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...feedback import Report
from ...raster.grid import Grid
from ..tracing.polygon_shape import PolygonShape
from ..tracing.polygonize import Classes
from ..tracing.shaper import rows_of
from .basins import Ints
from .drawing import ObjectDrawer
from .joining import Necks
from .strips import draw, kept, separated, stored_beside
from .surface import NONE


class ObjectPolygonizer:
    """As ``tracing.polygonize.Polygonizer``, with the classes of ``necks`` divided into objects.

    Rows and the probabilities of their classes are kept in files beside the output until all have come: up to ten bytes
    a pixel with the labels of objects.
    """

    def __init__(
        self,
        output: str | os.PathLike[str],
        grid: Grid,
        classes: Classes,
        dtype: DTypeLike,
        necks: Necks,
        skip: Collection[int] = (),
        metadata: Mapping[str, str] | None = None,
        shape: PolygonShape | None = None,
        sure: bool = False,
    ):
        self._output, self._grid, self._necks, self._metadata = str(output), grid, necks, metadata
        self._shape, self._sure = shape or PolygonShape(), sure
        self._names = {value: name for value, name, _ in classes if value not in skip}
        self._dtype = np.dtype(dtype)
        values = [value for value, *_ in classes]
        self._rows, self._drawn = rows_of(output, grid, values, dtype, skip, self._shape, sure)
        folder = Path(output).absolute().parent
        self._files = ExitStack()
        self._classes, self._probabilities = (_file(folder, self._files) for _ in range(2))

    def add(self, rows: NDArray, report: Report, probabilities: NDArray[np.float32] | None = None) -> None:
        """The next rows of values (n, width), and their probabilities (classes or 1, n, width)."""
        for found in self._rows.add(rows, probabilities):
            self._store(*found)
        report.check()

    def close(self, report: Report) -> int:
        """Finishes the file; how many polygons there are."""
        with self._files:
            for found in self._rows.close():
                self._store(*found)
            self._rows.forget()
            stored = self._files.enter_context(stored_beside(self._output))
            objects = separated(self, stored, self._necks, self._shape, report)
            drawer = ObjectDrawer(self._output, self._grid, objects, self._names, self._shape, self._metadata)
            try:
                draw(drawer, self._grid, objects, stored, report)
            except BaseException:
                drawer.abort()
                raise
        return len(objects.code) - 1

    def abort(self) -> None:
        """Nothing is left."""
        self._rows.forget()
        self._files.close()

    @property
    def grid(self) -> Grid:
        """Of the map."""
        return self._grid

    def codes(self, row: int, height: int) -> Ints:
        """(height, width): classes of rows that have come, ``surface.NONE`` where none is drawn."""
        rows = self._read(self._classes, self._dtype, row, height)
        return np.where(self._drawn[rows], rows.astype(np.int64), NONE)

    def probabilities(self, row: int, height: int) -> NDArray[np.float32] | None:
        """(height, width): of these classes."""
        return self._read(self._probabilities, np.dtype(np.float32), row, height) if self._sure else None

    def _store(self, rows: NDArray, probabilities: NDArray[np.float32] | None) -> None:
        with kept():
            self._classes.write(rows.astype(self._dtype).tobytes())
            if probabilities is not None:
                self._probabilities.write(probabilities.astype(np.float32).tobytes())

    def _read(self, file: IO[bytes], dtype: np.dtype, row: int, height: int) -> NDArray:
        width = self._grid.width
        with kept():
            file.seek(row * width * dtype.itemsize)
            return np.frombuffer(file.read(height * width * dtype.itemsize), dtype).reshape(height, width)


def _file(folder: Path, files: ExitStack) -> IO[bytes]:
    with kept():
        return files.enter_context(tempfile.TemporaryFile(dir=folder))
