"""What is wrong with what a network is to be trained on, in sentences; '' where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

from . import compat, layers, vectors
from .render import is_image
from .text import tr
from .train_data import Images

VALUES_SEEN = 50  # different ones of a field, of which more than two are classes: the rest are nulls, blanks, spellings
UNTYPED = ("GeoJSON", "GeoJSONSeq")  # formats whose layers look like tables until a feature has a geometry


def chips_problem(path: str) -> str:
    """What is wrong with CHIPS, in a sentence; '' if nothing. The worker looks at what is in it."""
    if not Path(path).is_dir():
        return tr("CHIPS: there is no folder {folder}. Choose another.").format(folder=path)
    if not any(Path(path).iterdir()):
        return tr("CHIPS: the folder {folder} is empty. 'Export chips' makes one of layers.").format(folder=path)
    return ""


def area_problem(algorithm, parameters, context, images: Images) -> str:
    """What is wrong with EXTENT and MASK, in a sentence; '' if nothing."""
    text = vectors.mask_problem(algorithm, parameters, context)
    if text or not algorithm.parameterAsExtent(parameters, "EXTENT", context).isNull():
        return text
    for layer in images.layers():
        if layers.needs_extent(layer):
            text = tr("The layer '{layer}' has no pixels of its own: choose the area to learn from (EXTENT).")
            return text.format(layer=layer.name())
    return ""


def labels_problem(labels: Sequence[QgsMapLayer], field: str, place: str, kind: str) -> str:
    """What is wrong with LABELS, CLASS_FIELD and PLACE_FIELD, in a sentence; '' if nothing.

    ``kind``: 'classes', 'scenes', 'numbers' or 'objects'.
    """
    text = ""
    for layer in labels:
        if isinstance(layer, QgsRasterLayer):
            text = text or _raster_problem(layer, kind)
        else:
            text = text or _vector_problem(layer, field, place, kind)
    return text


def size_problem(labels: Sequence[QgsMapLayer], size: float | None) -> str:
    """A sentence where objects are labelled by points without a size; '' otherwise."""
    for layer in labels:
        if isinstance(layer, QgsVectorLayer) and layer.geometryType() == compat.POINT_GEOMETRY and size is None:
            text = tr("'{layer}' has points, which have no size. Give that of the objects in SIZE, in metres.")
            return text.format(layer=layer.name())
    return ""


def one_class_problem(labels: Sequence[QgsMapLayer], field: str, kind: str) -> str:
    """A sentence where labels are of one class, and what has no label is left out; '' otherwise."""
    vectors = [layer for layer in labels if isinstance(layer, QgsVectorLayer)]
    if len(vectors) < len(labels):
        return ""
    if not field:
        return tr(
            "Without CLASS_FIELD all labels are one class, and nothing is known of the rest. Choose the field with the "
            "classes, or let the rest be background: UNLABELLED=background."
        )
    found = set().union(*(_found(layer, field) for layer in vectors))
    if len(found) > 1:
        return ""
    text = tr("All labels have the same class ({name}) in '{field}', so there is nothing to tell it from.").format(
        name=", ".join(found) or "-", field=field
    )
    if kind == "scenes":
        return text + " " + tr("Label another class, too.")
    return text + " " + tr("Label another class, too, or let the rest be background: UNLABELLED=background.")


def _raster_problem(layer: QgsRasterLayer, kind: str) -> str:
    if kind == "scenes":
        text = tr("LABELS: '{layer}' is a raster, but the class of a scene is given by polygons or points.")
        return text.format(layer=layer.name())
    if kind == "objects":
        text = tr("LABELS: '{layer}' is a raster, but objects are given by boxes, polygons or points.")
        return text.format(layer=layer.name())
    if is_image(layer.dataProvider()) or layers.needs_extent(layer):
        text = tr("LABELS: '{layer}' is a picture, not a raster of classes or numbers. Choose another layer.")
        return text.format(layer=layer.name())
    return ""


def _vector_problem(layer: QgsVectorLayer, field: str, place: str, kind: str) -> str:
    if not layer.isSpatial() and layer.storageType() not in UNTYPED:
        text = tr("LABELS: '{layer}' is a table without geometries. Choose polygons, lines or points.")
        return text.format(layer=layer.name())
    if not vectors.has_geometry(layer):
        return tr("LABELS: '{layer}' has no features with a geometry. Draw or choose some.").format(layer=layer.name())
    if kind == "scenes" and layer.geometryType() not in (compat.POLYGON_GEOMETRY, compat.POINT_GEOMETRY):
        text = tr("LABELS: '{layer}' has lines, but the class of a scene is given by polygons or points.")
        return text.format(layer=layer.name())
    if kind == "objects" and layer.geometryType() not in (compat.POLYGON_GEOMETRY, compat.POINT_GEOMETRY):
        text = tr("LABELS: '{layer}' has lines, but objects are given by boxes, polygons or points.")
        return text.format(layer=layer.name())
    fields = layer.fields()
    if kind not in ("classes", "objects") and not field:
        number = tr("Choose the field of '{layer}' that holds the number to learn, in CLASS_FIELD.")
        scene = tr("Choose the field of '{layer}' that holds the class of each scene, in CLASS_FIELD.")
        return (number if kind == "numbers" else scene).format(layer=layer.name())
    for name in filter(None, (field, place)):
        if name not in fields.names():
            return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
                layer=layer.name(), field=name, fields=", ".join(fields.names()) or "-"
            )
    if kind == "numbers" and not fields.field(field).isNumeric():
        text = tr("The field '{field}' of '{layer}' holds texts, not numbers. Choose another in CLASS_FIELD.")
        return text.format(field=field, layer=layer.name())
    return ""


def _found(layer: QgsVectorLayer, field: str) -> set[str]:
    """Some of the classes in a field: names that differ in case only are one, nulls and blanks are none."""
    texts = map(value_text, layer.uniqueValues(layer.fields().lookupField(field), VALUES_SEEN))
    return set({" ".join(text.casefold().split()): text for text in texts if text}.values())


def value_text(value: Any) -> str:
    """A field's value as a class is called; '' for none: null, not a number, blank."""
    if value is None or value != value or (hasattr(value, "isNull") and value.isNull()):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, QDateTime):
        return value.toString("yyyy-MM-dd HH:mm:ss")
    if isinstance(value, QDate):
        return value.toString("yyyy-MM-dd")
    if isinstance(value, QTime):
        return value.toString("HH:mm:ss")
    return str(value).strip()
