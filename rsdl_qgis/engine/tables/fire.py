"""Active fires: the methods there are, the bands they take, and the classes they give. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

RULES = ("schroeder", "murphy", "kumar-roy")
METHODS: Mapping[str, tuple[tuple[str, ...], int]] = {  # method -> rules, and how many have to agree on a fire
    "voting": (RULES, 2),
    "intersection": (RULES, 3),
    **{rule: ((rule,), 1) for rule in RULES},
}
SUN_CORRECTED = ("murphy", "kumar-roy")  # rules for reflectance that is corrected for the height of the sun
VALUES = ("reflectance", "dn")  # what the numbers of a raster are
GAIN, OFFSET = 2e-5, -0.1  # from digital numbers of Landsat-8 and -9, Level 1, to reflectance; the same for all bands

BANDS: Mapping[int, tuple[str, ...]] = {  # Landsat-8's numbers -> names that rasters give them, the usual one first
    1: ("B1", "B01", "band 1", "coastal", "aerosol"),
    2: ("B2", "B02", "band 2", "blue"),
    3: ("B3", "B03", "band 3", "green"),
    4: ("B4", "B04", "band 4", "red"),
    5: ("B5", "B05", "band 5", "nir", "nir08", "near infrared"),
    6: ("B6", "B06", "band 6", "swir1", "swir 1", "swir16"),
    7: ("B7", "B07", "band 7", "swir2", "swir 2", "swir22"),
}
CLASSES = ((0, "no fire", "#f0f0f0"), (1, "active fire", "#e31a1c"))  # value, name, colour
FIRE = 1
