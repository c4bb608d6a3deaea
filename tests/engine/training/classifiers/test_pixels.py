"""The training pixels that are drawn of chips."""

from __future__ import annotations

import numpy as np
import torch

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.classifiers.pixels import FEWEST, drawn_pixels, quotas_of

COUNTS = np.array([[8000, 100, 0], [12000, 100, 30]])


def test_shares_of_classes():
    random = np.random.default_rng(0)
    proportional = quotas_of(COUNTS, 2000, "proportional", random)
    assert proportional.sum(0).tolist() == [20000 * 2000 // 20230, FEWEST, 30]
    equal = quotas_of(COUNTS, 600, "equal", random)
    assert equal.sum(0).tolist() == [370, 200, 30]
    for drawn in (proportional, equal):
        assert (drawn <= COUNTS).all()
    assert abs(proportional[0, 0] / proportional[:, 0].sum() - 0.4) < 0.05  # as many as each chip has
    np.testing.assert_array_equal(quotas_of(COUNTS, 50_000, "equal", random), COUNTS)


class Chips:
    """Two chips of 20 x 30 pixels whose features are their own number, row and column."""

    names = places = ("a", "b")

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows, cols = torch.meshgrid(torch.arange(20.0), torch.arange(30.0), indexing="ij")
        image = torch.stack([torch.full_like(rows, index), rows, cols])[None]
        label = (cols >= 15).long()
        label[:, 0] = 255
        return [image], label


def test_pixels_keep_their_features_and_class_and_are_drawn_once():
    counts = np.array([[280, 300], [280, 300]])
    values, classes = drawn_pixels(Chips(), counts, 400, "proportional", 1, Report())
    assert 380 <= len(values) <= 400
    assert len(np.unique(values, axis=0)) == len(values)
    assert (values[:, 2] > 0).all()  # unlabelled ones are not drawn
    np.testing.assert_array_equal(classes, values[:, 2] >= 15)
    assert set(values[:, 0]) == {0, 1}
    again, _ = drawn_pixels(Chips(), counts, 400, "proportional", 1, Report())
    np.testing.assert_array_equal(values, again)
