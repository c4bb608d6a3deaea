"""How far desert, sea and cloud are from the training data of a flood model: ``python -m benchmarks.domain DATA``.

Scenes of Sentinel-2 (B11, B8, B3; 512 pixels a side): the made-up flood of ``tools/scene``, which is like the training
data; a made-up desert of dunes; a made-up cloud deck; and the sea at the right of a real scene
(``products/sentinel2_l1c``), besides all of that scene. Each is mapped by itself, so that the model stretches it by its
own percentiles; prints the share of pixels beyond the limit, their median distance, and the share mapped as flood.
With ``--picture FILE`` (.png) the upper left of each scene and its distance below, in red beyond the limit.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.transform import from_origin

from tools.scene import landscape, sensors
from tools.scene.landscape import blur
from tools.worker import run_job

SIDE, MODEL = 512, "flood-s2-after"
BANDS = {"B11": "s2_B11.jp2", "B8": "s2_B08.jp2", "B3": "s2_B03.jp2"}
SEA = np.s_[:, 340:596, 340:596]  # of the real scene
LARGEST = 2.0  # distance that is drawn in the brightest tone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    rows, tiles = ["| scene | beyond the limit | median distance | mapped as flood |", "|---|---:|---:|---:|"], []
    with TemporaryDirectory() as name:
        for title, bands in scenes(given.data).items():
            flood, distance = mapped(bands, given.model, Path(name))
            cells = f"{(distance > 1).mean():.0%}", f"{np.median(distance):.2f}", f"{(flood == 1).mean():.0%}"
            rows.append(f"| {title} | {' | '.join(cells)} |")
            tiles.append(np.concatenate([shown(bands), ramp(distance)]))
    print("\n".join(rows))
    if given.picture:
        image = np.concatenate(tiles, 1).transpose(2, 0, 1)
        size = {"count": 3, "height": image.shape[1], "width": image.shape[2], "dtype": "uint8"}
        with rasterio.open(given.picture, "w", driver="PNG", **size) as target:
            target.write(image)


def scenes(data: Path) -> Mapping[str, NDArray[np.uint16]]:
    """(3, h, w) reflectance x 10,000 of each scene."""
    rng = np.random.default_rng(11)
    land = landscape.make_landscape(SIDE, rng)
    image, _ = sensors.sentinel2(land, rng, True, 0.0)
    flood = np.stack([image[sensors.BANDS.index(name)] for name in BANDS]).astype(np.uint16)
    real = read_real(data / "products" / "sentinel2_l1c")
    return {
        "made-up flood": flood,
        "real coast (Virginia)": real,
        "sea of it": real[SEA],
        "made-up desert": desert(rng),
        "made-up cloud": cloud(rng),
    }


def read_real(folder: Path) -> NDArray[np.uint16]:
    """The real scene at 10 m."""
    bands = []
    for file in BANDS.values():
        with rasterio.open(folder / file) as source:
            bands.append(source.read(1, out_shape=(600, 600), resampling=Resampling.bilinear))
    return np.stack(bands)


def desert(rng: np.random.Generator) -> NDArray[np.uint16]:
    """Sand dunes: bright, brightest in B11, in waves of 150 to 250 m that the sun shines on from one side."""
    rows, cols = np.mgrid[:SIDE, :SIDE] / SIDE
    bend = blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 40)
    waves = np.sin(2 * np.pi * (25 * cols + 6 * rows + 1.2 * bend / bend.std() / 2))
    light = 1 + 0.12 * waves + 0.03 * blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 6) * 30
    return noisy(np.array([5200.0, 3900.0, 2300.0])[:, None, None] * light, rng)


def cloud(rng: np.random.Generator) -> NDArray[np.uint16]:
    """A closed deck of cloud, thicker and thinner in soft cells."""
    rough = blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 14)
    light = 1 + 0.08 * rough / rough.std()
    return noisy(np.array([4600.0, 8300.0, 8000.0])[:, None, None] * light, rng)


def noisy(values: NDArray, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Values with the noise of a sensor."""
    return np.clip(values + rng.normal(0, 25, values.shape), 1, 12_000).astype(np.uint16)


def mapped(bands: NDArray[np.uint16], model: str, folder: Path) -> tuple[NDArray, NDArray]:
    """(h, w): the flood map, and the distance from the training data."""
    image = folder / "image.tif"
    place = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10)}
    size = {"count": 3, "height": bands.shape[1], "width": bands.shape[2], "dtype": "uint16"}
    with rasterio.open(image, "w", driver="GTiff", **size, **place) as target:
        target.write(bands)
        target.descriptions = tuple(BANDS)
    files = {name: str(folder / f"{name}.tif") for name in ("output", "domain")}
    job = {"model": model, "inputs": {"s2": [{"path": str(image)}]}, "threads": 1, **files}
    run_job("predict", job, folder / "job.json", say=lambda message: None)
    found = []
    for file in files.values():
        with rasterio.open(file) as source:
            found.append(source.read(1))
    return found[0], found[1]


def shown(bands: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """(256, 256, 3): the upper left of a scene as a picture, B11, B8 and B3 from 0 to 0.6."""
    return np.clip(bands[:, :256, :256].transpose(1, 2, 0) / 6000 * 255, 0, 255).astype(np.uint8)


def ramp(distance: NDArray) -> NDArray[np.uint8]:
    """(256, 256, 3): a distance in grey up to the limit, beyond it in red."""
    part = np.clip(distance[:256, :256] / LARGEST, 0, 1)
    grey = np.repeat((255 * (1 - part))[..., None], 3, 2)
    beyond = np.stack([np.full_like(part, 215), 130 * (1.4 - part), 90 * (1.4 - part)], -1)
    return np.where(part[..., None] > 1 / LARGEST, beyond, grey).clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
