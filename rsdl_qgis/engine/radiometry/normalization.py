"""Relative radiometric normalisation: the later dates of an image brought to the radiometry of the first.

One affine map a band, found from a sample of pixels that are valid at all dates: atmosphere, sun and sensor make two
images of unchanged land differ by about a gain and an offset (Canty, Nielsen, Schmidt 2004,
doi:10.1016/j.rse.2003.10.024).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

FEWEST = 100  # least number of pixels for a map
MOST = 50_000  # pixels that are compared: more make no better map
LEAST_CORRELATION = 0.5  # of a band over unchanged pixels; below it they are not unchanged
ITERATIONS, CONVERGED = 50, 1e-4  # of IR-MAD; change of the canonical correlations
SMALLEST_VARIANCE = 1e-6  # of a MAD variate, whose largest is 2: images that are affine to one another have none
DEPENDENT = 1e-9  # eigenvalue, as a part of the largest, below which bands are linearly dependent


@dataclass(frozen=True)
class Normalization:
    """``value * gain + offset`` for each date and band, both (T, C); the first date keeps its values.

    ``pixels``: of the sample that were compared; ``used``: for each date the sum of their weights.
    """

    method: str
    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    pixels: int
    used: tuple[int, ...]

    def __call__(self, sample: np.ma.MaskedArray) -> np.ma.MaskedArray:
        """(T, C, ...) values in the first date's radiometry, float64."""
        shape = (*self.gain.shape, *[1] * (sample.ndim - 2))
        values = sample.data.astype(np.float64) * self.gain.reshape(shape) + self.offset.reshape(shape)
        return np.ma.MaskedArray(values, np.ma.getmaskarray(sample))


def normalization(sample: np.ma.MaskedArray, method: str, bands: Sequence[str]) -> Normalization:
    """The maps of an image of two dates or more, from a sample (T, C, ...); ``bands``: their names, for messages.

    ``method``: ``moments``, mean and standard deviation of all pixels that are valid at both dates become equal;
    ``irmad``, those of the unchanged ones, each weighted by its probability of no change. Where all of a band is of one
    value it is shifted only. Matching both moments is orthogonal regression of the standardised bands, so that the unit
    of neither date matters; Canty et al. regress the values as they are, of pixels above a probability. InputError
    where there are too few pixels, or bands that are not alike.
    """
    if method not in METHODS:
        raise InputError(f"There is no normalisation '{method}'.", f"Choose one of none, {', '.join(METHODS)}.")
    dates, count = sample.shape[:2]
    values = sample.reshape(dates, count, -1)
    valid = ~np.ma.getmaskarray(values).any(axis=(0, 1))
    _check_count(int(valid.sum()), "pixels are valid at both dates")
    every = math.ceil(valid.sum() / MOST)
    pixels = values.data[:, :, np.flatnonzero(valid)[::every]].astype(np.float64).transpose(0, 2, 1)  # (T, n, C)
    gain, offset = np.ones((dates, count)), np.zeros((dates, count))
    used = [len(pixels[0])]
    for t in range(1, dates):
        weights = METHODS[method](pixels[0], pixels[t])
        _check_count(round(weights.sum()), "pixels are unchanged")
        for c, name in enumerate(bands):
            gain[t, c], offset[t, c] = _matched(pixels[0][:, c], pixels[t][:, c], weights, name)
        used.append(round(weights.sum()))
    return Normalization(method, gain, offset, len(pixels[0]), tuple(used))


