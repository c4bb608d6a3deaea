"""Small images: arrays as JPEG and PNG files in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile

SOMEWHERE = Affine(1, 0, 0, 0, -1, 1)  # GDAL warns of images without a georeference
Color = tuple[int, int, int, int]  # red, green, blue, opacity of 0..255


def jpeg(pixels: NDArray[np.uint8], quality: int = 85) -> bytes:
    """A photograph: (H, W, 3) red, green, blue."""
    return _encoded(np.moveaxis(pixels, 2, 0), None, driver="JPEG", quality=quality)


def png(indexes: NDArray[np.uint8], colors: Mapping[int, Color]) -> bytes:
    """A drawing: (H, W) indexes into ``colors``."""
    return _encoded(indexes[None], colors, driver="PNG", zlevel=9)


def png_bands(bands: NDArray[np.uint8]) -> bytes:
    """An image without loss: (C, H, W), 1 or 3 bands."""
    return _encoded(bands, None, driver="PNG")


def _encoded(bands: NDArray[np.uint8], colors: Mapping[int, Color] | None, **options: Any) -> bytes:
    count, height, width = bands.shape
    shape = {"count": count, "height": height, "width": width, "dtype": "uint8"}
    with MemoryFile() as memory:
        with memory.open(transform=SOMEWHERE, **shape, **options) as target:
            target.write(bands)
            if colors:
                target.write_colormap(1, dict(colors))
        return bytes(memory.read())
