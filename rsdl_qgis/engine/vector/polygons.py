"""Polygons: made from the classes of a raster, and read from a file."""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from rasterio.features import shapes
from rasterio.warp import transform_geom

from ..errors import InputError, OutputError
from ..feedback import Report
from ..files.names import layer_name
from ..files.text import one_line
from ..raster.atomic_file import Part
from ..raster.grid import Grid, apply, crs_of, local_unit, project, same_crs, transforming
from ..raster.layer import open_raster
from .geometries import Geometry, geometry_from, polygons_in, polygons_wkb
from .vector_file import VectorFile

PACKAGE_OPTIONS = {"VERSION": "1.2"}  # of a new GeoPackage: what the GDAL of older QGIS knows wholly
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
BATCH = 20_000  # polygons written at once
LONGEST_EDGE = 64  # pixels: longer edges are bent with the projection when areas are measured
UNDEFINED = re.compile(r'\w+\["Undefined( \w+)? SRS"')  # what a GeoPackage calls the CRS of a layer without one

VECTOR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
Ring = NDArray[np.float64]  # (n, 2), closed


def polygonize(
    class_raster: str | os.PathLike[str],
    output: str | os.PathLike[str],
    classes: Sequence[tuple[int, str, str]],
    report: Report,
    min_area: float = 0.0,
    skip: Collection[int] = (),
) -> int:
    """Connected pixels of one class become polygons along the pixels' edges; returns how many.

    ``classes``: (value, name, colour); values that are not among them, and those in ``skip``, are left out,
    and so are polygons below ``min_area`` m². The format goes by ``output``'s ending (.gpkg, .geojson, .shp,
    .fgb). Fields: class (text), value (integer), area_m2 (in squared map units where the
    raster has no CRS). The raster is read a row at a time; the polygons are held until written. Raises
    InputError, OutputError, Cancelled.
    """
    target = Path(output)
    driver = driver_of(target)
    names = {value: one_line(name) for value, name, _ in classes if value not in skip}
    part = Part(target)
    try:
        with open_raster(str(class_raster)) as raster, part.guard(*VECTOR_ERRORS), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            grid = Grid(raster.crs.to_wkt() if raster.crs else None, raster.transform, raster.height, raster.width)
            # Batches are appended to a GeoPackage, since other formats cannot be appended to; then converted.
            package = part if driver == "GPKG" else Part(target, scratch=".gpkg")
            try:
                count = 0
                for batch in _batches(_traced(raster, names, report), BATCH):
                    count += _write(package.path, layer_name(target), grid, names, min_area, batch, count > 0)
                if not count:
                    _write(package.path, layer_name(target), grid, names, min_area, [], False)
                if package is not part:
                    with pyogrio.raw.open_arrow(package.path, use_pyarrow=False) as (_, stream):
                        pyogrio.raw.write_arrow(
                            stream,
                            part.path,
                            driver=driver,
                            layer=target.stem,
                            geometry_type="Polygon",
                            geometry_name="geom",
                            crs=grid.crs,
                        )
                written = pyogrio.read_info(part.path, force_feature_count=True)["features"]
                if written != count:
                    raise part.failure(f"{written} of {count} polygons arrived")
            finally:
                if package is not part:
                    package.discard()
        part.commit()
        return count
    except BaseException:
        part.discard()
        raise


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


def _traced(raster: rasterio.DatasetReader, names: Collection[int], report: Report) -> Iterator[tuple[int, list[Ring]]]:
    """(value, rings in map coordinates) of each polygon of the wanted values."""
    report.check()
    with open_raster(_wanted(raster, names)) as wanted:
        traced = shapes(rasterio.band(raster, 1), mask=rasterio.band(wanted, 1), connectivity=4)
        for i, (geometry, value) in enumerate(traced):
            if i % 1000 == 0:
                report.check()
            yield int(value), [np.array(ring) for ring in geometry["coordinates"]]


