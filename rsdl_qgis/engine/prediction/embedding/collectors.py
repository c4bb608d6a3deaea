"""Features of patches to a raster, and of polygons or places to a vector file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, MismatchError
from ...feedback import Report
from ...raster.geotiff import not_written
from ...raster.grid import Grid
from ...raster.writer import RasterSink
from ...runs.record import of_result
from ...vector.scene_features import Field
from ...vector.writer import VectorSink, driver_of, unique_names
from ..scenes.scenes import Scene, Scenes
from ..scenes.views import Pixels
from .moments import Moments

MOST_FIELDS = {".shp": 250}  # of features
USUAL_MOST = 1900  # a GeoPackage has no more than 2000 columns
LEVELS = 254  # of 8 bits, above the lowest one; 0 is nodata
DIGITS = 6
AT_ONCE = 256  # places whose features are counted together


@dataclass
class FeatureRaster:
    """Writes features of the cells of a grid, which come row by row: a pixel a cell, a band a feature.

    They wait in a file, float32, until all are known: 8 bits go from the least of a band (1) to the greatest (255).
    ``storage``: one of ``job.common.STORAGES``. Raises OutputError where the disk is full, InputError where no patch
    has a valid pixel.
    """

    grid: Grid
    scenes: Scenes
    path: str
    count: int
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)
    stride: int = 1
    storage: str = "float32"

    def __post_init__(self) -> None:
        self.cells = self.grid.coarser(self.stride)
        self.row: NDArray[np.float32] = np.full((self.cells.width, self.count), np.nan, np.float32)
        self.taken = self.known = 0
        self.low = np.full(self.count, np.inf, np.float32)
        self.high = -self.low
        self.moments = Moments(self.count)
        try:
            self.waiting = tempfile.TemporaryFile(dir=Path(self.path).parent)  # noqa: SIM115
        except OSError as error:
            raise not_written(Path(self.path), error) from None

    def add(self, scene: Scene, output: NDArray[np.float32], valid: NDArray[np.bool_], pixels: Pixels) -> None:
        """Add a cell's features (F,); those that are not finite are nodata."""
        if np.isfinite(output).all():
            self.row[self.taken % self.cells.width] = output
            np.minimum(self.low, output, out=self.low)
            np.maximum(self.high, output, out=self.high)
            self.known += 1
        self._next()

    def skip(self, scene: Scene) -> None:
        """Skip a cell without a valid pixel."""
        self._next()

    def close(self) -> dict[str, Any]:
        """Write the raster; its path, and what is in it."""
        try:
            if not self.known:
                problem = "No patch of the raster has a valid pixel, so there are no features."
                raise InputError(problem, "Choose another raster, extent or mask.")
            self._write()
        finally:
            self.abort()
        empty = self.cells.height * self.cells.width - self.known
        if empty:
            self.report.log("info", f"{empty} patches have no valid pixel: nodata.")
        return {
            "output": self.path,
            "features": self.count,
            "patches": self.known,
            "empty": empty,
            "shown": self.moments.shown(),
        }

    def abort(self) -> None:
        """Remove what waits."""
        self.waiting.close()

    def _next(self) -> None:
        self.taken += 1
        if self.taken % self.cells.width == 0:
            try:
                self.waiting.write(self.row.tobytes())
            except OSError as error:
                raise not_written(Path(self.path), error) from None
            self.row[:] = np.nan

    def _rows(self) -> Iterator[NDArray[np.float32]]:
        """The rows that waited, (width, F) each."""
        self.waiting.seek(0)
        for _ in range(self.cells.height):
            yield np.frombuffer(self.waiting.read(self.row.nbytes), np.float32).reshape(self.row.shape)

    def _write(self) -> None:
        small = self.storage == "uint8"
        reach = self.high.astype(np.float64) - self.low
        step = np.where(reach > 0, reach / LEVELS, 1.0)  # some features are the same everywhere, such as 0
        first = self.low - step
        with RasterSink(
            self.path,
            self.cells,
            count=self.count,
            dtype=self.storage,
            nodata=0 if small else float("nan"),
            band_names=feature_names(self.count),
            metadata=of_result(self.metadata, "output"),
            scales=list(zip(step.tolist(), first.tolist())) if small else (),
        ) as sink:
            for number, row in enumerate(self._rows()):
                self.report.check()
                self.moments.add(row)
                stored = np.nan_to_num(np.rint((row - first) / step)).astype(np.uint8) if small else row
                sink.write(number, stored.T[:, None])


@dataclass
class FeatureTable:
    """Writes each polygon or place with its features, a field each; one without a valid pixel has none."""

    grid: Grid
    scenes: Scenes
    path: str
    count: int
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def check(path: str, count: int) -> None:
        """OutputError for an unknown ending, MismatchError for more features than a format has fields."""
        driver_of(path)
        most = MOST_FIELDS.get(Path(path).suffix.lower(), USUAL_MOST)
        if count > most:
            raise MismatchError(
                f"The model gives {count} features, and {Path(path).name} can have {most}.",
                "Leave the features empty for a raster, choose a .gpkg, or a smaller network.",
            )

    def __post_init__(self) -> None:
        own = [Field("valid", "float64"), *(Field(name, "float64") for name in feature_names(self.count))]
        wanted = [*own, *self.scenes.fields]
        names = unique_names([item.name for item in wanted], self.path)
        fields = [Field(name, item.dtype) for name, item in zip(names, wanted)]
        self.known = self.empty = 0
        self.moments, self.rows = Moments(self.count), list[NDArray[np.float32]]()
        crs, kind = self.scenes.crs, self.scenes.kind
        self.sink = VectorSink(self.path, crs, kind, fields, of_result(self.metadata, "output"))

    def add(self, scene: Scene, output: NDArray[np.float32], valid: NDArray[np.bool_], pixels: Pixels) -> None:
        """Add a place's features (F,), and how many of its pixels are valid."""
        if not np.isfinite(output).all():
            self.skip(scene)
            return
        self.known += 1
        self.rows.append(output)
        if len(self.rows) == AT_ONCE:
            self._count()
        share = round(min(1.0, pixels.valid / pixels.own), DIGITS)
        self.sink.write(scene.wkb, (share, *output.astype(float).tolist(), *scene.values))

    def skip(self, scene: Scene) -> None:
        """A place without a valid pixel."""
        self.empty += 1
        self.sink.write(scene.wkb, (0.0, *[None] * self.count, *scene.values))

    def close(self) -> dict[str, Any]:
        """Finish the file; its path, and what is in it."""
        self.sink.close()
        for level, reason in self.scenes.without_class(self.empty):
            self.report.log(level, reason.replace("no class", "no features"))
        self._count()
        return {
            "output": self.path,
            "features": self.count,
            "patches": self.known,
            "empty": self.empty,
            "shown": self.moments.shown() if self.known else [],
        }

    def _count(self) -> None:
        """Add the last features to the moments."""
        if self.rows:
            self.moments.add(np.stack(self.rows))
            self.rows.clear()

    def abort(self) -> None:
        """Remove the unfinished file."""
        self.sink.abort()


def feature_names(count: int) -> list[str]:
    """'f1', 'f2' …: of bands and fields."""
    return [f"f{number}" for number in range(1, count + 1)]
