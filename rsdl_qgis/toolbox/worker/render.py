"""Copies what only QGIS can read (web maps, WCS, databases …) block by block into a temporary GeoTIFF."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingException,
    QgsRasterBlock,
    QgsRasterBlockFeedback,
    QgsRasterLayer,
    QgsRasterNuller,
    QgsRasterRange,
    QgsRectangle,
    QgsUnitTypes,
)
from qgis.PyQt.QtGui import QImage

from .. import compat
from ..text import tr

BLOCK = 1024  # pixels
SAME = 0.01  # relative difference of resolutions that counts as none
METRES_PER_DEGREE = 111_320.0
ROUNDING = 1e-7  # relative, of a number in 32 bits
FLOATS = (Qgis.DataType.Float32, Qgis.DataType.Float64)


def is_image(provider) -> bool:
    """Whether the provider gives coloured pictures, not values."""
    return provider.dataType(1) in (Qgis.DataType.ARGB32, Qgis.DataType.ARGB32_Premultiplied)


def has_size(provider) -> bool:
    """Whether the layer consists of a known number of pixels."""
    return bool(provider.capabilities() & compat.HAS_SIZE) and provider.xSize() > 0


def is_scaled(provider, band: int) -> bool:
    """Whether QGIS gives a band's values by a scale and an offset, so that they are not the stored numbers."""
    return not is_image(provider) and (provider.bandScale(band) != 1 or provider.bandOffset(band) != 0)


def band_description(provider, number: int) -> str:
    """What a band is called; '' where it has no description. QGIS says 'Band 3: B8' in the person's language."""
    match = re.match(r"^\D*\d+(?:\s*:\s*(.*))?$", provider.generateBandName(number), re.DOTALL)
    return (match.group(1) or "") if match else ""


@dataclass(frozen=True)
class _Area:
    """A north-up grid: upper left corner, pixel size in map units, size in pixels."""

    left: float
    top: float
    pixel: tuple[float, float]
    width: int
    height: int

    def block(self, column: int, row: int, width: int, height: int) -> QgsRectangle:
        x, y = self.pixel
        left, top = self.left + column * x, self.top - row * y
        return QgsRectangle(left, top - height * y, left + width * x, top)


