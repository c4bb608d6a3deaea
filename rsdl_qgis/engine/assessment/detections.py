"""Accuracy assessment of detected objects against reference objects: average precision, precision, recall, matches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray

from ..boxes.matching import overlapping_pairs
from ..boxes.overlap import convex_area, convex_intersection
from ..errors import InputError
from ..evaluation.bootstrap import Places, Statistic, intervals, values
from ..evaluation.coco import Boxes, Matched, best_threshold, match_pairs, rates, thinned_curve
from ..feedback import Portion, Report
from ..files.csv import to_csv
from ..job.outputs import kept, writing
from ..raster.grid import Grid, project, same_crs
from ..reports.detection_assessment import detections_page
from ..reports.provenance import LayerFacts
from ..runs.record import noted, of_result, run_of
from ..tables.metrics import OF_DETECTIONS
from ..vector.attributes import pieces
from ..vector.box_outlines import BoxGeometry
from ..vector.class_layers import check_crs
from ..vector.geometries import Geometry
from ..vector.point_index import Points
from ..vector.polygons import read_polygons
from ..vector.scene_features import Field
from ..vector.writer import VectorSink, driver_of
from .object_layers import ObjectLayer, Objects, read_objects
from .outputs import written
from .requests import Area, DetectionsRequest

OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",), "matches": (".gpkg", ".geojson", ".json", ".shp", ".fgb")}
BLOCKS = 10  # spatial blocks along the longer side of the area, which the bootstrap resamples
MOST_DRAWN = 50_000  # detections above which average precision has no interval
LOW_SCORE = 0.1  # lowest score of a layer above which average precision is noted to be too low
EDGE = 21  # points along a side of an extent that is transformed
FIELDS = tuple(
    Field(name, dtype)
    for name, dtype in (("outcome", "object"), ("class", "object"), ("score", "float64"), ("iou", "float64"))
)
OUTCOMES = ("hit", "false alarm", "miss", "ignored")


@dataclass(frozen=True)
class Compared:
    """Detections and reference objects of the same classes, in one CRS, and how they match."""

    classes: tuple[str, ...]
    detections: Objects
    references: Objects
    ignored: NDArray[np.bool_]
    matched: Matched  # whose images are spatial blocks
    left_out: Mapping[str, int]


@writing("assess_detections")
def run_assess_detections(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Compare detections with reference objects: metrics, and a report, a table and a layer where paths are given.

    ``predicted``, ``reference``: a layer each, with ``path``, ``title``, ``crs``, ``class_field``, the former with
    ``score_field``, the latter with ``ignore_field`` (not 0: neither hit nor miss). Without a field of classes on
    either side all are of one class. ``confidence``: the threshold for precision, recall and F1.
    ``extent``, ``extent_crs``, ``mask``: only objects whose centre lies inside. ``report`` html, ``table`` csv,
    ``matches``: a vector file with hits, false alarms and misses.
    """
    request = DetectionsRequest.of(arguments)
    texts = {name: endings for name, endings in OUTPUTS.items() if name != "matches"}
    if request.matches:
        driver_of(request.matches)
    note = of_result(noted(run_of("assess_detections", arguments)), "matches") if request.matches else {}
    with written(arguments, texts, report) as (write, made):
        predicted = ObjectLayer.of(request.predicted, True)
        reference = ObjectLayer.of(request.reference, False)
        ignored = ignored_features(reference, request.reference.ignore_field)
        found = compared(predicted, reference, ignored, request.area, Portion(report, 0.0, 0.6))
        report.progress(0.6, "Drawing bootstrap samples")
        result = plain(found, request.confidence)
        report.check()
        layer = write_matches(found, request.confidence, predicted, request.matches, note)
        facts = [LayerFacts(side.table.path, side.title, fields=side.fields) for side in (predicted, reference)]
        page = {"report": lambda: detections_page(result, *facts), "table": lambda: table(result)}
        with kept(lambda: layer.values()):
            write(page)
    for text in result["notes"]:
        report.log("warning", text)
    return {**result, **made, **layer}


