"""PlanetScope: a file of all bands, with its reflectance coefficients in an XML beside, and its usable data mask.

Surface reflectance (``_SR``) is number / 10,000; other analytic images are radiance, whose coefficients the metadata
state (Planet, Combined Imagery Product Specification).
"""

from __future__ import annotations

import re

from ..dates import day_in
from ..errors import InputError
from ..files.xml import XMLError, parse_xml
from ..tables.quality import UDM2, Test
from .files import Files, last
from .product import Flag, Product, ProductBand

IMAGE = re.compile(r"_AnalyticMS(_SR)?(_8b)?(_SR)?(_harmonized)?(_clip)?\.(tif|tiff)$", re.IGNORECASE)
MASK = re.compile(r"_udm2(_clip)?\.(tif|tiff)$", re.IGNORECASE)
METADATA = re.compile(r"_metadata(_clip)?\.xml$", re.IGNORECASE)
FOUR = (("blue",), ("green",), ("red",), ("nir",))
EIGHT = (
    ("coastal",), ("blue",), ("green_i",), ("green",), ("yellow",), ("red",), ("rededge1", "rededge"), ("nir",)
)  # fmt: skip
SURFACE = 1e-4
FILL = 0.0


def is_image(files: Files) -> bool:
    """Whether there is an analytic image of PlanetScope."""
    return any(IMAGE.search(last(name)) for name in files.rasters)


def read_image(files: Files) -> Product:
    """The one analytic image. InputError where there are several, or nothing says what radiance stands for."""
    found = [name for name in files.rasters if IMAGE.search(last(name))]
    if len(found) > 1:
        raise InputError(
            f"{files.title} has {len(found)} images: {', '.join(map(last, found[:3]))}.", "Choose one of them."
        )
    name = found[0]
    shows = EIGHT if "_8b" in last(name) else FOUR
    surface = "_sr" in last(name).lower()
    gains = [SURFACE] * len(shows) if surface else _coefficients(files, len(shows))
    bands = tuple(
        ProductBand(f"band {i}", files.paths[name], i, words, None, gain, 0.0, FILL)
        for i, (words, gain) in enumerate(zip(shows, gains), 1)
    )
    masks = [files.paths[one] for one in files.rasters if MASK.search(last(one))]
    flags = {w: (Flag(masks[0], Test(values=(1,)), band),) for w, band in UDM2.items()} if len(masks) == 1 else {}
    return Product(last(name), "planetscope", bands, "SR" if surface else "TOAR", day_in(last(name)), flags)


def _coefficients(files: Files, count: int) -> list[float]:
    """By which radiance becomes reflectance at the top of the atmosphere."""
    found = [name for name in files.paths if METADATA.search(last(name))]
    if len(found) != 1:
        raise InputError(
            f"{files.title} has {len(found)} files '…_metadata.xml', one of which says what its numbers stand for.",
            "Give the folder as it was delivered, or the image of surface reflectance (_SR).",
        )
    try:
        root = parse_xml(files.text(found[0]))
    except XMLError as error:
        raise InputError(f"{last(found[0])} is no metadata: {error}.", "Download the image again.") from None
    texts = [element.text for element in root.iter() if element.tag.rpartition("}")[2] == "reflectanceCoefficient"]
    try:
        numbers = [float(text or "") for text in texts]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(0 < number < 1 for number in numbers):
        raise InputError(
            f"{last(found[0])} does not state the reflectance coefficients of {count} bands.", "Download it again."
        )
    return numbers
