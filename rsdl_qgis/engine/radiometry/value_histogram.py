"""A histogram of numbers of any size, which are seen once and in any order, in 16 MB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DROPPED = 12  # bits of a float32 that do not matter: bins of 1/2048 of a value at most
BINS = 1 << (32 - DROPPED)
SIGN = np.uint32(1 << 31)


class ValueHistogram:
    """Counts float32 numbers in bins whose width grows with the number: 2^-11 to 2^-12 of it.

    Whole numbers up to 4,096 have bins of their own. A bin stands for the mean of what is in it.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(BINS, np.int64)
        self.sums = np.zeros(BINS, np.float64)

    def add(self, values: NDArray[np.float32]) -> None:
        """Count finite numbers of any shape."""
        flat = np.ascontiguousarray(values, np.float32).ravel()
        bins = bin_of(flat)
        self.counts += np.bincount(bins, minlength=BINS)
        self.sums += np.bincount(bins, flat, BINS)

    def levels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(levels, counts) of the bins that have something, ascending."""
        held = self.counts > 0
        return self.sums[held] / self.counts[held], self.counts[held].astype(np.float64)

    def between(self, level: float, following: float) -> float:
        """The number in the middle of two neighbouring levels, at which no bin is cut."""
        first, second = bin_of(np.array([level, following], np.float32)).tolist()
        return float(min(max((level + following) / 2, float(edge_of(first))), float(edge_of(second - 1))))


def bin_of(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """The bin of each number: the bits of a float32, as they ascend with it, without the last."""
    bits = (values + np.float32(0)).view(np.uint32)  # -0 and 0 are one
    ordered = np.where(bits & SIGN, ~bits, bits | SIGN)
    return (ordered >> np.uint32(DROPPED)).astype(np.int64)


def edge_of(number: int) -> np.float32:
    """The largest number in a bin."""
    ordered = np.uint32(((number + 1) << DROPPED) - 1)
    bits = ordered & ~SIGN if ordered & SIGN else ~ordered
    return np.array([bits], np.uint32).view(np.float32)[0]
