"""Sentinel-2: SAFE products of Level-1C and Level-2A, and files of single bands that are called as in these.

Reflectance is (number + offset) / quantification. Products of processing baseline 04.00 and later (from 25 January
2022, and older ones that were processed again) have an offset of -1000, which their metadata state (ESA, Sentinel-2
Products Specification Document, S2-PDGS-TAS-DI-PSD, 14.9).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..dates import day_in
from ..errors import InputError
from ..files.xml import XMLError, parse_xml
from .files import DEEPEST, Files, last
from .product import Product, ProductBand, once, one_date, percent
from .quality import flags_of

SENSOR = "sentinel-2"
NAMES: Mapping[str, tuple[float, tuple[str, ...]]] = {  # in the order of the metadata: centre (µm), what it shows
    "B01": (0.443, ("coastal",)),
    "B02": (0.490, ("blue",)),
    "B03": (0.560, ("green",)),
    "B04": (0.665, ("red",)),
    "B05": (0.705, ("rededge1", "rededge")),
    "B06": (0.740, ("rededge2",)),
    "B07": (0.783, ("rededge3",)),
    "B08": (0.842, ("nir",)),
    "B8A": (0.865, ("nir08",)),
    "B09": (0.945, ("nir09",)),
    "B10": (1.375, ("cirrus",)),
    "B11": (1.610, ("swir1", "swir16")),
    "B12": (2.190, ("swir2", "swir22")),
}
METADATA = r"MTD_MSI(L1C|L2A)\.xml"
BAND = re.compile(r"(?:^|[^a-z0-9])B(0?[1-9]|8A|1[0-2])(?:_(10|20|60)m)?\.(?:tif|tiff|jp2|img|vrt)$", re.IGNORECASE)
TILE = re.compile(r"T\d{2}[A-Z]{3}_\d{8}T\d{6}_")  # of ESA's own names
CALLED = re.compile(r"(^|[_/])(s2[a-d]?|sentinel-?2)[_./]|T\d{2}[A-Z]{3}_\d{8}", re.IGNORECASE)
OFFSET_SINCE = "2022-01-25"
OWN_PIXELS = {  # metres
    **dict.fromkeys(("B02", "B03", "B04", "B08"), 10),
    **dict.fromkeys(("B05", "B06", "B07", "B8A", "B11", "B12"), 20),
}
QUANTIFICATION = 10_000.0
OFFSET = -1000.0
FILL, NOT_FILLED = 0.0, "B10"  # the number where nothing was measured; cirrus has it on clear ground, too
SATURATION = {"L1C": 0.3558, "L2A": 0.2}  # reflectance that ESA's true-colour images show as 255


def is_safe(files: Files) -> bool:
    """Whether the files are those of a SAFE product, whole or not."""
    names = (name for name in files.paths if re.search(r"(^|/)(GRANULE/|manifest\.safe$)", name))
    is_named = re.search(r"(^|_)S2[A-D]_MSIL", files.title) is not None
    if files.is_list:
        return bool(files.ending(METADATA))
    return bool(files.ending(METADATA)) or (next(names, "") != "" and (is_named or bool(_bands(files))))


def is_bands(files: Files) -> bool:
    """Whether the files are single bands that only Sentinel-2 has, or are called so."""
    found = {name for name, _, _ in _bands(files)}
    called = any(CALLED.search(name) for name in files.rasters)
    return bool(found & {"B8A", "B12"}) or (bool(found) and called)


@dataclass(frozen=True)
class Metadata:
    """What a product's metadata say: ``offsets`` by the names of bands."""

    level: str
    quantification: float
    offsets: Mapping[str, float] = field(default_factory=dict)
    baseline: str = ""
    date: str = ""
    cloud: float | None = None


