"""Numbers of classes as a person types them: one for all, or '1: 0.7, forest: 0.9'. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import InputError
from ..files.text import one_line


def is_shares(text: str) -> bool:
    """Whether a text is numbers from 0 to 1."""
    try:
        return all(0 <= value <= 1 for value in class_values(text).values())
    except ValueError:
        return False


def class_values(text: str) -> dict[str, float]:
    """The number of each class, by its name or value as text; that of '' is for all others. ValueError for no such."""
    found: dict[str, float] = {}
    for part in one_line(text).replace(";", ",").split(","):
        name, _, number = part.rpartition(":")
        if " ".join(name.split()).casefold() in found:
            raise ValueError(f"'{name.strip()}' is there twice.")
        found[" ".join(name.split()).casefold()] = float(number)
    return found


def of_classes(text: str, names: Mapping[int, str], what: str) -> dict[int, float]:
    """The number of each class in ``names`` (value -> name). InputError for a class that is not there, or has none."""
    found = class_values(text)
    numbers: dict[int, float] = {}
    for value, name in names.items():
        keys = (str(value), " ".join(name.split()).casefold(), "")
        key = next((key for key in keys if key in found), None)
        if key is None:
            raise InputError(
                f"{what} says nothing of class {value} {name}".rstrip() + ".",
                f"Add '{value}: ' and its number, or one number alone for all others.",
            )
        numbers[value] = found[key]
    known = {str(value) for value in names} | {" ".join(name.split()).casefold() for name in names.values()}
    strange = [name for name in found if name and name not in known]
    if strange:
        listed = ", ".join(f"{value} {name}".strip() for value, name in names.items())
        raise InputError(f"{what} names '{strange[0]}', which is no class.", f"The classes are: {listed}.")
    return numbers
