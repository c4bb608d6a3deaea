"""Matching the classes of two layers: by value, or by name where the values differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..vector.label_fields import folded, whole_number

SHOWN = 12  # classes that a message lists


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
                own.setdefault(folded(entry.name), set()).add(entry.value)
                names.setdefault(entry.value, folded(entry.name))
        for name, found in own.items():
            values.setdefault(name, []).append(found)
    by_name = any(not set.intersection(*found) for found in values.values())

    def key(entry: Entry) -> Key:
        value, name = entry.value, folded(entry.name)
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
    """The class for tables and messages: with the first value and the first name among its entries."""
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
        if folded(known.name) != folded(entry.name):
            pairs.append((known, entry))
    return pairs


def in_one_table(keys: Mapping[Entry, Key], seen: Iterable[Entry]) -> tuple[list[Entry], dict[Key, int]]:
    """The classes that occur, as they are shown and in order, and the place of each key among them.

    ``keys``: of all entries that are known, as ``match`` gives them; ``seen``: the entries that occur.
    """
    members: dict[Key, list[Entry]] = {keys[entry]: [] for entry in seen}
    for entry, key in keys.items():
        if key in members:
            members[key].append(entry)
    order = sorted(((shown(key, entries), key) for key, entries in members.items()), key=in_order)
    return [entry for entry, _ in order], {key: i for i, (_, key) in enumerate(order)}


def in_order(item: tuple[Entry, Key]) -> tuple[bool, int, str]:
    """By value, then by name; classes without a value last."""
    entry = item[0]
    return entry.value is None, entry.value or 0, entry.name


def no_common(known: tuple[Iterable[Entry], Iterable[Entry]]) -> InputError:
    """The error where the classes of the map and of the reference, as they are known, have none in common."""
    return InputError(
        f"Map and reference have no class in common: {listed(known[0])}, and {listed(known[1])}.",
        "Choose the band or field that holds the classes of each, with the same numbers or names.",
    )


def listed(entries: Iterable[Entry]) -> str:
    """'1 forest, 2 water'."""
    texts = list(dict.fromkeys(str(entry) for entry in entries))
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(f"'{text}'" for text in texts[:SHOWN]) + more
