"""Rules of thumb: what they are is found on the training samples, what they are worth on those held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input, Scaling
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.evaluation.confusion import class_rates, map_scores
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.evaluate.baselines import BINS, Threshold, baselines, bin_of, edge_of

from .. import made_samples as made

DATES = (Input("s2", (Band("B4"), Band("B8"), Band("B11")), ("before", "after")),)


def mapped(sign=1.0, at=0.31, size=(16, 16), number=6, seed=0):
    """Maps of two classes, three bands, two dates: the second is where B8 after is above (below) a value."""
    random = np.random.default_rng(seed)
    images = random.normal(0, 1, (number, 2, 3, *size))
    labels = (sign * images[:, 1, 1] > sign * at).astype(np.uint8)
    noise = random.random(labels.shape)
    labels[noise < 0.1] = 1 - labels[noise < 0.1]
    labels[noise > 0.8] = IGNORE
    images[:, :, :, :2], labels[:, :2] = 40, IGNORE
    return made.Given(images, labels)


def mean_iou(given, truth):
    """Of what is known of two classes."""
    sets = [[(g == k) & (truth != IGNORE) for k in (0, 1)] for g in (given, truth)]
    hits = [(a & b).sum() for a, b in zip(*sets)]
    return class_rates(hits, *([one.sum() for one in side] for side in reversed(sets))).mean_iou


def best_by_trying(samples, date, band):
    """The best mean IoU that any threshold of a band gives."""
    known = samples.labels != IGNORE
    values, truth = samples.images[:, date, band][known], samples.labels[known]
    return max(mean_iou((values > t) == above, truth) for t in values for above in (True, False))


@pytest.mark.parametrize(("sign", "text"), [(1.0, "B8 after > "), (-1.0, "B8 after ≤ ")])
def test_the_best_threshold_is_the_band_date_direction_and_value_that_any_search_would_find(sign, text):
    train, held_out = mapped(sign), mapped(sign, seed=1)
    found = baselines(train, held_out, "classes", made.classes(2), DATES)
    largest, threshold = found
    assert threshold.startswith(f"best threshold of one band ({text}") and threshold.endswith(" scaled)")
    value = float(threshold.split()[-2])
    assert value == pytest.approx(0.31, abs=0.05)
    given = np.where(sign * held_out.images[:, 1, 1] > sign * value, 1, 0)
    expected = mean_iou(given, held_out.labels)
    assert found[threshold].main == ("mean IoU", pytest.approx(expected, abs=0.01))
    on_training = baselines(train, train, "classes", made.classes(2), DATES)[threshold].main[1]
    assert on_training == pytest.approx(best_by_trying(train, 1, 1), abs=0.003)
    assert found[threshold].main[1] > found[largest].main[1] + 0.2


def test_the_largest_class_is_that_of_the_training_part():
    train, held_out = mapped(at=0.8), mapped(at=-1.5, seed=1)
    found = baselines(train, held_out, "classes", made.classes(2), DATES)
    evaluation = found["largest class (class 0)"]
    counts = np.bincount(held_out.labels[held_out.labels != IGNORE])
    np.testing.assert_array_equal(evaluation.confusion, [[counts[0], 0], [counts[1], 0]])
    assert evaluation.main[1] == map_scores(evaluation.confusion).mean_iou


def test_more_classes_and_one_class_alone_have_no_threshold():
    train, inputs = made.maps(3), (Input("image", tuple(map(Band, "abc"))),)
    assert len(baselines(train, train, "classes", made.classes(3), inputs)) == 1
    alone = mapped()
    alone.labels = np.where(alone.labels == 0, IGNORE, alone.labels)
    assert list(baselines(alone, mapped(), "classes", made.classes(2), DATES)) == ["largest class (class 1)"]


def test_the_threshold_may_be_of_any_input_whatever_its_values_and_the_middle_of_a_gap_is_taken():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (4, 8, 8)).astype(np.uint8)
    radar = np.where(labels, random.uniform(7000, 8000, labels.shape), random.uniform(20, 3000, labels.shape))

    class Pair(made.Given):
        def __getitem__(self, index):
            images, label = super().__getitem__(index)
            return [*images, torch.from_numpy(radar[index, None, None].astype(np.float32))], label

    samples = Pair(random.normal(0, 1, (4, 1, 1, 8, 8)), labels)
    inputs = (Input("s2", (Band("B8"),)), Input("s1", (Band("VV"),)))
    name, evaluation = list(baselines(samples, samples, "classes", made.classes(2), inputs).items())[1]
    assert name.startswith("best threshold of one band (s1 VV > ") and evaluation.main[1] == 1
    gap = radar[labels == 0].max(), radar[labels == 1].min()
    value = float(name.split()[-2])
    assert gap[0] + 0.2 * (gap[1] - gap[0]) < value < gap[1] - 0.2 * (gap[1] - gap[0])


def test_bins_hold_their_edges_and_keep_the_order():
    values = np.array([-3e8, -2000, -1, -1e-3, 0, 1e-3, 0.31, 1, 1.01, 2000, 3e8], np.float32)
    bins = bin_of(values)
    assert (np.diff(bins) > 0).all() and bins[0] == 0 and bins[-1] == BINS - 1
    for value, number in zip(values[1:-1], bins[1:-1]):
        assert edge_of(number) <= value * (1 + 1e-6 * np.sign(value)) + 1e-9
        assert edge_of(number + 1) >= value * (1 - 1e-6 * np.sign(value)) - 1e-9
    assert edge_of(bins[6] + 1) - edge_of(bins[6]) < 0.002


def test_scenes_and_series_have_the_largest_class():
    train, held_out = made.scenes(3, 30), made.scenes(3, 20, seed=1)
    train.labels[:12] = 2
    (name, evaluation), *more = baselines(train, held_out, "classes", made.classes(3), made.INPUTS).items()
    assert name == "largest class (class 2)" and not more
    assert evaluation.values()["overall accuracy"] == (held_out.labels == 2).mean()
    series = made.Given(np.zeros((30, 5, 4)), train.labels)
    (evaluation,) = baselines(series, series, "classes", made.classes(3), made.INPUTS).values()
    assert evaluation.values()["overall accuracy"] == (train.labels == 2).mean()


def test_as_many_of_the_commonest_labels_are_given_as_suit_the_training_pictures():
    labels = np.zeros((10, 4), np.float32)
    labels[:, 1], labels[:7, 3], labels[:2, 0] = 1, 1, 1
    samples = made.Given(np.zeros((10, 1, 2, 4, 4)), labels)
    ((name, evaluation),) = baselines(samples, samples, "labels", made.classes(4), made.INPUTS).items()
    assert name == "commonest labels (class 1, class 3)"
    assert evaluation.main[1] == pytest.approx((5 * 1 + 2 * 0.8 + 3 * 2 / 3) / 10)
    everything = made.Given(samples.images, np.ones((10, 6), np.float32))
    (name,) = baselines(everything, everything, "labels", made.classes(6), made.INPUTS)
    assert name == "commonest labels (class 0, class 1, class 2, class 3 and 2 more)"


def test_numbers_have_the_mean_of_the_training_part():
    train, held_out = made.numbers(), made.numbers(seed=1)
    ((name, evaluation),) = baselines(train, held_out, "numbers", (), made.INPUTS).items()
    mean, truth = np.nanmean(train.labels), np.array(held_out.labels)
    assert name == f"mean of the training split ({mean:.4g})"
    metrics = evaluation.values()
    assert metrics["bias"] == pytest.approx(mean - np.nanmean(truth), rel=1e-4)
    assert metrics["R2"] <= 0 and metrics["RMSE"] == pytest.approx(np.sqrt(np.nanmean((truth - mean) ** 2)), rel=1e-5)


def test_it_can_be_cancelled():
    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        baselines(mapped(), mapped(), "classes", made.classes(2), DATES, Stopped())


def test_a_threshold_is_told_as_the_raster_has_it_where_all_are_scaled_alike():
    threshold = Threshold(0, 1, 1, 0.5, True)
    (item,) = DATES
    assert threshold.text(DATES).endswith("> 0.5 scaled")
    bands = len(item.bands)
    scaling = Scaling(mean=((0.0,) * bands, (10.0,) * bands), std=((1.0,) * bands, (4.0,) * bands), divisor=100.0)
    assert threshold.text([replace(item, scaling=scaling)]).endswith("> 1200")
    assert threshold.text([replace(item, scaling=replace(scaling, method="robust"))]).endswith("scaled")
