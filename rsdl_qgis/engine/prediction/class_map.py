"""Semantic segmentation: blended class probabilities to a class raster, a probability raster and polygons."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import InputError, MismatchError
from ..evaluation.decision import Lost, likeliest
from ..evaluation.uncertainty import MEASURES
from ..feedback import Report
from ..job.outputs import kept
from ..raster.grid import Grid
from ..raster.writer import RasterSink
from ..runs.record import of_result
from ..runtime.onnx_form import Form
from .blocks.pieces import Piece
from .blocks.rows import Blend, JoinedMap, Rows
from .domain import log_beyond
from .request import MapFiles

if TYPE_CHECKING:
    from ..vector.tracing.background import BackgroundPolygonizer

UNKNOWN = -1.0  # nodata of probabilities, their uncertainty, and the distance from the training data


@dataclass
class SegmentationCollector:
    """Writes the rows that tiles of probabilities are blended to; what is not finite is nodata.

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
        """OutputError for polygons of an unknown ending, MismatchError for what needs probabilities that the network
        lacks, InputError for objects of classes that it lacks.

        ``form``: of the model's file, which may give classes alone.
        """
        if files.polygons:
            from ..vector.polygons import driver_of  # its library takes a while to load

            driver_of(files.polygons)
        separated_values(files, card)
        asked = [name for name in ("probabilities", "uncertainty") if getattr(files, name)]
        if asked and form is not None and form.gives_classes:
            raise MismatchError(
                f"Model '{card.name}' gives classes, and no probabilities of them.",
                f"Leave {' and '.join(asked).upper()} empty, or export the model without its ArgMax.",
            )

    @staticmethod
    def blend(card: ModelCard, grid: Grid, files: MapFiles, tile: tuple[int, int], overlap: int) -> Blend:
        """How tiles of probabilities become rows: ``classes``; the blended ``values`` where they are to be written or
        polygons take patches into other classes, else how ``sure`` the classes are where polygons have that; how
        ``uncertain`` they are, and how ``far`` from the training data, a channel after those of the classes.
        """
        binary, threshold = is_binary(card), card.rule
        far = bool(files.domain)
        channels = slice(int(binary), len(card.classes) + far)
        numbers = values_of(card)
        sieved = files.shape.sieves(grid)
        counted = bool((numbers == np.arange(len(numbers))).all())  # 0, 1, 2, …

        def taken(output: NDArray) -> NDArray:
            return output[channels]

        def decided(values: NDArray, valid: NDArray[np.bool_]) -> Rows:
            rows: dict[str, NDArray] = {}
            if far:
                rows["far"] = np.where(valid, values[-1], np.float32(UNKNOWN))
                values = values[:-1]
            found = likeliest(values, threshold)
            classes = found.astype(numbers.dtype) if counted else numbers[found]
            classes[~valid] = card.nodata
            rows["classes"] = classes
            if files.probabilities or (files.sure and sieved):
                rows["values"] = values
            if files.sure and not sieved:
                rows["sure"] = sure_of(values, found)
            if files.uncertainty:
                uncertain = MEASURES[files.measure](np.concatenate([1 - values, values]) if binary else values)
                rows["uncertain"] = np.where(valid, uncertain, np.float32(UNKNOWN))
            return rows

        count = channels.stop - channels.start
        return Blend(grid, tile, overlap, count, taken, decided, watched=card.domain is not None)

    def __post_init__(self) -> None:
        self.finished: list[Path] = []
        self.values = values_of(self.card)
        self.pixels = np.zeros(len(self.values), np.int64)
        blend = self.blend(self.card, self.grid, self.files, self.tile, self.overlap)
        self.joined = JoinedMap(blend, self._write)
        self._tell_rule()
        legend = [(c.value, c.name, c.color) for c in self.card.classes]
        self.class_sink = RasterSink(
            self.files.output,
            self.grid,
            count=1,
            dtype=str(self.values.dtype),
            nodata=self.card.nodata,
            band_names=("class",),
            classes=legend,
            metadata=of_result(self.metadata, "output"),
        )
        self.probability_sink = self._numbers("probabilities", [c.name for c in self.card.classes])
        self.uncertainty_sink = self._numbers("uncertainty", [self.files.measure])
        self.domain_sink = self._numbers("domain", ["distance"])
        self.polygons = self._polygons(self.files.polygons, legend) if self.files.polygons else None

    def _tell_rule(self) -> None:
        """Tell from which probabilities on a pixel has a class."""
        card = self.card
        if card.thresholds:
            each = ", ".join(f"{c.name} {least:g}" for c, least in zip(card.classes, card.thresholds))
            first = card.classes[0].name
            self.report.log("info", f"A class counts from a probability on ({each}); a pixel without one is {first}.")
        elif card.rule is not None:
            self.report.log("info", f"A pixel counts as {card.classes[1].name} from a probability of {card.rule:g} on.")

    def _numbers(self, name: str, bands: list[str]) -> RasterSink | None:
        """A raster of numbers from 0 on, if it is wanted."""
        path = getattr(self.files, name)
        if not path:
            return None
        metadata = of_result(self.metadata, name)
        return RasterSink(
            path, self.grid, count=len(bands), dtype="float32", nodata=UNKNOWN, band_names=bands, metadata=metadata
        )

    def _polygons(self, path: str, legend: list[tuple[int, str, str]]) -> BackgroundPolygonizer:
        """What draws the polygons of all classes but the background."""
        from ..vector.tracing.background import BackgroundPolygonizer
        from ..vector.tracing.polygonize import Polygonizer

        about: dict[str, Any] = {
            "skip": () if self.card.background is None else (self.card.background,),
            "metadata": of_result(self.metadata, "polygons"),
            "shape": self.files.shape,
            "sure": self.files.sure,
        }
        necks: dict[int | None, float] = dict.fromkeys(separated_values(self.files, self.card), self.files.neck)
        if not necks:
            polygonizer = Polygonizer(path, self.grid, legend, self.values.dtype, **about)
            return BackgroundPolygonizer(polygonizer, self.report)
        from ..vector.separating.polygonizer import ObjectPolygonizer

        objects = ObjectPolygonizer(path, self.grid, legend, self.values.dtype, necks, **about)
        return BackgroundPolygonizer(objects, self.report)

    def take(self, piece: Piece) -> None:
        """Take the next piece that ``blend`` makes of the tiles."""
        self.joined.take(piece)

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths, and the pixels and area of each class.

        Where a later file fails, the earlier ones are complete and stay.
        """
        Lost("valid pixels", "they are nodata", self.joined.lost, self.joined.seen).log(self.report)
        share = log_beyond(self.card, self.joined.judged, self.joined.beyond, self.report)
        with kept(lambda: self.finished):
            result = {**self._finish(), "beyond": share}
        pixel_area = math.prod(self.grid.resolution)
        result["classes"] = [
            {"value": c.value, "name": c.name, "color": c.color, "pixels": int(n), "area_m2": int(n) * pixel_area}
            for c, n in zip(self.card.classes, self.pixels)
        ]
        return result

    def _finish(self) -> dict[str, Any]:
        """Finish the files, one after the other."""
        result: dict[str, Any] = {"output": self.files.output, "polygons": None}
        self.finished.append(self.class_sink.close())
        for name, sink in self._number_sinks.items():
            result[name] = None
            if sink:
                self.finished.append(sink.close())
                result[name] = getattr(self.files, name)
        if self.polygons:
            self.report.progress(1.0, "Drawing polygons")
            self.polygons.close()
            result["polygons"] = self.files.polygons
        return result

    @property
    def _number_sinks(self) -> dict[str, RasterSink | None]:
        return {
            "probabilities": self.probability_sink,
            "uncertainty": self.uncertainty_sink,
            "domain": self.domain_sink,
        }

    def abort(self) -> None:
        """Remove unfinished files."""
        for sink in (self.class_sink, *self._number_sinks.values(), self.polygons):
            if sink:
                sink.abort()

    def _sure_of(self, found: Rows) -> NDArray[np.float32] | None:
        """What polygons take their mean probability from; not changed any more."""
        if not self.files.sure:
            return None
        return found["sure"] if "sure" in found else found["values"].copy()

    def _write(self, row: int, found: Rows) -> None:
        """Write finished rows: classes (rows, width), values (channels, rows, width)."""
        classes = found["classes"]
        self.pixels += np.bincount(classes.ravel(), minlength=1 + int(self.values.max()))[self.values]
        self.class_sink.write(row, classes[None])
        if self.polygons:
            self.polygons.add(classes, self._sure_of(found))
        if self.probability_sink:
            values = found["values"]
            full = np.concatenate([1 - values, values]) if is_binary(self.card) else values.copy()
            full[:, classes == self.card.nodata] = UNKNOWN
            self.probability_sink.write(row, full)
        if self.uncertainty_sink:
            self.uncertainty_sink.write(row, found["uncertain"][None])
        if self.domain_sink:
            self.domain_sink.write(row, found["far"][None])


def values_of(card: ModelCard) -> NDArray:
    """The values of the classes, of the type that a class raster has."""
    return np.array([item.value for item in card.classes], np.uint8 if card.nodata == 255 else np.uint16)


def separated_values(files: MapFiles, card: ModelCard) -> tuple[int, ...]:
    """The values of the classes whose objects are told apart. InputError where they cannot be."""
    if not files.separate:
        return ()
    if not files.polygons:
        problem = "SEPARATE_OBJECTS tells objects apart in POLYGONS, and POLYGONS is empty."
        raise InputError(problem, "Give POLYGONS, or leave SEPARATE_OBJECTS empty.")
    drawn = [item for item in card.classes if item.value != card.background]
    values = {key: item.value for item in drawn for key in (item.name.lower(), str(item.value))}
    unknown = [text for text in files.separate if text.lower() not in values]
    if unknown:
        listed = ", ".join(f"{item.value} {item.name}" for item in drawn)
        raise InputError(
            f"SEPARATE_OBJECTS: the map has no class '{unknown[0]}' that is drawn.", f"Its classes are {listed}."
        )
    return tuple(dict.fromkeys(values[text.lower()] for text in files.separate))


def sure_of(values: NDArray, found: NDArray) -> NDArray[np.float32]:
    """(1, rows, width): the probability of each pixel's class. ``values``: of all classes, or of the second of two."""
    if len(values) == 1:
        return np.where(found == 1, values, 1 - values).astype(np.float32)
    sure: NDArray[np.float32] = np.take_along_axis(values, found[None].astype(np.intp), 0)
    return sure


def is_binary(card: ModelCard) -> bool:
    """Whether of two exclusive classes only the probability of the second is blended and held."""
    return len(card.classes) == 2 and card.activation != "sigmoid" and not card.thresholds
