"""How features look: three of them as red, green and blue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import (
    Qgis,
    QgsContrastEnhancement,
    QgsFillSymbol,
    QgsMultiBandColorRenderer,
    QgsProperty,
    QgsRasterLayer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from .. import compat
from .styles import Style

COLOURS = 3
Shown = Sequence[Mapping[str, Any]]  # "feature" (from 1), "low" and "high" of each colour


def in_bands(shown: Shown) -> Style:
    """Bands of a raster of features as colours, stretched between their ends."""

    def style(layer: QgsRasterLayer) -> None:
        renderer = QgsMultiBandColorRenderer(None, *(item["feature"] for item in shown))
        setters = (
            renderer.setRedContrastEnhancement,
            renderer.setGreenContrastEnhancement,
            renderer.setBlueContrastEnhancement,
        )
        for item, give in zip(shown, setters):
            stretch = QgsContrastEnhancement(Qgis.DataType.Float32)
            stretch.setMinimumValue(item["low"])
            stretch.setMaximumValue(item["high"])
            stretch.setContrastEnhancementAlgorithm(
                QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
            )
            give(stretch)
        layer.setRenderer(renderer)

    return style


def in_fields(shown: Shown) -> Style:
    """Polygons whose fields of features are their colours; those without features have an outline alone."""

    def style(layer: QgsVectorLayer) -> None:
        parts = [
            f'scale_linear("f{item["feature"]}", {item["low"]!r}, {max(item["high"], item["low"] + 1e-9)!r}, 0, 255)'
            for item in shown
        ]
        symbol = QgsFillSymbol.createSimple({"color": "0,0,0,0", "outline_color": "#888888", "outline_width": "0.26"})
        fill = QgsProperty.fromExpression(f"color_rgb({', '.join(parts)})")
        symbol.symbolLayer(0).setDataDefinedProperty(compat.FILL_COLOR, fill)
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))

    return style
