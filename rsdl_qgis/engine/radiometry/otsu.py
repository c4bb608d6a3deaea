"""Otsu's threshold between two classes of values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError


def otsu_threshold(values: ArrayLike, counts: ArrayLike | None = None) -> float:
    """The threshold: values above it are the upper class.

    Otsu 1979, doi:10.1109/TSMC.1979.4310076: of all cuts between two neighbouring values the one with the largest
    between-class variance, the lowest of equal ones; exact, since every cut is tried. ``values``: numbers of any
    shape; masked and not finite ones are left out. ``counts``: how often each occurs, for a histogram, whose values are
    the middles of its bins. InputError where fewer than two values differ.
    """
    array = np.ma.masked_invalid(np.ma.asarray(values, np.float64)).ravel()
    kept = ~np.ma.getmaskarray(array)
    often = np.ones(array.size) if counts is None else np.asarray(counts, np.float64).ravel()
    levels, place = np.unique(array.data[kept], return_inverse=True)
    often = np.bincount(place, often[kept], minlength=len(levels)).astype(np.float64)
    levels, often = levels[often > 0], often[often > 0]
    if len(levels) < 2:
        found = f"all of them are {levels[0]:g}" if len(levels) else "there are none"
        raise InputError(f"No threshold divides the values: {found}.", "Choose an area that shows both classes.")
    return float(levels[int(np.argmax(between_variance(levels, often)))])


def between_variance(levels: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n - 1,): the variance between the classes for a cut above each of n ascending levels but the last."""
    centred = levels - np.average(levels, weights=counts)
    below = np.cumsum(counts)[:-1]
    total = counts.sum()
    moment = np.cumsum(counts * centred)[:-1]
    variance: NDArray[np.float64] = moment**2 / (below * (total - below))
    return variance
