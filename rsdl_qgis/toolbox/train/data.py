"""What a network is trained on, rasters with labels or a chip folder: the parameters, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qgis.core import (
    QgsMapLayer,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ...engine.cards.card import RGB, Band, Input, ModelCard, match_bands, palette_bands
from ...engine.dates import date_in
from ...engine.errors import MismatchError, RsdlError
from ...engine.job.layers import LAYOUTS
from .. import compat
from .. import parameters as shared
from ..predict.base import use_bands
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse

RESERVED = ("name", "split", "label", "source", "place", "bounds", "valid")  # columns of a chip folder's table
LONGEST_NAME = 24  # letters of a band's description that is taken for a name
FORMS = {
    "rasters": ("RASTERS",),
    "pairs": ("BEFORE", "AFTER"),
    "series": ("LAYERS",),
    "stack": ("LAYERS",),
    "images": ("IMAGES",),
}


@dataclass(frozen=True)
class Images:
    """The rasters to cut chips from. ``sources``: a title and, for each input, the rasters, one a date.

    ``bands`` and ``dates``: the names an input has of them; ``resolution``: metres a pixel that web maps are drawn at.
    """

    sources: tuple[tuple[str, Mapping[str, tuple[RasterUse, ...]]], ...]
    bands: Mapping[str, tuple[str, ...]]
    dates: Mapping[str, tuple[str, ...]]
    resolution: float | None = None
    warnings: tuple[str, ...] = ()

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
            _rasters_parameter("BEFORE", tr("Rasters before"), before),
            _rasters_parameter("AFTER", tr("Rasters after"), after),
        ]
    if form == "series":
        return _series_parameters()
    if form == "images":
        text = tr("Rasters to train the student on; they need no labels. All with the bands of the teacher.")
        return [_rasters_parameter("IMAGES", tr("Rasters"), text)]
    text = tr(
        "The rasters to train on: any raster layers that QGIS can open. Web maps need a training area. All with the "
        "same bands."
    )
    return [_rasters_parameter("RASTERS", tr("Rasters"), text)]


def _rasters_parameter(name: str, label: str, text: str) -> QgsProcessingParameterDefinition:
    return shared.several_layers(name, label, compat.RASTERS, text)


def _series_parameters() -> list[QgsProcessingParameterDefinition]:
    return [
        _rasters_parameter(
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
        tr("The objects: boxes or polygons, whose bounding rectangles count, or points with the SIZE of the objects."),
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
    """MASK, BANDS, NODATA and, with ``places``, PLACE_FIELD; ``bands``: the help of BANDS, where it is another."""
    found = [_mask_parameter(), _bands_parameter(bands), _nodata_parameter()]
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
    given = {name: _rasters(algorithm, parameters, name, context) for name in names}
    if not any(given.values()):
        return None
    numbers = shared.band_numbers(shared.text_of(algorithm, parameters, "BANDS", context))
    if form == "pairs":
        return _pairs(given["BEFORE"], given["AFTER"], numbers, start)
    if form == "series":
        layout = algorithm.parameterAsEnumString(parameters, "LAYOUT", context)
        return (_variables if layout == "variables" else _dates)(given["LAYERS"], numbers, start)
    if form == "stack":
        return _stack(given["LAYERS"], numbers)
    return _singles(names[0], given[names[0]], numbers, start, strict=form == "images")


def chosen_labels(algorithm, parameters, context) -> list[QgsMapLayer]:
    """The label layers; RsdlError where one is neither vector nor raster."""
    found = shared.layer_list(algorithm, parameters, "LABELS", context)
    for layer in found:
        if not isinstance(layer, (QgsRasterLayer, QgsVectorLayer)):
            raise RsdlError(tr("LABELS: '{layer}' is neither a raster nor a vector layer.").format(layer=layer.name()))
    return found


def _rasters(algorithm, parameters, name, context) -> list[QgsRasterLayer]:
    found = shared.layer_list(algorithm, parameters, name, context)
    for layer in found:
        if not isinstance(layer, QgsRasterLayer):
            raise RsdlError(tr("{name}: '{layer}' is not a raster.").format(name=name, layer=layer.name()))
    return found


def _singles(name, rasters, numbers, start, strict) -> Images:
    item = start.inputs[0] if strict else _taken(rasters[0], numbers, ("image",), start)
    sources = [(layer.name(), {item.name: (_use(name, layer, item, numbers, rasters[0]),)}) for layer in rasters]
    return _images(sources, [item], start, _order_warnings(rasters, item, numbers, start))


def _stack(rasters, numbers) -> Images:
    """Each layer is an input with its bands; ``numbers`` are the bands of each."""
    items, uses = [], {}
    for layer in rasters:
        found = _taken(layer, numbers, ("image",), None)
        name = _input_name(layer.name(), uses) if len(rasters) > 1 else found.name
        items.append(replace(found, name=name, role=layer.name() if len(rasters) > 1 else ""))
        uses[name] = (_use("LAYERS", layer, found, numbers, layer),)
    return _images([(rasters[0].name(), uses)], items, None, ())


def _pairs(before, after, numbers, start) -> Images:
    if len(before) != len(after):
        raise RsdlError(
            tr("{before} raster(s) before and {after} after cannot be paired.").format(
                before=len(before), after=len(after)
            ),
            tr("Give as many in BEFORE as in AFTER, in the same order."),
        )
    item = _taken(before[0], numbers, ("before", "after"), start)
    return _images(
        [
            (
                pair[1].name(),
                {
                    item.name: tuple(
                        _use(name, layer, item, numbers, before[0]) for name, layer in zip(("BEFORE", "AFTER"), pair)
                    )
                },
            )
            for pair in zip(before, after)
        ],
        [item],
        start,
        _order_warnings([*before, *after], item, numbers, start),
    )


def _dates(rasters, numbers, start) -> Images:
    names, warnings = date_names([_layer_date(layer) for layer in rasters])
    item = _taken(rasters[0], numbers, names, start)
    uses = tuple(_use("LAYERS", layer, item, numbers, rasters[0]) for layer in rasters)
    warnings += _order_warnings(rasters, item, numbers, start)
    return _images([(rasters[0].name(), {item.name: uses})], [item], start, warnings)


def _variables(rasters, numbers, start) -> Images:
    """Each layer is an input of one band, each of its bands a date."""
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
        start.resolution if start else None,
        warnings,
    )


def _order_warnings(
    rasters: Sequence[QgsRasterLayer], item: Input, numbers: Sequence[int] | None, start: ModelCard | None
) -> tuple[str, ...]:
    """The warnings where a model's bands are taken in order, because nothing in the rasters says which is which."""
    if start is None or numbers or item.bands != start.inputs[0].bands:
        return ()
    unnamed, others = {}, {}
    for layer in rasters:
        texts = [text for _, text in layers.data_bands(layer)]
        try:
            match_bands(item, [text or colour for text, colour in zip(texts, layers.colours(layer))], -1)
        except MismatchError:
            (others if any(texts) else unnamed)[layer.name()] = None
    bands = ", ".join(band.name for band in item.bands)
    named = {
        tr(
            "The bands of {layers} have no names. They are taken in this order: {bands}, which is the order of "
            "the model '{model}'. If that is wrong, name the bands, or give their numbers in that order in BANDS."
        ): unnamed,
        tr(
            "The bands of {layers} have other names than those of the model '{model}'. They are taken in its order: "
            "{bands}. If that is wrong, give their numbers in that order in BANDS."
        ): others,
    }
    return tuple(
        text.format(layers=", ".join(f"'{name}'" for name in found), bands=bands, model=start.name)
        for text, found in named.items()
        if found
    )


