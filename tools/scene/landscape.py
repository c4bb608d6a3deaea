"""The ground: relief, rivers, land cover, and the water on it before and after the flood. In pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COVERS = ("cereal", "alfalfa", "pasture", "stubble", "bare", "ploughed", "forest", "built", "road", "gravel")
COVER = {name: index for index, name in enumerate(COVERS)}
CROPS = ("cereal", "alfalfa", "pasture", "stubble", "bare", "ploughed")
CROP_SHARES = (0.28, 0.14, 0.16, 0.16, 0.14, 0.12)
EMBANKMENT = 2.5  # metres that roads stand above the plain


@dataclass(frozen=True)
class Landscape:
    """All arrays are (size, size). ``depth``: metres of flood water, 0 where there is none."""

    elevation: NDArray[np.float32]
    cover: NDArray[np.uint8]  # index into COVERS
    parcel: NDArray[np.int64]  # field number; equal within a field
    permanent_water: NDArray[np.bool_]
    depth: NDArray[np.float32]

    @property
    def flood(self) -> NDArray[np.bool_]:
        """Land that the event put under water."""
        return self.depth > 0


def make_landscape(size: int, rng: np.random.Generator, flooded: float = 0.22) -> Landscape:
    """A river valley between hills, ``flooded`` of its area under water after the event."""
    river = meandering(size, rng, wavelength=0.19 * size, swing=1.15, tilt=-0.3)
    brook = meandering(size, rng, wavelength=0.07 * size, swing=0.8, tilt=0.2)[:, ::-1]  # from the north
    brook = brook[: max(2, int(np.argmin(nearest(brook, river))))]
    oxbows = meandering(size, rng, wavelength=0.12 * size, swing=1.4, tilt=-0.3)
    to_river, to_brook, to_oxbow = (distance(course, size) for course in (river, brook, oxbows))
    to_axis = distance(smooth(river, len(river) // 5), size)

    hills, relief = noise(size, rng, exponent=3.2), noise(size, rng, exponent=3.1)
    edge = 0.24 * size * (1 + 0.25 * noise(size, rng, exponent=3.8))  # half the valley's width
    beyond = np.maximum(to_axis - edge, 0)
    plain = beyond == 0
    parcel, lanes = fields(size, rng)
    elevation = 0.6 * relief + 2.5 * (to_axis / edge).clip(0, 1) ** 2
    elevation += plain * per_field(parcel, rng.normal(0, 0.12, 1024).astype(np.float32))  # levelled fields
    elevation += (0.8 + 0.5 * relief) * np.exp(-((to_river / 8) ** 2))  # natural levees
    elevation += 0.25 * beyond + 80 * (1 - np.exp(-beyond / 60)) * np.abs(hills)

    river_width = 3.0 + 0.5 * noise(size, rng, exponent=3.0)
    ponds = noise(size, rng, exponent=3.2) > 2.9
    oxbow = (to_oxbow < 2.4) & (noise(size, rng, exponent=3.6) > 0.8) & (to_river > 15)
    water = (to_river < river_width) | (to_brook < 1.9) | ((oxbow | ponds) & plain)

    cover = crops(parcel, rng)
    riparian = ((to_river < 10) | (to_brook < 5)) & (noise(size, rng, exponent=2.4) > 0.4)
    woods = (beyond > 0) & (0.7 * hills + 0.5 * noise(size, rng, exponent=2.4) + beyond / 50 > 0.8)
    road = lanes & (beyond < 15) | (np.abs(line_across(size, rng)) < 1.1)
    for name, where in (
        ("forest", woods | riparian),
        ("gravel", (to_river < river_width + 3) & (noise(size, rng, exponent=2.6) > 1.0)),
        ("built", villages(size, rng, (beyond < 40) & (to_river > 40) & (elevation > 1))),
        ("road", road),
    ):
        cover[where] = COVER[name]
    elevation += 1.0 * (riparian & plain) + EMBANKMENT * blur(road.astype(np.float32), 0.6)
    elevation += 2.0 * (cover == COVER["built"])

    level = np.quantile(elevation[~water], flooded)
    depth = np.where(water, 0, level - elevation).clip(0)
    return Landscape(elevation.astype(np.float32), cover, parcel, water, depth.astype(np.float32))


def noise(size: int, rng: np.random.Generator, exponent: float) -> NDArray[np.float32]:
    """Fractal noise, mean 0, deviation 1; the larger ``exponent``, the smoother (2 rough, 4 very smooth)."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    spectrum *= frequency ** (-exponent / 2)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, (size, size)).astype(np.float32)
    return field / field.std()


