"""Rasters and vector layers made for the tests of cutting."""

from __future__ import annotations

import json
import warnings

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.warp import transform

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import apply

CRS = "EPSG:32634"
NORTH_UP = Affine(10, 0, 500_000, 0, -10, 4_200_000)


class Log(Report):
    """Keeps what is said."""

    def __init__(self):
        self.said: list[str] = []

    def log(self, level, message):
        self.said.append(f"{level}: {message}")


def raster(path, array, *, names=(), mask=None, colours=None, **profile):
    """A GeoTIFF (bands, rows, columns) of 10 m pixels; its layer spec."""
    profile = {"crs": CRS, "transform": NORTH_UP, **profile}
    count, height, width = array.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", count=count, height=height, width=width, dtype=array.dtype, **profile
        ) as file:
            file.write(array)
            if names:
                file.descriptions = names
            if mask is not None:
                file.write_mask(mask)
            if colours:
                file.write_colormap(1, colours)
    return {"path": str(path)}


def pixels(*corners, grid=NORTH_UP, crs=CRS):
    """Map coordinates in ``crs`` of places in pixels (column, row) of a grid in CRS."""
    x, y = zip(*(apply(grid, *corner) for corner in corners))
    if crs != CRS:
        x, y = transform(CRS, crs, x, y)
    return [list(place) for place in zip(x, y)]


def box(col0, row0, col1, row1, **where):
    """A polygon around pixels."""
    ring = pixels((col0, row0), (col1, row0), (col1, row1), (col0, row1), (col0, row0), **where)
    return {"type": "Polygon", "coordinates": [ring]}


def point(col, row, **where):
    return {"type": "Point", "coordinates": pixels((col, row), **where)[0]}


def line(*places, **where):
    return {"type": "LineString", "coordinates": pixels(*places, **where)}


def vector(path, features, field="class", crs=CRS, **spec):
    """A GeoJSON layer of (geometry, value of ``field``) or (geometry, properties); its label spec."""
    rows = [
        {"type": "Feature", "geometry": g, "properties": v if isinstance(v, dict) else {field: v}} for g, v in features
    ]
    about = {"type": "FeatureCollection", "features": rows}
    if crs:
        about["crs"] = {"type": "name", "properties": {"name": crs.replace("EPSG:", "urn:ogc:def:crs:EPSG::")}}
    path.write_text(json.dumps(about))
    return {"path": str(path), "vector": True, "field": field, "title": path.stem, **spec}


def source(*specs, title="scene", name="image"):
    return {"title": title, "inputs": {name: list(specs)}}


def noise(shape, dtype="uint8", seed=0):
    random = np.random.default_rng(seed)
    values = random.integers(1, 200, shape)
    return values.astype(dtype)
