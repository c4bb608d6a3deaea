"""How results are shown in QGIS: named, grouped, in the colours of their classes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsDistanceArea,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
)
from qgis.PyQt.QtGui import QColor

from . import compat

Classes = Sequence[Mapping[str, Any]]  # "value", "name", "color" of each

# QGIS keeps no reference to a post-processor, so this does; old ones go by themselves.
_alive: deque[QgsProcessingLayerPostProcessorInterface] = deque(maxlen=100)


class _Styler(QgsProcessingLayerPostProcessorInterface):
    """Gives a loaded layer the names and colours of its classes."""

    def __init__(self, classes: Classes):
        super().__init__()
        self._classes = classes

    def postProcessLayer(self, layer, context, feedback):
        if layer is None or not layer.isValid():
            return
        if layer.type() == compat.RASTER_LAYER:
            layer.setRenderer(class_renderer(layer.dataProvider(), self._classes))
        else:
            layer.setRenderer(polygon_renderer(self._classes))
        layer.triggerRepaint()


def class_renderer(provider, classes: Classes) -> QgsPalettedRasterRenderer:
    """A paletted renderer for band 1 of a class raster."""
    entries = [
        QgsPalettedRasterRenderer.Class(item["value"], QColor(item["color"]), item["name"])
        for item in classes
    ]
    return QgsPalettedRasterRenderer(provider, 1, entries)


def polygon_renderer(classes: Classes) -> QgsCategorizedSymbolRenderer:
    """A categorised renderer for the polygons' field 'value'."""
    categories = []
    for item in classes:
        color = QColor(item["color"])
        symbol = QgsFillSymbol.createSimple(
            {"color": color.name(), "outline_color": color.darker(150).name(), "outline_width": "0.26"}
        )
        symbol.setOpacity(0.7)
        categories.append(QgsRendererCategory(item["value"], symbol, item["name"]))
    return QgsCategorizedSymbolRenderer("value", categories)


def show(
    context: QgsProcessingContext, path: str, label: str, name: str, group: str, classes: Classes = ()
) -> None:
    """Arranges for a result that QGIS is going to load: its name, group (QGIS 3.32 and newer) and style.

    ``label``: the output's own label; a layer that was given another name, as in a model, keeps it.
    """
    if not path or not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    if details.name in ("", label):
        details.name = name
    if hasattr(details, "groupName") and not details.groupName:
        details.groupName = group
    if classes:
        styler = _Styler(classes)
        _alive.append(styler)
        details.setPostProcessor(styler)


def pixel_area(layer, context: QgsProcessingContext) -> float:
    """Area of the pixel at the centre of a raster layer in square metres, on the ellipsoid; without a CRS in
    square map units.
    """
    extent = layer.extent()
    if not layer.crs().isValid():
        return layer.rasterUnitsPerPixelX() * layer.rasterUnitsPerPixelY()
    measure = QgsDistanceArea()
    measure.setSourceCrs(layer.crs(), context.transformContext())
    measure.setEllipsoid(layer.crs().ellipsoidAcronym() or "EPSG:7030")

    x, y = extent.center().x(), extent.center().y()
    half_x, half_y = layer.rasterUnitsPerPixelX() / 2, layer.rasterUnitsPerPixelY() / 2
    corners = [
        (x - half_x, y - half_y),
        (x + half_x, y - half_y),
        (x + half_x, y + half_y),
        (x - half_x, y + half_y),
    ]
    return measure.measureArea(QgsGeometry.fromPolygonXY([[QgsPointXY(*corner) for corner in corners]]))
