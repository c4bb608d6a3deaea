"""Parts of pictures as polygons show them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rsdl_qgis.engine.training.samples.augment import NO_AUGMENTATION, augment
from rsdl_qgis.engine.training.samples.parcels import LEAST, SHAPES, draw_mask, draw_window


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_windows_are_of_any_sides_within_the_picture():
    drawn = [draw_window((40, 80), generator(seed)) for seed in range(200)]
    heights, widths = (torch.tensor(sides) for sides in zip(*drawn))
    assert heights.min() >= 40 * LEAST and heights.max() <= 40 and widths.min() >= 80 * LEAST and widths.max() <= 80
    elongation = (heights / 40) / (widths / 80)
    assert elongation.min() < 0.5 and elongation.max() > 2
    assert draw_window((1, 1), generator(0)) == (1, 1)


def test_a_polygon_touches_all_sides_of_its_window_and_half_a_picture_lies_on_one_side_of_a_line():
    kinds = set()
    for seed in range(200):
        mask = draw_mask((64, 96), generator(seed))
        assert mask.shape == (64, 96) and 0.1 < mask.float().mean() <= 1
        kind = SHAPES[int(float(torch.rand(1, generator=generator(seed))) * len(SHAPES))].__name__
        kinds.add(kind)
        sides = torch.stack([mask[:2].any(), mask[-2:].any(), mask[:, :2].any(), mask[:, -2:].any()])
        corners = mask[[0, 0, -1, -1], [0, -1, 0, -1]]
        if kind == "_half":
            assert not mask.all() and corners.any()
        else:
            assert sides.all() and (corners.all() if kind == "_whole" else not corners.any())
    assert kinds == {shape.__name__ for shape in SHAPES}


@pytest.mark.parametrize("label", [torch.tensor(3), torch.tensor([1.0, 0.0])])
def test_a_scene_is_shown_as_a_polygon_shows_it(label):
    ramp = torch.arange(1, 33).float().expand(1, 2, 32, 32)
    alone = replace(NO_AUGMENTATION, parcels=1.0)
    shares, spans = [], []
    for seed in range(60):
        (image, other), still = augment([ramp, -ramp[:, :1]], label, alone, generator(seed))
        assert torch.equal(still, label) and image.shape == ramp.shape
        assert torch.equal(image[0, 0], image[0, 1]) and torch.equal(other[0, 0], -image[0, 0])  # one part of all
        seen = image[0, 0] != 0
        shares.append(float(seen.float().mean()))
        spans.append(float(image[image != 0].max() - image[image != 0].min()))
    assert min(shares) < 0.5 and max(shares) == 1 and min(spans) < 12 and max(spans) > 24
    assert ramp.min() == 1, "the sample itself stays"
    edge = torch.zeros(1, 1, 32, 32)
    edge[..., :3] = 1
    assert all(augment([edge], label, alone, generator(seed))[0][0].any() for seed in range(60))
    seldom = replace(alone, parcels=0.3)
    left = [torch.equal(augment([ramp], label, seldom, generator(seed))[0][0], ramp) for seed in range(200)]
    assert 0.6 < sum(left) / 200 < 0.8
