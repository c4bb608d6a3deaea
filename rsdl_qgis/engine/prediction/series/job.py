"""The job "predict_series": a class for every pixel from its values over time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import VALID, ModelCard
from ...dates import date_in
from ...errors import MismatchError, ModelError
from ...feedback import Report
from ...radiometry.scaling import Radiometry
from ...raster.grid import Window
from ...raster.source import RasterSource
from ...raster.tiles import tile_shape, tiles
from ...runtime.network import Arrays, Runtime
from ...runtime.sessions import open_runtime
from ..blocks.pieces import cut_blocks
from ..class_map import SegmentationCollector
from ..inputs import open_source
from ..job import PredictionTask
from ..loop import AHEAD, Tile
from ..request import SeriesRequest
from ..tiling import NETWORK_MEMORY, STREAMS, Plan, streams_for
from ..work import Job, Work
from .layers import Series, read_series
from .sample import one_date, resampling_for, used_layers, with_statistics
from .season import Season, in_order, matched_season
from .values import Stack

TILE_MEMORY = 250_000_000  # bytes that all tiles in memory may take, unless TILE_SIZE says otherwise
LARGEST_TILE = 512  # pixels: larger ones gain little
MOST_SERIES = 1024  # that are run at once, by default: more need memory, and are no faster on a CPU


@contextmanager
def series_work(job: Job[SeriesRequest]) -> Iterator[Work[Window]]:
    """The tiles of a job's series. MismatchError for layers or files that the model does not take or give."""
    request, card, report = job.request, job.card, job.report
    check_dates(card)
    files = request.files.of(job.form)
    SegmentationCollector.check(files, card, job.form)
    series = read_series(request.layers, request.layout, card, request.dates, request.bands)
    for warning in series.warnings:
        report.log("warning", warning)
    season = season_of(card, series, report)
    places, chosen = used_layers(series, season)
    stack, scales = with_statistics(Stack(card, places, season, {}), series, chosen, request, report)
    with open_source(one_date(chosen), card, request, resampling_for(stack)) as source:
        grid = source.grid
        plan = job.settled or series_plan(source, stack, request)
        report.log("info", f"Tiles of {plan.tile[1]} x {plan.tile[0]} px, batches of {plan.batch} series.")

        def network(*opening: Any) -> Runtime:
            return series_runtime(open_runtime(*opening), card, plan.batch, report)

        def results(note: dict[str, str]) -> SegmentationCollector:
            return SegmentationCollector(card, grid, files, plan.tile, plan.overlap, report, note)

        blend = SegmentationCollector.blend(card, grid, files, plan.tile, plan.overlap)
        windows = tiles(grid.height, grid.width, plan.tile, plan.overlap)
        yield Work(
            windows=windows,
            scales=lambda: scales,
            load=partial(load_series, source, stack),
            part=lambda network, block, emit: blend.part(block, emit),
            results=results,
            blocks=cut_blocks(len(windows), math.prod(plan.tile), blend.cols, blend.least),
            cut=vars(plan),
            batch=1,
            streams=plan.streams,
            plan=plan,
            open_network=network,
            called=partial(first_series, most=plan.batch),
            notes=date_notes(stack, series),
        )


TASK = PredictionTask(SeriesRequest, "maps time series", series_work)
run_predict_series = TASK.operation()


def check_dates(card: ModelCard) -> None:
    """ModelError for a model whose inputs differ in their number of dates."""
    counts = {item.name: len(item.dates) for item in card.inputs}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ModelError(f"The inputs of model '{card.name}' have different numbers of dates: {listed}.")


def season_of(card: ModelCard, series: Series, report: Report) -> Season:
    """How the series' dates stand for the card's; assumptions and missing dates are logged.

    Without dates on either side there have to be as many as the card has (else MismatchError), taken in order.
    """
    wanted = tuple(date_in(name) for name in card.inputs[0].dates)
    given = series.dates
    if not (all(wanted) and len(set(wanted)) == len(wanted) and given):
        why = f"model '{card.name}' does not say its dates" if given else "the dates of the layers are not known"
        if len(series.observations) != len(wanted):
            raise MismatchError(
                f"Model '{card.name}' takes {len(wanted)} dates, there are {len(series.observations)}, and {why}.",
                "Give as many, in the same order." if given else "Give their dates in DATES, or as many, in order.",
            )
        report.log("warning", f"The layers' dates are taken for the model's in order, since {why}.")
        return in_order(len(wanted))
    season = matched_season(wanted, given)
    used = [given[j] for j in season.used]
    moved = f", {abs(season.years)} year(s) {'later' if season.years < 0 else 'earlier'}" if season.years else ""
    made = "taken as they are" if not season.gap else "interpolated in time"
    report.log(
        "info",
        f"{len(used)} of {len(given)} dates, {used[0]} to {used[-1]}, stand for the model's {len(wanted)}, "
        f"{min(wanted)} to {max(wanted)}{moved}; {made}.",
    )
    if season.missing:
        without = ", ".join(wanted[t] for t in season.missing)
        report.log("warning", f"{len(season.missing)} of the model's {len(wanted)} dates have no layer: {without}.")
    return season


