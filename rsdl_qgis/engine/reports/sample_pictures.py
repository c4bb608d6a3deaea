"""Small pictures of samples: image, reference, prediction and errors."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Band, Class, Input, Scaling
from ..cards.spectral import BACKSCATTER
from ..chips.folder import IGNORE
from ..radiometry.scaling import radiometry
from ..raster.thumbnail import Color, jpeg, png

WIDEST = 176  # longer side of a picture in pixels: five fit side by side
STRETCH = Scaling(method="robust", low=2.0, high=98.0, clip=(0.0, 1.0))
COMPOSITES = (  # bands drawn as red, green and blue, by preference
    (Band("red", ("B4", "B04")), Band("green", ("B3", "B03")), Band("blue", ("B2", "B02"))),
    (Band("nir", ("B8", "B08", "B8A")), Band("red", ("B4", "B04")), Band("green", ("B3", "B03"))),
)
HATCH = (236, 208)  # greys of the stripes on invalid pixels
STRIPE = 4  # pixels
WRONG = (204, 17, 68)  # errors of a class map
UNKNOWN = (128, 128, 128)
PALE = 0.28  # fraction of a class's colour, the rest white, where a map is correct
NOTHING = (255, 255, 255, 0)
RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))  # low to high, readable in grey
DIVERGING = ((33, 102, 172), (247, 247, 247), (178, 24, 43))  # too low, correct, too high

Images = Mapping[str, np.ma.MaskedArray]


def sample_pictures(
    images: Images,
    inputs: Sequence[Input],
    reference: NDArray | None = None,
    prediction: NDArray | None = None,
    classes: Sequence[Class] = (),
    span: tuple[float, float] | None = None,
) -> dict[str, str]:
    """The pictures of a sample as data URIs: ``image``, ``reference``, ``prediction``, ``error`` (and ``before``).

    ``images``: (T, C, H, W) per input, as from a chip folder. ``reference``, ``prediction``: (H, W) indices into
    ``classes`` with IGNORE; without classes (H, W) numbers with NaN, drawn from low to high of ``span`` (default: of
    the reference). None: a scene, of which only the image is drawn.
    """
    dates = len(shown_bands(inputs)[0].dates)
    found = {"before": picture(images, inputs, 0)} if dates == 2 else {}
    found["image"] = picture(images, inputs)
    if reference is not None and prediction is not None:
        if classes:
            found["reference"] = class_picture(reference, classes)
            found["prediction"] = class_picture(prediction, classes)
            found["error"] = error_picture(reference, prediction, classes)
        else:
            low, high = span or value_span(reference)
            found["reference"] = number_picture(reference, low, high)
            found["prediction"] = number_picture(prediction, low, high)
            found["error"] = difference_picture(reference, prediction, (high - low) / 4)
    return {name: data_uri(file) for name, file in found.items()}


def picture(images: Images, inputs: Sequence[Input], date: int = -1) -> bytes:
    """One date of a sample (JPEG), as ``pixels_of``."""
    return jpeg(pixels_of(images, inputs, date))


def pixels_of(images: Images, inputs: Sequence[Input], date: int = -1, widest: int = WIDEST) -> NDArray[np.uint8]:
    """(H, W, 3), no side longer than ``widest``, of one date of a sample.

    In true colour where the bands have such names, else in infrared colour, else the first three bands; backscatter and
    single bands in grey. Stretched by percentiles of valid pixels; hatched where a drawn band is invalid.
    """
    item, bands = shown_bands(inputs)
    values = np.ma.masked_invalid(images[item.name][:, bands], copy=True)
    values[np.broadcast_to(np.ma.getmaskarray(values).any(1, keepdims=True), values.shape)] = np.ma.masked
    decibel = BACKSCATTER.matches(item.bands[bands[0]].name)
    kept = tuple(item.bands[i] for i in bands)
    wanted = replace(item, bands=kept, scaling=replace(STRETCH, decibel=decibel))
    stretched = np.ma.MaskedArray(radiometry(wanted, values)(values.filled(0)), np.ma.getmaskarray(values))[date]
    small = _shrunk(stretched, widest)
    valid = ~np.ma.getmaskarray(small).any(0)
    tones = np.round(255 * small.filled(0)).astype(np.uint8)
    pixels = np.broadcast_to(tones, (3, *valid.shape)) if len(tones) == 1 else tones
    return np.where(valid[..., None], np.moveaxis(pixels, 0, 2), _hatch(valid.shape)).astype(np.uint8)


def shown_bands(inputs: Sequence[Input]) -> tuple[Input, list[int]]:
    """The input to draw, and its bands: three for a colour composite, or one in grey."""
    for composite in COMPOSITES:
        for item in inputs:
            found = [_band(item, wanted) for wanted in composite]
            if None not in found:
                return item, [i for i in found if i is not None]
    for item in inputs:
        if len(item.bands) >= 3 and not any(BACKSCATTER.matches(band.name) for band in item.bands):
            return item, [0, 1, 2]
    return inputs[0], [0]


def class_picture(labels: NDArray, classes: Sequence[Class]) -> bytes:
    """A class map (PNG): (H, W) indices in the classes' colours, unlabelled pixels transparent."""
    colors: dict[int, Color] = {i: (*rgb(item.color), 255) for i, item in enumerate(classes)}
    return png(_sampled(labels).astype(np.uint8), {**colors, IGNORE: NOTHING})


