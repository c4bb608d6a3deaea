"""Polygons read from a vector file, and what all that read or write such files need."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from rasterio.warp import transform_geom

from ..errors import InputError, OutputError
from ..raster.grid import crs_of, same_crs, transforming
from .geometries import Geometry, geometry_from, polygons_in
from .vector_file import VectorFile

PACKAGE_OPTIONS = {"VERSION": "1.2"}  # of a new GeoPackage: what the GDAL of older QGIS knows wholly
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
UNDEFINED = re.compile(r'\w+\["Undefined( \w+)? SRS"')  # what a GeoPackage calls the CRS of a layer without one

VECTOR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)


def driver_of(path: str | os.PathLike[str]) -> str:
    """GDAL's driver for a vector file. OutputError where its ending is not known, or pyogrio cannot write to its
    folder.
    """
    path = Path(path)
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise OutputError(f"{path} has no known vector ending.", f"Use one of {', '.join(DRIVERS)}.")
    if "!" in str(path.parent):  # pyogrio takes what is before it for an archive
        problem = f"{path.parent} has a '!' in its name, and vector files cannot be written there."
        raise OutputError(problem, "Choose another folder for the output.")
    return driver


def read_polygons(layer: VectorFile | str, crs: str | None) -> list[Geometry]:
    """The polygons of a vector layer, or of a path, in ``crs``.

    Raises InputError where it cannot be read, has no polygons, or only one of raster and layer has a CRS.
    """
    chosen = VectorFile.named(layer).near(crs)
    path = chosen.path
    file, layer_name = source_of(path)
    try:
        meta, _, wkb, _ = pyogrio.raw.read(file, layer=layer_name, columns=[], force_2d=True)
    except (DataLayerError, DataSourceError) as error:
        raise unreadable(path, error, "Choose a polygon layer.") from error
    shapes = () if wkb is None else wkb  # a table has none
    geometries = [g for g in (polygons_in(geometry_from(value)) for value in shapes) if g is not None]
    if not geometries:
        raise InputError(f"{path} has no polygons.", "Choose a layer with at least one polygon.")
    own = chosen.crs or crs_in(meta)
    if same_crs(own, crs):
        return geometries
    if own is None or crs is None:
        without, other = (path, "the raster") if own is None else ("The raster", path)
        raise InputError(f"{without} has no coordinate system, but {other} has one.", "Assign it the right one.")
    with transforming(own, crs):
        return [transformed(geometry, own, crs) for geometry in geometries]


def transformed(geometry: Geometry, source: str, target: str) -> Geometry:
    """A geometry in another CRS. GDAL's errors where it has no place there."""
    return shapely.geometry.shape(transform_geom(crs_of(source), crs_of(target), geometry))


def source_of(path: str) -> tuple[str, str | int]:
    """The file and the layer of 'file' (its first one), 'file|layername=x' or 'file|layerid=n'."""
    file, *options = path.split("|")
    chosen = dict(option.split("=", 1) for option in options if "=" in option)
    if "layername" in chosen:
        return file, chosen["layername"]
    return file, int(chosen.get("layerid", 0))


def unreadable(path: str, error: Exception, hint: str) -> InputError:
    """The InputError that says why a vector file cannot be read."""
    file, _ = source_of(path)
    if not file.startswith("/vsi") and not Path(file).exists():
        return InputError(f"There is no file {file}.", "Check that it was not moved or renamed.")
    return InputError(f"{path} cannot be read as a vector layer: {error}.", hint)


def crs_in(info: Mapping[str, Any]) -> str | None:
    """The CRS of a vector layer from pyogrio's information on it; None where it is not known."""
    crs: str | None = info["crs"]
    return None if crs is None or UNDEFINED.match(crs) else crs
