"""What a model card may say: one table for cards in folders, archives and ONNX files. Standard library only.

``PROPERTIES`` is what each value of the STAC item must be, ``RULES`` what they must be together. Cards that are made
from other programs' metadata are checked by the same, as the item that they are written as, and the metadata before.
"""

from __future__ import annotations

import ntpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError
from ..files.text import one_line
from ..tables.axes import AXES
from ..tables.kinds import (
    Boolean,
    Choice,
    Either,
    Kind,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Plain,
    TextThat,
    Whole,
    Wrong,
)
from ..tables.sensors import SURFACE, TOP
from ..tables.tasks import ALL_TASKS, task_of
from .card import ACTIVATIONS, ENGINES, METHODS, VALID, Input, ModelCard
from .domain import LARGEST as MOST_STATISTICS
from .domain import statistics_count
from .names import is_device, is_safe_title
from .steps import MOST_STEPS, STEPS, step_problems

LARGEST = 1e30  # of numbers without a limit of their own: float32 ends at 3e38
MOST_BANDS = 4096  # of an input, and of its dates together
MOST_DATES = 10_000
MOST_CLASSES = 65_535
LARGEST_CLASS = 65_534  # 65535 is nodata of a class raster
LARGEST_SIDE = 65_536  # pixels
SMALLEST_DIVISOR = 1e-12
HINT = "It needs mlm:name, mlm:architecture, mlm:input with bands, and mlm:output with classification:classes."


class Missing(Wrong):
    """A key that is not there."""

    def __str__(self) -> str:
        return f"{self.where} is missing"


@dataclass(frozen=True)
class Record(Kind):
    """A JSON object with known keys; others are left alone, for items of other programs have many."""

    needed: Mapping[str, Kind]
    optional: Mapping[str, Kind] = field(default_factory=dict)
    types = (dict,)

    @property
    def wanted(self) -> str:
        names = [f'"{name}"' for name in self.needed]
        return "an object" + (f" with {', '.join(names)}" if names else "")

    def made(self, value: dict[str, Any], where: str) -> dict[str, Any]:
        for name, kind in {**self.needed, **self.optional}.items():
            path = f"{where}.{name}" if where else name
            if name in value:
                kind(value[name], path)
            elif name in self.needed:
                raise Missing(path, None, kind.wanted)
        return value


def text(longest: int, shortest: int = 0) -> Kind:
    """A text of so many characters; what cannot be printed is taken out of it where it is read."""

    def rule(value: str) -> bool:
        return len(value) <= longest and len(one_line(value).strip()) >= shortest

    return TextThat(rule, f"a text of {shortest} to {longest} characters")


def matching(pattern: str, wanted: str) -> Kind:
    """A text that matches a regular expression; ``wanted`` says it in words."""
    return TextThat(re.compile(pattern).fullmatch, wanted)


def _is_title(value: str) -> bool:
    return len(value) <= 255 and is_safe_title(value)


def _is_file_name(value: str) -> bool:
    """Whether it can be the name of a file beside the card."""
    plain = len(value) <= 255 and one_line(value).strip() and ntpath.basename(value) == value
    return bool(plain) and value not in (".", "..") and ":" not in value and not is_device(value)


TITLE = TextThat(_is_title, "a name of up to 255 characters that is no path, no device and not hidden")
FILE_NAME = TextThat(_is_file_name, "the name of a file without a folder")
NUMBER = Number(-LARGEST, LARGEST)
DIVISOR = Number(SMALLEST_DIVISOR, LARGEST)
PERCENT = Number(0, 100)
CHANCE = Number(0, 1)
SIDE = Whole(1, LARGEST_SIDE, exact=True)
CLASS_VALUE = Whole(0, LARGEST_CLASS, exact=True)
RESOLUTION = Number(1e-6, 1e7)  # metres a pixel
LABEL = text(1000, 1)
BAND = text(255, 1)
RANGE = ListOf(NUMBER, 2, 2)
COLOUR = matching("#?[0-9A-Fa-f]{6}", "a colour as six hexadecimal digits, such as 1F78B4")
OUTPUT_INDEX = Whole(0, 999, exact=True)
MEANING = text(100)  # of a foreign network's output, looked at where the file is opened
CLASS_NAMES = MapOf(LABEL, matching("[0-9]{1,5}", "the number of a class"), MOST_CLASSES)
SHA256 = matching("(sha256:)?[0-9a-fA-F]{64}", "64 hexadecimal digits, 'sha256:' before them or not")
NOTES = Plain(names=TextThat(lambda _: True))

