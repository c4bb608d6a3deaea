"""Scene classification: probabilities of scenes to polygons with a class, a score and one field a class."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...errors import MismatchError
from ...evaluation.decision import Lost, class_of, labels_of
from ...evaluation.uncertainty import LABEL_MEASURES, MEASURES
from ...feedback import Report
from ...files.text import one_line
from ...job.outputs import kept
from ...raster.grid import Grid
from ...raster.writer import RasterSink
from ...runs.record import of_result
from ...vector.class_canvas import Canvas
from ...vector.scene_features import Field
from ...vector.writer import VectorSink, driver_of, unique_names
from ..request import SceneFiles
from .scenes import Scene, Scenes, usual_size
from .views import Pixels

OWN = (Field("class", "object"), *(Field(name, "float64") for name in ("score", "valid", *MEASURES)))  # in this order
BETWEEN = "; "  # several labels of a scene
DIGITS = 6  # of a probability
SMALL = 64  # a scene with fewer valid pixels than this part of those in training gets a warning


def takes_labels(card: ModelCard) -> bool:
    """Whether a scene may have several of the model's classes, or none."""
    return card.activation == "sigmoid"


def chosen(probabilities: NDArray[np.float32], card: ModelCard) -> list[int]:
    """The indices of a scene's classes: one, or with several labels any number, the likeliest first."""
    if takes_labels(card):
        order = np.argsort(-probabilities, kind="stable")
        return order[labels_of(probabilities, card.thresholds)[order]].tolist()
    if len(probabilities) == 2:
        return [int(class_of(probabilities[1:], card.threshold))]
    return [int(class_of(probabilities))]


