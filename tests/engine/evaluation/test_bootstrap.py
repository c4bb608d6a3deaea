"""The bootstrap over places: against drawing places one by one, and what it can and cannot say."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.evaluation import bootstrap as module
from rsdl_qgis.engine.evaluation.bootstrap import Places, intervals, intervals_of_counts, values


def mean_of(samples, places):
    """The mean over samples, for weights of places; and twice that for two classes."""
    sums, counts = places.sums(samples), places.sums(np.ones(len(samples)))

    def statistic(weights):
        mean = (weights @ sums) / (weights @ counts)
        return {"mean": mean, "twice": np.stack([2 * mean, np.full_like(mean, np.nan)], 1)}

    return statistic


@pytest.fixture
def drawn():
    """Samples of places that differ, and their places."""
    random = np.random.default_rng(3)
    index = random.integers(0, 12, 90)
    return random.normal(index / 3, 0.1), Places.of([f"place {i}" for i in index])


def test_samples_without_a_place_are_places_of_their_own():
    places = Places.of(["a", "", "b", "a", ""])
    assert places.count == 4 and places.index.tolist() == [0, 1, 2, 0, 3]
    np.testing.assert_array_equal(places.sums(np.arange(10.0).reshape(5, 2)), [[6, 8], [2, 3], [4, 5], [8, 9]])


def test_intervals_are_percentiles_of_draws_of_whole_places(drawn):
    samples, places = drawn
    random = np.random.default_rng(9)
    means = []
    for _ in range(4000):
        chosen = random.integers(0, places.count, places.count)
        means.append(np.concatenate([samples[places.index == i] for i in chosen]).mean())
    low, high = intervals(mean_of(samples, places), places)["mean"]
    assert (low, high) == pytest.approx(np.percentile(means, (2.5, 97.5)), abs=0.07)
    value = values(mean_of(samples, places), places)["mean"]
    assert value == pytest.approx(samples.mean()) and low < value < high
    alone = Places.of([""] * len(samples))
    narrow = intervals(mean_of(samples, alone), alone)["mean"]
    assert high - low > 1.5 * (narrow[1] - narrow[0])  # samples of one place are alike


def test_draws_are_the_same_each_time_and_however_many_are_held_at_a_time(drawn, monkeypatch):
    samples, places = drawn
    first = intervals(mean_of(samples, places), places)
    np.testing.assert_array_equal(intervals(mean_of(samples, places), places)["mean"], first["mean"])
    monkeypatch.setattr(module, "CELLS", 7 * len(samples))
    np.testing.assert_allclose(intervals(mean_of(samples, places), places)["mean"], first["mean"], rtol=1e-12)


def test_metrics_of_classes_have_an_interval_each_and_undefined_ones_none(drawn):
    samples, places = drawn
    found = intervals(mean_of(samples, places), places)
    np.testing.assert_allclose(found["twice"][:, 0], 2 * found["mean"])
    assert found["twice"].shape == (2, 2) and np.isnan(found["twice"][:, 1]).all()


def test_draws_in_which_a_metric_is_not_defined_are_left_out():
    places = Places.of(["a", "b", "c"])
    found = intervals(lambda weights: {"b": np.where(weights[:, 1] > 0, weights[:, 1], np.nan)}, places)
    assert found["b"][0] == 1 and found["b"][1] in (2, 3)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "a"]])
def test_fewer_than_three_places_give_no_interval_and_it_is_said(names):
    places = Places.of(names)
    found = intervals(mean_of(np.arange(len(names)), places), places)
    assert np.isnan(found["mean"]).all() and found["twice"].shape == (2, 2)
    assert f"from {'1 place' if len(names) == 1 else '2 places'}," in places.note and "at least 3" in places.note
    assert "1000 draws of the 3 places" in Places.of(["a", "b", "c"]).note


def test_groups_of_like_samples_have_the_intervals_of_the_samples_one_by_one():
    counts, score = np.array([500, 120, 80]), np.array([1.0, 0.5, 0.0])

    def mean_of(scores):
        return lambda weights: {"mean": weights @ scores / weights.sum(1), "each": weights[:, :2] * 0 + scores[:2]}

    single = np.repeat(score, counts)
    found = intervals_of_counts(mean_of(score), counts)
    drawn = intervals(mean_of(single), Places(np.arange(700), 700))
    np.testing.assert_allclose(found["mean"], drawn["mean"], atol=4e-3)
    assert found["each"].shape == (2, 2)
    few = intervals_of_counts(mean_of(score), np.array([1, 1, 0]))
    assert np.isnan(few["mean"]).all() and few["mean"].shape == (2,) and few["each"].shape == (2, 2)
