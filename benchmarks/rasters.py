"""Rasters for the benchmarks, tiled deflate GeoTIFFs of any size: Sentinel-1/2 before and after, series of MODIS; and
polygons in them.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

BANDS = {"s1": ("VV",), "s2": ("B11", "B8", "B3")}
BLOCK = 512


def write_pair(folder: Path, side: int, share: float = 1.0, seed: int = 0) -> dict[str, list[dict[str, str]]]:
    """The inputs of ``flood-s1s2``, ``side`` pixels square; ``share`` of the blocks hold data, the rest is nodata."""
    random = np.random.default_rng(seed)
    blocks = [(row, col) for row in range(0, side, BLOCK) for col in range(0, side, BLOCK)]
    filled = [block for block in blocks if random.random() < share]
    texture = (random.gamma(4, 18, (BLOCK, BLOCK)) + 20).clip(1, 255).astype("uint8")
    inputs: dict[str, list[dict[str, str]]] = {}
    for sensor, names in BANDS.items():
        for date in ("before", "after"):
            path = folder / f"{sensor}_{date}_{side}.tif"
            profile = {"driver": "GTiff", "height": side, "width": side, "count": len(names), "dtype": "uint8"}
            layout = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "deflate", "sparse_ok": True}
            place = {"crs": "EPSG:32634", "transform": from_origin(300_000, 4_500_000, 10, 10), "nodata": 0}
            with rasterio.open(path, "w", **profile, **layout, **place) as raster:
                raster.descriptions = names
                for row, col in filled:
                    height, width = min(BLOCK, side - row), min(BLOCK, side - col)
                    turned = np.stack([np.roll(texture, int(random.integers(BLOCK)), 1) for _ in names])
                    raster.write(turned[:, :height, :width], window=Window(col, row, width, height))
            inputs.setdefault(sensor, []).append({"path": str(path)})
    return inputs


def write_series(folder: Path, side: int, share: float = 1.0, dates: int = 23, seed: int = 0) -> list[dict[str, str]]:
    """The layers of ``crops-matogrosso``, NDVI and EVI, one band a date, as ``write_pair``."""
    random = np.random.default_rng(seed)
    blocks = [(row, col) for row in range(0, side, BLOCK) for col in range(0, side, BLOCK)]
    filled = [block for block in blocks if random.random() < share]
    layers = []
    for variable in ("NDVI", "EVI"):
        path = folder / f"{variable}_{side}.tif"
        profile = {"driver": "GTiff", "height": side, "width": side, "count": dates, "dtype": "int16"}
        layout = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "deflate", "sparse_ok": True}
        place = {"crs": "EPSG:32721", "transform": from_origin(300_000, 8_700_000, 230, 230), "nodata": -3000}
        with rasterio.open(path, "w", interleave="band", **profile, **layout, **place) as raster:
            season = 4500 + 3000 * np.sin(np.linspace(0, 3, dates))
            for date in range(dates):
                texture = (season[date] + random.normal(0, 300, (BLOCK, BLOCK))).astype("int16")
                for row, col in filled:
                    height, width = min(BLOCK, side - row), min(BLOCK, side - col)
                    raster.write(texture[:height, :width], date + 1, window=Window(col, row, width, height))
        layers.append({"path": str(path), "name": variable})
    return layers


def write_polygons(path: Path, count: int, side: int, seed: int = 0) -> None:
    """So many squares of 8 to 40 pixels in a raster of ``write_pair``, as a GeoPackage with a number a polygon."""
    random = np.random.default_rng(seed)
    sides, corners = random.uniform(80, 400, count), random.uniform(0, 10 * side - 400, (count, 2))
    left, top = 300_000 + corners[:, 0], 4_500_000 - corners[:, 1]
    corner = np.array([[0, 0], [1, 0], [1, -1], [0, -1], [0, 0]])
    rings = np.stack([left, top], 1)[:, None] + corner * sides[:, None, None]
    head = struct.pack("<BIII", 1, 3, 1, len(corner))
    wkb = [head + ring.astype("<f8").tobytes() for ring in rings]
    numbers = [np.arange(count)]
    about = {"layer": "polygons", "geometry_type": "Polygon", "crs": "EPSG:32634", "driver": "GPKG"}
    pyogrio.raw.write(path, np.array(wkb, object), numbers, ["number"], **about)
