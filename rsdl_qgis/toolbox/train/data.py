"""What a network is trained on, rasters with labels or a chip folder: the parameters, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ...engine.cards.card import Band, Input, ModelCard
from ...engine.dates import date_in
from ...engine.errors import RsdlError
from ...engine.job.layers import LAYOUTS
from ...engine.products.matching import unit_of
from .. import compat, products
from .. import parameters as shared
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse
from .bands import checked_use, order_warnings, taken_input

RESERVED = ("name", "split", "label", "source", "place", "bounds", "valid")  # columns of a chip folder's table
FORMS = {
    "rasters": ("RASTERS",),
    "pairs": ("BEFORE", "AFTER"),
    "series": ("LAYERS",),
    "stack": ("LAYERS",),
    "images": ("IMAGES",),
    "unlabelled": ("IMAGES",),
}


@dataclass(frozen=True)
class Images:
    """The rasters to cut chips from. ``sources``: a title and, for each input, the rasters, one a date.

    ``bands`` and ``dates``: the names an input has of them; ``units``: what the values of products are brought to;
    ``resolution``: metres a pixel that web maps are drawn at; ``reading``: of rasters, by their id, as in the job:
    which pixels are left out, and which scene counts.
    """

    sources: tuple[tuple[str, Mapping[str, tuple[RasterUse, ...]]], ...]
    bands: Mapping[str, tuple[str, ...]]
    dates: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    resolution: float | None = None
    warnings: tuple[str, ...] = ()
    reading: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def layers(self) -> list[QgsRasterLayer]:
        """All rasters, each once."""
        found = {use.layer.id(): use.layer for _, inputs in self.sources for uses in inputs.values() for use in uses}
        return list(found.values())


# The parameters.


def image_parameters(form: str) -> list[QgsProcessingParameterDefinition]:
    """The rasters, as a task takes them: FORMS names the parameters."""
    if form == "pairs":
        text = tr("Rasters from {when}: one, or several that are paired with {others} in order. Pixels may differ.")
        before = text.format(when=tr("before the change"), others="AFTER")
        after = text.format(when=tr("after the change"), others="BEFORE")
        return [
            *_rasters_parameters("BEFORE", tr("Rasters before"), before),
            *_rasters_parameters("AFTER", tr("Rasters after"), after),
        ]
    if form == "series":
        return _series_parameters()
    if form == "images":
        text = tr("Rasters to train the student on; they need no labels. All with the bands of the teacher.")
        return _rasters_parameters("IMAGES", tr("Rasters"), text)
    if form == "unlabelled":
        text = tr(
            "Rasters to train on: any raster layers that QGIS can open. They need no labels. Web maps need a training "
            "area. All with the same bands."
        )
        return _rasters_parameters("IMAGES", tr("Rasters"), text)
    text = tr(
        "The rasters to train on: any raster layers that QGIS can open. Web maps need a training area. All with the "
        "same bands."
    )
    return _rasters_parameters("RASTERS", tr("Rasters"), text)


def _rasters_parameters(name: str, label: str, text: str) -> list[QgsProcessingParameterDefinition]:
    return [shared.several_layers(name, label, compat.RASTERS, text), products_parameter(name, label)]


def products_parameter(rasters: str, label: str) -> QgsProcessingParameterDefinition:
    """The products beside the parameter called ``rasters``."""
    return shared.advanced(tr("Data"), products.several_products(rasters, label))


def image_names(form: str) -> tuple[str, ...]:
    """The names of ``image_parameters``."""
    return tuple(name for rasters in FORMS[form] for name in (rasters, products.several_named(rasters)))


def own_names(form: str) -> tuple[str, ...]:
    """The parameters that are only for rasters, and not for a chip folder."""
    labels = ("LABELS", "CLASS_FIELD", "PLACE_FIELD")
    return (*image_names(form), *labels, "EXTENT", "MASK", "BANDS", "NODATA", *products.QUALITY)


def _series_parameters() -> list[QgsProcessingParameterDefinition]:
    return [
        *_rasters_parameters(
            "LAYERS",
            tr("Layers of the series"),
            tr(
                "The time series: one raster per date, in the order of the dates, or with LAYOUT=variables one raster "
                "per variable whose bands are the dates."
            ),
        ),
        shared.choice(
            "LAYOUT",
            tr("Layout of the layers"),
            tr(
                "dates: each layer is a date and its bands are variables. variables: each layer is a variable and its "
                "bands are dates. Default: dates."
            ),
            LAYOUTS,
            advanced=False,
        ),
    ]


def label_parameters(kind: str) -> list[QgsProcessingParameterDefinition]:
    """LABELS and CLASS_FIELD; ``kind``: what is labelled, 'classes', 'scenes', 'numbers' or 'objects'."""
    layers_text, field_text = {
        "classes": _class_texts,
        "scenes": _scene_texts,
        "numbers": _number_texts,
        "objects": _object_texts,
    }[kind]()
    rest = tr(
        "Any coordinate system. If there are as many layers as rasters, they are paired in order; else all layers are "
        "used for all rasters."
    )
    label = tr("Field with the number") if kind == "numbers" else tr("Class field")
    field = QgsProcessingParameterField("CLASS_FIELD", label, None, "LABELS", optional=True)
    return [
        shared.several_layers("LABELS", tr("Labels"), compat.MAP_LAYER, f"{layers_text} {rest}"),
        shared.described(field, field_text),
    ]


def _class_texts() -> tuple[str, str]:
    """The help of LABELS and of CLASS_FIELD where pixels have classes."""
    return (
        tr(
            "The labels: polygons, lines or points with the class of each in a field, or a class raster: a whole "
            "number for each class, nodata where it is not known. If the raster declares no nodata, -9999 and the "
            "like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a class "
            "name."
        ),
        tr(
            "For polygons, lines and points: the field with the number or name of each feature's class; where it is "
            "empty, the class is not known. Default: all are of one class."
        ),
    )


def _scene_texts() -> tuple[str, str]:
    return (
        tr(
            "The labels: polygons, each of them a scene, or points, around each of which a square of CHIP_SIZE is a "
            "scene, with the class in a field."
        ),
        tr(
            "The field with the number or name of each scene's class. For several classes per scene: names separated "
            "by ; or a comma."
        ),
    )


def _number_texts() -> tuple[str, str]:
    return (
        tr("The labels: points, lines or polygons with a number in a field, or a raster of numbers."),
        tr("For points, lines and polygons: the field with the number; where it is empty, it is not known."),
    )


def _object_texts() -> tuple[str, str]:
    return (
        tr(
            "The objects: boxes or polygons, whose bounding rectangles count (upright, or for networks ending in -obb "
            "turned), or points with the SIZE of the objects."
        ),
        tr(
            "The field with the number or name of each object's class; an object where it is empty is ignored in "
            "training and evaluation. Default: all are of one class."
        ),
    )


def chips_parameter() -> QgsProcessingParameterDefinition:
    """CHIPS: a chip folder instead of layers."""
    return shared.described(
        QgsProcessingParameterFile("CHIPS", tr("Chip folder"), compat.FOLDER, "", None, True),
        tr(
            "Instead of layers: a folder of labelled chips, as 'Export chips' makes it; or of images: folders 'images' "
            "and 'masks' with files of the same names, a folder for each class, folders 'A', 'B' and 'label', or, for "
            "objects, images with boxes in the format of COCO, Pascal VOC, DOTA or YOLO."
        ),
    )


def extent_parameter() -> QgsProcessingParameterDefinition:
    """EXTENT: the area to train on."""
    text = tr(
        "Only what lies in this rectangle is used. Default: the whole rasters. Required for layers without an extent "
        "of their own, such as web maps."
    )
    return shared.extent(tr("Training area"), text)


def advanced_parameters(bands: str = "", places: bool = True) -> list[QgsProcessingParameterDefinition]:
    """MASK, BANDS, NODATA, QUALITY and, with ``places``, PLACE_FIELD; ``bands``: the help of BANDS."""
    quality = products.quality_parameters(several=True)
    found = [_mask_parameter(), _bands_parameter(bands), _nodata_parameter(), *quality]
    if places:
        found.append(_place_parameter())
    return [shared.advanced(tr("Data"), parameter) for parameter in found]


def _mask_parameter() -> QgsProcessingParameterDefinition:
    text = tr("Only what lies in these polygons is used. Any coordinate system. Default: no mask.")
    return shared.mask(tr("Mask polygons"), text)


def _bands_parameter(text: str) -> QgsProcessingParameterDefinition:
    usual = tr(
        "Numbers, from 1, of the bands to use, in order, such as 11,8,3. Default: those of the base model where the "
        "rasters have them by description, else all."
    )
    return shared.described(QgsProcessingParameterString("BANDS", tr("Bands"), None, False, True), text or usual)


def _nodata_parameter() -> QgsProcessingParameterDefinition:
    return shared.nodata(
        tr(
            "A stored value to treat as nodata in the rasters, such as 0 for black borders, in addition to the nodata "
            "values that they declare. A pixel with this value in any band is ignored. It does not apply to label "
            "rasters. Any number. Default: only the declared nodata."
        )
    )


def _place_parameter() -> QgsProcessingParameterDefinition:
    return shared.described(
        QgsProcessingParameterField("PLACE_FIELD", tr("Place field of the labels"), None, "LABELS", optional=True),
        tr(
            "For SPLIT=places: the field of the labels that says which of them lie at the same place, such as a parcel "
            "or a station, and stay together. Default: each label by itself."
        ),
    )


# What was chosen.


def chosen_images(algorithm, parameters, context, form: str, start: ModelCard | None = None) -> Images | None:
    """The rasters that were chosen, None if there are none. RsdlError where they do not fit one another.

    ``start``: the model that training starts with; its first input's bands are taken where the rasters have them. A
    teacher (form 'images') has its bands taken in any case.
    """
    names = FORMS[form]
    given = {name: products.given_rasters(algorithm, parameters, name, context) for name in names}
    every = [raster for rasters in given.values() for raster in rasters]
    if not every:
        return None
    numbers = shared.band_numbers(shared.text_of(algorithm, parameters, "BANDS", context))
    variables = form == "series" and algorithm.parameterAsEnumString(parameters, "LAYOUT", context) == "variables"
    images = _fitted(form, given, numbers, start, variables)
    reading = products.reading_of(algorithm, parameters, context, every)
    return replace(images, reading={raster.id(): one for raster, one in zip(every, reading)})


def _fitted(form, given, numbers, start, variables: bool) -> Images:
    """The rasters ``given`` by their parameters, as the inputs of a ``form``."""
    if form == "pairs":
        return _pairs(given["BEFORE"], given["AFTER"], numbers, start)
    if form == "series":
        return (_variables if variables else _dates)(given["LAYERS"], numbers, start)
    if form == "stack":
        return _stack(given["LAYERS"], numbers)
    name = FORMS[form][0]
    return _singles(name, given[name], numbers, start, strict=form == "images")


def chosen_labels(algorithm, parameters, context) -> list[QgsMapLayer]:
    """The label layers; RsdlError where one is neither vector nor raster."""
    found = shared.layer_list(algorithm, parameters, "LABELS", context)
    for layer in found:
        if not isinstance(layer, (QgsRasterLayer, QgsVectorLayer)):
            raise RsdlError(tr("LABELS: '{layer}' is neither a raster nor a vector layer.").format(layer=layer.name()))
    return found


def _singles(name, rasters, numbers, start, strict) -> Images:
    item = start.inputs[0] if strict else taken_input(rasters[0], numbers, ("image",), start)
    sources = [(layer.name(), {item.name: (checked_use(name, layer, item, numbers, rasters[0]),)}) for layer in rasters]
    return _images(sources, [item], start, order_warnings(rasters, item, numbers, start))


def _stack(rasters, numbers) -> Images:
    """Each layer is an input with its bands; ``numbers`` are the bands of each."""
    items, uses = [], {}
    for layer in rasters:
        found = taken_input(layer, numbers, ("image",), None)
        name = _input_name(layer.name(), uses) if len(rasters) > 1 else found.name
        items.append(replace(found, name=name, role=layer.name() if len(rasters) > 1 else ""))
        uses[name] = (checked_use("LAYERS", layer, found, numbers, layer),)
    return _images([(rasters[0].name(), uses)], items, None, ())


def _pairs(before, after, numbers, start) -> Images:
    if len(before) != len(after):
        raise RsdlError(
            tr("{before} raster(s) before and {after} after cannot be paired.").format(
                before=len(before), after=len(after)
            ),
            tr("Give as many in BEFORE as in AFTER, in the same order."),
        )
    item = taken_input(before[0], numbers, ("before", "after"), start)
    return _images(
        [
            (
                pair[1].name(),
                {
                    item.name: tuple(
                        checked_use(name, layer, item, numbers, before[0])
                        for name, layer in zip(("BEFORE", "AFTER"), pair)
                    )
                },
            )
            for pair in zip(before, after)
        ],
        [item],
        start,
        order_warnings([*before, *after], item, numbers, start),
    )


def _dates(rasters, numbers, start) -> Images:
    """Each layer is a date; products alone come in the order of their dates."""
    if all(products.product_text(layer) and _layer_date(layer) for layer in rasters):
        rasters = sorted(rasters, key=_layer_date)
    names, warnings = date_names([_layer_date(layer) for layer in rasters])
    item = taken_input(rasters[0], numbers, names, start)
    uses = tuple(checked_use("LAYERS", layer, item, numbers, rasters[0]) for layer in rasters)
    warnings += order_warnings(rasters, item, numbers, start)
    return _images([(rasters[0].name(), {item.name: uses})], [item], start, warnings)


def _variables(rasters, numbers, start) -> Images:
    """Each layer is an input of one band, each of its bands a date."""
    if any(map(products.product_text, rasters)):
        raise RsdlError(
            tr("A product is of one date, and with LAYOUT=variables the bands of a layer are the dates."),
            tr("Choose LAYOUT=dates."),
        )
    described = layers.data_bands(rasters[0])
    numbers = numbers or tuple(number for number, _ in described)
    for layer in rasters:
        count = len(layers.data_bands(layer))
        if count != len(described):
            raise RsdlError(
                tr("'{first}' has {count} dates, and '{layer}' has {other}.").format(
                    first=rasters[0].name(), count=len(described), layer=layer.name(), other=count
                ),
                tr("With LAYOUT=variables each layer has a band for every date."),
            )
        if max(numbers) > layer.bandCount():
            raise RsdlError(
                tr("{option} names band {number}, but '{layer}' has {count} band(s).").format(
                    option="BANDS", number=max(numbers), layer=layer.name(), count=layer.bandCount()
                )
            )
    texts = dict(described)
    names, warnings = date_names([date_in(texts.get(number, "")) for number in numbers])
    items, uses = [], {}
    for layer in rasters:
        name = _input_name(layer.name(), uses)
        items.append(Input(name, (Band(layer.name()),), names))
        uses[name] = tuple(RasterUse("LAYERS", layer, (number,)) for number in numbers)
    return _images([(rasters[0].name(), uses)], items, start, warnings)


def _images(sources, items: Sequence[Input], start: ModelCard | None, warnings: tuple[str, ...]) -> Images:
    return Images(
        tuple(sources),
        {item.name: tuple(band.name for band in item.bands) for item in items},
        {item.name: tuple(item.dates) for item in items},
        {item.name: unit_of(item) for item in items},
        start.resolution if start else None,
        warnings,
    )


def _input_name(text: str, taken: Iterable[str]) -> str:
    """A name for an input: letters, digits and _; not one that is taken."""
    name = re.sub(r"\W+", "_", text).strip("_") or "variable"
    name = f"{name}_" if name.lower() in RESERVED else name
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique


def _layer_date(layer: QgsRasterLayer) -> str:
    """When the layer was taken: by its temporal properties, else by a date in its name; '' if it is not known."""
    return layers.set_date(layer) or date_in(layer.name())


def date_names(found: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of a series' dates, in the order given: the dates if all are known and differ, else numbers; warnings."""
    if not all(found) or len(set(found)) < len(found):
        return tuple(f"date {number}" for number in range(1, len(found) + 1)), ()
    if list(found) != sorted(found):
        text = tr("The dates are not in order: {dates}. They are taken in the order of the layers.")
        return tuple(found), (text.format(dates=", ".join(found)),)
    return tuple(found), ()
