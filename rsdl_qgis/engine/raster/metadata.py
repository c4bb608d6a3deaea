"""The metadata of a raster file: tags, descriptions, and the scale and offset of its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import rasterio

from .grid import crs_of
from .layer import open_raster

NAMESPACES = (None, "IMAGERY")  # GDAL's own, and that of satellite products


@dataclass(frozen=True)
class Metadata:
    """Of a file: ``tags`` of it and of each band, and each band's description, type, scale and offset."""

    tags: Mapping[str, str]
    band_tags: tuple[Mapping[str, str], ...]
    descriptions: tuple[str, ...]
    dtypes: tuple[str, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]


def gdal_version() -> str:
    """The version of GDAL that reads and writes rasters."""
    return str(rasterio.__gdal_version__)


def crs_names(crs: str | None) -> tuple[str | None, str | None]:
    """The code of a coordinate system, such as 'EPSG:32634', and its WKT2; None where it has none."""
    if crs is None:
        return None, None
    known = crs_of(crs)
    authority = known.to_authority()
    return ":".join(authority) if authority else None, known.to_wkt(version="WKT2_2019")


def read_metadata(path: str) -> Metadata:
    """The metadata of a raster. Raises InputError where it cannot be opened."""
    with open_raster(path) as file:
        return Metadata(
            tags={key: value for space in NAMESPACES for key, value in file.tags(ns=space).items()},
            band_tags=tuple(
                {key: value for space in NAMESPACES for key, value in file.tags(band, ns=space).items()}
                for band in file.indexes
            ),
            descriptions=tuple(text or "" for text in file.descriptions),
            dtypes=tuple(file.dtypes),
            scales=tuple(file.scales),
            offsets=tuple(file.offsets),
        )