def read_safe(files: Files) -> Product:
    """A SAFE product. InputError where its metadata or its bands are missing or make no sense."""
    found = files.ending(METADATA)
    if not found:
        raise InputError(
            f"{files.title} has no MTD_MSIL1C.xml or MTD_MSIL2A.xml, which say what its numbers stand for.",
            "Unpack or download the whole product.",
        )
    if len(found) > 1:
        raise InputError(f"{files.title} holds {len(found)} products: {', '.join(found[:3])}.", "Choose one of them.")
    about = read_metadata(files, found[0])
    folder = found[0].rpartition("/")[0]
    inside = [name for name in _bands(files) if name[2].startswith(folder)]
    if not inside:
        raise InputError(f"{files.title} has no images of bands.", "Unpack or download the whole product.")
    paths = once(files.title, finest(inside))
    date = one_date(files.title, {name: day_in(last(name)) for name in paths.values()})
    bands = _of(files, paths, about.quantification, about.offsets)
    formula = _formula(about)
    notes = (
        f"{files.title}: {about.level}, processing baseline {about.baseline or 'not stated'}, "
        f"{about.date or date or 'no date'}; reflectance is {formula}.",
        *_coarser(inside),
    )
    flags = flags_of(_finest_quality(files))
    return Product(
        files.title, SENSOR, bands, about.level, about.date or date, flags, SATURATION[about.level], notes, about.cloud
    )


def read_bands(files: Files) -> Product:
    """Single bands. Of those that lie in a SAFE product its metadata count; else, by ESA's own names, the date tells
    whether there is an offset.
    """
    paths = once(files.title, finest(_bands(files)))
    date = one_date(files.title, {name: day_in(last(name)) for name in paths.values()})
    above = {_metadata_above(files.paths[name]) for name in paths.values()}
    found = above.pop() if len(above) == 1 else None
    is_new = date >= OFFSET_SINCE and any(TILE.search(last(name)) for name in paths.values())
    if found is not None:
        about = read_metadata(Files(found.parent.name, {found.name: str(found)}), found.name)
        why = f"as {found.parent.name} says"
    else:
        about = Metadata("", QUANTIFICATION, dict.fromkeys(NAMES, OFFSET) if is_new else {})
        why = f"as their names are ESA's, of {date}" if is_new else "as no metadata say that there is an offset"
    notes = (f"{files.title}: reflectance is {_formula(about)}, {why}.",)
    bands = _of(files, paths, about.quantification, about.offsets)
    saturation = SATURATION.get(about.level, SATURATION["L1C"])
    return Product(files.title, SENSOR, bands, about.level, date, flags_of(_finest_quality(files)), saturation, notes)


def _metadata_above(path: str) -> Path | None:
    """The main metadata of the SAFE product that a file lies in, None where it lies in none."""
    for folder in list(Path(path).parents)[:DEEPEST]:
        for name in ("MTD_MSIL1C.xml", "MTD_MSIL2A.xml"):
            if (folder / name).is_file():
                return folder / name
    return None


def read_metadata(files: Files, name: str) -> Metadata:
    """What a product's main metadata say. InputError where they are empty or make no sense."""
    where = f"{last(name)} of {files.title}"
    try:
        root = parse_xml(files.text(name))
    except XMLError as error:
        raise InputError(f"{where} is not the metadata of a product: {error}.", "Download it again.") from None
    values: dict[str, str] = {}
    offsets: dict[str, float] = {}
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        values.setdefault(tag, text)
        if tag in ("RADIO_ADD_OFFSET", "BOA_ADD_OFFSET"):
            offsets[_band_of(element.get("band_id"), where)] = _number(text, tag, where, -1e5, 1e5)
    level = "L2A" if "MSIL2A" in last(name).upper() else "L1C"
    tag = "BOA_QUANTIFICATION_VALUE" if level == "L2A" else "QUANTIFICATION_VALUE"
    quantification = _number(values.get(tag, values.get("QUANTIFICATION_VALUE", "")), tag, where, 1, 1e6)
    baseline = values.get("PROCESSING_BASELINE", "")
    if _is_new(baseline) and not offsets:
        raise InputError(
            f"{where} is of baseline {baseline} and states no {'BOA' if level == 'L2A' else 'RADIO'}_ADD_OFFSET.",
            "Download the product again.",
        )
    date, cloud = day_in(values.get("PRODUCT_START_TIME", "")), percent(values.get("Cloud_Coverage_Assessment"))
    return Metadata(level, quantification, offsets, baseline, date, cloud)


