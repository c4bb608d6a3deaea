"""Small chip folders of any task, whose labels follow from their images."""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips

CLASSES = (Class(0, "dark", "#202020"), Class(7, "bright", "#ffd000"))
KINDS = {"segmentation": "raster", "change": "raster", "time-series": "raster", "regression": "number"}


def make_folder(path, task="segmentation", counts=(8, 4, 0), side=32, labels=None, seed=0, bands=2, dates=None):
    """A folder with so many chips for training, validation and test: bright ground where the first band is high.

    ``dates``: names; by default one, of change two and of series four, of which the last is labelled.
    """
    path.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    labels = labels or KINDS.get(task, "class")
    dates = dates or {"change": ("before", "after"), "time-series": tuple("abcd")}.get(task, ("image",))
    item = Input("image", tuple(Band(f"B{i + 1}") for i in range(bands)), tuple(dates))
    splits = [name for name, count in zip(("train", "valid", "test"), counts) for _ in range(count)]
    chips = [_chip(path, i, split, task, labels, item, side, random) for i, split in enumerate(splits)]
    classes = () if labels == "number" else CLASSES
    folder = ChipFolder(path, task, (item,), classes, tuple(chips), labels, resolution=10.0, size=side)
    write_chips(folder)
    return folder


def _chip(path, number, split, task, labels, item, side, random):
    dates, bands = item.shape
    bright = _blob(random, side)
    if labels == "class":
        bright[:] = number % 2
    if labels == "classes":
        bright[:, : side // 2], bright[:, side // 2 :] = number % 2, number // 2 % 2
    values = random.normal(100, 8, (dates * bands, side, side))
    values[(dates - 1) * bands] += 60 * bright
    image = _write(path / f"image{number}.tif", values.clip(0, 255).astype("uint8"), number)
    if labels in ("class", "classes"):
        names = sorted({CLASSES[int(v)].name for v in np.unique(bright)})
        label = names[0] if labels == "class" else ";".join(names)
    elif labels == "none":
        label = ""
    elif labels == "number":
        label = _write(path / f"label{number}.tif", (2.5 * values[:1]).astype("float32"), number)
    else:
        label = _write(path / f"label{number}.tif", (7 * bright[None]).astype("uint8"), number)
    return Chip(f"c{number}", {"image": (image,)}, label, split, place=f"p{number // 2}")


def _blob(random, side):
    """(side, side) of 0 and 1: a rectangle."""
    (top, left), (height, width) = random.integers(0, side // 2, 2), random.integers(side // 4, side // 2 + 1, 2)
    bright = np.zeros((side, side), "uint8")
    bright[top : top + height, left : left + width] = 1
    return bright


def _write(path, values, number):
    profile = {"driver": "GTiff", "count": len(values), "height": values.shape[1], "width": values.shape[2]}
    place = {"crs": "EPSG:32634", "transform": from_origin(300_000 + 1000 * number, 4_500_000, 10, 10)}
    with rasterio.open(path, "w", dtype=values.dtype, **profile, **place) as raster:
        raster.write(values)
    return path.name
