"""What a model card may say: one table for cards in folders, archives and ONNX files. Standard library only.

``ITEM`` is what each value of the STAC item must be, ``RULES`` what they must be together. Cards that are made from
other programs' metadata are checked by the same, as the item that they are written as, and the metadata before.
"""

from __future__ import annotations

import ntpath
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import ModelError
from ..tables.tasks import TASKS, task_of
from .card import ACTIVATIONS, AXES, ENGINES, METHODS, VALID, Input, ModelCard
from .names import is_device, is_safe_title
from .schema import (
    Check,
    Missing,
    Wrong,
    anything,
    each,
    either,
    flag,
    matching,
    nothing_or,
    number,
    one_of,
    record,
    table,
    text,
    whole,
)

MOST_BANDS = 4096  # of an input, and of its dates together
MOST_DATES = 10_000
MOST_CLASSES = 65_535
LARGEST_CLASS = 65_534  # 65535 is nodata of a class raster
LARGEST_SIDE = 65_536  # pixels
SMALLEST_DIVISOR = 1e-12
HINT = "It needs mlm:name, mlm:architecture, mlm:input with bands, and mlm:output with classification:classes."


def title(value: Any, key: str) -> None:
    """The name of a model in its card."""
    if not isinstance(value, str) or len(value) > 255 or not is_safe_title(value):
        raise Wrong(key, value, "a name of up to 255 characters that is no path, no device and not hidden")


def file_name(value: Any, key: str) -> None:
    """The name of a file beside the card, without a folder."""
    text(255, 1)(value, key)
    if ntpath.basename(value) != value or value in (".", "..") or ":" in value or is_device(value):
        raise Wrong(key, value, "a file's name without a folder")


PERCENT = number(0, 100)
CHANCE = number(0, 1)
SIDE = whole(1, LARGEST_SIDE)
RESOLUTION = number(1e-6, 1e7)  # metres a pixel
LABEL = text(1000, 1)
BAND = text(255, 1)
RANGE = each(number(), 2, 2)
COLOUR = matching("#?[0-9A-Fa-f]{6}", "a colour as six hexadecimal digits, such as 1F78B4")
MEANING = text(100)  # of a foreign network's output, looked at where the file is opened
CLASS_NAMES = table(matching("[0-9]{1,5}", "the number of a class"), LABEL, MOST_CLASSES)
SHA256 = matching("(sha256:)?[0-9a-fA-F]{64}", "64 hexadecimal digits, 'sha256:' before them or not")

SCALING: Mapping[str, Check] = {
    "method": one_of(METHODS),
    "low": PERCENT,
    "high": PERCENT,
    "pooled": flag(),
    "clip": nothing_or(RANGE),
    "divisor": number(SMALLEST_DIVISOR),
    "mean": each(each(number(), 1, MOST_BANDS), 0, MOST_DATES),
    "std": each(each(number(SMALLEST_DIVISOR), 1, MOST_BANDS), 0, MOST_DATES),
    "decibel": flag(),
}
TILING: Mapping[str, Check] = {
    "size": SIDE,
    "overlap": whole(0, LARGEST_SIDE),
    "multiple": SIDE,
    "any_size": flag(),
    "memory": whole(1, 10**9),  # bytes a pixel
}
INPUT: Mapping[str, Check] = {
    "role": text(255),
    "dates": each(text(100, 1), 1, MOST_DATES, unique=True),
    "aliases": table(BAND, each(BAND, most=100), MOST_BANDS),
    "scaling": record({}, SCALING),
}
VALUE_SCALING = record({"type": text(100)}, {"mean": number(), "stddev": number(SMALLEST_DIVISOR)})
MLM_INPUT = record(
    {"name": BAND, "bands": each(either(str, BAND, record({"name": BAND})), 0, MOST_BANDS)},
    {"value_scaling": nothing_or(each(VALUE_SCALING, 0, MOST_BANDS))},
)
CLASS = record({"value": whole(0, LARGEST_CLASS), "name": LABEL}, {"color_hint": nothing_or(COLOUR)})
MLM_OUTPUT = record({}, {"classification:classes": nothing_or(each(CLASS, 0, MOST_CLASSES))})
PROPERTIES = record(
    {
        "mlm:name": title,
        "mlm:architecture": text(255),
        "mlm:input": each(MLM_INPUT, 1, 100),
        "mlm:output": each(MLM_OUTPUT, 1, 100),
    },
    {
        "title": text(1000, 1),
        "description": nothing_or(text(100_000)),
        "keywords": each(text(255), most=1000),
        "mlm:tasks": each(text(100, 1), most=100),
        "rsdl:name": title,
        "rsdl:task": one_of(TASKS),
        "rsdl:inputs": table(BAND, record({}, INPUT), 100),
        "rsdl:tiling": record({}, TILING),
        "rsdl:options": anything,
        "rsdl:resolution": nothing_or(RESOLUTION),
        "rsdl:resolution_tolerance": number(1, 1e6),
        "rsdl:activation": one_of(ACTIVATIONS),
        "rsdl:threshold": nothing_or(CHANCE),
        "rsdl:thresholds": each(CHANCE, 0, MOST_CLASSES),
        "rsdl:unit": text(100),
        "rsdl:value_range": nothing_or(RANGE),
        "rsdl:background": nothing_or(whole(0, LARGEST_CLASS)),
        "rsdl:half_precision": flag(),
        "rsdl:axes": one_of(AXES),
        "rsdl:engine": one_of(ENGINES),
        "rsdl:output": MEANING,
        "rsdl:sha256": table(file_name, SHA256, 100),
        "rsdl:provenance": anything,
    },
)
ITEM = record({"properties": PROPERTIES})

