"""Data augmentation: one geometry for images and label, radiometric changes, noise, missing inputs and dates.

In a scaled image 0 is the training mean and marks invalid pixels; values that are exactly 0 stay 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Union

import torch
import torch.nn.functional as F
from torch import Tensor

from ...cards.card import Input
from ...chips.folder import IGNORE
from ...errors import InputError
from ...job.training import AUGMENTATION
from ...tables.kinds import Wrong
from .geometry import Geometry
from .objects import Objects, moved
from .parcels import draw_mask, draw_window

Strength = Union[float, Mapping[str, float]]
Label = Any  # a tensor, or ``Objects``
NOISE_VALUES = 1 << 20  # normal values drawn once, of which random pieces are used as noise
DISTANT = 0.5  # probability that the scale of an image is changed


@dataclass(frozen=True)
class Augmentation:
    """The augmentation of samples, in the scaled units of the images (1 is the training standard deviation).

    ``gain``, ``offset``: half-width of the radiometric change, drawn for every band of every date: values times
    ``exp(-gain .. gain)``, plus ``-offset .. offset``. Backscatter in dB has an offset only, which is a gain of power.
    ``noise``: standard deviation of added noise. These three are one number, or one per input by its name; inputs not
    named are left out. ``zoom``: largest magnification of a random crop, and largest reduction where chips are larger
    than the training window. ``drop``: probability that one of several inputs is left out; ``drop_dates``: probability
    of each of several dates to be left out; one stays. ``flips``: whether images are flipped and rotated by quarter
    turns. ``mosaic``: probability that an image is composed of parts of four (maps and detection). ``parcels``:
    probability that only a polygon-shaped part of an image is shown (scenes).
    """

    gain: Strength = 0.2
    offset: Strength = 0.2
    zoom: float = 1.5
    noise: Strength = 0.05
    drop: float = 0.0
    drop_dates: float = 0.0
    flips: bool = True
    mosaic: float = 0.0
    parcels: float = 0.0

    def __post_init__(self) -> None:
        try:
            for name, argument in AUGMENTATION.items():
                argument.kind(getattr(self, name), f"The augmentation's {name}")
        except Wrong as error:
            raise error.as_error(InputError) from None


NO_AUGMENTATION = Augmentation(gain=0.0, offset=0.0, zoom=1.0, noise=0.0, flips=False)
AUGMENTATIONS: Mapping[str, Augmentation | None] = {
    "none": None,
    "light": Augmentation(gain=0.1, offset=0.1, zoom=1.2, noise=0.02),
    "standard": Augmentation(),
    "mosaic": Augmentation(mosaic=0.5),
    "parcels": Augmentation(parcels=0.5),
    "strong": Augmentation(gain=0.4, offset=0.4, zoom=2.0, noise=0.1, drop_dates=0.1),
}


def augment(
    images: Sequence[Tensor],
    labels: Label,
    how: Augmentation,
    random: torch.Generator,
    inputs: Sequence[Input] = (),
    window: int | None = None,
) -> tuple[list[Tensor], Label]:
    """An augmented copy of a sample, with the same geometry for images and dense label or objects.

    ``images``: float32 (T, C, H, W) per input, or a time series as in ``augment_series``. ``labels``: (H, W) integers,
    IGNORE where unlabelled; (H, W) real numbers, NaN where unknown; (K, H, W) probabilities, all 0 where unknown; () or
    (K,) of a scene; objects. ``inputs``: of the images, for strengths by name and for dB. ``window``: side of the
    result in pixels (default: the image's own); larger images are cropped, to a labelled place or an object if there is
    one; smaller ones are padded at the lower right with 0 and no label.
    """
    if images[-1].dtype == torch.bool:
        return augment_series(images, how, random, inputs), labels
    geometry, seen = _draw_geometry(images[0].shape[-2:], labels, how, random, window), None
    if how.parcels and float(torch.rand((), generator=random)) < how.parcels:
        geometry, seen = _draw_parcel(geometry, images[0].shape[-2:], random)
    dropped = _dropped_input(len(images), how, random)
    augmented = []
    for i, image in enumerate(images):
        image, valid = _move_image(image, geometry)
        _change_values(image, valid, strengths(how, inputs, i), random)
        if seen is not None:
            image.mul_(seen)
        if i == dropped:
            image.zero_()
        if how.drop_dates and len(image) > 1:
            image[~_kept(torch.ones(len(image), dtype=torch.bool), how.drop_dates, random)] = 0
        augmented.append(image)
    if seen is not None and not any(image.any() for image in augmented):  # no valid pixel in the parcel
        return augment(images, labels, replace(how, parcels=0.0), random, inputs, window)
    if isinstance(labels, Objects):
        return augmented, moved(labels, geometry)
    return augmented, _move_label(labels, geometry) if labels.ndim > 1 else labels


def augment_series(
    images: Sequence[Tensor], how: Augmentation, random: torch.Generator, inputs: Sequence[Input] = ()
) -> list[Tensor]:
    """An augmented copy of time series: (T, C) per input and, last, the valid dates (T,) bool.

    Each band has one gain and offset for all dates. Dates are left out of all inputs, with values of 0.
    """
    *series, valid = images
    if how.drop_dates and len(valid) > 1:
        valid = _kept(valid, how.drop_dates, random)
    dropped = _dropped_input(len(series), how, random)
    augmented = []
    for i, values in enumerate(series):
        gain, offset, noise = strengths(how, inputs, i)
        drawn = torch.rand((2, values.shape[1]), generator=random).mul_(2).sub_(1)
        values = values * drawn[0].mul_(gain).exp_() + drawn[1].mul_(offset)
        if noise:
            values += noise * torch.randn(values.shape, generator=random)
        values *= 0 if i == dropped else valid[:, None]
        augmented.append(values)
    return [*augmented, valid.clone()]


def check_names(how: Augmentation, inputs: Sequence[Input]) -> None:
    """InputError where strengths are given for an unknown input."""
    names = [item.name for item in inputs]
    given = [name for value in (how.gain, how.offset, how.noise) if isinstance(value, Mapping) for name in value]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(
            f"The augmentation names the input '{unknown[0]}', which is not there.", f"There are: {', '.join(names)}."
        )


def resized(image: Tensor, valid: Tensor | None, size: tuple[int, int], smooth: bool = False) -> Tensor:
    """An image (T, C, h, w) resampled bilinearly to another size; ``smooth``: antialiased where it becomes smaller.

    ``valid``: 1 or 0 in the image's type, of a shape that broadcasts to it; None: all valid. The image is 0 where it is
    0. A new pixel is valid where the nearest old one is, and is computed from valid pixels only; elsewhere it is 0.
    """

    def bilinear(x: Tensor) -> Tensor:
        return F.interpolate(x, size, mode="bilinear", antialias=smooth)

    if valid is None:
        return bilinear(image)
    return bilinear(image).mul_(nearest(valid, size) / bilinear(valid).clamp_(min=1e-6))


def nearest(x: Tensor, size: tuple[int, int]) -> Tensor:
    """(..., h, w) of any type, resampled to another size by nearest neighbour."""
    for axis, (old, new) in enumerate(zip(x.shape[-2:], size), start=-2):
        if old != new:
            index = ((torch.arange(new) + 0.5) * (old / new)).long()
            x = x.index_select(axis, index)
    return x


def no_label(labels: Tensor) -> float:
    """The value of unlabelled pixels in a dense label."""
    if labels.ndim == 3:
        return 0.0
    return float("nan") if labels.is_floating_point() else float(IGNORE)


def known(labels: Tensor) -> Tensor:
    """(H, W) bool: where a dense label has a label."""
    if labels.ndim == 3:
        return labels.sum(0) > 0
    return ~labels.isnan() if labels.is_floating_point() else labels != IGNORE


def _draw_geometry(
    shape: Sequence[int], labels: Label, how: Augmentation, random: torch.Generator, window: int | None
) -> Geometry:
    height, width = shape
    size = (window, window) if window else (height, width)
    changed, step, row, column, *coins = torch.rand(7, generator=random).tolist()
    frame = size
    if how.zoom > 1 and changed < DISTANT:
        least = min(1.0, max(size[0] / height, size[1] / width, 1 / how.zoom))
        magnification = least * (how.zoom / least) ** step
        frame = (max(round(size[0] / magnification), 1), max(round(size[1] / magnification), 1))
    rows, columns = min(frame[0], height), min(frame[1], width)
    top, left = int(row * (height - rows + 1)), int(column * (width - columns + 1))
    if (rows, columns) != (height, width):
        known_at = _places(labels, height, width)
        if known_at is not None:
            top, left = _with_label(known_at, (top, left), (rows, columns), random)
    up, over, across = (how.flips and coin < 0.5 for coin in coins)
    flipped = tuple(axis for axis, is_so in ((-2, up), (-1, over)) if is_so)
    return Geometry(top, left, rows, columns, frame, size, flipped, across and size[0] == size[1])


def _draw_parcel(geometry: Geometry, shape: Sequence[int], random: torch.Generator) -> tuple[Geometry, Tensor]:
    """The geometry of a random parcel's window, and its mask (H, W) bool, in place of the drawn crop."""
    rows, columns = draw_window(shape, random)
    down, across = torch.rand(2, generator=random).tolist()
    top, left = int(down * (shape[0] - rows + 1)), int(across * (shape[1] - columns + 1))
    geometry = replace(geometry, top=top, left=left, height=rows, width=columns, frame=(rows, columns))
    return geometry, draw_mask(geometry.size, random)


def _places(labels: Label, height: int, width: int) -> Tensor | None:
    """(H, W) bool: labelled pixels or centres of objects, one of which a crop should contain; None: a scene."""
    if not isinstance(labels, Objects):
        return known(labels) if labels.ndim > 1 else None
    middle = (labels.boxes[:, :2] + labels.boxes[:, 2:])[~labels.ignored].div(2).long()
    places = torch.zeros((height, width), dtype=torch.bool)
    places[middle[:, 1].clamp(0, height - 1), middle[:, 0].clamp(0, width - 1)] = True
    return places


def _with_label(
    labelled: Tensor, corner: tuple[int, int], size: tuple[int, int], random: torch.Generator
) -> tuple[int, int]:
    """The corner of a crop; one without a label is moved at random to contain one, if there is any.

    ``labelled``: (H, W) bool.
    """
    (top, left), (rows, columns) = corner, size
    if labelled[top : top + rows, left : left + columns].any():
        return corner
    places = labelled.nonzero()
    if not len(places):
        return corner
    which, *shift = torch.rand(3, generator=random).tolist()
    place = places[int(which * len(places))].tolist()
    moved = []
    for at, side, length, share in zip(place, size, labelled.shape, shift):
        first, last = max(0, at - side + 1), min(at, length - side)
        moved.append(first + int(share * (last - first + 1)))
    return moved[0], moved[1]


def _part(x: Tensor, geometry: Geometry, outside: float) -> Tensor:
    g = geometry
    x = x[..., g.top : g.top + g.height, g.left : g.left + g.width]
    if (g.height, g.width) != g.frame:
        x = F.pad(x, (0, g.frame[1] - g.width, 0, g.frame[0] - g.height), value=outside)
    return x


def _move_image(image: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor | None]:
    """The transformed image, and where it is not 0, as from ``_nonzero``."""
    x = _part(image, geometry, 0.0)
    valid = _nonzero(x)
    if geometry.frame != geometry.size:
        x = resized(x, valid, geometry.size)
        valid = None if valid is None else nearest(valid, geometry.size)
    return _turned(x, geometry), None if valid is None else _turned(valid, geometry)


def _nonzero(x: Tensor) -> Tensor | None:
    """Where an image (T, C, H, W) is not 0, as 1 and 0: (1, 1, H, W) where all bands agree. None: everywhere."""
    there = x.numpy() != 0  # four times as fast as PyTorch
    if there.all():
        return None
    first = there[:1, :1]
    return torch.from_numpy(first if (there == first).all() else there).to(x.dtype)


def _move_label(labels: Tensor, geometry: Geometry) -> Tensor:
    return _turned(nearest(_part(labels, geometry, no_label(labels)), geometry.size), geometry)


def _turned(x: Tensor, geometry: Geometry) -> Tensor:
    """The flipped and transposed image: always a new, contiguous tensor."""
    x = x.flip(geometry.flipped) if geometry.flipped else x.clone(memory_format=torch.contiguous_format)
    return x.transpose(-2, -1).contiguous() if geometry.transposed else x


def _change_values(
    image: Tensor, valid: Tensor | None, strengths: tuple[float, float, float], random: torch.Generator
) -> None:
    """Apply gain, offset and noise in place; invalid pixels stay 0."""
    gain, offset, noise = strengths
    drawn = torch.rand((2, *image.shape[:2], 1, 1), generator=random).mul_(2).sub_(1)
    image.mul_(drawn[0].mul_(gain).exp_()).add_(drawn[1].mul_(offset))
    if noise:
        _add_noise(image, noise, random)
    if valid is not None:
        image.mul_(valid)


def _add_noise(image: Tensor, deviation: float, random: torch.Generator) -> None:
    """Add noise in place. Every band gets a random piece of values drawn once, which is faster than new values."""
    pixels = image[0, 0].numel()
    if pixels > NOISE_VALUES // 4:
        image.add_(torch.randn(image.shape, generator=random), alpha=deviation)
        return
    values, bands = _noise(), image.view(-1, pixels)
    for band, first in zip(bands, torch.randint(NOISE_VALUES - pixels, (len(bands),), generator=random).tolist()):
        band.add_(values[first : first + pixels], alpha=deviation)


@lru_cache(maxsize=1)
def _noise() -> Tensor:
    return torch.randn(NOISE_VALUES, generator=torch.Generator().manual_seed(0))


def strengths(how: Augmentation, inputs: Sequence[Input], index: int) -> tuple[float, float, float]:
    """(gain, offset, noise) of an input."""
    name = inputs[index].name if inputs else ""
    gain, offset, noise = (
        float(value.get(name, 0.0)) if isinstance(value, Mapping) else float(value)
        for value in (how.gain, how.offset, how.noise)
    )
    return (0.0 if inputs and inputs[index].scaling.decibel else gain), offset, noise


def _dropped_input(count: int, how: Augmentation, random: torch.Generator) -> int | None:
    if count < 2 or not how.drop:
        return None
    chance, which = torch.rand(2, generator=random).tolist()
    return int(which * count) if chance < how.drop else None


def _kept(valid: Tensor, probability: float, random: torch.Generator) -> Tensor:
    """The valid dates (T,) that are kept; at least one, where there is one."""
    chances = torch.rand(len(valid), generator=random)
    kept = valid & (chances >= probability)
    if not kept.any() and valid.any():
        kept[chances.masked_fill(~valid, -1).argmax()] = True
    return kept
