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
from ..job.outputs import kept
from ..raster.grid import Grid
from ..raster.writer import RasterSink
from ..runs.record import of_result
from ..runtime.onnx_form import Form
from .blocks.pieces import Piece
from .blocks.rows import Blend, JoinedMap, Rows
from .class_map import UNKNOWN
from .domain import log_beyond
from .request import MapFiles

BEYOND = 0.1  # of the training range: beyond it by more, a warning says that the map is extrapolated


@dataclass
class Statistics:
    """Running statistics of the numbers that were added so far, row by row: however many rows come at a time."""

    count: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0  # sum of squared differences from the mean

    def add_rows(self, numbers: NDArray[np.floating], valid: NDArray[np.bool_]) -> None:
        """Take rows (rows, width) of numbers, those that are valid."""
        for row, wanted in zip(numbers, valid):
            self.add(row[wanted])

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
    """Writes the rows that tiles of numbers (n, h, w) are blended to as float32; what is not valid is NaN.

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
        for name in ("probabilities", "uncertainty", "polygons"):
            if getattr(files, name):
                problem = f"Model '{card.name}' gives numbers and no classes, so there are no {name} of its map."
                raise MismatchError(problem, f"Leave {name.upper()} empty.")
        if files.separate:
            problem = f"Model '{card.name}' gives numbers and no classes, so there are no objects to tell apart."
            raise MismatchError(problem, "Leave SEPARATE_OBJECTS empty.")

    @staticmethod
    def blend(
        card: ModelCard, grid: Grid, files: MapFiles, tile: tuple[int, int], overlap: int, times: int = 1
    ) -> Blend:
        """How tiles of numbers become rows: the ``values`` as they are written, which are ``valid``, and where that is
        wanted how ``far`` they are from the training data.
        """
        count, far = card.channels, bool(files.domain)

        def decided(values: NDArray, valid: NDArray[np.bool_]) -> Rows:
            distance = {"far": np.where(valid, values[count:], np.float32(UNKNOWN))} if far else {}
            return {"values": np.where(valid, values[:count], np.float32(card.nodata)), "valid": valid, **distance}

        def taken(output: NDArray) -> NDArray:
            return output[: count + far]

        watched = card.domain is not None
        return Blend(grid, tile, overlap, count + far, taken, decided, times, watched)

    def __post_init__(self) -> None:
        self.statistics = [Statistics() for _ in range(self.card.channels)]
        blend = self.blend(self.card, self.grid, self.files, self.tile, self.overlap, self.times)
        self.joined = JoinedMap(blend, self._write)
        self.sink = RasterSink(
            self.files.output,
            self.grid.finer(self.times),
            count=len(self.statistics),
            dtype="float32",
            nodata=self.card.nodata,
            band_names=self.card.values or (self.card.title,),
            unit=self.card.unit,
            metadata=of_result(self.metadata, "output"),
        )

        self.domain_sink = self._distances() if self.files.domain else None

    def _distances(self) -> RasterSink:
        """The raster of distances from the training data."""
        return RasterSink(
            self.files.domain or "",
            self.grid,
            count=1,
            dtype="float32",
            nodata=UNKNOWN,
            band_names=("distance",),
            metadata=of_result(self.metadata, "domain"),
        )

    def take(self, piece: Piece) -> None:
        """Take the next piece that ``blend`` makes of the tiles."""
        self.joined.take(piece)

    def close(self) -> dict[str, Any]:
        """Finish the file; its path, and the statistics of its numbers: of the first band, and of each by name."""
        Lost("valid pixels", "they are nodata", self.joined.lost, self.joined.seen).log(self.report)
        share = log_beyond(self.card, self.joined.judged, self.joined.beyond, self.report)
        first, *_ = each = [{"pixels": band.count, **band.values()} for band in self.statistics]
        done = [self.sink.close(self.statistics[0].values())]
        if self.domain_sink:
            with kept(lambda: done):
                self.domain_sink.close()
        self._warn(self.statistics[0].values())
        named = {"bands": dict(zip(self.card.values, each))} if self.card.values else {}
        statistics = {**first, **named}
        return {
            "output": self.files.output,
            "domain": self.files.domain,
            "beyond": share,
            "unit": self.card.unit,
            "statistics": statistics,
        }

    def abort(self) -> None:
        """Remove unfinished files."""
        for sink in (self.sink, self.domain_sink):
            if sink:
                sink.abort()

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

    def _write(self, row: int, found: Rows) -> None:
        """Write finished rows: values (n, rows, width), valid (rows, width)."""
        for statistics, band in zip(self.statistics, found["values"]):
            statistics.add_rows(band, found["valid"])
        self.sink.write(row, found["values"])
        if self.domain_sink:
            self.domain_sink.write(row, found["far"])
