"""The families of products, and which one something is that is given in place of a raster."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NamedTuple

from ..errors import InputError
from . import collection, landsat, plain, planet, sentinel1, sentinel2, sheets, stac
from .files import RASTER, Files, beside, files_of, is_archive, is_divided
from .product import Product

MAIN = re.compile(rf"({sentinel2.METADATA}|manifest\.safe|.*{re.escape(landsat.ENDING)})", re.IGNORECASE)


class Family(NamedTuple):
    """A family of products: whether some files are one of it, and how they are read."""

    is_one: Callable[[Files], bool]
    read: Callable[[Files], Product]


FILES = "files"
FAMILIES: dict[str, Family] = {  # the first that fits
    "sentinel-1": Family(sentinel1.is_safe, sentinel1.read_safe),
    "sentinel-2": Family(sentinel2.is_safe, sentinel2.read_safe),
    "landsat": Family(landsat.has_metadata, landsat.read_product),
    "planetscope": Family(planet.is_image, planet.read_image),
    "sentinel-2 bands": Family(sentinel2.is_bands, sentinel2.read_bands),
    "landsat bands": Family(landsat.is_bands, landsat.read_bands),
    FILES: Family(lambda files: bool(files.rasters) or files.is_list, plain.read_files),
}


def is_product(text: str) -> bool:
    """Whether a text names a product, and not one raster; also of one that turns out to be broken."""
    if text.lstrip().startswith("<"):  # a virtual raster
        return False
    return (
        is_divided(text)
        or bool(collection.scenes_in(text, _is_named))
        or stac.is_item(text)
        or is_archive(text)
        or (os.path.isfile(text) and MAIN.fullmatch(os.path.basename(text)) is not None)
        or (os.path.isdir(text) and _has_rasters(text))
    )


def read_product(text: str) -> Product:
    """The product that a text names, or that stands for its scenes. InputError says what is wrong with it."""
    if scenes := collection.scenes_in(text, _is_named):
        title = os.path.basename(text.rstrip("/\\")) if not is_divided(text) else f"{len(scenes)} scenes"
        return collection.read_scenes(scenes, title, product_at)
    if not is_divided(text) and stac.is_item(text):
        return stac.read_item(text)
    is_main = os.path.isfile(text) and MAIN.fullmatch(os.path.basename(text)) is not None
    files = _of_metadata(text) if is_main else files_of(text)
    name = _family(files)
    if name == FILES and (paths := sheets.sheets_in(files)):
        return collection.read_scenes(paths, files.title, sheets.read_sheet)
    if not name:
        raise InputError(
            f"{files.title} is no product that is known: it has no metadata and no rasters.",
            "Choose the folder or archive of a product, or files of one band each, divided by ';'.",
        )
    return FAMILIES[name].read(files)


def product_at(text: str) -> Product | None:
    """The product that a text names, None where it is one raster. InputError as of ``read_product``."""
    return read_product(text) if is_product(text) else None


def _family(files: Files) -> str:
    """The first family that some files are one of, '' where they are of none."""
    return next((name for name, family in FAMILIES.items() if family.is_one(files)), "")


def _is_named(text: str) -> bool:
    """Whether a part of a text is a product of its own: a folder, an archive, a file of metadata or an Item."""
    is_main = os.path.isfile(text) and MAIN.fullmatch(os.path.basename(text)) is not None
    return os.path.isdir(text) or is_archive(text) or is_main or stac.is_item(text)


def _of_metadata(path: str) -> Files:
    """The files of the folder of an MTL file, without those of other products; or of a SAFE product."""
    files = beside(path)
    if not path.lower().endswith(landsat.ENDING):
        return files
    own = os.path.basename(path)
    kept = {n: p for n, p in files.paths.items() if n == own or not n.lower().endswith(landsat.ENDING)}
    return Files(files.title, kept)


def _has_rasters(folder: str) -> bool:
    """Whether a folder may be that of a product: GDAL opens other folders as rasters."""
    for i, (_, folders, names) in enumerate(os.walk(folder)):
        if any(RASTER.search(name) or MAIN.fullmatch(name) for name in names):
            return True
        if i > 50 or any(name.lower().endswith(".adf") for name in names):
            return False
        folders.sort()
    return False