def all_alike(reference: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) ones: all pixels count as unchanged."""
    return np.ones(len(reference))


def no_change_probability(reference: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of no change of each pixel of two images (n, C): (n,), by IR-MAD.

    Iteratively reweighted multivariate alteration detection, Nielsen 2007, doi:10.1109/TIP.2006.888195: canonical
    variates of the two are subtracted from one another; the sum of squares of these differences, each over its
    variance, has a chi-squared distribution where nothing changed; its upper tail weights the pixels of the next round,
    until the canonical correlations stay. No affine map of the bands of either image changes the result. Differs from
    the paper: linearly dependent bands are left out by their eigenvalues, not penalised, and the rounds end before the
    weights of all pixels sum to less than a hundred, since a few pixels always fit one another.
    """
    x, y = _standardised(reference), _standardised(other)
    weights: NDArray[np.float64] = np.ones(len(x))
    before: NDArray[np.float64] = np.zeros(0)
    for _ in range(ITERATIONS):
        first, second, correlations = _canonical(x, y, weights)
        variance = np.maximum(2 * (1 - correlations), SMALLEST_VARIANCE)
        probability = chi_squared_tail(((first - second) ** 2 / variance).sum(1), len(correlations))
        if probability.sum() < FEWEST:
            break
        weights = probability
        if len(before) == len(correlations) and np.abs(before - correlations).max() < CONVERGED:
            break
        before = correlations
    return weights


METHODS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "moments": all_alike,
    "irmad": no_change_probability,
}


def chi_squared_tail(value: NDArray[np.float64], freedom: int) -> NDArray[np.float64]:
    """The probability that a chi-squared variable of so many degrees of freedom (1 or more) exceeds each value.

    The incomplete gamma function of whole and half numbers, by its recurrence (Abramowitz and Stegun 26.4.4, 26.4.5).
    """
    half = np.minimum(value / 2, 700.0)  # exp(-700) is the least there is
    order = 1.0 if freedom % 2 == 0 else 0.5
    tail = np.exp(-half) if order == 1.0 else np.frompyfunc(math.erfc, 1, 1)(np.sqrt(half)).astype(np.float64)
    term = half**order * np.exp(-half) / math.gamma(order + 1)
    while order < freedom / 2:
        tail = tail + term
        order += 1
        term = term * half / order
    return np.minimum(tail, 1.0)


def _standardised(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each band with mean 0 and deviation 1; one of a single value is 0."""
    deviation = image.std(0)
    standardised: NDArray[np.float64] = (image - image.mean(0)) / np.where(deviation > 0, deviation, 1)
    return standardised


def _canonical(
    x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The canonical variates of two images under weights, (n, k) each of variance 1, and their correlations (k,)."""
    weights = weights / weights.sum()
    x, y = x - weights @ x, y - weights @ y
    weighted = x * weights[:, None]
    whiten_x, whiten_y = _whitening(weighted.T @ x), _whitening((y * weights[:, None]).T @ y)
    left, correlations, right = np.linalg.svd(whiten_x.T @ (weighted.T @ y) @ whiten_y, full_matrices=False)
    return x @ (whiten_x @ left), y @ (whiten_y @ right.T), np.minimum(correlations, 1.0)


def _whitening(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(C, k): the map to as many uncorrelated variates of variance 1 as the bands are independent."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > max(DEPENDENT * values.max(), np.finfo(np.float64).tiny)
    whitening: NDArray[np.float64] = vectors[:, kept] / np.sqrt(values[kept])
    return whitening


def _matched(
    reference: NDArray[np.float64], other: NDArray[np.float64], weights: NDArray[np.float64], band: str
) -> tuple[float, float]:
    """(gain, offset) that give the weighted pixels of a band the mean and deviation that they have in the reference."""
    weights = weights / weights.sum()
    means = float(weights @ reference), float(weights @ other)
    if not (np.ptp(reference) and np.ptp(other)):
        return 1.0, means[0] - means[1]
    reference, other = reference - means[0], other - means[1]
    spread = math.sqrt(weights @ reference**2), math.sqrt(weights @ other**2)
    if np.ptp(weights) and not weights @ (reference * other) > LEAST_CORRELATION * spread[0] * spread[1]:
        raise InputError(
            f"The dates cannot be normalised to one another: where the least changed, their values of {band} are "
            "not alike.",
            "Check that the bands are the same, normalise by 'moments', or not at all.",
        )
    gain = spread[0] / spread[1]
    return gain, means[0] - gain * means[1]


def _check_count(count: int, what: str) -> None:
    if count < FEWEST:
        raise InputError(
            f"The dates cannot be normalised to one another: {count} of the sampled {what}, and {FEWEST} are needed.",
            "Check that the rasters overlap, or do without normalisation.",
        )
