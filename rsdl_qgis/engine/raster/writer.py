"""Rows of pixels into a finished GeoTIFF."""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import DTypeLike, NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window as RasterioWindow

from ..errors import OutputError
from ..files.text import one_line
from ..files.xml import Element, ElementTree, SubElement, parse_xml
from .atomic_file import Part
from .cog.layout import optimise
from .cog.overviews import Means
from .grid import GDAL_ERRORS, Grid, crs_of

BLOCK = 512  # pixels a side
UNIT = 16  # of a block's sides, in pixels
HEIGHTS = (BLOCK, 256, 128)  # of blocks, in pixels: the first of which a row is no larger than ROW
ROW = 16_000_000  # bytes of a row of blocks, of all bands
SMALLEST_OVERVIEW = 256

ClassEntry = tuple[int, str, str]  # value, name, "#rrggbb"


class RasterSink:
    """Writes a raster row by row: cloud-optimised GeoTIFF (zstd; BigTIFF when needed) with overviews. A context manager
    that finishes the file, or removes it when an exception passes.

    Blocks have 512 x 512 pixels; where a row of them would be larger than 16 MB, they are lower. A smaller raster has
    blocks of its own size, to a multiple of 16: with many bands the rest of them would be most of the work.
    ``classes`` (value, name, '#rrggbb') become GDAL category names and, for uint8, a colour table;
    ``metadata`` and the class names are kept in the file's tags; ``unit`` is that of every band; ``scales``: scale
    and offset of each band, by which what is stored stands for other numbers. The file is written beside ``path``, read
    back, and renamed when whole.

    A sink is not thread-safe: use it from one thread at a time. Raises OutputError where the file cannot be
    written, the disk being full included; then nothing is left behind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        grid: Grid,
        *,
        count: int,
        dtype: DTypeLike,
        nodata: float | None,
        band_names: Sequence[str] = (),
        classes: Sequence[ClassEntry] = (),
        metadata: Mapping[str, str] | None = None,
        unit: str = "",
        overviews: bool = True,
        scales: Sequence[tuple[float, float]] = (),
    ):
        if Path(path).suffix.lower() not in (".tif", ".tiff"):
            raise OutputError(f"{path} is no GeoTIFF name.", "Let the output's name end in .tif.")
        self._grid, self._dtype = grid, np.dtype(dtype)
        self._levels = _levels(max(grid.height, grid.width)) if overviews else 0
        self._means: Means | None = None
        self._classes = [(value, one_line(name), colour) for value, name, colour in classes]
        self._part = Part(path)
        self._finished = False
        self._rows = 0  # given so far
        highest = _block_height(count * grid.width * self._dtype.itemsize)
        self._block = _block_side(grid.height, highest)
        self._strip = np.empty((count, min(self._block, grid.height), grid.width), self._dtype)
        self._checksums: list[int] = []
        profile = {
            "driver": "GTiff",
            "height": grid.height,
            "width": grid.width,
            "count": count,
            "dtype": self._dtype,
            "nodata": nodata,
            "tiled": True,
            "blockxsize": _block_side(grid.width, BLOCK),
            "blockysize": self._block,
            "interleave": "band",
            "compress": "zstd",
            "zstd_level": 1,
            "predictor": 3 if self._dtype.kind == "f" else 2 if self._dtype.itemsize > 1 else 1,
            "bigtiff": "if_safer",
        }
        try:
            with self._part.guard():
                place = {"crs": crs_of(grid.crs) if grid.crs else None, "transform": grid.transform}
                self._file = rasterio.open(self._part.path, "w", **profile, **place)
                if self._dtype.kind == "f" and self._levels:
                    self._means = Means(self._part.path, profile, self._levels)
                self._describe(band_names, metadata or {}, unit)
                if scales:
                    self._file.scales, self._file.offsets = zip(*scales)
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> RasterSink:
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, row: int, array: NDArray) -> None:
        """The next rows, starting at ``row``: (count, rows, width).

        Raises ValueError where they are not the next.
        """
        count, height, width = self._strip.shape
        if (
            row != self._rows
            or array.shape != (count, array.shape[1], width)
            or row + array.shape[1] > self._grid.height
        ):
            raise ValueError(f"Rows {row} to {row + array.shape[1]} {array.shape} do not follow row {self._rows}.")
        taken = 0
        while taken < array.shape[1]:
            # Whole blocks only: a block written twice would leave a hole in a compressed file.
            start = self._rows % self._block
            rows = min(array.shape[1] - taken, height - start)
            self._strip[:, start : start + rows] = array[:, taken : taken + rows]
            taken += rows
            self._rows += rows
            if start + rows == height or self._rows == self._grid.height:
                self._flush(start + rows)

    def close(self, statistics: Mapping[str, float] | None = None) -> Path:
        """Finishes the file: overviews, a check that all of it is on disk, the final name. Returns its path.

        ``statistics`` of band 1 (minimum, maximum, mean, stddev) are kept in the file as GDAL does.
        Raises OutputError as the class, ValueError where rows are missing.
        """
        if self._finished:
            return self._part.target
        try:
            if self._rows != self._grid.height:
                raise ValueError(f"{self._rows} of {self._grid.height} rows came.")
            with self._part.guard():
                if statistics:
                    tags = {f"STATISTICS_{name.upper()}": value for name, value in statistics.items()}
                    self._file.update_tags(1, **tags)
                self._file.close()
                if self._means:
                    self._means.close()
                elif self._levels:
                    self._build_overviews()
                overviews = self._means.paths if self._means else ()
                optimise(self._part.path, self._part.path.with_suffix(".cog.tif"), overviews)
                self._check()
                for level in range(self._levels):
                    self._check_overview(level)
                if self._classes:
                    _write_category_names(Path(f"{self._part.path}.aux.xml"), self._classes)
            path = self._part.commit()
        except BaseException:
            self.abort()
            raise
        self._finished = True
        return path

    def abort(self) -> None:
        """Removes the unfinished file; does nothing once the file is finished."""
        file = getattr(self, "_file", None)
        if file is not None and not file.closed:
            with suppress(*GDAL_ERRORS):  # the file is thrown away
                file.close()
        if self._means is not None:
            with suppress(*GDAL_ERRORS):
                self._means.close()
        self._part.discard()

    def _describe(self, band_names: Sequence[str], metadata: Mapping[str, str], unit: str) -> None:
        names = {f"CLASS_{value}": name for value, name, _ in self._classes}
        self._file.update_tags(**{**metadata, **names})
        for band, name in enumerate(band_names, start=1):
            self._file.set_band_description(band, one_line(name))
            self._file.set_band_unit(band, unit)
        if self._classes and self._dtype == np.uint8:
            colours = {value: (*bytes.fromhex(colour.lstrip("#")), 255) for value, _, colour in self._classes}
            self._file.write_colormap(1, colours)

    def _flush(self, rows: int) -> None:
        strip = self._strip[:, :rows]
        window = RasterioWindow(0, self._rows - rows, self._grid.width, rows)
        with self._part.guard():
            self._file.write(strip, window=window)
            if self._means:
                self._means.add(strip)
        self._checksums.append(_checksum(strip))

    def _check(self) -> None:
        """Reads the file back and compares it: GDAL may report a full disk late, or only in its log."""
        with rasterio.open(self._part.path) as file:
            for i, checksum in enumerate(self._checksums):
                first = i * self._block
                rows = min(self._block, self._grid.height - first)
                strip = file.read(window=RasterioWindow(0, first, self._grid.width, rows))
                if _checksum(strip) != checksum:
                    raise self._part.failure(f"rows {first} to {first + rows} came back changed")

    def _build_overviews(self) -> None:
        """Builds overviews, of classes the most frequent one."""
        rule = Resampling.mode if self._classes else Resampling.nearest
        options = {"ZSTD_LEVEL_OVERVIEW": 1, "GDAL_TIFF_OVR_BLOCKSIZE": BLOCK, "GDAL_NUM_THREADS": "ALL_CPUS"}
        with rasterio.Env(**options), rasterio.open(self._part.path, "r+") as file:
            file.build_overviews([2 << level for level in range(self._levels)], rule)

    def _check_overview(self, level: int) -> None:
        """Whether every block of an overview lies in the file: GDAL reads one that is missing as zeros."""
        size = self._part.path.stat().st_size
        with rasterio.open(self._part.path, overview_level=level) as overview:
            (high, wide), *_ = overview.block_shapes
            rows, cols = math.ceil(overview.height / high), math.ceil(overview.width / wide)
        with rasterio.open(self._part.path) as file:
            for band, row, col in product(file.indexes, range(rows), range(cols)):
                offset, length = (
                    int(file.get_tag_item(f"BLOCK_{what}_{col}_{row}", "TIFF", bidx=band, ovr=level) or 0)
                    for what in ("OFFSET", "SIZE")
                )
                if not offset or not length or offset + length > size:
                    raise self._part.failure("its overviews are not whole")


def _levels(side: int) -> int:
    """Overviews of a raster, by its longer side: until the next one would be smaller than the smallest."""
    levels = 0
    while side > SMALLEST_OVERVIEW * (2 << levels):
        levels += 1
    return levels


def _block_height(row: int) -> int:
    """Pixels, for rows of so many bytes in all bands: a row of blocks is held until it is full."""
    return next((height for height in HEIGHTS if height * row <= ROW), HEIGHTS[-1])


def _block_side(pixels: int, most: int) -> int:
    """The side of blocks that suits so many pixels of the raster; TIFF has multiples of 16."""
    return min(most, math.ceil(pixels / UNIT) * UNIT)


def _checksum(array: NDArray) -> int:
    checksum = 0
    for band in array:
        checksum = zlib.crc32(np.ascontiguousarray(band).data, checksum)
    return checksum


def _write_category_names(path: Path, classes: Sequence[ClassEntry]) -> None:
    """GDAL keeps category names in a file beside the raster, in the order of their values from 0."""
    root = parse_xml(path.read_bytes()) if path.exists() else Element("PAMDataset")
    band = root.find("PAMRasterBand[@band='1']")
    if band is None:
        band = SubElement(root, "PAMRasterBand", band="1")
    names = {value: name for value, name, _ in classes}
    categories = SubElement(band, "CategoryNames")
    for value in range(max(names) + 1):
        SubElement(categories, "Category").text = names.get(value, "")
    ElementTree(root).write(path, encoding="utf-8")
