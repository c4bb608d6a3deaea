"""MODIS time series of Mato Grosso, Brazil (Picoli et al. 2018, doi:10.1016/j.isprsjprs.2018.08.007).

1,892 pixels in 9 classes, each with 23 dates of 16 days (a season from September to August; seasons 2000 to 2015) and
the bands NDVI, EVI, NIR and MIR, as reflectance and index values. They lie at 1,406 places: a place is a chip, so that
no place is in two parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.geotiff import write_geotiff
from rsdl_qgis.engine.raster.grid import Grid

FOLDER, FILE = "matogrosso", "samples_mt_4bands.npz"
SEASON = 2013  # the year in which the season begins that stands for all in the names of the dates
RESOLUTION = 231.656  # metres
CLASSES = (
    ("Cerrado", "#a6611a"),
    ("Fallow_Cotton", "#dfc27d"),
    ("Forest", "#1b7837"),
    ("Pasture", "#c2e699"),
    ("Soy_Corn", "#e6ab02"),
    ("Soy_Cotton", "#1f78b4"),
    ("Soy_Fallow", "#fb9a99"),
    ("Soy_Millet", "#ff7f00"),
    ("Soy_Sunflower", "#6a3d9a"),
)
PARTS = (("test", 0.2), ("valid", 0.1))  # shares of the places of each class


def matogrosso_chips(data: Path, folder: Path, bands: Sequence[str] = ("NDVI", "EVI"), seed: int = 0) -> ChipFolder:
    """A chip of one row a place, its series as pixels, written into ``folder``.

    ``bands``: of NDVI, EVI, NIR and MIR. A fifth of the places of each class tests, a tenth is held out, drawn with
    ``seed``; a place of several classes counts as its commonest one's.
    """
    file = data / FOLDER / FILE
    if not file.is_file():
        raise InputError(f"There is no {file}.", f"Give the folder that holds '{FOLDER}'.")
    with np.load(file) as stored:
        known = stored["bands"].tolist()
        missing = [name for name in bands if name not in known]
        if missing or not bands:
            raise InputError(f"There is no band '{(missing or [''])[0]}'.", f"Choose of {', '.join(known)}.")
        series = stored["X"][..., [known.index(name) for name in bands]]
        names, days = stored["y"].tolist(), stored["dates_days_since_1970"]
        corners = np.stack([stored["lon"], stored["lat"]], 1)
    values = np.array([[name for name, _ in CLASSES].index(name) for name in names])
    _, place = np.unique(corners, axis=0, return_inverse=True)
    splits = _splits(place.ravel(), values, seed)
    chips = tuple(
        _written(folder, int(number), series[place.ravel() == number], values[place.ravel() == number], split)
        for number, split in enumerate(splits)
    )
    parts = {part: sum(chip.split == part for chip in chips) for part in ("train", "valid", "test")}
    made = ChipFolder(
        path=folder,
        task="time-series",
        inputs=(Input("modis", tuple(Band(name) for name in bands), _dates(days), "modis"),),
        classes=tuple(Class(value, name, color) for value, (name, color) in enumerate(CLASSES)),
        chips=chips,
        resolution=RESOLUTION,
        size=1,
        note={
            "data": "MODIS series of Mato Grosso, Brazil (doi:10.1016/j.isprsjprs.2018.08.007)",
            "split": f"by place, seed {seed}: {parts['train']} places trained on, {parts['valid']} held out, "
            f"{parts['test']} to test",
        },
    )
    write_chips(made)
    return made


def _splits(place: NDArray[np.intp], values: NDArray[np.intp], seed: int) -> list[str]:
    """The part of each place: of each class as large a share."""
    counts = np.zeros((place.max() + 1, len(CLASSES)), int)
    np.add.at(counts, (place, values), 1)
    commonest, random = counts.argmax(1), np.random.default_rng(seed)
    splits = np.full(len(counts), "train")
    for value in range(len(CLASSES)):
        order = random.permutation(np.flatnonzero(commonest == value))
        for part, share in PARTS:
            number = round(share * (commonest == value).sum())
            splits[order[:number]], order = part, order[number:]
    return splits.tolist()


def _dates(days: NDArray[np.int32]) -> tuple[str, ...]:
    """The dates of the season that stands for all."""
    dates = np.datetime64("1970-01-01") + days
    season = dates[np.flatnonzero(dates[:, 0].astype("datetime64[Y]") == np.datetime64(str(SEASON)))[0]]
    return tuple(season.astype(str).tolist())


def _written(folder: Path, number: int, series: NDArray, values: NDArray, split: str) -> Chip:
    """The chip of a place: its series (n, T, C) as one row of n pixels, and their classes."""
    name = f"place-{number:04d}"
    grid = Grid(None, Affine.identity(), 1, len(series))
    rows = series.transpose(1, 2, 0).reshape(-1, 1, len(series)).astype(np.float32)  # T * C, 1, n
    write_geotiff(folder / f"{name}.tif", grid, np.ma.masked_array(rows))
    write_geotiff(folder / f"{name}-label.tif", grid, np.ma.masked_array(values[None, None].astype(np.uint8)), 255)
    return Chip(name, {"modis": (f"{name}.tif",)}, f"{name}-label.tif", split, place=name)
