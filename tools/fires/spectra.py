"""Surfaces, clouds and smoke: reflectance at the top of the atmosphere in Landsat-8's bands, and temperature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tools.scene.landscape import blur, noise

REFLECTIVE = (1, 2, 3, 4, 5, 6, 7, 9)
BANDS = (*REFLECTIVE, 10, 11)  # 1 to 7, 9, 10 and 11: those of the active-fire study
WAVELENGTH = dict(zip(BANDS, (0.443, 0.482, 0.561, 0.655, 0.865, 1.609, 2.201, 1.373, 10.9, 12.0)))  # micrometres

SURFACES: Mapping[str, tuple[tuple[float, ...], float]] = {  # reflectance of bands 1 to 7, kelvin
    "forest": ((0.02, 0.02, 0.045, 0.03, 0.28, 0.13, 0.06), 298),
    "grass": ((0.04, 0.05, 0.08, 0.08, 0.30, 0.24, 0.14), 304),
    "dry grass": ((0.06, 0.08, 0.12, 0.16, 0.27, 0.34, 0.25), 311),
    "crops": ((0.03, 0.04, 0.08, 0.05, 0.40, 0.19, 0.09), 300),
    "soil": ((0.08, 0.10, 0.15, 0.21, 0.28, 0.38, 0.33), 316),
    "sand": ((0.17, 0.22, 0.31, 0.40, 0.47, 0.58, 0.53), 319),
    "scar": ((0.03, 0.035, 0.045, 0.055, 0.08, 0.13, 0.12), 314),
    "built": ((0.11, 0.13, 0.16, 0.18, 0.23, 0.26, 0.24), 312),
    "roof": ((0.30, 0.34, 0.38, 0.42, 0.46, 0.58, 0.62), 315),
    "water": ((0.04, 0.04, 0.035, 0.02, 0.012, 0.006, 0.004), 293),
    "turbid water": ((0.06, 0.07, 0.11, 0.10, 0.05, 0.012, 0.006), 294),
}
NAMES = tuple(SURFACES)
PATH = (0.085, 0.065, 0.035, 0.018, 0.006, 0.001, 0.0)  # what air scatters into bands 1 to 7
CLOUD = (0.62, 0.62, 0.62, 0.64, 0.66, 0.46, 0.33)
CIRRUS = 0.0015  # band 9 of the ground: water vapour hides it
SMOKE, SMOKE_DEPTH = 0.36, 1.9  # brightness; Angstrom exponent: fine particles hide little at long wavelengths


def ground(size: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]:
    """Reflectance (7, size, size) and temperature (size, size) of land and water, and the index into ``NAMES``."""
    cover = covers(size, rng)
    spectra = np.array([reflectance for reflectance, _ in SURFACES.values()], np.float32)
    reflectance = np.moveaxis(spectra[cover], 2, 0).copy()
    kelvin = np.array([temperature for _, temperature in SURFACES.values()], np.float32)[cover]
    wet = np.isin(cover, [NAMES.index("water"), NAMES.index("turbid water")])
    texture = 0.10 * noise(size, rng, 2.2) + 0.05 * noise(size, rng, 0.8)
    green = 0.08 * noise(size, rng, 2.6)
    texture[wet] *= 0.3
    reflectance *= (1 + texture).clip(0.4, 1.7)
    reflectance[4] *= 1 + np.where(wet, 0, green)
    reflectance[5:] *= 1 - np.where(wet, 0, green)
    kelvin = kelvin + 2.5 * np.where(wet, 0.2, 1) * noise(size, rng, 2.6)
    mixed = np.stack([blur(band, 0.55) for band in reflectance])  # neighbours share what the optics smear
    return mixed + np.array(PATH, np.float32)[:, None, None], blur(kelvin, 0.55), cover


def covers(size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Land covers in patches, a few of them in a scene, with water and bright roofs in some."""
    at = {name: NAMES.index(name) for name in NAMES}
    pool = [name for name in NAMES if "water" not in name and name != "roof"]
    chosen = rng.choice(pool, rng.integers(2, 5), replace=False)
    fields = np.stack([noise(size, rng, rng.uniform(2.4, 3.4)) for _ in chosen])
    cover = np.array([at[name] for name in chosen], np.uint8)[fields.argmax(0)]
    if rng.random() < 0.5:
        lakes = noise(size, rng, 3.2) > rng.uniform(1.0, 2.2)
        cover[lakes] = at["turbid water" if rng.random() < 0.4 else "water"]
    if rng.random() < 0.35:
        for _ in range(rng.integers(1, 8)):
            row, col = rng.integers(0, size - 4, 2)
            cover[row : row + rng.integers(1, 4), col : col + rng.integers(1, 4)] = at["roof"]
    return cover


def with_clouds(
    reflectance: NDArray[np.float32], kelvin: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Reflectance and temperature with clouds and their shadows, and how thick the clouds are, 0..1."""
    size = len(kelvin)
    field = noise(size, rng, rng.uniform(2.4, 3.2))
    thick = ((field - rng.uniform(0.8, 2.2)) * 2.5).clip(0, 1)
    shadow = np.roll(thick, tuple(rng.integers(-14, 15, 2)), (0, 1)) * (thick < 0.2)
    bright = (1 + 0.12 * noise(size, rng, 2.4)).clip(0.6, 1.3) * np.array(CLOUD, np.float32)[:, None, None]
    shaded = reflectance * (1 - 0.55 * shadow)
    return shaded * (1 - thick) + bright * thick, kelvin * (1 - thick) + (262 + 6 * field) * thick, thick


def with_smoke(
    reflectance: NDArray[np.float32], sources: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Reflectance below plumes that drift with the wind from (n, 2) rows and columns, wider and thinner as they go."""
    size = reflectance.shape[1]
    rows, cols = np.mgrid[:size, :size].astype(np.float32)
    bearing = rng.uniform(0, 2 * np.pi)
    depth = np.zeros((size, size), np.float32)
    ragged = (1 + 0.5 * noise(size, rng, 2.2)).clip(0, None)
    for row, col in sources:
        along = (rows - row) * np.sin(bearing) + (cols - col) * np.cos(bearing)
        across = (cols - col) * np.sin(bearing) - (rows - row) * np.cos(bearing)
        width = 1.0 + 0.16 * along.clip(0, None)
        plume = np.exp(-0.5 * (across / width) ** 2) * np.exp(-along.clip(0, None) / rng.uniform(25, 90)) * (along > -1)
        depth += rng.uniform(0.1, 1.6) * plume
    for i, band in enumerate(REFLECTIVE[:7]):
        hidden = 1 - np.exp(-depth * ragged * (WAVELENGTH[band] / 0.55) ** -SMOKE_DEPTH)
        reflectance[i] = reflectance[i] * (1 - hidden) + SMOKE * hidden
    return reflectance
