"""What is wrong with the data and the options of a training, in sentences; '' where nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QDate, QDateTime, QTime

from ...engine.job.training import AUGMENTED, LARGEST_SHARE
from .. import compat
from ..text import tr
from ..worker import layers, vectors
from ..worker.render import is_image
from .data import Images

VALUES_SEEN = 50  # different ones of a field, of which more than two are classes: the rest are nulls, blanks, spellings
WEIGHTS = (".pth", ".pt", ".safetensors")
UNTYPED = ("GeoJSON", "GeoJSONSeq")  # formats whose layers look like tables until a feature has a geometry


def chip_folder_problem(path: str) -> str:
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
            text = tr("The layer '{layer}' has no extent and pixel size of its own. Choose the training area (EXTENT).")
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
            text = tr("'{layer}' has points, which have no size. Give the size of the objects in SIZE, in metres.")
            return text.format(layer=layer.name())
    return ""


def one_class_problem(labels: Sequence[QgsMapLayer], field: str, kind: str) -> str:
    """A sentence where labels are of one class, and unlabelled pixels are ignored; '' otherwise."""
    vectors = [layer for layer in labels if isinstance(layer, QgsVectorLayer)]
    if len(vectors) < len(labels):
        return ""
    if not field:
        return tr(
            "Without CLASS_FIELD all labels are of one class, and unlabelled pixels are ignored. Choose the field with "
            "the classes, or make unlabelled pixels a class: UNLABELLED=background."
        )
    found = set().union(*(_found(layer, field) for layer in vectors))
    if len(found) > 1:
        return ""
    text = tr("All labels have the same class ({name}) in '{field}', and a classifier needs two.").format(
        name=", ".join(found) or "-", field=field
    )
    if kind == "scenes":
        return text + " " + tr("Label another class, too.")
    return text + " " + tr("Label another class, too, or make unlabelled pixels one: UNLABELLED=background.")


def _raster_problem(layer: QgsRasterLayer, kind: str) -> str:
    if kind == "scenes":
        text = tr("LABELS: '{layer}' is a raster, but the class of a scene is given by polygons or points.")
        return text.format(layer=layer.name())
    if kind == "objects":
        text = tr("LABELS: '{layer}' is a raster, but objects are given by boxes, polygons or points.")
        return text.format(layer=layer.name())
    if is_image(layer.dataProvider()) or layers.needs_extent(layer):
        text = tr("LABELS: '{layer}' is an image, not a raster of classes or numbers. Choose another layer.")
        return text.format(layer=layer.name())
    return ""


def _vector_problem(layer: QgsVectorLayer, field: str, place: str, kind: str) -> str:
    if not layer.isSpatial() and layer.storageType() not in UNTYPED:
        text = tr("LABELS: '{layer}' is a table without geometries. Choose polygons, lines or points.")
        return text.format(layer=layer.name())
    if not vectors.has_geometry(layer):
        return tr("LABELS: '{layer}' has no features with a geometry. Draw or select some.").format(layer=layer.name())
    if kind == "scenes" and layer.geometryType() not in (compat.POLYGON_GEOMETRY, compat.POINT_GEOMETRY):
        text = tr("LABELS: '{layer}' has lines, but the class of a scene is given by polygons or points.")
        return text.format(layer=layer.name())
    if kind == "objects" and layer.geometryType() not in (compat.POLYGON_GEOMETRY, compat.POINT_GEOMETRY):
        text = tr("LABELS: '{layer}' has lines, but objects are given by boxes, polygons or points.")
        return text.format(layer=layer.name())
    fields = layer.fields()
    if kind not in ("classes", "objects") and not field:
        number = tr("Choose the field of '{layer}' that holds the number to predict, in CLASS_FIELD.")
        scene = tr("Choose the field of '{layer}' that holds the class of each scene, in CLASS_FIELD.")
        return (number if kind == "numbers" else scene).format(layer=layer.name())
    for name in filter(None, (field, place)):
        if name not in fields.names():
            return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
                layer=layer.name(), field=name, fields=", ".join(fields.names()) or "-"
            )
    if kind == "numbers" and not fields.field(field).isNumeric():
        text = tr("The field '{field}' of '{layer}' holds text, not numbers. Choose another in CLASS_FIELD.")
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


def losses_problem(chosen: Sequence[str], known: Sequence[str]) -> str:
    """What is wrong with LOSS, in a sentence; '' if nothing."""
    for name in chosen:
        if name not in known:
            return tr("LOSS cannot be '{name}' here. Choose of {known}, or a sum such as {sum}.").format(
                name=name, known=", ".join(known), sum="+".join(known[:2])
            )
    return ""


def augmentation_problem(chosen: str, task: str) -> str:
    """What is wrong with AUGMENTATION, in a sentence; '' if nothing."""
    if task in AUGMENTED.get(chosen, (task,)):
        return ""
    text = tr("AUGMENTATION={name} is for {tasks}, and this is {task}. Choose another, such as standard.")
    return text.format(name=chosen, tasks=", ".join(AUGMENTED[chosen]), task=task)


def fitting_networks(groups: Sequence[str]) -> list[str]:
    """The names of the networks of some groups of the table, group by group."""
    from ...engine.networks import NETWORKS

    return [name for group in groups for name, line in NETWORKS.items() if line.task == group]


def is_fitting(name: str, groups: Sequence[str]) -> bool:
    """Whether a network, by its name or an alias, is of some groups of the table."""
    from ...engine.networks import NETWORKS

    return name in NETWORKS and NETWORKS[name].task in groups


def network_problem(name: str | None, options: Mapping[str, Any], groups: Sequence[str]) -> str:
    """What is wrong with NETWORK and OPTIONS, in a sentence; '' if nothing."""
    from ...engine.networks import NETWORKS

    if not name:
        return ""
    if not is_fitting(name, groups):
        text = tr("NETWORK cannot be '{name}' here. Choose one of {known}.")
        return text.format(name=name, known=", ".join(fitting_networks(groups)))
    for option, allowed in NETWORKS[name].choices.items():
        if option in options and options[option] not in allowed:
            text = tr("OPTIONS: '{option}' of {network} cannot be {value}. Choose one of {known}.")
            known = ", ".join(str(item) for item in allowed)
            return text.format(option=option, network=name, value=options[option], known=known)
    return ""


def weights_problem(text: str | None) -> str:
    """What is wrong with PRETRAINED, in a sentence; '' if nothing. The worker knows the names of published ones."""
    if not text:
        return ""
    is_file = Path(text).suffix.lower() in WEIGHTS or "/" in text or "\\" in text
    if is_file and not Path(text).is_file():
        return tr("PRETRAINED: there is no file {path}. Choose a .pth, .pt or .safetensors file.").format(path=text)
    if is_file and Path(text).suffix.lower() not in WEIGHTS:
        return tr("PRETRAINED: {path} is not a .pth, .pt or .safetensors file.").format(path=text)
    return ""


def split_problem(said: Mapping[str, Any], chips: str) -> str:
    """What is wrong with SPLIT, VALIDATION and TEST, in a sentence; '' if nothing. ``chips``: the chip folder."""
    if said["split"] == "chips" and not chips:
        return tr("SPLIT=chips is for a chip folder. Choose another, such as blocks.")
    valid, test = said["valid"], said["test"]
    if round(valid + test, 9) > LARGEST_SHARE:
        text = tr(
            "VALIDATION of {valid:g} % and TEST of {test:g} % leave less than {least:g} % to train on. Make them "
            "smaller."
        )
        return text.format(valid=100 * valid, test=100 * test, least=round(100 * (1 - LARGEST_SHARE), 6))
    return ""


def chip_size_problem(said: Mapping[str, Any]) -> str:
    """What is wrong with CHIP_SIZE and CHIP_OVERLAP, in a sentence; '' if nothing."""
    size, overlap = said.get("chip_size"), said.get("chip_overlap")
    if overlap and not size:
        return tr("CHIP_OVERLAP needs CHIP_SIZE. Choose both, or leave both empty.")
    if size and overlap and 2 * overlap > size:
        text = tr("The overlap of {overlap} pixels is more than half of the chip size of {size}. Make it smaller.")
        return text.format(overlap=overlap, size=size)
    return ""
