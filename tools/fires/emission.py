"""What burns, and what a sensor sees of it: Planck's law, mixed with the ground, as digital numbers of Landsat-8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rsdl_qgis.engine.tables.fire import GAIN, OFFSET
from tools.scene.landscape import blur

from .spectra import REFLECTIVE, WAVELENGTH

C1, C2 = 1.191043e8, 14387.77  # W um^4 m^-2 sr^-1, um K: of spectral radiance a micrometre
SUN = dict(zip(REFLECTIVE, (1895.3, 2004.6, 1820.8, 1549.5, 951.8, 247.6, 85.5, 367.0)))  # W m^-2 um^-1, OLI's bands
THERMAL = {10: (3.342e-4, 0.1), 11: (3.342e-4, 0.1)}  # radiance of a digital number: times, plus
MOST = 65_535
FOLD = 2.6  # reflectance above which band 7's numbers come round and begin anew at 0
TIRS = 1.4  # standard deviation, pixels, of the thermal sensor's blur: its own pixels have 100 m


def planck(wavelength: float, kelvin: NDArray | float) -> NDArray:
    """Spectral radiance of a black body, W m^-2 sr^-1 um^-1."""
    return C1 / (wavelength**5 * np.expm1(C2 / (wavelength * np.asarray(kelvin, np.float64))))


def emitted(band: int, kelvin: NDArray | float) -> NDArray:
    """The emission of a black body as reflectance without the correction for the sun, as if the sun had sent it."""
    return np.pi * planck(WAVELENGTH[band], kelvin) / SUN[band]


def ignite(size: int, rng: np.random.Generator, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray]:
    """Fires of 1 to 30 pixels: the burning fraction of each pixel, its temperature in kelvin, and where each began.

    A fire grows from a pixel as a front does, to its neighbours. Smouldering at 600 K to flames of 1,200 K; from a
    ten-thousandth of a pixel to a fifth of it, as small as can be seen and much smaller.
    """
    fraction, kelvin = np.zeros((size, size)), np.full((size, size), 300.0)
    starts = rng.integers(2, size - 2, (rng.integers(0, most + 1), 2))
    for start in starts:
        heat, share = rng.uniform(600, 1200), 10 ** rng.uniform(-3.6, -0.9)
        for row, col in front(start, size, int(np.ceil(30 ** rng.uniform(0, 1))), rng):
            fraction[row, col] = min(0.3, share * 10 ** rng.normal(0, 0.35))
            kelvin[row, col] = heat * rng.uniform(0.88, 1.12)
    return fraction, kelvin, starts


def front(start: NDArray, size: int, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """So many pixels that touch one another, from a first on, about along a line."""
    bearing, found = rng.uniform(0, 2 * np.pi), [tuple(int(v) for v in start)]
    while len(found) < count:
        row, col = found[rng.integers(max(0, len(found) - 3), len(found))]
        turn = bearing + rng.normal(0, 0.9)
        step = (
            int(np.clip(row + round(np.sin(turn)), 0, size - 1)),
            int(np.clip(col + round(np.cos(turn)), 0, size - 1)),
        )
        bearing += rng.normal(0, 0.25)
        if step not in found:
            found.append(step)
        elif rng.random() < 0.1:
            bearing += np.pi / 2
    return found


def reflective(band: int, apparent: NDArray, fraction: NDArray, kelvin: NDArray, seen: NDArray) -> NDArray:
    """Reflectance without the sun's correction, with what burns; ``seen``: the part that clouds let through."""
    return apparent * (1 - fraction) + fraction * seen * emitted(band, kelvin)


def numbers(band: int, apparent: NDArray, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Digital numbers of a reflective band, with noise; above ``FOLD`` those of band 7 come round."""
    noisy = apparent + rng.normal(0, 0.0006, apparent.shape)
    if band == 7:
        noisy = np.where(noisy > FOLD, np.minimum(noisy - FOLD, 0.09), noisy)
    return np.rint((noisy - OFFSET) / GAIN).clip(1, MOST).astype(np.uint16)


def thermal_numbers(
    band: int, ground: NDArray, fraction: NDArray, kelvin: NDArray, seen: NDArray, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Digital numbers of a thermal band."""
    times, plus = THERMAL[band]
    share = fraction * seen
    radiance = (1 - share) * planck(WAVELENGTH[band], ground) + share * planck(WAVELENGTH[band], kelvin)
    radiance = blur(radiance, TIRS) + rng.normal(0, 0.02, radiance.shape)
    return np.rint((radiance - plus) / times).clip(1, MOST).astype(np.uint16)