def compared(
    predicted: ObjectLayer, reference: ObjectLayer, marked: NDArray[np.bool_], area: Area, report: Report
) -> Compared:
    """The objects of both layers, matched; ``marked``: features of the reference that do not count.

    InputError where there is no reference object, or no class in common.
    """
    crs = predicted.table.crs
    check_crs(predicted.title, crs, reference.title, reference.table.crs)
    if bool(predicted.class_field) != bool(reference.class_field):
        report.log("warning", "Only one of the layers has a field of classes, so all objects count as one class.")
        predicted, reference = (replace(layer, class_field="") for layer in (predicted, reference))
    detections = read_objects(predicted, crs, Portion(report, 0.0, 0.4))
    references = read_objects(reference, crs, Portion(report, 0.4, 0.8), detections.turned)
    inside = [within(objects, area, crs) for objects in (detections, references)]
    named = np.array([bool(name) for name in detections.names], bool)
    left_out = {
        "outside": int((~inside[0]).sum()),
        "nameless": int((inside[0] & ~named).sum()),
        "true_outside": int((~inside[1]).sum()),
    }
    detections = detections.only(inside[0] & named)
    ignored = marked[references.features] | ~inside[1] | np.array([not name for name in references.names], bool)
    if ignored.all():
        raise InputError(
            f"{reference.title} has no object to be found" + (" inside the area." if len(references) else "."),
            "Choose a layer with the reference objects as polygons, or another area.",
        )
    report.progress(0.8, "Matching")
    keys, spelt = class_keys(detections, references, ignored)
    classes = tuple(spelt)
    own = np.array([classes.index(keys[name]) for name in detections.names], np.int64)
    unclear = [i for i, name in enumerate(references.names) if not name]  # ignored whatever is detected there
    rows = np.concatenate([np.arange(len(references)), np.repeat(unclear, len(classes) - 1)]).astype(np.int64)
    labels = [classes.index(keys[name]) if name else 0 for name in references.names]
    labels += [label for _ in unclear for label in range(1, len(classes))]
    matched = matched_in_blocks(
        detections, own, references.only(rows), np.array(labels, np.int64), ignored[rows], classes
    )
    matched = replace(matched, reference=np.where(matched.reference >= 0, np.append(rows, -1)[matched.reference], -1))
    return Compared(tuple(spelt.values()), detections, references, ignored, matched, left_out)


def class_keys(
    detections: Objects, references: Objects, ignored: NDArray[np.bool_]
) -> tuple[dict[str, str], dict[str, str]]:
    """The key of each name, the same in upper and lower case; and the spelling of each key, the reference's first.

    InputError where no detection is of a class of the reference.
    """
    true = [name for name in references.names if name]
    names = dict.fromkeys([*sorted(true), *sorted(detections.names)])
    keys = {name: name.casefold() for name in names}
    spelt: dict[str, str] = {}
    for name in names:
        spelt.setdefault(keys[name], name)
    wanted = {keys[name] for name, out in zip(references.names, ignored) if name and not out}
    if len(detections) and not wanted & {keys[name] for name in detections.names}:
        given = " and ".join(", ".join(sorted(set(found))[:5]) for found in (detections.names, true))
        raise InputError(
            f"Detections and reference objects have no class in common: {given}.",
            "Choose the fields that hold the classes, with the same names.",
        )
    return keys, spelt


def matched_in_blocks(
    detections: Objects,
    labels: NDArray[np.int64],
    references: Objects,
    true_labels: NDArray[np.int64],
    ignored: NDArray[np.bool_],
    classes: Sequence[str],
) -> Matched:
    """The matches of all detections, by spatial blocks instead of images; a hit is in the block of its object."""
    boxes = Boxes(_outlines(detections.quads), labels, detections.scores)
    true = Boxes(_outlines(references.quads), true_labels, ignored=ignored)

    def pairs_of(own: NDArray[np.int64], real: NDArray[np.int64]) -> Any:
        return overlapping_pairs(detections.quads[own], references.quads[real], ignored[real])

    found = match_pairs(boxes, true, len(classes), pairs_of, None)
    middles = np.concatenate([detections.middles[found.index], references.middles])
    hits = np.flatnonzero(found.reference >= 0)
    middles[hits] = references.middles[found.reference[hits]]
    block, count = blocks(middles)
    objects = np.zeros((count, len(classes)), np.int64)
    np.add.at(objects, (block[len(found.index) :][~ignored], true_labels[~ignored]), 1)
    return replace(found, image=block[: len(found.index)], objects=objects)


