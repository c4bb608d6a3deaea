"""Whether one of two classifications of the same samples is better: McNemar's test, and the difference's interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .area_estimates import Z

EXACT = 1000  # samples that just one has right, up to which the test is exact


def mcnemar(first: int, second: int) -> float:
    """The two-sided p-value of McNemar's test (1947, doi:10.1007/BF02295996) that both are as often right.

    ``first``, ``second``: samples that just the first, just the second has right. From the binomial distribution where
    they are few, else from the normal one with the continuity correction. 1 where there is none of either.
    """
    count = first + second
    if not count:
        return 1.0
    if count <= EXACT:
        less = sum(math.comb(count, k) for k in range(min(first, second) + 1))
        return min(1.0, 2 * less / 2**count)
    return math.erfc(max(0, abs(first - second) - 1) / math.sqrt(2 * count))


def difference(both: int, first: int, second: int, neither: int) -> tuple[float, float, float]:
    """(value, low, high): how much more often the second is right than the first, with a 95 % interval.

    Newcombe (1998), method 10, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C: from the two
    Wilson intervals and the correlation of the two. Counts as of ``mcnemar``; there is at least one sample.
    """
    count = both + first + second + neither
    rates = (both + second) / count, (both + first) / count
    (low2, high2), (low1, high1) = (wilson(round(rate * count), count) for rate in rates)
    value = rates[0] - rates[1]
    phi = _correlation(both, first, second, neither)

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))

    return (
        value,
        value - reach(rates[0] - low2, high1 - rates[1]),
        value + reach(rates[1] - low1, high2 - rates[0]),
    )


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share. Wilson (1927), doi:10.1080/01621459.1927.10502953."""
    share, square = hits / count, Z * Z
    middle, half = 2 * hits + square, Z * math.sqrt(square + 4 * hits * (1 - share))
    return max(0.0, (middle - half) / (2 * (count + square))), min(1.0, (middle + half) / (2 * (count + square)))


def normal_p(value: float, error: float) -> float:
    """The two-sided p-value of an estimate with a standard error, by the normal distribution."""
    return math.erfc(abs(value) / error / math.sqrt(2)) if error > 0 else 1.0


def holm(values: Sequence[float]) -> list[float]:
    """P-values of several tests, adjusted so that all together err as one does. Holm (1979), Scand. J. Stat. 6."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    adjusted, least = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        least = max(least, min(1.0, (len(values) - rank) * values[i]))
        adjusted[i] = least
    return adjusted


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Phi of a table of four counts, as corrected in Newcombe's method 10."""
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    if not product:
        return 0.0
    excess, half = both * neither - first * second, (both + first + second + neither) / 2
    return (excess - half if excess > half else min(excess, 0)) / math.sqrt(product)
