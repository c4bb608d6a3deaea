"""The job "predict_series": a class for every pixel from its values over time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .card import VALID, ModelCard
from .dates import date_in
from .errors import InputError, MismatchError, ModelError
from .inputs import check_resolution, open_source
from .observations import Series, SeriesLayer, quoted, read_series
from .outputs import writing
from .plan import NETWORK_MEMORY, STREAMS, Plan, streams_for
from .predict import AHEAD, Tile, predict
from .provenance import provenance
from .raster.grid import Window
from .raster.source import Layer, RasterSource
from .raster.stored import Values
from .raster.tiles import tile_shape, tiles
from .readings import Reading, check_range, reading_of
from .report import Report
from .runtime import Arrays, Runtime, network_form, open_runtime
from .scaling import Radiometry, radiometry
from .season import Season, in_order, matched_season
from .series_values import Place, at_model_dates, observed
from .store import opened
from .task_table import task_of
from .tasks.segmentation import Outputs, SegmentationCollector, check_probabilities
from .unlike import BLANK, blank_share, blank_text

TILE_MEMORY = 250_000_000  # bytes that the tiles on their way may take, unless TILE_SIZE says otherwise
LARGEST_TILE = 512  # pixels: beyond it little is gained
MOST_SERIES = 1024  # that are run at once, by default: more need memory, and are no faster on a CPU
SAMPLE, PATCHES = 60_000, 8  # pixels that stand for the rasters, in so many patches along each axis


@dataclass(frozen=True)
class Stack:
    """How the arrays of a source become series at the card's dates: a layer is an array, named by its number."""

    card: ModelCard
    places: tuple[tuple[Place, ...], ...]
    season: Season
    readings: Mapping[str, tuple[Reading, ...]]

    def __call__(
        self, arrays: Mapping[str, np.ma.MaskedArray]
    ) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
        """Arrays (1, C, h, w) as read -> values (T, C, h, w) an input, 0 where not valid, and valid (T, h, w)."""
        values, valid = at_model_dates(*observed(arrays, self.places, self.readings), self.season)
        ends = np.cumsum([len(item.bands) for item in self.card.inputs])[:-1]
        return dict(zip((item.name for item in self.card.inputs), np.split(values, ends, axis=1))), valid

    def masked(self, arrays: Mapping[str, np.ma.MaskedArray]) -> dict[str, np.ma.MaskedArray]:
        """As a call, with the masks in the arrays."""
        values, valid = self(arrays)
        return {
            name: np.ma.MaskedArray(array, np.broadcast_to(~valid[:, None], array.shape))
            for name, array in values.items()
        }


