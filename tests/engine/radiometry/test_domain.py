"""The distance of images from a model's training data."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from rsdl_qgis.engine.cards.domain import components_kept, pairs_of, statistics_count
from rsdl_qgis.engine.radiometry.domain import (
    BLOCK,
    BLOCKS,
    Measure,
    blocks_of,
    distances,
    fitted,
    known_statistics,
    statistics,
)

SHAPES = [(2, 2), (1, 1)]


def smooth(rng, shape, scale=1.0):
    """Images whose neighbouring pixels are alike."""
    noise = rng.normal(size=(*shape[:-2], shape[-2] + 4, shape[-1] + 4))
    found = sum(noise[..., i : i + shape[-2], j : j + shape[-1]] for i in range(5) for j in range(5))
    return (scale * found / 5).astype(np.float32)


def images(rng, side=96):
    first = smooth(rng, (2, 2, side, side)) + rng.normal(size=(2, 2, 1, 1))
    return [first.astype(np.float32), smooth(rng, (1, 1, side, side)) + np.float32(0.1)]


@pytest.fixture(scope="module")
def domain():
    rng = np.random.default_rng(3)
    train, valid = (np.concatenate([known_statistics(images(rng), SHAPES) for _ in range(n)]) for n in (60, 20))
    return fitted(train, valid), valid


def test_pairs_are_neighbours_among_bands_and_dates():
    assert pairs_of([(2, 2), (1, 1)]) == [(0, 1), (2, 3), (0, 2), (1, 3)]
    assert pairs_of([(1, 1), (3, 1)]) == [(1, 2), (2, 3)]
    assert statistics_count([(2, 2), (1, 1)]) == 3 * 5 + 4


def test_statistics_are_those_of_the_pixels(rng):
    bands = images(rng, 64)
    found = statistics(blocks_of(bands), SHAPES)[1, 0]
    rows = [band[..., BLOCK : 2 * BLOCK, :BLOCK].reshape(-1, BLOCK, BLOCK).astype(float) for band in bands]
    block = np.concatenate(rows)
    upper, lower = block[:, ::2], block[:, 1::2]
    steps = [np.concatenate([np.diff(u, axis=-1).ravel(), (low - u).ravel()]) for u, low in zip(upper, lower)]
    floor = 1e-4
    np.testing.assert_allclose(found[:5], upper.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(found[5:10], [0.5 * np.log(u.var() + floor) for u in upper], atol=1e-4)
    np.testing.assert_allclose(found[10:15], [0.5 * np.log((s**2).mean() + floor) for s in steps], atol=1e-4)
    related = [np.corrcoef(upper[i].ravel(), upper[j].ravel())[0, 1] for i, j in pairs_of(SHAPES)]
    np.testing.assert_allclose(found[15:], related, atol=1e-3)


def test_pixels_that_are_not_valid_do_not_count(rng):
    """What is 0 in all bands is left out, and so are the steps to it."""
    half = images(rng, BLOCK)
    whole = [image.copy() for image in half]
    for image in half:
        image[..., :, BLOCK // 2 :] = 0
    found = blocks_of(half)
    assert found.count[0, 0] == BLOCK // 2 * BLOCK // 2
    assert found.steps[0, 0] == (BLOCK // 2) ** 2 + (BLOCK // 2 - 1) * BLOCK // 2
    np.testing.assert_allclose(found.total[0, 0, 4], whole[1][0, 0, ::2, : BLOCK // 2].sum(), rtol=1e-4)
    for image in half:
        image[..., BLOCK // 4 :, :] = 0
    assert not len(known_statistics(half, SHAPES))


def test_the_limit_holds_for_validation_blocks(domain):
    found, valid = domain
    share = (Measure.of(found)(valid) > 1).mean()
    assert 0 < share <= 0.0101 + 1 / len(valid)
    assert len(found.components) == components_kept(len(found.mean)) == len(found.mean)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image + 6,
        lambda image: image * 5,
        lambda image: np.random.default_rng(0).normal(size=image.shape).astype(np.float32),
        lambda image: image[..., :1] * np.ones(image.shape[-1], np.float32),
    ],
    ids=["shifted", "stretched", "rough", "striped"],
)
def test_other_images_are_far(domain, change):
    measure, rng = Measure.of(domain[0]), np.random.default_rng(9)
    near = images(rng)
    assert (distances(near, SHAPES, measure) > 1).mean() < 0.2
    assert (distances([change(image) for image in near], SHAPES, measure) > 1).mean() > 0.9


def test_dates_that_are_not_related_as_in_training_are_far(rng):
    """Each band by itself is as in training: only the correlation of the dates is another."""

    def pair(related):
        first = smooth(rng, (1, 1, 96, 96))
        second = first if related else smooth(rng, (1, 1, 96, 96))
        return [np.concatenate([first, (second + smooth(rng, first.shape, 0.3))]).astype(np.float32)]

    shapes = [(2, 1)]
    train, valid = (np.concatenate([known_statistics(pair(True), shapes) for _ in range(40)]) for _ in "12")
    measure = Measure.of(fitted(train, valid))
    assert (distances(pair(True), shapes, measure) > 1).mean() < 0.2 < 0.8
    assert (distances(pair(False), shapes, measure) > 1).mean() > 0.8


def test_a_block_with_few_pixels_is_judged_by_the_image_and_an_empty_image_not(domain):
    measure, rng = Measure.of(domain[0]), np.random.default_rng(1)
    near = images(rng, 64)
    for image in near:
        image[..., :BLOCK, 3:BLOCK] = 0
    found = distances(near, SHAPES, measure)
    whole = measure(statistics(blocks_of(near).whole(), SHAPES))[0, 0]
    assert found[5, 0] == pytest.approx(whole) and found[40, 40] != pytest.approx(whole)
    empty = [np.zeros_like(image) for image in near]
    assert not distances(empty, SHAPES, measure).any()


def test_sides_that_are_no_multiple_of_blocks(domain):
    measure, rng = Measure.of(domain[0]), np.random.default_rng(5)
    near = [image[..., :70, :90] for image in images(rng)]
    found = distances(near, SHAPES, measure)
    assert found.shape == (70, 90) and found.dtype == np.float32
    assert np.array_equal(found[:64, :64], distances([i[..., :64, :64] for i in near], SHAPES, measure))


def test_too_few_blocks_have_no_domain_and_many_bands_a_small_one(rng):
    some = rng.normal(size=(BLOCKS, 200))
    assert fitted(some, some[:-1]) is None and fitted(some[:-1], some) is None
    found = fitted(rng.normal(size=(1000, 200)) * np.linspace(1, 9, 200), some)
    assert len(found.components) == components_kept(200) == 5
    assert sum(np.size(value) for value in astuple(found)) < 1500
    far = Measure.of(found)(np.eye(200) * 100 * np.linspace(1, 9, 200))
    assert (far > 1).all()  # along the directions that are not kept, too
