"""The images of exported chips: PNG where it holds them, else GeoTIFF, both georeferenced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...feedback import Report
from ...files.xml import Element, SubElement, xml_text
from ...raster.geotiff import free_value, not_written, write_geotiff
from ...raster.grid import Grid
from ...raster.source import Layer, RasterSource
from ...raster.thumbnail import png_bands
from ..folder import SPLITS, Chip, ChipFolder

FOLDERS = dict(zip(SPLITS, ("train", "val", "test")))  # split -> what other programs call its folder
IN_PNG = (1, 3)  # bands of 8 bits that every program reads from a PNG


@dataclass(frozen=True)
class Picture:
    """An image that was written: its file, its width, height and bands."""

    path: Path
    width: int
    height: int
    bands: int


def parts(chips: ChipFolder, report: Report) -> Iterator[tuple[str, list[Chip]]]:
    """(folder name, chips) of each split that there is."""
    done = 0
    for split, folder in FOLDERS.items():
        own = list(chips.part(split))
        if own:
            report.progress(done / len(chips.chips), f"Writing {folder}")
            yield folder, own
            done += len(own)


def write_image(chips: ChipFolder, chip: Chip, folder: Path, date: int = 0) -> Picture:
    """Write the image of a chip, of one of its dates, into a folder, under the chip's name."""
    (item,) = chips.inputs
    values = chips.images(chip)[item.name][date]
    names = [band.name for band in item.bands]
    path = write_picture(folder / chip.name, grid_of(chips, chip), values, names)
    return Picture(path, values.shape[2], values.shape[1], len(values))


def write_picture(stem: Path, grid: Grid, values: np.ma.MaskedArray, names: list[str]) -> Path:
    """Write (bands, h, w); masked pixels are nodata. ``stem``: the path without the ending, which is returned."""
    masked = bool(np.ma.getmaskarray(values).any())
    fill = free_value(values) if masked else None
    if values.dtype == np.uint8 and len(values) in IN_PNG and (fill is not None or not masked):
        path = stem.with_name(f"{stem.name}.png")
        write_file(path, png_bands(values.data if fill is None else values.filled(fill)))
        write_file(path.with_name(f"{path.name}.aux.xml"), _described(grid, fill, names))
        return path
    path = stem.with_name(f"{stem.name}.tif")
    make_parent(path)
    write_geotiff(path, grid, values, fill, names, interleave="pixel")
    return path


def grid_of(chips: ChipFolder, chip: Chip) -> Grid:
    """The grid of a chip's pixels."""
    path = next(path for files in chip.images.values() for path in files if path)
    with RasterSource({"image": [Layer(str(chips.file(path)))]}) as source:
        return source.grid


def log_images(chips: ChipFolder, report: Report) -> None:
    """A warning where images are not what the programs of the formats usually read."""
    for item in chips.inputs:
        image = chips.images(chips.chips[0])[item.name]
        if image.dtype != np.uint8 or image.shape[1] not in IN_PNG:
            report.log(
                "warning",
                f"The images have {image.shape[1]} band(s) of the type {image.dtype}, so they are GeoTIFF. Many "
                "programs read pictures of 8 bits with 1 or 3 bands only.",
            )


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file, in UTF-8, and make its folder. OutputError where that fails."""
    make_parent(path)
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise not_written(path, error) from error


def make_parent(path: Path) -> None:
    """Make a file's folder. OutputError where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from error


def _described(grid: Grid, fill: float | None, names: list[str]) -> str:
    """What a PNG cannot say of itself, as GDAL reads it from a file beside it (PAM)."""
    root = Element("PAMDataset")
    if grid.crs:
        SubElement(root, "SRS").text = grid.crs
        a, b, c, d, e, f = grid.transform[:6]
        SubElement(root, "GeoTransform").text = ", ".join(f"{value:.17g}" for value in (c, a, b, f, d, e))
    for number, name in enumerate(names, start=1):
        band = SubElement(root, "PAMRasterBand", band=str(number))
        SubElement(band, "Description").text = name
        if fill is not None:
            SubElement(band, "NoDataValue").text = f"{fill:g}"
    return xml_text(root)
