"""Which of a product's bands a model takes, and in which unit.

Numbers of bands mean something only for one sensor: B4 is red of Sentinel-2 and of Landsat 8, and near infrared of
Landsat 5. A model that names the bands of one sensor gets those of another by what they show.
"""

from __future__ import annotations

import re

from ..cards.card import RGB, Band, Input, Scaling, match_bands
from ..cards.spectral import BACKSCATTER, band_numbers, sensor_of
from ..errors import MismatchError
from ..tables.sensors import COMMON, DECIBEL, PLAIN, SCALED, SENSORS, TRUE_COLOUR, UNITS
from .product import Product, ProductBand

FROM_SCALED = 1000.0  # numbers of models from which on they are of reflectance × 10,000
BYTES = 260.0
WAVELENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(micrometers|micrometres|um|µm|nm|nanometers)", re.IGNORECASE)
ROLES = (  # how the role of a sensor's input begins
    ("sentinel-2", "sentinel-2"),
    ("landsat-5", "landsat-5"),
    ("landsat-7", "landsat-5"),
    ("landsat", "landsat-8"),
)
NEAR = 0.06  # of a wavelength: bands that show the same


def model_bands(wanted: Input, product: Product) -> tuple[int, ...]:
    """The bands (from 1) of a product that a model's input takes. MismatchError names those that are not there."""
    own = _sensor_of(wanted)
    same = not own or not product.sensor or own == product.sensor
    texts = [band.description if same else " ".join(band.names) for band in product.bands]
    known = Input(wanted.name, tuple(_widened(band, own, product, same) for band in wanted.bands), wanted.dates)
    count = len(texts) if not product.sensor and not any(band.names for band in product.bands) else -1
    try:
        return match_bands(known, texts, count)
    except MismatchError:
        missing = [a.name for a, b in zip(wanted.bands, known.bands) if not any(map(b.matches, texts))]
    lacks = ", ".join(missing) or "one of the bands"
    has = ", ".join(product.descriptions)
    raise MismatchError(
        f"{product.title} lacks {lacks} of the bands that the model takes of {wanted.role or wanted.name} "
        f"({', '.join(band.name for band in wanted.bands)}); it has: {has}.",
        "Add the missing files, or choose another product or model.",
    )


def unit_of(wanted: Input) -> str:
    """The unit that a model was trained in, as its scaling tells: of reflectance, × 10,000 where it does not matter; dB
    where radar images are to be in it already.
    """
    scaling = wanted.scaling
    if _is_in_decibel(wanted):
        return DECIBEL
    if scaling.method == "steps" and scaling.steps:
        return _unit_of_steps(wanted, scaling)
    if scaling.method != "linear":
        return SCALED
    if scaling.mean:
        return _by_size(wanted, scaling.divisor * max(max(row) for row in scaling.mean))
    return _by_size(wanted, scaling.divisor) if scaling.divisor > 1 else SCALED


def scale_of(band: ProductBand, unit: str, product: Product) -> tuple[float, float] | None:
    """Scale and offset from a band's stored numbers to a unit; None: as the file states."""
    if band.gain is None or unit not in UNITS:
        return None
    factor = UNITS[unit] / (product.saturation if unit == TRUE_COLOUR else 1.0)
    scale, offset = (float(f"{number * factor:.12g}") for number in (band.gain, band.offset))  # 1 and -1000, exactly
    return scale, offset


def _is_in_decibel(wanted: Input) -> bool:
    """Whether an input is of backscatter whose values are negative in training, and are not brought to dB by itself."""
    scaling = wanted.scaling
    if scaling.decibel or not all(BACKSCATTER.matches(band.name) for band in wanted.bands):
        return False
    first = scaling.steps[0] if scaling.steps else None
    if first is not None and (first.name == "decibel" or not first.values):
        return False
    rows = scaling.mean if first is None else first.values[:1]
    return any(number < 0 for row in rows for number in row)


def _unit_of_steps(wanted: Input, scaling: Scaling) -> str:
    step = scaling.steps[0]
    if step.name in ("divide", "range", "clip", "standardise") and step.values:
        return _by_size(wanted, max(step.values[0 if step.name in ("divide", "standardise") else 1]))
    if step.name == "multiply" and max(step.values[0]) > 0:
        return _by_size(wanted, 1 / max(step.values[0]))
    return SCALED


def _by_size(wanted: Input, largest: float) -> str:
    if largest <= 2:
        return PLAIN
    is_colour = all(any(band.matches(word) for word in RGB) for band in wanted.bands)
    return TRUE_COLOUR if largest <= BYTES and is_colour else SCALED


def _sensor_of(wanted: Input) -> str:
    """The sensor whose band numbers an input has, '' where it has none."""
    role = wanted.role.lower()
    texts = [text for band in wanted.bands for text in (band.name, *band.aliases)]
    if not any(band_numbers(text) for text in texts):
        return ""
    found = next((sensor for word, sensor in ROLES if role.startswith(word)), "") or sensor_of(texts)
    numbers = {number for text in texts for number in band_numbers(text)}
    # B8 of Landsat is panchromatic and finer than its other bands: few networks take both.
    return found or ("sentinel-2" if len(numbers) > 1 and "8" in numbers else "")


def _widened(band: Band, own: str, product: Product, same: bool) -> Band:
    """The band with further names: what it shows by its number, and the product's band of its wavelength."""
    texts = (band.name, *band.aliases)
    numbers = {number for text in texts for number in band_numbers(text)}
    by_number = {number: common for common, number in SENSORS.get(own, {}).items()}
    shows = [by_number[number] for number in numbers if number in by_number]
    shows += [common for common, words in COMMON.items() if any(text.lower() in words for text in texts)]
    more = [word for common in shows for word in COMMON[common]]
    return Band(band.name, (*band.aliases, *more, *_by_wavelength(texts, product, same)))


def _by_wavelength(texts: tuple[str, ...], product: Product, same: bool) -> list[str]:
    """The description of the product's band nearest to a wavelength that a model's band is called by."""
    for text in texts:
        if match := WAVELENGTH.search(text):
            centre = float(match[1]) / (1000.0 if match[2].lower().startswith("n") else 1.0)
            known = [one for one in product.bands if one.wavelength]
            nearest = min(known, key=lambda one: abs((one.wavelength or 0) - centre), default=None)
            if nearest is not None and abs((nearest.wavelength or 0) / centre - 1) <= NEAR:
                return [nearest.description if same else " ".join(nearest.names)]
    return []
