"""What an Item says of a finished result, read from its file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..dates import date_of, day_in
from ..errors import InputError
from ..raster.grid import GDAL_ERRORS, Bounds, project
from ..raster.layer import Layer, OpenLayer
from ..raster.metadata import crs_names, read_metadata
from ..runs.places import here
from ..vector.attributes import bounds_of, open_table

RASTERS = (".tif", ".tiff")
EDGE = 21  # points on each side of the bounds that are brought to degrees
DATED = 50  # inputs that are looked at for their dates


@dataclass(frozen=True)
class Facts:
    """``code`` and ``wkt`` of the coordinate system, None where there is none; ``bounds`` in it, and ``degrees``: west,
    south, east, north; of a raster its ``shape``, ``transform``, ``resolution`` and ``bands`` (name, type, nodata).
    """

    code: str | None
    wkt: str | None
    bounds: Bounds | None
    degrees: Bounds | None
    shape: tuple[int, int] | None = None
    transform: tuple[float, ...] = ()
    resolution: float | None = None
    bands: tuple[tuple[str, str, float | None], ...] = ()


def facts_of(path: str) -> Facts:
    """The facts of a raster or vector layer. InputError where it cannot be read."""
    return _raster(path) if Path(path).suffix.lower() in RASTERS else _layer(path)


def image_dates(run: Mapping[str, Any]) -> list[str]:
    """The dates of the images of a run, as their names or metadata say them, in order; [] where none does."""
    found = set()
    for item in run["inputs"][:DATED]:
        path = here(item["path"])
        day = day_in(Path(path).name)
        if not day:
            with suppress(InputError):
                day = date_of(read_metadata(path).tags)
        found.add(day)
    return sorted(found - {""})


def _raster(path: str) -> Facts:
    with closing(OpenLayer(Layer(path, stored=True))) as layer:
        grid, info = layer.grid, layer.info
    names = crs_names(grid.crs)
    bands = tuple(zip(info.descriptions, info.dtypes, info.nodata))
    resolution = math.sqrt(math.prod(grid.resolution)) if grid.crs else None
    place = grid.bounds, _degrees(grid.bounds, grid.crs)
    return Facts(*names, *place, (grid.height, grid.width), tuple(grid.transform)[:6], resolution, bands)


def _layer(path: str) -> Facts:
    table = open_table(path, empty=True)
    bounds = bounds_of(path) if table.count else None
    return Facts(*crs_names(table.crs), bounds, _degrees(bounds, table.crs) if bounds else None)


def _degrees(bounds: Bounds, crs: str | None) -> Bounds | None:
    """Bounds in longitude and latitude; over the antimeridian west is larger than east. None without a CRS."""
    if crs is None:
        return None
    xmin, ymin, xmax, ymax = bounds
    along, up = np.linspace(xmin, xmax, EDGE), np.linspace(ymin, ymax, EDGE)
    x = np.concatenate([along, along, np.full(EDGE, xmin), np.full(EDGE, xmax)])
    y = np.concatenate([np.full(EDGE, ymin), np.full(EDGE, ymax), up, up])
    try:
        lon, lat = project(x, y, crs, "EPSG:4326")
    except GDAL_ERRORS:
        return None
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    lon, lat = lon[known], np.clip(lat[known], -90, 90)
    west, east = float(lon.min()), float(lon.max())
    if east - west > 180 and xmax - xmin < 180 * 111_000 and crs_names(crs)[0] != "EPSG:4326":
        west, east = float(lon[lon > 0].min()), float(lon[lon < 0].max())
    return max(west, -180.0), float(lat.min()), min(east, 180.0), float(lat.max())
