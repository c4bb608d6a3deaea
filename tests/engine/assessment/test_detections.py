"""The job "assess_detections": metrics equal COCO's, objects are matched in map units, and the layer of matches."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from affine import Affine

from rsdl_qgis.engine.assessment import detections
from rsdl_qgis.engine.assessment.detections import run_assess_detections
from rsdl_qgis.engine.assessment.object_layers import quad_of
from rsdl_qgis.engine.boxes.matching import overlapping_pairs
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import apply, project

from ..evaluation.test_coco import coco, made_up

CRS = "EPSG:32634"
PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 4_200_000)


def layer(path, rings, crs=CRS, to=None, **fields):
    """A GeoJSON layer of polygons, given by corners in pixels of PLACE; ``to``: brought to that CRS."""
    features = []
    for i, ring in enumerate(rings):
        x, y = apply(PLACE, *np.array(ring, float).T)
        if to:
            x, y = project(x, y, crs, to)
        closed = [list(corner) for corner in zip([*x, x[0]], [*y, y[0]])]
        properties = {name: values[i] for name, values in fields.items()}
        shape = {"type": "Polygon", "coordinates": [closed]}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    name = (to or crs).replace("EPSG:", "urn:ogc:def:crs:EPSG::")
    about = {"type": "FeatureCollection", "features": features, "crs": {"type": "name", "properties": {"name": name}}}
    path.write_text(json.dumps(about))
    return {"path": str(path), "title": path.stem}


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def turned(corners, degrees, around=(50, 50)):
    angle = np.radians(degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ((np.array(corners, float) - around) @ matrix.T + around).tolist()


def pair(tmp_path, found, truth, scores=None, names=None, true_names=None, **options):
    scores = scores if scores is not None else np.linspace(0.9, 0.5, len(found)).tolist()
    predicted = {"class": names or ["ship"] * len(found), "score": scores}
    given = layer(tmp_path / "found.geojson", found, **predicted)
    true = layer(tmp_path / "truth.geojson", truth, **{"class": true_names or ["ship"] * len(truth)}, **options)
    return {"predicted": given, "reference": true}


def assess(tmp_path, *args, report=None, more=None, **kwargs):
    return run_assess_detections({**pair(tmp_path, *args, **kwargs), **(more or {})}, report or Report())


def test_a_table_without_geometry_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text("class,score\nship,0.5\nship,0.2\n")
    table = {"path": str(tmp_path / "table.csv")}
    with pytest.raises(InputError, match="a table without geometry"):
        run_assess_detections({"predicted": table, "reference": table}, Report())


@pytest.mark.parametrize("seed", [0, 1])
def test_the_metrics_are_those_of_coco(tmp_path, seed):
    """Images side by side on the map; crowds by a field."""
    made = made_up(seed)
    corners, names, scores, true, true_names, crowds = [], [], [], [], [], []
    for i, (found, truth) in enumerate(made):
        corners += [box(x1 + 200 * i, y1, x2 + 200 * i, y2) for x1, y1, x2, y2 in found.corners]
        true += [box(x1 + 200 * i, y1, x2 + 200 * i, y2) for x1, y1, x2, y2 in truth.corners]
        names += [f"c{label}" for label in found.labels]
        true_names += [f"C{label}" for label in truth.labels]
        scores += found.scores.tolist()
        crowds += truth.ignored.astype(int).tolist()
    given = {
        "predicted": layer(tmp_path / "found.geojson", corners, **{"class": names}, score=scores),
        "reference": layer(tmp_path / "truth.geojson", true, **{"class": true_names}, crowd=crowds),
    }
    given["reference"]["ignore_field"] = "crowd"
    result = run_assess_detections({**given, "confidence": 0.4}, Report())
    expected = coco(made, 3)
    assert result["figures"]["ap"] == pytest.approx(expected[~np.isnan(expected)].mean(), abs=1e-6)
    assert result["figures"]["ap50"] == pytest.approx(np.nanmean(expected[0]), abs=1e-6)
    by_class = [item["ap"] for item in sorted(result["classes"], key=lambda item: item["name"])]
    assert by_class == pytest.approx([expected[..., k].mean() for k in range(3)], abs=1e-6)
    low, high = result["intervals"]["ap50"]
    assert low < result["figures"]["ap50"] < high


def test_hits_misses_false_alarms_and_all_outputs(tmp_path):
    endings = {"report": "html", "table": "csv", "matches": "gpkg"}
    files = {name: str(tmp_path / f"out.{ending}") for name, ending in endings.items()}
    truth = [box(0, 0, 10, 10), box(20, 0, 30, 10), box(40, 0, 50, 10)]
    found = [box(0, 0, 10, 10), box(20, 0, 30, 8), box(20, 0, 30, 10), box(80, 0, 90, 10), box(40, 0, 50, 10)]
    result = assess(tmp_path, found, truth, scores=[0.9, 0.8, 0.7, 0.6, 0.2], more={**files, "confidence": 0.5})
    metrics = result["figures"]
    assert (metrics["hits"], metrics["misses"], metrics["false_alarms"], metrics["objects"]) == (2, 1, 2, 3)
    assert metrics["precision"] == 0.5 and metrics["recall"] == pytest.approx(2 / 3)
    _, _, _, (outcome, name, score, iou) = pyogrio.raw.read(files["matches"])
    assert outcome.tolist() == ["hit", "hit", "false alarm", "false alarm", "miss"] and set(name) == {"ship"}
    assert score[:4].tolist() == [0.9, 0.8, 0.7, 0.6] and np.isnan(score[4])
    assert iou[:2] == pytest.approx([1, 0.8]) and np.isnan(iou[2:]).all()
    assert pyogrio.read_info(files["matches"])["crs"] == CRS
    (row,) = csv.DictReader(Path(files["table"]).read_text(encoding="utf-8").splitlines())
    assert row["class"] == "ship" and float(row["precision"]) == 0.5 and row["hits"] == "2"
    page = Path(files["report"]).read_text(encoding="utf-8")
    assert "AP50" in page and "false alarms" in page and {name: result[name] for name in files} == files


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32635"])
def test_a_reference_in_another_crs_is_where_it_is(tmp_path, crs):
    boxes = [box(10 * i, 10 * i, 10 * i + 8, 10 * i + 6) for i in range(6)]
    result = assess(tmp_path, boxes, boxes, to=crs)
    assert result["figures"]["ap"] == pytest.approx(1, abs=1e-9)


def test_boxes_of_a_turned_raster_are_compared_as_they_are(tmp_path):
    truth = [turned(box(20 * i, 40, 20 * i + 18, 60), 30) for i in range(5)]
    found = [turned(box(20 * i, 40, 20 * i + 18, 56.6), 30) for i in range(5)]  # overlap 0.83
    metrics = assess(tmp_path, found, truth)["figures"]
    assert metrics["ap50"] == pytest.approx(1) and metrics["ap"] == pytest.approx(0.7)


def test_outlines_count_by_the_smallest_rectangle_where_detections_are_turned(tmp_path):
    """Long octagons, as outlines of ships are; with upright detections it is the upright box around them."""

    def octagon(i):
        left, right, top, bottom = 40 * i, 40 * i + 8, 40, 70
        corners = [(left, top + 2), (left + 2, top), (right - 2, top), (right, top + 2)]
        return [*corners, (right, bottom - 2), (right - 2, bottom), (left + 2, bottom), (left, bottom - 2)]

    outlines = [turned(octagon(i), 35) for i in range(5)]
    found = [turned(box(40 * i, 40, 40 * i + 8, 70), 35) for i in range(5)]
    assert assess(tmp_path, found, outlines)["figures"]["ap"] == pytest.approx(1)
    upright = [box(*np.min(outline, 0), *np.max(outline, 0)) for outline in outlines]
    assert assess(tmp_path, upright, outlines)["figures"]["ap"] == pytest.approx(1)


def test_only_the_area_counts_and_what_lies_outside_is_no_miss(tmp_path):
    boxes = [box(20 * i, 0, 20 * i + 10, 10) for i in range(6)]
    x0, y0 = apply(PLACE, -5, 15)
    x1, y1 = apply(PLACE, 52, -5)  # the first three
    more = {"extent": [x0, y0, x1, y1], "extent_crs": CRS}
    result = assess(tmp_path, boxes, boxes[:1] + boxes[3:], more=more)
    assert result["figures"]["objects"] == 1 and result["figures"]["false_alarms"] == 2
    mask = layer(tmp_path / "mask.geojson", [box(-5, -5, 52, 15)])
    masked = assess(tmp_path, boxes, boxes[:1] + boxes[3:], more={"mask": mask["path"]})
    assert masked["figures"] == result["figures"]
    assert masked["left_out"] == {"outside": 3, "nameless": 0, "true_outside": 3}


def test_no_detection_and_one_class_alone(tmp_path):
    empty = assess(tmp_path, [], [box(0, 0, 9, 9)])
    assert empty["figures"]["recall"] == 0 and empty["figures"]["ap50"] == 0 and empty["notes"]
    boxes = [box(0, 0, 9, 9), box(20, 0, 29, 9)]
    given = pair(tmp_path, boxes, boxes, names=["a", "b"])
    given["reference"] = layer(tmp_path / "plain.geojson", boxes, other=[1, 2])
    result = run_assess_detections(given, Report())
    assert result["figures"]["ap50"] == 1 and [item["name"] for item in result["classes"]] == ["object"]


@pytest.mark.parametrize(("lowest", "reported"), [(0.4, True), (0.02, False)])
def test_scores_that_begin_high_are_reported(tmp_path, lowest, reported):
    boxes = [box(0, 0, 9, 9), box(20, 0, 29, 9)]
    notes = assess(tmp_path, boxes, boxes, scores=[0.9, lowest])["notes"]
    assert any("no score below 0.40" in note and "CONFIDENCE=0.01" in note for note in notes) == reported


def test_a_true_object_without_a_class_is_ignored_in_all(tmp_path):
    boxes = [box(0, 0, 9, 9), box(20, 0, 29, 9), box(40, 0, 49, 9)]
    result = assess(tmp_path, boxes, boxes, names=["a", "b", "b"], true_names=["a", "b", ""])
    assert result["figures"]["false_alarms"] == 0 and result["figures"]["objects"] == 2


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"confidence": 1.5}, InputError, "CONFIDENCE is 1.5"),
    ({"report": "r.txt"}, OutputError, "end in .html"),
    ({"matches": "m.txt"}, OutputError, "vector ending"),
    ({"predicted": {}}, InputError, "no predicted layer"),
    ({"names": True}, InputError, "no class in common"),
])  # fmt: skip
def test_what_cannot_be_assessed_leaves_nothing_behind(tmp_path, change, error, message):
    boxes = [box(0, 0, 9, 9)]
    given = pair(tmp_path, boxes, boxes, names=["car"] if change.pop("names", None) else None)
    for name in ("report", "matches"):
        if name in change:
            change[name] = str(tmp_path / change[name])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error, match=message):
        run_assess_detections({**given, "table": str(tmp_path / "t.csv"), **change}, Report())
    assert sorted(tmp_path.iterdir()) == before


def test_cancelling_leaves_nothing_behind(tmp_path):
    class Cancelling(Report):
        def cancelled(self):
            return True

    given = pair(tmp_path, [box(0, 0, 9, 9)], [box(0, 0, 9, 9)])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        run_assess_detections({**given, "matches": str(tmp_path / "m.gpkg")}, Cancelling())
    assert sorted(tmp_path.iterdir()) == before


def test_many_objects_are_matched_in_time_that_grows_with_their_number():
    """Boxes on a lattice, each with a shifted copy."""

    def seconds(side):
        x, y = (axis.ravel() * 20.0 for axis in np.meshgrid(np.arange(side), np.arange(side)))
        quads = np.stack([np.stack([x + dx, y + dy], 1) for dx, dy in ((0, 0), (10, 0), (10, 10), (0, 10))], 1)
        began = time.perf_counter()
        found = overlapping_pairs(quads + 1.0, quads, np.zeros(len(quads), bool))
        assert (found.detection == found.reference).all() and len(found.reference) == side * side
        return time.perf_counter() - began

    seconds(20)
    small, large = min(seconds(40) for _ in range(2)), seconds(160)
    assert large < 16 * 4 * small + 0.2


def test_polygons_that_are_no_rectangles_stand_for_the_rectangle_around_them():
    triangle = np.array([(0, 0), (4, 0), (0, 3), (0, 0)], float)
    assert quad_of(triangle).tolist() == [[0, 0], [4, 0], [4, 3], [0, 3]]
    dent = np.array([(0, 0), (4, 0), (1, 1), (0, 4), (0, 0)], float)
    assert quad_of(dent).tolist() == [[0, 0], [4, 0], [4, 4], [0, 4]]
    diamond = np.array([(0, 2), (2, 0), (4, 2), (2, 4), (0, 2)], float)
    assert quad_of(diamond).tolist() == diamond[:4].tolist()


def test_of_very_many_detections_only_counts_are_drawn_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(detections, "MOST_DRAWN", 3)
    boxes = [box(20 * i, 0, 20 * i + 10, 10) for i in range(8)]
    result = assess(tmp_path, boxes, boxes[::2])
    assert result["intervals"]["ap50"] == [None, None] and result["intervals"]["precision"][0] is not None
    assert any("no interval" in note for note in result["notes"])


def test_each_part_of_a_feature_is_an_object(tmp_path):
    """Two cars in one multipolygon are two, on either side."""
    truth = [box(0, 0, 10, 10), box(40, 0, 50, 10), box(80, 0, 90, 10)]
    given = pair(tmp_path, truth, truth, names=["car"] * 3, true_names=["car"] * 3)
    for name in ("found", "truth"):
        path = tmp_path / f"{name}.geojson"
        about = json.loads(path.read_text())
        first, second, third = about["features"]
        rings = [feature["geometry"]["coordinates"] for feature in (first, second)]
        first["geometry"] = {"type": "MultiPolygon", "coordinates": rings}
        place = {"type": "Point", "coordinates": rings[0][0][0]}
        third["geometry"] = {"type": "GeometryCollection", "geometries": [third["geometry"], place]}
        about["features"] = [first, third, {**first, "geometry": None}]
        path.write_text(json.dumps(about))
    reported = []
    report = Report()
    report.log = lambda level, text: reported.append(text)
    result = run_assess_detections(given, report)
    metrics = result["figures"]
    assert (metrics["objects"], metrics["detections"], metrics["hits"]) == (3, 3, 3) and metrics["ap50"] == 1
    assert sum("1 features are no polygons; left out" in text for text in reported) == 2
