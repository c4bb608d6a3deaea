"""Checks whether a raster's values are like the training data of a model, and finds known causes where they are not.

A model whose scaling is linear states the mean and the standard deviation of each of its bands in training. Values are
compared with these as the network sees them, in standard deviations from the mean. Models that stretch each raster by
its own percentiles take any unit; there only an offset between dates that are stretched together can be found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input
from ..raster.source import LayerInfo

FAR = 5.0  # deviations of the middle of a band from training's mean
FLAT, NEAR = 0.05, 1.5  # deviations: a band with less spread, and not as near
LEAST_SPREAD = 0.25  # deviations; a homogeneous scene has little, and need not be another product
UNLIKE, LIKE, BETTER = 2.0, 2.0, 1.2  # divergence of what is strange, of what is not, and the difference that counts
REORDERED = 0.25  # divergence, and fraction of it, that another order of bands takes away
OF_HAZE = (  # text and remedy where bands in their known order are to one another as in another one
    "Some bands are darker or brighter beside the others than in the training data.",
    "Haze does that in blue and green: reflectance at the top of the atmosphere (Level 1) and at the surface (Level 2) "
    "are two things. Give the kind that the model was trained on; the map may be wrong.",
)
FACTORS = (1.0, *(10.0**power for power in range(-8, 9) if power), 255.0, 1 / 255, 257.0, 1 / 257)  # of usual units
BYTE, LEAST_BYTES = 255, 8  # the largest value of 8 bits; what the brightest pixel of an 8-bit image exceeds
BEYOND_BYTES = 3.0  # times 255: training values that no 8-bit image reaches
OFFSETS = ((300, 6000, 1000.0), (0.03, 0.6, 0.1))  # largest mean of a band, from and to; Sentinel-2's offset there
ABOVE_OFFSET = 0.98  # of the offset: where the darkest pixels of every band lie
BELOW_OFFSET = 0.7  # where they lie in a product without it
DARKEST = 1  # percentile
NEARLY_NOTHING = 0.02  # of the range that a model takes
BLANK = 0.05  # fraction of pixels that are 0 in all bands, from which on a warning is given
SENTINEL_2 = re.compile(r"B(0?[1-9]|1[0-2]|8A)", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """A problem with the values of an input, and its remedy, in sentences.

    ``bands``: which ones; ``factor``: what would make them like the training data; ``stored``: whether the stored
    numbers are like it.
    """

    text: str
    remedy: str
    bands: tuple[int, ...]
    factor: float | None = None
    stored: bool = False


@dataclass(frozen=True)
class _Look:
    """An input's values in standard deviations of training from its mean, (T, C) each: middle, spread of nearly all,
    mean and deviation; ``low`` and ``high`` ends and ``darkest`` in the raster's own numbers. NaN: nothing valid."""

    model: str
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    darkest: NDArray[np.float64]
    most: NDArray[np.float64]  # (T,)


def findings(
    item: Input,
    model: str,
    sample: np.ma.MaskedArray,
    scaled: NDArray | None = None,
    stated: tuple[NDArray, NDArray] | None = None,
    in_order: bool = False,
) -> list[Finding]:
    """The problems of the values of a model's input, from a sample (T, C, n, m); [] for none.

    ``scaled``: the sample as the network takes it, where it is not merely the card's division, mean and deviation;
    ``stated``: scale and offset of the files, for (T, C); ``in_order``: the bands are those of a product, whose order
    is known.
    """
    if item.scaling.method != "linear":
        return _offset_between(item, sample)
    if not (item.scaling.mean and item.scaling.std):
        return _of_range(item, model, sample)
    if scaled is None:
        scaled = (sample.data / item.scaling.divisor - _table(item, "mean")) / _table(item, "std")
    look = _look(model, sample, scaled)
    found = [] if item.scaling.decibel else _explained(item, look, stated, in_order)
    named = {c for finding in found for c in finding.bands or range(len(item.bands))}
    strange = [c for c in _strange(look) if c not in named]
    if strange:
        remedy = "The map may be wrong. Give the product that the model was trained on, and its bands."
        found.append(Finding(_range(item, look, strange), remedy, tuple(strange)))
    return found


def finding_text(item: Input, finding: Finding) -> str:
    """A finding as a sentence for the log."""
    return f"{item.role or item.name}: {finding.text} {finding.remedy}"


