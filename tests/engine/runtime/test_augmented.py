"""Test-time augmentation: exact where a network does not mind how its images lie, the mean by hand where it does."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.job import common
from rsdl_qgis.engine.runtime.augmented import VARIANTS, as_before, augmented, check_variants, varied

COUNTS = {"none": 1, "flips": 4, "turns": 4, "all": 8}


def test_the_variants_are_those_that_a_job_may_ask_for():
    assert tuple(VARIANTS) == common.VARIANTS and {name: len(v) for name, v in VARIANTS.items()} == COUNTS


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_differ_and_are_turned_back(name, rng):
    image = rng.random((2, 3, 5, 4))
    seen = [varied(image, variant) for variant in VARIANTS[name]]
    assert len({item.tobytes() + bytes(item.shape) for item in map(np.ascontiguousarray, seen)}) == COUNTS[name]
    for item, variant in zip(seen, VARIANTS[name]):
        np.testing.assert_array_equal(as_before(item, variant), image)


@pytest.mark.parametrize("name", VARIANTS)
def test_an_equivariant_network_gives_what_it_gives_to_the_bit(name, rng):
    def network(inputs):
        """Pixel by pixel, so that it does not matter how the image lies."""
        band = inputs["image"][:, 0]
        return np.concatenate([np.sin(band), np.exp(-band), 1 / (1 + band)], 1).astype(np.float32)

    image = {"image": rng.random((2, 1, 1, 24, 40)).astype(np.float32)}
    np.testing.assert_array_equal(augmented(network, name)(image), network(image))


@pytest.mark.parametrize("name", VARIANTS)
def test_another_network_gives_the_mean_by_hand(name, rng):
    def network(inputs):
        """The pixel on the left, and the one above: other ones, where the image is turned."""
        band = inputs["image"][:, 0]
        return np.concatenate([np.roll(band, 1, -1), np.roll(band, 1, -2)], 1)

    image = rng.random((1, 1, 1, 6, 9)).astype(np.float32)
    plane = image[0, 0, 0]
    left, right, up, down = np.roll(plane, 1, 1), np.roll(plane, -1, 1), np.roll(plane, 1, 0), np.roll(plane, -1, 0)
    by_hand = {
        "none": (left, up),
        "flips": ((left + right) / 2, (up + down) / 2),
        "turns": ((left + right + up + down) / 4,) * 2,
        "all": ((left + right + up + down) / 4,) * 2,
    }
    found = augmented(network, name)({"image": image})
    np.testing.assert_allclose(found[0], np.stack(by_hand[name]), rtol=1e-6)


def test_images_as_a_whole_have_the_mean_of_their_probabilities():
    def network(inputs):
        corner = inputs["image"][:, 0, 0, 0, 0]
        return np.stack([corner, 1 - corner], 1)

    image = np.arange(8, dtype=np.float32).reshape(1, 1, 1, 2, 4) / 8
    found = augmented(network, "flips", pixels=False)({"image": image})
    assert found[0, 0] == pytest.approx(np.mean([0, 3, 4, 7]) / 8)


@pytest.mark.parametrize(
    ("name", "side", "margin", "words"),
    [
        ("turns", (32, 64), (0, 0), "cannot be turned"),
        ("all", (32, 64), (0, 0), "cannot be turned"),
        ("flips", (32, 64), (0, 0), ""),
        ("turns", (64, 64), (8, 8), ""),
        ("flips", None, (7, 8), "middle of its tiles"),
        ("none", (32, 64), (7, 8), ""),
    ],
)
def test_networks_that_cannot_be_turned_are_refused(card, name, side, margin, words):
    form = SimpleNamespace(side=side, margin=margin)
    if not words:
        check_variants(name, card, form)
        return
    with pytest.raises(MismatchError, match=words):
        check_variants(name, card, form)
