"""Landsat 4 to 9: products of Collection 1 and 2 and of before, of Level 1 and 2, told of by their MTL.txt.

Reflectance at the top of the atmosphere is (number * gain + offset) / sin(sun elevation); that of the surface
(Collection 2, Level 2) is number * gain + offset (USGS, Landsat 8-9 Data Users Handbook, LSDS-1574 and LSDS-1619).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

from ..dates import day_in
from ..errors import InputError
from .files import Files, last
from .landsat_level1 import ENDING, groups_of, number_of, sun_elevation, value
from .product import Product, ProductBand, once, one_date, percent
from .quality import encoding_of, flags_of

Names = Mapping[str, tuple[float, tuple[str, ...]]]
OLI: Names = {  # centre (µm), what it shows
    "B1": (0.443, ("coastal",)),
    "B2": (0.482, ("blue",)),
    "B3": (0.561, ("green",)),
    "B4": (0.655, ("red",)),
    "B5": (0.865, ("nir", "nir08")),
    "B6": (1.609, ("swir1", "swir16")),
    "B7": (2.201, ("swir2", "swir22")),
    "B8": (0.590, ("pan",)),
    "B9": (1.373, ("cirrus",)),
}
TM: Names = {
    "B1": (0.485, ("blue",)),
    "B2": (0.560, ("green",)),
    "B3": (0.660, ("red",)),
    "B4": (0.835, ("nir", "nir08")),
    "B5": (1.650, ("swir1", "swir16")),
    "B7": (2.215, ("swir2", "swir22")),
}
SENSORS: Mapping[str, tuple[str, Names]] = {
    **{f"LANDSAT_{number}": ("landsat-8", OLI) for number in (8, 9)},
    **{f"LANDSAT_{number}": ("landsat-5", TM) for number in (4, 5, 7)},
}
BAND = re.compile(r"(?:^|_)(?:SR_)?B0?(\d{1,2})\.(?:tif|tiff|jp2|img|vrt)$", re.IGNORECASE)
OLDER = re.compile(r"_sr_band\d\.\w+$", re.IGNORECASE)
CALLED = re.compile(r"(?:^|[_/])(?:L[COTE]0?([4-9])[_\d]|l([89])_|landsat[-_]?([4-9]))", re.IGNORECASE)
USUAL = 2e-5, -0.1  # gain and offset of every Level-1 product of Landsat 8 and 9
USUAL_SURFACE = 2.75e-5, -0.2  # of every Level-2 product of Collection 2
SURFACE = "LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"
FILL = 0.0


def has_metadata(files: Files) -> bool:
    """Whether there is an MTL file."""
    return any(name.lower().endswith(ENDING) for name in files.paths)


def is_bands(files: Files) -> bool:
    """Whether the files are single bands that are called as Landsat's."""
    return any(BAND.search(last(name)) and CALLED.search(name) for name in files.rasters)


