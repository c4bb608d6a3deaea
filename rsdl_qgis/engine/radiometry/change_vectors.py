"""Change-vector analysis: how far each pixel moved between two dates in the space of the bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def change_magnitude(before: np.ma.MaskedArray, after: np.ma.MaskedArray) -> np.ma.MaskedArray:
    """The length of the change vector of each pixel of two images (C, ...): float64 (...), 0 and up.

    Malila 1980 (Change vector analysis: an approach for detecting forest changes with Landsat, LARS Symposia 385).
    Each band of each date is first brought to mean 0 and deviation 1 over the pixels that are valid at both, which
    takes out gain and offset between the dates and lets every band count alike; a band of one value counts as 0.
    Masked where any band of either date is masked or not finite. ValueError where the shapes differ.
    """
    if before.shape != after.shape:
        raise ValueError(f"Two dates of different shapes, {before.shape} and {after.shape}.")
    dates = [np.ma.masked_invalid(np.ma.asarray(date, np.float64)) for date in (before, after)]
    invalid = np.logical_or(*(np.ma.getmaskarray(date).any(axis=0) for date in dates))
    squared = np.zeros(before.shape[1:])
    for bands in zip(*(date.data for date in dates)):
        vector = np.subtract(*(_standardised(band, ~invalid) for band in bands))
        squared += vector**2
    return np.ma.MaskedArray(np.sqrt(squared), invalid)


def _standardised(band: NDArray[np.float64], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean 0 and deviation 1 over the valid pixels; 0 elsewhere, and all over where they are of one value."""
    values = band[valid]
    result = np.zeros(band.shape)
    if values.size and values.std() > 0:
        result[valid] = (values - values.mean()) / values.std()
    return result
