"""Confidence intervals of metrics: the bootstrap over places.

Samples of one place are alike, so places are resampled, not samples (cluster bootstrap): as many as there are, with
replacement, many times. The interval is that of the percentiles: the middle 95 % of the resampled metric. Efron,
Tibshirani (1993), doi:10.1201/9780429246593.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS, SEED, LEVEL = 1000, 0, 95  # LEVEL in per cent
FEWEST = 3  # places below which there is no interval
CELLS = 4_000_000  # weights held in memory at a time

# Weights (draws, places) -> for each title its metric for each draw, (draws,) or (draws, classes); NaN: not defined.
Statistic = Callable[[NDArray[np.float64]], Mapping[str, NDArray]]


class Estimate(NamedTuple):
    """The value of a metric and the ends of its interval; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Places:
    """Which samples lie at one place: ``index`` (samples,) of each one's place, ``count`` of places."""

    index: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, names: Sequence[str]) -> Places:
        """Of the name of each sample's place; '': the sample is a place of its own."""
        keys = [name or number for number, name in enumerate(names)]
        order = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        return cls(np.array([order[key] for key in keys], np.int64), len(order))

    def sums(self, values: NDArray) -> NDArray[np.float64]:
        """(samples, ...) -> (places, ...): the sum of each place's samples."""
        sums = np.zeros((self.count, *values.shape[1:]))
        np.add.at(sums, self.index, values)
        return sums

    def weights(self, places: NDArray) -> NDArray[np.float64]:
        """Weights (draws, places) -> (draws, samples)."""
        return places[:, self.index]

    @property
    def note(self) -> str:
        """How intervals were made, or why there are none."""
        if self.count < FEWEST:
            found = "1 place" if self.count == 1 else f"{self.count} places"
            return f"No intervals: the samples are from {found}, and resampling places needs at least {FEWEST}."
        return (
            f"{LEVEL} % intervals: percentiles of {DRAWS} draws of the {self.count} places of the samples, "
            "with replacement."
        )


def values(statistic: Statistic, places: Places) -> dict[str, NDArray]:
    """Each metric of all samples: () or (classes,)."""
    return {title: metric[0] for title, metric in statistic(np.ones((1, places.count))).items()}


def intervals(statistic: Statistic, places: Places) -> dict[str, NDArray]:
    """Each metric's lower and upper end: (2,) or (2, classes), NaN where there is none.

    From the draws for which the metric is defined; none with fewer than three places.
    """
    found = values(statistic, places)
    if places.count < FEWEST:
        return {title: np.full((2, *np.shape(metric)), np.nan) for title, metric in found.items()}
    return spread(statistic, lambda random, draws: _draws(random, places.count, draws), len(places.index))


def intervals_of_counts(statistic: Statistic, counts: NDArray) -> dict[str, NDArray]:
    """Each metric's ends where samples, each a place of its own, are alike in groups of (groups,) ``counts``.

    The weights of the statistic are (draws, groups): how often a member of the group is drawn. Drawing that often from
    a multinomial distribution is drawing the samples one by one, and takes no longer for more of them.
    """
    total = int(counts.sum())
    if total < FEWEST:
        return {title: np.full((2, *m.shape[1:]), np.nan) for title, m in statistic(counts[None].astype(float)).items()}
    chances = counts / total
    return spread(
        statistic, lambda random, draws: random.multinomial(total, chances, draws).astype(np.float64), len(counts)
    )


def spread(
    statistic: Statistic, draw: Callable[[np.random.Generator, int], NDArray[np.float64]], cells: int
) -> dict[str, NDArray]:
    """Each metric's ends over all draws. ``draw``: weights for so many draws; ``cells``: what one draw holds."""
    random = np.random.default_rng(SEED)
    drawn: dict[str, list[NDArray]] = {}
    size = max(1, CELLS // max(1, cells))
    for start in range(0, DRAWS, size):
        for title, metric in statistic(draw(random, min(size, DRAWS - start))).items():
            drawn.setdefault(title, []).append(metric)
    return {title: _middle(np.concatenate(parts)) for title, parts in drawn.items()}


def _draws(random: np.random.Generator, count: int, draws: int) -> NDArray[np.float64]:
    """(draws, places): how often each place is drawn."""
    chosen = random.integers(0, count, (draws, count)) + count * np.arange(draws)[:, None]
    return np.bincount(chosen.ravel(), minlength=draws * count).reshape(draws, count).astype(np.float64)


def _middle(draws: NDArray) -> NDArray[np.float64]:
    """(draws, ...) -> (2, ...): the percentiles between which the middle lies."""
    columns = draws.reshape(len(draws), -1).T
    tail = (100 - LEVEL) / 2
    ends = [np.percentile(c[c == c], (tail, 100 - tail)) if (c == c).any() else (np.nan, np.nan) for c in columns]
    return np.array(ends, np.float64).T.reshape(2, *draws.shape[1:])
