"""Write the scene: Sentinel-2 before and after, Sentinel-1 before and after, the true flood."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import array_bounds, from_origin
from rasterio.warp import Resampling, calculate_default_transform, reproject

from . import landscape, sensors

CRS, RESOLUTION = "EPSG:32634", 10.0
ORIGIN = (559_400.0, 4_391_600.0)  # upper left corner: the plain of Thessaly
S1_CRS = "EPSG:4326"  # the usual one of terrain-corrected Sentinel-1
FLOOD, DRY, UNKNOWN = 1, 0, 255


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.scene", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1000, help="pixels a side (default 1000)")
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    write_scene(options.folder, options.size, options.seed)


def write_scene(folder: Path, size: int, seed: int) -> None:
    """Write ``s2_before.tif``, ``s2_after.tif``, ``s1_before.tif``, ``s1_after.tif`` and ``truth.tif``."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    land = landscape.make_landscape(size, rng)
    transform = from_origin(*ORIGIN, RESOLUTION, RESOLUTION)
    for date, cloudiness in (("before", 0.02), ("after", 0.10)):
        image, _ = sensors.sentinel2(land, rng, date == "after", cloudiness)
        image[:, outside_swath(size, slant=0.30, width=0.10)] = 0
        write(folder / f"s2_{date}.tif", image, transform, CRS, 0, sensors.BANDS)
        power = sensors.sigma0(land, rng, date == "after")
        power, s1_transform = to_sentinel1_grid(power, transform)
        backscatter = sensors.speckled(power, rng)[None]
        backscatter[:, outside_swath(backscatter.shape[2], -0.2, 0.04)[: backscatter.shape[1], ::-1]] = np.nan
        write(folder / f"s1_{date}.tif", backscatter, s1_transform, S1_CRS, np.nan, ["VV"])
    truth = np.where(land.flood, FLOOD, DRY).astype(np.uint8)
    truth[image[0] == 0] = UNKNOWN
    write(folder / "truth.tif", truth[None], transform, CRS, UNKNOWN, ["flood"])


def to_sentinel1_grid(power: NDArray, transform: rasterio.Affine) -> tuple[NDArray, rasterio.Affine]:
    """The scene on Sentinel-1's own grid, NaN outside."""
    height, width = power.shape
    bounds = array_bounds(height, width, transform)
    s1_transform, s1_width, s1_height = calculate_default_transform(CRS, S1_CRS, width, height, *bounds)
    out = np.full((s1_height, s1_width), np.nan, np.float32)
    reproject(
        power, out, src_transform=transform, src_crs=CRS, dst_transform=s1_transform, dst_crs=S1_CRS,
        src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.bilinear,
    )
    return out, s1_transform


def outside_swath(size: int, slant: float, width: float) -> NDArray[np.bool_]:
    """The strip on the right that the satellite did not see: ``width`` of the top row, slanting."""
    rows, columns = np.mgrid[:size, :size]
    return columns + slant * (size - rows) * 0.5 > size * (1 - width + slant * 0.5)


def write(
    path: Path, image: NDArray, transform: rasterio.Affine, crs: str, nodata: float, bands: Sequence[str]
) -> None:
    count, height, width = image.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=image.dtype, crs=crs,
        transform=transform, nodata=nodata, tiled=True, compress="deflate", zlevel=1,
    ) as target:
        target.write(image)
        target.descriptions = tuple(bands)


if __name__ == "__main__":
    main()
