"""Augmentation: one geometry for image and label, what is not valid stays 0, radiometry by input, what is left out."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.samples.augment import (
    AUGMENTATIONS,
    NO_AUGMENTATION,
    NOISE_VALUES,
    Augmentation,
    augment,
    check_names,
    nearest,
    resized,
)

GEOMETRY = Augmentation(gain=0, offset=0, noise=0, zoom=1.6)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def ramps(height=32, width=32):
    """An image of two bands whose values are row + 1 and column + 1, and labels of the same two: (2, H, W)."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([rows, columns]) + 1
    return places.float()[None], places


@given(seed=st.integers(0, 10_000), height=st.integers(5, 40), width=st.integers(5, 40))
def test_image_and_label_stay_together_to_half_a_pixel(seed, height, width):
    image, places = ramps(height, width)
    for band in (0, 1):
        (varied,), label = augment([image], places[band], GEOMETRY, generator(seed))
        assert varied.shape == image.shape and label.shape == (height, width) and label.dtype == torch.long
        assert (varied[0, band] - label).abs().max() <= 0.51


def test_every_flip_and_quarter_turn_comes_and_no_other_where_it_cannot():
    image, places = ramps(6, 6)
    how = Augmentation(gain=0, offset=0, noise=0, zoom=1)
    seen = {augment([image], places[0], how, generator(i))[0][0].numpy().tobytes() for i in range(100)}
    every = {
        torch.rot90(x, k, (-2, -1)).contiguous().numpy().tobytes() for x in (image, image.flip(-1)) for k in range(4)
    }
    assert seen == every
    image, places = ramps(6, 8)
    assert len({augment([image], places[0], how, generator(i))[0][0].numpy().tobytes() for i in range(100)}) == 4
    still = Augmentation(gain=0, offset=0, noise=0, zoom=1, flips=False)
    assert torch.equal(augment([image], places[0], still, generator())[0][0], image)


def test_soft_maps_and_numbers_move_like_class_numbers_and_scene_labels_stay():
    image, places = ramps()
    for seed in range(10):
        (varied,), label = augment([image], places[0], GEOMETRY, generator(seed))
        soft = torch.stack([places[0], places[0] * 2]).float()
        assert torch.equal(
            augment([image], soft, GEOMETRY, generator(seed))[1], torch.stack([label, label * 2]).float()
        )
        numbers = augment([image], places[0].float(), GEOMETRY, generator(seed))[1]
        assert torch.equal(numbers, label.float())
        for scene in (torch.tensor(3), torch.tensor([0.0, 1.0])):
            (alike,), kept = augment([image], scene, GEOMETRY, generator(seed))
            assert torch.equal(kept, scene) and torch.equal(alike, varied)


@pytest.mark.parametrize("all_bands", [True, False])
def test_what_is_not_valid_stays_0_and_touches_nothing_valid(all_bands):
    image, labels = torch.full((2, 3, 24, 24), 5.0), torch.zeros(24, 24, dtype=torch.long)
    bands = slice(None) if all_bands else 1
    image[:, bands, 3:11, 6:20] = 0
    labels[3:11, 6:20] = IGNORE
    found = set()
    for seed in range(30):
        (varied,), moved = augment([image], labels, GEOMETRY, generator(seed))
        assert set(varied.round(decimals=4).unique().tolist()) <= {0.0, 5.0}  # nothing is a blend of both
        assert torch.equal(varied[1, 1] == 0, moved == IGNORE)
        assert all_bands or torch.allclose(varied[:, 0], torch.tensor(5.0))
        (noisy,), again = augment([image], labels, Augmentation(zoom=1.6), generator(seed))
        assert torch.equal(noisy[0, 1] == 0, again == IGNORE)
        found.add(int((moved == IGNORE).sum()))
    assert len(found) > 5


def test_a_sample_is_not_changed_itself():
    image, labels = torch.rand(1, 2, 8, 8), torch.zeros(8, 8, dtype=torch.long)
    before = image.clone()
    for how in (Augmentation(), NO_AUGMENTATION, Augmentation(flips=False, zoom=1, drop_dates=1)):
        augment([image, image], labels, how, generator())
    assert torch.equal(image, before)


