"""Accuracy and area from a probability sample of a map, with standard errors.

One estimator serves strata that are the map's classes (Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015, equations 1
to 11), strata that are not (Stehman 2014, doi:10.1080/01431161.2014.930207, equations 2, 25, 27 and 28) and, with a
single stratum, simple random sampling: the first is a case of the second. Beyond the papers, units may differ in size,
as pixels in degrees do: then the mean of a stratum is that of its ground, a ratio of sums (Cochran 1977, Sampling
Techniques, section 6), which is the papers' where all units are of one size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.96  # standard errors on either side of an estimate: 95 %, as in both papers
SAME = 1e-12  # relative: two numbers that differ by less are one

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """The units of a sample that have an answer, and the strata that these are from.

    ``stratum`` (n,): of each unit, an index of the strata; ``ground`` (n,): area of each unit; ``areas`` (strata,): of
    each stratum, in the same unit; ``units`` (strata,): how many each holds, infinite where that is not known. Every
    stratum has an answer.
    """

    stratum: NDArray[np.int64]
    ground: Array
    areas: Array
    units: Array

    @property
    def answers(self) -> NDArray[np.int64]:
        """(strata,): units with an answer."""
        return np.bincount(self.stratum, minlength=len(self.areas))

    @property
    def shares(self) -> Array:
        """(strata,): of the whole area."""
        return self.areas / self.areas.sum()

    @property
    def single(self) -> NDArray[np.int64]:
        """The strata with one answer of several units, of which the variance cannot be estimated."""
        return np.flatnonzero((self.answers == 1) & (self.units > 1))

    def means(self, values: Array) -> Array:
        """(n, q) -> (strata, q): the mean over the ground of each stratum."""
        return self._sums(values * self.ground[:, None]) / self._sums(self.ground[:, None])

    def totals(self, values: Array) -> Array:
        """(n, q) -> (q,): the mean over the whole area. Stehman (2014), equation 2."""
        total: Array = self.shares @ self.means(values)
        return total

    def errors(self, values: Array) -> Array:
        """(n, q) -> (q,): standard errors of ``totals``. Stehman (2014), equation 25; NaN with a ``single`` stratum.

        The finite population correction is 1 where the number of units is not known, as in Olofsson et al. (2014).
        """
        counts = self.answers[:, None].astype(np.float64)
        size = self.ground[:, None] / (self._sums(self.ground[:, None]) / counts)[self.stratum]
        residuals = size * (values - self.means(values)[self.stratum])
        with np.errstate(invalid="ignore", divide="ignore"):
            variances = self._sums(residuals**2) / (counts - 1) / counts
        variances[counts[:, 0] == 1] = np.nan
        correction = 1 - counts[:, 0] / self.units
        weights = self.shares**2 * correction
        whole = correction <= 0  # all units were looked at
        found = np.where(whole[:, None], 0.0, weights[:, None] * np.where(whole[:, None], 0.0, variances))
        errors: Array = np.sqrt(found.sum(0))
        return errors

    def ratios(self, hits: Array, of: Array) -> tuple[Array, Array]:
        """(n, q) each -> (q,) ratios of totals and their standard errors; NaN where there is nothing to divide by.

        Stehman (2014), equations 27 and 28; Olofsson et al. (2014), equations 6 and 7 where strata are classes.
        """
        above, below = self.totals(hits), self.totals(of)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(below > 0, above / below, np.nan)
            errors = self.errors(hits - np.nan_to_num(ratio) * of) / below
        return ratio, np.where(below > 0, errors, np.nan)

    def _sums(self, values: Array) -> Array:
        """(n, q) -> (strata, q): sums over the units of each."""
        sums = np.zeros((len(self.areas), values.shape[1]))
        np.add.at(sums, self.stratum, values)
        return sums


@dataclass(frozen=True)
class Figure:
    """An estimate, its standard error and 95 % interval; None where there is none.

    Without a difference in the sample the estimated error is 0, which is not what the error is: there is no interval.
    """

    value: float | None
    error: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, value: float, error: float, most: float = 1.0) -> Figure:
        """Of numbers that are NaN where there is none; the interval is cut to 0 and ``most``."""
        if np.isnan(value):
            return cls(None)
        if np.isnan(error) or error <= SAME:
            return cls(float(value))
        return cls(float(value), float(error), max(0.0, float(value - Z * error)), min(most, float(value + Z * error)))

    def times(self, factor: float) -> Figure:
        """In another unit."""
        return Figure(*(None if n is None else n * factor for n in (self.value, self.error, self.low, self.high)))


@dataclass(frozen=True)
class AreaEstimates:
    """Accuracies, and shares of the area, of all classes.

    ``matrix`` (classes, classes): shares of the area by class of the map (row) and of the reference (column);
    ``counts``: units alike; ``users``, ``producers``, ``areas``: of each class, areas as shares.
    """

    matrix: Array
    counts: NDArray[np.int64]
    overall: Figure
    users: tuple[Figure, ...]
    producers: tuple[Figure, ...]
    areas: tuple[Figure, ...]


def estimates(
    sample: Sample, predicted: NDArray[np.int64], reference: NDArray[np.int64], classes: int
) -> AreaEstimates:
    """All figures of a sample. ``predicted``, ``reference`` (n,): the class of each unit, below ``classes``."""
    mapped, there = (np.eye(classes)[codes] for codes in (predicted, reference))
    hits = mapped * there
    matrix = sample.totals((mapped[:, :, None] * there[:, None, :]).reshape(len(mapped), -1)).reshape(classes, classes)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (predicted, reference), 1)
    right = (predicted == reference).astype(np.float64)[:, None]
    users, producers = (sample.ratios(hits, of) for of in (mapped, there))
    areas = sample.totals(there), sample.errors(there)
    return AreaEstimates(
        matrix=matrix,
        counts=counts,
        overall=Figure.of(sample.totals(right)[0], sample.errors(right)[0]),
        users=tuple(map(Figure.of, *users)),
        producers=tuple(map(Figure.of, *producers)),
        areas=tuple(map(Figure.of, *areas)),
    )
