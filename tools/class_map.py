"""A class raster as a picture with its legend, and the area of each class as a table: ``python3 -m tools.class_map MAP
PICTURE``. Areas are true where the raster's coordinate system is equal-area and in metres. Runs in QGIS's Python.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal
from qgis.core import QgsApplication, QgsRasterLayer
from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from .picture import map_settings, render, write_text

SCALE, LEGEND, GAP, LINE = 3, 210, 10, 30  # pixels of the picture a pixel; pixels
HECTARE = 10_000  # square metres


@dataclass(frozen=True)
class Part:
    """A class with its share of the mapped pixels and its area in hectares."""

    name: str
    color: QColor
    share: float
    hectares: float


def main() -> None:
    source, target = (Path(word).resolve() for word in sys.argv[1:3])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsRasterLayer(str(source), source.stem)
    if not layer.isValid():
        raise SystemExit(f"{source} is not a raster that QGIS can read.")
    parts = parts_of(layer)
    draw(layer, parts, target)
    print("| class | hectares | share |\n|---|---|---|")
    for part in sorted(parts, key=lambda part: -part.share):
        print(f"| {part.name} | {part.hectares:,.0f} | {100 * part.share:.1f} % |")
    del layer
    application.exitQgis()


def parts_of(layer: QgsRasterLayer) -> list[Part]:
    """The classes that the map has, by their values."""
    file = gdal.Open(layer.source())  # a band is gone with its file
    counts = file.GetRasterBand(1).GetHistogram(-0.5, 255.5, 256, False, False)
    classes = [item for item in layer.renderer().classes() if item.value != 255 and counts[int(item.value)]]
    total = sum(counts[int(item.value)] for item in classes)
    pixel = layer.rasterUnitsPerPixelX() * layer.rasterUnitsPerPixelY() / HECTARE
    found = [(item, counts[int(item.value)]) for item in classes]
    return [Part(item.label, QColor(item.color), count / total, count * pixel) for item, count in found]


def draw(layer: QgsRasterLayer, parts: list[Part], path: Path) -> None:
    """The map, and the legend beside it."""
    width, height = SCALE * layer.width(), SCALE * layer.height()
    image = QImage(width + LEGEND + 3 * GAP, height + 2 * GAP, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    settings = map_settings(layer)
    settings.setLayers([layer])
    settings.setOutputSize(QSize(width, height))
    painter.drawImage(GAP, GAP, render(settings))
    left = width + 2 * GAP
    for line, part in enumerate(parts):
        top = GAP + line * LINE
        painter.fillRect(QRectF(left, top + 7, 24, 16), part.color)
        write_text(painter, QRectF(left + 32, top, LEGEND - 32, LINE), f"{part.name}, {100 * part.share:.1f} %")
    painter.end()
    if not image.save(str(path), quality=85):
        raise SystemExit(f"{path} cannot be written.")


if __name__ == "__main__":
    main()
