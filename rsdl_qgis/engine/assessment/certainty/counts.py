"""Uncertainties counted with the classes of map and reference, so that later those that are wrong are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...evaluation.error_detection import BINS, ErrorDetection, bins_of
from ...vector.class_layers import Codes
from ..blocks import BITS, numbered

MOST = 1 << 22  # counts that are held
MASK = (1 << BITS) - 1
BIN_BITS = (BINS - 1).bit_length()


class UncertaintyCounts:
    """How often each pair of codes, of the map and of the reference, has an uncertainty in each bin, by one measure.

    Memory is bounded: where there are many pairs, bins are merged, two to one. ``level``: how often.
    """

    def __init__(self) -> None:
        self.level = 0
        self._codes: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._keys: NDArray[np.int64] = np.zeros(0, np.int64)  # number of the map's code, of the reference's, and bin
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)

    def add(self, uncertainty: NDArray[np.float32], predicted: Codes, reference: Codes) -> None:
        """Counts (n,) places."""
        pair = numbered(predicted, self._codes[0]) << BITS | numbered(reference, self._codes[1])
        keys, counts = np.unique(pair << BIN_BITS | bins_of(uncertainty) >> self.level, return_counts=True)
        self._sum(np.append(self._keys, keys), np.append(self._counts, counts))
        while len(self._keys) > MOST and self.level < BIN_BITS:
            self.level += 1
            pair, place = self._keys >> BIN_BITS, self._keys & (1 << BIN_BITS) - 1
            self._sum(pair << BIN_BITS | place >> 1, self._counts)

    def rows(self) -> tuple[NDArray[np.int64], ...]:
        """Columns (n,): code of the map, code of the reference, bin, and how often they occur together."""
        codes = [np.array([*found], np.int64) for found in self._codes]
        pair, place = self._keys >> BIN_BITS, self._keys & (1 << BIN_BITS) - 1
        middle = (place << self.level) + ((1 << self.level) >> 1)
        return (codes[0][pair >> BITS], codes[1][pair & MASK], np.minimum(middle, BINS - 1), self._counts)

    def _sum(self, keys: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self._keys, which = np.unique(keys, return_inverse=True)
        self._counts = np.bincount(which.ravel(), counts, len(self._keys)).astype(np.int64)


class Counted(Protocol):
    """A map whose uncertainty was counted, by some measures; ``entries``: the classes of both sides' codes."""

    title: str
    uncertain: Mapping[str, UncertaintyCounts]
    entries: tuple[Mapping[int, Any], Mapping[int, Any]]


def detection_of(images: Sequence[Counted], keys: Mapping[Any, Any]) -> dict[str, ErrorDetection]:
    """By measure, how the uncertainty of all maps finds their errors; none where no map has any.

    ``keys``: the same for the same class. InputError where the maps' uncertainties are of different measures.
    """
    measures = images[0].uncertain.keys()
    other = next((image for image in images if image.uncertain.keys() != measures), None)
    if other is not None:
        raise InputError(
            f"The uncertainty of {images[0].title} is {' and '.join(measures)}, that of {other.title} "
            f"{' and '.join(other.uncertain)}.",
            "Assess maps with different measures one after the other.",
        )
    found = {measure: ErrorDetection.empty() for measure in measures}
    for image in images:
        for measure, counts in image.uncertain.items():
            predicted, reference, bins, times = counts.rows()
            found[measure].count(bins, wrong(predicted, reference, image.entries, keys), times)
    return found


def wrong(
    predicted: Codes,
    reference: Codes,
    entries: tuple[Mapping[int, Any], Mapping[int, Any]],
    keys: Mapping[Any, Any],
) -> NDArray[np.bool_]:
    """(n,): which pairs of codes are of two classes."""
    pairs, which = np.unique(np.stack([predicted, reference]), axis=1, return_inverse=True)
    differ = [keys[entries[0][p]] != keys[entries[1][r]] for p, r in pairs.T.tolist()]
    return np.array(differ, bool)[which.ravel()]