@writing("predict_series")
def run_predict_series(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map a series of rasters with a model for time series: what was made, and the pixels of each class.

    ``arguments``: ``model``, ``output``, and ``layers``: of each its ``path`` and, where there are, ``bands``,
    ``nodata`` (one value, or one a band), ``name``, ``descriptions`` of the bands and ``date``. Optional: ``layout``
    ('dates' or 'variables'), ``dates``, ``bands``, ``scale``, ``wrapped`` (see observations.py and readings.py),
    ``batch_size`` (series), and what every map takes.
    """
    started = time.perf_counter()
    _, model, given = (arguments[name] for name in ("output", "model", "layers"))
    with ExitStack() as stack:
        path, card = stack.enter_context(opened(model))
        check_card(card)
        outputs = Outputs.of(arguments, card)
        check_probabilities(outputs, card, network_form(card, path, arguments.get("device")))
        layout, numbers = arguments.get("layout") or "dates", arguments.get("bands") or ()
        series = read_series(given, layout, card, arguments.get("dates") or "", numbers)
        for warning in series.warnings:
            report.log("warning", warning)
        season = season_of(card, series, report)
        places, chosen = used_layers(series, season)
        plain = Stack(card, places, season, {})
        stacked, scaling = with_statistics(plain, series, chosen, arguments, report)
        source = stack.enter_context(open_source(one_date(chosen), card, arguments, resampling_for(stacked)))
        plan = make_plan(source, stacked, arguments)
        device, threads = arguments.get("device") or "auto", arguments.get("threads")
        runtime = open_runtime(card, path, device, threads, report, plan.streams)
        report.log("info", f"Tiles of {plan.tile[1]} x {plan.tile[0]} px, batches of {plan.batch} series.")
        note = {**provenance("predict_series", card, arguments, scaling, vars(plan)), **told(stacked, series)}
        windows = tiles(source.grid.height, source.grid.width, plan.tile, plan.overlap)
        collector = SegmentationCollector(card, source.grid, outputs, plan.tile, plan.overlap, report, note)
        try:
            seconds = predict(
                windows,
                lambda window: load_series(source, stacked, scaling, window),
                series_runtime(runtime, card, plan.batch, report),
                collector,
                1,
                report,
                streams=plan.streams,
            )
            result = collector.close()
        except BaseException:
            collector.abort()
            raise
    total = time.perf_counter() - started
    report.log("info", seconds.told(total))
    cost = {"seconds": round(total, 2), "tiles": seconds.tiles_run, "timing": vars(seconds)}
    return {**result, "model": card.name, **cost}


def check_card(card: ModelCard) -> None:
    """MismatchError for a model of another task, ModelError for one whose inputs differ in their dates."""
    if task_of(card.task).operation != "predict_series":
        raise MismatchError(f"Model '{card.name}' is for {card.task}, and this maps time series.")
    counts = {item.name: len(item.dates) for item in card.inputs}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ModelError(f"The inputs of model '{card.name}' have different numbers of dates: {listed}.")


def season_of(card: ModelCard, series: Series, report: Report) -> Season:
    """How the series' dates stand for the card's; what is taken for granted or missing is logged.

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


def used_layers(series: Series, season: Season) -> tuple[tuple[tuple[Place, ...], ...], dict[str, Layer]]:
    """Of the observations in use each variable's place in the arrays, and the layers to read, each file once."""
    cells = [series.observations[j].cells for j in season.used]
    bands: dict[int, list[int]] = {}
    for number, band in sorted({cell for row in cells for cell in row}):
        bands.setdefault(number, []).append(band)
    places = tuple(tuple((str(number), bands[number].index(band)) for number, band in row) for row in cells)
    return places, {str(number): _layer(series.layers[number], found) for number, found in bands.items()}


def _layer(layer: SeriesLayer, bands: Sequence[int]) -> Layer:
    chosen = layer.only(bands)
    known = [value for value in chosen.nodata if value is not None]
    nodata = tuple(math.nan if value is None else value for value in chosen.nodata) if known else None
    return Layer(chosen.path, chosen.bands, nodata, stored=True)  # readings know which numbers wrapped around


def one_date(layers: Mapping[str, Layer]) -> dict[str, list[Layer]]:
    """Each layer as an input of its own."""
    return {name: [layer] for name, layer in layers.items()}


def with_statistics(
    stack: Stack, series: Series, chosen: Mapping[str, Layer], arguments: Mapping[str, Any], report: Report
) -> tuple[Stack, dict[str, Radiometry]]:
    """The stack with its readings, and how its inputs are scaled, both from a sample of the layers."""
    report.progress(0.0, "Sampling the rasters")
    with open_source(one_date(chosen), stack.card, arguments, "nearest") as source:
        check_resolution(source, stack.card, report)
        sample = sampled(source)
    tell_of_blank(series.layers, sample, report)
    read = with_readings(stack, series.layers, chosen, sample, arguments, report)
    return read, scaling_of(read, sample, report)


def resampling_for(stack: Stack) -> str:
    """How layers on other grids are resampled: numbers that wrapped around cannot be averaged with their neighbours."""
    wraps = any(reading.wraps_from for readings in stack.readings.values() for reading in readings)
    return "nearest" if wraps else "bilinear"


def sampled(source: RasterSource) -> dict[str, np.ma.MaskedArray]:
    """About ``SAMPLE`` pixels from all over a source, (1, C, n, m) a layer.

    Of a large raster they are patches: every n-th pixel would decode all of a file once for each of its bands.
    """
    height, width = source.grid.height, source.grid.width
    if height * width <= SAMPLE:
        return source.read(Window(0, 0, height, width))
    side = math.isqrt(SAMPLE) // PATCHES
    rows, cols = (np.linspace(0, max(0, length - side), PATCHES).astype(int) for length in (height, width))
    parts = [
        source.read(Window(int(row), int(col), side, side))
        for row in dict.fromkeys(rows)
        for col in dict.fromkeys(cols)
    ]
    patches = {name: np.ma.concatenate([part[name] for part in parts], axis=3) for name in source.names}
    return source.sample(SAMPLE) if all(array.mask.all() for array in patches.values()) else patches


def tell_of_blank(layers: Sequence[SeriesLayer], sample: Mapping[str, np.ma.MaskedArray], report: Report) -> None:
    """Warns of layers in which many pixels are 0 that may mean nothing."""
    shares = {layers[int(name)].name: blank_share(array) for name, array in sample.items()}
    found = [name for name, share in shares.items() if share >= BLANK]
    if found:
        report.log("warning", blank_text(quoted(found), max(shares.values())))


def with_readings(
    stack: Stack,
    layers: Sequence[SeriesLayer],
    chosen: Mapping[str, Layer],
    sample: Mapping[str, np.ma.MaskedArray],
    arguments: Mapping[str, Any],
    report: Report,
) -> Stack:
    """The stack with how each layer's numbers are read.

    By the factor ``scale``, which takes the place of what the files say; without one by the scale and offset that they
    state for their bands, as everywhere.
    """
    scale, wrapped = arguments.get("scale"), arguments.get("wrapped") or "auto"
    if scale is not None and not (math.isfinite(scale) and scale):
        raise InputError(f"SCALE cannot be {scale}.", "Give a factor, such as 0.0001.")
    readings = {n: _readings(layers[int(n)], layer, scale, wrapped, sample[n]) for n, layer in chosen.items()}
    if scale is None and any(r.factor != 1 or r.offset for found in readings.values() for r in found):
        report.log("info", "The numbers are read with the scale and offset that the files state.")
    wraps = {reading.wraps_from for found in readings.values() for reading in found} - {None}
    if wraps:
        report.log(
            "info",
            f"Numbers of uint16 layers from {wraps.pop()} up are read as negative (less 65,536), as negative values "
            "wrap around there. WRAPPED=keep leaves them as they are.",
        )
    return replace(stack, readings=readings)


def _readings(
    layer: SeriesLayer, chosen: Layer, factor: float | None, wrapped: str, sample: np.ma.MaskedArray
) -> tuple[Reading, ...]:
    """Of each chosen band, by a factor, or (None) as the file states."""
    about = layer.metadata
    found = []
    for i, band in enumerate(chosen.bands or ()):
        scale, offset = (about.scales[band - 1], about.offsets[band - 1]) if factor is None else (factor, 0.0)
        Values.of(layer.path, (scale,), (offset,))
        found.append(reading_of(scale, offset, about.dtypes[band - 1], wrapped, sample[0, i]))
    return tuple(found)


def scaling_of(stack: Stack, sample: Mapping[str, np.ma.MaskedArray], report: Report) -> dict[str, Radiometry]:
    """How each input is scaled, from a sample of the layers; MismatchError for values the model cannot mean."""
    values = stack.masked(sample)
    if not any(array.count() for array in values.values()):
        report.log("warning", "No valid date was found in a sample of the rasters: the map may be all nodata.")
    maps = {(reading.factor, reading.offset) for readings in stack.readings.values() for reading in readings}
    for warning in check_range(stack.card, values, *(maps.pop() if len(maps) == 1 else (1.0, 0.0))):
        report.log("warning", warning)
    scaling = {item.name: radiometry(item, values[item.name]) for item in stack.card.inputs}
    for name in (name for name, found in scaling.items() if found.decibel):
        report.log("info", f"{name}: linear backscatter, converted to dB.")
    return scaling


def make_plan(source: RasterSource, stack: Stack, arguments: Mapping[str, Any]) -> Plan:
    """Tiles, and how many series are a batch: as asked for, else as the memory allows."""
    asked = arguments.get("tile_size")
    if asked:
        tile = (asked, asked)
    else:
        side = math.isqrt(TILE_MEMORY // bytes_per_pixel(source, stack))
        tile = tile_shape(source.grid.height, source.grid.width, min(max(side, 1), LARGEST_TILE), 0, 1)
    memory = max(1, stack.card.tiling.memory)
    batch = arguments.get("batch_size") or max(1, min(MOST_SERIES, NETWORK_MEMORY // STREAMS // memory))
    count = len(tiles(source.grid.height, source.grid.width, tile, 0))
    return Plan(tile, 0, batch, streams_for(count, batch * memory, arguments))


def bytes_per_pixel(source: RasterSource, stack: Stack) -> int:
    """What a pixel of all tiles on their way takes: one that is read and stacked, and those that wait or are run."""
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


def told(stack: Stack, series: Series) -> dict[str, str]:
    """What the map's metadata tell besides: the dates that each of the model's was made of, and how numbers were read.

    Without dates they are numbered from 1.
    """
    season, model = stack.season, stack.card.inputs[0].dates
    given = [series.observations[j].date or str(j + 1) for j in season.used]
    dates = {name: [given[j] for j in season.sources(t)] for name, t in zip(model, season.targets)}
    readings = {
        Path(series.layers[int(name)].path).name: sorted({(r.factor, r.offset, r.wraps_from or 0) for r in found})
        for name, found in stack.readings.items()
    }
    return {"RSDL_DATES": json.dumps(dates), "RSDL_READINGS": json.dumps(readings)}
