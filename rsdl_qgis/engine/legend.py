"""Which classes of two layers are the same: by value, and by name where names say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .raster.label_fields import whole_number


@dataclass(frozen=True)
class Entry:
    """A class as one layer knows it: a value, a name, or both."""

    value: int | None = None
    name: str = ""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.value, self.name) if part not in (None, ""))


Key = int | str


def match(*layers: Iterable[Entry]) -> dict[Entry, Key]:
    """The class that each entry of the layers belongs to: entries of the same key are of the same class.

    Classes are the same by value. Where two layers give one name (in any case) to different values, they count by
    different tables, and classes are the same by name. A name alone belongs to the (lowest) value that bears it
    elsewhere; if none does, it is read as a number if it is one, else it is a class of its own.
    """
    tables = [list(layer) for layer in layers]
    values: dict[str, list[set[int]]] = {}  # of each name, a set for each layer that has it
    names: dict[int, str] = {}
    for table in tables:
        own: dict[str, set[int]] = {}
        for entry in table:
            if entry.value is not None and entry.name:
                own.setdefault(_folded(entry.name), set()).add(entry.value)
                names.setdefault(entry.value, _folded(entry.name))
        for name, found in own.items():
            values.setdefault(name, []).append(found)
    by_name = any(not set.intersection(*found) for found in values.values())

    def key(entry: Entry) -> Key:
        value, name = entry.value, _folded(entry.name)
        if value is None and name not in values and (number := whole_number(name)) is not None:
            value, name = number, ""
        if by_name:
            if name:
                return name
            return value if value is None or value not in names else names[value]  # type: ignore[return-value]
        if value is not None:
            return value
        return min(set.union(*values[name])) if name in values else name

    return {entry: key(entry) for table in tables for entry in table}


def shown(key: Key, entries: Iterable[Entry]) -> Entry:
    """How a class is shown: the value and the name that the first of its entries gives."""
    found = list(entries)
    value = next((e.value for e in found if e.value is not None), key if isinstance(key, int) else None)
    return Entry(value, next((e.name for e in found if e.name), ""))


def renamed(entries: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Pairs of entries of the same value that bear different names."""
    first: dict[int, Entry] = {}
    pairs = []
    for entry in entries:
        if entry.value is None or not entry.name:
            continue
        known = first.setdefault(entry.value, entry)
        if _folded(known.name) != _folded(entry.name):
            pairs.append((known, entry))
    return pairs


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