STEP = Record({"name": Choice(STEPS)}, {"values": ListOf(ListOf(NUMBER, 1, MOST_BANDS), 0, 2)})
SCALING: Mapping[str, Kind] = {
    "method": Choice(METHODS),
    "low": PERCENT,
    "high": PERCENT,
    "pooled": Boolean(),
    "clip": Nullable(RANGE),
    "divisor": DIVISOR,
    "mean": ListOf(ListOf(NUMBER, 1, MOST_BANDS), 0, MOST_DATES),
    "std": ListOf(ListOf(DIVISOR, 1, MOST_BANDS), 0, MOST_DATES),
    "decibel": Boolean(),
    "steps": ListOf(STEP, 0, MOST_STEPS),
}
TILING: Mapping[str, Kind] = {
    "size": SIDE,
    "overlap": Whole(0, LARGEST_SIDE, exact=True),
    "multiple": SIDE,
    "any_size": Boolean(),
    "memory": Whole(1, 10**9, exact=True),  # bytes a pixel
}
DOMAIN = Record(
    {
        "mean": ListOf(NUMBER, 1, MOST_STATISTICS),
        "std": ListOf(DIVISOR, 1, MOST_STATISTICS),
        "components": ListOf(ListOf(NUMBER, 1, MOST_STATISTICS), 1, MOST_STATISTICS),
        "variances": ListOf(DIVISOR, 1, MOST_STATISTICS),
        "rest": DIVISOR,
        "limit": DIVISOR,
        "within": CHANCE,
    },
    {"flattest": Nullable(CHANCE)},
)
INPUT: Mapping[str, Kind] = {
    "role": text(255),
    "dates": ListOf(text(100, 1), 1, MOST_DATES, unique=True),
    "aliases": MapOf(ListOf(BAND, most=100), BAND, MOST_BANDS),
    "scaling": Record({}, SCALING),
    "nodata": Nullable(Number()),
    "level": Choice((SURFACE, TOP)),
}
VALUE_SCALING = Record({"type": text(100)}, {"mean": NUMBER, "stddev": DIVISOR})
MLM_INPUT = Record(
    {"name": BAND, "bands": ListOf(Either((BAND, Record({"name": BAND}))), 0, MOST_BANDS)},
    {"value_scaling": Nullable(ListOf(VALUE_SCALING, 0, MOST_BANDS))},
)
CLASS = Record({"value": CLASS_VALUE, "name": LABEL}, {"color_hint": Nullable(COLOUR)})
MLM_OUTPUT = Record({}, {"classification:classes": Nullable(ListOf(CLASS, 0, MOST_CLASSES))})
PROPERTIES = Record(
    {
        "mlm:name": TITLE,
        "mlm:architecture": text(255),
        "mlm:input": ListOf(MLM_INPUT, 1, 100),
        "mlm:output": ListOf(MLM_OUTPUT, 1, 100),
    },
    {
        "title": text(1000, 1),
        "description": Nullable(text(100_000)),
        "keywords": ListOf(text(255), most=1000),
        "mlm:tasks": ListOf(text(100, 1), most=100),
        "rsdl:name": TITLE,
        "rsdl:task": Choice(ALL_TASKS),
        "rsdl:inputs": MapOf(Record({}, INPUT), BAND, 100),
        "rsdl:tiling": Record({}, TILING),
        "rsdl:options": NOTES,
        "rsdl:domain": Nullable(DOMAIN),
        "rsdl:resolution": Nullable(RESOLUTION),
        "rsdl:resolution_tolerance": Number(1, 1e6),
        "rsdl:activation": Choice(ACTIVATIONS),
        "rsdl:temperature": Number(0, 100, above=True),
        "rsdl:threshold": Nullable(CHANCE),
        "rsdl:thresholds": ListOf(CHANCE, 0, MOST_CLASSES),
        "rsdl:unit": text(100),
        "rsdl:value_range": Nullable(RANGE),
        "rsdl:background": Nullable(CLASS_VALUE),
        "rsdl:half_precision": Boolean(),
        "rsdl:axes": Choice(AXES),
        "rsdl:engine": Choice(ENGINES),
        "rsdl:output": MEANING,
        "rsdl:iou": Nullable(CHANCE),
        "rsdl:output_index": Nullable(OUTPUT_INDEX),
        "rsdl:output_scale": NUMBER,
        "rsdl:values": ListOf(BAND, 0, MOST_BANDS),
        "rsdl:sha256": MapOf(SHA256, FILE_NAME, 100),
        "rsdl:provenance": NOTES,
    },
)
ITEM = Record({"properties": Record({})})

