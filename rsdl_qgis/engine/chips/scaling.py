"""The radiometric scaling of chips: chosen and measured before training, with the parameters of each source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input, Scaling
from ..cards.spectral import BACKSCATTER
from ..errors import InputError
from ..feedback import Report
from ..radiometry.scaling import Radiometry, radiometry
from ..tables.earth_bands import MOMENTS, known_band
from .folder import Chip, ChipFolder

METHODS = ("auto", "standard", "robust", "robust-dates", "keep")
MOST_CHIPS = 500  # chips that statistics are measured on, evenly spaced
SAMPLE_CHIPS, SAMPLE_PIXELS = 32, 250_000  # most chips and pixels used for a source without a sample
KEPT = 4096  # cached radiometries, about a kilobyte each
REFLECTANCE = 1000.0  # least divisor of a scaling that divides reflectance in whole numbers
FARTHEST_MEAN, LARGEST_RATIO = 3.0, 5.0  # most distance of the mean from 0, and factor of the standard deviation from 1


class ChipScaling:
    """The radiometry of each chip's inputs: that of its source, computed once per source.

    It is computed from the source's sample, or from its chips where there is no sample. A chip without a source is its
    own.
    """

    def __init__(self, folder: ChipFolder, inputs: Sequence[Input]):
        self._folder, self._inputs = folder, tuple(inputs)
        self._fixed = all(item.scaling.method == "linear" and not item.scaling.decibel for item in inputs)
        self._known: dict[object, tuple[Radiometry, ...]] = {}
        self._chips: dict[str, list[Chip]] = {}
        for chip in folder.chips:
            self._chips.setdefault(chip.source, []).append(chip)

    def __call__(self, chip: Chip, images: Mapping[str, np.ma.MaskedArray]) -> tuple[Radiometry, ...]:
        """The radiometry of each input; ``images``: of the chip."""
        key = None if self._fixed else chip.source or tuple(chip.images.values())
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            sample = images if self._fixed or not chip.source else self._sample(chip.source)
            self._known[key] = tuple(radiometry(item, sample[item.name]) for item in self._inputs)
        return self._known[key]

    def scaled(self, chip: Chip, images: Mapping[str, np.ma.MaskedArray]) -> list[NDArray[np.float32]]:
        """The chip's scaled images; values of invalid pixels are arbitrary."""
        stretches = self(chip, images)
        return [stretch(images[item.name].filled(0)) for item, stretch in zip(self._inputs, stretches)]

    def _sample(self, source: str) -> Mapping[str, np.ma.MaskedArray]:
        return self._folder.sample(source) or self._sample_of_chips(self._chips[source])

    def _sample_of_chips(self, chips: Sequence[Chip]) -> dict[str, np.ma.MaskedArray]:
        chosen = evenly(chips, SAMPLE_CHIPS)
        parts: dict[str, list[np.ma.MaskedArray]] = {item.name: [] for item in self._inputs}
        for images in map(self._folder.images, chosen):
            for name, part in parts.items():
                pixels = images[name].reshape(*images[name].shape[:2], 1, -1)
                part.append(pixels[..., :: max(1, pixels.shape[-1] * len(chosen) // SAMPLE_PIXELS)])
        return {name: np.ma.concatenate(part, axis=3) for name, part in parts.items()}


def settle_inputs(
    folder: ChipFolder,
    chips: Sequence[Chip],
    inputs_of_start: Sequence[Input] | None = None,
    method: str = "auto",
    *,
    report: Report,
) -> tuple[Input, ...]:
    """The folder's inputs with their scaling; mean and standard deviation (dates x bands) are measured on ``chips``.

    ``standard``: (value - mean) / standard deviation. ``robust``: first the 1st to 99th percentile of each source, of
    all dates together, to 0..1, clipped to -1..3. ``robust-dates``: the same for each date, for dates that differ in
    illumination, season or sensor. ``keep``: the scaling of the inputs of the same names in ``inputs_of_start`` (of the
    base model or published weights), with mean and standard deviation of its dates and bands by name; missing ones are
    measured. ``auto``: keep where there is such an input and its scaling suits these chips, else standard. Sentinel-1,
    and bands with names of polarisations, are scaled in dB.

    Measured on valid pixels of at most 500 chips, with a warning of constant bands. InputError for an unknown method,
    nothing to keep, or a band without a valid pixel.
    """
    if method not in METHODS:
        raise InputError(f"There is no scaling '{method}'.", f"Choose one of {', '.join(METHODS)}.")
    starts = {item.name: item for item in inputs_of_start or ()} if method in ("auto", "keep") else {}
    if method == "keep" and not starts.keys() & {item.name for item in folder.inputs}:
        names = ", ".join(item.name for item in folder.inputs)
        raise InputError(f"There is no model whose scaling of {names} could be kept.", "Choose a base model with it.")
    wanted = [_kept(item, starts[item.name]) if item.name in starts else _own(item, method) for item in folder.inputs]
    moments = measure(folder, chips, wanted)
    if method == "auto" and starts:
        strange = [not _familiar(item, found, starts.get(item.name)) for item, found in zip(wanted, moments)]
        if any(strange):
            wanted = [_own(i, method) if other else kept for i, kept, other in zip(folder.inputs, wanted, strange)]
            moments = measure(folder, chips, wanted)
    warn_constant(wanted, moments, report)
    return tuple(_settled(item, found) for item, found in zip(wanted, moments))


@dataclass
class Moments:
    """Running mean and standard deviation of each date and band (T, C), in float64."""

    count: NDArray[np.float64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]  # the sum of squared distances from the mean

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Moments:
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape))

    def add(self, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add values (T, C, h, w) where they are valid (h, w).

        Chan, Golub, LeVeque (The American Statistician, 1983), doi:10.1080/00031305.1983.10483115.
        """
        for place in np.ndindex(self.count.shape):
            new = values[place][valid[place]].astype(np.float64)
            if new.size:
                mean, total = new.mean(), self.count[place] + new.size
                away = mean - self.mean[place]
                self.squares[place] += ((new - mean) ** 2).sum() + away**2 * self.count[place] * new.size / total
                self.mean[place] += away * new.size / total
                self.count[place] = total

    def pooled(self) -> Moments:
        """The moments of all dates together, as of one date."""
        count = self.count.sum(0, keepdims=True)
        mean = (self.mean * self.count).sum(0, keepdims=True) / np.maximum(count, 1)
        squares = (self.squares + self.count * (self.mean - mean) ** 2).sum(0, keepdims=True)
        return Moments(count, mean, squares)

    @property
    def std(self) -> NDArray[np.float64]:
        """The standard deviation; 1 where values are constant."""
        return np.where(self.constant, 1.0, np.sqrt(self.squares / np.maximum(self.count, 1)))

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Where all values are the same but for rounding."""
        return ~(np.sqrt(self.squares / np.maximum(self.count, 1)) > 1e-6 * np.abs(self.mean))


def measure(folder: ChipFolder, chips: Sequence[Chip], inputs: Sequence[Input]) -> list[Moments]:
    """The moments of each input's values before standardisation; chips are read one by one.

    InputError for a band without a valid pixel.
    """
    scaling = ChipScaling(folder, [replace(i, scaling=replace(i.scaling, mean=(), std=())) for i in inputs])
    moments = [Moments.none(item.shape) for item in inputs]
    for chip in evenly(chips, MOST_CHIPS):
        images = folder.images(chip)
        for item, found, values in zip(inputs, moments, scaling.scaled(chip, images)):
            found.add(values, ~np.ma.getmaskarray(images[item.name]))
    for item, found in zip(inputs, moments):
        empty = np.flatnonzero(found.count.sum(0) == 0)
        if empty.size:
            raise InputError(
                f"Band '{item.bands[empty[0]].name}' of '{item.name}' has no valid pixel in the training chips.",
                "Check its nodata value, or leave the band out.",
            )
        _fill(found)
    return moments


def warn_constant(inputs: Sequence[Input], moments: Sequence[Moments], report: Report) -> None:
    """Warns of bands that have one value in all chips, at all dates."""
    for item, found in zip(inputs, moments):
        same = [band.name for band, constant in zip(item.bands, found.pooled().constant[0]) if constant]
        if same:
            bands = f"Band '{same[0]}'" if len(same) == 1 else f"Each of {len(same)} bands"
            text = f"{bands} of '{item.name}' has the same value in all training chips, so it teaches nothing."
            report.log("warning", text)


def evenly(items: Sequence[Chip], most: int) -> list[Chip]:
    """At most ``most`` of the items, evenly spaced."""
    if len(items) <= most:
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, most).round().astype(int)]


