"""Groups of chips drawn for the parts of a split: the best of many draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRAIN, VALID, TEST, DROPPED = 0, 1, 2, 3  # parts
DRAWS = 300
LACKING = {TRAIN: 1.0, VALID: 0.5, TEST: 0.25}  # what it costs that a part has nothing of a class
LEFT_OUT = 0.5  # what it costs to leave out everything


@dataclass(frozen=True)
class Shares:
    """What of the labelled pixels is to choose by and to judge by."""

    valid: float
    test: float

    def of(self, part: int) -> float:
        return {VALID: self.valid, TEST: self.test}[part]


def best_draw(
    groups: NDArray[np.int64],
    counts: NDArray,
    pairs: NDArray[np.int64],
    shares: Shares,
    seed: int,
    centres: NDArray | None = None,
) -> tuple[float, NDArray[np.int64]]:
    """The best of many assignments of groups of chips to parts: (score, part of each chip); infinite: none will do.

    ``groups`` (n,) from 0; ``counts`` (n, classes) labelled pixels; ``pairs`` (m, 2) chips that touch: they are not
    in two parts, one is DROPPED. ``centres`` (n, 2): where chips are; then parts that lie together are tried too.
    """
    random = np.random.default_rng(seed)
    number = int(groups.max()) + 1
    table = np.zeros((number, counts.shape[1]))
    np.add.at(table, groups, counts)
    middle = None
    if centres is not None:
        middle = np.zeros((number, 2))
        np.add.at(middle, groups, centres)
        middle /= np.bincount(groups, minlength=number)[:, None]
    best, result = math.inf, groups
    for draw in range(DRAWS):
        together = middle is not None and draw % 2 == 1
        assigned = _grown(table, middle, shares, random) if together else _drawn(table, shares, random)  # type: ignore[arg-type]
        parts = without_neighbours(assigned[groups], pairs)
        score = _score(parts, counts, shares)
        if score < best:
            best, result = score, parts
    return best, result


def without_neighbours(parts: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) parts, DROPPED where a chip touches one of a later part."""
    first, second = parts[pairs[:, 0]], parts[pairs[:, 1]]
    lower = np.where(first < second, pairs[:, 0], pairs[:, 1])
    result = parts.copy()
    result[lower[first != second]] = DROPPED
    return result


def _drawn(table: NDArray, shares: Shares, chance: np.random.Generator) -> NDArray[np.int64]:
    """(groups,) parts at random, so that of the groups of each class (the rarest they hold) each part has its share."""
    rarity = np.where(table > 0, table.sum(0), np.inf)
    rarest = rarity.argmin(1)
    parts = np.zeros(len(table), np.int64)
    for item in np.unique(rarest):
        own = chance.permutation(np.flatnonzero(rarest == item))
        weight = np.maximum(table[own].sum(1), 1e-9)
        share = (np.cumsum(weight) - weight * chance.random()) / weight.sum()
        parts[own[share < shares.test + shares.valid]] = VALID
        parts[own[share < shares.test]] = TEST
    return parts


def _grown(
    table: NDArray, centres: NDArray, shares: Shares, chance: np.random.Generator
) -> NDArray[np.int64]:
    """(groups,) parts so that the groups of validation lie side by side, and those of test: the gap is short then."""
    parts = np.zeros(len(table), np.int64)
    weight = table.sum(1) / table.sum()
    stretch = np.exp(chance.normal(0, 0.5, 2))
    for part, wanted in ((TEST, shares.test), (VALID, shares.valid)):
        free = np.flatnonzero(parts == TRAIN)
        if not wanted or not len(free):
            continue
        start = centres[chance.choice(free)]
        order = free[np.argsort((np.abs(centres[free] - start) * stretch).max(1), kind="stable")]
        reached = np.cumsum(weight[order]) - weight[order] / 2
        taken = order[reached < wanted]
        parts[taken if len(taken) else order[:1]] = part
    return parts


def _score(parts: NDArray[np.int64], counts: NDArray, shares: Shares) -> float:
    """How far from what is wanted: shares of all and of each class, classes that a part lacks, what is left out."""
    held_out = [part for part in (VALID, TEST) if shares.of(part)]
    wanted = [TRAIN, *held_out]
    if not all((parts == part).any() for part in wanted):
        return math.inf
    totals = counts.sum(0)
    present = totals > 0
    held = np.array([counts[parts == part].sum(0)[present] for part in (TRAIN, VALID, TEST)]) / totals[present]
    amount = np.array([counts[parts == part].sum() for part in (TRAIN, VALID, TEST, DROPPED)]) / totals.sum()
    off = sum(np.abs(held[part] - shares.of(part)).mean() + abs(amount[part] - shares.of(part)) for part in held_out)
    lacking = sum(LACKING[part] * float((held[part] == 0).sum()) for part in wanted)
    return float(off + lacking + LEFT_OUT * amount[DROPPED])
