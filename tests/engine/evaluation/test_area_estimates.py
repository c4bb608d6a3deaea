"""Accuracy and area from a sample: the papers' worked examples, other estimators, and how often intervals hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rsdl_qgis.engine.evaluation.area_estimates import Figure, Sample, estimates

# Olofsson et al. (2014), doi:10.1016/j.rse.2014.02.015, tables 8 and 9 and section 5.2: deforestation, forest gain,
# stable forest, stable non-forest. Rows: map.
COUNTS = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
PIXELS = np.array([200_000, 150_000, 3_200_000, 6_450_000.0])
HECTARES = PIXELS * 0.09
MATRIX = [
    [0.0176, 0, 0.0013, 0.0011],
    [0, 0.0110, 0.0016, 0.0024],
    [0.0019, 0, 0.2967, 0.0213],
    [0.0040, 0.0020, 0.0179, 0.6212],
]
# Stehman (2014), doi:10.1080/01431161.2014.930207, table 2: ten pixels of each of four strata.
STRATA = "A" * 10 + "B" * 10 + "C" * 10 + "D" * 10
MAPPED = "AAAAAAABBB" + "A" + "B" * 11 + "CCCCCCBB" + "D" * 10
FOUND = "AAAAACBABC" + "ABBBBBAABB" + "CCCCCDDBBA" + "DDDDDDDCCB"
SIZES = np.array([40_000, 30_000, 20_000, 10_000.0])


def of_counts(counts):
    """(stratum, class in the reference) of each unit, where strata are the map's classes."""
    rows, columns = np.nonzero(counts)
    return tuple(np.repeat(side, counts[rows, columns]) for side in (rows, columns))


def letters(text):
    return np.array(["ABCD".index(letter) for letter in text])


def plain(stratum, areas, units=None):
    """A sample of units of one size."""
    units = np.full(len(areas), np.inf) if units is None else units
    return Sample(stratum, np.ones(len(stratum)), np.asarray(areas, float), np.asarray(units, float))


@pytest.fixture
def olofsson():
    strata, found = of_counts(COUNTS)
    return estimates(plain(strata, HECTARES), strata, found, 4)


@pytest.fixture
def stehman():
    return estimates(plain(letters(STRATA), SIZES, SIZES), letters(MAPPED), letters(FOUND), 4)


def half(figure, factor=1.0):
    return 1.96 * figure.error * factor


def test_olofsson_error_matrix_as_printed(olofsson):
    np.testing.assert_array_equal(np.round(olofsson.matrix, 4), MATRIX)
    np.testing.assert_array_equal(olofsson.counts, COUNTS)


def test_olofsson_areas_as_printed(olofsson):
    total = HECTARES.sum()
    assert [round(figure.value * total) for figure in olofsson.areas] == [21_158, 11_686, 285_770, 581_386]
    assert [round(half(figure, total)) for figure in olofsson.areas] == [6_158, 3_756, 15_510, 16_282]
    assert round(olofsson.areas[0].value * PIXELS.sum()) == 235_086
    assert round(half(olofsson.areas[0], PIXELS.sum()), -1) == 68_420  # printed: 68 418, from rounded numbers


def test_olofsson_accuracies_as_printed(olofsson):
    users, producers = olofsson.users, olofsson.producers
    assert [round(figure.value, 2) for figure in users] == [0.88, 0.73, 0.93, 0.96]
    assert [round(half(figure), 2) for figure in users] == [0.07, 0.10, 0.04, 0.02]
    assert [round(figure.value, 2) for figure in producers] == [0.75, 0.85, 0.93, 0.96]
    # The paper prints 0.21, 0.23, 0.03 and 0.01; its equation 7 gives 0.254 and 0.018 for the second and the last.
    assert [round(half(figure), 3) for figure in producers] == [0.213, 0.254, 0.034, 0.018]
    assert (round(olofsson.overall.value, 2), round(half(olofsson.overall), 2)) == (0.95, 0.02)


