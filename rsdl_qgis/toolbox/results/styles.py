"""How results are shown in QGIS: named, grouped, in the colours of their classes or along a ramp."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsColorRampLegendNodeSettings,
    QgsColorRampShader,
    QgsDistanceArea,
    QgsFillSymbol,
    QgsGeometry,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsPalLayerSettings,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingLayerPostProcessorInterface,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRasterShader,
    QgsRendererCategory,
    QgsSingleBandPseudoColorRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from ...engine.files.text import one_line
from .. import compat
from ..text import tr

Classes = Sequence[Mapping[str, Any]]  # "value", "name", "color" of each
Style = Callable[[QgsMapLayer], None]  # gives a layer its renderer

RAMP = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")  # viridis: even to the eye, and for the colour-blind
SPREAD = 2.0  # standard deviations from a map's mean that a ramp spans on either side

RASTERS = (".tif", ".tiff")

# QGIS keeps no reference to a post-processor, so this does, until it has done its work: a batch may have any number.
_alive: list[_Styler] = []


class _Styler(QgsProcessingLayerPostProcessorInterface):
    """Gives a loaded layer its style."""

    def __init__(self, style: Style):
        super().__init__()
        self._style = style
        self.is_done = False

    def postProcessLayer(self, layer, context, feedback):
        self.is_done = True
        if layer is None or not layer.isValid():
            return
        self._style(layer)
        layer.triggerRepaint()


def opened(path: str) -> QgsMapLayer | None:
    """A result as a layer in QGIS's own style, None where QGIS cannot open it. Asks the person nothing."""
    is_raster = Path(path).suffix.lower() in RASTERS
    kind, provider = (QgsRasterLayer, "gdal") if is_raster else (QgsVectorLayer, "ogr")
    options = kind.LayerOptions(loadDefaultStyle=False)
    options.skipCrsValidation = True  # it would ask the person
    source = QgsProviderRegistry.instance().encodeUri(provider, {"path": path})
    layer = kind(source, Path(path).stem, provider, options)
    return layer if layer.isValid() else None


def in_classes(classes: Classes) -> Style:
    """The names and colours of classes, for a class raster or polygons."""

    def style(layer: QgsMapLayer) -> None:
        if layer.type() == compat.RASTER_LAYER:
            layer.setRenderer(class_renderer(classes))
        else:
            layer.setRenderer(polygon_renderer(classes))

    return style


def in_scenes(classes: Classes, several: bool) -> Style:
    """Scenes in the colours of their classes, or of the likeliest of ``several`` labels, and labelled with them."""

    def style(layer: QgsMapLayer) -> None:
        layer.setRenderer(scene_renderer(classes, several))
        layer.setLabeling(QgsVectorLayerSimpleLabeling(scene_labels()))
        layer.setLabelsEnabled(True)

    return style


def in_objects(classes: Classes) -> Style:
    """Outlines in the colours of the objects' classes, labelled with class and score."""

    def style(layer: QgsMapLayer) -> None:
        layer.setRenderer(object_renderer(classes))
        layer.setLabeling(QgsVectorLayerSimpleLabeling(scene_labels()))
        layer.setLabelsEnabled(True)

    return style


def along_ramp(low: float, high: float, unit: str = "", band: int = 1) -> Style:
    """A colour ramp for a band's numbers; those below ``low`` or above ``high`` have the colours of its ends.

    ``unit`` is shown in the legend.
    """

    def style(layer: QgsMapLayer) -> None:
        layer.setRenderer(ramp_renderer(low, high, unit, band))

    return style


def of_probabilities(classes: Classes) -> Style:
    """A ramp from 0 to 1 for the probability of the first class; of two, of the second, which is what is looked for."""
    return along_ramp(0.0, 1.0, band=2 if len(classes) == 2 else 1)


def spread(statistics: Mapping[str, float]) -> tuple[float, float]:
    """The ends of a ramp over a map's own numbers: two standard deviations to either side of their mean."""
    reach = SPREAD * statistics["stddev"]
    low = max(statistics["minimum"], statistics["mean"] - reach)
    return low, min(statistics["maximum"], statistics["mean"] + reach)


