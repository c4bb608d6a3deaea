"""How flat a raster is before a model stretches it by its own percentiles, which hides that from the network.

A raster of one surface, as dunes or a deck of cloud, has little contrast, and the stretch makes a landscape of it. The
ratio of its dark to its bright end is of what was there before, and the same in any unit that begins at 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..cards.card import Input
from .scaling import Radiometry

STEP = 1000  # a limit is rounded up to one in so many


def flatness(inputs: Sequence[Input], scales: Sequence[Radiometry]) -> float | None:
    """From 0 to 1: the low percentile divided by the high one, of the band with the most contrast; the largest of
    dates and inputs. None where no input is stretched by its own percentiles in units that begin at 0, as dB do not.
    """
    found: list[float] = []
    for item, scale in zip(inputs, scales):
        if item.scaling.method != "robust" or item.scaling.decibel:
            continue
        own = slice(1) if scale.normalization else slice(None)  # later dates have the first one's radiometry
        low, span = scale.offset[own], 1 / scale.gain[own]
        ratios = np.maximum(low, 0) / np.maximum(low + span, 1e-12)
        found.append(float(np.clip(ratios, 0, 1).min(1).max()))
    return max(found, default=None)


def flattest(images: Iterable[float | None]) -> float | None:
    """The limit by the flatness of training images: the largest, rounded up."""
    known = [value for value in images if value is not None]
    return min(1.0, math.ceil(max(known) * STEP) / STEP) if known else None
