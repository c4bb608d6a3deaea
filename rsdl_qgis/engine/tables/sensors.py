"""Names and numbers of the bands of common sensors. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

COMMON: Mapping[str, tuple[str, ...]] = {  # names that say what a band shows
    "coastal": ("coastal", "coastal aerosol", "aerosol"),
    "blue": ("blue",),
    "green": ("green",),
    "red": ("red",),
    "rededge": ("rededge", "red edge", "rededge1"),
    "nir": ("nir", "nir08", "near infrared", "near-infrared"),
    "swir1": ("swir1", "swir16", "swir 1", "shortwave infrared 1", "mir"),
    "swir2": ("swir2", "swir22", "swir 2", "shortwave infrared 2"),
}
SENSORS: Mapping[str, Mapping[str, str]] = {  # sensor -> what a band shows -> its number
    "sentinel-2": {
        "coastal": "1", "blue": "2", "green": "3", "red": "4", "rededge": "5", "nir": "8", "swir1": "11", "swir2": "12"
    },
    "landsat-8": {"coastal": "1", "blue": "2", "green": "3", "red": "4", "nir": "5", "swir1": "6", "swir2": "7"},
    "landsat-5": {"blue": "1", "green": "2", "red": "3", "nir": "4", "swir1": "5", "swir2": "7"},
    "modis": {"red": "1", "nir": "2", "blue": "3", "green": "4", "swir1": "6", "swir2": "7"},
}  # fmt: skip
AUTO = "auto"

SCALED, PLAIN, TRUE_COLOUR = "reflectance x 10000", "reflectance", "true colour"  # units
UNITS: Mapping[str, float] = {SCALED: 10_000.0, PLAIN: 1.0, TRUE_COLOUR: 255.0}  # what reflectance 1 is in them
DECIBEL = "dB"  # of backscatter

SURFACE, TOP = "surface", "top of the atmosphere"  # of reflectance
LEVELS: Mapping[str, str] = {  # of products, by what their reflectance is
    "L2A": SURFACE, "L2": SURFACE, "SR": SURFACE, "L1C": TOP, "L1": TOP, "TOAR": TOP,
}  # fmt: skip
