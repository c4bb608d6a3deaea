"""What the first directory of a TIFF file says, by its tags (TIFF 6.0, BigTIFF). Standard library only."""

from __future__ import annotations

import os
import struct
from collections.abc import Collection
from typing import Any, BinaryIO, Union

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 16: 8}  # bytes of a value, by its type
FORMS = {1: "B", 3: "H", 4: "I", 16: "Q"}
LARGEST = 1 << 20  # bytes of a value
MOST_TAGS = 1000

Value = Union[bytes, tuple[int, ...]]


def read_tags(path: str | os.PathLike[str], wanted: Collection[int]) -> dict[int, Value]:
    """The values of some tags: text as bytes, whole numbers as a tuple. What is not there, or no TIFF, has none."""
    try:
        with open(path, "rb") as file:
            return _first(file, wanted)
    except (OSError, struct.error, ValueError, OverflowError):
        return {}


def _first(file: BinaryIO, wanted: Collection[int]) -> dict[int, Value]:
    order = {b"II": "<", b"MM": ">"}.get(file.read(2))
    if order is None:
        return {}
    (version,) = _unpacked(file, order + "H")
    if version == 43:
        _, _, place = _unpacked(file, order + "HHQ")
        count, entry = "Q", "HHQ8s"
    elif version == 42:
        (place,) = _unpacked(file, order + "I")
        count, entry = "H", "HHI4s"
    else:
        return {}
    file.seek(place)
    (number,) = _unpacked(file, order + count)
    entries = [_unpacked(file, order + entry) for _ in range(min(number, MOST_TAGS))]
    found: dict[int, Value] = {}
    for tag, kind, length, inline in entries:
        size = SIZES.get(kind, 0) * length
        if tag not in wanted or not 0 < size <= LARGEST:
            continue
        data = inline[:size]
        if size > len(inline):
            file.seek(struct.unpack(order + ("Q" if version == 43 else "I"), inline)[0])
            data = file.read(size)
        found[tag] = data if kind == 2 else struct.unpack(f"{order}{length}{FORMS[kind]}", data)
    return found


def _unpacked(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
