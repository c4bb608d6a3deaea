"""Tables of a job's arguments, ``{name: Argument}``, and how a job is read by them. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..tables.kinds import Kind, Wrong, shown


@dataclass(frozen=True)
class Argument:
    """An argument of a job: its kind, whether there has to be one, and what stands for it where it is not given."""

    kind: Kind
    required: bool = False
    default: Any = None


Table = Mapping[str, Argument]


@dataclass(frozen=True)
class Object(Kind):
    """Values by a table of their own; ``what``: that which has them, in words."""

    what: str
    table: Table
    types = (Mapping,)

    @property
    def wanted(self) -> str:
        needed = [f'"{name}"' for name, argument in self.table.items() if argument.required]
        rest = " and, where it is needed, " if needed else " of "
        others = [f'"{name}"' for name, argument in self.table.items() if not argument.required]
        return f"{self.what}: an object" + (f" with {', '.join(needed)}" if needed else "") + rest + ", ".join(others)

    def made(self, value: Mapping[str, Any], where: str) -> dict[str, Any]:
        check_names(self.table, value, f"{where}.", f"{where}, {self.what}")
        return {n: self.table[n].kind(v, f"{where}.{n}") for n, v in value.items() if v is not None}


def taken(table: Table, given: Mapping[str, Any], what: str = "the job") -> dict[str, Any]:
    """The values of a table that are given; null is the same as not given. InputError for the first that cannot be.

    ``what``: that which has these values, in words.
    """
    check_names(table, given, "", what)
    try:
        return {n: table[n].kind(v, n.upper()) for n, v in given.items() if v is not None}
    except Wrong as error:
        raise error.as_error(InputError) from None


def check_names(table: Table, given: Mapping[str, Any], inside: str, what: str) -> None:
    """InputError where there are values that a table does not have, or not those that there have to be.

    ``inside``: where the values stand; ``what``: that which has them, in words.
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


def some(table: Table, names: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments of a table that a part of a job is about, where they are given. InputError as of ``checked``."""
    about = list(names)
    return taken({name: table[name] for name in about}, {name: given.get(name) for name in about})
