"""What the arguments of a job may be: kinds of values, each of which takes a value or says what is wrong with it.

A table ``{name: Argument}`` declares the arguments of an operation, and ``taken`` reads them by it. Standard library
only, so that QGIS's side reads limits and defaults from the same tables.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import InputError

LONGEST_TEXT = 20_000  # characters: a coordinate system in words has some thousands
LONGEST_PATH = 4096
LONGEST_LIST = 10_000
SHOWN = 60  # characters of a value that are shown to the person
LARGEST = 1.7e308  # what a float can be
FARTHEST = 1e15  # of a coordinate from its origin, in any unit


class Kind(Protocol):
    """What a value has to be."""

    @property
    def wanted(self) -> str:
        """In words, after 'Give': 'a whole number from 1 to 64'."""

    def __call__(self, value: Any, where: str) -> Any:
        """The value as the engine takes it. InputError, which names ``where`` it stands, if it is not of this kind."""


@dataclass(frozen=True)
class Argument:
    """An argument of a job: its kind, whether there has to be one, and what stands for it where it is not given."""

    kind: Kind
    required: bool = False
    default: Any = None


Table = Mapping[str, Argument]


def taken(table: Table, given: Mapping[str, Any], inside: str = "", what: str = "the job") -> dict[str, Any]:
    """The values of a table that are given; null is the same as not given. InputError for the first that cannot be.

    ``inside``: where the values stand, for the message; ``what``: that which has these values, in words.
    """
    for name, value in given.items():
        if name not in table and value is not None:
            from difflib import get_close_matches  # not when QGIS starts

            near = get_close_matches(str(name), table, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"There are {', '.join(sorted(table)) or 'none'}."
            raise InputError(f"There is no argument {shown(name)} of {what}.", hint)
    for name, argument in table.items():
        if argument.required and given.get(name) is None:
            raise InputError(f"The job does not say '{inside}{name}'.", f"Give {argument.kind.wanted}.")
    return {
        name: table[name].kind(value, f"{inside}{name}" if inside else name.upper())
        for name, value in given.items()
        if value is not None
    }


def shown(value: Any) -> str:
    """A value in a message: as JSON, shortened."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (RecursionError, ValueError):
        text = f"a {type(value).__name__}"
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    text = f"'{text[1:-1]}'" if isinstance(value, str) else text
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 2]} …"


def wrong(where: str, value: Any, wanted: str) -> InputError:
    """The error for a value that is not what is wanted."""
    return InputError(f"{where} cannot be {shown(value)}.", f"Give {wanted}.")