def blank_fraction(sample: np.ma.MaskedArray, infos: Sequence[LayerInfo] = ()) -> float:
    """The fraction of the valid pixels (T, C, n, m) that are a stored 0 in all bands of a date; of the worst date."""
    fractions = [0.0]
    for t, date in enumerate(sample):
        valid = ~np.ma.getmaskarray(date).any(axis=0)
        offsets = infos[t].offsets if infos else ()
        zeros = np.asarray(offsets or [0.0] * len(date), date.dtype)
        blank = (date.data == zeros.reshape(-1, 1, 1)).all(axis=0) & valid
        fractions.append(float(blank.sum() / max(1, valid.sum())))
    return max(fractions)


def blank_text(title: str, fraction: float) -> str:
    """The warning of pixels that are 0 in all bands."""
    return (
        f"{title}: {fraction:.0%} of the pixels that count as valid are 0 in all bands, and the raster does not "
        "declare 0 as nodata. If nothing was measured there (a black border), give NODATA=0, or declare it in the "
        "file; as they are, they change the scaling of the rest."
    )


def scale_text(info: LayerInfo) -> str:
    """A sentence on the scale and offset that a file states for its numbers; '' for none."""
    pairs = list(dict.fromkeys(zip(info.scales, info.offsets)))
    if all(pair == (1, 0) for pair in pairs):
        return ""
    maps = ", ".join(f"× {scale:g} {'-' if offset < 0 else '+'} {abs(offset):g}" for scale, offset in pairs)
    return f"{Path(info.path).name}: stored numbers {maps} are its values, as the file states."


def _table(item: Input, name: str) -> NDArray[np.float64]:
    """Mean or deviation of training as (T, C, 1, 1)."""
    values = np.asarray(getattr(item.scaling, name), float)
    return np.broadcast_to(values, item.shape)[..., None, None]


def _look(model: str, sample: np.ma.MaskedArray, scaled: NDArray) -> _Look:
    shape = sample.shape[:2]
    table = [np.full(shape, np.nan) for _ in range(7)]
    valid = ~np.ma.getmaskarray(sample)
    for place in np.ndindex(*shape):
        part = scaled[place][valid[place]].astype(np.float64)
        if not part.size:
            continue
        low, middle, high = np.percentile(part, (2, 50, 98))
        own = np.percentile(sample.data[place][valid[place]].astype(np.float64), (2, 98, DARKEST))
        core = np.clip(part, low, high)  # a few odd pixels say nothing of the product
        for numbers, number in zip(table, (middle, high - low, core.mean(), core.std(), *own)):
            numbers[place] = number
    most = np.array([float(date.max()) if date.count() else np.nan for date in sample])
    middles, spreads, means, deviations, lows, highs, darkest = table
    return _Look(model, middles, spreads, means, deviations, lows, highs, darkest, most)


def _strange(look: _Look) -> list[int]:
    """The bands whose values are far from training's, or all alike and not near, at half of the dates or more."""
    far = np.abs(look.middle) > FAR
    flat = (look.spread < FLAT) & (np.abs(look.middle) > NEAR)
    known = np.isfinite(look.middle).sum(axis=0)
    return [int(c) for c in np.flatnonzero(2 * (far | flat).sum(axis=0) >= np.maximum(known, 1))]


def _range(item: Input, look: _Look, bands: Sequence[int]) -> str:
    """The values of some bands and those of training."""
    first, *others = (_band_range(item, look, c) for c in bands)
    text = (
        f"The values of {first[0]} go from {first[1]:.4g} to {first[2]:.4g}, and model '{look.model}' was trained on "
        f"values around {first[3]:.4g}, with a standard deviation of {first[4]:.4g}."
    )
    parts = [f"{name} {low:.4g} to {high:.4g}, around {mean:.4g} ({std:.4g})" for name, low, high, mean, std in others]
    return f"{text} Likewise {'; '.join(parts)}." if parts else text


def _band_range(item: Input, look: _Look, c: int) -> tuple[str, float, float, float, float]:
    """Name, low and high end, and training's mean and deviation of a band."""
    mean, std = (item.scaling.divisor * float(np.mean(_table(item, name)[:, c])) for name in ("mean", "std"))
    return item.bands[c].name, float(np.nanmin(look.low[:, c])), float(np.nanmax(look.high[:, c])), mean, std


def _divergence(mean: NDArray, std: NDArray) -> NDArray:
    """How far values are from training's: the Kullback-Leibler divergence of two normal distributions, of which
    the second has mean 0 and deviation 1."""
    std = np.maximum(std, LEAST_SPREAD)
    return 0.5 * (std**2 + mean**2 - 1) - np.log(std)


