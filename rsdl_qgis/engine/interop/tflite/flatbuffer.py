"""Reads a flatbuffer (https://flatbuffers.dev/internals): tables of fields by number. Every offset is checked."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError

MOST_ITEMS = 1_000_000  # of a vector of tables


def damaged() -> ModelError:
    """What is said of a file whose offsets lead out of it."""
    return ModelError("The file is damaged: it refers to places that it does not have.", "Get the model again.")


@dataclass(frozen=True)
class Table:
    """A table in a buffer: its fields by number, each with what it is when it is left out."""

    data: memoryview
    place: int

    def number(self, field: int, form: str = "i", default: float = 0) -> Any:
        """A number; ``form``: as of ``struct``."""
        place = self._field(field)
        return default if place is None else _unpacked(self.data, form, place)

    def table(self, field: int) -> Table | None:
        """A table inside this one."""
        place = self._field(field)
        return None if place is None else _referred(self.data, place)

    def tables(self, field: int) -> list[Table]:
        """A vector of tables."""
        start, count = self._vector(field, 4)
        if count > MOST_ITEMS:
            raise damaged()
        return [_referred(self.data, start + 4 * i) for i in range(count)]

    def array(self, field: int, dtype: Any) -> NDArray[Any]:
        """A vector of numbers, empty where it is left out."""
        size = np.dtype(dtype).itemsize
        start, count = self._vector(field, size)
        return np.frombuffer(self.data[start : start + count * size], np.dtype(dtype).newbyteorder("<"))

    def text(self, field: int) -> str:
        """A text."""
        return self.array(field, np.uint8).tobytes().decode("utf-8", "replace")

    def _field(self, field: int) -> int | None:
        """Where a field lies; None where it is left out."""
        table = self.place - _unpacked(self.data, "i", self.place)
        size = _unpacked(self.data, "H", table)
        slot = 4 + 2 * field
        offset = _unpacked(self.data, "H", table + slot) if slot + 2 <= size else 0
        return self.place + offset if offset else None

    def _vector(self, field: int, size: int) -> tuple[int, int]:
        """Where the items of a vector begin, and how many there are."""
        place = self._field(field)
        if place is None:
            return 0, 0
        start = place + _unpacked(self.data, "I", place)
        count = _unpacked(self.data, "I", start)
        if start + 4 + count * size > len(self.data):
            raise damaged()
        return start + 4, count


def root(data: bytes, identifier: bytes) -> Table:
    """The table that a buffer begins with; ModelError where its identifier is another."""
    if len(data) < 8 or data[4:8] != identifier:
        raise ModelError(f"The file does not begin as one of the kind {identifier.decode()}.", "Get the model again.")
    return _referred(memoryview(data), 0)


def _referred(data: memoryview, place: int) -> Table:
    found = place + _unpacked(data, "I", place)
    if not 0 <= found <= len(data) - 4:
        raise damaged()
    return Table(data, found)


def _unpacked(data: memoryview, form: str, place: int) -> Any:
    if not 0 <= place <= len(data) - struct.calcsize(f"<{form}"):
        raise damaged()
    return struct.unpack_from(f"<{form}", data, place)[0]
