"""Suppression through the grid is exactly what comparing every pair gives, however boxes lie; it stays near-linear."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.boxes.detections import Detections, Mask, as_objects, turned, upright
from rsdl_qgis.engine.boxes.overlap import convex_area, convex_intersection, near_between, near_within, pair_iou
from rsdl_qgis.engine.boxes.suppression import SUPPRESSIONS, nms, soft_nms, union


def scattered(seed, count, crowd, spread, classes=2, oriented=False):
    """Boxes of sizes from a tenth to ten, in crowds; some exactly alike, some with one score."""
    random = np.random.default_rng(seed)
    centre = random.random((count, 2)) * crowd
    size = np.exp(random.normal(size=(count, 2)) * spread) * 2
    boxes = np.concatenate([centre - size / 2, centre + size / 2], 1)
    boxes[: count // 5] = boxes[count // 2 : count // 2 + count // 5]
    scores = random.random(count).round(2)
    labels = random.integers(0, classes, count)
    if not oriented:
        return Detections(boxes, scores, labels)
    corners = turned(centre, size, random.random(count) * 7)
    return Detections(upright(corners), scores, labels, corners)


def by_every_pair(found, least):
    """(who stays, who suppresses whom), the best first, among the same class."""
    stays, owner = [], {}
    for i in np.argsort(-found.scores, kind="stable"):
        over = pair_iou(found, np.array(stays, int), found, np.full(len(stays), i)) > least
        over &= found.labels[stays] == found.labels[i] if stays else False
        owner[i] = stays[np.flatnonzero(over)[0]] if over.any() else i
        stays += [i] if owner[i] == i else []
    return stays, owner


CASES = st.tuples(
    st.integers(0, 10_000), st.integers(0, 60), st.sampled_from([1.0, 8.0, 40.0]), st.sampled_from([0.0, 0.5, 1.5])
)


@settings(max_examples=40, deadline=None)
@given(CASES, st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.booleans())
def test_greedy_suppression_is_exact(case, least, oriented):
    found = scattered(*case, oriented=oriented)
    stays, _ = by_every_pair(found, least)
    kept = nms(found, least)
    assert np.array_equal(kept.boxes, found.boxes[stays]) and np.array_equal(kept.scores, found.scores[stays])


def test_greedy_suppression_is_exact_over_several_blocks():
    found = scattered(1, 1500, 70.0, 0.5)
    stays, _ = by_every_pair(found, 0.3)
    assert np.array_equal(nms(found, 0.3).boxes, found.boxes[stays])


@settings(max_examples=25, deadline=None)
@given(CASES, st.sampled_from([0.0, 0.3, 0.7]))
def test_soft_suppression_is_exact(case, least):
    found = scattered(*case)
    scores, left, expected = found.scores.copy(), set(range(len(found))), []
    while left:  # the algorithm of the paper as it is written
        best = max(sorted(left), key=lambda i: scores[i])
        left.remove(best)
        expected.append((scores[best], best))
        rest = np.array(sorted(left), int)
        shared = pair_iou(found, np.full(len(rest), best), found, rest)
        meet = (shared > least) & (found.labels[rest] == found.labels[best])
        scores[rest[meet]] *= 1 - shared[meet]
    wanted = sorted((-score, i) for score, i in expected if score >= 0.2)
    kept = soft_nms(found, least, 0.2)
    assert np.array_equal(kept.scores, [-score for score, _ in wanted])
    rows = {(s, *b) for s, b in zip(kept.scores, map(tuple, kept.boxes))}
    assert rows == {(-s, *found.boxes[i]) for s, i in wanted}


@settings(max_examples=40, deadline=None)
@given(CASES, st.sampled_from([0.1, 0.5]))
def test_union_holds_all_that_is_suppressed(case, least):
    found = scattered(*case)
    stays, owner = by_every_pair(found, least)
    grown = union(found, least)
    for box, best in zip(grown.boxes, stays):
        members = [i for i in owner if owner[i] == best]
        assert np.array_equal(box[:2], found.boxes[members, :2].min(0))
        assert np.array_equal(box[2:], found.boxes[members, 2:].max(0))
    assert len(grown) == len(stays) and np.array_equal(grown.scores, found.scores[stays])


def test_union_joins_pixels_and_turns_with_the_best():
    boxes = np.array([[0, 0, 4, 4], [1, 1, 5, 5]], float)
    masks = as_objects([Mask(0, 0, np.ones((4, 4), bool)), Mask(1, 1, np.ones((4, 4), bool))])
    one = union(Detections(boxes, np.array([0.6, 0.9]), np.zeros(2, int), masks=masks), 0.2)
    assert (one.masks[0].row, one.masks[0].col) == (0, 0) and one.masks[0].pixels.sum() == 23
    corners = turned(np.array([[10.0, 10], [11, 11]]), np.array([[8.0, 4], [8, 4]]), np.full(2, np.pi / 4))
    one = union(Detections(upright(corners), np.array([0.6, 0.9]), np.zeros(2, int), corners), 0.2)
    sides = np.linalg.norm(np.diff(one.corners[0], axis=0), axis=1)
    assert np.allclose(sides, [8 + 2**0.5, 4, 8 + 2**0.5]) and np.allclose(one.corners[0].mean(0), 10.5)


@pytest.mark.parametrize("name", list(SUPPRESSIONS))
def test_classes_do_not_suppress_each_other_and_few_is_enough(name):
    boxes = np.array([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 4.1]])
    found = Detections(boxes, np.array([0.9, 0.8, 0.7]), np.array([0, 1, 0]))
    kept = SUPPRESSIONS[name](found, 0.5, 0.3)
    assert sorted(kept.labels) == [0, 1]
    assert len(SUPPRESSIONS[name](Detections.none(), 0.5, 0.0)) == 0
    assert len(SUPPRESSIONS[name](found, 0.5, 0.85)) == 1


@settings(max_examples=40, deadline=None)
@given(CASES, st.sampled_from([0.0, 0.2, 0.5, 0.95]))
def test_no_pair_is_overlooked_and_none_comes_twice(case, least):
    found = scattered(*case)
    pairs = [(int(i), int(j)) for a, b in near_within(found.boxes, found.labels, least) for i, j in zip(a, b)]
    first, second = np.triu_indices(len(found), 1)
    meet = (pair_iou(found, first, found, second) > least) & (found.labels[first] == found.labels[second])
    wanted = set(zip(first[meet].tolist(), second[meet].tolist()))
    assert len(pairs) == len(set(pairs)) and wanted <= set(pairs) and all(i < j for i, j in pairs)
    half = len(found) // 2
    first, second = found[:half], found[half:]
    found_between = {
        (int(i), int(j) + half)
        for a, b in near_between(first.boxes, first.labels, second.boxes, second.labels, least)
        for i, j in zip(a, b)
    }
    assert {(i, j) for i, j in wanted if i < half <= j} <= found_between


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_area_that_turned_boxes_share(seed):
    random = np.random.default_rng(seed)
    corners = turned(random.random((2, 2)) * 3, 0.5 + random.random((2, 2)) * 4, random.random(2) * 7)
    shared = convex_intersection(corners[:1], corners[1:])[0]
    grid = (np.stack(np.meshgrid(*[np.arange(-4, 8, 0.05)] * 2), -1).reshape(-1, 1, 2)).astype(float)
    inside = np.ones(len(grid), bool)
    for box in corners:
        side, offset = np.roll(box, -1, 0) - box, grid - box
        inside &= (side[:, 0] * offset[..., 1] - side[:, 1] * offset[..., 0] >= 0).all(1)
    assert shared == pytest.approx(inside.sum() * 0.05**2, abs=0.4)
    assert convex_intersection(corners[:1], corners[:1])[0] == pytest.approx(convex_area(corners[:1])[0])
    assert convex_intersection(corners[:1], corners[1:])[0] == pytest.approx(
        convex_intersection(corners[1:], corners[:1])[0], abs=1e-9
    )


def test_the_overlap_of_pairs():
    boxes = np.array([[0, 0, 4, 4], [2, 0, 6, 4], [4, 0, 8, 4], [1, 1, 3, 3], [5, 5, 5, 5]], float)
    found = Detections(boxes, np.ones(5), np.zeros(5, int))
    first, second = np.array([0, 0, 0, 4]), np.array([1, 2, 3, 4])
    assert np.allclose(pair_iou(found, first, found, second), [8 / 24, 0, 4 / 16, 0])
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]
    found = Detections(boxes, np.ones(5), np.zeros(5, int), corners)
    assert np.allclose(pair_iou(found, first, found, second), [8 / 24, 0, 4 / 16, 0])


def test_time_grows_with_the_number_of_boxes_and_not_its_square():
    def seconds(count):
        found = scattered(3, count, count**0.5 * 3, 0.4)
        started = time.perf_counter()
        nms(found, 0.5)
        return time.perf_counter() - started

    seconds(1000)
    assert seconds(64_000) < 16 * max(min(seconds(8000) for _ in range(3)), 0.01) * 4  # 64 times as long if squared


def test_a_pile_of_boxes_on_one_object_is_gone_early():
    random = np.random.default_rng(0)
    boxes = np.array([0.0, 0, 10, 10]) + random.random((30_000, 1))
    started = time.perf_counter()
    assert len(nms(Detections(boxes, random.random(30_000), np.zeros(30_000, int)), 0.5)) == 1
    assert time.perf_counter() - started < 5  # all pairs are 450 million