@dataclass(frozen=True)
class Text:
    """A text that a file may hold: no NUL, no half of a character."""

    longest: int = LONGEST_TEXT
    wanted: str = "a text"

    def __call__(self, value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise wrong(where, value, self.wanted)
        if len(value) > self.longest:
            raise InputError(f"{where} has {len(value)} characters.", f"Give {self.wanted} of at most {self.longest}.")
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise InputError(f"{where}, {shown(value)}, holds characters that no text has.", f"Give {self.wanted}.")
        return value


@dataclass(frozen=True)
class Path:
    """A path, or something that stands for one: the name of a model, a source that GDAL opens."""

    wanted: str = "a path"

    def __call__(self, value: Any, where: str) -> str:
        text = Text(LONGEST_PATH, self.wanted)(value, where)
        if not text.strip():
            raise InputError(f"{where} is empty.", f"Give {self.wanted}.")
        return text


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    @property
    def wanted(self) -> str:
        return f"one of {', '.join(self.words)}"

    def __call__(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise wrong(where, value, self.wanted)
        return value


@dataclass(frozen=True)
class Number:
    """A number within limits; ``above``: the least one itself cannot be. ``finite`` false: NaN is one, too."""

    least: float = -LARGEST
    largest: float = LARGEST
    above: bool = False
    finite: bool = True

    @property
    def wanted(self) -> str:
        return "a number" + _limits(self.least, self.largest, self.above)

    def __call__(self, value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise wrong(where, value, self.wanted)
        if not self.finite and isinstance(value, float) and not math.isfinite(value):
            return value
        if not self.least <= value <= self.largest or (self.above and value == self.least):
            raise wrong(where, value, self.wanted)
        return value


@dataclass(frozen=True)
class Whole:
    """A whole number within limits."""

    least: int
    largest: int

    @property
    def wanted(self) -> str:
        return "a whole number" + _limits(self.least, self.largest)

    def __call__(self, value: Any, where: str) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or not self.least <= value <= self.largest:
            raise wrong(where, value, self.wanted)
        return int(value)


def _limits(least: float, largest: float, above: bool = False) -> str:
    """' from 0 to 1', ' above 0', …"""
    low = "" if least <= -LARGEST else f" {'above' if above else 'from'} {least:.10g}"
    if largest >= LARGEST:
        return low if above or not low else f" of {least:.10g} or more"
    return f"{low} {'up ' if above else ''}to {largest:.10g}"


@dataclass(frozen=True)
class Boolean:
    """True or false."""

    wanted: str = "true or false"

    def __call__(self, value: Any, where: str) -> bool:
        if not isinstance(value, bool):
            raise wrong(where, value, self.wanted)
        return value


@dataclass(frozen=True)
class Bounds:
    """A rectangle: xmin, ymin, xmax, ymax."""

    wanted: str = "four finite numbers: xmin, ymin, xmax, ymax, with min below max"

    def __call__(self, value: Any, where: str) -> list[float]:
        sound = isinstance(value, (list, tuple)) and len(value) == 4
        if not sound or any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in value):
            raise wrong(where, value, self.wanted)
        if not all(abs(v) <= FARTHEST for v in value) or value[0] > value[2] or value[1] > value[3]:
            raise wrong(where, value, self.wanted)
        return [float(v) for v in value]


@dataclass(frozen=True)
class ListOf:
    """A list of values of one kind."""

    kind: Kind
    least: int = 0
    most: int = LONGEST_LIST

    @property
    def wanted(self) -> str:
        count = f" of {self.least} or more" if self.least else ""
        return f"a list{count}, each of them {self.kind.wanted}"

    def __call__(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise wrong(where, value, self.wanted)
        if not self.least <= len(value) <= self.most:
            raise InputError(f"{where} has {len(value)} members.", f"Give {self.wanted}, at most {self.most}.")
        return [self.kind(item, f"{where}[{i}]") for i, item in enumerate(value)]


@dataclass(frozen=True)
class MapOf:
    """Values of one kind by their names; ``numbered``: the names are whole numbers, as of classes."""

    kind: Kind
    numbered: bool = False

    @property
    def wanted(self) -> str:
        names = "whole numbers" if self.numbered else "names"
        return f"an object of {names}, each with {self.kind.wanted}"

    def __call__(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > LONGEST_LIST:
            raise wrong(where, value, self.wanted)
        for name in value:
            Text()(name, f"A name in {where}")
            if self.numbered and not _is_whole(name):
                raise wrong(f"A name in {where}", name, "a whole number")
        return {name: self.kind(item, f"{where}.{shown(name)[1:-1]}") for name, item in value.items()}


def _is_whole(text: str) -> bool:
    try:
        return abs(int(text)) < 2**63
    except ValueError:
        return False


@dataclass(frozen=True)
class Object:
    """Values by a table of their own; ``what``: that which has them, in words."""

    what: str
    table: Table

    @property
    def wanted(self) -> str:
        needed = [f'"{name}"' for name, argument in self.table.items() if argument.required]
        rest = " and, where it is needed, " if needed else " of "
        others = [f'"{name}"' for name, argument in self.table.items() if not argument.required]
        return f"{self.what}: an object" + (f" with {', '.join(needed)}" if needed else "") + rest + ", ".join(others)

    def __call__(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong(where, value, self.wanted)
        return taken(self.table, value, f"{where}.", f"{where}, {self.what}")


@dataclass(frozen=True)
class Either:
    """A value of one of some kinds, the first of which that it is."""

    kinds: Sequence[Kind]

    @property
    def wanted(self) -> str:
        return ", or ".join(kind.wanted for kind in self.kinds)

    def __call__(self, value: Any, where: str) -> Any:
        objects = [kind for kind in self.kinds if isinstance(kind, (Object, MapOf))]
        if isinstance(value, Mapping) and objects:  # it says itself which of its values is wrong
            return objects[0](value, where)
        for kind in self.kinds:
            try:
                return kind(value, where)
            except InputError:
                continue
        raise wrong(where, value, self.wanted)


@dataclass(frozen=True)
class Nothing:
    """An empty place in a list."""

    wanted: str = "null"

    def __call__(self, value: Any, where: str) -> None:
        if value is not None:
            raise wrong(where, value, self.wanted)


@dataclass(frozen=True)
class Plain:
    """An object whose values another table knows: the options of a network."""

    wanted: str = "an object of options"

    def __call__(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong(where, value, self.wanted)
        return {Text()(name, f"A name in {where}"): item for name, item in value.items()}