def finest(found: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Of the files of each band those with the smallest pixels, by their names: (band, name)."""
    best: dict[str, str] = {}
    for band, pixel, _ in found:
        best[band] = min(best.get(band, pixel), pixel)
    return [(band, name) for band, pixel, name in found if pixel == best[band]]


def _coarser(found: list[tuple[str, str, str]]) -> list[str]:
    """A sentence where files of a band have larger pixels alone than the sensor has."""
    names = dict(finest(found))
    sizes = {band: pixel for band, pixel, name in found if names.get(band) == name}
    coarse = [f"{band} ({pixel} m)" for band, pixel in sizes.items() if pixel and int(pixel) > OWN_PIXELS.get(band, 60)]
    return [f"Of some bands the files with the sensor's own pixels are missing: {', '.join(coarse)}."] if coarse else []


def _bands(files: Files) -> list[tuple[str, str, str]]:
    """(band, pixel size as named or '', name) of the rasters that are bands, in the order of ``NAMES``."""
    found = []
    for name in files.rasters:
        if "/QI_DATA/" in f"/{name}":
            continue
        if match := BAND.search(last(name)):
            number = match[1].upper()
            found.append((f"B{number if number == '8A' else number.zfill(2)}", match[2] or "", name))
    return sorted(found, key=lambda one: (list(NAMES).index(one[0]), one[1:]))


def _of(
    files: Files, paths: Mapping[str, str], quantification: float, offsets: Mapping[str, float]
) -> tuple[ProductBand, ...]:
    return tuple(
        ProductBand(
            band,
            files.paths[name],
            names=NAMES[band][1],
            wavelength=NAMES[band][0],
            gain=1 / quantification,
            offset=offsets.get(band, 0.0) / quantification,
            nodata=None if band == NOT_FILLED else FILL,
        )
        for band, name in paths.items()
    )


def _finest_quality(files: Files) -> dict[str, str]:
    """Quality bands, of the scene classification the one with the smallest pixels."""
    classes = sorted(name for name in files.rasters if re.search(r"(^|_)SCL(_\d\dm)?\.\w+$", last(name), re.IGNORECASE))
    return {name: files.paths[name] for name in classes[:1]}


def _formula(about: Metadata) -> str:
    """'(number - 1000) / 10000', as reflectance is computed."""
    found = sorted(set(about.offsets.values())) or [0.0]
    signed = " or ".join(f"{'-' if value < 0 else '+'} {abs(value):g}" for value in found)
    return f"{'number' if found == [0] else f'(number {signed})'} / {about.quantification:g}"


def usual_scale(baseline: str) -> tuple[float, float]:
    """(gain, offset) of products of a processing baseline, by which numbers become reflectance."""
    return 1 / QUANTIFICATION, OFFSET / QUANTIFICATION if _is_new(baseline) else 0.0


def _is_new(baseline: str) -> bool:
    match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})", baseline)
    return match is not None and 4 <= int(match[1]) < 90  # 99.99 is of products that were made to try something


def _band_of(number: str | None, where: str) -> str:
    if number is None or not number.isdecimal() or int(number) >= len(NAMES):
        raise InputError(f"{where} states the offset of a band '{number}'.", "Download the product again.")
    return list(NAMES)[int(number)]


def _number(text: str, tag: str, where: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        told = f"'{text[:40]}'" if text else "not there"
        raise InputError(f"{tag} in {where} is {told}, and has to be a number.", "Download the product again.")
    return number
