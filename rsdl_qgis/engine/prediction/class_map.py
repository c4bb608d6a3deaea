"""Semantic segmentation: blended class probabilities to a class raster, a probability raster and polygons."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import MismatchError
from ..evaluation.decision import Lost, likeliest
from ..feedback import Report
from ..job.outputs import kept
from ..raster.grid import Grid, Window
from ..raster.mosaic import Mosaic
from ..raster.writer import RasterSink
from ..runtime.onnx_form import Form
from .request import MapFiles

if TYPE_CHECKING:
    from ..vector.tracing.background import BackgroundPolygonizer


@dataclass
class SegmentationCollector:
    """Blends tiles of probabilities and writes finished rows; what is not finite is nodata.

    With two exclusive classes only the probability of the second is blended and held: the first has the rest to 1.
    """

    card: ModelCard
    grid: Grid
    files: MapFiles
    tile: tuple[int, int]
    overlap: int
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def check(files: MapFiles, card: ModelCard, form: Form | None) -> None:
        """OutputError for polygons of an unknown ending, MismatchError for probabilities that the network lacks.

        ``form``: of the model's file, which may give classes alone.
        """
        if files.polygons:
            from ..vector.polygons import driver_of  # its library takes a while to load

            driver_of(files.polygons)
        if files.probabilities and form is not None and form.gives_classes:
            raise MismatchError(
                f"Model '{card.name}' gives classes, and no probabilities of them.",
                "Leave PROBABILITIES empty, or export the model without its ArgMax.",
            )

    def __post_init__(self) -> None:
        self.finished: list[Path] = []
        self.binary = len(self.card.classes) == 2 and self.card.activation != "sigmoid"
        channels = 1 if self.binary else len(self.card.classes)
        self.values = np.array([c.value for c in self.card.classes], np.uint8 if self.card.nodata == 255 else np.uint16)
        self.counted = bool((self.values == np.arange(len(self.values))).all())  # 0, 1, 2, …
        self.pixels = np.zeros(len(self.values), np.int64)
        self.mosaic = Mosaic(self.grid.height, self.grid.width, channels, self.tile, self.overlap, self._emit)
        self.threshold = self.card.threshold if len(self.card.classes) == 2 else None
        if self.threshold is not None:
            name = self.card.classes[1].name
            self.report.log("info", f"A pixel counts as {name} from a probability of {self.threshold:g} on.")
        legend = [(c.value, c.name, c.color) for c in self.card.classes]
        self.class_sink = RasterSink(
            self.files.output,
            self.grid,
            count=1,
            dtype=str(self.values.dtype),
            nodata=self.card.nodata,
            band_names=("class",),
            classes=legend,
            metadata=self.metadata,
        )
        self.probability_sink = None
        if self.files.probabilities:
            self.probability_sink = RasterSink(
                self.files.probabilities,
                self.grid,
                count=len(self.values),
                dtype="float32",
                nodata=-1.0,
                band_names=[c.name for c in self.card.classes],
                metadata=self.metadata,
            )
        self.polygons = self._polygons(self.files.polygons, legend) if self.files.polygons else None

    def _polygons(self, path: str, legend: list[tuple[int, str, str]]) -> BackgroundPolygonizer:
        """What draws the polygons of all classes but the background."""
        from ..vector.tracing.background import BackgroundPolygonizer, Polygonizer

        skip = () if self.card.background is None else (self.card.background,)
        polygonizer = Polygonizer(path, self.grid, legend, self.values.dtype, skip=skip)
        return BackgroundPolygonizer(polygonizer, self.report)

    def add(self, window: Window, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add one tile's probabilities (classes, h, w), and which of its pixels are valid (h, w)."""
        self.mosaic.add(window, output[1:] if self.binary else output, valid)

    def skip(self, window: Window) -> None:
        """Skip a tile without a valid pixel."""
        self.mosaic.skip(window)

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths, and the pixels and area of each class.

        Where a later file fails, the earlier ones are complete and stay.
        """
        self.mosaic.close()
        Lost("valid pixels", "they are nodata", self.mosaic.lost, self.mosaic.seen).log(self.report)
        with kept(lambda: self.finished):
            result = self._finish()
        pixel_area = math.prod(self.grid.resolution)
        result["classes"] = [
            {"value": c.value, "name": c.name, "color": c.color, "pixels": int(n), "area_m2": int(n) * pixel_area}
            for c, n in zip(self.card.classes, self.pixels)
        ]
        return result

    def _finish(self) -> dict[str, Any]:
        """Finish the files, one after the other."""
        result: dict[str, Any] = {"output": self.files.output, "probabilities": None, "polygons": None}
        self.finished.append(self.class_sink.close())
        if self.probability_sink:
            self.finished.append(self.probability_sink.close())
            result["probabilities"] = self.files.probabilities
        if self.polygons:
            self.report.progress(1.0, "Drawing polygons")
            self.polygons.close()
            result["polygons"] = self.files.polygons
        return result

    def abort(self) -> None:
        """Remove unfinished files."""
        for sink in (self.class_sink, self.probability_sink, self.polygons):
            if sink:
                sink.abort()

    def _emit(self, row: int, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Write finished rows: values (channels, rows, width), valid (rows, width)."""
        found = likeliest(values, self.threshold)
        classes = found.astype(self.values.dtype) if self.counted else self.values[found]
        classes[~valid] = self.card.nodata
        self.pixels += np.bincount(classes.ravel(), minlength=1 + int(self.values.max()))[self.values]
        self.class_sink.write(row, classes[None])
        if self.polygons:
            self.polygons.add(classes)
        if self.probability_sink:
            full = np.concatenate([1 - values, values]) if self.binary else values.copy()
            full[:, ~valid] = -1.0
            self.probability_sink.write(row, full)
