"""Object detection: the detections of tiles become polygons of a vector layer, each object once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..boxes.detections import Detections, Floats, Mask, as_arrays, as_objects, from_arrays
from ..boxes.oriented import corners_of as upright_corners
from ..boxes.overlap import areas
from ..boxes.suppression import SUPPRESSIONS
from ..boxes.tile_borders import TileBorders
from ..boxes.valid_rows import ValidRows
from ..cards.card import ModelCard
from ..evaluation.decision import Lost
from ..evaluation.uncertainty import entropy
from ..feedback import Report
from ..files.text import one_line
from ..raster.grid import Grid, Window
from ..runs.record import of_result
from ..runtime.detector_outputs import Decode
from ..vector.box_outlines import BoxGeometry, clipped, outline
from ..vector.scene_features import Field
from ..vector.writer import VectorSink
from .blocks.pieces import Emit, Piece
from .object_settings import Settings

FIELDS = (
    Field("class", "object"),
    Field("value", "int32"),
    Field("score", "float64"),
    Field("entropy", "float64"),  # of being this object, or not
)
SIDES = (
    Field("width_m", "float64"),
    Field("length_m", "float64"),
    Field("angle", "float64"),  # of oriented boxes
)
MOST = 10_000  # detections of a tile that are kept, the highest scores first


@dataclass
class DetectionPart:
    """Finds the objects in tiles: the outputs of the network decoded, thresholded and suppressed, a piece a tile."""

    grid: Grid
    settings: Settings
    decode: Decode
    emit: Emit
    finite: Callable[[tuple[NDArray, ...]], NDArray[np.bool_]] | None = None  # which boxes of an output are finite

    def add(self, window: Window, output: tuple[NDArray, ...], valid: NDArray[np.bool_]) -> None:
        """Add the network's outputs for one tile, and which of its pixels are valid (h, w)."""
        lost = seen = 0
        if self.finite is not None:
            finite = self.finite(output)
            lost, seen = int((~finite).sum()), finite.size
        found = self.decode(output, (window.height, window.width), self.settings.confidence)
        if len(found) > MOST:
            found = found[np.argsort(-found.scores, kind="stable")[:MOST]]
        if found.corners is None:
            inside = min(window.height, self.grid.height - window.row), min(window.width, self.grid.width - window.col)
            found = cut_to(found, *inside)
        else:
            found = on_raster(found, window, self.grid)
        suppress = SUPPRESSIONS[self.settings.suppression]
        found = only_valid(suppress(found, self.settings.iou, self.settings.confidence).drawn(), valid)
        self._give(window, found, valid, lost, seen)

    def skip(self, window: Window) -> None:
        """Skip a tile without a valid pixel."""
        self._give(window, Detections.none(), np.zeros((window.height, window.width), bool))

    def close(self) -> None:
        """Nothing is held."""

    def _give(self, window: Window, found: Detections, valid: NDArray[np.bool_], lost: int = 0, seen: int = 0) -> None:
        place = window.row, window.col, window.height, window.width
        self.emit({"window": place, "lost": lost, "seen": seen, "valid": valid, **as_arrays(found)})


