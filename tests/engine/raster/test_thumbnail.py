"""Pictures are files that others can read."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.io import MemoryFile

from rsdl_qgis.engine.raster.thumbnail import jpeg, png


def read(file: bytes):
    # a picture lies nowhere, of which rasterio warns
    with pytest.warns(match="no geotransform"), MemoryFile(file) as memory, memory.open() as source:
        return source.read(), source.driver, source.colormap(1) if source.count == 1 else None


def test_a_photograph_is_a_small_jpeg_of_the_same_colours():
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :32] = 200, 40, 10
    pixels[:, 32:] = 10, 90, 220
    file = jpeg(pixels)
    bands, driver, _ = read(file)
    assert driver == "JPEG" and len(file) < 2000
    assert np.abs(np.moveaxis(bands, 0, 2)[:, [4, 50]].astype(int) - pixels[:, [4, 50]]).max() < 12


def test_a_drawing_is_a_png_of_exactly_its_colours():
    indexes = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    indexes[0, 0] = 255
    bands, driver, colors = read(
        png(indexes, {0: (1, 2, 3, 255), 1: (9, 8, 7, 255), 2: (0, 0, 255, 255), 255: (0, 0, 0, 0)})
    )
    assert driver == "PNG" and np.array_equal(bands[0], indexes)
    assert colors[1] == (9, 8, 7, 255) and colors[255][3] == 0
