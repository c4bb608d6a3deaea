"""Land cover of small Sentinel-2 scenes: 3,153 chips of 16 x 16 pixels, 13 bands, in nine classes (Google, 2022).

Images: medians of 2020 of Sentinel-2 L1C, reflectance x 10,000, of the samples of *People and Planet AI* (Apache-2.0).
Labels: ESA WorldCover 2020 (doi:10.5281/zenodo.5571936), a map, about 74 % right by its authors. A chip's class is the
commonest of its pixels. Where the chips lie is not known, so that parts may have chips of one region.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.geotiff import write_geotiff
from rsdl_qgis.engine.raster.grid import Grid

FOLDER, FILE = "s2_landcover", "chips.npz"
RESOLUTION = 10.0  # metres
PARTS = ("train", "valid", "test")  # by their numbers in the file
COLOURS = ("#419bdf", "#397d49", "#88b053", "#7a87c6", "#e49635", "#dfc35a", "#c4281b", "#a59b8f", "#b39fe1")


def s2_landcover_chips(
    data: Path, folder: Path, bands: Sequence[str] | None = None, share: float = 1.0, seed: int = 0
) -> ChipFolder:
    """Every chip with its commonest class, written into ``folder``, in the three parts of the file.

    ``bands``: of the 13, in this order; all, unless given. ``share``: of the chips of each class to train with, drawn
    with ``seed``, at least one of each.
    """
    file = data / FOLDER / FILE
    if not file.is_file():
        raise InputError(f"There is no {file}.", f"Give the folder that holds '{FOLDER}'.")
    with np.load(file) as stored:
        known, classes = stored["bands"].tolist(), stored["classes"].tolist()
        bands = known if bands is None else list(bands)
        missing = [name for name in bands if name not in known]
        if missing or not bands:
            raise InputError(f"There is no band '{(missing or [''])[0]}'.", f"Choose of {', '.join(known)}.")
        images = stored["images"][:, [known.index(name) for name in bands]]
        values = np.array([np.bincount(label.ravel(), minlength=len(classes)).argmax() for label in stored["labels"]])
        parts = np.array(PARTS)[stored["split"]]
    drawn = _drawn(values, parts, share, seed)
    chips = tuple(_written(folder, int(n), images[n], classes[values[n]], str(parts[n])) for n in np.flatnonzero(drawn))
    counts = {part: sum(chip.split == part for chip in chips) for part in PARTS}
    made = ChipFolder(
        path=folder,
        task="classification",
        inputs=(Input("s2", tuple(Band(name) for name in bands), role="Sentinel-2"),),
        classes=tuple(Class(value, name, color) for value, (name, color) in enumerate(zip(classes, COLOURS))),
        chips=chips,
        labels="class",
        resolution=RESOLUTION,
        size=images.shape[-1],
        note={
            "data": "Sentinel-2 L1C medians of 2020 (Google, People and Planet AI) and ESA WorldCover 2020",
            "split": f"of the data set; {counts['train']} chips trained on ({share:.0%} of each class, seed {seed}), "
            f"{counts['valid']} held out, {counts['test']} to test",
        },
    )
    write_chips(made)
    return made


def _drawn(values: NDArray[np.intp], parts: NDArray[np.str_], share: float, seed: int) -> NDArray[np.bool_]:
    """The chips that are used: all but those of the training part that are not drawn."""
    if not 0 < share <= 1:
        raise InputError(f"A share of {share} cannot be trained with.", "Give more than 0 and at most 1.")
    used, random = parts != "train", np.random.default_rng(seed)
    for value in np.unique(values):
        order = random.permutation(np.flatnonzero(~used & (parts == "train") & (values == value)))
        used[order[: max(1, round(share * len(order)))]] = True
    return used


def _written(folder: Path, number: int, image: NDArray[np.uint16], name: str, part: str) -> Chip:
    """One chip: its image (bands, 16, 16) as a file; places are not known, so it lies anywhere."""
    file = f"chip-{number:04d}.tif"
    grid = Grid(None, from_origin(0, 0, RESOLUTION, RESOLUTION), image.shape[2], image.shape[1])
    write_geotiff(folder / file, grid, np.ma.masked_array(image))
    return Chip(f"chip-{number:04d}", {"s2": (file,)}, name, part, place=f"chip-{number:04d}")