def blur(image: NDArray, sigma: float) -> NDArray[np.float32]:
    """Gaussian blur of the last two axes, edges repeated."""
    radius = max(1, int(np.ceil(3 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (-2, -1):
        pad = [(0, 0)] * image.ndim
        pad[axis] = (radius, radius)
        padded = np.pad(image, pad, mode="edge")
        length = image.shape[axis]
        image = sum(np.float32(weight) * padded.take(range(i, i + length), axis) for i, weight in enumerate(kernel))
    return image


def meandering(
    size: int, rng: np.random.Generator, wavelength: float, swing: float, tilt: float
) -> NDArray[np.float64]:
    """A river's course, (points, 2) of row and column, left to right: a sine-generated curve."""
    step = 3.0
    count = int(4 * size / step)
    along = np.arange(count) * step
    slow = smooth(rng.standard_normal((count, 2)), int(0.35 * size / step))
    slow /= slow.std(0)
    heading = swing * (1 + 0.2 * slow[:, 0]) * np.sin(2 * np.pi * along / wavelength + 1.6 * slow[:, 1])
    rows, columns = np.cumsum(step * np.sin(heading)), np.cumsum(step * np.cos(heading)) - 0.05 * size
    rows, columns = rows[columns < 1.05 * size], columns[columns < 1.05 * size]
    drift = np.linspace(rows[0], rows[-1], len(rows))
    return np.stack([rows - drift + size / 2 + tilt * (columns - size / 2), columns], 1)


def smooth(values: NDArray, length: int) -> NDArray:
    """Moving average along the first axis, the ends repeated."""
    length = max(1, length) | 1
    padded = np.pad(values, [(length // 2, length // 2), (0, 0)], mode="edge")
    total = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), padded]), 0)
    return (total[length:] - total[:-length]) / length


def nearest(points: NDArray, others: NDArray) -> NDArray:
    """Distance of each point to the nearest of ``others``."""
    return np.sqrt(((points[:, None] - others[None]) ** 2).sum(2).min(1))


def distance(points: NDArray, size: int) -> NDArray[np.float32]:
    """Distance of each pixel to a course, found at half resolution."""
    half = np.arange(0, size, 2, dtype=np.float32)
    best = np.full((len(half), len(half)), np.inf, np.float32)
    for row, column in points.astype(np.float32):
        np.minimum(best, (half[:, None] - row) ** 2 + (half[None] - column) ** 2, out=best)
    return blur(np.sqrt(best).repeat(2, 0).repeat(2, 1)[:size, :size], 1.0)


def fields(size: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(field number, lanes between blocks): blocks of fields, each with its own bearing and field size."""
    seeds = rng.uniform(0, size, (int(70 * (size / 1000) ** 2) + 8, 2)).astype(np.float32)
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    first = np.full((size, size), np.inf, np.float32)
    second, block = first.copy(), np.zeros((size, size), np.int64)
    for i, (row, column) in enumerate(seeds):
        d = np.hypot(rows - row, columns - column)
        closer = d < first
        second = np.where(closer, first, np.minimum(second, d))
        block[closer] = i
        first = np.minimum(first, d)
    bearing = rng.uniform(0, np.pi, len(seeds))[block]
    u = columns * np.cos(bearing) + rows * np.sin(bearing)
    v = rows * np.cos(bearing) - columns * np.sin(bearing)
    i = np.floor(u / rng.uniform(7, 22, len(seeds))[block]).astype(np.int64) + 500
    j = np.floor(v / rng.uniform(18, 50, len(seeds))[block] + (i * 0.618) % 1).astype(np.int64) + 500
    return (block * 1_000 + i) * 1_000 + j, second - first < 1.3


def per_field(parcel: NDArray[np.int64], values: NDArray) -> NDArray:
    """One of ``values`` for each field, the same for all its pixels."""
    mixed = (parcel.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    return values[mixed % np.uint64(len(values))]


def crops(parcel: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.uint8]:
    """What grows on each field."""
    choice = rng.choice([COVER[name] for name in CROPS], 4096, p=CROP_SHARES)
    return per_field(parcel, choice.astype(np.uint8))


def line_across(size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Signed distance to a straight road across the valley."""
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    angle, offset = rng.uniform(0.1, 0.35), rng.uniform(0.35, 0.5) * size
    return columns * np.cos(angle) - rows * np.sin(angle) - offset


def villages(size: int, rng: np.random.Generator, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Villages of ragged outline, on allowed ground."""
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    ragged = noise(size, rng, exponent=1.6)
    places = np.argwhere(where)
    built = np.zeros((size, size), bool)
    for row, column in places[rng.integers(0, len(places), 9)]:
        radius = rng.uniform(0.008, 0.022) * size
        built |= np.hypot(rows - row, columns - column) < radius * (1 + 0.35 * ragged)
    return built
