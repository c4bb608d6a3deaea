"""The job "active_fire": a map of where the rules see fire, made strip by strip of tiles."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import known
from ..feedback import Report
from ..job.outputs import check_outputs, kept, writing
from ..raster.grid import Grid, Window
from ..raster.source import RasterSource
from ..raster.writer import RasterSink
from ..runs.record import noted, of_result, run_of
from ..tables.fire import CLASSES, FIRE
from .reflectance import Bands, bands_of, check_values
from .request import OPERATION, FireRequest
from .rules import RULES, Scene

if TYPE_CHECKING:
    from ..vector.tracing.background import BackgroundPolygonizer

NODATA = 255


@writing(OPERATION)
def run_active_fire(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map active fires; the outputs, and the pixels and area of each class.

    Windows of the background see what lies beyond a tile and beyond the extent. What is nodata, or outside the mask,
    is in no background.
    """
    started = time.perf_counter()
    request = FireRequest.of(arguments)
    bands = bands_of(request)
    outputs = [path for path in (request.output, request.polygons) if path]
    check_outputs(outputs, [], bands.files)
    with RasterSource(bands.inputs, mask=request.mask, resampling="nearest") as source:
        for note in bands.notes:
            report.log("info", note)
        check_values(source, bands, report)
        area = _area(source.grid, request)
        result = _mapped(request, source, bands, area, report)
    return {**result, "method": request.method, "seconds": round(time.perf_counter() - started, 2)}


def detect(request: FireRequest, scene: Scene) -> NDArray[np.uint8]:
    """The classes (h, w) of a scene without its margin; 255 where a pixel has no reflectance."""
    votes = sum(RULES[rule](scene).astype(np.uint8) for rule in request.rules)
    classes = np.where(votes >= request.needed, FIRE, 0).astype(np.uint8)
    classes[np.isnan(scene.corrected[7])] = NODATA
    rows, cols = (slice(scene.margin, length - scene.margin) for length in classes.shape)
    return classes[rows, cols]


def _area(grid: Grid, request: FireRequest) -> Window:
    if request.extent is None:
        return Window(0, 0, grid.height, grid.width)
    return grid.window(request.extent, request.extent_crs)


def _mapped(request: FireRequest, source: RasterSource, bands: Bands, area: Window, report: Report) -> dict[str, Any]:
    """The files, and what is in them."""
    grid = source.grid.crop(area)
    writer = _Writer(request, grid, report)
    try:
        done, total = 0, math.ceil(area.height / request.tile_size) * math.ceil(area.width / request.tile_size)
        for strip in _strips(area, request.tile_size):
            rows = np.full((strip[0].height, area.width), NODATA, np.uint8)
            for tile in strip:
                report.check()
                scene = bands.scene(source, tile)
                first = tile.col - area.col
                rows[:, first : first + tile.width] = detect(request, scene)
                done += 1
                report.progress(done / total, "Looking for fires")
            writer.add(strip[0].row - area.row, rows)
        return writer.close()
    except BaseException:
        writer.abort()
        raise


def _strips(area: Window, side: int) -> Iterator[list[Window]]:
    """The tiles of an area, row by row; those at its end are smaller."""
    bottom, right = area.row + area.height, area.col + area.width
    for row in range(area.row, bottom, side):
        height = min(side, bottom - row)
        yield [Window(row, col, height, min(side, right - col)) for col in range(area.col, right, side)]


class _Writer:
    """The class raster, and polygons of fires where they are wanted."""

    def __init__(self, request: FireRequest, grid: Grid, report: Report):
        self._request, self._grid, self._report = request, grid, report
        self._counts = np.zeros(256, np.int64)
        note = _metadata(request)
        self._polygons = _polygonizer(request, grid, report, note) if request.polygons else None
        try:
            self._sink = RasterSink(
                request.output,
                grid,
                count=1,
                dtype="uint8",
                nodata=NODATA,
                band_names=("active fire",),
                classes=CLASSES,
                metadata=of_result(note, "output"),
            )
        except BaseException:
            if self._polygons:
                self._polygons.abort()
            raise

    def add(self, row: int, classes: NDArray[np.uint8]) -> None:
        """The next rows."""
        self._counts += np.bincount(classes.ravel(), minlength=256)
        self._sink.write(row, classes[None])
        if self._polygons:
            self._polygons.add(classes)

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths and what is in them."""
        finished = [self._sink.close()]
        with kept(lambda: finished):
            if self._polygons:
                self._report.progress(1.0, "Drawing polygons")
                self._polygons.close()
        fires, valid = int(self._counts[FIRE]), int(self._counts[[value for value, *_ in CLASSES]].sum())
        self._report.log("info", f"{fires:,} of {valid:,} valid pixels are active fires ({self._request.method}).")
        pixel, counts = math.prod(self._grid.resolution), self._counts.tolist()
        return {
            "output": self._request.output,
            "polygons": self._request.polygons,
            "classes": [
                {"value": v, "name": n, "color": c, "pixels": counts[v], "area_m2": counts[v] * pixel}
                for v, n, c in CLASSES
            ],
        }

    def abort(self) -> None:
        """Remove unfinished files."""
        self._sink.abort()
        if self._polygons:
            self._polygons.abort()


def _polygonizer(request: FireRequest, grid: Grid, report: Report, note: Mapping[str, str]) -> BackgroundPolygonizer:
    from ..vector.tracing.background import BackgroundPolygonizer  # its library takes a while to load
    from ..vector.tracing.polygonize import Polygonizer

    metadata = of_result(note, "polygons")
    polygonizer = Polygonizer(
        known(request.polygons), grid, CLASSES, np.uint8, skip=(0,), metadata=metadata, shape=request.shape
    )
    return BackgroundPolygonizer(polygonizer, report)


def _metadata(request: FireRequest) -> dict[str, str]:
    """How the map was made."""
    run = run_of(OPERATION, request.asked)
    return {**noted(run), "RSDL_VERSION": run["version"], "RSDL_METHOD": request.method, "RSDL_TIME": run["time"]}
