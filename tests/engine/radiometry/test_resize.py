"""Bringing a scene to the network's size: the very numbers that training makes with torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.radiometry import resize
from rsdl_qgis.engine.training.samples import augment

SIZES = [
    ((10, 13), (32, 32)), ((64, 50), (32, 32)), ((1, 1), (8, 8)), ((33, 31), (32, 32)), ((300, 7), (16, 16)),
    ((2, 1), (32, 32)), ((20, 21), (20, 21)), ((47, 256), (64, 48)),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SIZES)
@pytest.mark.parametrize("share", [1.0, 0.9, 0.3])
def test_the_same_as_in_training(old, new, share):
    rng = np.random.default_rng(0)
    valid = rng.random(old) < share
    image = np.where(valid, rng.normal(2, 3, (2, 3, *old)), 0).astype("float32")
    some = None if valid.all() else valid
    known = None if some is None else torch.from_numpy(valid)[None, None].float()
    wanted = augment.resized(torch.from_numpy(image), known, new, smooth=True).numpy()
    made = resize.resized(image, some, new)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, wanted, atol=2e-5)


@pytest.mark.parametrize(("old", "new"), [(size[0], size[1]) for size in SIZES])
def test_the_nearest_pixel_as_in_training(old, new):
    values = np.arange(old[0] * old[1]).reshape(old)
    wanted = augment.nearest(torch.from_numpy(values), new).numpy()
    np.testing.assert_array_equal(resize.nearest(values, new), wanted)


def test_what_is_not_valid_has_no_part_in_what_is():
    image = np.full((1, 1, 8, 8), 5, np.float32)
    valid = np.ones((8, 8), bool)
    valid[:, :4] = False
    image[..., ~valid] = 0
    made = resize.resized(image, valid, (4, 4))[0, 0]
    np.testing.assert_allclose(made, [[0, 0, 5, 5]] * 4, rtol=1e-6)