@dataclass
class DetectionCollector:
    """Joins what tile borders cut of the detections of tiles, and writes objects that no later tile can reach.

    An object whose centre is not valid is left out, and none reaches beyond the raster.
    """

    card: ModelCard
    grid: Grid
    output: str
    settings: Settings
    overlap: int
    report: Report
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lost = Lost("boxes", "they are left out")
        size = self.grid.height, self.grid.width
        union = self.settings.suppression == "union"
        self.borders = TileBorders(*size, self.overlap, self.settings.iou, grow=union)
        self.valid = ValidRows(*size)
        self.geometry = BoxGeometry(self.grid)
        self.row = 0
        self.objects = np.zeros(len(self.card.classes), np.int64)
        self.sink = VectorSink(
            self.output, self.grid.crs, "Polygon", (*FIELDS, *SIDES), of_result(self.metadata, "output")
        )

    def take(self, piece: Piece) -> None:
        """Take the next tile, as a ``DetectionPart`` gives it."""
        self.lost.add(piece["lost"], piece["seen"])
        window = Window(*piece["window"])
        if window.row > self.row:
            self._write(self.borders.next_row(window.row))
            self.valid.forget(self.borders.top)
            self.row = window.row
        self.borders.add(window, from_arrays(piece))
        self.valid.add(window, piece["valid"])

    def close(self) -> dict[str, Any]:
        """Finish the layer; its path, how many objects each class has, and the confidence threshold."""
        self.lost.log(self.report)
        self._write(self.borders.close())
        self.sink.close()
        classes = [
            {"value": item.value, "name": item.name, "color": item.color, "objects": int(count)}
            for item, count in zip(self.card.classes, self.objects)
        ]
        count = int(self.objects.sum())
        self.report.log("info" if count else "warning", f"{count} objects." if count else "No object was found.")
        return {"output": self.output, "objects": count, "classes": classes, "confidence": self.settings.confidence}

    def abort(self) -> None:
        """Remove the unfinished layer."""
        self.sink.abort()

    def _write(self, found: Detections) -> None:
        """Write finished objects."""
        middle = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
        found = found[self.valid.at(*middle.T)]
        corners = corners_of(found)
        sides = np.sort(self.geometry.sides(corners), 1)
        kept = np.ones(len(found), bool)
        if self.settings.smallest is not None:
            kept &= ~(sides[:, 1] < self.settings.smallest)
        if self.settings.largest is not None:
            kept &= ~(sides[:, 1] > self.settings.largest)
        found, corners, sides = found[kept], corners[kept], sides[kept]
        turned = found.corners is not None
        angles = self.geometry.azimuths(corners).tolist() if turned else [None] * len(found)
        self.objects += np.bincount(found.labels, minlength=len(self.card.classes))
        for i, polygon in enumerate(self._polygons(found, corners)):
            item, score = self.card.classes[found.labels[i]], float(found.scores[i])
            uncertain = float(entropy(np.array([score, 1 - score])))
            values = (one_line(item.name), item.value, score, uncertain, *sides[i].tolist(), angles[i])
            self.sink.write(polygon, values)

    def _polygons(self, found: Detections, corners: Floats) -> list[bytes]:
        polygons = self.geometry.rectangles(corners)
        for i, mask in enumerate(found.masks if found.masks is not None else ()):
            rings = outline(mask)
            polygons[i] = self.geometry.polygon(rings) if rings else polygons[i]
        size = self.grid.height, self.grid.width
        for i in np.flatnonzero(_stick_out(found.boxes, *size)) if found.corners is not None else ():
            ring = clipped(corners[i], *size)
            polygons[i] = self.geometry.polygon([ring]) if len(ring) else polygons[i]
        return polygons


def corners_of(found: Detections) -> Floats:
    """The corners (n, 4, 2) of oriented or upright boxes."""
    return upright_corners(found.boxes) if found.corners is None else found.corners


def cut_to(found: Detections, height: int, width: int) -> Detections:
    """The parts of upright boxes inside an image; those outside are left out."""
    boxes = np.clip(found.boxes, 0, np.array([width, height] * 2, float))
    some = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return Detections(boxes, found.scores, found.labels, found.corners, found.masks)[some]


def on_raster(found: Detections, window: Window, grid: Grid) -> Detections:
    """The oriented boxes of a tile that have an area, and their middle on the raster: not in what fills up the tile."""
    middle = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2 + (window.col, window.row)
    within = ((middle >= 0) & (middle <= (grid.width, grid.height))).all(1)
    return found[within & (areas(found) > 0)]


def only_valid(found: Detections, valid: NDArray[np.bool_]) -> Detections:
    """Drawn masks without the pixels that are not valid, or outside the tile."""
    if found.masks is None:
        return found
    masks = []
    for mask in found.masks:
        height, width = mask.pixels.shape
        inside = valid[mask.row :][:height][:, mask.col :][:, :width]
        masks.append(Mask(mask.row, mask.col, mask.pixels[: inside.shape[0], : inside.shape[1]] & inside))
    return Detections(found.boxes, found.scores, found.labels, found.corners, as_objects(masks))


def _stick_out(boxes: Floats, height: int, width: int) -> NDArray[np.bool_]:
    outside: NDArray[np.bool_] = (boxes[:, :2] < 0).any(1) | (boxes[:, 2] > width) | (boxes[:, 3] > height)
    return outside
