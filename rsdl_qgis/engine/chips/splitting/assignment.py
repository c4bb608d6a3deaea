"""Assignment of groups of chips to training, validation and test: the best of many random draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRAIN, VALID, TEST, DROPPED = 0, 1, 2, 3  # splits
DRAWS = 300
LACKING = {TRAIN: 1.0, VALID: 0.5, TEST: 0.25}  # cost of a class missing in a split
LEFT_OUT = 0.5  # cost of leaving out all chips; proportional for fewer


@dataclass(frozen=True)
class Fractions:
    """The fractions of the labelled pixels wanted for validation and test."""

    valid: float
    test: float

    def of(self, part: int) -> float:
        return {VALID: self.valid, TEST: self.test}[part]


def best_draw(
    groups: NDArray[np.int64],
    counts: NDArray,
    pairs: NDArray[np.int64],
    fractions: Fractions,
    seed: int,
    centres: NDArray | None = None,
) -> tuple[float, NDArray[np.int64]]:
    """The best of many assignments of groups of chips to splits: (cost, split of each chip); infinite cost: none.

    ``groups`` (n,) numbers from 0; ``counts`` (n, classes) labelled pixels; ``pairs`` (m, 2) chips that touch: never in
    two splits, one of them is DROPPED. ``centres`` (n, 2): of the chips; with them, contiguous splits are tried too.
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
        assigned = _grown(table, middle, fractions, random) if together else _drawn(table, fractions, random)  # type: ignore[arg-type]
        parts = without_neighbours(assigned[groups], pairs)
        score = _score(parts, counts, fractions)
        if score < best:
            best, result = score, parts
    return best, result


def without_neighbours(parts: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) splits, DROPPED where a chip touches one of a later split."""
    first, second = parts[pairs[:, 0]], parts[pairs[:, 1]]
    lower = np.where(first < second, pairs[:, 0], pairs[:, 1])
    result = parts.copy()
    result[lower[first != second]] = DROPPED
    return result


def _drawn(table: NDArray, fractions: Fractions, chance: np.random.Generator) -> NDArray[np.int64]:
    """(groups,) random splits, stratified by the rarest class of each group."""
    rarity = np.where(table > 0, table.sum(0), np.inf)
    rarest = rarity.argmin(1)
    parts = np.zeros(len(table), np.int64)
    for item in np.unique(rarest):
        own = chance.permutation(np.flatnonzero(rarest == item))
        weight = np.maximum(table[own].sum(1), 1e-9)
        place = (np.cumsum(weight) - weight * chance.random()) / weight.sum()
        parts[own[place < fractions.test + fractions.valid]] = VALID
        parts[own[place < fractions.test]] = TEST
    return parts


def _grown(table: NDArray, centres: NDArray, fractions: Fractions, chance: np.random.Generator) -> NDArray[np.int64]:
    """(groups,) splits with contiguous groups for validation and for test, to drop few chips between them."""
    parts = np.zeros(len(table), np.int64)
    weight = table.sum(1) / table.sum()
    stretch = np.exp(chance.normal(0, 0.5, 2))
    for part, wanted in ((TEST, fractions.test), (VALID, fractions.valid)):
        free = np.flatnonzero(parts == TRAIN)
        if not wanted or not len(free):
            continue
        start = centres[chance.choice(free)]
        order = free[np.argsort((np.abs(centres[free] - start) * stretch).max(1), kind="stable")]
        reached = np.cumsum(weight[order]) - weight[order] / 2
        taken = order[reached < wanted]
        parts[taken if len(taken) else order[:1]] = part
    return parts


def _score(parts: NDArray[np.int64], counts: NDArray, fractions: Fractions) -> float:
    """The cost of an assignment: deviation of the fractions, overall and per class; missing classes; dropped chips."""
    held_out = [part for part in (VALID, TEST) if fractions.of(part)]
    wanted = [TRAIN, *held_out]
    if not all((parts == part).any() for part in wanted):
        return math.inf
    totals = counts.sum(0)
    present = totals > 0
    held = np.array([counts[parts == part].sum(0)[present] for part in (TRAIN, VALID, TEST)]) / totals[present]
    amount = np.array([counts[parts == part].sum() for part in (TRAIN, VALID, TEST, DROPPED)]) / totals.sum()
    off = sum(
        np.abs(held[part] - fractions.of(part)).mean() + abs(amount[part] - fractions.of(part)) for part in held_out
    )
    lacking = sum(LACKING[part] * float((held[part] == 0).sum()) for part in wanted)
    return float(off + lacking + LEFT_OUT * amount[DROPPED])
