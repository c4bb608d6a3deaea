"""What JSON values must be, said as a table: ``record({"size": whole(1, 65536)}, …)``. Standard library only.

A check is a function of a value and its key that raises ``Wrong`` with the key, the value and what was wanted.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..files.text import lines, one_line, shortened

LARGEST = 1e30  # of numbers without a limit of their own: float32 ends at 3e38
DEEPEST = 32  # lists and tables in each other
MOST_VALUES = 150_000  # in one JSON text: more take long to read
LONG_NUMBER = re.compile(r"\d{400}")  # more than any number has: reading it takes time with the square of its length

Check = Callable[[Any, str], None]


class Wrong(ValueError):
    """A value that is not what its key wants."""

    def __init__(self, key: str, value: Any, wanted: str):
        super().__init__(f"{key} is {shown(value)}, and should be {wanted}")
        self.key = key


class Missing(Wrong):
    """A key that is not there."""

    def __init__(self, key: str):
        ValueError.__init__(self, f"{key} is missing")
        self.key = key


def shown(value: Any) -> str:
    """A value in a few characters."""
    if isinstance(value, (list, tuple, dict)):
        return f"a {'table' if isinstance(value, dict) else 'list'} of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 64:
        return "a number of more than 64 bits"
    return f"'{shortened(value, 60)}'" if isinstance(value, str) else shortened(json.dumps(value, default=str), 60)


def whole(least: int, most: int) -> Check:
    """An integer; true and false are none."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(key, value, f"a whole number from {least} to {most}")

    return check


def number(least: float = -LARGEST, most: float = LARGEST) -> Check:
    """A finite number."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(key, value, f"a number from {least:g} to {most:g}")

    return check


def flag() -> Check:
    """True or false."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, bool):
            raise Wrong(key, value, "true or false")

    return check


def text(longest: int, shortest: int = 0) -> Check:
    """A text of so many characters."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, str) or len(one_line(value).strip()) < shortest or len(value) > longest:
            raise Wrong(key, value, f"a text of {shortest} to {longest} characters")

    return check


def matching(pattern: str, wanted: str) -> Check:
    """A text that matches a regular expression; ``wanted`` says it in words."""
    compiled = re.compile(pattern)

    def check(value: Any, key: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise Wrong(key, value, wanted)

    return check


def one_of(words: Collection[str]) -> Check:
    """One of some words."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise Wrong(key, value, f"one of {', '.join(words)}")

    return check


def nothing_or(inner: Check) -> Check:
    """Null, or what ``inner`` wants."""

    def check(value: Any, key: str) -> None:
        if value is not None:
            inner(value, key)

    return check


def either(first: type, inner: Check, other: Check) -> Check:
    """What ``inner`` wants of a value of type ``first``, else what ``other`` wants."""
    return lambda value, key: (inner if isinstance(value, first) else other)(value, key)


def each(inner: Check, fewest: int = 0, most: int = 1000, unique: bool = False) -> Check:
    """A list of so many values; ``unique``: texts of which none comes twice."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, (list, tuple)) or not fewest <= len(value) <= most:
            raise Wrong(key, value, f"a list of {fewest} to {most} values" if fewest < most else f"a list of {most}")
        for i, item in enumerate(value):
            inner(item, f"{key}[{i}]")
        if unique and len(set(value)) < len(value):
            raise Wrong(key, next(item for item, count in Counter(value).items() if count > 1), "there once")

    return check


def table(keys: Check, values: Check, most: int = 1000) -> Check:
    """A JSON object of any keys that ``keys`` takes."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, dict) or len(value) > most:
            raise Wrong(key, value, f"a table of up to {most} values")
        for name, item in value.items():
            keys(name, f"a key of {key}")
            values(item, f"{key}.{shortened(name, 40)}")

    return check


def record(needed: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """A JSON object with known keys; others are left alone, for items of other programs have many."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, dict):
            raise Wrong(key or "the card", value, "a table")
        for name, inner in {**needed, **(optional or {})}.items():
            path = f"{key}.{name}" if key else name
            if name in value:
                inner(value[name], path)
            elif name in needed:
                raise Missing(path)

    return check


def anything(value: Any, key: str) -> None:
    """Any JSON object that is not too deep."""
    if not isinstance(value, dict):
        raise Wrong(key, value, "a table")
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        found, depth = waiting.pop()
        if depth > DEEPEST:
            raise Wrong(key, value, f"at most {DEEPEST} tables and lists in each other")
        inner = found.values() if isinstance(found, dict) else found
        waiting += [(item, depth + 1) for item in inner if isinstance(item, (dict, list, tuple))]


def plain(value: Any) -> Any:
    """JSON that ``anything`` took as it can be written and shown: null for what is no number, texts without control
    characters.
    """
    if isinstance(value, dict):
        return {lines(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return lines(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def parsed(json_text: str) -> Any:
    """The value of a JSON text; ValueError where it is none, or one that would take long to read."""
    if LONG_NUMBER.search(json_text):
        raise ValueError("it holds a number of more than 400 digits")
    if sum(map(json_text.count, ",[{")) > MOST_VALUES:
        raise ValueError(f"it holds more than {MOST_VALUES} values")
    try:
        return json.loads(json_text)
    except RecursionError:
        raise ValueError(f"more than {DEEPEST} tables and lists lie in each other") from None
