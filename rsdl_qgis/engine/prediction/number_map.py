"""Pixel regression: blended numbers to a raster of real numbers, with their statistics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import MismatchError
from ..evaluation.decision import Lost
from ..feedback import Report
from ..raster.grid import Grid, Window
from ..raster.mosaic import Mosaic
from ..raster.writer import RasterSink
from ..runtime.onnx_form import Form
from .request import MapFiles

BEYOND = 0.1  # of the training range: beyond it by more, a warning says that the map is extrapolated


@dataclass
class Statistics:
    """Running statistics of the numbers that were added so far."""

    count: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0  # sum of squared differences from the mean

    def add(self, numbers: NDArray[np.floating]) -> None:
        """Take finite numbers, of any shape."""
        if not numbers.size:
            return
        values = numbers.astype(np.float64)
        mean, total = float(values.mean()), self.count + values.size
        difference = mean - self.mean
        self.squares += float(((values - mean) ** 2).sum()) + difference**2 * self.count * values.size / total
        self.mean += difference * values.size / total
        self.minimum, self.maximum = min(self.minimum, float(values.min())), max(self.maximum, float(values.max()))
        self.count = total

    def values(self) -> dict[str, float]:
        """Minimum, maximum, mean and stddev; empty where there is no number."""
        if not self.count:
            return {}
        spread = math.sqrt(self.squares / self.count)
        return {"minimum": self.minimum, "maximum": self.maximum, "mean": self.mean, "stddev": spread}


@dataclass
class RegressionCollector:
    """Blends tiles of numbers (n, h, w) and writes finished rows as float32; what is not valid is NaN.

    Numbers are written as the network gives them, not clipped; those that are not finite become nodata. ``times``:
    pixels of the map for each of the grid, along both axes.
    """

    card: ModelCard
    grid: Grid
    files: MapFiles
    tile: tuple[int, int]
    overlap: int
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)
    times: int = 1

    @staticmethod
    def check(files: MapFiles, card: ModelCard, form: Form | None) -> None:
        """MismatchError for files that only a map of classes has."""
        for name in ("probabilities", "polygons"):
            if getattr(files, name):
                problem = f"Model '{card.name}' gives numbers and no classes, so there are no {name} of its map."
                raise MismatchError(problem, f"Leave {name.upper()} empty.")

    def __post_init__(self) -> None:
        self.statistics = [Statistics() for _ in range(self.card.channels)]
        count = len(self.statistics)
        size = self.grid.height, self.grid.width
        self.mosaic = Mosaic(*size, count, self.tile, self.overlap, self._emit, self.times)
        self.sink = RasterSink(
            self.files.output,
            self.grid.finer(self.times),
            count=count,
            dtype="float32",
            nodata=self.card.nodata,
            band_names=self.card.values or (self.card.title,),
            unit=self.card.unit,
            metadata=self.metadata,
        )

    def add(self, window: Window, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add one tile's numbers (n, h, w), and which of its pixels are valid (h, w)."""
        self.mosaic.add(window, output, valid.repeat(self.times, 0).repeat(self.times, 1))

    def skip(self, window: Window) -> None:
        """Skip a tile without a valid pixel."""
        self.mosaic.skip(window)

    def close(self) -> dict[str, Any]:
        """Finish the file; its path, and the statistics of its numbers: of the first band, and of each by name."""
        self.mosaic.close()
        Lost("valid pixels", "they are nodata", self.mosaic.lost, self.mosaic.seen).log(self.report)
        first, *_ = each = [{"pixels": band.count, **band.values()} for band in self.statistics]
        self.sink.close(self.statistics[0].values())
        self._warn(self.statistics[0].values())
        named = {"bands": dict(zip(self.card.values, each))} if self.card.values else {}
        statistics = {**first, **named}
        return {"output": self.files.output, "unit": self.card.unit, "statistics": statistics}

    def abort(self) -> None:
        """Remove the unfinished file."""
        self.sink.abort()

    def _warn(self, values: Mapping[str, float]) -> None:
        """Warn of numbers that should not be trusted."""
        if not values or self.card.value_range is None:
            return
        low, high = self.card.value_range
        beyond = BEYOND * (high - low)
        if values["minimum"] < low - beyond or values["maximum"] > high + beyond:
            self.report.log(
                "warning",
                f"The map has numbers from {values['minimum']:.4g} to {values['maximum']:.4g}, and the model was "
                f"trained on {low:.4g} to {high:.4g}: what lies beyond is extrapolated.",
            )

    def _emit(self, row: int, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Write finished rows: values (n, rows, width), valid (rows, width)."""
        for statistics, band in zip(self.statistics, values):
            statistics.add(band[valid])
        self.sink.write(row, np.where(valid, values, np.float32(self.card.nodata)))
