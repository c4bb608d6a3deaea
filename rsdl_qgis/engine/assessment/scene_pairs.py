"""Predicted scenes and their references, brought together: in one layer, by a common id, or by place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, known
from ..feedback import Portion, Report
from ..raster.grid import project
from ..vector.attributes import Piece, Table, open_table, pieces
from ..vector.class_layers import check_crs
from ..vector.geometries import polygon_of
from ..vector.point_index import Points, middles
from .requests import ScenesRequest
from .scene_labels import NONE, Codes, LabelFields, Sets

ABSENT, UNCLEAR = -2, -3  # in place of a reference's code: none was found; several that contradict one another
CLASS, SCORE = "class", "score"  # fields that predictions have
CHECKED = 1000  # polygons between two looks at whether the job is cancelled


@dataclass(frozen=True)
class Side:
    """The prediction or the reference: an open layer, its fields of classes and its field of ids."""

    title: str
    table: Table
    labels: LabelFields
    join: str = ""


@dataclass(frozen=True)
class Paired:
    """The features of the prediction, each with the code of its labels and of its reference labels.

    ``predicted`` (n,) codes of ``predicted_sets`` or NONE; ``reference`` (n,) codes of ``reference_sets``, or NONE,
    ABSENT or UNCLEAR. ``unused``: features of the reference that no feature of the prediction went with;
    ``repeated``: features of the prediction that have the id of an earlier one; ``how``: a sentence.
    """

    predicted: Codes
    reference: Codes
    predicted_sets: Sets
    reference_sets: Sets
    how: str
    unused: int = 0
    repeated: int = 0

    @property
    def compared(self) -> NDArray[np.bool_]:
        """(n,): which features of the prediction have a class and a reference with one."""
        return (self.predicted >= 0) & (self.reference >= 0)


def sides_of(request: ScenesRequest) -> tuple[Side, Side | None, LabelFields]:
    """The prediction, the reference (None: it is a field of the prediction's layer), and the reference's fields.

    InputError where a layer or field is not there, or a field would be compared with itself.
    """
    several, given, other = request.multilabel, request.predicted, request.reference
    own = LabelFields.of(given.fields or (CLASS,), several, "PREDICTED_FIELD")
    table = open_table(given.path, given.crs)
    if several and table.is_shapefile and SCORE in table.fields:
        own = replace(own, score=SCORE)
    predicted = Side(given.title, table, own, given.join)
    joined = [given.join] if given.join else []
    table.need([*own.fields, *joined])
    if not other.path or (other.path == given.path and not joined):
        fields = LabelFields.of(other.fields, several, "REFERENCE_FIELD")
        table.need(fields.fields)
        both = [name for name in fields.fields if name in own.fields]
        if both:
            raise InputError(
                f"The field '{both[0]}' would be compared with itself.",
                "Choose the field that holds the reference (REFERENCE_FIELD), or another layer (REFERENCE).",
            )
        return predicted, None, fields
    table = open_table(other.path, other.crs)
    usual = (CLASS,) if CLASS in table.fields else ()
    fields = LabelFields.of(other.fields or usual, several, "REFERENCE_FIELD")
    join = (other.join or given.join) if joined else ""
    table.need([*fields.fields, *([join] if join else [])])
    return predicted, Side(other.title, table, fields, join), fields


def paired(predicted: Side, reference: Side | None, fields: LabelFields, report: Report) -> Paired:
    """Every feature of the prediction with its reference. InputError where none has one."""
    if reference is None:
        found = in_one_layer(predicted, fields, report)
    elif predicted.join:
        found = by_id(predicted, reference, report)
    else:
        found = by_place(predicted, reference, report)
    check_filled(predicted, found.predicted)
    if not found.compared.any():
        raise nothing_common(predicted, reference, found)
    return found


def check_filled(side: Side, codes: Codes) -> None:
    """InputError where no feature has a class."""
    if (codes == NONE).all():
        names = ", ".join(f"'{name}'" for name in side.labels.fields)
        raise InputError(f"No feature of {side.title} has a class in {names}.", "Choose another field.")


def nothing_common(predicted: Side, reference: Side | None, found: Paired) -> InputError:
    """Why there is nothing to compare."""
    known = found.reference[found.predicted >= 0]
    if (known == ABSENT).all() and reference is not None:
        if predicted.join:
            return InputError(
                f"No feature of {predicted.title} and {reference.title} have an id in common.",
                f"Choose the field that both have it in; '{predicted.join}' is compared with '{reference.join}'.",
            )
        return InputError(
            f"No feature of {predicted.title} has one of {reference.title} at its place.",
            "Choose layers of the same place, or a field of ids that both have (JOIN_FIELD).",
        )
    reason = "wherever a feature has a class, its reference has none"
    if (known == UNCLEAR).any():
        reason += ", or several that contradict one another"
    return InputError(f"There is nothing to compare: {reason}.", "Choose other fields, or another reference.")


def sets_of(side: Side, fields: LabelFields) -> Sets:
    return Sets(f"{' and '.join(fields.fields)} of {side.title}")


def in_one_layer(side: Side, fields: LabelFields, report: Report) -> Paired:
    """Prediction and reference are fields of one layer."""
    sets = sets_of(side, side.labels), sets_of(side, fields)
    codes = [
        (
            side.labels.codes(piece.values, side.table.path, sets[0]),
            fields.codes(piece.values, side.table.path, sets[1]),
        )
        for piece in read(side, [*side.labels.needed, *fields.needed], report)
    ]
    predicted, reference = (np.concatenate(column) for column in zip(*codes))
    return Paired(predicted, reference, *sets, how="fields of one layer")


def by_id(predicted: Side, reference: Side, report: Report) -> Paired:
    """Each feature of the prediction with those of the reference that have its id."""
    sets = sets_of(predicted, predicted.labels), sets_of(reference, reference.labels)
    known: dict[str, int] = {}
    count: dict[str, int] = {}  # features of the reference with an id
    without = 0
    for piece in read(reference, [*reference.labels.needed, reference.join], Portion(report, 0.0, 0.5)):
        codes = reference.labels.codes(piece.values, reference.table.path, sets[1])
        for key, code in zip(ids(piece.values[reference.join]), codes.tolist()):
            if not key:
                without += 1
                continue
            count[key] = count.get(key, 0) + 1
            known[key] = settled(known.get(key, ABSENT), code)
    seen: set[str] = set()
    repeated = 0
    parts: list[tuple[Codes, Codes]] = []
    for piece in read(predicted, [*predicted.labels.needed, predicted.join], Portion(report, 0.5, 1.0)):
        keys = ids(piece.values[predicted.join])
        partners = np.array([known.get(key, ABSENT) for key in keys], np.int64)
        parts.append((predicted.labels.codes(piece.values, predicted.table.path, sets[0]), partners))
        for key in filter(None, keys):
            repeated += key in seen
            seen.add(key)
    own, partner = (np.concatenate(column) for column in zip(*parts))
    unused = without + sum(number for key, number in count.items() if key not in seen)
    by = f"'{predicted.join}'" if predicted.join == reference.join else f"'{predicted.join}' and '{reference.join}'"
    return Paired(own, partner, *sets, how=f"joined by {by}", unused=unused, repeated=repeated)


def by_place(predicted: Side, reference: Side, report: Report) -> Paired:
    """Each feature of the prediction with the polygon of the reference that holds its middle, or with the points that
    it holds.
    """
    names = predicted.title, reference.title
    first, second = polygonal(predicted), polygonal(reference)
    check_crs(names[0], predicted.table.crs, names[1], reference.table.crs)
    if not first and not second:
        raise InputError(
            f"Neither {names[0]} nor {names[1]} has polygons, so their features cannot be matched by place.",
            "Choose a field of ids that both have (JOIN_FIELD).",
        )
    points, areas = (predicted, reference) if second else (reference, predicted)
    sets = sets_of(predicted, predicted.labels), sets_of(reference, reference.labels)
    codes, xy = located(points, sets[0 if second else 1], Portion(report, 0.0, 0.4))
    x, y = project(xy[:, 0], xy[:, 1], points.table.crs, areas.table.crs)
    index = Points(np.column_stack([x, y]))
    own, partner = codes, np.full(predicted.table.count, ABSENT, np.int64)
    used = np.zeros(reference.table.count, bool)
    parts: list[Codes] = []
    for piece in read(areas, areas.labels.needed, Portion(report, 0.4, 1.0), geometry=True):
        found = areas.labels.codes(piece.values, areas.table.path, sets[1 if second else 0])
        parts.append(found)
        for row, held in holding(piece, index, report):
            if second:
                partner[held] = [settled(known, int(found[row])) for known in partner[held].tolist()]
                used[piece.first + row] = True
            else:
                for code in codes[held].tolist():
                    partner[piece.first + row] = settled(int(partner[piece.first + row]), code)
                used[held] = True
    if not second:
        own = np.concatenate(parts)
    how = "the polygon of the reference that holds a feature's middle"
    if not second:
        how = "the points of the reference that lie in a feature"
    return Paired(own, partner, *sets, how=f"joined by place: {how}", unused=int((~used).sum()))


def settled(known: int, code: int) -> int:
    """The code of a reference of which one feature was known and another is found: UNCLEAR where they differ."""
    if known in (ABSENT, NONE):
        return code
    return known if code in (known, NONE) else UNCLEAR


def polygonal(side: Side) -> bool:
    """Whether the features of a layer are polygons, else points. InputError where they are neither."""
    kind = side.table.geometry or ""
    if not kind:
        raise InputError(
            f"{side.title} is a table without geometry.",
            "Choose the field of ids that it has in common with the other layer (JOIN_FIELD).",
        )
    if "Polygon" in kind or "Point" in kind:
        return "Polygon" in kind
    points = False
    for piece in pieces(side.table, (), geometry=True):
        wkb = known(piece.wkb)
        if any(polygon_of(value) is not None for value in wkb):
            return True
        points |= bool(np.isfinite(middles(wkb)).any())
    if points:
        return False
    raise InputError(f"{side.title} has no polygons or points.", "Choose another layer, or join by JOIN_FIELD.")


def located(side: Side, sets: Sets, report: Report) -> tuple[Codes, NDArray[np.float64]]:
    """(n,) codes and (n, 2) middles of all features."""
    codes, places = [], []
    for piece in read(side, side.labels.needed, report, geometry=True):
        wkb = known(piece.wkb)
        codes.append(side.labels.codes(piece.values, side.table.path, sets))
        for start in range(0, len(piece), CHECKED):
            report.check()
            places.append(middles(wkb[start : start + CHECKED]))
    return np.concatenate(codes), np.concatenate(places)


def holding(piece: Piece, points: Points, report: Report) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """(which feature of the piece, the numbers of the points in it) for those that hold any."""
    for row, value in enumerate(known(piece.wkb)):
        if row % CHECKED == 0:
            report.check()
        polygon = polygon_of(value)
        held = points.within(polygon) if polygon is not None else ()
        if len(held):
            yield row, np.asarray(held)


def read(side: Side, fields: Sequence[str], report: Report, geometry: bool = False) -> Iterator[Piece]:
    """A layer piece by piece, with progress."""
    for piece in pieces(side.table, fields, geometry):
        report.check()
        report.progress(piece.first / side.table.count, f"Reading {side.title}")
        yield piece


def ids(values: NDArray) -> list[str]:
    """Ids as text, so that a number and its digits are the same; '' where there is none."""
    if values.dtype.kind == "f":
        return ["" if v != v else str(int(v)) if v.is_integer() else str(v) for v in values.tolist()]
    return ["" if value is None else str(value).strip() for value in values.tolist()]