def _wanted(raster: rasterio.DatasetReader, values: Collection[int]) -> str:
    """A virtual raster that is 1 where the raster has one of the values, made row by row as it is read."""
    last = 255 if raster.dtypes[0] == "uint8" else 65535
    # A lookup table is linear between its entries: one on either side of each value keeps it sharp.
    table = {key: 0 for value in values for key in (value - 1, value + 1)} | {-1: 0, last + 1: 0}
    table |= dict.fromkeys(values, 1)
    lut = ",".join(f"{key}:{table[key]}" for key in sorted(table))
    return (
        f'<VRTDataset rasterXSize="{raster.width}" rasterYSize="{raster.height}">'
        f'<VRTRasterBand dataType="Byte" band="1"><ComplexSource>'
        f'<SourceFilename relativeToVRT="0">{_escaped(raster.name)}</SourceFilename>'
        f"<SourceBand>1</SourceBand>"
        f"<LUT>{lut}</LUT></ComplexSource></VRTRasterBand></VRTDataset>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _batches(items: Iterable, size: int) -> Iterator[list]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _write(
    path: Path,
    layer: str,
    grid: Grid,
    names: dict[int, str],
    min_area: float,
    polygons: list[tuple[int, list[Ring]]],
    append: bool,
) -> int:
    areas = _areas([rings for _, rings in polygons], grid)
    kept = [i for i, area in enumerate(areas) if area >= min_area]
    if append and not kept:
        return 0
    values = np.array([polygons[i][0] for i in kept], np.int32)
    geometry = np.empty(len(kept), object)
    geometry[:] = polygons_wkb([polygons[i][1] for i in kept])
    pyogrio.raw.write(
        path,
        geometry,
        [np.array([names[value] for value in values], object), values, areas[kept]],
        ["class", "value", "area_m2"],
        layer=layer,
        driver="GPKG",
        geometry_type="Polygon",
        crs=grid.crs,
        append=append,
        dataset_options=None if append else PACKAGE_OPTIONS,
    )
    return len(kept)


def _areas(polygons: list[list[Ring]], grid: Grid) -> NDArray[np.float64]:
    """Area of each polygon in m², from an equal-area projection about the grid's centre."""
    longest = LONGEST_EDGE * min(math.hypot(*grid.transform[:5:3]), math.hypot(*grid.transform[1:5:3]))
    rings = [_bent(ring, longest) if grid.crs else ring for polygon in polygons for ring in polygon]
    if not rings:
        return np.zeros(0)
    x, y = np.concatenate(rings).T
    unit = local_unit(grid.crs)
    if unit is None:
        x, y = project(x, y, grid.crs, _equal_area(grid))
    else:
        x, y = unit * x, unit * y
    ends = np.cumsum([len(ring) for ring in rings])
    x0, y0 = (
        np.repeat(x[ends - 1], np.diff(ends, prepend=0)),
        np.repeat(y[ends - 1], np.diff(ends, prepend=0)),
    )
    x, y = x - x0, y - y0  # small numbers: products of coordinates would lose digits
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    cross[ends - 1] = 0  # from one ring to the next
    ring_areas = np.abs(np.add.reduceat(cross, ends - np.diff(ends, prepend=0))) / 2
    counts = np.array([len(polygon) for polygon in polygons])
    first = np.cumsum(counts) - counts
    return 2 * ring_areas[first] - np.add.reduceat(ring_areas, first)  # the outer ring less its holes


def _equal_area(grid: Grid) -> str | None:
    if grid.crs is None:
        return None
    x, y = apply(grid.transform, np.array([grid.width / 2]), np.array([grid.height / 2]))
    lon, lat = (float(value[0]) for value in project(x, y, grid.crs, "EPSG:4326"))
    if crs_of(grid.crs).is_geographic:  # meridians and parallels stay straight, the whole globe fits
        return f"+proj=cea +lon_0={lon} +datum=WGS84 +units=m +over"
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"


def _bent(ring: Ring, longest: float) -> Ring:
    """The ring with points added along the edges that are longer than ``longest`` map units."""
    lengths = np.hypot(*np.diff(ring, axis=0).T)
    if lengths.max() <= longest:
        return ring
    pieces = np.ceil(lengths / longest).astype(int)
    position = np.concatenate([i + np.arange(n) / n for i, n in enumerate(pieces)] + [[len(pieces)]])
    return np.column_stack([np.interp(position, np.arange(len(ring)), axis) for axis in ring.T])


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
