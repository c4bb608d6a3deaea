"""Scaling by a formula of named steps (``cards.steps``), band by band and a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cards.steps import Step

SMALLEST = 1e-10  # what logarithms are taken of, where a value is not above 0
LARGEST_EXPONENT = 80.0  # of e: float32 ends at 3e38
Band = NDArray[np.float32]


@dataclass(frozen=True)
class SettledStep:
    """A step with its numbers for each date and band; ``values``: (parameters, T, C)."""

    name: str
    values: NDArray[np.float64]

    def __call__(self, band: Band, t: int, c: int) -> Band:
        """The values of a band as they are after this step."""
        with np.errstate(all="ignore"):
            found: Band = FUNCTIONS[self.name](band, *map(np.float32, self.values[:, t, c]))
        return found


def settled(steps: Sequence[Step], sample: np.ma.MaskedArray) -> tuple[SettledStep, ...]:
    """The steps for a raster, of which ``sample`` (T, C, ...) holds pixels: percentiles are taken from it.

    A band without a valid pixel has percentiles of 0 and 1.
    """
    dates, bands = sample.shape[:2]
    found: list[SettledStep] = []
    for step in steps:
        values = np.array([[[step.value(p, c) for c in range(bands)]] * dates for p in range(len(step.values))])
        values = values.reshape(len(step.values), dates, bands)
        name = step.name
        if name == "percentile":
            name, values = "range", _percentiles(values, found, sample)
        found.append(SettledStep(name, values))
    return tuple(found)


def stepped(band: NDArray, steps: Sequence[SettledStep], t: int, c: int) -> Band:
    """A band's values after all steps, as float32."""
    values: Band = band.astype(np.float32)
    for step in steps:
        values = step(values, t, c)
    return values


def _percentiles(values: NDArray, before: Sequence[SettledStep], sample: np.ma.MaskedArray) -> NDArray[np.float64]:
    """Low and high of each date and band, of the sample as the steps before give it."""
    limits = np.zeros_like(values, dtype=np.float64)
    limits[1] = 1.0
    for t, c in np.ndindex(values.shape[1:]):
        part = stepped(sample[t, c].compressed(), before, t, c)
        part = part[np.isfinite(part)]
        if part.size:
            low, high = np.percentile(part, values[:, t, c])
            limits[:, t, c] = low, max(high, low + 1e-6)
    return limits


def _power(x: Band, exponent: np.float32) -> Band:
    whole = float(exponent).is_integer()
    powered: Band = np.power(x if whole else np.maximum(x, 0), exponent)
    return powered


def _above_zero(x: Band) -> Band:
    above: Band = np.maximum(x, np.float32(SMALLEST))
    return above


FUNCTIONS: Mapping[str, Callable[..., NDArray]] = {
    "add": lambda x, number: x + number,
    "subtract": lambda x, number: x - number,
    "multiply": lambda x, factor: x * factor,
    "divide": lambda x, divisor: x / divisor,
    "power": _power,
    "clip": np.clip,
    "range": lambda x, low, high: (x - low) / (high - low),
    "standardise": lambda x, mean, std: (x - mean) / std,
    "log": lambda x: np.log(_above_zero(x)),
    "log1p": lambda x: np.log(_above_zero(x + np.float32(1))),
    "log10": lambda x: np.log10(_above_zero(x)),
    "decibel": lambda x: np.float32(10) * np.log10(_above_zero(x)),
    "exp": lambda x: np.exp(np.minimum(x, np.float32(LARGEST_EXPONENT))),
    "sqrt": lambda x: np.sqrt(np.maximum(x, 0)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-np.clip(x, -LARGEST_EXPONENT, LARGEST_EXPONENT))),
    "tanh": np.tanh,
}
