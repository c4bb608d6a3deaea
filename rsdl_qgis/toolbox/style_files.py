"""Styles kept with results, so that they open in their colours later too: in a GeoPackage, else as a .qml beside."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsProcessingFeedback, QgsProcessingUtils, QgsRasterLayer, QgsVectorLayer

from . import compat
from .results import Style
from .text import tr

RASTERS = (".tif", ".tiff")
KEPT = QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Labeling


def keep_style(path: str, style: Style, replaced: bool, feedback: QgsProcessingFeedback) -> None:
    """Keeps the style of a result where QGIS looks for it when it opens the file; a failure is told.

    ``replaced``: whether the result took the place of a file, whose .qml is then replaced too; any other .qml stays.
    Temporary results need none.
    """
    if not _is_temporary(path) and (problem := _kept(path, style, replaced)):
        feedback.pushWarning(
            tr("The style of {path} could not be saved with it: {problem}").format(path=path, problem=problem)
        )


def _kept(path: str, style: Style, replaced: bool) -> str:
    """Keeps the style; what went wrong, '' if nothing."""
    layer = _opened(path)
    if not layer.isValid():
        return layer.error().summary()
    style(layer)
    if Path(path).suffix.lower() == ".gpkg":
        return compat.save_style_in_database(layer)
    file = Path(layer.styleURI())
    if file.exists() and not _is_of_kind(file, layer):
        text = tr("{file} is another result's. Give the two different names, or make this one a .gpkg.")
        return text.format(file=file)
    if file.exists() and not replaced:
        return ""
    text, saved = layer.saveNamedStyle(str(file), KEPT)
    return "" if saved else text


def _is_temporary(path: str) -> bool:
    return Path(QgsProcessingUtils.tempFolder()).resolve() in Path(path).resolve().parents


def _opened(path: str) -> QgsMapLayer:
    """The result as a layer in QGIS's own style."""
    kind = QgsRasterLayer if Path(path).suffix.lower() in RASTERS else QgsVectorLayer
    options = kind.LayerOptions(loadDefaultStyle=False)
    options.skipCrsValidation = True  # it would ask the person
    provider = "gdal" if kind is QgsRasterLayer else "ogr"
    return kind(path, Path(path).stem, provider, options)


def _is_of_kind(file: Path, layer: QgsMapLayer) -> bool:
    """Whether a .qml is for a raster or for features, as the layer: results of one name share the .qml's."""
    is_raster = layer.type() == compat.RASTER_LAYER
    return ("<rasterrenderer" in file.read_text(encoding="utf-8", errors="replace")) == is_raster
