"""Objects in varied pictures: they are where their pixels are, whatever is done to both; four pictures in one."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

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
