"""Small made-up data sets, laid out as the real ones are."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from tools.datasets.ucmerced import COLOURS, LABEL_COLOURS

FIRES = {  # fire -> (has an image before, dnbr_auc)
    "1-12_20200824": (True, "0.9"),
    "DOVE_20241019": (True, ""),
    "66_20230515": (True, "0.8"),
    "10TH_20240624": (True, "0.98"),
    "AMORUSO_20240625": (False, ""),
    "BOGUS_20240708": (False, ""),
    "BLUE_20240810": (False, ""),
    "5-6_CASCADE_CREEK_20200817": (True, "0.139"),
    "APACHE_20240624": (False, "0.97"),  # in the index only
}


def write(path: Path, pixels: np.ndarray, driver: str, **more) -> None:
    """(bands, rows, columns) as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = pixels.shape
    profile = {"driver": driver, "count": count, "height": height, "width": width, "dtype": pixels.dtype, **more}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # OMBRIA is not
        with rasterio.open(path, "w", **profile) as file:
            file.write(pixels)


def ombria(data: Path, side: int = 32) -> None:
    """Scenes in blocks 0, 1 and 8 of the training part, the last of which is held out, and one to test with."""
    random = np.random.default_rng(0)
    numbers = {"train": (1, 2, 3, 9, 64, 66), "test": (13,)}
    for part, scene in ((part, f"{n:04d}") for part, found in numbers.items() for n in found):
        flood = np.zeros((1, side, side), np.uint8)
        flood[:, : side // 2] = 1
        write(data / f"ombria/{part}/MASK/{scene}.png", flood, "PNG", nbits=1)
        for date in ("BEFORE", "AFTER"):
            wet = 90 * flood if date == "AFTER" else 0 * flood
            for sensor, bands in (("S1", 1), ("S2", 3)):
                noise = random.integers(100, 160, (bands, side, side))
                write(data / f"ombria/{part}/{sensor}/{date}/{scene}.png", (noise - wet).astype(np.uint8), "PNG")


def forest(data: Path, side: int = 32) -> None:
    """Tiles of 320 m, 26 km from one another in a row, two a block, in two zones; every third to test with."""
    random = np.random.default_rng(0)
    for number in range(36):
        part, zone = "test" if number % 3 == 0 else "train", 32633 + number % 2
        label = np.full((1, side, side), 2, np.uint8)
        label[:, :, side // 3 :] = 1
        label[:, :2] = 0
        image = random.integers(90, 120, (3, side, side)) - 60 * (label == 1)
        place = from_origin(400_000 + 26_000 * (number // 4) + 1000 * (number % 4 // 2), 5_400_000, 10, 10)
        for name, pixels, driver in (("images", image.astype(np.uint8), "JPEG"), ("labels", label, "PNG")):
            path = data / f"forest/{part}/{name}/cnn_{number}.{'jpg' if driver == 'JPEG' else 'png'}"
            write(path, pixels, driver, crs=f"EPSG:{zone}", transform=place)


def burned_area(data: Path, side: int = 40) -> None:
    """Fires of ``FIRES``; the burned square has less near infrared and more short-wave infrared; a pixel is NaN."""
    random = np.random.default_rng(0)
    rows = ["fire,dnbr_auc"]
    place = {"crs": "EPSG:4326", "transform": from_origin(-121, 40, 0.00018, 0.00018)}
    for fire, (before, auc) in FIRES.items():
        rows.append(f"{fire},{auc}")
        if fire.startswith("APACHE"):
            continue
        burned = np.zeros((1, side, side), np.uint8)
        burned[:, 8:24, 8:24] = 1
        write(data / f"burned_area/masks/{fire}.tif", burned, "GTiff", **place)
        for name in ("pre_fire", "post_fire")[not before :]:
            image = random.normal(2000, 100, (5, side, side)).astype(np.float32)
            image[3] += 1000
            if name == "post_fire":
                image[3:] += burned * np.array([-1500, 1500], np.float32)[:, None, None]
                image[:, 0, 0] = np.nan
            write(data / f"burned_area/{name}/{fire}.tif", image, "GTiff", **place)
    (data / "burned_area" / "index.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def ucmerced(data: Path) -> None:
    """Twenty pictures of each class, some smaller, with their labels."""
    rows = ["IMAGE\\LABEL\t" + "\t".join(LABEL_COLOURS)]
    for number, name in enumerate(COLOURS):
        for i in range(20):
            picture = np.full((3, 24 - i % 2, 24), number * 9, np.uint8)
            write(data / f"ucmerced/{name}/{name}{i:02d}.webp", picture, "WEBP")
            shown = ["1" if j in (number % 17, (number + 1) % 17) else "0" for j in range(17)]
            rows.append("\t".join((f"{name}{i:02d}", *shown)))
    (data / "ucmerced/LandUse_Multilabeled.txt").write_text("\n".join(rows) + "\n")


def landsat_change(data: Path) -> None:
    """Two places with labels in a third of their ground, in patches; what changed is brighter after."""
    random = np.random.default_rng(0)
    for place, side, zone in (("taizhou", 320, 32651), ("nanjing", 384, 32650)):
        grid = {"crs": f"EPSG:{zone}", "transform": from_origin(3e5, 3.6e6, 30, 30)}
        changed = np.kron(random.random((side // 32, side // 32)) < 0.4, np.ones((32, 32)))[None].astype(np.uint8)
        label = np.where(random.random((1, side, side)) < 0.3, changed, 255).astype(np.uint8)
        before = random.integers(40, 60, (6, side, side))
        for name, pixels in (("before", before), ("after", before + 80 * changed)):
            write(data / f"landsat_change/{place}/{name}.tif", pixels.astype(np.uint8), "GTiff", **grid)
        write(data / f"landsat_change/{place}/label.tif", label, "GTiff", nodata=255, **grid)


def matogrosso(data: Path, places: int = 90) -> None:
    """Two series a place, of two classes at every tenth."""
    number = np.repeat(np.arange(places), 2)
    classes = np.array(["Cerrado", "Forest", "Pasture"])[(number + (number % 10 == 0) * np.tile([0, 1], places)) % 3]
    days = np.datetime64("2013-09-14").astype(int) + 16 * np.arange(23)
    known = {
        "X": number[:, None, None] + np.arange(4) / 10 + np.zeros((1, 23, 1)),
        "y": classes,
        "dates_days_since_1970": np.where(number[:, None] % 2, days, days + 365).astype(np.int32),
        "lon": -55.0 + number / 100,
        "lat": -12.0 + number * 0.0,
        "bands": np.array(["NDVI", "EVI", "NIR", "MIR"]),
    }
    (data / "matogrosso").mkdir(parents=True, exist_ok=True)
    np.savez(data / "matogrosso/samples_mt_4bands.npz", **known)


def s2_landcover(data: Path) -> None:
    """Chips of two classes, of which half of a chip's pixels and one more are the class that its number says."""
    number = np.arange(60)
    labels = np.full((60, 16, 16), 8, np.uint8)
    labels.reshape(60, -1)[:, :129] = (number % 2)[:, None]
    known = {
        "images": (number[:, None, None, None] * 100 + np.arange(13)[:, None, None] + np.zeros((16, 16))).astype("u2"),
        "labels": labels,
        "bands": np.array(["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B10", "B11", "B12"]),
        "classes": np.array(["water", "trees", "grass", "flooded", "crops", "shrub", "built", "bare", "snow"]),
        "split": np.repeat([0, 1, 2], [40, 8, 12]).astype(np.uint8),
    }
    (data / "s2_landcover").mkdir(parents=True)
    np.savez(data / "s2_landcover/chips.npz", **known)


def airport(data: Path) -> None:
    """A picture a part, with one airplane to train on."""
    random = np.random.default_rng(0)
    for number, (split, text) in enumerate((("train", "1 2 9 2 9 8 1 8 airplane 0\n"), ("valid", ""), ("test", ""))):
        folder = data / "airport" / split
        write(folder / "images" / f"a{number}.png", random.integers(0, 255, (3, 24, 24)).astype(np.uint8), "PNG")
        (folder / "labelTxt").mkdir()
        (folder / "labelTxt" / f"a{number}.txt").write_text(text)
