"""The demo's results as a picture and as a QGIS project: ``python3 -m tools.picture FOLDER``.

FOLDER holds the scene of ``tools.scene`` and the map, ``flood.tif``; it gets ``flood.png`` and ``flood.qgz``.
Runs in QGIS's Python.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsContrastEnhancement,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsMultiBandColorRenderer,
    QgsPalettedRasterRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsReferencedRectangle,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter

PANEL, GAP, TITLE, LEGEND = 440, 10, 30, 44  # pixels
PANELS = (  # (file, title), row by row
    (("s2_before", "Sentinel-2 before"), ("s2_after", "Sentinel-2 after"), ("truth", "True flood")),
    (("s1_before", "Sentinel-1 before"), ("s1_after", "Sentinel-1 after"), ("flood", "Flood map")),
)
CLASSES = ((0, "Not flooded", "#ddd8cc"), (1, "Flood", "#1f6fd0"))
NO_DATA = "#ffffff"
REFLECTANCE = {"B11": (0, 4500), "B8": (0, 5000), "B3": (0, 2500)}  # as red, green, blue; x 10,000
DECIBELS = (-22, -3)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    layers = {name: load(folder / f"{name}.tif", title) for row in PANELS for name, title in row}
    write_project(project, layers, folder / "flood.qgz")
    draw(layers, folder / "flood.png")
    project.clear()
    application.exitQgis()


def load(path: Path, title: str) -> QgsRasterLayer:
    """A layer, styled by what it is."""
    layer = QgsRasterLayer(str(path), title)
    if not layer.isValid():
        raise SystemExit(f"{path} is not a raster that QGIS can read.")
    provider = layer.dataProvider()
    if path.stem.startswith("s2"):
        names = [provider.generateBandName(band).split(": ")[-1] for band in range(1, layer.bandCount() + 1)]
        bands = [names.index(name) + 1 for name in REFLECTANCE]
        renderer = QgsMultiBandColorRenderer(provider, *bands)
        for color, band, limits in zip(("Red", "Green", "Blue"), bands, REFLECTANCE.values()):
            set_stretch = getattr(renderer, f"set{color}ContrastEnhancement")
            set_stretch(stretch(provider.dataType(band), *limits))
    elif path.stem.startswith("s1"):
        renderer = QgsSingleBandGrayRenderer(provider, 1)
        renderer.setContrastEnhancement(stretch(provider.dataType(1), *DECIBELS))
    else:
        classes = [QgsPalettedRasterRenderer.Class(v, QColor(color), name) for v, name, color in CLASSES]
        renderer = QgsPalettedRasterRenderer(provider, 1, classes)
    layer.setRenderer(renderer)
    return layer


def stretch(data_type: Qgis.DataType, low: float, high: float) -> QgsContrastEnhancement:
    """``low`` to black, ``high`` to full colour."""
    enhancement = QgsContrastEnhancement(data_type)
    enhancement.setContrastEnhancementAlgorithm(QgsContrastEnhancement.StretchToMinimumMaximum)
    enhancement.setMinimumValue(low)
    enhancement.setMaximumValue(high)
    return enhancement


def write_project(project: QgsProject, layers: dict[str, QgsRasterLayer], path: Path) -> None:
    """A project with every layer, the map on top and the other results switched off."""
    project.setCrs(layers["s2_after"].crs())
    for name in ("flood", "truth", "s2_after", "s1_after", "s2_before", "s1_before"):
        project.addMapLayer(layers[name], addToLegend=False)
        node = project.layerTreeRoot().addLayer(layers[name])
        node.setExpanded(name in ("flood", "truth"))
        node.setItemVisibilityChecked(name in ("flood", "s2_after"))
    layers["flood"].renderer().setOpacity(0.6)
    view = QgsReferencedRectangle(layers["s2_after"].extent(), project.crs())
    project.viewSettings().setDefaultViewExtent(view)
    if not project.write(str(path)):
        raise SystemExit(f"{path} cannot be written: {project.error()}")
    layers["flood"].renderer().setOpacity(1)


def draw(layers: dict[str, QgsRasterLayer], path: Path) -> None:
    """The panels with titles, a legend and a scale bar."""
    columns, rows = len(PANELS[0]), len(PANELS)
    width = columns * (PANEL + GAP) + GAP
    image = QImage(width, rows * (TITLE + PANEL) + LEGEND + GAP, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    settings = map_settings(layers["s2_after"])
    for row, panels in enumerate(PANELS):
        for column, (name, title) in enumerate(panels):
            left, top = GAP + column * (PANEL + GAP), row * (TITLE + PANEL)
            write_text(painter, QRectF(left, top, PANEL, TITLE), title, bold=True)
            settings.setLayers([layers[name]])
            painter.drawImage(left, top + TITLE, render(settings))
            painter.setPen(QColor("#8a8a8a"))
            painter.drawRect(left, top + TITLE, PANEL, PANEL)
    draw_legend(painter, image.height() - LEGEND, width, settings.visibleExtent().width() / PANEL)
    painter.end()
    if not image.save(str(path)):
        raise SystemExit(f"{path} cannot be written.")


def map_settings(layer: QgsRasterLayer) -> QgsMapSettings:
    settings = QgsMapSettings()
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(PANEL, PANEL))
    settings.setBackgroundColor(QColor(NO_DATA))
    return settings


def render(settings: QgsMapSettings) -> QImage:
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def draw_legend(painter: QPainter, top: int, width: int, metres_per_pixel: float) -> None:
    middle = top + LEGEND / 2
    left = GAP
    for name, color in (*((name, color) for _, name, color in CLASSES), ("No data", NO_DATA)):
        painter.setPen(QColor("#8a8a8a"))
        painter.setBrush(QColor(color))
        painter.drawRect(QRectF(left, middle - 8, 24, 16))
        write_text(painter, QRectF(left + 32, top, 120, LEGEND), name)
        left += 160
    length = 2000 / metres_per_pixel
    right = width - GAP - 60
    painter.setPen(QColor("black"))
    painter.drawLine(QPointF(right - length, middle), QPointF(right, middle))
    for end in (right - length, right):
        painter.drawLine(QPointF(end, middle - 5), QPointF(end, middle + 5))
    write_text(painter, QRectF(right + 10, top, 60, LEGEND), "2 km")


def write_text(painter: QPainter, box: QRectF, text: str, bold: bool = False) -> None:
    font = QFont("DejaVu Sans")
    font.setPixelSize(15)
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor("#222222"))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


if __name__ == "__main__":
    main()
