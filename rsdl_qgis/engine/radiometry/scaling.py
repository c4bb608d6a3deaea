"""Raster values to the radiometry a network was trained on: one function for training and prediction alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input, Scaling
from ..errors import ModelError
from .normalization import Normalization, normalization
from .steps import SettledStep, settled, stepped

LINEAR_BACKSCATTER_LIMIT = 3.0  # sigma0 of nearly every surface lies below; dB values and 8-bit stretches do not
DARKEST_BACKSCATTER = 1e-5  # -50 dB: below any sensor's noise
ROWS = 64  # scaled at a time, so that they stay in the processor's cache
SHARED_RANGE = 0.25  # least overlap of two dates of one product, as a fraction of the narrower range


@dataclass(frozen=True)
class Radiometry:
    """The affine map of one input's bands: ``clip((value - offset) * gain)``, then ``- mean`` and ``/ std``.

    Arrays are (T, C). ``decibel``: values are linear backscatter, converted to dB first. ``apart``: numbers (from 0) of
    the bands that should have one stretch over their dates, but whose dates differ too much to be of one product.
    ``normalization``: what brings later dates to the first one's radiometry; ``offset`` and ``gain`` hold it already.
    ``steps``: what is done to values before ``mean`` and ``std``.
    """

    offset: NDArray[np.float64]
    gain: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    clip: tuple[float, float] | None
    decibel: bool
    apart: tuple[int, ...] = ()
    normalization: Normalization | None = None
    steps: tuple[SettledStep, ...] = ()

    def __call__(self, values: NDArray) -> NDArray[np.float32]:
        """(T, C, h, w) raster values to float32 as the network takes them."""
        result = np.empty(values.shape, np.float32)
        for t, c in np.ndindex(values.shape[:2]):
            for top in range(0, values.shape[2], ROWS):
                rows = slice(top, top + ROWS)
                self._map(values[t, c, rows], t, c, out=result[t, c, rows])
        return result

    def _map(self, band: NDArray, t: int, c: int, out: NDArray[np.float32]) -> None:
        if self.decibel:
            band = to_decibel(band)
        if self.steps:
            if self.normalization:
                band = (band - self.offset[t, c]) * self.gain[t, c]
            np.copyto(out, (stepped(band, self.steps, t, c) - self.mean[t, c]) / self.std[t, c], casting="unsafe")
            return
        factor = self.gain[t, c] / self.std[t, c]
        if _is_short(band.dtype):  # exact in float32: one multiplication and one addition
            np.copyto(out, band, casting="unsafe")
            out *= np.float32(factor)
            out -= np.float32(factor * self.offset[t, c] + self.mean[t, c] / self.std[t, c])
        else:
            np.subtract(band, self.offset[t, c], out=out, casting="unsafe")
            out *= np.float32(factor)
            out -= np.float32(self.mean[t, c] / self.std[t, c])
        if self.clip and not self._within(band.dtype, t, c):
            low, high = ((limit - self.mean[t, c]) / self.std[t, c] for limit in self.clip)
            np.clip(out, np.float32(low), np.float32(high), out=out)

    def _within(self, dtype: np.dtype, t: int, c: int) -> bool:
        """Whether no value of a type can leave the clip."""
        if dtype.kind not in "iu":
            return False
        limits = np.iinfo(dtype)
        low, high = ((value - self.offset[t, c]) * self.gain[t, c] for value in (limits.min, limits.max))
        return bool(self.clip and self.clip[0] <= low and high <= self.clip[1])


def _is_short(dtype: np.dtype) -> bool:
    return dtype.kind in "iu" and dtype.itemsize <= 2


def to_decibel(sigma0: NDArray) -> NDArray[np.float32]:
    """Linear backscatter to dB."""
    with np.errstate(invalid="ignore"):
        return 10 * np.log10(np.maximum(sigma0, DARKEST_BACKSCATTER, dtype=np.float32))


def is_linear_backscatter(sample: np.ma.MaskedArray) -> bool:
    """Whether valid values look like linear sigma0: real numbers, none negative, nearly all below 3.

    dB has negative values; an 8-bit or 16-bit stretch goes far beyond 3.
    """
    values = sample.compressed()
    if values.dtype.kind != "f" or not values.size:
        return False
    return bool(values.min() >= 0 and np.percentile(values, 98) < LINEAR_BACKSCATTER_LIMIT)


def radiometry(wanted: Input, sample: np.ma.MaskedArray, normalize: str | None = None) -> Radiometry:
    """How to scale an input, from a sample (T, C, ...) of the raster's valid pixels.

    A band without a valid pixel or without contrast maps to the training mean. ``normalize``: how later dates are
    brought to the first one's radiometry before anything else (see ``normalization``), in dB where the values become
    that; None: not. InputError where they cannot be.
    """
    decibel = wanted.scaling.decibel and is_linear_backscatter(sample)
    if normalize is None or sample.shape[0] < 2:
        return _stretched(wanted, sample, decibel)
    known = np.ma.MaskedArray(to_decibel(sample.data), np.ma.getmaskarray(sample)) if decibel else sample
    maps = normalization(known, normalize, [band.name for band in wanted.bands])
    found = replace(_stretched(wanted, maps(known), False), decibel=decibel, normalization=maps)
    # (value * g + o - offset) * gain = (value - (offset - o) / g) * (gain * g)
    return replace(found, offset=(found.offset - maps.offset) / maps.gain, gain=found.gain * maps.gain)


def _stretched(wanted: Input, sample: np.ma.MaskedArray, decibel: bool) -> Radiometry:
    scaling = wanted.scaling
    shape = sample.shape[:2]
    mean, std = (_per_band(values, shape, default) for values, default in ((scaling.mean, 0.0), (scaling.std, 1.0)))
    _check_numbers(wanted, mean, std)
    if scaling.method == "linear":
        constant = np.full(shape, 1 / scaling.divisor)
        return Radiometry(np.zeros(shape), constant, mean, std, scaling.clip, decibel)
    if scaling.method == "steps":
        steps = settled(scaling.steps, sample)
        return Radiometry(np.zeros(shape), np.ones(shape), mean, std, None, decibel, steps=steps)
    values = [[sample[t, c].compressed() for c in range(shape[1])] for t in range(shape[0])]
    if decibel:
        values = [[to_decibel(band) for band in bands] for bands in values]
    offset, gain = np.zeros(shape), np.ones(shape)
    apart = []
    for c in range(shape[1]):
        dates = [bands[c] for bands in values]
        together = scaling.pooled and _comparable(dates, scaling)
        if scaling.pooled and not together:
            apart.append(c)
        for t in range(shape[0]):
            offset[t, c], gain[t, c] = _stretch(np.concatenate(dates) if together else dates[t], scaling)
    return Radiometry(offset, gain, mean, std, scaling.clip, decibel, tuple(apart))


def _check_numbers(wanted: Input, mean: NDArray[np.float64], std: NDArray[np.float64]) -> None:
    """ModelError for a mean, deviation or divisor by which no value can be scaled."""
    for name, values in (("mean", mean), ("std", std), ("divisor", np.array(wanted.scaling.divisor))):
        wrong = ~np.isfinite(values) | ((values == 0) & (name != "mean"))
        if wrong.any():
            raise ModelError(
                f"The model scales '{wanted.name}' by a {name} of {values[wrong].flat[0]:g}, which no value can be.",
                "Correct the model's card (scaling), or get the model again.",
            )


def _comparable(dates: Sequence[NDArray], scaling: Scaling) -> bool:
    """Whether a band's dates can be of one kind of product: their ranges overlap by a quarter of the narrower one.

    An 8-bit stretch and 16-bit reflectance do not; then each date has its own stretch.
    """
    ranges = [np.percentile(values, (scaling.low, scaling.high)) for values in dates if values.size]
    if not ranges:
        return True
    shared = min(high for _, high in ranges) - max(low for low, _ in ranges)
    return bool(shared >= SHARED_RANGE * min(high - low for low, high in ranges))


def _per_band(values: tuple[tuple[float, ...], ...], shape: tuple[int, int], default: float) -> NDArray[np.float64]:
    return np.broadcast_to(np.asarray(values, float) if values else default, shape)


def _stretch(values: NDArray, scaling: Scaling) -> tuple[float, float]:
    """(offset, gain) that bring the low and high percentiles to 0 and 1."""
    if not values.size:
        return 0.0, 1.0
    low, high = np.percentile(values, (scaling.low, scaling.high))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return float(low), 1.0 / max(float(high - low), 1e-6)