def ramp_renderer(low: float, high: float, unit: str, band: int = 1) -> QgsSingleBandPseudoColorRenderer:
    """A colour ramp over a band from ``low`` to ``high``; the layer that it is set to connects it."""
    first, *between, last = (QColor(name) for name in RAMP)
    stops = [QgsGradientStop((i + 1) / (len(RAMP) - 1), color) for i, color in enumerate(between)]
    ramp = QgsGradientColorRamp(first, last, False, stops)
    function = QgsColorRampShader(low, high, ramp, compat.LINEAR_RAMP, compat.CONTINUOUS_RAMP)
    function.classifyColorRamp()
    if unit:
        legend = QgsColorRampLegendNodeSettings()
        legend.setSuffix(f" {unit}")
        function.setLegendSettings(legend)
    shader = QgsRasterShader(low, high)
    shader.setRasterShaderFunction(function)
    renderer = QgsSingleBandPseudoColorRenderer(None, band, shader)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    return renderer


def class_renderer(classes: Classes) -> QgsPalettedRasterRenderer:
    """A paletted renderer for band 1 of a class raster."""
    entries = [
        QgsPalettedRasterRenderer.Class(item["value"], QColor(item["color"]), one_line(item["name"]))
        for item in classes
    ]
    return QgsPalettedRasterRenderer(None, 1, entries)


def polygon_renderer(classes: Classes) -> QgsCategorizedSymbolRenderer:
    """A categorised renderer for the polygons' field 'value'."""
    categories = [
        QgsRendererCategory(item["value"], class_fill(item["color"]), one_line(item["name"])) for item in classes
    ]
    return QgsCategorizedSymbolRenderer("value", categories)


def object_renderer(classes: Classes) -> QgsCategorizedSymbolRenderer:
    """A categorised renderer for the objects' field 'value': outlines, so that what is inside stays seen."""
    categories = []
    for item in classes:
        symbol = QgsFillSymbol.createSimple({"style": "no", "outline_color": item["color"], "outline_width": "0.5"})
        categories.append(QgsRendererCategory(item["value"], symbol, one_line(item["name"])))
    return QgsCategorizedSymbolRenderer("value", categories)


def scene_renderer(classes: Classes, several: bool) -> QgsCategorizedSymbolRenderer:
    """A categorised renderer for the field 'class', with an outline for what has none."""
    attribute = "array_first(string_to_array(\"class\", '; '))" if several else "class"
    names = [one_line(item["name"]) for item in classes]
    categories = [QgsRendererCategory(name, class_fill(item["color"]), name) for name, item in zip(names, classes)]
    outline = QgsFillSymbol.createSimple({"style": "no", "outline_color": "#888888", "outline_width": "0.26"})
    categories.append(QgsRendererCategory("", outline, tr("no class")))
    return QgsCategorizedSymbolRenderer(attribute, categories)


def scene_labels() -> QgsPalLayerSettings:
    """The class of a scene and its score in per cent, where it has one."""
    labels = QgsPalLayerSettings()
    labels.isExpression = True
    labels.fieldName = (
        "if(\"class\" <> '', replace(\"class\", '; ', '\\n') || '\\n' || round(100 * \"score\") || ' %', '')"
    )
    text = QgsTextFormat()
    text.setSize(8)
    around = QgsTextBufferSettings()
    around.setEnabled(True)
    text.setBuffer(around)
    labels.setFormat(text)
    return labels


def class_fill(name: str) -> QgsFillSymbol:
    """The symbol of polygons of a class of this colour."""
    color = QColor(name)
    symbol = QgsFillSymbol.createSimple(
        {"color": color.name(), "outline_color": color.darker(150).name(), "outline_width": "0.26"}
    )
    symbol.setOpacity(0.7)
    return symbol


def show(
    context: QgsProcessingContext, path: str, label: str, name: str, group: str, style: Style | None = None
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
    if style:
        styler = _Styler(style)
        _alive[:] = [*(one for one in _alive if not one.is_done), styler]
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
