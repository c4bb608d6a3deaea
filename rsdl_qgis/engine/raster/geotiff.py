"""A small raster held in memory, written as one GeoTIFF."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from ..errors import OutputError
from .grid import Grid, crs_of
from .writer import ClassEntry

COMMON_FILLS = (0, 255, 65535, -9999, -32768)


def write_geotiff(
    path: Path,
    grid: Grid,
    values: np.ma.MaskedArray,
    nodata: float | None = None,
    names: Sequence[str] = (),
    classes: Sequence[ClassEntry] = (),
    interleave: str = "band",
) -> None:
    """Write (bands, h, w); what is masked is so when it is read again.

    It is filled with ``nodata``, which no valid pixel may have; without one there is a mask band, and a pixel that is
    masked in any band is so in all. ``names``: of the bands; ``classes``: (value, name, '#rrggbb'), kept as a colour
    table (uint8) and CLASS_<value> tags; ``interleave``: band or pixel. Raises OutputError where it cannot be written.
    """
    data, mask = values.data, np.ma.getmaskarray(values)
    if nodata is not None:
        data = np.where(mask, np.asarray(nodata, data.dtype), data)
    with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver="GTiff",
            count=len(data),
            height=grid.height,
            width=grid.width,
            dtype=data.dtype,
            crs=crs_of(grid.crs) if grid.crs else None,
            transform=grid.transform,
            nodata=nodata,
            interleave=interleave,
            compress="deflate",
            zlevel=1,
            predictor=_predictor(data.dtype),
        ) as file:
            file.write(data)
            for band, name in enumerate(names, start=1):
                file.set_band_description(band, name)
            if nodata is None and mask.any():
                file.write_mask(~mask.any(axis=0))
            if classes:
                file.update_tags(**{f"CLASS_{value}": name for value, name, _ in classes})
            if classes and data.dtype == np.uint8:
                file.write_colormap(1, {value: (*bytes.fromhex(c.lstrip("#")), 255) for value, _, c in classes})
        content = memory.read()
    try:
        path.write_bytes(content)  # Python, not GDAL, says when the disk is full
    except OSError as error:
        raise not_written(path, error) from error


def free_value(values: np.ma.MaskedArray, preferred: float | None = None) -> float | None:
    """A number that no valid pixel has, to stand for what is masked; None where an integer type has none left.

    Real numbers: NaN. Integers: ``preferred`` if it is free, else a usual one.
    """
    dtype = values.dtype
    if dtype.kind == "f":
        return float("nan")
    limits = np.iinfo(dtype)
    used = np.unique(values.compressed())
    for value in (preferred, *COMMON_FILLS, limits.max, limits.min):
        if value is not None and value == int(value) and limits.min <= value <= limits.max and int(value) not in used:
            return int(value)
    candidates = np.arange(max(limits.min, -32768), min(limits.max, 65535) + 1)
    free = candidates[~np.isin(candidates, used)]
    return int(free[0]) if len(free) else None


def not_written(path: Path, error: OSError) -> OutputError:
    """The OutputError for a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputError(f"{path} cannot be written: the disk is full.", "Free space or choose another disk.")
    return OutputError(f"{path} cannot be written: {error.strerror or error}.", "Choose another place for the output.")


def _predictor(dtype: np.dtype) -> int:
    if dtype.itemsize == 8:
        return 1
    return 3 if dtype.kind == "f" else 2
