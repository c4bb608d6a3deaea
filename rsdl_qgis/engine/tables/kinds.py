"""Kinds of values: each takes a value, or says what is wrong with it and what is wanted. Standard library only.

By them tables declare what may stand in jobs, in model cards and in the options of networks: ``Whole(1, 64)``,
``ListOf(Text())``. QGIS's side reads limits from the same tables.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..errors import RsdlError
from ..files.json import is_deeper
from ..files.text import shortened

LONGEST_TEXT = 20_000  # characters: a coordinate system in words has some thousands
LONGEST_PATH = 4096
LONGEST_LIST = 10_000
DEEPEST = 32  # objects and lists inside one another
SHOWN = 60  # characters of a value that are shown
LARGEST = 1.7e308  # what a float can be
FARTHEST = 1e15  # of a coordinate from its origin, in any unit


class Wrong(ValueError):
    """A value that is not of its kind: ``where`` it stands, what is wrong with it, and what is ``wanted``.

    ``fault``: what is wrong, if that is more than the value: 'has 3 members'.
    """

    def __init__(self, where: str, value: Any, wanted: str, fault: str = ""):
        self.where, self.value, self.wanted, self.fault = where or "it", value, wanted, fault

    def __str__(self) -> str:
        return f"{self.where} {self.fault or f'is {shown(self.value)}'}, and should be {self.wanted}"

    def as_error(self, error: type[RsdlError]) -> RsdlError:
        """The error for the user: 'EPOCHS cannot be 0. Give a whole number from 1 to 100000.'"""
        problem = f"{self.where} {self.fault or f'cannot be {shown(self.value)}'}."
        return error(problem[0].upper() + problem[1:], f"Give {self.wanted}.")


def shown(value: Any) -> str:
    """A value in a line of at most ``SHOWN`` characters: a text in quotation marks, others as JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (RecursionError, ValueError):
        text = "a number of thousands of digits" if isinstance(value, int) else f"a {type(value).__name__}"
    return shortened(f"'{text[1:-1]}'" if isinstance(value, str) else text, SHOWN)


class Kind:
    """What a value has to be: of one of some ``types``, and what ``holds`` says.

    A kind is called with a value and ``where`` it stands, and returns the value as the engine takes it. ``Wrong`` if it
    is not of this kind.
    """

    types: ClassVar[tuple[type, ...]] = ()

    @property
    def wanted(self) -> str:
        """In words, after 'Give': 'a whole number from 1 to 64'."""
        raise NotImplementedError

    def __call__(self, value: Any, where: str) -> Any:
        if not self.fits(value) or not self.holds(value):
            raise Wrong(where, value, self.wanted)
        return self.made(value, where)

    def fits(self, value: Any) -> bool:
        """Whether a value is of the right type; true and false are no numbers."""
        return isinstance(value, self.types) and (not isinstance(value, bool) or bool in self.types)

    def holds(self, value: Any) -> bool:
        """Whether a value of the right type is of this kind."""
        return True

    def made(self, value: Any, where: str) -> Any:
        """The value as the engine takes it. ``Wrong`` for what is wrong inside of it."""
        return value


@dataclass(frozen=True)
class Text(Kind):
    """A text that a file may hold: no NUL, no half of a character."""

    longest: int = LONGEST_TEXT
    wanted: str = "a text"
    types = (str,)

    def made(self, value: str, where: str) -> str:
        if len(value) > self.longest:
            raise Wrong(where, value, f"{self.wanted} of at most {self.longest}", f"has {len(value)} characters")
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise Wrong(where, value, self.wanted, f"has characters that no text has: {shown(value)}")
        return value


@dataclass(frozen=True)
class Path(Kind):
    """A path, or something that stands for one: the name of a model, a source that GDAL opens."""

    wanted: str = "a path"
    types = (str,)

    def made(self, value: str, where: str) -> str:
        if not value.strip():
            raise Wrong(where, value, self.wanted, "is empty")
        return Text(LONGEST_PATH, self.wanted)(value, where)


@dataclass(frozen=True)
class TextThat(Kind):
    """A text for which a rule holds."""

    rule: Callable[[str], Any]
    wanted: str = "a text"
    types = (str,)

    def holds(self, value: str) -> bool:
        return bool(self.rule(value))


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words."""

    words: Collection[str]
    types = (str,)

    @property
    def wanted(self) -> str:
        return f"one of {', '.join(self.words)}"

    def holds(self, value: str) -> bool:
        return value in self.words


@dataclass(frozen=True)
class Number(Kind):
    """A number within limits; ``above``: the least one itself cannot be. ``finite`` false: NaN is one, too."""

    least: float = -LARGEST
    largest: float = LARGEST
    above: bool = False
    finite: bool = True
    types = (int, float)

    @property
    def wanted(self) -> str:
        return "a number" + _limits(self.least, self.largest, self.above)

    def holds(self, value: float) -> bool:
        if not self.finite and isinstance(value, float) and not math.isfinite(value):
            return True
        return self.least <= value <= self.largest and not (self.above and value == self.least)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number within limits; ``exact``: not written as 8.0."""

    least: int
    largest: int
    exact: bool = False
    types = (int, float)

    @property
    def wanted(self) -> str:
        return "a whole number" + _limits(self.least, self.largest)

    def holds(self, value: float) -> bool:
        whole = isinstance(value, int) or (value.is_integer() and not self.exact)
        return whole and self.least <= value <= self.largest

    def made(self, value: float, where: str) -> int:
        return int(value)


