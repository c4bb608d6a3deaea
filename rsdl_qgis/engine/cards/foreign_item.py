"""A STAC item of the Machine Learning Model extension that another program wrote, in the terms of our cards.

Standard library only. Versions 1.0 to 1.5 are read, and what drafts and tools call otherwise: ``scaling`` for
``value_scaling``, ``classification_classes``, colours as numbers, bands that only their shape tells. What has no
counterpart is left alone; ``item_notes`` says what of it matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..errors import InputError, ModelError
from ..files.text import one_line, shortened
from ..tables.axes import AXES
from ..tables.class_colors import class_colors
from ..tables.tasks import task_of
from .given.bands import band_of
from .given.classes import colour_of
from .given.scaling import scaling_of
from .names import as_model_name, is_safe_title
from .steps import Step

LETTERS = {  # of an axis by its name in ``dim_order``
    "batch": "N", "sample": "N", "time": "T", "temporal": "T", "channel": "C", "channels": "C", "band": "C",
    "bands": "C", "variable": "C", "variables": "C", "height": "H", "lat": "H", "latitude": "H", "y": "H",
    "width": "W", "lon": "W", "longitude": "W", "x": "W",
}  # fmt: skip
FOREIGN_TASKS = {  # MLM's term -> ours, whatever the shape of the output
    "semantic-segmentation": "segmentation",
    "segmentation": "segmentation",
    "panoptic-segmentation": "segmentation",
    "scene-classification": "classification",
    "classification": "classification",
    "object-detection": "detection",
    "detection": "detection",
    "instance-segmentation": "detection",
    "regression": "regression",
    "super-resolution": "super-resolution",
    "similarity-search": "embedding",
}
GENERIC = "classification"  # of scenes, or of pixels: the shape of the output tells
WIDE = 1e30  # limits of a step that changes nothing
SCALINGS: Mapping[
    str, tuple[str, tuple[str, ...], tuple[float, ...]]
] = {  # type -> step, its keys, what changes nothing
    "min-max": ("range", ("minimum", "maximum"), (0.0, 1.0)),
    "z-score": ("standardise", ("mean", "stddev"), (0.0, 1.0)),
    "clip": ("clip", ("minimum", "maximum"), (-WIDE, WIDE)),
    "clip-min": ("clip", ("minimum", ""), (-WIDE, WIDE)),
    "clip-max": ("clip", ("", "maximum"), (-WIDE, WIDE)),
    "offset": ("subtract", ("value",), (0.0,)),
    "scale": ("divide", ("value",), (1.0,)),
}
SCALING_KEYS = ("value_scaling", "scaling", "norm_type", "statistics")  # of an input
MOST = 4096  # bands and classes that a shape may promise


def is_foreign(item: Any) -> bool:
    """Whether an item has the extension's properties, and not ours of task or inputs."""
    properties = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(properties, dict) or "mlm:input" not in properties:
        return False
    return not {"rsdl:task", "rsdl:inputs"} & set(properties)