def _fill(moments: Moments) -> None:
    """Give dates without a valid pixel the mean and standard deviation of their band's other dates."""
    t, c = np.nonzero(moments.count == 0)
    if t.size:
        weight = moments.count / moments.count.sum(0)
        mean = (moments.mean * weight).sum(0)
        variance = ((moments.std**2 + (moments.mean - mean) ** 2) * weight).sum(0)
        moments.count[t, c], moments.mean[t, c], moments.squares[t, c] = 1, mean[c], variance[c]


def _own(item: Input, method: str) -> Input:
    """The input with a new scaling, to be measured."""
    decibel = item.role.startswith("sentinel-1") or all(BACKSCATTER.matches(band.name) for band in item.bands)
    if method in ("robust", "robust-dates"):
        pooled = method == "robust"
        scaling = Scaling("robust", low=1.0, high=99.0, pooled=pooled, clip=(-1.0, 3.0), decibel=decibel)
        return replace(item, scaling=scaling)
    return replace(item, scaling=Scaling(decibel=decibel))


def _kept(item: Input, start: Input) -> Input:
    """The input with the base model's scaling; NaN where mean and standard deviation are to be measured."""
    t, c = _dates_in(item, start), _bands_in(item, start)
    rows = []
    for values, default in ((start.scaling.mean, 0.0), (start.scaling.std, 1.0)):
        known = np.broadcast_to(np.asarray(values or default, float), start.shape)
        rows.append(tuple(tuple(float(known[i, j]) if min(i, j) >= 0 else np.nan for j in c) for i in t))
    return replace(item, role=item.role or start.role, scaling=replace(start.scaling, mean=rows[0], std=rows[1]))


