"""Raster layers as the worker reads them: by path where GDAL can open it, else copied through QGIS's
provider.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsPalettedRasterRenderer,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRectangle,
)

from ...engine.cards.card import Input, match_bands
from ...engine.products.matching import model_bands
from .. import compat
from ..products import product_of, product_text
from .render import Rendering, band_description, copying, has_size, is_image, is_scaled

Spec = dict[str, Any]  # {"path", "bands", "nodata", "palette"}: an engine Layer in a job
FORMATS = frozenset(  # GDAL's drivers that Rasterio's wheels read with; what only QGIS's GDAL opens is copied
    {
        "AAIGrid",
        "AIG",
        "BAG",
        "BIGGIF",
        "BMP",
        "BSB",
        "BT",
        "COG",
        "DIMAP",
        "DTED",
        "EHdr",
        "ENVI",
        "ERS",
        "ESRIC",
        "FIT",
        "GIF",
        "GPKG",
        "GRASSASCIIGrid",
        "GRIB",
        "GS7BG",
        "GSAG",
        "GSBG",
        "GTX",
        "GTiff",
        "GXF",
        "HDF5",
        "HDF5Image",
        "HF2",
        "HFA",
        "ILWIS",
        "ISCE",
        "ISIS3",
        "JPEG",
        "KMLSUPEROVERLAY",
        "LCP",
        "MBTiles",
        "MEM",
        "MFF",
        "MRF",
        "NITF",
        "NTv2",
        "NWT_GRC",
        "NWT_GRD",
        "OZI",
        "PAux",
        "PCIDSK",
        "PCRaster",
        "PDS",
        "PDS4",
        "PNG",
        "PNM",
        "PRF",
        "RMF",
        "ROI_PAC",
        "RRASTER",
        "RS2",
        "RST",
        "Rasterlite",
        "SAFE",
        "SAGA",
        "SENTINEL2",
        "SGI",
        "SNODAS",
        "SRTMHGT",
        "STACIT",
        "STACTA",
        "TGA",
        "TIL",
        "TSX",
        "Terragen",
        "USGSDEM",
        "VICAR",
        "VRT",
        "WCS",
        "WEBP",
        "WMS",
        "WMTS",
        "XPM",
        "XYZ",
        "ZMap",
        "Zarr",
        "netCDF",
    }
)


@dataclass(frozen=True)
class RasterUse:
    """A raster layer and the bands (from 1) that the model takes from it; ``parameter`` is where it was
    given, ``warning`` is told to the person. ``palette``: the bands are 1 red, 2 green, 3 blue of its palette.
    """

    parameter: str
    layer: QgsRasterLayer
    bands: tuple[int, ...]
    warning: str = ""
    palette: bool = False


class PreparedRaster:
    """A layer made ready on the main thread, so that ``spec`` may be called on another.

    ``nodata``: a number, as stored, that is nodata besides what the layer says.
    """

    def __init__(self, use: RasterUse, nodata: float | None = None):
        layer, provider = use.layer, use.layer.dataProvider()
        self._bands, self._palette = use.bands, use.palette
        self._product = product_text(layer)
        if self._product:  # the worker reads it by its name
            self._path, self._changes, self._nodata, self._rendering = self._product, None, [nodata], None
            return
        self._crs = layer.crs()
        self._path = _path(layer)
        self._changes = _Changes.of(layer)
        read = (data_bands(layer)[0][0],) if use.palette else use.bands
        own = _user_nodata(provider, read)
        self._nodata = own if nodata is None or own is None else [nodata if v is None else v for v in own]
        # Several nodata values in one band, or a range, are known to QGIS's own reading only; so are the person's in
        # a band with a scale, since they are values and not stored numbers.
        clash = nodata is not None and own is not None and any(v not in (None, nodata) for v in own)
        as_values = own is not None and any(v is not None and is_scaled(provider, n) for n, v in zip(read, own))
        if self._path is None or own is None or clash or as_values or not opens_elsewhere(self._path):
            self._rendering = Rendering(layer, read, nodata, use.palette)
        else:
            self._rendering = None

    @property
    def is_copied(self) -> bool:
        """Whether the layer has to be copied for the worker."""
        return self._rendering is not None

    def spec(self, folder: Path, extent: QgsRectangle | None, resolution: float | None, feedback) -> Spec:
        """The layer in a job. What has to be copied is copied into ``folder``: the part in ``extent`` (in the
        layer's CRS), web maps at ``resolution`` (metres a pixel). QgsProcessingException where it cannot be
        read.
        """
        if self._rendering is not None:
            spec = self._rendering.write(folder, extent, resolution, feedback)
        else:
            if self._product:
                return {"path": self._product, "bands": list(self._bands), "nodata": self._nodata[0]}
            path = self._changes.applied(self._path, self._crs, folder) if self._changes else self._path
            nodata = self._nodata if any(value is not None for value in self._nodata) else None
            spec = {"path": path, "bands": list(self._bands), "nodata": nodata}
        return {**spec, "bands": list(self._bands), "palette": True} if self._palette else spec


def opens_elsewhere(path: str) -> bool:
    """Whether the worker's GDAL can open what this one opens, and place it: its formats, and no control points."""
    from osgeo import gdal

    try:
        dataset = gdal.OpenEx(path, gdal.OF_RASTER)
        if dataset is None:
            return True  # open options may be needed; the worker says what is wrong
        parts = [gdal.IdentifyDriverEx(part, gdal.OF_RASTER) for part in dataset.GetFileList() or ()]
    except RuntimeError:  # as above, where GDAL raises exceptions
        return True
    by_points = dataset.GetGCPCount() > 0 and dataset.GetGeoTransform(can_return_null=True) is None
    names = {dataset.GetDriver().ShortName, *(part.ShortName for part in parts if part is not None)}
    return not by_points and all(name in FORMATS or name.startswith("JP2") for name in names)


def data_bands(layer: QgsRasterLayer) -> list[tuple[int, str]]:
    """(number, description) of each band that is not alpha; a web map has Red, Green and Blue."""
    product = product_of(layer)
    if product is not None:
        return list(enumerate(product.descriptions, 1))
    provider = layer.dataProvider()
    if is_image(provider):
        return [(1, "Red"), (2, "Green"), (3, "Blue")]
    numbers = range(1, provider.bandCount() + 1)
    return [(n, band_description(provider, n)) for n in numbers if provider.colorInterpretation(n) != compat.ALPHA_BAND]


def colours(layer: QgsRasterLayer) -> list[str]:
    """What each band of ``data_bands`` shows by its colour interpretation: red, green or blue; '' for anything else."""
    if product_text(layer):
        return [""] * len(data_bands(layer))
    provider = layer.dataProvider()
    if is_image(provider):
        return ["red", "green", "blue"]
    return [compat.SHOWN.get(provider.colorInterpretation(n), "") for n, _ in data_bands(layer)]


def is_paletted(layer: QgsRasterLayer) -> bool:
    """Whether the layer's one band holds the numbers of a palette."""
    if product_text(layer):
        return False
    provider = layer.dataProvider()
    bands = [] if is_image(provider) else data_bands(layer)
    return len(bands) == 1 and provider.colorInterpretation(bands[0][0]) == compat.PALETTE


def matched_bands(layer: QgsRasterLayer, wanted: Input) -> tuple[int, ...]:
    """The places (from 1) in ``data_bands`` of the bands that a model's input takes, by name. MismatchError."""
    product = product_of(layer)
    if product is not None:
        return model_bands(wanted, product)
    return match_bands(wanted, [text for _, text in data_bands(layer)], -1)


def needs_extent(layer: QgsRasterLayer) -> bool:
    """Whether the layer has no pixels of its own, as web maps, so that an area must be chosen."""
    return not has_size(layer.dataProvider())


def renderer_names(layer: QgsRasterLayer) -> dict[str, str]:
    """Value to name of a paletted layer's classes, where the user or the file names them."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsPalettedRasterRenderer):
        return {}
    found = ((item.value, item.label.strip()) for item in renderer.classes())
    return {str(int(value)): label for value, label in found if label and not _is_number(label) and value == int(value)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def set_date(layer: QgsRasterLayer) -> str:
    """When the layer was taken, by its product or temporal properties, as yyyy-mm-dd; '' if it is not known."""
    product = product_of(layer)
    if product is not None and product.date:
        return product.date
    begin = layer.temporalProperties().fixedTemporalRange().begin()
    if layer.temporalProperties().isActive() and begin.isValid():
        return begin.date().toString("yyyy-MM-dd")
    return ""


def wkt(crs: QgsCoordinateReferenceSystem) -> str | None:
    """The CRS as the engine takes it; None if it is not valid."""
    return crs.toWkt(compat.WKT) if crs.isValid() else None


def _path(layer: QgsRasterLayer) -> str | None:
    """What GDAL opens in another process, or None if only this one can read the layer."""
    provider = layer.dataProvider()
    if layer.providerType() != "gdal":
        return None
    uri = provider.dataSourceUri()
    parts = QgsProviderRegistry.instance().decodeUri("gdal", uri)
    if parts.get("authcfg") or "authcfg=" in uri or "/vsimem/" in uri:
        return None
    path = uri.split("|option:", 1)[0]
    return os.path.abspath(path) if os.path.exists(path) else path


def _user_nodata(provider, bands: Sequence[int]) -> list[float | None] | None:
    """The person's nodata value of each band; None where one value a band cannot say it."""
    values: list[float | None] = []
    for band in bands:
        ranges = provider.userNoDataValues(band) if not is_image(provider) else []
        if len(ranges) > 1 or any(item.min() != item.max() for item in ranges):
            return None
        value = ranges[0].min() if ranges else None
        values.append(value if value is None or math.isfinite(value) else None)
    return values


@dataclass(frozen=True)
class _Changes:
    """What the person set in the layer that its file does not say; a small VRT tells it to the worker."""

    crs: bool
    options: tuple[str, ...]
    ignored_nodata: tuple[int, ...]

    @classmethod
    def of(cls, layer: QgsRasterLayer) -> _Changes | None:
        provider = layer.dataProvider()
        if layer.providerType() != "gdal":
            return None
        parts = QgsProviderRegistry.instance().decodeUri("gdal", provider.dataSourceUri())
        numbers = range(1, provider.bandCount() + 1)
        changes = cls(
            crs=layer.crs().isValid() and layer.crs() != provider.crs(),
            options=tuple(parts.get("openOptions") or ()),
            ignored_nodata=tuple(
                n for n in numbers if provider.sourceHasNoDataValue(n) and not provider.useSourceNoDataValue(n)
            ),
        )
        return changes if changes != cls(False, (), ()) else None

    def applied(self, path: str, crs: QgsCoordinateReferenceSystem, folder: Path) -> str:
        from osgeo import gdal

        target = str(folder / f"layer{len(list(folder.iterdir()))}.vrt")
        with copying(target):
            source = gdal.OpenEx(path, gdal.OF_RASTER | gdal.OF_VERBOSE_ERROR, open_options=list(self.options))
            vrt = source and gdal.GetDriverByName("VRT").CreateCopy(target, source)
            if vrt is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
        if self.crs:
            vrt.SetProjection(wkt(crs))
        for number in self.ignored_nodata:
            vrt.GetRasterBand(number).DeleteNoDataValue()
        vrt.FlushCache()
        return target
