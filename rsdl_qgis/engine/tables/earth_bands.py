"""The usual values of bands of Sentinel and of the weather over land, and the names that rasters give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

# Mean and standard deviation over the land, from 127,155 places of Galileo's training data (normalization.json of
# github.com/nasaharvest/galileo, MIT): dB, reflectance x 10,000, kelvin, metres, degrees, -1 to 1.
MOMENTS: Mapping[str, tuple[float, float]] = {
    "VV": (-11.728724389184965, 4.887145774840316),
    "VH": (-18.85558188024017, 5.730270320384293),
    "B2": (1395.3408730676722, 917.7041440370853),
    "B3": (1338.4026921784578, 913.2988423581528),
    "B4": (1343.09883810357, 1092.678723527555),
    "B5": (1543.8607982512297, 1047.2206083460424),
    "B6": (2186.2022069512263, 1048.0101611156767),
    "B7": (2525.0932853316694, 1143.6903026819996),
    "B8": (2410.3377187373408, 1098.979177731649),
    "B8A": (2750.2854646886753, 1204.472755085893),
    "B11": (2234.911100061487, 1145.9774063078878),
    "B12": (1474.5311266077113, 980.2429840007796),
    "temperature_2m": (271.5674963541667, 79.80828940314429),
    "total_precipitation": (0.08554303677156568, 0.11669547098151486),
    "elevation": (673.0152819503361, 983.0697298296237),
    "slope": (5.930092668915115, 8.167406789813247),
    "NDVI": (0.2892116502999044, 0.2720939024500081),
}
GROUPS: Mapping[str, tuple[str, ...]] = {  # bands that encoders of the Earth take together, in their weights' order
    "S1": ("VV", "VH"),
    "S2_RGB": ("B2", "B3", "B4"),
    "S2_Red_Edge": ("B5", "B6", "B7"),
    "S2_NIR_10m": ("B8",),
    "S2_NIR_20m": ("B8A",),
    "S2_SWIR": ("B11", "B12"),
    "ERA5": ("temperature_2m", "total_precipitation"),
    "SRTM": ("elevation", "slope"),
    "NDVI": ("NDVI",),
}
SPACE_TIME = {name: bands for name, bands in GROUPS.items() if name not in ("ERA5", "SRTM")}  # what varies in both
KNOWN = (*MOMENTS, "B1", "B9", "B10")  # bands by whose names another one is not meant
ALIASES: Mapping[str, tuple[str, ...]] = {  # other names: of Sentinel-2's files, and by colour
    "B1": ("B01", "coastal aerosol"),
    "B2": ("B02", "blue"),
    "B3": ("B03", "green"),
    "B4": ("B04", "red"),
    "B5": ("B05", "red edge 1"),
    "B6": ("B06", "red edge 2"),
    "B7": ("B07", "red edge 3"),
    "B8": ("B08", "NIR"),
    "B8A": ("narrow NIR", "NIR narrow"),
    "B9": ("B09", "water vapour"),
    "B10": ("cirrus",),
    "B11": ("SWIR 1", "SWIR16"),
    "B12": ("SWIR 2", "SWIR22"),
    "temperature_2m": ("t2m",),
    "total_precipitation": ("precipitation",),
    "elevation": ("DEM",),
}


WAVELENGTHS: Mapping[str, float] = {  # of bands of Sentinel-2 their centres, of Sentinel-1 as DOFA has it: micrometres
    "B1": 0.443,
    "B2": 0.49,
    "B3": 0.56,
    "B4": 0.665,
    "B5": 0.705,
    "B6": 0.74,
    "B7": 0.783,
    "B8": 0.842,
    "B8A": 0.865,
    "B9": 0.945,
    "B10": 1.375,
    "B11": 1.61,
    "B12": 2.19,
    "VV": 5.405,
    "VH": 5.405,
}


def known_band(name: str, bands: Iterable[str] = MOMENTS) -> str:
    """The one of ``bands`` that a raster's band is, by its name; '' if none. 'S2 B04_10m' -> 'B4'.

    Of several the one of the longest name: 'red edge 1' is B5.
    """
    words = re.findall("[a-z]+[0-9]*[a-z]?|[0-9]+", name.lower())
    text = f" {' '.join(words)} "
    hits = [
        (len(alias), band)
        for band in bands
        for alias in _plain(band)
        if f" {alias} " in text or alias.replace(" ", "") in words
    ]
    return max(hits)[1] if hits else ""


def whole_groups(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """The places among names of bands of each of ``groups`` (name -> its bands) that has all of its bands there; of a
    band that is named twice the first.
    """
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        found.setdefault(known_band(name, KNOWN), place)
    return {group: tuple(found[b] for b in bands) for group, bands in groups.items() if all(b in found for b in bands)}


def _plain(band: str) -> list[str]:
    """The names of a band in words of small letters and digits."""
    return [" ".join(re.findall("[a-z]+[0-9]*[a-z]?|[0-9]+", name.lower())) for name in (band, *ALIASES.get(band, ()))]