def _dates_in(item: Input, start: Input) -> list[int]:
    """The index of each date among the base model's: by name, else in order, else its only one; -1: none."""
    if set(item.dates) <= set(start.dates):
        return [start.dates.index(date) for date in item.dates]
    if len(item.dates) == len(start.dates):
        return list(range(len(item.dates)))
    return [0 if len(start.dates) == 1 else -1] * len(item.dates)


def _bands_in(item: Input, start: Input) -> list[int]:
    """The index of each band among the base model's: by name, else in order where there are as many; -1: none."""
    hits = [[i for i, known in enumerate(start.bands) if known.matches(band.name)] for band in item.bands]
    if not any(hits) and len(item.bands) == len(start.bands):
        return list(range(len(item.bands)))
    return [found[0] if found else -1 for found in hits]


def _familiar(item: Input, found: Moments, start: Input | None) -> bool:
    """Whether the start's scaling gives the chips about mean 0 and standard deviation 1.

    Where it only divides reflectance: whether the chips are about as bright as land usually is. Where it knows one date
    for all, so do the dates of the chips together: a season makes each of them unlike the year.
    """
    if start is None or start.scaling.method != "linear" or not (start.scaling.mean and start.scaling.std):
        return True
    mean, std = (np.asarray(values, float) for values in (item.scaling.mean, item.scaling.std))
    if item.scaling.divisor >= REFLECTANCE and not mean.any() and (std == 1).all():
        usual = [MOMENTS.get(known_band(band.name), (np.nan, np.nan)) for band in item.bands]
        mean, std = (np.broadcast_to([pair[i] for pair in usual], item.shape) / item.scaling.divisor for i in (0, 1))
    if len(start.dates) == 1:
        found, mean, std = found.pooled(), mean[:1], std[:1]
    known = ~np.isnan(mean)
    away, ratio = np.abs(found.mean - mean)[known] / std[known], (found.std / std)[known]
    return bool((away <= FARTHEST_MEAN).all() and (ratio <= LARGEST_RATIO).all() and (ratio * LARGEST_RATIO >= 1).all())


def _settled(item: Input, found: Moments) -> Input:
    """The input with the measured mean and standard deviation where its scaling had none."""
    rows = []
    for known, measured in ((item.scaling.mean, found.mean), (item.scaling.std, found.std)):
        values = np.broadcast_to(np.asarray(known or np.nan, float), item.shape)
        values = np.where(np.isnan(values), measured, values)
        rows.append(tuple(tuple(float(f"{value:.8g}") for value in row) for row in values))
    return replace(item, scaling=replace(item.scaling, mean=rows[0], std=rows[1]))