DEEPNESS: Mapping[str, Check] = {  # its metadata, as numbers where they are written as text
    "model_type": text(100, 1),
    "det_type": text(100),
    "class_names": CLASS_NAMES,
    "tile_size": SIDE,
    "tiles_size": SIDE,
    "tiles_overlap": number(0, 99),  # per cent
    "resolution": number(1e-4, 1e9),  # centimetres a pixel
    "standardization_mean": either(list, each(number(), 1, MOST_BANDS), number()),
    "standardization_std": either(list, each(number(SMALLEST_DIVISOR), 1, MOST_BANDS), number(SMALLEST_DIVISOR)),
    "seg_thresh": CHANCE,
    "det_conf": CHANCE,
    "rsdl:output": MEANING,
}
ULTRALYTICS: Mapping[str, Check] = {
    "names": CLASS_NAMES,
    "imgsz": SIDE,
    "stride": SIDE,
    "rsdl:output": MEANING,
}


def check_item(item: Any, where: str) -> None:
    """ModelError where a STAC item has a value that a card cannot have; it names the file, the key and the value."""
    try:
        ITEM(item, "")
    except Wrong as error:
        raise wrong_card(where, error) from None


def check_keys(keys: Mapping[str, Any], checks: Mapping[str, Check], where: str) -> None:
    """ModelError where metadata of another program have a value that it cannot be; null is as not there."""
    try:
        for key, check in checks.items():
            if keys.get(key) is not None:
                check(keys[key], key)
    except Wrong as error:
        raise wrong_card(where, error) from None


def check_count(count: int | None, most: int, what: str, where: str) -> None:
    """ModelError where a file's tensors have more ``what`` than a card may name."""
    if count is not None and not 1 <= count <= most:
        raise ModelError(f"{where} has {count} {what}; 1 to {most} can be used.")


def check_card(card: ModelCard, where: str) -> None:
    """ModelError where a card's values contradict each other."""
    for key, problem in _contradictions(card):
        raise ModelError(f"{where} cannot be used: {key} {problem}.", "Correct it, or get the model again.")


def wrong_card(where: str, error: Wrong) -> ModelError:
    """What a person is told of a value that is wrong."""
    hint = HINT if isinstance(error, Missing) else "Correct it, or get the model again."
    return ModelError(f"{where} cannot be used: {error.key.removeprefix('properties.')}{_rest(error)}.", hint)


def _rest(error: Wrong) -> str:
    return str(error)[len(error.key) :]


def _contradictions(card: ModelCard) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) of what cannot be together."""
    for rule in RULES:
        yield from rule(card)


def _inputs(card: ModelCard) -> Iterator[tuple[str, str]]:
    names = [item.name for item in card.inputs]
    if len(set(names)) < len(names):
        yield "mlm:input", f"names an input twice ({', '.join(names)})"
    if task_of(card.task).series and VALID in names:
        yield "mlm:input", f"calls an input '{VALID}', which is what says which dates count"
    if any(len(item.dates) * len(item.bands) > MOST_BANDS * 10 for item in card.inputs):
        yield "mlm:input", f"has more than {MOST_BANDS * 10} bands of all dates"


def _scalings(card: ModelCard) -> Iterator[tuple[str, str]]:
    for item in card.inputs:
        key, scaling = f"rsdl:inputs.{item.name}.scaling", item.scaling
        if scaling.low >= scaling.high:
            yield f"{key}.low", f"is {scaling.low:g}, and must be below high ({scaling.high:g})"
        if scaling.clip and scaling.clip[0] >= scaling.clip[1]:
            yield f"{key}.clip", f"ends at {scaling.clip[1]:g}, and begins at {scaling.clip[0]:g}"
        for name, rows in (("mean", scaling.mean), ("std", scaling.std)):
            if rows and (len(rows) not in (1, len(item.dates)) or {len(row) for row in rows} != {len(item.bands)}):
                yield f"{key}.{name}", f"{_rows(rows)}; the input has {_shape(item)}"


def _rows(rows: tuple[tuple[float, ...], ...]) -> str:
    lengths = sorted({len(row) for row in rows})
    return f"has {len(rows)} row(s) of {' and '.join(map(str, lengths))} number(s)"


def _shape(item: Input) -> str:
    return f"{len(item.dates)} date(s) of {len(item.bands)} band(s)"


def _classes(card: ModelCard) -> Iterator[tuple[str, str]]:
    counts = Counter(item.value for item in card.classes)
    if twice := [value for value, count in counts.items() if count > 1]:
        yield "mlm:output", f"has {counts[twice[0]]} classification:classes of the value {twice[0]}"
    if card.background is not None and counts and card.background not in counts:
        yield "rsdl:background", f"is {card.background}, which is not the value of a class"
    if card.thresholds and len(card.thresholds) != len(card.classes):
        yield "rsdl:thresholds", f"has {len(card.thresholds)} value(s); there are {len(card.classes)} classes"


def _numbers(card: ModelCard) -> Iterator[tuple[str, str]]:
    if card.value_range and card.value_range[0] > card.value_range[1]:
        yield "rsdl:value_range", f"ends at {card.value_range[1]:g}, and begins at {card.value_range[0]:g}"


def _tiling(card: ModelCard) -> Iterator[tuple[str, str]]:
    tiling = card.tiling
    if tiling.overlap >= tiling.size:
        yield "rsdl:tiling.overlap", f"is {tiling.overlap}, and must be below size ({tiling.size})"
    if not tiling.any_size and tiling.size % tiling.multiple:
        yield "rsdl:tiling.multiple", f"is {tiling.multiple}, of which size ({tiling.size}) is no multiple"


RULES: tuple[Callable[[ModelCard], Iterator[tuple[str, str]]], ...] = (_inputs, _scalings, _classes, _numbers, _tiling)
