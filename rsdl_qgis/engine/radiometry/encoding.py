"""What the numbers of a raster stand for: their factor and offset, and negative ones that wrapped around.

Indices are often kept as whole numbers (NDVI x 10,000), and in unsigned layers their few negative values wrap around:
-1 becomes 65,535.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import MismatchError
from .unlike import findings

HIGHEST_SIGNED = 32_767  # of 16 bits
LEAST_WRAPPED = 55_536  # -10,000: an index of -1 in ten-thousandths


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
    """How a layer's numbers are read. ``sample``: of its numbers; ``wrapped``: which are negative.

    ``negative``: uint16 numbers above 32,767 are negative, as those of a signed layer kept as an unsigned one.
    ``auto``: only numbers from 55,536 up (-10,000), and only where a factor applies and no offset (with which a product
    says its negative values itself), and the sample holds nothing between these and 32,767: true uint16 data that goes
    on beyond 32,767 stays as it is. ``keep``: none.
    """
    reading = Reading(factor, offset)
    if dtype != "uint16" or wrapped == "keep":
        return reading
    if wrapped == "negative":
        return replace(reading, wraps_from=HIGHEST_SIGNED + 1)
    numbers = sample.compressed()
    between = bool(((numbers > HIGHEST_SIGNED) & (numbers < LEAST_WRAPPED)).any())
    wraps = factor != 1 and not offset and not between
    return replace(reading, wraps_from=LEAST_WRAPPED) if wraps else reading


def check_range(
    card: ModelCard, samples: Mapping[str, np.ma.MaskedArray], factor: float, offset: float = 0.0
) -> list[str]:
    """Warnings about inputs (T, C, n, m) whose values are unlike those of training (see ``unlike``).

    ``factor`` and ``offset``: those that apply already. MismatchError where another power of ten, or neither of them,
    would bring them there.
    """
    warnings = []
    for item in card.inputs:
        stated = np.full(item.shape, factor), np.full(item.shape, offset)
        for finding in findings(item, card.name, samples[item.name], stated=stated):
            other = 1.0 if finding.stored else factor * finding.factor if finding.factor is not None else None
            if other is not None:
                hint = f"If they are the same in another unit, give their factor: SCALE={other:g}."
                raise MismatchError(finding.text, hint)
            warnings.append(f"{finding.text} {finding.remedy}")
    return warnings