class Rendering:
    """A layer to be copied. Made on the main thread, written on any: it reads through a provider of its
    own. ``nodata``: a stored number that is nodata, too; ``palette``: the colours of the one band are copied with it.
    """

    def __init__(self, layer: QgsRasterLayer, bands: Sequence[int], nodata: float | None = None, palette: bool = False):
        provider = layer.dataProvider()
        self._name = layer.name()
        self._crs = layer.crs()
        self._extent = layer.extent()
        self._image = is_image(provider)
        self._bands = tuple(bands)
        self._sized = has_size(provider)
        self._provider = provider.clone()
        self._told = nodata
        self._colours = provider.colorTable(self._bands[0]) if palette else []
        if nodata is not None and not self._image:
            for band in self._bands:
                ranges = [*provider.userNoDataValues(band), _range_of(nodata, provider, band)]
                self._provider.setUserNoDataValue(band, ranges)

    def write(self, folder: Path, extent: QgsRectangle | None, resolution: float | None, feedback) -> dict[str, Any]:
        """Copies the part in ``extent`` (layer's CRS; None = all of it) and returns its layer spec for a job.

        A layer with pixels of its own is copied as it is; a web map is drawn at ``resolution`` (metres a
        pixel).
        """
        from osgeo import gdal

        area = self._area(extent, resolution)
        kind = gdal.GDT_Byte if self._image else self._common_type()
        count = 4 if self._image else len(self._bands)
        needed = area.width * area.height * count * gdal.GetDataTypeSize(kind) // 8
        if needed > shutil.disk_usage(folder).free:
            raise QgsProcessingException(
                tr(
                    "Copying '{layer}' takes {size:.1f} GB, more than is free in {folder}. Choose a smaller area."
                ).format(layer=self._name, size=needed / 1e9, folder=folder)
            )
        path = str(folder / f"layer{len(list(folder.iterdir()))}.tif")
        with copying(path):
            file = gdal.GetDriverByName("GTiff").Create(
                path,
                area.width,
                area.height,
                count,
                kind,
                ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "BIGTIFF=IF_SAFER"],
            )
            if file is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
        file.SetGeoTransform((area.left, area.pixel[0], 0.0, area.top, 0.0, -area.pixel[1]))
        if self._crs.isValid():
            file.SetProjection(self._crs.toWkt(compat.WKT))
        if self._image:
            file.GetRasterBand(4).SetColorInterpretation(gdal.GCI_AlphaBand)
        else:  # some encoders find their bands by these
            for target, number in enumerate(self._bands, 1):
                file.GetRasterBand(target).SetDescription(band_description(self._provider, number))
        if self._colours:
            file.GetRasterBand(1).SetRasterColorTable(_colour_table(self._colours))
        feedback.pushInfo(
            tr("Reading '{layer}': {width} x {height} pixels.").format(
                layer=self._name, width=area.width, height=area.height
            )
        )
        nodata = None if self._image else [self._nodata(number) for number in self._bands]
        self._copy(file, area, nodata, kind, feedback)
        with copying(path):
            file.FlushCache()
        if self._image:
            return {"path": path, "bands": list(self._bands), "nodata": self._told}
        known = [None if value is None or math.isnan(value) else value for value in nodata]
        return {
            "path": path,
            "bands": list(range(1, count + 1)),
            "nodata": known if any(value is not None for value in known) else None,
        }

    def _area(self, extent: QgsRectangle | None, resolution: float | None) -> _Area:
        """The pixels to copy, on the layer's own pixel grid where it has one."""
        whole = self._extent
        if self._sized:
            pixel = (whole.width() / self._provider.xSize(), whole.height() / self._provider.ySize())
            wanted = whole if extent is None else extent.intersect(whole)
        else:
            if extent is None:
                raise QgsProcessingException(
                    tr("The layer '{layer}' has no extent of its own. Choose the area to map.").format(layer=self._name)
                )
            wanted = extent.intersect(whole) if not whole.isEmpty() else extent
            pixel = self._drawn_pixel(wanted, resolution)
        if wanted.isEmpty():
            raise QgsProcessingException(
                tr(
                    "The area to map ({area}) does not touch the layer '{layer}' ({whole}). Choose another area."
                ).format(area=extent.toString(2), layer=self._name, whole=whole.toString(2))
            )
        first_column = math.floor((wanted.xMinimum() - whole.xMinimum()) / pixel[0] + 1e-6)
        first_row = math.floor((whole.yMaximum() - wanted.yMaximum()) / pixel[1] + 1e-6)
        last_column = math.ceil((wanted.xMaximum() - whole.xMinimum()) / pixel[0] - 1e-6)
        last_row = math.ceil((whole.yMaximum() - wanted.yMinimum()) / pixel[1] - 1e-6)
        return _Area(
            whole.xMinimum() + first_column * pixel[0],
            whole.yMaximum() - first_row * pixel[1],
            pixel,
            max(1, last_column - first_column),
            max(1, last_row - first_row),
        )

    def _drawn_pixel(self, extent: QgsRectangle, resolution: float | None) -> tuple[float, float]:
        """Pixel size in map units at which a web map is drawn: the model's, or the finest that the server
        has.
        """
        native = [value for value in self._provider.nativeResolutions() if value > 0]
        if resolution is None:
            if not native:
                raise QgsProcessingException(
                    tr(
                        "Neither the model nor the layer '{layer}' has a resolution. Save the layer to a file first."
                    ).format(layer=self._name)
                )
            return min(native), min(native)
        if self._crs.mapUnits() == compat.DEGREES:
            y = resolution / METRES_PER_DEGREE
            x = y / max(0.01, math.cos(math.radians(extent.center().y())))
            return x, y
        size = resolution * QgsUnitTypes.fromUnitToUnitFactor(compat.METERS, self._crs.mapUnits())
        near = min(native, key=lambda value: abs(value - size), default=size)
        size = near if abs(near - size) <= SAME * size else size
        return size, size

    def _common_type(self) -> int:
        """The GDAL type that holds all bands; QGIS numbers its types as GDAL does."""
        kinds = {compat.integer(self._provider.dataType(number)) for number in self._bands}
        if len(kinds) == 1:
            return kinds.pop()
        small = {compat.integer(kind) for kind in (Qgis.DataType.Byte, Qgis.DataType.Int16, Qgis.DataType.UInt16)}
        return compat.integer(Qgis.DataType.Float32 if kinds <= small else Qgis.DataType.Float64)

    def _nodata(self, number: int) -> float | None:
        """A value that is nodata in the band already, so that no pixel is lost to it; None if there is
        none. NaN in a band with a scale, whose nodata is a stored number and might be another's value.
        """
        provider = self._provider
        if is_scaled(provider, number):
            return math.nan
        if provider.sourceHasNoDataValue(number) and provider.useSourceNoDataValue(number):
            return provider.sourceNoDataValue(number)
        ranges = provider.userNoDataValues(number)
        return next((v for item in ranges for v in (item.min(), item.max()) if math.isfinite(v)), None)

    def _copy(self, file, area: _Area, nodata: list[float | None] | None, kind: int, feedback) -> None:
        reader = QgsRasterNuller()
        reader.setInput(self._provider)
        for number, value in zip(self._bands, nodata or ()):
            if value is not None:
                reader.setOutputNoDataValue(number, value)
        watch = QgsRasterBlockFeedback()
        feedback.canceled.connect(watch.cancel)
        corners = [(c, r) for r in range(0, area.height, BLOCK) for c in range(0, area.width, BLOCK)]
        for done, (column, row) in enumerate(corners):
            if feedback.isCanceled():
                raise QgsProcessingException(tr("The job was cancelled."))
            width, height = min(BLOCK, area.width - column), min(BLOCK, area.height - row)
            rectangle = area.block(column, row, width, height)
            for target, number in enumerate((1,) if self._image else self._bands, 1):
                block = reader.block(number, rectangle, width, height, watch)
                if feedback.isCanceled():
                    raise QgsProcessingException(tr("The job was cancelled."))
                if block is None or not block.isValid() or watch.errors():
                    raise QgsProcessingException(
                        tr("The layer '{layer}' cannot be read: {reason}").format(
                            layer=self._name,
                            reason="; ".join(watch.errors()) or tr("the server gave no data."),
                        )
                    )
                if self._image:
                    for band, plane in enumerate(_planes(block), 1):
                        _write(file, band, column, row, width, height, plane, kind)
                else:
                    block.convert(Qgis.DataType(kind))
                    _write(file, target, column, row, width, height, bytes(block.data()), kind)
            feedback.setProgress(100 * (done + 1) / len(corners))


