"""Sentinel-1: Ground Range Detected products (GRD) in the SAFE format, calibrated to sigma0 by their annotation.

The images lie in the geometry of the radar; ``raster.delivered.radar`` brings them to a map by their ground control
points. That is no terrain correction.
"""

from __future__ import annotations

import re

from ..dates import day_in
from ..errors import InputError
from .backscatter import Calibration, read_noise, read_sigma, read_spacing
from .files import Files, last
from .product import Product, ProductBand, once

SENSOR = "sentinel-1"
TITLE = re.compile(r"S1[A-D]_(IW|EW|S\d|WV)_(?P<kind>[A-Z]{3})", re.IGNORECASE)
MEASUREMENT = re.compile(  # s1a-iw-grd-vv-….tiff, …-cog.tiff, and iw-vv.tiff of other archives
    r"(?:s1[a-d]-)?(?:iw|ew|wv|s)\d?-(?:(?P<kind>grd|slc|ocn)-)?(?P<band>vv|vh|hh|hv)(?:-.*)?\.tiff?$", re.IGNORECASE
)
POLARISATIONS = ("VV", "VH", "HH", "HV")
FILL = 0.0
UNCORRECTED = (
    "It is placed by its ground control points, without a terrain correction: relief shifts what is high towards the "
    "radar, by about 1 m for each metre that it differs from these points."
)


def is_safe(files: Files) -> bool:
    """Whether the files are those of a product, whole or not."""
    if files.is_list:
        return False
    return bool(_measured(files)) or (TITLE.match(files.title) is not None and not files.rasters)


def read_safe(files: Files) -> Product:
    """A GRD product. InputError where it is another, or lacks measurements or their annotation."""
    found = _measured(files)
    kinds = {kind.upper() for kind in (match["kind"] for _, match in found) if kind}
    title = TITLE.match(files.title)
    kind = next(iter(kinds - {"GRD"}), title["kind"].upper() if title else "GRD")
    if kind != "GRD":
        raise InputError(
            f"{files.title} is a product of Sentinel-1 of the kind {kind}, and only Ground Range Detected ones (GRD) "
            "are read: those of the kind SLC hold complex numbers in the geometry of the radar.",
            "Choose the GRD product of the same date.",
        )
    if not found:
        raise InputError(f"{files.title} has no measurement/….tiff.", "Unpack or download the whole product.")
    names = once(files.title, ((match["band"].upper(), name) for name, match in found))
    dates: list[str] = []
    bands = tuple(
        ProductBand(
            band, files.paths[names[band]], 1, (), None, nodata=FILL, calibration=_of(files, names[band], dates)
        )
        for band in POLARISATIONS
        if band in names
    )
    removed = all(band.calibration is not None and band.calibration.noise for band in bands)
    noise = "noise removed" if removed else "noise not removed, as it has no annotation of it"
    date = day_in(files.title) or next(iter(dates), "")
    shown = ", ".join(band.name for band in bands)
    note = f"{files.title}: GRD, {date or 'no date'}, {shown}; linear sigma0, {noise}. {UNCORRECTED}"
    return Product(files.title, SENSOR, bands, "GRD", date, notes=(note,))


def _measured(files: Files) -> list[tuple[str, re.Match[str]]]:
    """(name, its parts) of the measurements."""
    found = ((name, MEASUREMENT.fullmatch(last(name))) for name in files.rasters if "measurement/" in f"{name}/")
    return [(name, match) for name, match in found if match]


def _of(files: Files, measurement: str, dates: list[str]) -> Calibration:
    """The calibration of a measurement; its date is added to ``dates``."""
    stem = _stem(measurement)
    known = {_stem(name): name for name in files.paths if name.lower().endswith(".xml") and "annotation/" in name}
    missing = [part for part in (stem, f"calibration-{stem}") if part not in known]
    if missing:
        raise InputError(
            f"{files.title} lacks the annotation {missing[0]}.xml of {last(measurement)}, without which its numbers "
            "cannot be calibrated.",
            "Unpack or download the whole product.",
        )

    def text(part: str) -> tuple[bytes, str]:
        return files.text(known[part]), f"{last(known[part])} of {files.title}"

    spacing, start = read_spacing(*text(stem))
    if day := day_in(start):
        dates.append(day)
    sigma = read_sigma(*text(f"calibration-{stem}"))
    if f"noise-{stem}" not in known:
        return Calibration(sigma, spacing)
    return Calibration(sigma, spacing, *read_noise(*text(f"noise-{stem}")))


def _stem(name: str) -> str:
    """What a measurement and its annotation are both called."""
    return re.sub(r"(-cog)?\.\w+$", "", last(name).lower())
