"""Values of an ONNX file's metadata, which programs write as JSON, as Python does, or as plain text.

Standard library only, for the QGIS side.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from ...files.json import LONG_NUMBER, parsed
from ...tables.kinds import Kind
from ..card_schema import check_keys

OUTPUT_KEY = "rsdl:output"  # what the output means, where the graph does not say it: as the card's ``output``
NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d{0,20})?|\.\d{1,20})(e[-+]?\d{1,3})?", re.ASCII | re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^'\\]|\\.?)*(?:'|\Z)|\"(?:[^\"\\]|\\.?)*(?:\"|\Z)")  # open ones too: one is looked at once
PLAIN = re.compile(r"(?:[\s\w.,:{}()\[\]']|-(?=\d))*")  # of a value without its texts: no sums, no chains of signs
LONGEST_LITERAL, MOST_BRACKETS = 1 << 20, 100


def keys_of(
    metadata: Mapping[str, str],
    kinds: Mapping[str, Kind],
    names: str,
    where: str,
    readers: Mapping[str, Callable[[Any], Any]],
) -> dict[str, Any]:
    """The values of the keys in ``kinds``, without empty ones; ``names``: the key of the classes' names, always there.

    ``readers``: what makes of the value of a key that which is checked, else ``as_number``. ModelError names ``where``
    and the value that cannot be.
    """
    found = {key: value_of(text) for key, text in metadata.items() if key in kinds and text.strip()}
    keys = {key: readers.get(key, as_number)(value) for key, value in found.items()}
    keys = {key: value for key, value in keys.items() if value not in ("", None)}
    keys[names] = names_of(keys.get(names))
    check_keys(keys, kinds, where)
    return keys


def value_of(text: str) -> Any:
    """A value written as JSON or as Python writes it; else the text itself."""
    for read in (parsed, literal):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def literal(text: str) -> Any:
    """A value as Python writes it; ValueError for another text, and for one that Python's parser may choke on."""
    bare = QUOTED.sub("''", text) if len(text) <= LONGEST_LITERAL else "="
    long = LONG_NUMBER.search(bare.replace("_", ""))
    if long or not PLAIN.fullmatch(bare) or len(re.findall(r"[\[({]", bare)) > MOST_BRACKETS:
        raise ValueError("no plain value")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError("no value") from None


def as_number(value: Any) -> Any:
    """A number that is written as text, or a whole one as a float, as what it is; anything else as it is."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def names_of(value: Any) -> dict[str, Any]:
    """Names of classes by their number as a text, from {0: 'a'}, {'a': 0}, ['a'] or 'a, b'; others as they are, as
    what begins like a list and is cut short.
    """
    if isinstance(value, str) and value[:1] not in ("{", "["):
        value = [part.strip() for part in value.split(",")]
    if isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        return {} if value is None else value
    if value and not any(str(key).lstrip("-").isdigit() for key in value):
        turned = {str(as_number(number)): name for name, number in value.items()}
        value = turned if len(turned) == len(value) else value  # a number of two names is none
    return {str(key): str(name) if isinstance(name, (int, float)) else name for key, name in value.items()}


def row_of(value: Any) -> Any:
    """Numbers, one a band, from [1, 2] or [[1, 2]]; anything else as of ``as_number``."""
    if isinstance(value, (list, tuple)):
        inner = value[0] if len(value) == 1 and isinstance(value[0], (list, tuple)) else value
        return [as_number(item) for item in inner]
    return as_number(value)