@contextmanager
def copying(path: str):
    """What fails with GDAL in here is said in a sentence. Newer releases of QGIS have GDAL raise RuntimeError; for
    older ones, where calls give None, the caller does.
    """
    try:
        yield
    except RuntimeError as error:
        raise QgsProcessingException(
            tr("The temporary copy {path} cannot be created: {reason}").format(path=path, reason=error)
        ) from None


def _write(file, band: int, column: int, row: int, width: int, height: int, data: bytes, kind: int) -> None:
    try:
        failed = file.GetRasterBand(band).WriteRaster(column, row, width, height, data, buf_type=kind) != 0
    except RuntimeError:
        failed = True
    if failed:
        raise QgsProcessingException(tr("The temporary copy of a layer cannot be written. Is the disk full?"))


def _range_of(nodata: float, provider, band: int) -> QgsRasterRange:
    """A stored number among the values that QGIS gives for a band; these may be rounded to 32 bits."""
    value = nodata * provider.bandScale(band) + provider.bandOffset(band)
    whole = not is_scaled(provider, band) and provider.dataType(band) not in FLOATS
    near = 0.0 if whole else ROUNDING * abs(value)
    return QgsRasterRange(value - near, value + near)


def _colour_table(entries):
    """GDAL's form of the colours that QGIS knows of a paletted band."""
    from osgeo import gdal

    table = gdal.ColorTable()
    for item in entries:
        table.SetColorEntry(int(item.value), item.color.getRgb())
    return table


def _planes(block: QgsRasterBlock) -> list[bytes]:
    """Red, green, blue and alpha of a coloured block."""
    image = block.image().convertToFormat(QImage.Format.Format_RGBA8888)
    data = image.constBits().asstring(image.bytesPerLine() * image.height())
    return [data[channel::4] for channel in range(4)]
