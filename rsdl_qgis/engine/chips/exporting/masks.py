"""Images and masks: a mask of each image's name, of one band with the value of each pixel's class, or its number.

Unlabelled pixels have the largest value of the masks' type, 255 or 65535; unknown numbers are NaN. classes.csv names
the classes (``class_list``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...feedback import Report
from ...raster.geotiff import write_geotiff
from ...raster.thumbnail import png_bands
from ..class_list import CLASSES_FILE, classes_text
from ..folder import IGNORE, Chip, ChipFolder
from .images import grid_of, make_parent, parts, write_file, write_image

SINGLE, PAIRS = ("images",), ("A", "B")  # folders of the images, one for each date
LARGEST = 65_535  # in 16 bits
MASKS = {SINGLE: "masks", PAIRS: "label"}


def write_masks(chips: ChipFolder, output: Path, report: Report) -> None:
    """Write chips of a map, of single images or of pairs. OutputError where that fails."""
    dates = PAIRS if len(chips.inputs[0].dates) == len(PAIRS) else SINGLE
    for split, own in parts(chips, report):
        for chip in own:
            report.check()
            for date, folder in enumerate(dates):
                write_image(chips, chip, output / split / folder, date)
            _write_mask(chips, chip, output / split / MASKS[dates])
    if chips.classes:
        write_file(output / CLASSES_FILE, classes_text(chips.classes))


def _write_mask(chips: ChipFolder, chip: Chip, folder: Path) -> None:
    label = chips.label(chip)
    path = folder / f"{chip.name}.tif"
    if chips.labels == "number":
        make_parent(path)
        numbers: np.ma.MaskedArray = np.ma.MaskedArray(label[None], ~np.isfinite(label[None]))
        write_geotiff(path, grid_of(chips, chip), numbers, float("nan"), [chips.unit or "value"])
        return
    values = [item.value for item in chips.classes]
    small = max(values) < IGNORE
    nodata = IGNORE if small else LARGEST
    stored = np.full(IGNORE + 1, nodata, np.uint16)
    stored[: len(values)] = values
    mask = stored[label][None]
    if small:
        write_file(folder / f"{chip.name}.png", png_bands(mask.astype(np.uint8)))
        return
    make_parent(path)
    write_geotiff(path, grid_of(chips, chip), np.ma.MaskedArray(mask), nodata, ["class"])