def test_the_same_generator_gives_the_same():
    image, labels = torch.rand(2, 2, 16, 16), torch.zeros(16, 16, dtype=torch.long)
    strong = AUGMENTATIONS["strong"]
    (one,), (same,), (other,) = (augment([image], labels, strong, generator(i))[0] for i in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_radiometry_differs_by_band_and_date_and_keeps_to_its_strengths():
    image = torch.stack([torch.full((3, 4, 4), 1.0), torch.full((3, 4, 4), 2.0)])
    how = Augmentation(gain=0.3, offset=0.2, noise=0, zoom=1)
    for seed in range(20):
        (varied,), _ = augment([image], torch.zeros(4, 4), how, generator(seed))
        assert len(varied.unique()) == 6
        assert varied[0].min() >= 0.74 - 0.2 and varied[0].max() <= 1.35 + 0.2


def test_strengths_by_input_and_offset_only_for_decibels():
    optical, radar = (Input(n, (Band("1"),), scaling=Scaling(decibel=n == "s1")) for n in ("s2", "s1"))
    image = torch.tensor([1.0, 3.0]).repeat(2, 1)[None, None]  # 2 x 2: one column of 1, one of 3
    how = Augmentation(gain=0.5, offset=0.5, noise=0, zoom=1, flips=False)
    for seed in range(5):
        (a, b), _ = augment([image, image], torch.zeros(2, 2), how, generator(seed), (optical, radar))
        assert abs(a[0, 0, 0, 1] - a[0, 0, 0, 0] - 2) > 1e-4  # a gain changes contrast
        assert b[0, 0, 0, 1] - b[0, 0, 0, 0] == pytest.approx(2, abs=1e-6) and b[0, 0, 0, 0] != 1
    how = Augmentation(gain={"s2": 0.5}, offset=0, noise={"s1": 0.1}, zoom=1, flips=False)
    (a, b), _ = augment([image, image], torch.zeros(2, 2), how, generator(), (optical, radar))
    assert a[0, 0, 0, 1] == pytest.approx(3 * a[0, 0, 0, 0].item()) and a[0, 0, 0, 0] != 1
    assert 0 < (b - image).abs().max() < 0.5
    with pytest.raises(InputError, match=r"names the input 's3', which is not there\. There are: s2, s1\."):
        check_names(Augmentation(noise={"s3": 1}), (optical, radar))


@pytest.mark.parametrize("side", [200, 520])  # below and above what is cut from values drawn once
def test_noise_is_normal_and_different_for_each_band_and_sample(side):
    assert side == 200 or side**2 > NOISE_VALUES // 4
    image, how = torch.full((1, 2, side, side), 7.0), Augmentation(gain=0, offset=0, noise=0.5, zoom=1)
    first, second = (augment([image], torch.zeros(side, side), how, generator(i))[0][0] - 7 for i in (0, 1))
    assert first.std() == pytest.approx(0.5, rel=0.03) and abs(first.mean()) < 0.01
    for a, b in ((first[0, 0], first[0, 1]), (first[0, 0], second[0, 0])):
        assert abs(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1]) < 0.05


def test_inputs_and_dates_are_left_out_but_never_all():
    pair, labels = [torch.ones(3, 1, 4, 4)] * 2, torch.zeros(4, 4)
    for seed in range(20):
        varied, _ = augment(pair, labels, Augmentation(drop=1), generator(seed))
        assert sorted(bool((x == 0).all()) for x in varied) == [False, True]
        (alone,), _ = augment(pair[:1], labels, Augmentation(drop=1, drop_dates=1), generator(seed))
        assert sorted(bool((date == 0).all()) for date in alone) == [False, True, True]
    share = [
        (augment(pair[:1], labels, Augmentation(drop_dates=0.3), generator(i))[0][0][0] == 0).all() for i in range(200)
    ]
    assert 0.2 < sum(share) / 200 < 0.4


def test_larger_pictures_are_seen_from_farther_and_nearer():
    image, places = ramps(64, 64)
    how = Augmentation(gain=0, offset=0, noise=0, zoom=1.5)
    spans = []
    for seed in range(60):
        (varied,), label = augment([image], places[0], how, generator(seed), window=32)
        assert varied.shape == (1, 2, 32, 32) and label.shape == (32, 32)
        spans.append(float(varied[0, 1].max() - varied[0, 1].min()))
    assert min(spans) < 24 and max(spans) > 40 and max(spans) < 48.1
    image, places = ramps(32, 32)  # no larger than the window: there is nothing outside
    for seed in range(30):
        (varied,), label = augment([image], places[0], how, generator(seed), window=32)
        assert (varied > 0).all() and (label != IGNORE).all()


def test_crops_hold_a_label_where_there_is_one():
    image, labels = torch.ones(1, 1, 60, 40), torch.full((60, 40), IGNORE)
    labels[50, 3] = 1
    places = set()
    for seed in range(30):
        _, label = augment([image], labels, GEOMETRY, generator(seed), window=16)
        assert (label == 1).any()
        places.add(tuple((label == 1).nonzero()[0].tolist()))
    assert len(places) > 10  # anywhere in the crop
    numbers, soft = torch.full((60, 40), float("nan")), torch.zeros(2, 60, 40)
    numbers[50, 3], soft[1, 50, 3] = 2.5, 1
    assert all((augment([image], numbers, NO_AUGMENTATION, generator(i), window=16)[1] == 2.5).any() for i in range(10))
    assert all((augment([image], soft, NO_AUGMENTATION, generator(i), window=16)[1] == 1).any() for i in range(10))
    assert augment([image], torch.full((60, 40), IGNORE), NO_AUGMENTATION, generator(), window=16)[1].shape == (16, 16)


