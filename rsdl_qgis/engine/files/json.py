"""JSON that others wrote: read within limits, and as it can be shown and written again. Standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from .text import lines

MOST_VALUES = 150_000  # in one text: more take long to read
LONG_NUMBER = re.compile(r"\d{400}")  # more than any number has: reading it takes time with the square of its length


def parsed(text: str) -> Any:
    """The value of a JSON text; ValueError where it is none, or one that would take long to read."""
    if LONG_NUMBER.search(text):
        raise ValueError("it holds a number of more than 400 digits")
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise ValueError(f"it holds more than {MOST_VALUES} values")
    return loaded(text)


def loaded(text: str, of_pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of a JSON text of any size; ValueError where it is none. ``of_pairs`` makes its objects."""
    try:
        return json.loads(text, object_pairs_hook=of_pairs)
    except RecursionError:
        raise ValueError("too many objects and lists lie inside one another") from None


def is_deeper(value: Any, most: int) -> bool:
    """Whether more than so many objects and lists lie inside one another, looked at no further than that."""
    level = [value]
    for _ in range(most + 1):
        level = [item for item in level if isinstance(item, (dict, list, tuple))]
        if not level:
            return False
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return True


def plain(value: Any) -> Any:
    """JSON as it can be written and shown: null for what is no number, texts without control characters."""
    if isinstance(value, dict):
        return {lines(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return lines(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
