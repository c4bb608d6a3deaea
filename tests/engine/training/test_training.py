"""Metrics, losses and samples: against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.training.losses import IGNORE, cross_entropy, dice
from rsdl_qgis.engine.training.metrics import mean_scores, scene_scores
from rsdl_qgis.engine.training.samples import Augmentation, augment, batches


def plain_scores(predicted, reference):
    """The definition, written out."""
    ious, weighted = [], 0.0
    for c in (0, 1):
        p, g = predicted == c, reference == c
        iou = (p & g).sum() / (p | g).sum() if p.any() and g.any() else 0.0
        ious.append(iou)
        weighted += g.sum() * iou
    return (predicted == reference).mean(), sum(ious) / len(np.unique(reference)), weighted / reference.size


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_scores_are_the_definition(seed, share):
    random = np.random.default_rng(seed)
    predicted = (random.random((20, 30)) < 0.4).astype("uint8")
    reference = (random.random((20, 30)) < share).astype("uint8")
    assert tuple(vars(scene_scores(predicted, reference)).values()) == pytest.approx(plain_scores(predicted, reference))


def test_unlabelled_pixels_do_not_count_and_nodata_is_wrong():
    reference = np.array([[0, 1, 255, 255]])
    assert scene_scores(np.array([[0, 1, 0, 1]]), reference).pixel_accuracy == 1
    assert scene_scores(np.array([[0, 255, 0, 1]]), reference).pixel_accuracy == 0.5


def test_means_over_scenes():
    good, bad = (scene_scores(np.full((2, 2), v), np.zeros((2, 2), int)) for v in (0, 1))
    assert mean_scores([good, bad]).pixel_accuracy == 0.5


@pytest.mark.parametrize("loss", [cross_entropy, dice])
def test_losses_ignore_what_is_not_labelled_and_prefer_the_truth(loss):
    labels = torch.tensor([[[0, 1], [1, IGNORE]]])
    right = torch.stack([1 - labels.clamp(max=1).float(), labels.clamp(max=1).float()], 1) * 20 - 10
    spoiled = right.clone()
    spoiled[0, :, 1, 1] = torch.tensor([9.0, -9.0])
    assert loss(right, labels) < 0.05 < loss(-right, labels)
    assert torch.allclose(loss(right, labels), loss(spoiled, labels), atol=1e-6)


def squares(n, seed=0):
    """Noisy pictures of one bright square, and where it is."""
    random = np.random.default_rng(seed)
    samples = []
    for _ in range(n):
        row, column = random.integers(2, 20, 2)
        labels = np.zeros((32, 32), "uint8")
        labels[row : row + 10, column : column + 10] = 1
        image = labels * 2 + random.normal(0, 0.3, (1, 1, 32, 32))
        samples.append(([torch.from_numpy(image.astype("float32"))], torch.from_numpy(labels)))
    return samples


def test_augmentation_moves_image_and_labels_alike():
    (image,), labels = squares(1)[0]
    random = torch.Generator().manual_seed(0)
    turned = set()
    for _ in range(20):
        (varied,), moved = augment([image], labels, Augmentation(0, 0, 1.4, 0), random)
        assert ((varied[0, 0] > 1) == (moved == 1)).float().mean() > 0.95
        turned.add(moved.numpy().tobytes())
    assert len(turned) > 5


def test_augmentation_varies_radiometry_a_band_and_drops_an_input():
    image = torch.ones(2, 3, 8, 8)
    random = torch.Generator().manual_seed(0)
    (varied,), _ = augment([image], torch.zeros(8, 8), Augmentation(0.3, 0.3, 1, 0), random)
    assert len(varied.unique()) == 6
    dropped = [augment([image, image], torch.zeros(8, 8), Augmentation(drop=1.0), random)[0] for _ in range(8)]
    assert all(sum(bool((x == 0).all()) for x in pair) == 1 for pair in dropped)


def test_batches_are_seeded_and_complete():
    samples = squares(7)
    first, second, other = (list(batches(samples, 3, Augmentation(), seed)) for seed in (1, 1, 2))
    assert [len(b[1]) for b in first] == [3, 3]  # one left over cannot be batch-normalised
    assert all(torch.equal(a[0][0], b[0][0]) for a, b in zip(first, second))
    assert not torch.equal(first[0][0][0], other[0][0][0])
    assert sum(len(b[1]) for b in batches(samples, 3, None, 0)) == 7