@pytest.mark.parametrize("height", [10, 30])
def test_smaller_pictures_are_continued_without_a_value_and_without_a_label(height):
    image, labels = torch.ones(1, 1, height, 12), torch.zeros(height, 12, dtype=torch.long)
    (varied,), label = augment([image], labels, NO_AUGMENTATION, generator(), window=16)
    assert varied.shape == (1, 1, 16, 16) and (varied[..., : min(height, 16), :12] == 1).all()
    assert varied.sum() == min(height, 16) * 12 and torch.equal(varied[0, 0] == 0, label == IGNORE)
    numbers = augment([image], labels.float(), NO_AUGMENTATION, generator(), window=16)[1]
    assert torch.equal(numbers.isnan(), label == IGNORE)
    soft = augment([image], torch.ones(2, height, 12), NO_AUGMENTATION, generator(), window=16)[1]
    assert torch.equal(soft[1] == 0, label == IGNORE)
    for seed in range(10):
        (varied,), label = augment([image], labels, GEOMETRY, generator(seed), window=16)
        assert varied.shape[-2:] == label.shape == (16, 16) and torch.equal(varied[0, 0] == 0, label == IGNORE)


def test_series_are_varied_in_values_only():
    series, valid = torch.rand(9, 3, generator=generator(1)) + 1, torch.tensor([1, 1, 0, 1, 1, 1, 1, 0, 1]).bool()
    series[~valid] = 0
    label, how = torch.tensor(2), Augmentation(gain=0.3, offset=0.3, noise=0)
    for seed in range(10):
        (varied, still), kept = augment([series, valid], label, how, generator(seed))
        assert kept is label and torch.equal(still, valid) and (varied[~valid] == 0).all()
        steps = (varied[valid][1:] - varied[valid][:-1]) / (series[valid][1:] - series[valid][:-1])
        assert torch.allclose(steps, steps[:1].expand_as(steps), atol=1e-3)  # one gain a band
        assert len(steps[0].unique()) == 3
    (noisy, _), _ = augment([series, valid], label, Augmentation(gain=0, offset=0, noise=0.1), generator())
    assert 0.03 < (noisy - series)[valid].std() < 0.2 and (noisy[~valid] == 0).all()


def test_dates_of_series_are_left_out_of_all_inputs_but_one_stays():
    series, valid = torch.ones(9, 3), torch.ones(9, dtype=torch.bool)
    valid[4] = False
    how = Augmentation(drop_dates=0.4)
    left = []
    for seed in range(50):
        (a, b, kept), _ = augment([series, series[:, :1], valid], torch.tensor(0), how, generator(seed))
        assert not kept[4] and kept.any()
        assert torch.equal((a != 0).all(1), kept) and torch.equal((b != 0).all(1), kept)
        left.append(int(kept.sum()))
    assert 4 < sum(left) / 50 < 5.6 and valid.sum() == 8
    (*_, kept), _ = augment([series, valid], torch.tensor(0), Augmentation(drop_dates=1), generator())
    assert kept.sum() == 1 and not kept[4]
    a, b, _ = augment([series, series, valid], torch.tensor(0), Augmentation(drop=1), generator())[0]
    assert sorted([bool((a == 0).all()), bool((b == 0).all())]) == [False, True]


@pytest.mark.parametrize(
    "wrong", [{"zoom": 0.5}, {"noise": -1}, {"drop": 1.1}, {"gain": {"s2": -0.1}}, {"offset": float("nan")}]
)
def test_strengths_that_cannot_be_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(InputError, match=rf"augmentation's {name}(\.s2)? cannot be .*\. Give a number from"):
        Augmentation(**wrong)


def test_pixels_brought_to_another_size():
    x = torch.arange(4)[None].expand(2, 4)
    assert nearest(x, (4, 2)).tolist() == [[1, 3]] * 4 and nearest(x, (2, 8))[0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    image = torch.full((1, 1, 4, 4), 3.0)
    image[..., :2] = 0
    valid = (image != 0).float()
    for size in ((2, 2), (8, 8), (3, 5)):
        small = resized(image, valid, size, smooth=True).round(decimals=4)
        assert set(small.unique().tolist()) == {0.0, 3.0} and (small[..., 0] == 0).all() and (small[..., -1] == 3).all()
    stripes = torch.tensor([0.0, 4.0] * 8).expand(1, 1, 16, 16)
    assert torch.allclose(resized(stripes, None, (4, 4), smooth=True)[..., 1:3], torch.tensor(2.0), atol=0.3)
