"""Rasters whose bands are colours, and names that hold what cannot be shown."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.class_tables import bands_of, check_not_rgb, class_names

RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)


@pytest.fixture
def picture(tmp_path):
    """A raster (bands, 8, 8) with a colour interpretation."""

    def write(bands, kinds, **tags):
        path = str(tmp_path / "picture.tif")
        profile = {"driver": "GTiff", "height": 8, "width": 8, "count": len(bands), "dtype": "uint8"}
        where = {"crs": "EPSG:32634", "transform": rasterio.Affine(1, 0, 0, 0, -1, 8)}
        with rasterio.open(path, "w", **profile, **where) as file:
            file.write(np.stack([np.full((8, 8), value, "uint8") for value in bands]))
            file.colorinterp = kinds
            file.update_tags(**tags)
        return path

    return write


@pytest.mark.parametrize("kinds", [RGB, (*RGB, ColorInterp.alpha)])
def test_colours_are_no_classes(picture, kinds):
    path = picture((255, 0, 0, 255)[: len(kinds)], kinds)
    with pytest.raises(InputError, match="red, green and blue, so its classes would be colours"):
        check_not_rgb(path, 1, "labels")
    assert bands_of(path) == 3


@pytest.mark.parametrize(("bands", "kinds", "band"), [
    ((7, 7, 7), RGB, 1),  # grey
    ((1, 2, 3), (ColorInterp.gray, ColorInterp.undefined, ColorInterp.undefined), 1),
    ((1,), (ColorInterp.gray,), 1),
    ((1, 2, 3, 4), (*RGB, ColorInterp.undefined), 4),
])  # fmt: skip
def test_other_bands_may_be_classes(picture, bands, kinds, band):
    check_not_rgb(picture(bands, kinds), band, "labels")


def test_names_are_made_clean(picture):
    path = picture((1,), (ColorInterp.gray,), CLASS_1="wa\tter\n", **{"CLASS_-2": "ice", "CLASS_--3": "no number"})
    assert class_names(path) == {1: "wa ter", -2: "ice"}
