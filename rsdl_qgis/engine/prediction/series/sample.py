"""Statistics of a sample of a series' layers: how their numbers are read, and how a model's inputs are scaled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...feedback import Report
from ...radiometry.encoding import Reading, check_range, reading_of
from ...radiometry.scaling import Radiometry, radiometry
from ...radiometry.unlike import BLANK, blank_fraction, blank_text
from ...raster.grid import Window
from ...raster.source import Layer, RasterSource
from ...raster.stored import Values
from ..inputs import check_resolution, open_source
from ..request import SeriesRequest
from .layers import Series, SeriesLayer, quoted
from .season import Season
from .values import Place, Stack

SAMPLE, PATCHES = 60_000, 8  # pixels that are sampled, in so many patches along each axis


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
    # Readings know which numbers wrapped around.
    if layer.unit:
        return Layer(chosen.path, chosen.bands, nodata, unit=layer.unit, quality=layer.quality, order=layer.order)
    return Layer(chosen.path, chosen.bands, nodata, stored=True, quality=layer.quality)


def one_date(layers: Mapping[str, Layer]) -> dict[str, list[Layer]]:
    """Each layer as an input of its own."""
    return {name: [layer] for name, layer in layers.items()}


def with_statistics(
    stack: Stack, series: Series, chosen: Mapping[str, Layer], request: SeriesRequest, report: Report
) -> tuple[Stack, dict[str, Radiometry]]:
    """The stack with its readings, and how its inputs are scaled, both from a sample of the layers."""
    report.progress(0.0, "Sampling the rasters")
    with open_source(one_date(chosen), stack.card, request, "nearest") as source:
        check_resolution(source, stack.card, report)
        sample = sampled(source)
    warn_of_blank(series.layers, sample, report)
    read = with_readings(stack, series.layers, chosen, sample, request, report)
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


def warn_of_blank(layers: Sequence[SeriesLayer], sample: Mapping[str, np.ma.MaskedArray], report: Report) -> None:
    """Warns of layers in which many pixels are 0, which may be nodata."""
    fractions = {layers[int(name)].name: blank_fraction(array) for name, array in sample.items()}
    found = [name for name, fraction in fractions.items() if fraction >= BLANK]
    if found:
        report.log("warning", blank_text(quoted(found), max(fractions.values())))


def with_readings(
    stack: Stack,
    layers: Sequence[SeriesLayer],
    chosen: Mapping[str, Layer],
    sample: Mapping[str, np.ma.MaskedArray],
    request: SeriesRequest,
    report: Report,
) -> Stack:
    """The stack with how each layer's numbers are read.

    By the job's factor, which replaces what the files say; without one by the scale and offset that they state.
    """
    scale, wrapped = request.scale, request.wrapped
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
    """How each input is scaled, from a sample of the layers; MismatchError for values that do not suit the model."""
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
