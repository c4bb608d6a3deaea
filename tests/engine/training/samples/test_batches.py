"""Batches: each sample as often as it should be, the same ones from the same numbers, read ahead by one thread."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.samples.augment import Augmentation
from rsdl_qgis.engine.training.samples.batches import AHEAD, Batches, in_order, read_ahead, stacked


def numbered(count, side=4):
    """Samples whose image and label are their number, counted from 1."""
    return [([torch.full((1, 1, side, side), float(i))], torch.full((side, side), i)) for i in range(1, count + 1)]


def drawn(batches, number):
    return [int(label.flatten()[0]) for _, labels in batches.epoch(number) for label in labels]


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]


def test_every_sample_comes_once_an_epoch_in_another_order():
    batches = Batches(numbered(10), 4, None, seed=1)
    first, second = drawn(batches, 0), drawn(batches, 1)
    assert sorted(first) == sorted(second) == list(range(1, 11)) and first != second
    assert first == drawn(batches, 0) and first != drawn(Batches(numbered(10), 4, None, seed=2), 0)
    for images, labels in batches.epoch(0):
        assert images[0].shape[1:] == (1, 1, 4, 4) and torch.equal(images[0][:, 0, 0], labels.float())


@pytest.mark.parametrize(("count", "sizes"), [(9, [4, 5]), (8, [4, 4]), (10, [4, 4, 2]), (1, [1]), (3, [3])])
def test_a_last_batch_of_one_is_part_of_the_one_before(count, sizes):
    batches = Batches(numbered(count), 4, None, 0)
    assert [len(labels) for _, labels in batches.epoch(0)] == sizes and len(batches) == len(sizes)


def test_batches_of_one_stay_so():
    batches = Batches(numbered(3), 1, None, 0)
    assert [len(labels) for _, labels in batches.epoch(0)] == [1, 1, 1] and len(batches) == 3


class Slow(list):
    """Samples that take their time, now and then."""

    def __getitem__(self, index):
        time.sleep(random.random() * 0.004)
        return super().__getitem__(index)


def test_batches_do_not_depend_on_timing():
    how = Augmentation(drop_dates=0.3)
    samples = [([torch.rand(2, 2, 8, 8)], torch.zeros(8, 8)) for _ in range(12)]
    quick = list(Batches(samples, 3, how, 5).epoch(2))
    for patience in (0, 0.01):
        for (images, labels), (others, same) in zip(Batches(Slow(samples), 3, how, 5).epoch(2), quick):
            time.sleep(patience)
            assert torch.equal(images[0], others[0]) and torch.equal(labels, same)
    assert not torch.equal(quick[0][0][0], next(iter(Batches(samples, 3, how, 5).epoch(3)))[0][0])


def test_the_same_picture_is_varied_otherwise_in_every_place_and_epoch():
    batches = Batches([([torch.rand(1, 1, 8, 8)], torch.zeros(8, 8))] * 4, 4, Augmentation(), 0)
    images = [image.numpy().tobytes() for number in range(3) for (many,), _ in batches.epoch(number) for image in many]
    assert len(set(images)) == 12


def test_samples_of_greater_weight_come_oftener_and_as_evenly_as_can_be():
    weights = [0, 1, 1, 1, 1, 4.5, 0, 3.5, 0, 0]
    batches = Batches(numbered(10), 3, None, 0, weights)
    expected = [weight / sum(weights) * 10 for weight in weights]
    total = Counter()
    for number in range(60):
        counts = Counter(drawn(batches, number))
        assert sum(counts.values()) == 10 and sum(len(y) for _, y in batches.epoch(number)) == 10
        assert all(abs(counts[i + 1] - mean) < 1 for i, mean in enumerate(expected))
        total += counts
    assert all(total[i + 1] / 60 == pytest.approx(mean, abs=0.25) for i, mean in enumerate(expected))
    places = [drawn(batches, number).index(6) for number in range(20)]
    assert len(set(places)) > 4  # not one after another


@pytest.mark.parametrize("weights", [[1, 2], [0, 0, 0], [1, 1, -1], [1, 1, float("nan")]])
def test_weights_that_fit_nothing_are_refused(weights):
    with pytest.raises(InputError, match=r"weights were given for 3 samples"):
        Batches(numbered(3), 2, None, 0, weights)


def test_no_samples_are_refused_and_so_are_strengths_for_an_unknown_input():
    with pytest.raises(InputError, match=r"Batches of 4 cannot be made of 0 samples"):
        Batches([], 4, None, 0)

    class Named(list):
        inputs = (Input("s2", (Band("1"),)),)

    with pytest.raises(InputError, match="names the input 's1'"):
        Batches(Named(numbered(3)), 2, Augmentation(noise={"s1": 0.1}), 0)


def test_pictures_of_any_size_come_as_windows_that_suit_the_network():
    class Padded(list):
        multiple = 8

    samples = Padded(numbered(2, 8) + numbered(2, 40) + [([torch.ones(1, 1, 8, 24)], torch.ones(8, 24).long())])
    (images, labels), *rest = Batches(samples, 5, Augmentation(), 0, window=20).epoch(0)
    assert images[0].shape == (5, 1, 1, 24, 24) and labels.shape == (5, 24, 24) and not rest
    for image, label in zip(images[0], labels):
        assert torch.equal(image[0, 0] == 0, label == IGNORE)


def test_the_next_batches_are_made_meanwhile_but_no_more_than_two():
    made = []
    ahead = read_ahead(lambda plan: made.append(plan) or plan, range(20))
    assert next(ahead) == 0
    deadline = time.monotonic() + 5
    while len(made) < 1 + AHEAD and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    assert made == list(range(1 + AHEAD))
    assert list(ahead) == list(range(1, 20)) and made == list(range(20)) and not threads()


def test_what_goes_wrong_is_raised_in_its_place():
    class Broken(list):
        def __getitem__(self, index):
            if self_index(super().__getitem__(index)) == 5:
                raise InputError("chip 5 is damaged.")
            return super().__getitem__(index)

    def self_index(sample):
        return int(sample[1][0, 0])

    seen = []
    batches = Batches(Broken(numbered(12)), 2, None, seed=3)
    broken = next(i for i, n in enumerate(drawn(Batches(numbered(12), 2, None, seed=3), 0)) if n == 5) // 2
    with pytest.raises(InputError, match="chip 5 is damaged"):
        seen.extend(batches.epoch(0))
    assert len(seen) == broken and not threads()


def test_the_thread_ends_with_the_iteration():
    samples = Slow(numbered(100))
    batches = Batches(samples, 2, None, 0).epoch(0)
    next(batches)
    assert threads()
    batches.close()
    assert not threads()
    for _ in Batches(samples, 2, None, 0).epoch(0):
        break
    assert not threads()


def test_in_order_keeps_order_and_gives_batches_of_one_shape():
    samples = numbered(5) + numbered(3, 6) + numbered(1)
    found = list(in_order(samples, 4))
    assert [(len(y), y.shape[-1]) for _, y in found] == [(4, 4), (1, 4), (3, 6), (1, 4)]
    assert [int(label[0, 0]) for _, y in found for label in y] == [1, 2, 3, 4, 5, 1, 2, 3, 1]
    assert not threads()


def test_a_batch_has_every_input():
    (first, valid), labels = stacked([([torch.ones(3, 2), torch.ones(3).bool()], torch.tensor(i)) for i in range(4)])
    assert first.shape == (4, 3, 2) and valid.dtype == torch.bool and labels.tolist() == [0, 1, 2, 3]


def test_the_thread_uses_one_core_and_leaves_the_others_to_the_training():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert list(read_ahead(lambda _: torch.get_num_threads(), range(3))) == [1, 1, 1]
        assert torch.get_num_threads() == 2
        assert "mkl_get_max_threads() : 1" not in torch.__config__.parallel_info()
    finally:
        torch.set_num_threads(before)