def test_olofsson_producers_error_by_its_own_equation(olofsson):
    """Equation 7, written out."""
    n, users = COUNTS.sum(1), np.diag(COUNTS) / COUNTS.sum(1)
    for j, figure in enumerate(olofsson.producers):
        column = PIXELS / n @ COUNTS[:, j]
        own = PIXELS[j] ** 2 * (1 - figure.value) ** 2 * users[j] * (1 - users[j]) / (n[j] - 1)
        rest = [
            PIXELS[i] ** 2 * COUNTS[i, j] / n[i] * (1 - COUNTS[i, j] / n[i]) / (n[i] - 1) for i in range(4) if i != j
        ]
        assert figure.error == pytest.approx(np.sqrt(own + figure.value**2 * sum(rest)) / column, rel=1e-12)


def test_stehman_as_printed(stehman):
    assert round(stehman.areas[0].value, 2) == 0.35 and round(stehman.areas[2].value, 2) == 0.20
    assert round(stehman.overall.value, 2) == 0.63
    assert round(stehman.users[1].value, 3) == 0.574 and round(stehman.producers[1].value, 3) == 0.794
    assert round(stehman.matrix[1, 2], 2) == 0.08
    assert round(stehman.areas[0].error, 3) == 0.082 and round(stehman.areas[2].error, 3) == 0.064
    assert round(stehman.overall.error, 3) == 0.085
    assert round(stehman.users[1].error, 3) == 0.125 and round(stehman.producers[1].error, 3) == 0.117


def by_hand(numerator, denominator=None):
    """(ratio, standard error) of shares of the area, by plain loops over the strata of the example.

    Stehman (2014), equations 2 and 25 (a share of all of the area), 27 and 28 (a ratio of two shares): ten of N pixels
    were drawn in each stratum, s² is divided by n - 1, and 1 - n / N is the finite population correction.
    """
    below = denominator or (lambda mapped, found: True)
    totals, variances = [0.0, 0.0], []
    units = list(zip(STRATA, MAPPED, FOUND))
    values = {name: [(float(numerator(m, r)), float(below(m, r))) for s, m, r in units if s == name] for name in "ABCD"}
    for name, size in zip("ABCD", SIZES):
        for i in range(2):
            totals[i] += size * sum(value[i] for value in values[name]) / 10
    ratio = totals[0] / totals[1]
    for name, size in zip("ABCD", SIZES):
        means = [sum(value[i] for value in values[name]) / 10 for i in range(2)]
        yy, xx, xy = (
            sum((value[i] - means[i]) * (value[j] - means[j]) for value in values[name]) / 9
            for i, j in ((0, 0), (1, 1), (0, 1))
        )
        variances.append(size**2 * (1 - 10 / size) * (yy + ratio**2 * xx - 2 * ratio * xy) / 10)
    return ratio, math.sqrt(sum(variances)) / totals[1]


def test_stehman_by_hand(stehman):
    def close(figure, expected):
        assert (figure.value, figure.error) == pytest.approx(expected, rel=1e-12)

    close(stehman.overall, by_hand(lambda m, r: m == r))
    for i, name in enumerate("ABCD"):
        close(stehman.areas[i], by_hand(lambda m, r, n=name: r == n))
        close(stehman.users[i], by_hand(lambda m, r, n=name: m == r == n, lambda m, r, n=name: m == n))
        close(stehman.producers[i], by_hand(lambda m, r, n=name: m == r == n, lambda m, r, n=name: r == n))


def test_the_matrix_adds_up_to_the_other_figures(stehman):
    np.testing.assert_allclose(stehman.matrix.sum(), 1)
    np.testing.assert_allclose(stehman.matrix.sum(0), [figure.value for figure in stehman.areas])
    np.testing.assert_allclose(np.trace(stehman.matrix), stehman.overall.value)
    np.testing.assert_allclose(np.diag(stehman.matrix) / stehman.matrix.sum(1), [f.value for f in stehman.users])