def error_picture(reference: NDArray, prediction: NDArray, classes: Sequence[Class]) -> bytes:
    """The errors of a class map (PNG): red where it is wrong, a pale class colour where it is correct, transparent
    where reference or map have no class."""
    right, found = _sampled(reference), _sampled(prediction)
    wrong = len(classes)
    drawn = np.where(right == found, right, wrong)
    drawn[(right == IGNORE) | (found == IGNORE)] = IGNORE
    colors: dict[int, Color] = {i: (*pale(item.color), 255) for i, item in enumerate(classes)}
    return png(drawn.astype(np.uint8), {**colors, wrong: (*WRONG, 255), IGNORE: NOTHING})


def number_picture(values: NDArray, low: float, high: float) -> bytes:
    """A map of numbers (JPEG): (H, W), dark violet at ``low`` to yellow at ``high``; hatched where not finite."""
    return _ramp_picture(values, low, high, RAMP)


def difference_picture(reference: NDArray, prediction: NDArray, most: float) -> bytes:
    """Prediction minus reference (JPEG): blue where too low, red where too high, full at ``most``; hatched where one of
    them is not finite."""
    return _ramp_picture(np.subtract(prediction, reference, dtype=np.float64), -most, most, DIVERGING)


def value_span(values: NDArray) -> tuple[float, float]:
    """The drawn range of numbers: percentiles 2 and 98 of the finite ones; 0 and 1 where there are none."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = np.percentile(finite, (2, 98))
    return float(low), float(high)


def data_uri(file: bytes) -> str:
    """A picture's file as a data URI."""
    kind = "png" if file.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(file).decode()}"


def rgb(color: str) -> tuple[int, int, int]:
    """'#rrggbb' as red, green, blue; grey for an invalid colour."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", color):
        return UNKNOWN
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


def pale(color: str) -> tuple[int, int, int]:
    """The pale colour of a class where the map is correct."""
    red, green, blue = (round(255 + PALE * (tone - 255)) for tone in rgb(color))
    return red, green, blue


def hexadecimal(tones: tuple[int, int, int]) -> str:
    """Red, green, blue as '#rrggbb'."""
    return "#" + "".join(f"{tone:02x}" for tone in tones)


def _band(item: Input, wanted: Band) -> int | None:
    names = [(band.name, *band.aliases) for band in item.bands]
    return next((i for i, known in enumerate(names) if any(wanted.matches(name) for name in known)), None)


def _ramp_picture(values: NDArray, low: float, high: float, stops: Sequence[tuple[int, int, int]]) -> bytes:
    small = _shrunk(np.ma.masked_invalid(values, copy=True)[None])[0]
    valid = ~np.ma.getmaskarray(small)
    place = (small.filled(low) - low) / max(high - low, 1e-12)
    at = np.linspace(0, 1, len(stops))
    pixels = np.stack([np.interp(place, at, tones) for tones in zip(*stops)], -1).round().astype(np.uint8)
    return jpeg(np.where(valid[..., None], pixels, _hatch(valid.shape)))


def _edges(shape: Sequence[int], widest: int = WIDEST) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first row and column of each pixel of a picture with sides of at most ``widest``."""
    scale = max(1.0, max(shape) / widest)
    rows, columns = (np.arange(max(1, round(side / scale))) for side in shape)
    return rows * shape[0] // len(rows), columns * shape[1] // len(columns)


def _shrunk(values: np.ma.MaskedArray, widest: int = WIDEST) -> np.ma.MaskedArray:
    """(C, H, W) reduced to the size of a picture: means of valid pixels; masked where there are none."""
    rows, columns = _edges(values.shape[1:], widest)
    valid = ~np.ma.getmaskarray(values)

    def sums(numbers: NDArray) -> NDArray:
        return np.add.reduceat(np.add.reduceat(numbers.astype(np.float64), rows, 1), columns, 2)

    counts = sums(valid)
    return np.ma.MaskedArray(sums(values.filled(0)) / np.maximum(counts, 1), counts == 0)


def _sampled(labels: NDArray) -> NDArray:
    """(H, W) labels subsampled to the shape of ``_shrunk``."""
    rows, columns = _edges(labels.shape)
    return labels[np.ix_(rows, columns)]


def _hatch(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    rows, columns = np.indices(shape)
    light, dark = HATCH
    return np.where((rows + columns) // STRIPE % 2, dark, light)[..., None].astype(np.uint8)
