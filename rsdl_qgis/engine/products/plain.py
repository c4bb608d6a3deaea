"""Files of one band each, of any sensor: what they show is told by their names, their numbers are as they are."""

from __future__ import annotations

import re
from pathlib import Path

from ..cards.spectral import sensor_of
from ..dates import day_in
from ..errors import InputError
from ..tables.sensors import COMMON, SENSORS
from .files import Files, last
from .product import Product, ProductBand, once, one_date
from .quality import encoding_of, flags_of

NUMBER = re.compile(r"(?:^|[^a-z0-9])(?:b|band[ _]?)0*(\d{1,2}a?)(?![a-z0-9])", re.IGNORECASE)


def read_files(files: Files) -> Product:
    """The files as bands, in the order in which they were given, those of a folder by their names."""
    chosen = [name for name in files.paths if not encoding_of(name)] if files.is_list else bands_of(files)
    if not chosen:
        raise InputError(
            f"{files.title} has no files of bands (.tif, .jp2, .img or .vrt).",
            "Choose the folder of a product, or files of one band each, divided by ';'.",
        )
    stems = {name: Path(last(name)).stem for name in chosen}
    sensor = sensor_of(list(stems.values()))
    date = one_date(files.title, {name: day_in(stem) for name, stem in stems.items()})
    once(files.title, ((f"B{match[1]}", name) for name, stem in stems.items() if (match := NUMBER.search(stem))))
    bands = tuple(ProductBand(stem, files.paths[name], 1, shown(stem, sensor)) for name, stem in stems.items())
    quality = {name: path for name, path in files.paths.items() if encoding_of(name)}
    return Product(files.title, sensor, bands, "", date, flags_of(quality))


def bands_of(files: Files) -> list[str]:
    """Of a folder: the rasters, but for quality bands and pictures."""
    no_bands = re.compile(r"(quicklook|preview|thumbnail|browse|TCI|_pvi)", re.IGNORECASE)
    return [name for name in files.rasters if not encoding_of(name) and not no_bands.search(last(name))]


def shown(stem: str, sensor: str) -> tuple[str, ...]:
    """What a band shows by its file's name, or by its number."""
    words = re.findall("[a-z0-9]+", stem.lower())
    named = [common for common, texts in COMMON.items() if not set(words).isdisjoint(texts)]
    match = NUMBER.search(stem)
    by_number = {number: common for common, number in SENSORS.get(sensor, {}).items()}
    numbered = by_number.get(match[1].lower(), "") if match else ""
    return tuple(dict.fromkeys([*named, *([numbered] if numbered else [])]))