@dataclass
class ClassificationCollector:
    """Writes each scene with its class, and paints it on the class raster if there is one.

    A scene without a class is written without one where ``scenes`` keep all, else left out.
    """

    card: ModelCard
    grid: Grid
    scenes: Scenes
    files: SceneFiles
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def check(files: SceneFiles, card: ModelCard) -> None:
        """MismatchError for a raster of several labels, OutputError for an unknown ending."""
        if files.raster and takes_labels(card):
            raise MismatchError(
                f"Model '{card.name}' gives a scene several labels, and a pixel of a class raster has one.",
                "Leave RASTER empty.",
            )
        driver_of(files.output)

    def __post_init__(self) -> None:
        self.finished: list[Path] = []
        self.names = [one_line(item.name) for item in self.card.classes]
        self.counts = [0] * len(self.names)
        self.lost = Lost("scenes", "no class")
        self.classified = self.empty = self.small = 0
        self.least = max(1, usual_size(self.card, self.grid) ** 2 // SMALL)
        own = [Field(re.sub(r"\W+", "_", name).strip("_") or "class", "float64") for name in self.names]
        wanted = [*OWN, *own, *self.scenes.fields]
        names = unique_names([item.name for item in wanted], self.files.output)
        self.fields = dict(zip(self.names, names[len(OWN) :]))  # a class's name -> its field
        self._log_renamed(wanted[len(OWN) :], names[len(OWN) :])
        self.dtype = "uint8" if self.card.nodata == 255 else "uint16"
        self.painted: Canvas | None = None
        self.sink = VectorSink(
            self.files.output,
            self.scenes.crs,
            self.scenes.kind,
            [Field(name, item.dtype) for name, item in zip(names, wanted)],
            {**of_result(self.metadata, "output"), "RSDL_FIELDS": json.dumps(self.fields)},
        )
        if self.files.raster:
            try:
                self.painted = Canvas(self.files.raster, self.grid, self.dtype, self.report)
            except BaseException:
                self.sink.abort()
                raise

    def add(self, scene: Scene, output: NDArray[np.float32], valid: NDArray[np.bool_], pixels: Pixels) -> None:
        """Add a scene's probabilities (classes,), which of the pixels read are valid, and how many."""
        fraction = round(min(1.0, pixels.valid / pixels.own), DIGITS)
        lost = not np.isfinite(output).all()
        self.lost.add(int(lost), 1)
        if lost:
            self._without(scene, fraction)
            return
        found = chosen(output, self.card)
        score = float(output.max() if takes_labels(self.card) else output[found[0]])
        measures = LABEL_MEASURES if takes_labels(self.card) else MEASURES
        uncertain = [round(float(measure(output)), DIGITS) for measure in measures.values()]
        own = (BETWEEN.join(self.names[i] for i in found), round(score, DIGITS), fraction, *uncertain)
        self.sink.write(scene.wkb, (*own, *np.round(output.astype(float), DIGITS).tolist(), *scene.values))
        self.classified += 1
        self.small += pixels.shown < self.least
        for i in found:
            self.counts[i] += 1
        if self.painted is not None and scene.window is not None:
            whole = valid.shape == (scene.window.height, scene.window.width)  # then it is known of each pixel
            self.painted.paint(scene.window, found[0] + 1, valid, None if whole else scene.shape)

    def skip(self, scene: Scene) -> None:
        """Skip a scene without a valid pixel."""
        self.empty += 1
        self._without(scene, 0.0)

    def close(self) -> dict[str, Any]:
        """Finish the files; their paths, and how many scenes have each class.

        Where the features fail, the class raster is complete and stays.
        """
        self.lost.log(self.report)
        if self.small:
            little = f"{self.small} scenes have fewer than {self.least} valid pixels, a {SMALL}th of those in training"
            self.report.log("warning", f"{little}: their classes are uncertain.")
        with kept(lambda: self.finished):
            if self.painted is not None and self.files.raster:
                self._write_raster(self.painted, self.files.raster)
            self.sink.close()
        unclassified = self.empty + self.lost.count
        for level, reason in self.scenes.without_class(unclassified):
            self.report.log(level, reason)
        if not self.classified:
            self.report.log("warning", "No scene has a class.")
        return {
            "output": self.files.output,
            "raster": self.files.raster,
            "scenes": self.classified,
            "unclassified": unclassified,
            "multilabel": takes_labels(self.card),
            "fields": self.fields,
            "classes": [
                {"value": c.value, "name": c.name, "color": c.color, "scenes": n}
                for c, n in zip(self.card.classes, self.counts)
            ],
        }

    def abort(self) -> None:
        """Remove unfinished files."""
        self.sink.abort()
        if self.painted is not None:
            self.painted.discard()

    def _without(self, scene: Scene, fraction: float) -> None:
        """Write a scene without a class, where these are kept."""
        if self.scenes.keeps_all:
            self.sink.write(
                scene.wkb, (None, None, fraction, *[None] * (len(MEASURES) + len(self.names)), *scene.values)
            )

    def _write_raster(self, painted: Canvas, path: str) -> None:
        """The class raster, from what was painted."""
        self.report.progress(1.0, "Writing the class raster")
        values = np.array([self.card.nodata, *(item.value for item in self.card.classes)], self.dtype)
        legend = [(c.value, c.name, c.color) for c in self.card.classes]
        with RasterSink(
            path,
            self.grid,
            count=1,
            dtype=self.dtype,
            nodata=self.card.nodata,
            band_names=("class",),
            classes=legend,
            metadata=of_result(self.metadata, "raster"),
        ) as sink:
            for row, pixels in painted.rows():
                sink.write(row, values[pixels][None])
        self.finished.append(Path(path))
        painted.discard()

    def _log_renamed(self, wanted: Sequence[Field], names: Sequence[str]) -> None:
        """Log which fields have other names than expected."""
        classes = len(self.names)
        changed = [
            (text, name)
            for text, name in zip([*self.names, *(item.name for item in wanted[classes:])], names)
            if text != name
        ]
        if changed:
            names_text = ", ".join(f"{text}: {name}" for text, name in changed)
            self.report.log("info", f"Fields of the result with other names: {names_text}.")
