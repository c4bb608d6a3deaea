"""What the satellites measure of a landscape: Sentinel-2 reflectance and Sentinel-1 backscatter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .landscape import COVERS, Landscape, blur, noise, per_field

BANDS = ("B2", "B3", "B4", "B8", "B11", "B12")
REFLECTANCE = {  # typical surface reflectance x 10,000
    "cereal": (320, 580, 380, 4000, 1900, 950),
    "alfalfa": (290, 620, 320, 4900, 1950, 900),
    "pasture": (450, 720, 640, 3000, 2400, 1500),
    "stubble": (800, 1100, 1350, 2500, 3300, 2500),
    "bare": (950, 1250, 1600, 2300, 3200, 2700),
    "ploughed": (620, 820, 1000, 1500, 2300, 2000),
    "forest": (230, 400, 260, 2900, 1350, 620),
    "built": (1250, 1400, 1550, 2300, 2600, 2300),
    "road": (900, 1080, 1180, 1900, 2250, 1900),
    "gravel": (1500, 1800, 2050, 2600, 3200, 2900),
}
CLEAR_WATER = (480, 560, 380, 210, 90, 60)
MUDDY_WATER = (820, 1080, 1150, 640, 190, 120)
CLOUD = (8200, 8000, 7900, 8300, 4600, 3500)
BACKSCATTER = {  # VV sigma0 in dB; before, after (soil is wet after rain)
    "cereal": (-11.5, -11.0),
    "alfalfa": (-10.5, -10.2),
    "pasture": (-11.8, -10.8),
    "stubble": (-12.0, -10.6),
    "bare": (-12.8, -10.8),
    "ploughed": (-10.2, -8.8),
    "forest": (-8.3, -8.1),
    "built": (-3.5, -3.5),
    "road": (-13.0, -12.5),
    "gravel": (-12.5, -11.8),
}
WATER_BACKSCATTER = (-19.5, -18.0)
FLOOD_BACKSCATTER = -19.0
LOOKS = 4.4  # of a Sentinel-1 IW ground-range product


def sentinel2(
    land: Landscape, rng: np.random.Generator, after: bool, cloudiness: float
) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    """(reflectance x 10,000 of BANDS, (bands, size, size); where clouds or their shadows hide the ground)."""
    size = len(land.cover)
    image = np.array([REFLECTANCE[name] for name in COVERS], np.float32)[land.cover].transpose(2, 0, 1)
    farmed = land.cover < COVERS.index("forest")
    image *= np.where(farmed, per_field(land.parcel, rng.normal(1, 0.10, 1024).astype(np.float32)), 1)
    image *= 1 + 0.05 * noise(size, rng, exponent=1.4)
    image *= 1 + 0.12 * noise(size, rng, exponent=2.6) * ~farmed
    image *= hillshade(land.elevation, azimuth=155, altitude=42)
    if after:  # wet soil is darker, in the short-wave infrared above all
        image *= np.array([0.90, 0.90, 0.90, 0.92, 0.78, 0.76], np.float32)[:, None, None]
        murk = 1 + 0.12 * noise(size, rng, exponent=3.0)
        opaque = 0.97 * (1 - np.exp(-land.depth / 0.25))
        image = mix(image, np.array(MUDDY_WATER, np.float32)[:, None, None] * murk, opaque)
    water = np.array(MUDDY_WATER if after else CLEAR_WATER, np.float32)[:, None, None]
    image = mix(image, water * (1 + 0.05 * noise(size, rng, exponent=2.5)), land.permanent_water)
    image[:4] = blur(image[:4], 0.6)  # 10 m bands; the short-wave infrared is 20 m
    image[4:] = blur(image[4:], 1.1)

    cloud = clouds(size, rng, cloudiness)
    shadow = np.roll(cloud, (int(-0.022 * size), int(0.034 * size)), (0, 1))
    image *= 1 - 0.55 * shadow
    texture = (0.86 + 0.10 * noise(size, rng, exponent=2.6)).clip(0.5, 1.1)
    image = mix(image, np.array(CLOUD, np.float32)[:, None, None] * texture, cloud)
    haze = np.array([260, 190, 140, 90, 30, 20], np.float32)[:, None, None]
    image += haze * (1 + 0.4 * noise(size, rng, exponent=3.4)).clip(0)
    image += rng.standard_normal(image.shape, dtype=np.float32) * 18
    return image.clip(1, 10_000).astype(np.uint16), np.maximum(cloud, shadow) > 0.3


def sigma0(land: Landscape, rng: np.random.Generator, after: bool) -> NDArray[np.float32]:
    """Linear VV backscatter without speckle, on the landscape's grid."""
    size = len(land.cover)
    level = np.array([BACKSCATTER[name][after] for name in COVERS], np.float32)[land.cover]
    farmed = land.cover < COVERS.index("forest")
    level += farmed * per_field(land.parcel, rng.normal(0, 0.9, 1024).astype(np.float32))
    level += 0.5 * noise(size, rng, exponent=1.8)
    level += (8 * np.gradient(blur(land.elevation, 2), axis=1) / 10).clip(-2.5, 3)  # slopes facing the sensor
    corners = (land.cover == COVERS.index("built")) & (rng.random((size, size)) < 0.12)
    level[corners] += 8  # walls and roofs that reflect straight back
    if after:
        smooth_water = FLOOD_BACKSCATTER + 0.5 * noise(size, rng, exponent=3.0)
        level = mix(level, smooth_water, 1 - np.exp(-land.depth / 0.15))
    waves = WATER_BACKSCATTER[after] + 0.4 * noise(size, rng, exponent=2.5)
    level = np.where(land.permanent_water, waves, level)
    return blur(10 ** (level / 10), 0.5)


def speckled(power: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Backscatter in dB as measured: speckle, correlated between neighbours, above a noise floor."""
    power = power * rng.gamma(LOOKS, 1 / LOOKS, power.shape).astype(np.float32) + np.float32(10**-2.4)
    return 10 * np.log10(blur(power, 0.55))


def mix(ground: NDArray, over: NDArray, share: NDArray) -> NDArray[np.float32]:
    """``share`` of one above the rest of the other."""
    return (ground + (over - ground) * share).astype(np.float32)


def hillshade(elevation: NDArray[np.float32], azimuth: float, altitude: float) -> NDArray[np.float32]:
    """Sunlight on a slope over sunlight on the flat. 10 m pixels; degrees."""
    down, right = np.gradient(blur(elevation, 1.5) / 10)
    sun = np.radians(azimuth)
    toward = right * np.sin(sun) - down * np.cos(sun)  # ascent toward the sun: such a slope faces away
    shade = (1 - toward / np.tan(np.radians(altitude))) / np.sqrt(1 + down**2 + right**2)
    return shade.clip(0.35, 1.6)


def clouds(size: int, rng: np.random.Generator, share: float) -> NDArray[np.float32]:
    """Opacity 0..1 of clouds over about ``share`` of the scene."""
    field = noise(size, rng, exponent=3.4) + 0.25 * noise(size, rng, exponent=2.6)
    start = np.quantile(field, 1 - share)
    return blur(((field - start) / 0.7).clip(0, 1) ** 0.8, 1.5)
