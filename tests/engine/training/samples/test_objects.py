"""Objects in varied pictures: they are where their pixels are, whatever is done to both; four pictures in one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.boxes.detections import turned, upright
from rsdl_qgis.engine.networks.layers.oriented import inside, of_corners
from rsdl_qgis.engine.training.samples.augment import AUGMENTATIONS, Augmentation, augment
from rsdl_qgis.engine.training.samples.batches import Batches, in_order
from rsdl_qgis.engine.training.samples.mosaic import mosaic
from rsdl_qgis.engine.training.samples.objects import LEAST_SEEN, ObjectBatch, Objects, joined, seen

GEOMETRY = Augmentation(gain=0, offset=0, noise=0, zoom=1.0)
NOTHING = Objects(torch.zeros((0, 4)), torch.zeros(0).long(), torch.zeros(0).bool())


def objects(*rows, labels=None, ignored=None):
    boxes = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4)
    labels = torch.zeros(len(boxes), dtype=torch.long) if labels is None else torch.tensor(labels)
    ignored = torch.zeros(len(boxes), dtype=torch.bool) if ignored is None else torch.tensor(ignored)
    return Objects(boxes, labels, ignored)


def drawn(found, height, width):
    """A picture (1, 1, H, W) with each object filled by its label + 1."""
    image = torch.zeros(1, 1, height, width)
    for (x1, y1, x2, y2), label in zip(found.boxes.round().int().tolist(), found.labels.tolist()):
        image[..., y1:y2, x1:x2] = label + 1
    return image


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([None, 24, 40]))
def test_objects_go_with_their_pixels(seed, window):
    """Flips, quarter turns and crops: what the boxes cover is what was drawn, to the pixel."""
    found = objects((3, 4, 9, 16), (14, 2, 27, 8), (20, 20, 30, 29), labels=[0, 1, 2])
    image = drawn(found, 32, 32)
    (varied,), after = augment([image], found, GEOMETRY, torch.Generator().manual_seed(seed), window=window)
    assert torch.equal(varied, drawn(after, *varied.shape[-2:]))


def turned_objects(degrees=(20, 75, 140)):
    places = np.array([[9.0, 10], [22, 8], [17, 23]]), np.array([[9.0, 5], [8, 4], [10, 6]])
    corners = turned(*places, np.radians(np.array(degrees, float)))
    return replace(objects(*upright(corners).tolist(), labels=[0, 1, 2]), corners=torch.from_numpy(corners).float())


def filled(found, height, width):
    """A picture (1, 1, H, W) with the pixels whose middle lies in the rectangle of an object by its label + 1."""
    image = torch.zeros(1, 1, height, width)
    rows, columns = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    for box, label in zip(of_corners(found.corners), found.labels.tolist()):
        within = inside(torch.stack([columns, rows], -1).reshape(-1, 2), box[None]).reshape(height, width)
        image[0, 0][within] = label + 1
    return image


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_turned_boxes_go_with_their_pixels(seed):
    """All flips and quarter turns: the rectangle with its angle covers what was drawn, to the pixel."""
    found = turned_objects()
    (varied,), after = augment([filled(found, 32, 32)], found, GEOMETRY, torch.Generator().manual_seed(seed))
    assert torch.equal(varied, filled(after, 32, 32)) and (varied > 0).sum() > 100
    sides = of_corners(found.corners)[:, 2:4], of_corners(after.corners)[:, 2:4]
    torch.testing.assert_close(*sides)
    torch.testing.assert_close(after.target()["oriented"], of_corners(after.corners))
    torch.testing.assert_close(torch.from_numpy(upright(after.corners.numpy())), after.boxes)


def test_a_turned_box_that_is_cut_keeps_its_angle_and_one_that_is_hardly_seen_is_ignored():
    found = turned_objects((45, 45, 45))
    part = seen(found, (8, 0, 26, 23))
    before, after = of_corners(found.corners), of_corners(part.corners)
    torch.testing.assert_close(after[:, 4], before[:, 4])
    assert part.ignored.tolist() == [False, False, False] and (after[[0, 2], 2] < before[[0, 2], 2] - 0.5).all()
    torch.testing.assert_close(after[1, :2], before[1, :2] - torch.tensor([8.0, 0]))
    assert seen(found, (13, 0, 32, 32)).ignored.tolist() == [True, False, False]  # a corner is left of the first


def test_turned_boxes_in_a_mosaic():
    found, image = turned_objects(), torch.zeros(1, 1, 32, 32)
    _, whole = mosaic([([image], found)] * 4, torch.Generator().manual_seed(0))
    parts = [objects_.corners for objects_ in (whole,)]
    assert len(parts[0]) == len(whole.boxes) > 3
    own = {tuple(np.round(c, 3)) for c in of_corners(found.corners)[:, [2, 3]].tolist()}
    assert own <= {tuple(np.round(c, 3)) for c in of_corners(whole.corners)[:, [2, 3]].tolist()}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_objects_are_scaled_with_their_picture(seed):
    found = objects((8, 8, 40, 24))
    how = Augmentation(gain=0, offset=0, noise=0, zoom=2.0)
    (varied,), after = augment([drawn(found, 48, 48)], found, how, torch.Generator().manual_seed(seed))
    rows, columns = (varied[0, 0] > 0.5).nonzero().unbind(1)
    for box in after.boxes.tolist():
        around = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert box == pytest.approx([float(side) for side in around], abs=1.6)


def test_what_is_cut_too_far_is_ignored_and_what_is_outside_is_gone():
    rows = [(0, 0, 10, 10), (8, 0, 18, 10), (6, 0, 16, 10), (30, 0, 40, 10)]
    found = objects(*rows, ignored=[True, False, False, False])
    after = seen(found, (0, 0, 10.0, 20))
    assert after.boxes.tolist() == [[0, 0, 10, 10], [8, 0, 10, 10], [6, 0, 10, 10]]
    assert after.ignored.tolist() == [True, True, False] and 0.2 < LEAST_SEEN < 0.4
    assert after.target()["boxes"].tolist() == [[6, 0, 10, 10]]


def test_a_crop_is_moved_to_where_an_object_is():
    found, picture = objects((90, 90, 98, 98)), torch.zeros(1, 1, 100, 100)
    for seed in range(10):
        _, after = augment([picture], found, GEOMETRY, torch.Generator().manual_seed(seed), window=32)
        assert len(after) == 1
    _, after = augment([picture], NOTHING, GEOMETRY, torch.Generator(), window=32)
    assert len(after) == 0


def samples(count=6, side=32):
    """Pictures of one value with an object of that number."""
    numbers = range(1, count + 1)
    return [([torch.full((1, 1, side, side), float(i))], objects((i, 4, i + 20, 28), labels=[i])) for i in numbers]


def test_batches_have_the_objects_of_each_picture():
    batches = Batches(samples(), 4, None, seed=1)
    for images, found in batches.epoch(0):
        assert isinstance(found, ObjectBatch) and len(found) == len(images[0])
        for image, one in zip(images[0], found):
            assert one.labels.tolist() == [int(image[0, 0, 0, 0])]
    assert [len(found) for _, found in in_order(samples(), 4)] == [4, 2]


def test_a_mosaic_shows_four_pictures_and_their_objects():
    given = samples(4)
    (image,), found = mosaic(given, torch.Generator().manual_seed(3))
    assert image[0, 0, 0, 0] == 1 and image[0, 0, 0, -1] == 2 and image[0, 0, -1, 0] == 3 and image[0, 0, -1, -1] == 4
    assert len(found) == 4
    for (x1, y1, x2, y2), label in zip(found.boxes.round().int().tolist(), found.labels.tolist()):
        assert (image[0, 0, y1:y2, x1:x2] == label).all()


def test_a_mosaic_puts_maps_together_as_it_does_pictures():
    given = [([torch.full((1, 1, 16, 16), float(i))], torch.full((16, 16), i)) for i in range(4)]
    (image,), label = mosaic(given, torch.Generator().manual_seed(0))
    assert torch.equal(image[0, 0].long(), label) and len(label.unique()) == 4


def test_mosaics_come_as_often_as_asked_and_the_same_from_the_same_seed():
    how = Augmentation(gain=0, offset=0, noise=0, zoom=1.0, flips=False, mosaic=0.5)
    batches = Batches(samples(40), 1, how, seed=2)
    first, again = ([images[0] for images, _ in batches.epoch(0)] for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    made = sum(len(image.unique()) > 1 for image in first)
    assert 10 < made < 30 and AUGMENTATIONS["mosaic"].mosaic == 0.5


def test_parts_are_joined():
    assert joined([objects((0, 0, 1, 1)), NOTHING, objects((2, 2, 3, 3), labels=[4])]).labels.tolist() == [0, 4]
