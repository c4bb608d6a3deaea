"""Checks a network's options and inputs against its line in the table: a sentence instead of torch's own error, or of
a wrong result.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import ModelError
from ..tables.kinds import Boolean, Kind, ListOf, Number, Plain, Text, Whole, Wrong
from ..tables.tasks import TASKS
from .table import COMMON_OPTIONS, Network

KINDS: Mapping[str, Kind] = {  # declared type of an option -> the values it may have
    "int": Whole(1, 16_384),
    "float": Number(0, 1000),
    "bool": Boolean(),
    "str": Text(100),
    "Sequence[int]": ListOf(Whole(1, 16_384), 1, 64),
    "Sequence[float]": ListOf(Number(0, 16_384, above=True), 1, 64),
    "Sequence[str]": ListOf(Text(100), 1, 1000),
    "Sequence[Degrees]": ListOf(Number(-360, 360), 2, 2),
    "Mapping[str, Any]": Plain("an object of options"),
}
DROPOUT = Number(0, 0.99)  # probability
COUNTS = {  # option -> the sentence for a wrong number, and what it may be
    "coarsen": ("cannot be coarsened by {}", Whole(1, 64, exact=True)),
    "members": ("cannot have {} members", Whole(1, 50, exact=True)),
    "examples": ("cannot keep {} examples", Whole(1, 10_000_000, exact=True)),
    "neighbours": ("cannot decide by {} neighbours", Whole(1, 1000, exact=True)),
}


def check_request(
    line: Network,
    constructor: Any,
    inputs: Mapping[str, tuple[int, int]],
    classes: int,
    options: Mapping[str, Any],
    least: int = 1,
) -> None:
    """ModelError where a network cannot be built for these inputs, classes (``least`` or more) and options."""
    if not inputs or classes < least:
        asked = f"{len(inputs)} inputs and {classes} classes"
        raise ModelError(f"{line.title} was asked for with {asked}.", "Give at least one input and one class.")
    for key, (dates, bands) in inputs.items():
        if line.dates not in (None, dates):
            raise ModelError(f"{line.title} takes {line.dates} dates, and input '{key}' has {dates}.")
        if dates < 1 or bands < 1:
            raise ModelError(f"Input '{key}' has {dates} dates of {bands} bands.", "Both are at least 1.")
        if not key or "." in key:
            raise ModelError(f"An input cannot be called '{key}'.", "Use a name without a full stop.")
    check_options(line, constructor, options)


def check_options(line: Network, constructor: Any, options: Mapping[str, Any]) -> None:
    """ModelError where a network has no such options, or a common option is out of range."""
    known = options_of(line, constructor)
    if wrong := sorted(set(options) - known):
        raise ModelError(f"{line.title} has no option '{wrong[0]}'.", f"It has: {', '.join(sorted(known))}.")
    declared = inspect.signature(constructor).parameters
    for option in sorted(set(options) & set(declared)):
        _check_kind(line, option, str(declared[option].annotation), options[option])
    for option, (said, kind) in COUNTS.items():
        number = options.get(option, 1)
        if not kind.fits(number) or not kind.holds(number):
            hint = f"Give a whole number up to {kind.largest}, such as 2."
            raise ModelError(f"{line.title} {said.format(number)}.", hint)


def _check_kind(line: Network, option: str, declared: str, value: Any) -> None:
    """ModelError where the value of an option is of the wrong type or out of range."""
    kinds = declared.split(" | ")
    if value is None and "None" in kinds:
        return
    kind = DROPOUT if option.endswith("dropout") else KINDS[kinds[0]]
    try:
        kind(value, f"The option '{option}' of {line.title}")
    except Wrong as error:
        raise error.as_error(ModelError) from None


def options_of(line: Network, constructor: Any) -> set[str]:
    """The options of a network: its constructor's, and those that all networks of its kind have."""
    common = {option for option, tasks in COMMON_OPTIONS.items() if line.task in tasks}
    return set(inspect.signature(constructor).parameters) - {"inputs", "classes"} | common


def multiple_of(network: nn.Module, line: Network) -> int:
    """The multiple that height and width of an image have to be of, large enough for the smallest size as well."""
    least = math.ceil(max(line.smallest, line.multiple) / line.multiple) * line.multiple
    return int(getattr(network, "multiple", least))


def guard(network: nn.Module, line: Network, inputs: Mapping[str, tuple[int, int]], options: Mapping[str, Any]) -> None:
    """Make the network refuse, with a ModelError, images that it was not built for."""
    side = None if line.any_size else options.get("size", line.size)
    if hasattr(network, "multiple"):  # by its depth, where that differs from the table's
        line = replace(line, multiple=network.multiple, smallest=0)
    check = check_series if TASKS[line.task].series else partial(check_images, side=side)
    network.register_forward_pre_hook(partial(_check, check, line, dict(inputs)), prepend=True)


def _check(
    check: Any, line: Network, inputs: Mapping[str, tuple[int, int]], _: nn.Module, given: Sequence[Tensor]
) -> None:
    if not torch.jit.is_tracing():
        check(line, inputs, given)


def check_images(
    line: Network, inputs: Mapping[str, tuple[int, int]], given: Sequence[Tensor], side: int | None = None
) -> None:
    """ModelError unless ``given`` is a tensor (N, T, C, H, W) an input, of sides that the network takes.

    ``side``: the height and width of a network of one size.
    """
    _check_count(line, inputs, given, len(inputs))
    for (key, shape), images in zip(inputs.items(), given):
        if images.ndim != 5 or tuple(images.shape[1:3]) != shape:
            raise ModelError(
                f"{line.title} takes {shape[0]} date(s) of {shape[1]} band(s) of '{key}', (N, T, C, H, W), "
                f"and was given {tuple(images.shape)}."
            )
        height, width = images.shape[3:]
        if side is not None and (height, width) != (side, side):
            raise ModelError(f"{line.title} was built for {side} x {side} px, and the image has {height} x {width}.")
        least = line.smallest or line.multiple
        if side is None and (min(height, width) < least or height % line.multiple or width % line.multiple):
            raise ModelError(
                f"{line.title} takes sides of at least {least} px that are multiples of {line.multiple}, "
                f"and the image has {height} x {width} px."
            )


def check_series(line: Network, inputs: Mapping[str, tuple[int, int]], given: Sequence[Tensor]) -> None:
    """ModelError unless ``given`` is a tensor (N, T, C) an input and, last, ``valid`` (N, T)."""
    _check_count(line, inputs, given, len(inputs) + 1)
    *series, valid = given
    for (key, (_, bands)), values in zip(inputs.items(), series):
        if values.ndim != 3 or values.shape[2] != bands or values.shape[:2] != valid.shape or not values.shape[1]:
            raise ModelError(
                f"{line.title} takes '{key}' as (N, T, {bands}) with at least one date, and its valid dates as (N, T), "
                f"and was given {tuple(values.shape)} and {tuple(valid.shape)}."
            )


def _check_count(line: Network, inputs: Mapping[str, Any], given: Sequence[Tensor], count: int) -> None:
    if len(given) != count:
        last = " and the valid dates" if count > len(inputs) else ""
        raise ModelError(f"{line.title} takes {', '.join(inputs)}{last}: {count} tensors, and was given {len(given)}.")
