"""Patches of equal pixels in some rows: their sizes, and what they border on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Patches:
    """Patches of pixels of one value that are connected by their sides.

    ``labels``: (rows, columns), the patch of each pixel. Of each patch ``values``, ``sizes`` in pixels, and its first
    and last row, ``tops`` and ``bottoms``.
    """

    labels: NDArray[np.int32]
    values: NDArray
    sizes: NDArray[np.int64]
    tops: NDArray[np.int64]
    bottoms: NDArray[np.int64]

    @classmethod
    def of(cls, pixels: NDArray) -> Patches:
        """The patches of (rows, columns)."""
        height, width = pixels.shape
        begins = np.ones((height, width), bool)
        begins[:, 1:] = pixels[:, 1:] != pixels[:, :-1]
        runs = (np.cumsum(begins.ravel(), dtype=np.int32) - 1).reshape(height, width)
        firsts = np.flatnonzero(begins)
        same = pixels[1:] == pixels[:-1]
        same[:, 1:] &= begins[1:, 1:] | begins[:-1, 1:] | ~same[:, :-1]  # one link a pair of runs
        patch = _joined(len(firsts), runs[:-1][same], runs[1:][same])
        roots, patch = np.unique(patch, return_inverse=True)
        lengths = np.diff(firsts, append=height * width)
        rows = firsts // width
        tops = np.full(len(roots), height)
        np.minimum.at(tops, patch, rows)
        bottoms = np.zeros(len(roots), np.int64)
        np.maximum.at(bottoms, patch, rows)
        sizes = np.bincount(patch, lengths).astype(np.int64)
        return cls(patch.astype(np.int32)[runs], pixels.ravel()[firsts[roots]], sizes, tops, bottoms)

    def beside(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The sides of pixels of chosen patches (by patch) that border on other patches: the patch of each such side,
        and the other one.
        """
        labels = self.labels
        ones: list[NDArray] = []
        others: list[NDArray] = []
        for first, second in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
            place = np.flatnonzero((first != second).ravel())
            a, b = first.ravel()[place], second.ravel()[place]
            for one, other in ((a, b), (b, a)):
                kept = chosen[one]
                ones.append(one[kept])
                others.append(other[kept])
        return np.concatenate(ones).astype(np.int64), np.concatenate(others).astype(np.int64)


def _joined(count: int, first: NDArray, second: NDArray) -> NDArray[np.int64]:
    """The smallest number in the group of each of so many numbers, which pairs join."""
    parent = np.arange(count)
    while len(first):
        a, b = parent[first], parent[second]
        apart = a != b
        first, second, a, b = first[apart], second[apart], a[apart], b[apart]
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(further := parent[parent], parent):
            parent = further
    return parent