def series_plan(source: RasterSource, stack: Stack, request: SeriesRequest) -> Plan:
    """Tiles, and how many series are a batch: as asked for, else as the memory allows."""
    asked = request.tile_size
    if asked:
        tile = (asked, asked)
    else:
        side = math.isqrt(TILE_MEMORY // bytes_per_pixel(source, stack))
        tile = tile_shape(source.grid.height, source.grid.width, min(max(side, 1), LARGEST_TILE), 0, 1)
    memory = max(1, stack.card.tiling.memory)
    batch = request.batch_size or max(1, min(MOST_SERIES, NETWORK_MEMORY // STREAMS // memory))
    count = len(tiles(source.grid.height, source.grid.width, tile, 0))
    return Plan(tile, 0, batch, streams_for(count, batch * memory, request))


def bytes_per_pixel(source: RasterSource, stack: Stack) -> int:
    """Bytes a pixel of all tiles in memory: one that is read and stacked, and those that wait or run."""
    raw = sum(np.dtype(dtype).itemsize + 1 for name in source.names for dtype in source.layers(name)[0].dtypes)
    observations, dates = len(stack.places), len(stack.season.targets)
    count = sum(len(item.bands) for item in stack.card.inputs)
    made = dates * (4 * count + 1)  # float32 values, and whether they are valid
    under_way = AHEAD + 1 + STREAMS
    return raw + observations * (4 * count + 1) + 2 * made + under_way * (made + 4 * stack.card.channels)


def load_series(source: RasterSource, stack: Stack, scaling: Mapping[str, Radiometry], window: Window) -> Tile[Window]:
    """Read one tile: scaled (T, C, h, w) an input, 0 where a date is not valid, and ``valid`` (T, h, w)."""
    values, valid = stack(source.read(window))
    some: NDArray[np.bool_] = np.any(valid, axis=0)
    if not some.any():
        return Tile(window, {}, some)
    scaled = {}
    for name, array in values.items():
        scaled[name] = scaling[name](array)
        np.copyto(scaled[name], 0, where=~valid[:, None])
    return Tile(window, {**scaled, VALID: valid}, some)


def series_runtime(runtime: Runtime, card: ModelCard, most: int, report: Report) -> Runtime:
    """A runtime of series as one of images: (N, T, C, h, w) and ``valid`` (N, T, h, w) -> (N, classes, h, w).

    Pixels without a valid date are not run and get 0; the others are, at most ``most`` at once. Raises Cancelled
    between these.
    """

    def run(inputs: Arrays) -> NDArray:
        valid = inputs[VALID]
        rows = np.nonzero(valid.any(axis=1))  # (N, h, w)
        pixels = {name: np.moveaxis(array, (-2, -1), (1, 2)) for name, array in inputs.items()}  # (N, h, w, T, ...)
        output = np.zeros((len(valid), *valid.shape[2:], card.channels), np.float32)
        for first in range(0, len(rows[0]), most):
            report.check()
            chunk = tuple(axis[first : first + most] for axis in rows)
            output[chunk] = runtime({name: np.ascontiguousarray(array[chunk]) for name, array in pixels.items()})
        return np.moveaxis(output, -1, 1)

    return run


def first_series(inputs: Arrays, most: int) -> Arrays:
    """The first pixels of a batch of tiles with a valid date, at most so many, as the network takes them."""
    rows = tuple(axis[:most] for axis in np.nonzero(inputs[VALID].any(axis=1)))
    return {name: np.moveaxis(array, (-2, -1), (1, 2))[rows] for name, array in inputs.items()}


def date_notes(stack: Stack, series: Series) -> dict[str, str]:
    """Further metadata of the map: the dates behind each of the model's dates, and how numbers were read.

    Dates that are not known are numbered from 1.
    """
    season, model = stack.season, stack.card.inputs[0].dates
    given = [series.observations[j].date or str(j + 1) for j in season.used]
    dates = {name: [given[j] for j in season.sources(t)] for name, t in zip(model, season.targets)}
    readings = {
        Path(series.layers[int(name)].path).name: sorted({(r.factor, r.offset, r.wraps_from or 0) for r in found})
        for name, found in stack.readings.items()
    }
    return {"RSDL_DATES": json.dumps(dates), "RSDL_READINGS": json.dumps(readings)}
