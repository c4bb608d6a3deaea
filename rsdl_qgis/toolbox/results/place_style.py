"""How ranked places look: rings with their ranks."""

from __future__ import annotations

from qgis.core import (
    QgsPalLayerSettings,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)

from .sample_style import OPEN, marker
from .styles import Style


def of_places() -> Style:
    """Rings, so that what is there is seen, labelled with the field 'rank'."""

    def style(layer: QgsVectorLayer) -> None:
        layer.setRenderer(QgsSingleSymbolRenderer(marker(OPEN)))
        labels = QgsPalLayerSettings()
        labels.fieldName = "rank"
        text, around = QgsTextFormat(), QgsTextBufferSettings()
        text.setSize(9)
        around.setEnabled(True)
        text.setBuffer(around)
        labels.setFormat(text)
        layer.setLabeling(QgsVectorLayerSimpleLabeling(labels))
        layer.setLabelsEnabled(True)

    return style
