"""The model card as a STAC Item of the Machine Learning Model extension, and back. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from .card import MLM_SCHEMA, ONNX_FILE, WEIGHTS_FILE, Band, Class, Input, ModelCard, Scaling, Tiling
from .errors import ModelError

TASKS = {"segmentation": "semantic-segmentation"}
EPOCH = "2014-04-03T00:00:00Z"  # launch of Sentinel-1A: an open interval for models that hold for any date
EARTH = [-180.0, -90.0, 180.0, 90.0]
PLAIN = (  # card fields that are JSON values as they are, and have no MLM term
    "options",
    "keywords",
    "resolution",
    "resolution_tolerance",
    "activation",
    "threshold",
    "background",
    "half_precision",
    "axes",
    "engine",
    "sha256",
    "provenance",
)


def to_item(card: ModelCard) -> dict[str, Any]:
    """The STAC item of a card."""
    west, south, east, north = EARTH
    properties = {
        "datetime": None,
        "start_datetime": EPOCH,
        "end_datetime": "9999-12-31T23:59:59Z",
        "title": card.title,
        "description": card.description or card.title,
        "keywords": list(card.keywords),
        "mlm:name": card.name,
        "mlm:architecture": card.network or "unknown",
        "mlm:tasks": [TASKS.get(card.task, card.task)],
        "mlm:framework": "ONNX",
        "mlm:pretrained": True,
        "mlm:input": [_mlm_input(card, item) for item in card.inputs],
        "mlm:output": [_mlm_output(card)],
        "rsdl:task": card.task,
        "rsdl:inputs": {item.name: _rsdl_input(item) for item in card.inputs},
        "rsdl:tiling": asdict(card.tiling),
        **{f"rsdl:{name}": getattr(card, name) for name in PLAIN if name != "keywords"},
    }
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [MLM_SCHEMA, "https://stac-extensions.github.io/classification/v2.0.0/schema.json"],
        "id": card.name,
        "bbox": EARTH,
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
        },
        "properties": properties,
        "links": [],
        "assets": _assets(card),
    }


def from_item(item: Mapping[str, Any]) -> ModelCard:
    """The card in a STAC item; ModelError says what the item lacks."""
    try:
        properties = item["properties"]
        extra = properties.get("rsdl:inputs", {})
        title = properties.get("title", properties["mlm:name"])
        classes = properties["mlm:output"][0]["classification:classes"]
        plain = {name: properties[f"rsdl:{name}"] for name in PLAIN if f"rsdl:{name}" in properties}
        return ModelCard(
            name=properties["mlm:name"],
            title=title,
            description="" if properties.get("description") == title else properties.get("description", ""),
            keywords=tuple(properties.get("keywords", ())),
            task=properties.get("rsdl:task", "segmentation"),
            network=properties["mlm:architecture"],
            inputs=tuple(_input(value, extra.get(value["name"], {})) for value in properties["mlm:input"]),
            classes=tuple(_class(value) for value in classes),
            tiling=Tiling(**_known(Tiling, properties.get("rsdl:tiling", {}))),
            **plain,
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelError(
            f"The model card is not a complete STAC MLM item: {error!r}.",
            "It needs mlm:name, mlm:architecture, mlm:input with bands, and mlm:output with classification:classes.",
        ) from None


def _mlm_input(card: ModelCard, item: Input) -> dict[str, Any]:
    dates, bands = item.shape
    size = -1 if card.tiling.any_size else card.tiling.size
    shape, order = [-1, dates, bands, size, size], ["batch", "time", "bands", "height", "width"]
    if card.axes == "NCHW":
        shape, order = [-1, dates * bands, size, size], ["batch", "bands", "height", "width"]
    return {
        "name": item.name,
        "bands": [{"name": band.name} for band in item.bands],
        "input": {"shape": shape, "dim_order": order, "data_type": "float32"},
        "value_scaling": None,
        "pre_processing_function": {
            "format": "rsdl",
            "expression": f"{item.scaling.method} scaling, see rsdl:inputs.{item.name}.scaling",
        },
    }


def _mlm_output(card: ModelCard) -> dict[str, Any]:
    size = -1 if card.tiling.any_size else card.tiling.size
    return {
        "name": "probabilities",
        "tasks": [TASKS.get(card.task, card.task)],
        "bands": [],
        "result": {
            "shape": [-1, len(card.classes), size, size],
            "dim_order": ["batch", "class", "height", "width"],
            "data_type": "float32",
        },
        "classification:classes": [
            {"value": c.value, "name": c.name, "color_hint": c.color.lstrip("#").upper()}
            for c in card.classes
        ],
        "post_processing_function": None,
    }


def _rsdl_input(item: Input) -> dict[str, Any]:
    return {
        "role": item.role,
        "dates": list(item.dates),
        "aliases": {band.name: list(band.aliases) for band in item.bands},
        "scaling": asdict(item.scaling),
    }


def _input(value: Mapping[str, Any], extra: Mapping[str, Any]) -> Input:
    names = [band if isinstance(band, str) else band["name"] for band in value["bands"]]
    aliases = extra.get("aliases", {})
    scaling = {k: _tuples(v) for k, v in _known(Scaling, extra.get("scaling", {})).items()}
    return Input(
        name=value["name"],
        bands=tuple(Band(name, tuple(aliases.get(name, ()))) for name in names),
        dates=tuple(extra.get("dates", ("image",))),
        role=extra.get("role", ""),
        scaling=Scaling(**scaling) if scaling else _z_score(value.get("value_scaling")),
    )


def _z_score(scalings: Any) -> Scaling:
    """The scaling of a foreign MLM item: z-scores a band, nothing, or refused."""
    if not scalings:
        return Scaling()
    if any(s.get("type") != "z-score" for s in scalings):
        kinds = sorted({str(s.get("type")) for s in scalings})
        raise ModelError(f"The model card scales its input by {', '.join(kinds)}, which is not supported.")
    return Scaling(mean=(tuple(s["mean"] for s in scalings),), std=(tuple(s["stddev"] for s in scalings),))


def _class(value: Mapping[str, Any]) -> Class:
    return Class(int(value["value"]), value["name"], f"#{value.get('color_hint') or '808080'}".lower())


def _assets(card: ModelCard) -> dict[str, Any]:
    onnx = {
        "href": f"./{ONNX_FILE}",
        "type": "application/onnx",
        "roles": ["mlm:model", "mlm:inference-runtime"],
        "mlm:artifact_type": "onnx",
    }
    weights = {
        "href": f"./{WEIGHTS_FILE}",
        "type": "application/octet-stream; application=safetensors",
        "roles": ["mlm:model", "mlm:weights"],
        "mlm:artifact_type": "safetensors.torch.save",
    }
    return {"model": onnx, "weights": weights}


def _known(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f.name: values[f.name] for f in fields(cls) if f.name in values}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
