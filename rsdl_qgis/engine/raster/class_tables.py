"""What a raster says of its classes: names, colours, and whether it is an RGB image instead."""

from __future__ import annotations

import re

import rasterio.shutil
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import MemoryFile

from ..errors import InputError
from ..files.text import one_line
from ..files.xml import XMLError, parse_xml
from .grid import GDAL_ERRORS
from .layer import open_raster

TAG = re.compile(r"CLASS_(-?[0-9]{1,9})")
COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
LOOKED_AT = 1024  # pixels a side, at most, at which bands are compared


def class_names(path: str, band: int = 1) -> dict[int, str]:
    """The names of a class raster's values, from its CLASS_<value> tags, else its category names."""
    with open_raster(path) as file:
        found = [(TAG.fullmatch(key), one_line(name)) for key, name in file.tags().items()]
        names = {int(tag[1]): name for tag, name in found if tag and name}
        if names:
            return names
        try:
            with MemoryFile(ext="vrt") as described:  # GDAL's own description of the file: rasterio has no call for it
                rasterio.shutil.copy(file, described.name, driver="VRT")
                root = parse_xml(described.read())
        except (*GDAL_ERRORS, XMLError):
            return {}
    categories = root.findall(f"VRTRasterBand[@band='{band}']/CategoryNames/Category")
    return {value: one_line(item.text) for value, item in enumerate(categories) if item.text}


def class_colours(path: str, band: int = 1) -> dict[int, str]:
    """The colours, as '#rrggbb', that a raster's colour table gives its values; none where it has no table, or no such
    band.
    """
    with open_raster(path) as file:
        if band > file.count or file.colorinterp[band - 1] != ColorInterp.palette:
            return {}
        return {value: "#" + bytes(colour[:3]).hex() for value, colour in file.colormap(band).items()}


def raster_tags(path: str) -> dict[str, str]:
    """The tags of a raster."""
    with open_raster(path) as file:
        return dict(file.tags())


def check_not_rgb(path: str, band: int, title: str) -> None:
    """InputError where a band is the red, green or blue of an RGB image, whose classes would be colours.

    An image whose three bands are the same is accepted: any of its bands holds the classes.
    """
    with open_raster(path) as file:
        kinds = file.colorinterp
        colours = [kinds.index(kind) + 1 for kind in COLOURS if kind in kinds]
        if len(colours) < len(COLOURS) or band not in colours:
            return
        step = max(1, file.height // LOOKED_AT, file.width // LOOKED_AT)
        shape = (len(colours), max(1, file.height // step), max(1, file.width // step))
        try:
            values = file.read(colours, out_shape=shape, resampling=Resampling.nearest)
        except GDAL_ERRORS:
            return  # whoever reads the band says what is wrong
        if same_everywhere(values):
            return
    raise InputError(
        f"{title} is an RGB image: its bands are red, green and blue, so its classes would be colours.",
        "Make a raster of one band with a whole number for each class (in QGIS: RGB to PCT, or the raster calculator).",
    )


def bands_of(path: str) -> int:
    """How many bands a raster has, less those of transparency."""
    with open_raster(path) as file:
        return sum(kind != ColorInterp.alpha for kind in file.colorinterp)


def same_everywhere(values: NDArray) -> bool:
    """Whether all bands (C, h, w) are the same."""
    return bool((values == values[:1]).all())