DEEPNESS: Mapping[str, Kind] = {  # its metadata, as numbers where they are written as text
    "model_type": text(100, 1),
    "det_type": text(100),
    "class_names": CLASS_NAMES,
    "tile_size": SIDE,
    "tiles_size": SIDE,
    "tiles_overlap": Number(0, 99),  # per cent
    "resolution": Number(1e-4, 1e9),  # centimetres a pixel
    "standardization_mean": Either((NUMBER, ListOf(NUMBER, 1, MOST_BANDS))),
    "standardization_std": Either((DIVISOR, ListOf(DIVISOR, 1, MOST_BANDS))),
    "seg_thresh": CHANCE,
    "det_conf": CHANCE,
    "det_iou_thresh": CHANCE,
    "reg_output_scaling": NUMBER,
    "rsdl:output": MEANING,
}
ULTRALYTICS: Mapping[str, Kind] = {
    "names": CLASS_NAMES,
    "imgsz": SIDE,
    "stride": SIDE,
    "rsdl:output": MEANING,
}


def check_item(item: Any, where: str) -> None:
    """ModelError where a STAC item has a value that a card cannot have; it names the file, the key and the value."""
    try:
        PROPERTIES(ITEM(item, "")["properties"], "")
    except Wrong as error:
        raise wrong_card(where, error) from None


def check_keys(keys: Mapping[str, Any], kinds: Mapping[str, Kind], where: str) -> None:
    """ModelError where metadata of another program have a value that it cannot be; null is as not there."""
    try:
        for key, kind in kinds.items():
            if keys.get(key) is not None:
                kind(keys[key], key)
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
    return ModelError(f"{where} cannot be used: {error}.", hint)


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
        if bool(scaling.steps) != (scaling.method == "steps"):
            yield f"{key}.steps", f"{'are' if scaling.steps else 'are not'} there, and method is {scaling.method}"
        for problem in step_problems(scaling.steps, len(item.bands)):
            yield f"{key}.steps", problem


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


def _domain(card: ModelCard) -> Iterator[tuple[str, str]]:
    if card.domain is None:
        return
    if task_of(card.task).series or "H" not in card.axes:
        yield "rsdl:domain", "is of images, which this model does not take"
        return
    domain, count = card.domain, statistics_count([item.shape for item in card.inputs])
    rows = [("mean", domain.mean), ("std", domain.std), *(("components", row) for row in domain.components)]
    for name, row in rows:
        if len(row) != count:
            yield f"rsdl:domain.{name}", f"has {len(row)} number(s); the inputs have {count} statistics"
    if len(domain.variances) != len(domain.components) or len(domain.components) > count:
        sizes = f"has {len(domain.variances)} number(s) of {len(domain.components)} components"
        yield "rsdl:domain.variances", f"{sizes}; there are {count} statistics"


RULES: tuple[Callable[[ModelCard], Iterator[tuple[str, str]]], ...] = (
    _inputs,
    _scalings,
    _classes,
    _numbers,
    _tiling,
    _domain,
)
