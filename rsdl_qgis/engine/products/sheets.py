"""Images of all bands each, such as the sheets of an orthophoto: several GeoTIFFs, by their headers.

What a band shows is its description, else that the file is in true colour. Numbers are as they are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache

from ..cards.spectral import sensor_of
from ..dates import day_in
from ..files.tiff import read_tags
from ..files.xml import XMLError, parse_xml
from .files import Files, last
from .plain import bands_of, shown
from .product import Product, ProductBand

PHOTOMETRIC, SAMPLES, EXTRA, METADATA = 262, 277, 338, 42112  # tags
TRUE_COLOUR = ("red", "green", "blue")
ALPHA = (1, 2)  # what an extra sample is


def sheets_in(files: Files) -> list[str]:
    """The paths of the images among files, [] where they are no images of several bands each."""
    chosen = list(files.paths) if files.is_list else bands_of(files)
    paths = [files.paths[name] for name in chosen]
    return paths if len(paths) > 1 and all(len(_names(path)) > 1 for path in paths) else []


def read_sheet(path: str) -> Product:
    """One of them, whose bands have the file's own numbers."""
    names = _names(path)
    sensor = sensor_of(names)
    bands = tuple(
        ProductBand(name or f"band {i}", path, i, shown(name, sensor)) for i, name in enumerate(names, start=1)
    )
    return Product(last(path), sensor, bands, date=day_in(os.path.splitext(last(path))[0]))


def _names(path: str) -> Sequence[str]:
    """What the bands of a GeoTIFF are called, '' where it does not say; none of what is no GeoTIFF."""
    try:
        about = os.stat(path)
    except OSError:
        return ()
    return _names_of(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=4096)
def _names_of(path: str, _size: int, _time: int) -> tuple[str, ...]:
    tags = read_tags(path, (PHOTOMETRIC, SAMPLES, EXTRA, METADATA))
    count = int((tags.get(SAMPLES) or (0,))[0])
    is_colour, extra = tags.get(PHOTOMETRIC) == (2,), tags.get(EXTRA) or ()
    names = [*TRUE_COLOUR, *[""] * count][:count] if is_colour else [""] * count
    for number, text in _descriptions(tags.get(METADATA)).items():
        if number < count:
            names[number] = text
    has_alpha = bool(extra) and extra[-1] in ALPHA
    return tuple(names[:-1] if has_alpha else names)


def _descriptions(text: object) -> dict[int, str]:
    """The descriptions of bands, by their numbers from 0, in GDAL's metadata."""
    if not isinstance(text, bytes):
        return {}
    try:
        items = parse_xml(text.rstrip(b"\0")).iter("Item")
    except XMLError:
        return {}
    return {
        int(item.get("sample", "")): (item.text or "").strip()
        for item in items
        if item.get("role") == "description" and item.get("sample", "").isdecimal()
    }
