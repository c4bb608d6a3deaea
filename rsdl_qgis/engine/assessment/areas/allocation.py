"""How many points a sample needs, and how many of them each stratum has."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError

USUAL_MINIMUM = 50  # of a stratum: Olofsson et al. (2014), section 5.1.1, advise 50 to 100
FEWEST = 2  # of a stratum: of one alone the variance cannot be estimated

Array = NDArray[np.float64]


def spreads(expected: Array) -> Array:
    """Standard deviation of 'is right' in strata of these user's accuracies."""
    return np.sqrt(expected * (1 - expected))


def stratified_size(shares: Array, expected: Array, units: Array, error: float) -> int:
    """Points for a standard error of overall accuracy. Olofsson et al. (2014), equation 13, which is Cochran (1977)
    equation 5.25; with the second term, which the paper leaves out for many units.
    """
    s = spreads(expected)
    return max(1, math.ceil(float((shares @ s) ** 2 / (error**2 + shares @ s**2 / units.sum())) - 1e-9))


def simple_size(shares: Array, expected: Array, units: Array, error: float) -> int:
    """Points of a simple random sample for a standard error of overall accuracy. Cochran (1977), section 4.4."""
    right = float(shares @ expected)
    first = right * (1 - right) / error**2
    return max(1, math.ceil(first / (1 + (first - 1) / float(units.sum())) - 1e-9))


def _proportional(shares: Array, expected: Array) -> Array:
    return shares


def _equal(shares: Array, expected: Array) -> Array:
    return np.full(len(shares), 1 / len(shares))


def _neyman(shares: Array, expected: Array) -> Array:
    """By share and spread (Cochran 1977, section 5.5), as is best for overall accuracy."""
    wanted = shares * spreads(expected)
    if not wanted.sum() > 0:
        raise InputError(
            "With expected accuracies of 0 or 1 alone, ALLOCATION=neyman gives no stratum any point.",
            "Give accuracies between 0 and 1 in EXPECTED, or choose ALLOCATION=proportional.",
        )
    return wanted / wanted.sum()


RULES: Mapping[str, Callable[[Array, Array], Array]] = {
    "proportional": _proportional,
    "equal": _equal,
    "neyman": _neyman,
}


def minimum_of(given: int | None, size: int, strata: int, is_fixed: bool) -> int:
    """The fewest points of a stratum. InputError where so many do not fit into a ``size`` that is fixed."""
    if not is_fixed:
        return given or USUAL_MINIMUM
    if given is not None and given * strata > size:
        raise InputError(
            f"MINIMUM = {given} in each of {strata} strata are {given * strata} points, more than SIZE = {size}.",
            f"Raise SIZE to {given * strata} at least, or lower MINIMUM to {max(FEWEST, size // strata)}.",
        )
    if FEWEST * strata > size:
        raise InputError(
            f"SIZE = {size} is too small for {strata} strata: each needs {FEWEST} points at least.",
            f"Raise SIZE to {FEWEST * strata} at least, or choose fewer strata.",
        )
    return given or min(USUAL_MINIMUM, size // strata)


def allocated(rule: str, size: int, minimum: int, units: Sequence[int], expected: Array) -> NDArray[np.int64]:
    """(strata,): points of each, ``size`` in all where ``minimum`` and the number of units let it.

    Strata that would have fewer than ``minimum`` have that many, and one with fewer units has all of them; what is left
    is divided among the others by the rule.
    """
    most = np.asarray(units, np.int64)
    least = np.minimum(minimum, most)
    wanted = RULES[rule](most / most.sum(), expected)
    fixed = np.full(len(most), -1, np.int64)
    while True:
        free = fixed < 0
        rest = size - int(fixed[~free].sum())
        if not free.any() or rest <= 0:
            break
        share = np.zeros(len(most))
        share[free] = rest * wanted[free] / wanted[free].sum() if wanted[free].sum() > 0 else rest / free.sum()
        low, high = free & (share < least), free & (share > most)
        if not (low | high).any():
            fixed[free] = _rounded(share[free], rest)
            break
        if (least - share)[low].sum() >= (share - most)[high].sum():
            fixed[low] = least[low]
        else:
            fixed[high] = most[high]
    return np.clip(np.where(fixed < 0, least, fixed), least, most)


def _rounded(shares: Array, total: int) -> NDArray[np.int64]:
    """Whole numbers that add up to ``total``: the largest remainders are rounded up."""
    whole = np.floor(shares + 1e-9).astype(np.int64)
    order = np.argsort(whole - shares, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
