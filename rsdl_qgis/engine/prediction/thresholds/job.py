"""The job "threshold": a band or a spectral index to a map of two classes, by Otsu's threshold or a given one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import Class, ModelCard
from ...feedback import Portion, Report
from ...job.outputs import kept, writing
from ...radiometry.bimodality import CLEAR, FEWEST
from ...raster.grid import Grid, Window
from ...raster.source import RasterSource
from ...raster.tiles import tiles
from ...runs.record import noted, run_of
from ..blocks.rows import MapPart
from ..class_map import SegmentationCollector
from ..loop import predict
from ..number_map import RegressionCollector
from ..request import MapFiles
from .index_map import VALUES, load_index
from .otsu_map import Thresholds, otsu_thresholds
from .request import ThresholdRequest

TILE = 1024  # pixels a side
COUNTED = 0.5  # of the progress, when the thresholds are known


@dataclass
class ThresholdCollector:
    """Writes the classes and, where they are asked for, the numbers that were divided."""

    classes: SegmentationCollector
    numbers: RegressionCollector | None

    def __post_init__(self) -> None:
        self.parts = [part_of(one) for one in (self.classes, self.numbers) if one is not None]

    def add(self, window: Window, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add one tile: (2, h, w), class 1 or 0 and the numbers, and which of its pixels are valid (h, w)."""
        for part, values in zip(self.parts, (output[:1].repeat(2, 0), output[1:])):
            part.add(window, values, valid)

    def skip(self, window: Window) -> None:
        """Skip a tile without a valid pixel."""
        for part in self.parts:
            part.skip(window)

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths, and the pixels and area of each class."""
        for part in self.parts:
            part.close()
        result = self.classes.close()
        with kept(lambda: self.classes.finished):
            numbers = self.numbers.close() if self.numbers else {}
        return {**result, "values": numbers.get("output"), "statistics": numbers.get("statistics")}

    def abort(self) -> None:
        """Remove unfinished files."""
        self.classes.abort()
        if self.numbers:
            self.numbers.abort()


def part_of(collector: SegmentationCollector | RegressionCollector) -> MapPart:
    """What blends a collector's tiles into rows for it."""
    of = collector
    return of.blend(of.card, of.grid, of.files, of.tile, of.overlap).part(None, of.take)


@writing("threshold")
def run_threshold(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Divide a band or an index; returns the files, the threshold and how clear it is."""
    started = time.perf_counter()
    request = ThresholdRequest.of(arguments)
    source = RasterSource(
        request.layers(),
        extent=request.extent,
        extent_crs=request.extent_crs,
        mask=request.mask,
        resampling=request.resampling,
        grid=request.grid,
    )
    with source:
        for note in (note for name in source.names for info in source.layers(name) for note in info.notes):
            report.log("info", note)
        load = partial(load_index, source, request.expression, request.bounds)
        if request.threshold is None:
            found = otsu_thresholds(source.grid, load, request.window, Portion(report, 0, COUNTED))
        else:
            found = Thresholds(request.threshold)
        tell(request, found, report)
        result = written(request, source.grid, load, found, Portion(report, COUNTED, 1))
    clear = found.found
    return {
        **result,
        "threshold": found.level,
        "cells": found.own,
        "bimodality": vars(clear) if clear else None,
        "seconds": round(time.perf_counter() - started, 2),
    }


def written(request: ThresholdRequest, grid: Grid, load: Any, found: Thresholds, report: Report) -> dict[str, Any]:
    """The map's files."""
    tile = min(TILE, grid.height), min(TILE, grid.width)

    def divided(arrays: Mapping[str, NDArray], window: Window) -> NDArray[np.float32]:
        values = arrays[VALUES]
        above = values > found.of(window)
        return np.stack([above if request.above else ~above, values]).astype(np.float32)

    def loaded(window: Window) -> Any:
        one = load(window)
        if one.arrays:
            one = type(one)(window, {VALUES: divided(one.arrays, window)}, one.valid)
        return one

    collector = collector_of(request, grid, tile, found, report)
    try:
        windows = tiles(grid.height, grid.width, tile, 0)
        predict(windows, loaded, lambda arrays: arrays[VALUES], collector, 1, report)
        return collector.close()
    except BaseException:
        with suppress(Exception):
            collector.abort()
        raise


def collector_of(
    request: ThresholdRequest, grid: Grid, tile: tuple[int, int], found: Thresholds, report: Report
) -> ThresholdCollector:
    """What collects the tiles into files."""
    classes = tuple(Class(i, name, color) for i, (name, color) in enumerate(zip(request.classes, request.colors)))
    card = ModelCard(name="threshold", title=request.title, inputs=(), classes=classes, background=0)
    note = metadata(request, found)
    SegmentationCollector.check(request.files, card, None)
    numbers = None
    if request.values:
        about = ModelCard(name="threshold", title=request.title, inputs=(), classes=(), task="regression")
        numbers = RegressionCollector(about, grid, MapFiles(request.values), tile, 0, report, note)
    return ThresholdCollector(SegmentationCollector(card, grid, request.files, tile, 0, report, note), numbers)


def metadata(request: ThresholdRequest, found: Thresholds) -> dict[str, str]:
    """How an output was made."""
    run = run_of("threshold", request.asked)
    return {
        **noted(run),
        "RSDL_VERSION": run["version"],
        "RSDL_INDEX": request.expression.text,
        "RSDL_THRESHOLD": f"{found.level:.9g}",
        "RSDL_TIME": run["time"],
        **({"RSDL_BIMODALITY": json.dumps(vars(found.found))} if found.found else {}),
    }


def tell(request: ThresholdRequest, found: Thresholds, report: Report) -> None:
    """Log the threshold, and warn where the values are not clearly of two groups."""
    side = "above" if request.above else "up to"
    report.log("info", f"{request.title}: '{request.classes[1]}' is {side} {found.level:.6g}.")
    if found.cells is not None:
        total = found.cells.size
        report.log("info", f"{found.own} of {total} windows have a threshold of their own, the others that of all.")
    if found.found is None:
        return
    report.log("info", found.found.text())
    if found.found.is_clear:
        return
    few = not FEWEST <= found.found.share <= 1 - FEWEST
    why = (
        f"only {100 * min(found.found.share, 1 - found.found.share):.2g} % of the values are on one side"
        if few and found.found.ashman_d > CLEAR
        else f"Ashman's D is {found.found.ashman_d:.2f}, and {CLEAR:g} is the least of two clear groups"
    )
    report.log(
        "warning",
        f"The values are not clearly of two groups: {why}. Otsu's threshold then divides one group in two. Choose an "
        "area (EXTENT) with more of both classes, another INDEX, or give a THRESHOLD.",
    )
