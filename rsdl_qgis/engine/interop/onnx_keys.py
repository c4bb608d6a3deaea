"""Values of an ONNX file's metadata, which programs write as JSON, as Python does, or as plain text."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from typing import Any

from ..errors import ModelError

OUTPUT_KEY = "rsdl:output"  # what the output means, where the graph does not tell: as the card's ``output``
LONGEST = 1_000_000  # characters of a value that is read


def value_of(text: str) -> Any:
    """A value written as JSON or as Python writes it; else the text itself."""
    for read in (json.loads, ast.literal_eval) if len(text) <= LONGEST else ():
        try:
            return read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
    return text


def number_of(name: str, keys: Mapping[str, Any], key: str) -> float | None:
    """The finite number that a key of model ``name`` holds, None where there is none; ModelError where it is none."""
    value = keys.get(key)
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ModelError(f"'{name}' says that {key} is {str(value)[:100]!r}, which is no number.")
    return number


def names_of(name: str, value: Any) -> dict[int, str]:
    """Names by number from {0: 'a'}, {'a': 0}, ['a'] or 'a, b', empty where there are none; ModelError for others."""
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    try:
        pairs = dict(value)
        if pairs and all(not str(key).lstrip("-").isdigit() for key in pairs):
            pairs = {number: text for text, number in pairs.items()}
        found = {int(number): str(text) for number, text in pairs.items()}
    except (TypeError, ValueError):
        found = {-1: ""}
    if found and min(found) < 0:
        raise ModelError(
            f"'{name}' names its classes {str(value)[:100]!r}.", "Give names by numbers from 0, as {\"0\": \"ground\"}."
        )
    return found