def read_product(files: Files) -> Product:
    """A product with its MTL file. InputError where it is of no satellite that is known, or does not say the gains."""
    found = [name for name in files.paths if name.lower().endswith(ENDING)]
    if len(found) > 1:
        names = ", ".join(map(last, found[:3]))
        raise InputError(f"{files.title} has {len(found)} MTL files: {names}.", "Give the folder of one product.")
    metadata = Path(found[0])
    groups = groups_of(files.text(found[0]).decode("utf-8", "replace"), Path(last(found[0])))
    spacecraft = (value(groups, "SPACECRAFT_ID") or "").upper().replace("LANDSAT", "LANDSAT_").replace("__", "_")
    if not spacecraft:
        problem = (
            f"{metadata.name} of {files.title} names no satellite (SPACECRAFT_ID): it has to be of Landsat 4 to 9."
        )
        raise InputError(problem, "It may be cut off: unpack or download the product again.")
    if spacecraft not in SENSORS:
        raise InputError(
            f"{metadata.name} of {files.title} is of '{spacecraft}', and has to be of Landsat 4 to 9.",
            "Choose another product.",
        )
    sensor, known = SENSORS[spacecraft]
    contents = groups.get("PRODUCT_CONTENTS", {})
    level = (contents.get("PROCESSING_LEVEL") or value(groups, "DATA_TYPE") or "L1").upper()
    is_surface = level.startswith("L2")
    sine = 1.0 if is_surface else math.sin(math.radians(sun_elevation(metadata, groups)))
    gains = {SURFACE: groups.get(SURFACE, {})} if is_surface else groups
    folder = found[0].rpartition("/")[0]
    bands = []
    for band, (wavelength, shows) in known.items():
        file = _file_of(files, contents if is_surface else groups, folder, band, is_surface)
        if file is None or (is_surface and f"REFLECTANCE_MULT_BAND_{band[1:]}" not in gains[SURFACE]):
            continue
        gain = number_of(metadata, gains, f"REFLECTANCE_MULT_BAND_{band[1:]}", 1e-8, 10, is_surface)
        offset = number_of(metadata, gains, f"REFLECTANCE_ADD_BAND_{band[1:]}", -10, 10, is_surface)
        path = files.paths[file]
        bands.append(ProductBand(band, path, 1, shows, wavelength, gain / sine, offset / sine, FILL))
    if not is_surface and (older := next((name for name in files.rasters if OLDER.search(last(name))), "")):
        raise InputError(
            f"{files.title} holds surface reflectance of Collection 1 ({last(older)}), of which MTL.txt says nothing.",
            "Choose the product of Collection 2, or give the files of its bands divided by ';'.",
        )
    if not bands:
        raise InputError(f"{files.title} has none of the files of its bands.", "Unpack the whole product again.")
    title = value(groups, "LANDSAT_PRODUCT_ID") or files.title
    date = value(groups, "DATE_ACQUIRED") or ""
    kind = "surface reflectance" if is_surface else f"sun elevation {math.degrees(math.asin(sine)):g} degrees"
    note = f"{title}: {level}, collection {value(groups, 'COLLECTION_NUMBER') or 'none'}, {date or 'no date'}; {kind}."
    cloud = percent(value(groups, "CLOUD_COVER"))
    flags = flags_of(_quality(files, folder))
    return Product(title, sensor, tuple(bands), level[:2], date, flags, notes=(note,), cloud=cloud)


def read_bands(files: Files) -> Product:
    """Single bands of Landsat 8 or 9 without an MTL file: by the usual gains, and without the height of the sun."""
    found = [(f"B{match[1]}", name) for name in files.rasters if (match := BAND.search(last(name)))]
    called = next(match for name in files.rasters if (match := CALLED.search(name)))
    number = next(group for group in called.groups() if group)
    surface = any(re.search(r"_SR_B\d", last(name), re.IGNORECASE) for _, name in found)
    if number not in "89" or surface:
        raise InputError(
            f"There is no MTL.txt in {files.title}, which says what its numbers stand for.",
            "Unpack the whole product, and give its folder.",
        )
    paths = once(files.title, [(band, name) for band, name in found if band in OLI])
    date = one_date(files.title, {name: day_in(last(name)) for name in paths.values()})
    note = (
        f"{files.title}: there is no MTL.txt, so the usual gain and offset of Landsat 8 and 9 are taken (0.00002, "
        "-0.1), and the height of the sun is not known: reflectance is too low by its sine."
    )
    bands = tuple(
        ProductBand(band, files.paths[paths[band]], 1, shows, wavelength, *USUAL, FILL)
        for band, (wavelength, shows) in OLI.items()
        if band in paths
    )
    return Product(files.title, "landsat-8", bands, "L1", date, flags_of(_quality(files, "")), notes=(note,))


def _file_of(files: Files, told: Mapping, folder: str, band: str, surface: bool) -> str | None:
    """The name of a band's file: as the metadata say, else by its end; None where there is none."""
    key = f"FILE_NAME_BAND_{band[1:]}"
    named = told.get(key) if surface else value(told, key)
    inside = [name for name in files.rasters if name.rpartition("/")[0] == folder or files.is_list]
    if named:
        wanted = last(named).lower()
        if match := next((name for name in inside if last(name).lower() == wanted), None):
            return match
    pattern = f"(^|_){'SR_' if surface else '(?<!SR_)'}B0?{band[1:]}\\.\\w+$"
    found = [name for name in inside if re.search(pattern, last(name), re.IGNORECASE)]
    return once(files.title, ((band, name) for name in found)).get(band)


def _quality(files: Files, folder: str) -> dict[str, str]:
    return {
        name: files.paths[name]
        for name in files.rasters
        if encoding_of(name) in ("qa_pixel", "qa_radsat", "bqa", "fmask") and name.startswith(folder)
    }
