"""An object cut by tile borders appears once, and whole, whichever way the picture is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.boxes.detections import Detections, Mask, as_objects, turned, upright
from rsdl_qgis.engine.boxes.overlap import pair_iou
from rsdl_qgis.engine.boxes.tile_borders import TileBorders
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.tiles import tiles


def picture(seed, height, width, largest, gap=1, count=30):
    """Objects (n, 4) that lie ``gap`` pixels apart at least."""
    random = np.random.default_rng(seed)
    taken, boxes = np.zeros((height, width), bool), []
    for _ in range(10 * count):
        h, w = random.integers(3, largest + 1, 2)
        row, col = random.integers(0, height - h + 1), random.integers(0, width - w + 1)
        around = np.s_[max(0, row - gap) : row + h + gap, max(0, col - gap) : col + w + gap]
        if len(boxes) < count and not taken[around].any():
            taken[row : row + h, col : col + w] = True
            boxes.append([col, row, col + w, row + h])
    return np.array(boxes, float)


def seen(boxes, window, blur=0.0, labels=None):
    """What a detector without fault sees of the objects in a tile; ``blur``: how far its boxes are off, in pixels."""
    random = np.random.default_rng((window.row, window.col))
    inside = boxes - np.array([window.col, window.row] * 2)
    inside = np.clip(inside, 0, np.array([window.width, window.height] * 2))
    some = (inside[:, 2] - inside[:, 0] > 0) & (inside[:, 3] - inside[:, 1] > 0)
    inside = inside[some] + random.uniform(-blur, blur, (some.sum(), 4))
    inside = np.clip(inside, 0, np.array([window.width, window.height] * 2))
    labels = np.zeros(len(boxes), int) if labels is None else labels
    return Detections(inside, random.uniform(0.5, 1, len(inside)), labels[some])


def merged(boxes, height, width, size, overlap, see=seen, **settings):
    borders, found, row = TileBorders(height, width, overlap, 0.5), [], 0
    for window in tiles(height, width, size, overlap):
        if window.row > row:
            row = window.row
            found.append(borders.next_row(row))
        borders.add(window, see(boxes, window, **settings))
    return Detections.together([*found, borders.close()])


def ordered(boxes):
    return boxes[np.lexsort(boxes.T)]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_tiling_gives_the_same_objects(data):
    height, width = data.draw(st.integers(40, 160)), data.draw(st.integers(40, 160))
    boxes = picture(data.draw(st.integers(0, 999)), height, width, data.draw(st.integers(3, min(height, width))))
    size = data.draw(st.integers(16, 80)), data.draw(st.integers(16, 80))
    overlap = data.draw(st.integers(0, min(size) // 2))
    found = merged(boxes, height, width, size, overlap)
    assert np.array_equal(ordered(found.boxes), ordered(boxes))


def test_every_offset_gives_the_same_objects():
    boxes = picture(4, 45, 45, 7, count=12)
    labels = np.arange(len(boxes)) % 2
    for row, col in np.ndindex(12, 12):  # tiles begin every 12 pixels
        moved = boxes + np.array([col, row, col, row])  # in a raster that begins so much further up and to the left
        found = merged(moved, 57, 57, (20, 20), 8, labels=labels)
        assert np.array_equal(ordered(found.boxes), ordered(moved)), (row, col)
        assert np.bincount(found.labels).tolist() == np.bincount(labels).tolist()


@pytest.mark.parametrize("overlap", [16, 32])
@pytest.mark.parametrize("seed", range(6))
def test_boxes_that_are_a_little_off_are_still_one(seed, overlap):
    boxes = picture(seed, 200, 200, 60, gap=6, count=25)
    boxes = boxes[(boxes[:, 2:] - boxes[:, :2] >= 12).all(1)]
    found = merged(boxes, 200, 200, (64, 64), overlap, blur=0.6)
    assert len(found) == len(boxes)
    truth, (i, j) = Detections(boxes, np.ones(len(boxes)), np.zeros(len(boxes), int)), np.indices((len(boxes),) * 2)
    overlaps = pair_iou(truth, i.ravel(), found, j.ravel()).reshape(i.shape)
    assert overlaps.max(1).min() > 0.8 and len(set(overlaps.argmax(1))) == len(boxes)


def test_an_object_over_many_tiles_is_one():
    box = np.array([[3, 5, 97, 88]], float)
    found = merged(box, 100, 100, (24, 24), 8)
    assert np.array_equal(found.boxes, box)


def test_neighbours_that_end_at_one_border_stay_two():
    boxes = np.array([[10, 4, 30, 12], [31, 4, 50, 12], [10, 20, 30, 28], [34, 20, 50, 28]], float)
    for overlap in (0, 4, 8, 16):
        assert np.array_equal(ordered(merged(boxes, 40, 64, (40, 32), overlap).boxes), ordered(boxes)), overlap


def test_classes_are_not_joined():
    boxes = np.array([[10, 4, 32, 12], [32, 4, 50, 12]], float)  # either side of the border of tiles that just touch
    found = merged(boxes, 20, 64, (20, 32), 0, labels=np.array([0, 1]))
    assert np.array_equal(ordered(found.boxes), ordered(boxes))


def test_two_objects_that_overlap_in_one_tile_stay_two():
    boxes = np.array([[10, 10, 30, 30], [12, 12, 32, 32]], float)  # IoU 0.68, which soft suppression keeps
    found = merged(boxes, 64, 64, (40, 40), 20)
    assert np.array_equal(ordered(found.boxes), ordered(boxes))


def test_turned_boxes_of_one_angle_are_joined_along_it():
    whole = turned(np.array([[50.0, 20]]), np.array([[60.0, 8]]), np.array([0.1]))

    def see(corners, window):
        ends = np.clip((np.array([0, window.width]) + window.col - 50) / np.cos(0.1), -30, 30)  # along its axis
        if ends[1] <= ends[0]:
            return Detections.none()
        direction = np.array([np.cos(0.1), np.sin(0.1)])
        middle = np.array([50.0, 20]) + direction * ends.mean() - [window.col, window.row]
        part = turned(middle[None], np.array([[ends[1] - ends[0], 8.0]]), np.array([0.1]))
        return Detections(upright(part), np.array([0.9]), np.zeros(1, int), part)

    found = merged(whole, 40, 100, (40, 40), 10, see=see)
    assert len(found) == 1 and np.allclose(found.corners[0], whole[0], atol=1e-6)


def test_pixels_of_fragments_are_joined():
    def see(boxes, window):
        part = seen(boxes, window)
        masks = [Mask(int(y1), int(x1), np.ones((int(y2 - y1), int(x2 - x1)), bool)) for x1, y1, x2, y2 in part.boxes]
        return Detections(part.boxes, part.scores, part.labels, masks=as_objects(masks))

    found = merged(np.array([[10, 4, 70, 30]], float), 40, 80, (24, 32), 8, see=see)
    assert len(found) == 1
    mask = found.masks[0]
    assert (mask.row, mask.col, mask.pixels.shape) == (4, 10, (26, 60)) and mask.pixels.all()


def test_only_what_later_tiles_can_reach_is_held():
    borders = TileBorders(10_000, 64, 8, 0.5)
    box = Detections(np.array([[10, 4, 20, 10]], float), np.array([0.9]), np.zeros(1, int))
    for i, row in enumerate(range(0, 4000, 24)):
        assert len(borders.next_row(row)) == (i > 0)
        borders.add(Window(row, 0, 32, 64), box)
        assert borders.top == row + 4
    assert len(borders.close()) == 1 and borders.top == np.inf