def test_a_single_stratum_is_a_simple_random_sample():
    found = np.array([1] * 30 + [0] * 70)
    result = estimates(plain(np.zeros(100, int), [5.0]), found, found, 2)
    assert result.areas[1].value == pytest.approx(0.3)
    assert result.areas[1].error == pytest.approx(np.sqrt(0.3 * 0.7 / 99))


def test_a_stratum_that_was_looked_at_as_a_whole_adds_no_error():
    strata, found = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 0, 1, 1, 1])
    part = estimates(plain(strata, [0.001, 99.0], [2, 1000]), strata, found, 2)
    whole = estimates(plain(strata, [50.0, 50.0], [2, 4]), strata, found, 2)
    assert part.overall.error > 0
    assert whole.overall.error is None and whole.overall.value == pytest.approx(0.5 * 0.5 + 0.5 * 0.75)


def test_units_of_other_sizes_count_for_their_ground():
    ground = np.array([1.0, 3.0, 1.0, 3.0])
    sample = Sample(np.zeros(4, int), ground, np.array([80.0]), np.array([np.inf]))
    result = estimates(sample, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2)
    assert [figure.value for figure in result.areas] == pytest.approx([0.25, 0.75])
    assert result.overall.value == pytest.approx(0.5)
    residuals = ground / 2 * (np.array([0, 1, 0, 1]) - 0.75)
    assert result.areas[1].error == pytest.approx(np.sqrt(residuals.var(ddof=1) / 4))


def test_without_a_difference_in_the_sample_there_is_no_interval():
    same = np.zeros(20, int)
    result = estimates(plain(same, [1.0]), same, same, 2)
    assert result.overall == Figure(1.0) and result.users[0] == Figure(1.0)
    assert result.users[1] == Figure(None) and result.producers[1] == Figure(None)
    assert result.areas[1] == Figure(0.0)


def test_one_answer_in_a_stratum_gives_no_interval():
    strata = np.array([0, 0, 0, 1])
    result = estimates(plain(strata, [3.0, 1.0], [100, 100]), strata, np.array([0, 0, 1, 1]), 2)
    assert result.overall.value == pytest.approx(0.75) and result.overall.error is None and result.overall.low is None


def test_intervals_hold_the_truth_as_often_as_they_say():
    """2,000 draws from a population with a rare class, areas and accuracies (in short: 400)."""
    truth, held = coverage(400, np.random.default_rng(5))
    for name, share in held.items():
        assert share >= 0.93 - 2 * np.sqrt(0.95 * 0.05 / 400), (name, share, truth[name])


SMALL = np.array([80_000, 15_000, 5_000])  # pixels of each class of a map
RATES = np.array([[0.93, 0.05, 0.02], [0.10, 0.85, 0.05], [0.15, 0.10, 0.75]])  # of what each is


def coverage(draws, random, sizes=SMALL, rates=RATES, size=(400, 100, 100)):
    """The true figures of a population, and how often their intervals hold them."""
    population = np.round(sizes[:, None] * rates).astype(int)
    count, total = len(sizes), population.sum()
    hits = np.diag(population)
    truth = {
        "overall": hits.sum() / total,
        **{f"area {i}": population[:, i].sum() / total for i in range(count)},
        **{f"users {i}": hits[i] / population[i].sum() for i in range(count)},
        **{f"producers {i}": hits[i] / population[:, i].sum() for i in range(count)},
    }
    held = dict.fromkeys(truth, 0)
    strata = np.repeat(np.arange(count), size)
    for _ in range(draws):
        found = np.concatenate(
            [
                np.repeat(np.arange(count), random.multivariate_hypergeometric(own, n))
                for own, n in zip(population, size)
            ]
        )
        result = estimates(plain(strata, sizes, sizes), strata, found, count)
        figures = {"overall": result.overall}
        for name in ("areas", "users", "producers"):
            title = "area" if name == "areas" else name
            figures |= {f"{title} {i}": figure for i, figure in enumerate(getattr(result, name))}
        for name, figure in figures.items():
            held[name] += figure.low is not None and figure.low <= truth[name] <= figure.high
    return truth, {name: count / draws for name, count in held.items()}
