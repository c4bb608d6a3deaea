"""How far desert, sea and cloud are from the training data of models: ``python -m benchmarks.domain DATA``.

Scenes of Sentinel-2, reflectance x 10,000: the made-up flood of ``tools/scene``; a real coast
(``products/sentinel2_l1c``) and the sea in it; made-up dunes and a made-up cloud deck. Each is mapped by itself by a
model that stretches each raster by its own percentiles (``flood-s2-after``), and by one that takes reflectance as it
is (``burned-area-after``). Prints whether the job warns of a flat raster, the share of pixels beyond the limit, their
median distance, and the share mapped as the class that the model is for. ``--picture FILE`` (.png): the upper left of
each scene and its distance by either
model below, in red beyond the limit.
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

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from tools.scene import landscape, sensors
from tools.scene.landscape import blur
from tools.worker import ROOT

SIDE = 512  # pixels of made-up scenes
MODELS = {"flood-s2-after": 10, "burned-area-after": 20}  # metres of a pixel
DUNES = {"B2": 1800, "B3": 2300, "B4": 3100, "B8": 3900, "B11": 5200, "B12": 4700}
CLOUDS = dict(zip(sensors.BANDS, sensors.CLOUD))
LARGEST = 2.0  # distance that is drawn in the brightest tone

Scene = Mapping[str, NDArray[np.uint16]]  # (h, w) of each band


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    print("| model | scene | told to be flat | beyond the limit | median distance | mapped as its class |")
    print("|---|---|---|---:|---:|---:|")
    columns: dict[str, list[NDArray]] = {}
    with TemporaryDirectory() as folder:
        for model in given.models:
            resolution = MODELS[model]
            card = Store([ROOT / "models"]).find(model)[1]
            for title, scene in scenes(given.data, resolution).items():
                bands = {band.name: scene[band.name] for band in card.inputs[0].bands}
                found, distance, told = mapped(bands, model, resolution, Path(folder))
                cells = (
                    "yes" if told else "no",
                    f"{(distance > 1).mean():.0%}",
                    f"{np.median(distance):.2f}",
                    f"{(found == 1).mean():.0%}",
                )
                print(f"| `{model}` | {title} | {' | '.join(cells)} |", flush=True)
                columns.setdefault(title, [shown(scene)]).append(ramp(distance))
    if given.picture:
        image = np.concatenate([np.concatenate(parts) for parts in columns.values()], 1).transpose(2, 0, 1)
        size = {"count": 3, "height": image.shape[1], "width": image.shape[2], "dtype": "uint8"}
        with rasterio.open(given.picture, "w", driver="PNG", **size) as target:
            target.write(image)


def scenes(data: Path, resolution: int) -> Mapping[str, Scene]:
    """The scenes, by their titles; made-up ones have as many pixels at every resolution."""
    rng = np.random.default_rng(11)
    image, _ = sensors.sentinel2(landscape.make_landscape(SIDE, rng), rng, True, 0.0)
    coast = read_coast(data / "products" / "sentinel2_l1c", resolution)
    first, last = 3400 // resolution, 5960 // resolution
    return {
        "made-up flood": dict(zip(sensors.BANDS, image)),
        "real coast (Virginia)": coast,
        "the sea in it": {name: band[first:last, first:last] for name, band in coast.items()},
        "made-up dunes": lit(DUNES, dunes(rng), rng),
        "made-up cloud deck": lit(CLOUDS, deck(rng), rng),
    }


def read_coast(folder: Path, resolution: int) -> Scene:
    """The real scene, all bands at one resolution in metres."""
    side, found = 6000 // resolution, {}
    for name in sensors.BANDS:
        with rasterio.open(folder / f"s2_B{int(name[1:]):02d}.jp2") as source:
            found[name] = source.read(1, out_shape=(side, side), resampling=Resampling.bilinear)
    return found


def dunes(rng: np.random.Generator) -> NDArray[np.float64]:
    """Light on dunes some 20 pixels apart, from one side."""
    rows, cols = np.mgrid[:SIDE, :SIDE] / SIDE
    bend = blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 40)
    rough = blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 6)
    waves = np.sin(2 * np.pi * (25 * cols + 6 * rows + 0.6 * bend / bend.std()))
    return 1 + 0.12 * waves + 0.03 * rough / rough.std()


def deck(rng: np.random.Generator) -> NDArray[np.float64]:
    """Light on a closed deck of cloud, thicker and thinner in soft cells."""
    rough = blur(rng.normal(size=(SIDE, SIDE)).astype(np.float32), 14)
    return 1 + 0.08 * rough / rough.std()


def lit(spectrum: Mapping[str, float], light: NDArray, rng: np.random.Generator) -> Scene:
    """A ground of one spectrum under a light, with the noise of a sensor."""
    return {name: noisy(value * light, rng) for name, value in spectrum.items()}


def noisy(values: NDArray, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Values with the noise of a sensor."""
    return np.clip(values + rng.normal(0, 25, values.shape), 1, 12_000).astype(np.uint16)


class Heard(Report):
    """Knows whether a raster was told to be flat."""

    told = False

    def log(self, level: str, message: str) -> None:
        self.told |= "too much alike" in message


def mapped(bands: Scene, model: str, resolution: int, folder: Path) -> tuple[NDArray, NDArray, bool]:
    """(h, w): the map, and the distance from the training data; and whether the raster was told to be flat."""
    image, first = folder / "image.tif", next(iter(bands.values()))
    place = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, resolution, resolution)}
    size = {"count": len(bands), "height": first.shape[0], "width": first.shape[1], "dtype": "uint16"}
    with rasterio.open(image, "w", driver="GTiff", **size, **place) as target:
        target.write(np.stack(list(bands.values())))
        target.descriptions = tuple(bands)
    files = {name: str(folder / f"{name}.tif") for name in ("output", "domain")}
    job = {"model": str(ROOT / "models" / model), "inputs": {"s2": [{"path": str(image)}]}, "threads": 1, **files}
    OPERATIONS["predict"](job, heard := Heard())
    found = []
    for file in files.values():
        with rasterio.open(file) as source:
            found.append(source.read(1))
    return found[0], found[1], heard.told


def shown(scene: Scene) -> NDArray[np.uint8]:
    """(256, 256, 3): the upper left of a scene as a picture, B11, B8 and B3 from 0 to 0.6."""
    picture = np.full((256, 256, 3), 255, np.uint8)
    for i, name in enumerate(("B11", "B8", "B3")):
        band = scene[name][:256, :256]
        picture[: band.shape[0], : band.shape[1], i] = np.clip(band / 6000 * 255, 0, 255)
    return picture


def ramp(distance: NDArray) -> NDArray[np.uint8]:
    """(256, 256, 3): a distance in grey up to the limit, beyond it in red."""
    part = np.zeros((256, 256))
    own = distance[:256, :256]
    part[: own.shape[0], : own.shape[1]] = np.clip(own / LARGEST, 0, 1)
    grey = np.repeat((255 * (1 - part))[..., None], 3, 2)
    beyond = np.stack([np.full_like(part, 215), 130 * (1.4 - part), 90 * (1.4 - part)], -1)
    return np.where(part[..., None] > 1 / LARGEST, beyond, grey).clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