def blocks(places: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    """(n,) the block of each of (n, 2) places, and how many there are: squares, ``BLOCKS`` along the longer side."""
    low, high = places.min(0), places.max(0)
    side = float((high - low).max()) / BLOCKS or 1.0
    cells = np.minimum(np.floor((places - low) / side), BLOCKS - 1).astype(np.int64)
    _, block = np.unique(cells[:, 0] * BLOCKS + cells[:, 1], return_inverse=True)
    return block.reshape(-1), int(block.max()) + 1


def within(objects: Objects, area: Area, crs: str | None) -> NDArray[np.bool_]:
    """(n,): which objects have their centre in the area."""
    points = Points(objects.middles)
    result = np.ones(len(objects), bool)
    for polygons in (
        None if area.extent is None else [extent_polygon(area.extent, area.extent_crs, crs)],
        None if area.mask is None else read_polygons(area.mask, crs),
    ):
        if polygons is not None:
            held = np.zeros(len(objects), bool)
            for polygon in polygons:
                held[points.within(polygon)] = True
            result &= held
    return result


def extent_polygon(extent: Sequence[float], extent_crs: str | None, crs: str | None) -> Geometry:
    """The rectangle in another CRS, with points along its sides, which become curves."""
    xmin, ymin, xmax, ymax = extent
    corner = np.array([(xmin, ymin), (xmax, ymin), (xmax, ymax), (xmin, ymax), (xmin, ymin)])
    place = np.linspace(0, 4, 4 * EDGE, endpoint=False)
    xs, ys = (np.interp(place, np.arange(5), axis) for axis in corner.T)
    if extent_crs and crs and not same_crs(extent_crs, crs):
        xs, ys = project(xs, ys, extent_crs, crs)
    ring = [(float(x), float(y)) for x, y in zip(xs, ys) if math.isfinite(x) and math.isfinite(y)]
    if len(ring) < 3:
        raise InputError("The extent lies outside of the layer's coordinate system.", "Choose another extent.")
    return shapely.Polygon(ring)


def ignored_features(reference: ObjectLayer, field: str) -> NDArray[np.bool_]:
    """(features,): which features have a number other than 0 in a field. InputError where it holds no numbers."""
    result = np.zeros(reference.table.count, bool)
    for piece in pieces(reference.table, [field]) if field else ():
        marks = piece.values[field]
        if marks.dtype.kind not in "biuf":
            raise InputError(f"The field '{field}' of {reference.title} holds no numbers.", "Choose another field.")
        result[piece.first : piece.first + len(piece)] = np.nan_to_num(marks.astype(np.float64)) != 0
    return result


def plain(found: Compared, confidence: float) -> dict[str, Any]:
    """Everything as plain values: the job's result."""
    matched, places = found.matched, Places.of([str(i) for i in range(len(found.matched.objects))])
    many = len(matched.index) > MOST_DRAWN
    of_all = _statistic(matched, places, confidence, True)
    whole = values(of_all, places)
    ends = intervals(_statistic(matched, places, confidence, False) if many else of_all, places)
    given = matched.score >= confidence
    hits, passed = matched.hit[given, 0], matched.ignored[given, 0]
    objects = int(matched.objects.sum())
    best, best_f1 = best_threshold(matched)
    overall = {name: _number(whole[name]) for name in OF_DETECTIONS}
    return {
        "figures": {
            **overall,
            "objects": objects,
            "detections": int((~passed).sum()),
            "hits": int(hits.sum()),
            "misses": objects - int(hits.sum()),
            "false_alarms": int((~hits & ~passed).sum()),
        },
        "intervals": {name: _ends(ends.get(name)) for name in OF_DETECTIONS},
        "classes": [
            {
                "name": name,
                "objects": int(matched.objects[:, i].sum()),
                "detections": int((given & (matched.label == i) & ~matched.ignored[:, 0]).sum()),
                "hits": int((given & (matched.label == i) & matched.hit[:, 0]).sum()),
                **{key: _number(whole[f"class_{key}"][i]) for key in OF_DETECTIONS},
                "intervals": {key: _ends(ends.get(f"class_{key}"), i) for key in OF_DETECTIONS},
            }
            for i, name in enumerate(found.classes)
        ],
        "curves": [thinned_curve(matched, i) for i in range(len(found.classes))],
        "confidence": confidence,
        "best": {"confidence": best, "f1": best_f1},
        "ignored": int(found.ignored.sum()),
        "left_out": dict(found.left_out),
        "drawn": places.note.replace("places of the samples", "spatial blocks"),
        "notes": remarks(found, many),
    }


def remarks(found: Compared, many: bool) -> list[str]:
    """Notes for the reader of the report."""
    notes = []
    if not len(found.matched.index):
        notes.append("There is no detection, so nothing was found.")
    elif len(np.unique(found.matched.score)) == 1 and len(found.matched.index) > 1:
        notes.append("All detections have the same score, so average precision says no more than precision and recall.")
    elif (lowest := float(found.matched.score.min())) > LOW_SCORE:
        notes.append(
            f"The layer has no score below {lowest:.2f}: objects to which the detector gives a lower one count "
            "as missed, so average precision is lower than the detector's own. For that, detect with CONFIDENCE=0.01."
        )
    absent = [name for i, name in enumerate(found.classes) if not found.matched.objects[:, i].sum()]
    if absent:
        notes.append(f"There is no reference object of {', '.join(absent[:8])}; all detections of it are false alarms.")
    if many:
        notes.append(f"There are more than {MOST_DRAWN} detections, so average precision has no interval.")
    return notes


def table(result: Mapping[str, Any]) -> str:
    """The table (CSV): a row a class."""
    header = ["class", "objects", "detections", "hits"]
    header += [column for name in OF_DETECTIONS for column in (name, f"{name}_low", f"{name}_high")]
    rows = [
        [item[name] for name in ("name", "objects", "detections", "hits")]
        + [value for name in OF_DETECTIONS for value in (item[name], *item["intervals"][name])]
        for item in result["classes"]
    ]
    return to_csv(header, rows)


def write_matches(
    found: Compared, confidence: float, predicted: ObjectLayer, path: str, note: Mapping[str, str]
) -> dict[str, Any]:
    """Write the layer of hits, false alarms, misses and ignored objects; its path for the result.

    ``note``: its metadata.
    """
    if not path:
        return {}
    matched, crs = found.matched, predicted.table.crs
    geometry = BoxGeometry(Grid(crs, Affine.identity(), 1, 1))
    sink = VectorSink(path, crs, "Polygon", FIELDS, note)
    try:
        given = np.flatnonzero(matched.score >= confidence)
        own, true = found.detections.quads[matched.index[given]], found.references
        overlap = _overlaps(own, true.quads, matched.reference[given])
        for i, shape, iou in zip(given, geometry.rectangles(own), overlap):
            outcome = OUTCOMES[0 if matched.hit[i, 0] else 3 if matched.ignored[i, 0] else 1]
            name, score = found.classes[matched.label[i]], float(matched.score[i])
            sink.write(shape, (outcome, name, score, None if np.isnan(iou) else float(iou)))
        rest = np.setdiff1d(np.arange(len(true)), matched.reference[given])
        spelt = {name.casefold(): name for name in found.classes}
        for i, shape in zip(rest, geometry.rectangles(true.quads[rest])):
            name = spelt.get(true.names[i].casefold(), true.names[i] or None)
            sink.write(shape, (OUTCOMES[3 if found.ignored[i] else 2], name, None, None))
        sink.close()
    except BaseException:
        sink.abort()
        raise
    return {"matches": path}


def _overlaps(own: NDArray, quads: NDArray, partner: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) intersection over union of each detection with the object that it hit; NaN where it hit none."""
    result, hits = np.full(len(own), np.nan), np.flatnonzero(partner >= 0)
    if len(hits):
        one, other = (
            own[hits] - own[hits].mean(1, keepdims=True),
            quads[partner[hits]] - own[hits].mean(1, keepdims=True),
        )
        shared = convex_intersection(one, other)
        result[hits] = shared / (convex_area(one) + convex_area(other) - shared)
    return result


def _statistic(matched: Matched, places: Places, confidence: float, precise: bool) -> Statistic:
    """The metrics as a function of weights; ``precise``: also average precision."""
    matched = matched if precise else replace(matched, **_only_given(matched, confidence))

    def metrics(weights: NDArray) -> dict[str, NDArray]:
        found = rates(matched, confidence, places.weights(weights), precise)
        names = [name for name in OF_DETECTIONS if precise or not name.startswith("ap")]
        return {key: getattr(found, key) for name in names for key in (name, f"class_{name}")}

    return metrics


def _only_given(matched: Matched, confidence: float) -> dict[str, Any]:
    given = matched.score >= confidence
    names = ("image", "label", "score", "index", "hit", "ignored", "reference")
    return {name: getattr(matched, name)[given] for name in names}


def _outlines(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([quads.min(1), quads.max(1)], 1)


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ends(ends: NDArray | None, index: int | None = None) -> list[float | None]:
    if ends is None:
        return [None, None]
    return [_number(end if index is None else end[index]) for end in ends]
