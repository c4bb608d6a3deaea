"""Objects of vector layers: detections and reference objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..boxes.oriented import rectangle_of
from ..errors import InputError, known
from ..feedback import Report
from ..raster.grid import project
from ..vector.attributes import Piece, Table, open_table, pieces
from ..vector.geometries import outer_corners, parts_of, polygon_of
from ..vector.label_fields import label_text
from .requests import DetectionsLayer

CLASS, SCORE = "class", "score"  # fields that detections have
CHECKED = 1000  # features between two looks at whether the job is cancelled
UPRIGHT = 1e-3  # of a side: how far an upright rectangle's may slant, as reprojected ones do
ALONE = "object"  # the class of all where no field holds one


@dataclass(frozen=True)
class ObjectLayer:
    """A layer of objects that was opened: its field of classes ('': all are one) and of scores ('': all 1)."""

    title: str
    table: Table
    class_field: str = ""
    score_field: str = ""

    @classmethod
    def of(cls, layer: DetectionsLayer, scored: bool) -> ObjectLayer:
        """The layer that a job names. InputError where it, or a field that is named, is not there."""
        table = open_table(layer.path, layer.crs, empty=scored)
        usual = {name: name if name in table.fields else "" for name in (CLASS, SCORE)}
        class_field = layer.class_field or usual[CLASS]
        score_field = (layer.score_field or usual[SCORE]) if scored else ""
        table.need([name for name in (class_field, score_field) if name])
        return cls(layer.title, table, class_field, score_field)

    @property
    def fields(self) -> list[str]:
        return [name for name in (self.class_field, self.score_field) if name]


@dataclass(frozen=True)
class Objects:
    """The objects of a layer: ``quads`` (n, 4, 2) their corners in map units, anticlockwise; ``names`` of their classes
    ('' where there is none), ``scores`` (n,) and the number of the feature that each is.
    """

    quads: NDArray[np.float64]
    names: Sequence[str]
    scores: NDArray[np.float64]
    features: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.quads)

    @property
    def turned(self) -> bool:
        """Whether most are rectangles that are not upright."""
        side = np.abs(self.quads[:, 1] - self.quads[:, 0])
        return bool(len(self) and (side.min(1) > UPRIGHT * side.max(1)).mean() > 0.5)

    @property
    def middles(self) -> NDArray[np.float64]:
        """(n, 2)."""
        found: NDArray[np.float64] = self.quads.mean(1)
        return found

    def only(self, wanted: NDArray) -> Objects:
        """Some of them."""
        index = np.arange(len(self))[wanted]  # of a mask too
        return Objects(self.quads[index], [self.names[i] for i in index], self.scores[index], self.features[index])


def read_objects(layer: ObjectLayer, crs: str | None, report: Report, turned: bool = False) -> Objects:
    """The polygons of a layer, brought to ``crs``: each polygon of a feature is an object with its class and score. A
    convex polygon of four corners is taken as it is, any other as its bounding box, or where ``turned`` as the smallest
    rectangle around it. Features without a polygon are left out, and logged. InputError for scores that are no numbers.
    """
    quads: list[NDArray[np.float64]] = []
    names: list[str] = []
    scores: list[NDArray[np.float64]] = []
    features: list[int] = []
    for piece in pieces(layer.table, layer.fields, geometry=True):
        report.progress(piece.first / max(layer.table.count, 1), f"Reading {layer.title}")
        kept = list(_quads_of(piece, report, turned))
        rows = [row for row, _ in kept]
        quads += [quad for _, quad in kept]
        features += [piece.first + row for row in rows]
        names += _names_of(piece, layer, rows)
        scores.append(_scores_of(piece, layer)[rows])
    lost = layer.table.count - len(set(features))
    if lost:
        report.log("warning", f"{layer.title}: {lost} features are no polygons; left out.")
    corner = np.array(quads).reshape(-1, 4, 2)
    x, y = project(corner[..., 0].ravel(), corner[..., 1].ravel(), layer.table.crs, crs)
    corner = np.stack([x, y], -1).reshape(-1, 4, 2)
    here = np.isfinite(corner.reshape(-1, 8)).all(1)
    score = np.concatenate([np.zeros(0), *scores])
    found = Objects(_anticlockwise(corner), names, score, np.array(features, np.int64))
    return found.only(np.flatnonzero(here))


def _quads_of(piece: Piece, report: Report, turned: bool) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """(row, corners) of each polygon of each feature."""
    for row, value in enumerate(known(piece.wkb)):
        if row % CHECKED == 0:
            report.check()
        for polygon in parts_of(polygon_of(value)):
            yield row, quad_of(outer_corners(polygon), turned)


def quad_of(points: NDArray[np.float64], turned: bool = False) -> NDArray[np.float64]:
    """The corners (4, 2) of a closed ring of four that is convex, else of the upright rectangle around (n, 2), or where
    ``turned`` of the smallest one.
    """
    if len(points) == 5 and (points[0] == points[4]).all():
        edge = np.roll(points[:4], -1, 0) - points[:4]
        following = np.roll(edge, -1, 0)
        turn = edge[:, 0] * following[:, 1] - edge[:, 1] * following[:, 0]
        if (turn > 0).all() or (turn < 0).all():
            return points[:4]
    if turned:
        return rectangle_of(points)
    (left, low), (right, high) = points.min(0), points.max(0)
    return np.array([(left, low), (right, low), (right, high), (left, high)])


def _anticlockwise(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    along, across = quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]
    clockwise = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0] < 0
    turned = quads.copy()
    turned[clockwise] = quads[clockwise][:, ::-1]
    return turned


def _names_of(piece: Piece, layer: ObjectLayer, rows: Sequence[int]) -> list[str]:
    if not layer.class_field:
        return [ALONE] * len(rows)
    values = piece.values[layer.class_field]
    return [_text(values[row]) for row in rows]


def _text(value: Any) -> str:
    """A class as text, so that a number and its digits are the same; '' where there is none."""
    return label_text(value.item() if isinstance(value, np.generic) else value) or ""


def _scores_of(piece: Piece, layer: ObjectLayer) -> NDArray[np.float64]:
    if not layer.score_field:
        return np.ones(len(piece))
    values = piece.values[layer.score_field]
    if values.dtype.kind not in "biuf":
        raise InputError(f"The field '{layer.score_field}' of {layer.title} holds no numbers.", "Choose another field.")
    scores = values.astype(np.float64)
    if not np.isfinite(scores).all():
        raise InputError(
            f"{int((~np.isfinite(scores)).sum())} features of {layer.title} have no score in '{layer.score_field}'.",
            "Give each a number, or choose another field.",
        )
    return scores