def in_our_terms(item: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The item with properties as ``card_schema`` wants them; ModelError for a scaling that cannot be done.

    What is of a wrong kind is left as it is, so that the check of the card names it.
    """
    properties = dict(item["properties"])
    assets = [value for value in _values(item.get("assets")) if isinstance(value, dict)]
    known = _described(properties, assets)
    inputs = [_input(value, i, where) for i, value in enumerate(_listed(properties.get("mlm:input")))]
    outputs = [_output(value) for value in _listed(properties.get("mlm:output"))]
    properties["mlm:input"] = [value for value, _ in inputs] or properties.get("mlm:input")
    properties["mlm:output"] = outputs or properties.get("mlm:output")
    name = str(properties.get("mlm:name") or item.get("id") or "model")
    properties["mlm:name"] = name if is_safe_title(name) and len(name) <= 255 else as_model_name(name)
    properties.setdefault("title", one_line(name).strip() or "model")
    if not isinstance(properties.get("mlm:architecture"), str):
        properties["mlm:architecture"] = "unknown"
    properties["rsdl:inputs"] = {
        value["name"]: _extra(value, axes, known) for value, axes in inputs if isinstance(value, dict)
    }
    task = _task(properties, outputs)
    if task:
        properties["rsdl:task"] = task
    if task_of(task).numbers:
        properties["rsdl:activation"] = "identity"
        properties["rsdl:values"] = _names_of_values(outputs) or _features(outputs, task)
    return {**item, "properties": {**_sizes(inputs, known), **properties}}


def item_notes(item: Mapping[str, Any], scaling_known: bool = False) -> list[str]:
    """What of an item cannot be done by its words, in sentences; ``scaling_known``: whether a person said it."""
    notes = []
    properties = item.get("properties", {})
    for value in _listed(properties.get("mlm:input")):
        function = value.get("pre_processing_function") if isinstance(value, dict) else None
        if isinstance(function, dict) and function.get("format") != "rsdl":
            what = shortened(str(function.get("expression", "")))
            notes.append(
                f"Its item names a function that prepares '{shortened(str(value.get('name', '')))}', which is not run: "
                f"{what}. If it scales values, say how in SCALING."
            )
        elif isinstance(value, dict) and not scaling_known and not any(value.get(key) for key in SCALING_KEYS):
            notes.append(
                f"Its item scales no values for '{shortened(str(value.get('name', '')))}': the network gets those of "
                "the raster. If it was trained with others, say how in SCALING."
            )
        bands = _listed(value.get("bands")) if isinstance(value, dict) else []
        notes += [
            f"Its band {shortened(str(band.get('name')))} is calculated: {shortened(str(band['expression']))}. Make it "
            "with the raster calculator, and give it that name."
            for band in bands
            if isinstance(band, dict) and band.get("expression")
        ]
    for value in _listed(properties.get("mlm:output")):
        function = value.get("post_processing_function") if isinstance(value, dict) else None
        if isinstance(function, dict):
            what = shortened(str(function.get("expression", "")))
            notes.append(f"Its item names a function for what it gives, which is not run: {what}.")
    return notes


def _input(value: Any, place: int, where: str) -> tuple[Any, str]:
    """An input with named bands and our scaling, and its axes by their letters."""
    if not isinstance(value, dict):
        return value, ""
    structure = value.get("input")
    axes, lengths = _axes(structure if isinstance(structure, dict) else {})
    bands = value.get("bands") or value.get("variables") or []
    count = lengths.get("C", 0)
    if not bands and 0 < count <= MOST:
        bands = [f"channel {i + 1}" for i in range(count)]
    if isinstance(bands, list):
        bands = [band.get("name") if isinstance(band, dict) else band for band in bands]
    made = {**value, "name": _name(value.get("name"), place), "bands": bands, "value_scaling": None}
    scaling = value.get("value_scaling") or value.get("scaling")
    made["_scaling"] = _scaling(scaling, value, len(bands) if isinstance(bands, list) else 0, where)
    made["_lengths"] = lengths
    return made, axes


def _name(value: Any, place: int) -> Any:
    if isinstance(value, str) and len(value) > 255:  # a description in its place
        return f"input {place + 1}"
    return value if value is not None else f"input {place + 1}"


def _axes(structure: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """The axes that ``dim_order`` names by letters, '' where it is none that is known, and their lengths."""
    order, shape = structure.get("dim_order"), structure.get("shape")
    if not isinstance(order, list) or not isinstance(shape, list) or len(order) != len(shape):
        return "", {}
    letters = [LETTERS.get(str(name).lower(), "?") for name in order]
    if "?" in letters and "C" not in letters and letters.count("?") == 1:
        letters[letters.index("?")] = "C"  # an axis with the name of what lies along it
    if "N" not in letters and letters[:1] == ["T"]:
        letters[0] = "N"
    lengths = {a: n for a, n in zip(letters, shape) if isinstance(n, int) and not isinstance(n, bool) and n > 0}
    return "".join(letters), lengths


def _scaling(scaling: Any, value: Mapping[str, Any], bands: int, where: str) -> dict[str, Any] | None:
    """The scaling as ``card.Scaling`` in JSON; None: none."""
    if not scaling and value.get("norm_type") in SCALINGS and value.get("statistics"):  # as of version 0
        scaling = [
            {"type": value["norm_type"], **item} for item in _listed(value["statistics"]) if isinstance(item, dict)
        ]
    items = [item if isinstance(item, dict) else {} for item in _listed(scaling)]
    kinds = list(dict.fromkeys(str(item["type"]) for item in items if item.get("type")))
    unknown = sorted(kind for kind in kinds if kind not in SCALINGS)
    if unknown:
        text = f"{where} scales its input by {', '.join(map(shortened, unknown))}, which is not supported."
        raise ModelError(text, "Say how values are scaled in SCALING.")
    if not kinds:
        return None
    try:
        steps = tuple(_step(kind, items) for kind in kinds)
        return asdict(scaling_of(steps, bands))
    except InputError as error:
        raise ModelError(f"{where} cannot be used: {error.message}", "Say how values are scaled in SCALING.") from None
    except (TypeError, ValueError, KeyError):
        raise ModelError(f"{where} has a value_scaling that is not complete.", "Give SCALING.") from None


def _step(kind: str, items: Sequence[Mapping[str, Any]]) -> Step:
    """The step of one type; bands of another type are left as they are by it."""
    name, keys, nothing = SCALINGS[kind]
    rows = []
    for key, usual in zip(keys, nothing):
        rows.append(tuple(float(item[key]) if item.get("type") == kind and key else usual for item in items))
    return Step(name, tuple(rows))


def _class(number: int, item: Mapping[str, Any]) -> dict[str, Any]:
    """A class of the extension: its value, its name, and its colour, '' for none."""
    value = item.get("value", number)
    name = item.get("name") or item.get("title") or item.get("description") or f"class {value}"
    return {"value": value, "name": name, "color_hint": colour_of(item.get("color_hint"))}


def _output(value: Any) -> Any:
    """An output with its classes as the classification extension has them."""
    if not isinstance(value, dict):
        return value
    classes = value.get("classification:classes") or value.get("classification_classes")
    if not isinstance(classes, list):
        return {**value, "classification:classes": None}
    made = [_class(i, item) if isinstance(item, dict) else item for i, item in enumerate(classes)]
    if all(isinstance(item, dict) for item in made):
        colours = class_colors([str(item["name"]) for item in made], [item["color_hint"] for item in made])
        made = [{**item, "color_hint": colour.lstrip("#").upper()} for item, colour in zip(made, colours)]
        if all(isinstance(item["value"], int) for item in made):
            made.sort(key=lambda item: item["value"])  # channels are in the order of values
    return {**value, "classification:classes": made}


def _task(properties: Mapping[str, Any], outputs: Sequence[Any]) -> str:
    """Our task: by the terms of the item and its outputs; classes of pixels are no classification of scenes."""
    named = [*_listed(properties.get("mlm:tasks"))]
    for output in outputs:
        named += _listed(output.get("tasks")) if isinstance(output, dict) else []
    known = [name for name in named if isinstance(name, str) and name in FOREIGN_TASKS]
    if special := next((name for name in known if name != GENERIC), ""):
        return FOREIGN_TASKS[special]
    if not known:
        return ""
    result = outputs[0].get("result") if outputs and isinstance(outputs[0], dict) else None
    order = [LETTERS.get(str(axis).lower()) for axis in _listed((result or {}).get("dim_order"))]
    return "segmentation" if "H" in order else FOREIGN_TASKS[GENERIC]


def _names_of_values(outputs: Sequence[Any]) -> list[str]:
    """Names of the numbers of a pixel where there are several."""
    first = outputs[0] if outputs and isinstance(outputs[0], dict) else {}
    bands = _listed(first.get("bands")) or _listed(first.get("variables"))
    names = [band.get("name") if isinstance(band, dict) else band for band in bands]
    return [str(name)[:255] for name in names] if len(names) > 1 else []


def _features(outputs: Sequence[Any], task: str) -> list[str]:
    """Names of the features of a picture, as many as the first output is said to have."""
    first = outputs[0] if outputs and isinstance(outputs[0], dict) else {}
    shape = _listed((first.get("result") or {}).get("shape"))
    count = shape[1] if len(shape) > 1 and isinstance(shape[1], int) else 0
    return [f"f{i + 1}" for i in range(count)] if task_of(task).features and 0 < count <= MOST else []


def _extra(value: Mapping[str, Any], axes: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """``rsdl:inputs`` of an input: other names of its bands, its scaling, its dates."""
    bands = value["bands"] if isinstance(value["bands"], list) else []
    aliases = {}
    for name in (band for band in bands if isinstance(band, str) and band):
        others = [*band_of(name).aliases, known["common"].get(name, "")]
        aliases[name] = [other for other in dict.fromkeys(others) if other and other != name]
    extra: dict[str, Any] = {"aliases": aliases}
    if value["_scaling"]:
        extra["scaling"] = value["_scaling"]
    dates = value["_lengths"].get("T", 1) if "T" in axes else 1
    if dates > 1:
        extra["dates"] = [f"date {i + 1}" for i in range(min(dates, MOST))]
    if known["nodata"] is not None:
        extra["nodata"] = known["nodata"]
    return extra


def _sizes(inputs: Sequence[tuple[Any, str]], known: Mapping[str, Any]) -> dict[str, Any]:
    """Layout, tiles and resolution."""
    found: dict[str, Any] = {"rsdl:axes": "NCHW"}
    for value, axes in inputs:
        if axes in AXES:
            found["rsdl:axes"] = axes
        lengths = value["_lengths"] if isinstance(value, dict) else {}
        side = lengths.get("H") or lengths.get("W")
        if side and side >= 8:  # smaller ones only show the form
            found["rsdl:tiling"] = {"size": side, "multiple": side, "any_size": False}
            break
    if known["resolution"]:
        found["rsdl:resolution"] = known["resolution"]
    return found


def _described(properties: Mapping[str, Any], assets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Common names of bands, and the pixel size and nodata that all of them have, wherever an item describes bands."""
    bands: list[Mapping[str, Any]] = []
    for place in (properties, *assets):
        for key in ("bands", "eo:bands", "raster:bands"):
            bands += [band for band in _listed(place.get(key)) if isinstance(band, dict)]
    common = {}
    for band in bands:
        name, other = band.get("name"), band.get("common_name") or band.get("eo:common_name")
        if isinstance(name, str) and isinstance(other, str):
            common[name] = one_line(other)
    sizes = {band["spatial_resolution"] for band in bands if _is_number(band.get("spatial_resolution"))}
    sizes = sizes or {properties["gsd"]} if _is_number(properties.get("gsd")) else sizes
    nodata = {band["nodata"] for band in bands if _is_number(band.get("nodata"))}
    return {
        "common": common,
        "resolution": sizes.pop() if len(sizes) == 1 else None,
        "nodata": nodata.pop() if len(nodata) == 1 else None,
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else []
