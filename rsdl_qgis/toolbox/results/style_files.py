"""Styles kept with results, so that they open in their colours later too: in a GeoPackage, else as a .qml beside."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qgis.core import QgsMapLayer, QgsProcessingFeedback, QgsProcessingUtils, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from ...engine.files.names import SHAPEFILE
from .. import compat
from ..text import tr
from .styles import Style, opened

KEPT = QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Labeling
FORM = QgsMapLayer.StyleCategory.Fields | QgsMapLayer.StyleCategory.Forms  # in a GeoPackage there is all
MARK = "<!-- rsdl_qgis: the style of "  # begins the last line of a .qml that this has written
STYLELESS = (".qml", ".gpkg", ".html", ".csv")  # endings of files of a result's name that have no .qml
STYLE_TABLE = """CREATE TABLE IF NOT EXISTS "layer_styles" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "f_table_catalog" TEXT(256), "f_table_schema" TEXT(256),
    "f_table_name" TEXT(256), "f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT,
    "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30),
    "update_time" DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""  # as QGIS makes it
STYLE_LISTED = """INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
    SELECT 'layer_styles', 'attributes', 'layer_styles', '', 0
    WHERE NOT EXISTS (SELECT 1 FROM gpkg_contents WHERE table_name = 'layer_styles')"""
STYLE_ROW = """INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
    styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, ?, 1, '', '')"""
WAIT = 5.0  # seconds for another program that has a GeoPackage open


def keep_style(path: str, style: Style, replaced: bool, feedback: QgsProcessingFeedback, kept: Any = KEPT) -> None:
    """Keeps the style of a result where QGIS looks for it when it opens the file; a failure is told.

    ``replaced``: whether the result took the place of a file, whose .qml is then replaced too; one that the person made
    is set aside. Any other .qml stays. Temporary results need none. ``kept``: what of the style a .qml has.
    """
    if _is_temporary(path):
        return
    try:
        problem = _kept(path, style, replaced, kept)
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        feedback.pushWarning(
            tr("The style of {path} could not be saved with it: {problem}").format(path=path, problem=problem)
        )


def _kept(path: str, style: Style, replaced: bool, kept: Any) -> str:
    """Keeps the style; what went wrong, '' if nothing."""
    layer = opened(path)
    if layer is None:
        return tr(
            "QGIS cannot open the file. Its path may hold characters that have a special meaning to QGIS, such as % "
            "or |."
        )
    style(layer)
    if Path(path).suffix.lower() == ".gpkg":
        return _save_in_package(path, layer)
    return _save_beside(Path(path), layer, replaced, kept)


def _save_beside(path: Path, layer: QgsMapLayer, replaced: bool, kept: Any) -> str:
    """Saves the style as a .qml; what went wrong, '' if nothing. May raise OSError."""
    file, mark = path.with_suffix(".qml"), f"{MARK}{quote(path.name).replace('-', '%2D')} -->"
    whose = _mark_of(file)
    if whose is not None and (whose not in ("", mark) or not _is_of_kind(file, layer)):
        text = tr("{file} belongs to another result. Give the two different names, or make this one a .gpkg.")
        return text.format(file=file)
    if whose == "" and (not replaced or _shares_name(path)):
        return tr("{file} already exists and was kept. Remove it to save the result's style.").format(file=file)
    if whose == "":
        file.replace(f"{file}~")
    text, saved = layer.saveNamedStyle(str(file), kept)
    if saved:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"\n{mark}\n")
    return "" if saved else text


def _mark_of(file: Path) -> str | None:
    """The last line of a .qml if this has written it, '' if the person or QGIS has, None where there is none."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    except FileNotFoundError:
        return None
    except OSError:
        return ""
    return lines[-1] if lines and lines[-1].startswith(MARK) else ""


def _is_of_kind(file: Path, layer: QgsMapLayer) -> bool:
    """Whether a .qml is for a raster or for features, as the layer: results of one name share the .qml's."""
    is_raster = layer.type() == compat.RASTER_LAYER
    return ("<rasterrenderer" in file.read_text(encoding="utf-8", errors="replace")) == is_raster


def _shares_name(path: Path) -> bool:
    """Whether a .qml of a result's name may be another file's."""
    own = SHAPEFILE if path.suffix.lower() == ".shp" else (path.suffix.lower(),)
    return any(
        other.stem == path.stem and other.suffix.lower() not in (*own, *STYLELESS) for other in path.parent.iterdir()
    )


def _save_in_package(path: str, layer: QgsVectorLayer) -> str:
    """Saves the style in the GeoPackage as its layer's default; what went wrong, '' if nothing.

    QGIS's own way may ask the person in a window, whatever the thread, and waits for the answer.
    """
    import sqlite3  # not when QGIS starts

    document = QDomDocument()
    problem = layer.exportNamedStyle(document)
    if problem:
        return problem
    try:
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            name, column = database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchone()
            database.execute(STYLE_TABLE)
            database.execute(STYLE_LISTED)
            database.execute("DELETE FROM layer_styles WHERE f_table_name = ?", (name,))
            database.execute(STYLE_ROW, (name, column, name, document.toString(), compat.sld_style(layer).toString()))
            database.execute("COMMIT")
    except (sqlite3.Error, TypeError) as error:
        return str(error)
    return ""


def _is_temporary(path: str) -> bool:
    return Path(QgsProcessingUtils.tempFolder()).resolve() in Path(path).resolve().parents
