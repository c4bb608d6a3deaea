"""Writes a made-up scene as a Landsat-8 Level-1 product: ``python -m tools.fires DIR [--seed 0] [--size 512]``.

Bands 1 to 7, 9, 10 and 11, QA_RADSAT and MTL.txt as of Collection 2, and ``burning.tif``: the part of each pixel that
burns, which no product has.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from rsdl_qgis.engine.tables.fire import GAIN, OFFSET

from .scene import FireScene, fire_scene
from .spectra import REFLECTIVE

NAME = "LC08_L1TP_224078_20200904_20200917_02_T1"
PIXEL = 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=512, help="pixels of a side")
    parser.add_argument("--fires", type=int, default=40, help="at most")
    given = parser.parse_args()
    write_product(given.folder, fire_scene(given.size, np.random.default_rng(given.seed), given.fires))
    print(f"{given.folder}: a product of {given.size} x {given.size} pixels")


def write_product(folder: Path, scene: FireScene) -> None:
    """The scene as files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for band, values in scene.bands.items():
        _write(folder / f"{NAME}_B{band}.TIF", values, 0)
    _write(folder / f"{NAME}_QA_RADSAT.TIF", (scene.saturated * 0b1100000).astype(np.uint16), None)
    _write(folder / "burning.tif", scene.fraction.astype(np.float32), None)
    (folder / f"{NAME}_MTL.txt").write_text(metadata(scene), encoding="utf-8")  # last: GDAL removes it with a band


def metadata(scene: FireScene) -> str:
    """The MTL file, of which what the rules need."""
    files = [f'FILE_NAME_BAND_{band} = "{NAME}_B{band}.TIF"' for band in scene.bands]
    groups = {
        "PRODUCT_CONTENTS": [
            f'LANDSAT_PRODUCT_ID = "{NAME}"',
            'PROCESSING_LEVEL = "L1TP"',
            "COLLECTION_NUMBER = 02",
            *files,
            f'FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION = "{NAME}_QA_RADSAT.TIF"',
        ],
        "IMAGE_ATTRIBUTES": ['SPACECRAFT_ID = "LANDSAT_8"', f"SUN_ELEVATION = {scene.sun_elevation:.8f}"],
        "LEVEL1_RADIOMETRIC_RESCALING": [
            f"REFLECTANCE_{what}_BAND_{band} = {value}"
            for what, value in (("MULT", f"{GAIN:.4E}"), ("ADD", f"{OFFSET:.6f}"))
            for band in REFLECTIVE
        ],
    }
    lines = ["GROUP = LANDSAT_METADATA_FILE"]
    for group, values in groups.items():
        lines += [f"  GROUP = {group}", *(f"    {line}" for line in values), f"  END_GROUP = {group}"]
    return "\n".join([*lines, "END_GROUP = LANDSAT_METADATA_FILE", "END", ""])


def _write(path: Path, values: NDArray, nodata: float | None) -> None:
    height, width = values.shape
    place = {"crs": "EPSG:32622", "transform": from_origin(500_000, 7_200_000, PIXEL, PIXEL)}
    profile = {"height": height, "width": width, "count": 1, "dtype": values.dtype, "nodata": nodata}
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", **profile, **place) as file:
        file.write(values, 1)


if __name__ == "__main__":
    main()
