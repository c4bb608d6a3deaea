"""A made-up scene: land, water, clouds, smoke, and what burns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .emission import ignite, numbers, reflective, thermal_numbers
from .spectra import BANDS, CIRRUS, NAMES, REFLECTIVE, ground, with_clouds, with_smoke


@dataclass(frozen=True)
class FireScene:
    """All arrays are (size, size). ``bands``: digital numbers as in a Level-1 product; ``fraction``: what burns of a
    pixel; ``saturated``: where band 6 or 7 is.
    """

    bands: Mapping[int, NDArray[np.uint16]]
    fraction: NDArray[np.float64]
    saturated: NDArray[np.bool_]
    sun_elevation: float


def fire_scene(size: int, rng: np.random.Generator, fires: int = 8, cloudy: float = 0.5) -> FireScene:
    """A scene with up to so many fires; clouds in a part ``cloudy`` of all scenes."""
    reflectance, kelvin, cover = ground(size, rng)
    fraction, heat, starts = ignite(size, rng, fires)
    fraction[np.isin(cover, [NAMES.index("water"), NAMES.index("turbid water")])] = 0
    smoking = starts[rng.random(len(starts)) < 0.6]
    reflectance = with_smoke(reflectance, smoking, rng)
    thick = np.zeros((size, size), np.float32)
    if rng.random() < cloudy:
        reflectance, kelvin, thick = with_clouds(reflectance, kelvin, rng)
    elevation = float(rng.uniform(28, 68))
    seen = (1 - thick) ** 2
    apparent = {band: reflectance[i] * np.sin(np.radians(elevation)) for i, band in enumerate(REFLECTIVE[:7])}
    apparent[9] = (CIRRUS + 0.12 * thick) * np.ones_like(kelvin)
    lit = {band: reflective(band, apparent[band], fraction, heat, seen) for band in REFLECTIVE}
    bands = {band: numbers(band, lit[band], rng) for band in REFLECTIVE}
    for band in BANDS[len(REFLECTIVE) :]:
        bands[band] = thermal_numbers(band, kelvin, fraction, heat, seen, rng)
    saturated = (bands[6] == 65_535) | (bands[7] == 65_535) | (lit[7] > 1.2107)
    return FireScene(bands, fraction * (seen > 0.05), saturated, elevation)