def _taken(layer: QgsRasterLayer, numbers, dates: tuple[str, ...], start: ModelCard | None) -> Input:
    """The input to train on: that of the base model where the raster has its bands, else one of the raster's bands.

    A band without a description is called by its colour, so that all rasters give red where the first one does; a
    palette gives its colours.
    """
    if start is not None and fitting_bands(start.inputs[0], layer, numbers):
        known = start.inputs[0]
        return replace(known, dates=known.dates if len(known.dates) == len(dates) else dates)
    if layers.is_paletted(layer) and not numbers:
        return Input("image", tuple(Band(name) for name in RGB), dates)
    texts = _texts(layer)
    chosen = numbers or tuple(texts)
    names = [" ".join(texts.get(number, "").replace(";", ",").split()) for number in chosen]
    names = [name if 0 < len(name) <= LONGEST_NAME else f"band {number}" for name, number in zip(names, chosen)]
    if len(set(names)) < len(names):
        names = [f"band {number}" for number in chosen]
    return Input("image", tuple(Band(name) for name in names), dates)


def _texts(layer: QgsRasterLayer) -> dict[int, str]:
    """What each data band is called: its description, else its colour."""
    found = zip(layers.data_bands(layer), layers.colours(layer))
    return {number: text or colour for (number, text), colour in found}


def fitting_bands(item: Input, layer: QgsRasterLayer, numbers: Sequence[int] | None) -> bool:
    """Whether a raster has an input's bands: by description or colour, or as many that nothing speaks against."""
    texts = _texts(layer)
    if not numbers:
        if layers.is_paletted(layer) and palette_bands(item):
            return True
        try:
            match_bands(item, list(texts.values()), -1)
        except MismatchError:
            numbers = tuple(texts)
        else:
            return True
    described = dict(layers.data_bands(layer))
    pairs = [(described.get(number), band) for number, band in zip(numbers, item.bands)]
    return len(numbers) == len(item.bands) and all(not text or band.matches(text) for text, band in pairs)


def _use(name: str, layer: QgsRasterLayer, item: Input, numbers, first: QgsRasterLayer) -> RasterUse:
    """A raster with the bands that the first one gave the input; RsdlError where it has others."""
    try:
        return use_bands(name, layer, item, numbers, "BANDS")
    except MismatchError as error:
        if layer is first:
            raise
        raise RsdlError(
            tr("{name}: '{layer}' has other bands than '{first}'.").format(
                name=name, layer=layer.name(), first=first.name()
            ),
            tr("Choose rasters of the same bands, or the bands by number in BANDS. ({reason})").format(
                reason=error.message
            ),
        ) from None


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