def _mapped(item: Input, look: _Look, factor: float | NDArray, offset: float | NDArray = 0.0) -> NDArray:
    """(T, C): the divergence of the values times a factor, plus an offset."""
    mean, std = (_table(item, name)[..., 0, 0] for name in ("mean", "std"))
    moved = ((factor - 1) * mean + offset / item.scaling.divisor) / std
    return _divergence(look.mean * factor + moved, look.std * np.abs(factor))


def _as_stored(item: Input, look: _Look, scale: NDArray, offset: NDArray) -> Finding | None:
    """What the files' scale and offset explain, where a model was trained on the stored numbers."""
    known = np.isfinite(look.mean)
    if not known.any() or ((scale == 1) & (offset == 0)).all():
        return None
    costs = _mapped(item, look, 1.0), _mapped(item, look, 1 / scale, -offset / scale)
    now, stored = (float(cost[known].mean()) for cost in costs)
    if now < UNLIKE or stored > LIKE or now - stored < BETTER:
        return None
    every = range(len(item.bands))
    remedy = (
        "They would be like these as they are stored, without the scale and offset that the file states: the model was "
        "trained on such numbers. Take both out of the file, or a copy of it (gdal_edit.py -a_scale 1 -a_offset 0)."
    )
    return Finding(_range(item, look, every), remedy, tuple(every), stored=True)


def _explained(item: Input, look: _Look, stated: tuple[NDArray, NDArray] | None, in_order: bool) -> list[Finding]:
    """What has a known cause: the first of these that there is, of all bands; else those of single bands."""
    every = range(len(item.bands))
    whole = _as_stored(item, look, *stated) if stated is not None else None
    whole = whole or _of_bytes(item, look)
    factor = _unit(item, look, every)
    if whole is None and factor is not None:
        whole = _in_unit(item, look, every, factor)
    whole = whole or _offset(item, look) or _order(item, look, in_order)
    if whole is not None:
        return [whole]
    single = [(c, _unit(item, look, [c])) for c in _strange(look)]
    return [_in_unit(item, look, [c], factor) for c, factor in single if factor is not None]


def _of_bytes(item: Input, look: _Look) -> Finding | None:
    """An 8-bit image, where the training data were a product with larger values."""
    reach = item.scaling.divisor * (_table(item, "mean") + 2 * _table(item, "std"))[..., 0, 0]
    few = (look.most > LEAST_BYTES) & (look.most <= BYTE) & (look.low >= 0).all(axis=1)
    if not (few & ((reach > BEYOND_BYTES * BYTE).mean(axis=1) > 0.5)).any():
        return None
    every = range(len(item.bands))
    remedy = (
        "They look like an 8-bit image (0 to 255), and not like the product that the model was "
        "trained on, so the map may be wrong. Choose the product itself."
    )
    return Finding(_range(item, look, every), remedy, tuple(every))


def _unit(item: Input, look: _Look, bands: Sequence[int]) -> float | None:
    """The factor by which bands are like those of training; None where there is none, or they are already."""
    known = np.isfinite(look.mean[:, bands]) & (look.high > look.low)[:, bands]  # constant values show no unit
    if not known.any():
        return None
    costs = {factor: float(_mapped(item, look, factor)[:, bands][known].mean()) for factor in FACTORS}
    best = min(costs, key=lambda factor: costs[factor])
    if costs[1.0] < UNLIKE or costs[best] > LIKE or costs[1.0] - costs[best] < BETTER:
        return None
    return best


def _in_unit(item: Input, look: _Look, bands: Sequence[int], factor: float) -> Finding:
    remedy = (
        f"They would be like these if they were multiplied by {factor:g}; as they are, the map may be wrong. "
        "Bring them to that unit first (Raster > Raster Calculator)."
    )
    return Finding(_range(item, look, bands), remedy, tuple(bands), factor)


def _offset(item: Input, look: _Look) -> Finding | None:
    """Sentinel-2's offset, there where training had none or the other way round."""
    size = _usual_offset(item)
    if size is None:
        return None
    step = (size / (item.scaling.divisor * _table(item, "std")))[..., 0, 0]
    for t, date in enumerate(item.dates):
        if not np.isfinite(look.mean[t]).all():
            continue
        now = _divergence(look.mean[t], look.std[t]).mean()
        without, added = (_divergence(look.mean[t] + sign * step[t], look.std[t]).mean() for sign in (-1, 1))
        when = f" of {date}" if len(item.dates) > 1 else ""
        if (look.darkest[t] >= ABOVE_OFFSET * size).all() and without < now:
            return _off(f"The darkest pixels{when} are about {size:g} in every band", size, True)
        if (look.darkest[t] < -(1 - BELOW_OFFSET) * size).any() and added < now:
            return _off(f"Values{when} are far below 0", size, False)
    return None


