"""How clearly values fall into two groups: before a threshold between them is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .otsu import between_variance

BINS = 512  # that the two normal distributions are fitted to
TAIL = 0.0005  # share of the values at either end that counts as the outermost bin
STEPS, SETTLED = 200, 1e-7  # of the fit; the gain in log-likelihood a value that ends it
CLEAR = 2.0  # Ashman's D of two groups that are cleanly apart
FEWEST = 0.02  # share of the values below which a group is too small for Otsu's method to find


@dataclass(frozen=True)
class Bimodality:
    """``separability``: variance between the two classes of the threshold over the total one, 0 to 1 (eta of Otsu
    1979; 0.64 for a normal distribution cut in half). ``ashman_d``: distance of the means of two normal distributions
    fitted to the values, in units of their spread. ``share``: of the values above the threshold.
    """

    separability: float
    ashman_d: float
    share: float

    @property
    def is_clear(self) -> bool:
        """Whether two groups show, of which none is very small."""
        return self.ashman_d > CLEAR and FEWEST <= self.share <= 1 - FEWEST

    def text(self) -> str:
        return (
            f"Ashman's D {self.ashman_d:.2f} (above {CLEAR:g} for two clear groups), between-class variance "
            f"{self.separability:.2f} of the total, {100 * self.share:.1f} % of the values above the threshold."
        )


def bimodality(levels: NDArray[np.float64], counts: NDArray[np.float64], threshold: float) -> Bimodality:
    """The bimodality of a histogram: ascending ``levels`` and how often each occurs; two levels at least.

    Ashman, Bird, Zepf 1994, doi:10.1086/117248: D = sqrt(2) |m1 - m2| / sqrt(s1² + s2²), of the two components of a
    normal mixture. It is fitted by expectation maximisation (Dempster et al. 1977) from the classes of the threshold;
    the halves themselves would have a D above 2 whatever the values are.
    """
    above = levels > threshold
    total = float(np.average((levels - np.average(levels, weights=counts)) ** 2, weights=counts))
    cut = min(max(int((~above).sum()) - 1, 0), len(levels) - 2)
    between = float(between_variance(levels, counts)[cut])
    share = float(counts[above].sum() / counts.sum())
    middle, weight = _binned(levels, counts)
    return Bimodality(between / total, _ashman(middle, weight, threshold), share)


def _binned(levels: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Middles and weights (sum 1) of equal bins, with the tails in the outermost."""
    order = np.cumsum(counts) / counts.sum()
    places = np.minimum(np.searchsorted(order, [TAIL, 1 - TAIL]), len(levels) - 1)
    low, high = levels[places]
    if high <= low:
        low, high = levels[0], levels[-1]
    place = np.clip((levels - low) / (high - low) * BINS, 0, BINS - 1).astype(np.int64)
    weight = np.bincount(place, counts, BINS)
    return low + (np.arange(BINS) + 0.5) * ((high - low) / BINS), weight / weight.sum()


def _ashman(values: NDArray, weight: NDArray, threshold: float) -> float:
    """Ashman's D of the mixture that fits best, from the classes of the threshold on."""
    least = ((values[-1] - values[0]) / BINS) ** 2  # of a variance: a bin's
    belongs = np.stack([values <= threshold, values > threshold]).astype(np.float64)
    if not ((belongs * weight).sum(1) > 0).all():
        belongs = np.stack([values <= values.mean(), values > values.mean()]).astype(np.float64)
    last = -math.inf
    for _ in range(STEPS):
        mass = np.maximum((belongs * weight).sum(1), 1e-12)
        mean = (belongs * weight * values).sum(1) / mass
        spread = np.maximum((belongs * weight * (values - mean[:, None]) ** 2).sum(1) / mass, least)
        log = np.log(mass / np.sqrt(2 * np.pi * spread))[:, None] - (values - mean[:, None]) ** 2 / (
            2 * spread[:, None]
        )
        top = log.max(0)
        density = np.exp(log - top)
        belongs = density / density.sum(0)
        gained = float((weight * (top + np.log(density.sum(0)))).sum())
        if gained - last < SETTLED:
            break
        last = gained
    return float(math.sqrt(2) * abs(mean[1] - mean[0]) / math.sqrt(spread.sum()))
