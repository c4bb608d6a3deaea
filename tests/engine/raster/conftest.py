"""Rasters made for the tests of rsdl_qgis/engine/raster."""

import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

NORTH_UP = Affine(10, 0, 500_000, 0, -10, 4_200_000)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def make_raster(tmp_path):
    """make_raster(name, array (C, h, w), alpha=, colours=, msk=, names=, **profile) -> path of a GeoTIFF."""

    def make(name, array, *, alpha=False, colours=None, msk=None, names=(), **profile):
        path = tmp_path / name
        profile = {"crs": "EPSG:32634", "transform": NORTH_UP, **profile}
        count, height, width = array.shape
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(
                path,
                "w",
                driver="GTiff",
                count=count,
                height=height,
                width=width,
                dtype=array.dtype,
                **profile,
            ) as file:
                if alpha:
                    kinds = [rasterio.enums.ColorInterp.gray] * (count - 1)
                    file.colorinterp = [*kinds, rasterio.enums.ColorInterp.alpha]
                if colours:
                    file.write_colormap(1, colours)
                for band, description in enumerate(names, start=1):
                    file.set_band_description(band, description)
                file.write(array)
                if msk is not None:
                    file.write_mask(msk)
        return str(path)

    return make
