"""The job "cloud_mask": clouds, shadows and the like as a product's quality band marks them, or a model finds them."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import Class, ModelCard
from ...feedback import Portion, Report
from ...job.outputs import writing
from ...products.product import Flag
from ...raster.grid import Grid, Window
from ...raster.source import Layer, RasterSource, valid_pixels
from ...raster.stack import marked
from ...raster.tiles import tiles
from ...runs.record import noted, run_of
from ...tables.quality import CLASSES, GROWING
from ..class_map import SegmentationCollector
from ..job import predicted
from ..loop import Tile, predict
from ..maps import TASK
from .request import OPERATION, CloudMaskRequest

TILE = 1024  # pixels a side
VALUES = "values"  # the array of a tile


@writing(OPERATION)
def run_cloud_mask(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map what a quality band marks, or a model; returns the files, and the pixels and area of each class."""
    started = time.perf_counter()
    request = CloudMaskRequest.of(arguments)
    if request.model is None:
        result = masked(request, report)
    else:
        folder = Path(request.model.output).parent
        try:
            folder.mkdir()
            found = predicted(TASK, request.model, Portion(report, 0.0, 0.9))
            made = replace(request, extent=None, extent_crs=None)  # the map is of the area already
            result = {**masked(made, Portion(report, 0.9, 1.0)), "model": found["model"]}
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return {**result, "seconds": round(time.perf_counter() - started, 2)}


def masked(request: CloudMaskRequest, report: Report) -> dict[str, Any]:
    """The map of what the flags of a request mark."""
    with RasterSource(_inputs(request), mask=request.mask, resampling="nearest", grid="finest") as source:
        grid, extent = source.grid, request.extent  # what lies beyond the extent grows into it
        whole = Window(0, 0, grid.height, grid.width)
        area = whole if extent is None else grid.window(extent, request.extent_crs)
        return _written(request, source, area, report)


def _inputs(request: CloudMaskRequest) -> dict[str, list[Layer]]:
    """One input for each quality band."""
    flags = [flag for found in (request.fill, *request.flags.values()) for flag in found]
    return {_name(flag): [Layer(flag.path, (flag.number,), request.nodata, stored=True)] for flag in flags}


def _name(flag: Flag) -> str:
    return f"{flag.path} {flag.number}"


def _written(request: CloudMaskRequest, source: RasterSource, area: Window, report: Report) -> dict[str, Any]:
    """The map's files."""
    grid, tile = source.grid.crop(area), (min(TILE, area.height), min(TILE, area.width))
    collector = _collector(request, grid, tile, report)
    part = collector.blend(collector.card, grid, request.files, tile, 0).part(None, collector.take)
    try:
        windows = tiles(grid.height, grid.width, tile, 0)
        predict(windows, partial(load_classes, source, request, area), lambda arrays: arrays[VALUES], part, 1, report)
        part.close()
        return collector.close()
    except BaseException:
        with suppress(Exception):
            collector.abort()
        raise


def _collector(request: CloudMaskRequest, grid: Grid, tile: tuple[int, int], report: Report) -> SegmentationCollector:
    values = [0, *(list(CLASSES).index(word) for word in request.flags)]
    classes = tuple(Class(value, *list(CLASSES.items())[value]) for value in values)
    card = ModelCard(name=OPERATION, title=f"Cloud mask of {request.title}", inputs=(), classes=classes, background=0)
    run = run_of(OPERATION, request.asked)
    note = {**noted(run), "RSDL_VERSION": run["version"], "RSDL_TIME": run["time"]}
    SegmentationCollector.check(request.files, card, None)
    return SegmentationCollector(card, grid, request.files, tile, 0, report, note)


def load_classes(source: RasterSource, request: CloudMaskRequest, area: Window, window: Window) -> Tile[Window]:
    """One array (classes, h, w), 1 for the class of each pixel: the first of the words that marks it, else clear.

    ``window``: of the ``area`` of the source that is mapped.
    """
    margin = request.grow
    row, col = area.row + window.row - margin, area.col + window.col - margin
    wide = Window(row, col, window.height + 2 * margin, window.width + 2 * margin)
    read = source.read(wide)
    known = valid_pixels(read) & ~_any(read, request.fill)
    found = [_any(read, flags) & known for flags in request.flags.values()]
    grown = [dilated(one, margin) if word in GROWING else one for word, one in zip(request.flags, found)]
    inside = np.s_[margin : margin + window.height, margin : margin + window.width]
    valid = known[inside]
    if not valid.any():
        return Tile(window, {}, valid)
    classes = np.zeros((len(grown) + 1, window.height, window.width), np.float32)
    free: NDArray[np.bool_] = np.ones(valid.shape, bool)
    for i, one in enumerate(grown, 1):
        classes[i] = one[inside] & free
        free &= ~one[inside]
    classes[0] = free
    return Tile(window, {VALUES: classes}, valid)


def _any(read: Mapping[str, np.ma.MaskedArray], flags: Iterable[Flag]) -> NDArray[np.bool_]:
    """(h, w): where one of the flags is set."""
    shape = next(iter(read.values())).shape[-2:]
    found: NDArray[np.bool_] = np.zeros(shape, bool)
    for flag in flags:
        found |= marked(read[_name(flag)].data[0, 0].astype(np.int64), flag.test)
    return found


def dilated(found: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """(h, w): what lies within so many pixels of what was found, row by row of a disk."""
    if not radius or not found.any():
        return found
    height, width = found.shape
    sums = np.zeros((height, width + 1), np.int32)
    np.cumsum(found, axis=1, out=sums[:, 1:])
    columns = np.arange(width)
    result = np.zeros_like(found)
    for dy in range(-radius, radius + 1):
        half = math.isqrt(radius * radius - dy * dy)
        near = sums[:, np.minimum(columns + half + 1, width)] > sums[:, np.maximum(columns - half, 0)]
        to, of = (slice(max(0, dy), height + min(0, dy)), slice(max(0, -dy), height + min(0, -dy)))
        result[to] |= near[of]
    return result
