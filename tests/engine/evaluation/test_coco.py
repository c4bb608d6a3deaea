"""Scores of detections: equal to COCO's own evaluation, and right where they can be worked out by hand."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.evaluation.coco import (
    OVERLAPS,
    Boxes,
    Matched,
    best_threshold,
    image_f1,
    match,
    overlaps,
    pr_curve,
    rates,
)


def boxes(*rows, scores=None, labels=None, ignored=None):
    corners = np.array(rows, np.float64).reshape(-1, 4)
    labels = np.zeros(len(corners), np.int64) if labels is None else np.array(labels, np.int64)
    scores = None if scores is None else np.array(scores, np.float64)
    return Boxes(corners, labels, scores, None if ignored is None else np.array(ignored, bool))


def made_up(seed, images=12, classes=3, objects=6, crowds=0.15):
    """Images with objects, and detections of most of them, shifted, and of what is not there."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(images):
        count = random.integers(0, objects + 1)
        corner, side = random.uniform(0, 80, (count, 2)), random.uniform(4, 30, (count, 2))
        reference = Boxes(
            np.concatenate([corner, corner + side], 1),
            random.integers(0, classes, count),
            ignored=random.random(count) < crowds,
        )
        hits = random.random(count) < 0.8
        copies = np.concatenate([reference.corners[hits], reference.corners[hits][: count // 2]])
        shifted = copies + random.normal(0, 2.5, copies.shape)
        corner = random.uniform(0, 80, (random.integers(0, 4), 2))
        extra = np.concatenate([corner, corner + random.uniform(4, 30, corner.shape)], 1)
        corners = np.concatenate([shifted, extra])
        corners[:, 2:] = np.maximum(corners[:, 2:], corners[:, :2] + 1)
        again = reference.labels[hits]
        labels = np.concatenate([again, again[: count // 2], random.integers(0, classes, len(extra))])
        scores = random.integers(1, 12, len(corners)) / 12  # many are equal
        found.append((Boxes(corners, labels, scores), reference))
    return found


def matched(found, classes=1, most=100):
    parts = [(match(detections, reference, classes, most), i) for i, (detections, reference) in enumerate(found)]
    return Matched.of(parts, classes)


def coco(found, classes, most=100):
    """COCOeval's precision (overlaps, 101, classes) and AP of the same boxes."""
    coco_module = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    from pycocotools.cocoeval import COCOeval

    annotations, results = [], []
    for image, (detections, reference) in enumerate(found):
        for corners, label, ignored in zip(reference.corners, reference.labels, reference.ignored):
            box = [*corners[:2], *(corners[2:] - corners[:2])]
            annotations.append(
                {"id": len(annotations) + 1, "image_id": image, "category_id": int(label), "bbox": box,
                 "area": box[2] * box[3], "iscrowd": int(ignored)}
            )  # fmt: skip
        for corners, label, score in zip(detections.corners, detections.labels, detections.scores):
            box = [*corners[:2], *(corners[2:] - corners[:2])]
            results.append({"image_id": image, "category_id": int(label), "bbox": box, "score": float(score)})
    reference = coco_module.COCO()
    with contextlib.redirect_stdout(io.StringIO()):
        reference.dataset = {
            "images": [{"id": i} for i in range(len(found))],
            "annotations": annotations,
            "categories": [{"id": i, "name": str(i)} for i in range(classes)],
            "info": {},
        }
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(results), "bbox")
        evaluation.params.maxDets = [1, 2, most]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    return np.where(precision < 0, np.nan, precision)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [100, 3])
def test_average_precision_is_that_of_coco(seed, most):
    found = made_up(seed)
    expected = coco(found, 3, most)
    result = rates(matched(found, 3, most), 0.5)
    by_class = np.array([np.nan if np.isnan(expected[..., k]).all() else expected[..., k].mean() for k in range(3)])
    assert np.allclose(result.class_ap[0], by_class, atol=1e-9, equal_nan=True)
    assert np.isclose(result.ap[0], expected[~np.isnan(expected)].mean(), atol=1e-9)
    assert np.isclose(result.ap50[0], np.nanmean(expected[0]), atol=1e-9)


def test_a_hand_made_case():
    reference = boxes((0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), (60, 0, 70, 10))
    found = boxes((0, 0, 10, 10), (100, 0, 110, 10), (20, 0, 30, 10), (0, 0, 10, 9), scores=(0.9, 0.8, 0.7, 0.6))
    result = matched([(found, reference)])
    assert result.hit[:, 0].tolist() == [True, False, True, False] and result.reference.tolist() == [0, -1, 1, -1]
    scores = rates(result, 0.65)
    assert np.isclose(scores.ap50[0], (26 * 1 + 25 * 2 / 3) / 101)  # recall 0 to 0.25 at 1, to 0.5 at 2 / 3, then 0
    assert np.isclose(scores.precision[0], 2 / 3) and scores.recall[0] == 0.5 and np.isclose(scores.f1[0], 4 / 7)
    recall, precision, score = pr_curve(result, 0)
    assert recall.tolist() == [0.25, 0.25, 0.5, 0.5] and np.allclose(precision, [1, 0.5, 2 / 3, 0.5])
    assert score.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert best_threshold(result, (0.65, 0.75, 0.85))[0] == 0.65


def test_an_object_is_hit_once_and_by_the_surest_detection():
    found = boxes((1, 0, 11, 10), (0, 0, 10, 10), scores=(0.5, 0.9))
    result = matched([(found, boxes((0, 0, 10, 10)))])
    assert result.index.tolist() == [1, 0] and result.hit[:, 0].tolist() == [True, False]


def test_a_detection_on_an_ignored_object_counts_neither_way():
    reference = boxes((0, 0, 10, 10), (20, 0, 40, 20), ignored=(False, True))
    found = boxes((0, 0, 10, 10), (22, 2, 26, 6), (30, 2, 34, 6), (80, 0, 90, 9), scores=(0.9, 0.8, 0.7, 0.6))
    result = matched([(found, reference)])
    assert result.ignored[:, 0].tolist() == [False, True, True, False] and result.objects.tolist() == [[1]]
    scores = rates(result, 0.0)
    assert scores.precision[0] == 0.5 and scores.recall[0] == 1.0


def test_classes_are_apart_and_one_without_objects_is_not_defined():
    reference = boxes((0, 0, 10, 10), labels=[0])
    found = boxes((0, 0, 10, 10), (0, 0, 10, 10), scores=(0.9, 0.8), labels=[1, 0])
    scores = rates(matched([(found, reference)], 3), 0.5)
    assert scores.class_ap50[0, 0] == 1 and np.isnan(scores.class_ap50[0, 1:]).all() and scores.ap50[0] == 1
    assert scores.precision[0] == 0.5  # of all classes together


def test_nothing_found_and_nothing_to_find():
    nothing = boxes(scores=())
    found = [(nothing, boxes((0, 0, 5, 5))), (nothing, boxes()), (boxes((0, 0, 5, 5), scores=[0.9]), boxes())]
    result = matched(found)
    scores = rates(result, 0.5)
    assert scores.ap50[0] == 0 and scores.recall[0] == 0 and scores.precision[0] == 0
    f1 = image_f1(result, 0.5)
    assert f1[0] == 0 and np.isnan(f1[1]) and f1[2] == 0


def test_weights_are_as_good_as_images_that_come_several_times():
    found = made_up(3, images=5)
    weights = np.array([[2.0, 0, 1, 3, 1]])
    repeated = [found[i] for i, count in enumerate(weights[0].astype(int)) for _ in range(count)]
    drawn, made = rates(matched(found, 3), 0.4, weights), rates(matched(repeated, 3), 0.4)
    for name in ("ap50", "ap", "precision", "recall", "f1", "class_ap", "class_f1"):
        assert np.allclose(getattr(drawn, name), getattr(made, name), equal_nan=True), name


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_finding_exactly_what_is_there_is_perfect(seed):
    found = [(Boxes(t.corners, t.labels, np.ones(len(t))), t) for _, t in made_up(seed, 3, crowds=0)]
    if sum(len(t) for _, t in found):
        scores = rates(matched(found, 3), 0.5)
        assert scores.ap[0] > 1 - 1e-9 and scores.f1[0] == 1


def test_overlaps_of_boxes_without_an_area_are_nothing():
    assert overlaps(np.array([[5, 5, 5, 5.0]]), np.array([[0, 0, 10, 10.0], [5, 5, 5, 5]])).tolist() == [[0, 0]]
    assert np.isclose(overlaps(np.array([[0, 0, 10, 10.0]]), np.array([[5, 0, 15, 10.0]]))[0, 0], 1 / 3)
    assert len(OVERLAPS) == 10
