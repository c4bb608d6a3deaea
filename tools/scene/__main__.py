"""Write the scene: Sentinel-2 before and after, Sentinel-1 before and after, the true flood."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.warp import Resampling, reproject

from . import landscape, sensors

CRS, RESOLUTION = "EPSG:32634", 10.0
ORIGIN = (559_400.0, 4_391_600.0)  # upper left corner: the plain of Thessaly
S1_SHIFT = (3.7, -6.1)  # metres from Sentinel-2's grid to Sentinel-1's
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
        s1_transform = from_origin(ORIGIN[0] + S1_SHIFT[0], ORIGIN[1] + S1_SHIFT[1], RESOLUTION, RESOLUTION)
        power = on_grid(sensors.sigma0(land, rng, date == "after"), transform, s1_transform)
        backscatter = sensors.speckled(power, rng)[None]
        backscatter[:, outside_swath(size, slant=-0.2, width=0.04)[:, ::-1]] = np.nan
        write(folder / f"s1_{date}.tif", backscatter, s1_transform, CRS, np.nan, ["VV"])
    truth = np.where(land.flood, FLOOD, DRY).astype(np.uint8)
    truth[image[0] == 0] = UNKNOWN
    write(folder / "truth.tif", truth[None], transform, CRS, UNKNOWN, ["flood"])


def on_grid(power: NDArray, transform: rasterio.Affine, wanted: rasterio.Affine) -> NDArray:
    """The scene on another grid of the same size, NaN outside."""
    out = np.full(power.shape, np.nan, np.float32)
    grids = {"src_transform": transform, "dst_transform": wanted, "src_crs": CRS, "dst_crs": CRS}
    reproject(power, out, **grids, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.bilinear)
    return out


def outside_swath(size: int, slant: float, width: float) -> NDArray[np.bool_]:
    """The strip on the right that the satellite did not see: ``width`` of the top row, slanting."""
    rows, columns = np.mgrid[:size, :size]
    return columns + slant * (size - rows) * 0.5 > size * (1 - width + slant * 0.5)


def write(
    path: Path, image: NDArray, transform: rasterio.Affine, crs: str, nodata: float, bands: Sequence[str]
) -> None:
    count, height, width = image.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=count,
        height=height,
        width=width,
        dtype=image.dtype,
        crs=crs,
        transform=transform,
        nodata=nodata,
        tiled=True,
        compress="deflate",
        zlevel=1,
    ) as target:
        target.write(image)
        target.descriptions = tuple(bands)


if __name__ == "__main__":
    main()