def _off(seen: str, size: float, there: bool) -> Finding:
    text = f"{seen}, and those that the model was trained on are not."
    what = f"still have it: subtract {size:g}" if there else f"have lost it though they never had it: add {size:g}"
    remedy = (
        "Sentinel-2 products of processing baseline 04.00 and later are stored with an offset of "
        f"{size:g}, and these seem to {what} first (Raster > Raster Calculator). As they are, the map may be wrong."
    )
    return Finding(text, remedy, ())


def _usual_offset(item: Input) -> float | None:
    """Sentinel-2's offset in the unit of training; None for other sensors and units."""
    names = [{band.name, *band.aliases} for band in item.bands]
    own = sum(any(SENTINEL_2.fullmatch(name) for name in band) for band in names)
    if not item.role.startswith("sentinel-2") and own < 2:
        return None
    largest = item.scaling.divisor * float(np.max(_table(item, "mean")))
    return next((size for least, most, size in OFFSETS if least <= largest <= most), None)


def _order(item: Input, look: _Look, known: bool) -> Finding | None:
    """Another order of the bands that is much more like training's, found by exchanging two at a time; where the order
    is ``known``, what else that may come from.
    """
    count = len(item.bands)
    if count < 2 or not np.isfinite(look.mean).all():
        return None
    mean, std = (_table(item, name)[..., 0, 0] for name in ("mean", "std"))
    values, spread = look.mean * std + mean, look.std * std
    costs = np.stack(  # (raster's band, model's band)
        [_divergence((values[:, [i]] - mean) / std, spread[:, [i]] / std).mean(axis=0) for i in range(count)]
    )
    order, now = list(range(count)), float(np.trace(costs)) / count
    best = now
    improved = True
    while improved:
        improved = False
        for i in range(count):
            for j in range(i):
                other = order.copy()
                other[i], other[j] = other[j], other[i]
                cost = float(costs[other, range(count)].mean())
                if cost < best - 1e-9:
                    order, best, improved = other, cost, True
    if now - best < max(REORDERED, REORDERED * now) or best > LIKE:
        return None
    moved = [c for c in range(count) if order[c] != c]
    if known:
        return Finding(*OF_HAZE, tuple(moved))
    pairs = _listed([f"{item.bands[order[c]].name} as {item.bands[c].name}" for c in moved])
    text = f"The bands would be more like those of training in another order: {pairs}."
    names = ", ".join(band.name for band in item.bands)
    return Finding(text, f"Check that they are {names}, and choose them in that order in BANDS.", tuple(moved))


def _of_range(item: Input, model: str, sample: np.ma.MaskedArray) -> list[Finding]:
    """Of a model that only says from 0 to what its values go: a raster that uses next to nothing of it."""
    divisor = item.scaling.divisor
    if divisor <= 1 or not sample.count():
        return []
    low, high = np.percentile(sample.compressed(), (2, 98))
    if high > NEARLY_NOTHING * divisor:
        return []
    text = f"The values go from {low:.4g} to {high:.4g}, and model '{model}' takes 0 to {divisor:g}: it sees nothing."
    remedy = "Stretch the raster to that range first (Raster > Conversion > Translate, with -scale)."
    return [Finding(text, remedy, tuple(range(len(item.bands))))]


def _offset_between(item: Input, sample: np.ma.MaskedArray) -> list[Finding]:
    """Of a model that stretches its dates together: Sentinel-2's offset in one of them."""
    known = bool((sample.count(axis=(2, 3)) > 0).all())
    if not (known and item.scaling.pooled and len(item.dates) > 1 and item.role.startswith("sentinel-2")):
        return []
    brightest = float(np.percentile(sample.compressed(), 98))
    size = 1000.0 if brightest > BEYOND_BYTES * BYTE else 0.1 if brightest < BEYOND_BYTES else None
    if size is None:
        return []
    dark = np.array([[np.percentile(band.compressed(), DARKEST) for band in date] for date in sample])
    above, below = (dark >= ABOVE_OFFSET * size).all(axis=1), (dark < BELOW_OFFSET * size).any(axis=1)
    if not (above.any() and below.any()):
        return []
    text = (
        f"The darkest pixels of {item.dates[int(np.argmax(above))]} are about {size:g} in every band, those of "
        f"{item.dates[int(np.argmax(below))]} are not."
    )
    remedy = (
        f"Sentinel-2 products of processing baseline 04.00 and later are stored with an offset of {size:g}: subtract "
        "it first (Raster > Raster Calculator), or give both dates of one kind of product."
    )
    return [Finding(text, remedy, ())]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