def _limits(least: float, largest: float, above: bool = False) -> str:
    """' from 0 to 1', ' above 0', …"""
    low = "" if least <= -LARGEST else f" {'above' if above else 'from'} {least:.10g}"
    if largest >= LARGEST:
        return low if above or not low else f" of {least:.10g} or more"
    return f"{low} {'up ' if above else ''}to {largest:.10g}"


class Boolean(Kind):
    """True or false."""

    wanted = "true or false"
    types = (bool,)


class Bounds(Kind):
    """A rectangle: xmin, ymin, xmax, ymax."""

    wanted = "four finite numbers: xmin, ymin, xmax, ymax, with min below max"
    types = (list, tuple)

    def holds(self, value: Sequence[Any]) -> bool:
        near = Number(-FARTHEST, FARTHEST)
        sound = len(value) == 4 and all(near.fits(v) and near.holds(v) for v in value)
        return sound and value[0] <= value[2] and value[1] <= value[3]

    def made(self, value: Sequence[float], where: str) -> list[float]:
        return [float(v) for v in value]


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of values of one kind; ``unique``: texts, none of which is there twice."""

    kind: Kind
    least: int = 0
    most: int = LONGEST_LIST
    unique: bool = False
    types = (list, tuple)

    @property
    def wanted(self) -> str:
        count = f" of {self.least}" if self.least else ""
        more = " or more" if 0 < self.least < self.most else ""
        return f"a list{count}{more}, each of them {self.kind.wanted}"

    def made(self, value: Sequence[Any], where: str) -> list[Any]:
        _check_count(value, self.least, self.most, where, self.wanted)
        found = [self.kind(item, f"{where}[{i}]") for i, item in enumerate(value)]
        if self.unique and len(set(found)) < len(found):
            twice = next(item for i, item in enumerate(found) if item in found[:i])
            raise Wrong(where, value, f"{self.wanted}, none of them twice", f"has {shown(twice)} more than once")
        return found


@dataclass(frozen=True)
class MapOf(Kind):
    """Values of one kind by their names, which are of a kind as well."""

    kind: Kind
    names: Kind = Text(wanted="a name")
    most: int = LONGEST_LIST
    types = (Mapping,)

    @property
    def wanted(self) -> str:
        return f"an object that maps {self.names.wanted} to {self.kind.wanted}"

    def made(self, value: Mapping[str, Any], where: str) -> dict[str, Any]:
        _check_count(value, 0, self.most, where, self.wanted)
        for name in value:
            self.names(name, f"a name in {where}")
        return {name: self.kind(item, f"{where}.{shortened(name, 40)}") for name, item in value.items()}


def _check_count(value: Collection[Any], least: int, most: int, where: str, wanted: str) -> None:
    if not least <= len(value) <= most:
        limit = f", at most {most}" if least < most else ""
        raise Wrong(where, value, wanted + limit, f"has {len(value)} members")


@dataclass(frozen=True)
class Plain(Kind):
    """An object whose values are known elsewhere: the options of a network, the notes of a card."""

    wanted: str = "an object"
    names: Kind = Text(wanted="a name")
    types = (Mapping,)

    def made(self, value: Mapping[str, Any], where: str) -> dict[str, Any]:
        if is_deeper(value, DEEPEST):
            raise Wrong(where, value, f"{self.wanted} of at most {DEEPEST} objects and lists inside one another")
        return {self.names(name, f"a name in {where}"): item for name, item in value.items()}


@dataclass(frozen=True)
class Nullable(Kind):
    """Null, or a value of a kind."""

    kind: Kind

    @property
    def wanted(self) -> str:
        return f"{self.kind.wanted}, or null"

    def fits(self, value: Any) -> bool:
        return value is None or self.kind.fits(value)

    def made(self, value: Any, where: str) -> Any:
        return None if value is None else self.kind(value, where)


@dataclass(frozen=True)
class Either(Kind):
    """A value of one of some kinds of different types: that of its type says what is wrong with it."""

    kinds: Sequence[Kind]

    @property
    def wanted(self) -> str:
        return ", or ".join(kind.wanted for kind in self.kinds)

    def fits(self, value: Any) -> bool:
        return any(kind.fits(value) for kind in self.kinds)

    def made(self, value: Any, where: str) -> Any:
        return next(kind for kind in self.kinds if kind.fits(value))(value, where)
