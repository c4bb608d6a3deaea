"""The model card as a STAC Item of the Machine Learning Model extension, and back. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from ..errors import ModelError
from ..files.json import parsed, plain
from ..files.text import lines, one_line
from ..tables.tasks import ALL_TASKS, task_of
from .card import MLM_SCHEMA, ONNX_FILE, WEIGHTS_FILE, Band, Class, Input, ModelCard, Scaling, Tiling, usual_overlap
from .card_schema import HINT, check_card, check_item
from .domain import Domain
from .foreign_item import in_our_terms, is_foreign
from .steps import Step

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]")  # what MLM takes for a name
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
TEXTS = ("unit", "output")  # fields that few models have: left out where they are empty
DIGEST = "sha256:"  # before a hash in a card's file, which says what it is; cards without it are read as well
NUMBERS = ("thresholds", "value_range", "values")  # lists that few tasks have: left out where there are none
ODD = {"iou": None, "output_index": None, "output_scale": 1.0}  # fields that are left out where they are so


def to_item(card: ModelCard) -> dict[str, Any]:
    """The STAC item of a card."""
    west, south, east, north = EARTH
    name = mlm_name(card.name)
    some: dict[str, Any] = {field: list(getattr(card, field)) for field in NUMBERS if getattr(card, field)}
    some |= {field: getattr(card, field) for field in TEXTS if getattr(card, field)}
    some |= {field: getattr(card, field) for field, usual in ODD.items() if getattr(card, field) != usual}
    some |= {"name": card.name} if card.name != name else {}
    some |= {"temperature": card.temperature} if card.temperature != 1 else {}
    if card.domain:
        some |= {"domain": {name: value for name, value in asdict(card.domain).items() if value is not None}}
    properties = {
        "datetime": None,
        "start_datetime": EPOCH,
        "end_datetime": "9999-12-31T23:59:59Z",
        "title": card.title,
        "description": card.description or card.title,
        "keywords": list(card.keywords),
        "bands": [{"name": band} for band in dict.fromkeys(b.name for i in card.inputs for b in i.bands)],
        "mlm:name": name,
        "mlm:architecture": card.network or "unknown",
        "mlm:tasks": [_mlm_task(card)],
        "mlm:framework": "ONNX" if ONNX_FILE in _files(card) else "PyTorch",
        "mlm:pretrained": True,
        "mlm:input": _mlm_inputs(card),
        "mlm:output": _mlm_outputs(card),
        "rsdl:task": card.task,
        "rsdl:inputs": {item.name: _rsdl_input(item) for item in card.inputs},
        "rsdl:tiling": asdict(card.tiling),
        **{f"rsdl:{field}": getattr(card, field) for field in PLAIN if field != "keywords"},
        "rsdl:sha256": stated(card.sha256),
        **{f"rsdl:{field}": value for field, value in some.items()},
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


def from_item(item: Any, where: str = "The model card") -> ModelCard:
    """The card in a STAC item; ModelError names ``where`` and what is missing or cannot be."""
    if is_foreign(item):
        item = in_our_terms(item, where)
    check_item(item, where)
    properties = item["properties"]
    extra = properties.get("rsdl:inputs", {})
    title = properties.get("title", properties["mlm:name"])
    tasks = properties.get("mlm:tasks") or ("segmentation",)
    task = properties.get("rsdl:task", tasks[0])
    given = {name: properties[f"rsdl:{name}"] for name in (*PLAIN, "temperature") if f"rsdl:{name}" in properties}
    given |= {name: plain(given[name]) for name in ("options", "provenance") if name in given}
    given |= {name: one_line(properties.get(f"rsdl:{name}", "")) for name in TEXTS}
    given |= {name: properties[f"rsdl:{name}"] for name in ODD if f"rsdl:{name}" in properties}
    if domain := properties.get("rsdl:domain"):
        given["domain"] = Domain(**{name: _tuples(value) for name, value in _known(Domain, domain).items()})
    if "sha256" in given:
        given["sha256"] = {file: digits.removeprefix(DIGEST) for file, digits in given["sha256"].items()}
    given |= {name: tuple(properties[f"rsdl:{name}"]) for name in NUMBERS if properties.get(f"rsdl:{name}")}
    inputs = [value for value in properties["mlm:input"] if value["bands"]]  # which dates are valid has none
    if not inputs:
        raise ModelError(f"{where} names no bands: no mlm:input has some.", HINT)
    description = properties.get("description") or ""
    card = ModelCard(
        name=properties.get("rsdl:name", properties["mlm:name"]),
        title=one_line(title),
        description="" if description == title else lines(description),
        keywords=tuple(map(one_line, properties.get("keywords", ()))),
        task=task,
        network=one_line(properties["mlm:architecture"]),
        inputs=tuple(_input(value, extra.get(value["name"], {})) for value in inputs),
        classes=_classes(properties["mlm:output"], task, where),
        tiling=_tiling(properties.get("rsdl:tiling", {}), task_of(task).boxes),
        **given,
    )
    check_card(card, where)
    return card


def stated(sha256: Mapping[str, str]) -> dict[str, str]:
    """The hashes of files as a card says them."""
    return {file: f"{DIGEST}{digits}" for file, digits in sha256.items()}


def mlm_name(name: str) -> str:
    """The name, or one like it that MLM takes: Latin letters, digits, dots and dashes, a letter first."""
    if NAME.fullmatch(name):
        return name
    latin = re.sub(r"[^a-zA-Z0-9_.-]+", "-", name).strip("_.-")
    return f"model-{latin}" if latin else "model"


def _mlm_task(card: ModelCard) -> str:
    task = task_of(card.task)
    if task.scenes and card.activation == "sigmoid":
        return "classification"  # MLM has no term for several labels a scene
    return task.mlm if card.task in ALL_TASKS else card.task


def _mlm_inputs(card: ModelCard) -> list[dict[str, Any]]:
    items = {item.name: item for item in card.inputs}
    tensors = card.tensors.items()
    return [_mlm_input(card, items[name], axes) if name in items else _mlm_valid(name, axes) for name, axes in tensors]


def _mlm_input(card: ModelCard, item: Input, axes: tuple[str, ...]) -> dict[str, Any]:
    dates, bands = item.shape
    size = -1 if card.tiling.any_size else card.tiling.size
    lengths = {"batch": -1, "time": dates, "bands": bands, "height": size, "width": size}
    if "time" not in axes:
        lengths["bands"] = dates * bands
    return {
        "name": item.name,
        "bands": [{"name": band.name} for band in item.bands],
        "input": {"shape": [lengths[axis] for axis in axes], "dim_order": list(axes), "data_type": "float32"},
        "value_scaling": None,
        "pre_processing_function": {
            "format": "rsdl",
            "expression": f"{item.scaling.method} scaling, see rsdl:inputs.{item.name}.scaling",
        },
    }


def _mlm_valid(name: str, axes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "bands": [],
        "description": "Boolean: which dates of a series are valid.",
        "input": {"shape": [-1] * len(axes), "dim_order": list(axes), "data_type": "other"},
        "value_scaling": None,
        "pre_processing_function": None,
    }


def _mlm_outputs(card: ModelCard) -> list[dict[str, Any]]:
    size = -1 if card.tiling.any_size else card.tiling.size
    lengths = {"class": card.channels, "channel": card.channels, "height": size, "width": size, "corner": 4}
    outputs = []
    for name, axes in task_of(card.task).outputs.items():
        output: dict[str, Any] = {
            "name": name,
            "tasks": [_mlm_task(card)],
            "bands": [{"name": name} for name in card.values],
            "result": {
                "shape": [lengths.get(axis, -1) for axis in axes],
                "dim_order": list(axes),
                "data_type": "float32",
            },
            "post_processing_function": None,
        }
        if "class" in axes:
            output["classification:classes"] = [class_item(item) for item in card.classes]
        outputs.append(output)
    return outputs


def class_item(item: Class) -> dict[str, Any]:
    """A class as the classification extension has it."""
    color = item.color.lstrip("#").upper()
    return {"value": item.value, "name": item.name, "description": item.name, "color_hint": color}


def _classes(outputs: Any, task: str, where: str) -> tuple[Class, ...]:
    """The classes of the first output that has some; ModelError where none has, and the task needs them."""
    found = [output["classification:classes"] for output in outputs if output.get("classification:classes")]
    if not found and not task_of(task).numbers:
        raise ModelError(f"{where} names no classes: no mlm:output has classification:classes.", HINT)
    return tuple(_class(value) for value in found[0]) if found else ()


def _tiling(values: Mapping[str, Any], boxes: bool) -> Tiling:
    """The tiling of a card; where it states no overlap, one that its tiles allow."""
    known = Tiling(**_known(Tiling, values))
    return known if "overlap" in values else replace(known, overlap=usual_overlap(known.size, known.any_size, boxes))


def _rsdl_input(item: Input) -> dict[str, Any]:
    scaling = asdict(item.scaling)
    return {
        "role": item.role,
        "dates": list(item.dates),
        "aliases": {band.name: list(band.aliases) for band in item.bands},
        "scaling": scaling if item.scaling.steps else {name: v for name, v in scaling.items() if name != "steps"},
        **({} if item.nodata is None else {"nodata": item.nodata}),
        **({"level": item.level} if item.level else {}),
    }


def _input(value: Mapping[str, Any], extra: Mapping[str, Any]) -> Input:
    names = [band if isinstance(band, str) else band["name"] for band in value["bands"]]
    aliases = extra.get("aliases", {})
    scaling = {k: _tuples(v) for k, v in _known(Scaling, extra.get("scaling", {})).items() if k != "steps"}
    if steps := extra.get("scaling", {}).get("steps"):
        scaling["steps"] = tuple(Step(step["name"], _tuples(step.get("values", []))) for step in steps)
    return Input(
        name=one_line(value["name"]),
        bands=tuple(Band(one_line(name), tuple(map(one_line, aliases.get(name, ())))) for name in names),
        dates=tuple(map(one_line, extra.get("dates", ("image",)))),
        role=one_line(extra.get("role", "")),
        scaling=Scaling(**scaling),
        nodata=extra.get("nodata"),
        level=extra.get("level", ""),
    )


def _class(value: Mapping[str, Any]) -> Class:
    color = (value.get("color_hint") or "808080").lstrip("#").lower()
    return Class(value["value"], one_line(value["name"]), f"#{color}")


def _files(card: ModelCard) -> tuple[str, ...]:
    """The model's files: those that the card has the hashes of, else both."""
    return tuple(card.sha256) or (ONNX_FILE, WEIGHTS_FILE)


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
    assets = {"model": (ONNX_FILE, onnx), "weights": (WEIGHTS_FILE, weights)}
    return {key: asset for key, (name, asset) in assets.items() if name in _files(card)}


def _known(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f.name: values[f.name] for f in fields(cls) if f.name in values}


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def read_json(text: str, where: str) -> ModelCard:
    """The card in a JSON text; ModelError names ``where`` when it is not one."""
    try:
        item = parsed(text)
    except ValueError as error:
        raise ModelError(f"The model card in {where} is not JSON: {error}.") from None
    return from_item(item, f"The model card in {where}")
