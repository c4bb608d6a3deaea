"""What the numbers of a raster stand for: their factor and offset, and negative ones that wrapped around.

Indices are often kept as whole numbers (NDVI x 10,000), and in unsigned layers their few negative values wrap around:
-1 becomes 65,535.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .card import Input, ModelCard
from .errors import InputError, MismatchError

WRAPPED = ("auto", "negative", "keep")
HIGHEST_SIGNED = 32_767  # of 16 bits
LEAST_WRAPPED = 55_536  # -10,000: an index of -1 in ten-thousandths
FAR, NEAR = 10.0, 3.0  # standard deviations of training from its mean
NARROW, WIDE = 0.01, 10.0  # spread of the values in those of training
POWERS = range(-8, 9)  # of ten, among which a better factor is looked for


@dataclass(frozen=True)
class Reading:
    """``value * factor + offset``; where ``wraps_from`` is given, uint16 numbers from it up are negative."""

    factor: float = 1.0
    offset: float = 0.0
    wraps_from: int | None = None

    def __call__(self, numbers: NDArray) -> NDArray[np.float32]:
        """The values as float32; numbers too large for it become infinite."""
        with np.errstate(over="ignore"):
            values = numbers.astype(np.float32)
        if self.wraps_from is not None:
            values[numbers >= self.wraps_from] -= 65_536
        if self.factor != 1:
            values *= np.float32(self.factor)
        if self.offset:
            values += np.float32(self.offset)
        return values


def reading_of(factor: float, offset: float, dtype: str, wrapped: str, sample: np.ma.MaskedArray) -> Reading:
    """How a layer's numbers are read. ``sample``: of its numbers; ``wrapped``: one of WRAPPED.

    ``negative``: uint16 numbers above 32,767 are negative, as those of a signed layer kept as an unsigned one.
    ``auto``: only numbers from 55,536 up (-10,000), and only where a factor applies and no offset (with which a product
    says its negative values itself), and the sample holds nothing between these and 32,767: true uint16 data that goes
    on beyond 32,767 stays as it is. ``keep``: none.
    """
    if wrapped not in WRAPPED:
        raise InputError(f"WRAPPED cannot be '{wrapped}'.", f"Choose one of {', '.join(WRAPPED)}.")
    reading = Reading(factor, offset)
    if dtype != "uint16" or wrapped == "keep":
        return reading
    if wrapped == "negative":
        return replace(reading, wraps_from=HIGHEST_SIGNED + 1)
    numbers = sample.compressed()
    between = bool(((numbers > HIGHEST_SIGNED) & (numbers < LEAST_WRAPPED)).any())
    wraps = factor != 1 and not offset and not between
    return replace(reading, wraps_from=LEAST_WRAPPED) if wraps else reading


def misfit(item: Input, sample: np.ma.MaskedArray) -> float:
    """How far, in the middle, an input's values (T, C, n, m) lie from its training mean, in standard deviations; 0
    where its card does not say."""
    distances = [abs(z) for z in _standardised(item, sample)]
    return float(np.median(np.concatenate(distances))) if distances else 0.0


def check_range(card: ModelCard, samples: Mapping[str, np.ma.MaskedArray], factor: float) -> list[str]:
    """Sentences on inputs (T, C, n, m) whose values are unlike those of training.

    ``factor``: that applies already. MismatchError where another power of ten would bring them there.
    """
    warnings = []
    for item in card.inputs:
        for c, band in enumerate(item.bands):
            alone = _band(item, c)
            values = samples[item.name][:, c : c + 1]
            if not values.count() or not _is_strange(_standardised(alone, values)):
                continue
            low, high = np.percentile(values.compressed(), (2, 98))
            mean, std = (float(np.mean(part)) for part in (alone.scaling.mean, alone.scaling.std))
            divisor = alone.scaling.divisor
            text = (
                f"The values of {band.name} go from {low:.4g} to {high:.4g}, and model '{card.name}' was trained on "
                f"values around {mean * divisor:.4g}, with a standard deviation of {std * divisor:.4g}."
            )
            better = _better_power(alone, values)
            if better is not None:
                hint = f"If they are the same in another unit, give their factor: SCALE={factor * 10.0**better:g}."
                raise MismatchError(text, hint)
            warnings.append(f"{text} The map may mean little.")
    return warnings


def _standardised(item: Input, sample: np.ma.MaskedArray, factor: float = 1.0) -> list[NDArray[np.float64]]:
    """The valid values of each date and band as the network sees them; none where the scaling has no mean."""
    scaling = item.scaling
    if scaling.method != "linear" or scaling.decibel or not (scaling.mean and scaling.std):
        return []
    mean, std = (np.broadcast_to(np.asarray(v, float), item.shape) for v in (scaling.mean, scaling.std))
    places: Sequence[tuple[int, ...]] = list(np.ndindex(sample.shape[:2]))
    return [(sample[p].compressed() * (factor / scaling.divisor) - mean[p]) / std[p] for p in places]


def _is_strange(parts: Sequence[NDArray[np.float64]]) -> bool:
    """Whether values lie far from those of training, or all but at one point of their range."""
    if not parts:
        return False
    values = np.concatenate(parts)
    if np.median(np.abs(values)) > FAR:
        return True
    return 0 < _spread(parts) < NARROW


def _better_power(item: Input, values: np.ma.MaskedArray) -> int | None:
    """The power of ten by which the values are like those of training; None if there is none."""
    found = []
    for power in POWERS:
        parts = _standardised(item, values, 10.0**power)
        middle, spread = np.median(np.abs(np.concatenate(parts))), _spread(parts)
        if power and middle < NEAR and NARROW < spread < WIDE:
            found.append((abs(np.log10(spread)), power))
    return min(found)[1] if found else None


def _spread(parts: Sequence[NDArray[np.float64]]) -> float:
    """How widely the values of a date lie apart, in the middle of the dates: half of them lie within it."""
    ranges = [np.subtract(*np.percentile(part, (75, 25))) for part in parts if part.size]
    return float(np.median(ranges)) if ranges else 0.0


def _band(item: Input, c: int) -> Input:
    """The input with one of its bands alone."""
    scaling = item.scaling
    mean, std = (tuple((row[c],) for row in values) for values in (scaling.mean, scaling.std))
    return replace(item, bands=(item.bands[c],), scaling=replace(scaling, mean=mean, std=std))
