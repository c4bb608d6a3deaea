"""The pixels of a raster of features, or of any bands: sampled, and read in windows that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...raster.grid import Grid, Window
from ...raster.source import Layer, RasterSource, valid_pixels
from ...vector.masks import PolygonMask
from ..request import AskedRaster

IMAGE = "image"
BUDGET = 1 << 23  # numbers held at once
LARGEST_SAMPLE = 1 << 24  # numbers
SMALLEST = 1e-12  # deviation of a band that is the same everywhere

Floats = NDArray[np.float32]


def opened_raster(given: Mapping[str, Any]) -> RasterSource:
    """The raster ``input`` of a job's arguments, in its area. InputError where it cannot be used."""
    asked = AskedRaster.of(given["input"])
    layer = Layer(asked.path, asked.bands, asked.nodata, quality=asked.quality)
    return RasterSource(
        {IMAGE: [layer]},
        extent=None if given["extent"] is None else tuple(given["extent"]),
        extent_crs=given["extent_crs"],
        mask=PolygonMask.of(given),
    )


def band_count(source: RasterSource) -> int:
    """How many bands the raster has."""
    return source.layers(IMAGE)[0].count


def strips(grid: Grid, count: int, window: Window | None = None) -> Iterator[list[Window]]:
    """A grid (or a window of it) in strips of rows from the top, each as windows from the left; ``count``: of bands."""
    whole = window or Window(0, 0, grid.height, grid.width)
    held = max(1, BUDGET // count)
    height = max(1, min(512, held // whole.width))
    width = max(1, min(whole.width, held // height))
    for row in range(whole.row, whole.row + whole.height, height):
        rows = min(height, whole.row + whole.height - row)
        yield [
            Window(row, col, rows, min(width, whole.col + whole.width - col))
            for col in range(whole.col, whole.col + whole.width, width)
        ]


def pixels(source: RasterSource, window: Window) -> tuple[Floats, NDArray[np.bool_]]:
    """The valid pixels (n, bands) of a window, row by row, and which those are (h, w)."""
    arrays = source.read(window)
    valid = valid_pixels(arrays)
    values: Floats = arrays[IMAGE].data[0][:, valid].T.astype(np.float32)
    return values, valid


def sampled(source: RasterSource, most: int, seed: int = 0) -> Floats:
    """Valid pixels (n, bands) from all over the raster, at most so many. InputError where there is none."""
    arrays = source.sample(min(most, max(1, LARGEST_SAMPLE // band_count(source))))
    values: Floats = arrays[IMAGE].data[0][:, valid_pixels(arrays)].T.astype(np.float32)
    if not len(values):
        raise InputError("The raster has no valid pixel here.", "Check its nodata, the area and the mask.")
    if len(values) > most:
        values = values[np.sort(np.random.default_rng(seed).choice(len(values), most, replace=False))]
    return values


class Standard:
    """Bands brought to mean 0 and standard deviation 1 of a sample (n, bands)."""

    def __init__(self, sample: Floats):
        self.mean = sample.mean(0, dtype=np.float64).astype(np.float32)
        deviation = sample.std(0, dtype=np.float64)
        self.factor = np.where(deviation > SMALLEST, 1 / np.maximum(deviation, SMALLEST), 0).astype(np.float32)

    def __call__(self, values: Floats) -> Floats:
        scaled: Floats = (values - self.mean) * self.factor
        return scaled


def unit(values: Floats) -> Floats:
    """Rows (n, bands) of length 1; a row of zeros stays."""
    length = np.linalg.norm(values, axis=1, keepdims=True)
    found: Floats = values / np.where(length > 0, length, 1)
    return found
