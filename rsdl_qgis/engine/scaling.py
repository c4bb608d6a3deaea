"""Raster values to the radiometry a network was trained on: one function for training and prediction alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .card import Input, Scaling

LINEAR_BACKSCATTER_LIMIT = 3.0  # sigma0 of nearly every surface lies below; dB values and 8-bit stretches do not
DARKEST_BACKSCATTER = 1e-5  # -50 dB: below any sensor's noise


@dataclass(frozen=True)
class Radiometry:
    """The affine map of one input's bands: ``clip((value - offset) * gain)``, then ``- mean`` and ``/ std``.

    Arrays are (T, C). ``decibel``: values are linear backscatter, converted to dB first.
    """

    offset: NDArray[np.float64]
    gain: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    clip: tuple[float, float] | None
    decibel: bool

    def __call__(self, values: NDArray) -> NDArray[np.float32]:
        """(T, C, ...) raster values to float32 as the network takes them.

        8- and 16-bit integers go through a table of all their values, which is one pass over the data.
        """
        result = np.empty(values.shape, np.float32)
        table_index = _table_of(values.dtype)
        for t, c in np.ndindex(values.shape[:2]):
            if table_index is None:
                self._map(values[t, c], t, c, out=result[t, c])
            else:
                table = self._map(table_index, t, c, out=np.empty(table_index.shape, np.float32))
                index = values[t, c].view(table_index.dtype.str.replace("i", "u"))
                np.take(table, index, out=result[t, c], mode="clip")
        return result

    def _map(self, band: NDArray, t: int, c: int, out: NDArray[np.float32]) -> NDArray[np.float32]:
        gain, offset = self.gain[t, c], self.offset[t, c]
        if self.decibel:
            band = to_decibel(band)
        np.subtract(band, offset, out=out, casting="unsafe")
        if self.clip:
            out *= gain
            np.clip(out, *self.clip, out=out)
            gain = 1.0
        out -= np.float32(self.mean[t, c] / gain)
        out *= np.float32(gain / self.std[t, c])
        return out


def _table_of(dtype: np.dtype) -> NDArray | None:
    """Every value of an 8- or 16-bit integer type, in the order of its bits read as unsigned; else None."""
    if dtype.kind not in "iu" or dtype.itemsize > 2:
        return None
    return np.arange(256**dtype.itemsize, dtype=f"u{dtype.itemsize}").view(dtype)


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


def radiometry(wanted: Input, sample: np.ma.MaskedArray) -> Radiometry:
    """How to scale an input, from a sample (T, C, ...) of the raster's valid pixels.

    A band without a valid pixel or without contrast maps to the training mean.
    """
    scaling = wanted.scaling
    shape = sample.shape[:2]
    mean, std = (_per_band(values, shape, default) for values, default in ((scaling.mean, 0.0), (scaling.std, 1.0)))
    decibel = scaling.decibel and is_linear_backscatter(sample)
    if scaling.method == "linear":
        constant = np.full(shape, 1 / scaling.divisor)
        return Radiometry(np.zeros(shape), constant, mean, std, scaling.clip, decibel)
    offset, gain = np.zeros(shape), np.ones(shape)
    for t, c in np.ndindex(shape):
        values = sample[t, c].compressed()
        if decibel:
            values = to_decibel(values)
        offset[t, c], gain[t, c] = _stretch(values, scaling)
    return Radiometry(offset, gain, mean, std, scaling.clip, decibel)


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
