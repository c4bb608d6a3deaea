"""The classes of masks as a CSV file beside them, which masks themselves cannot name.

Columns ``value``, ``name`` and ``color`` ('#rrggbb').
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from ..cards.card import Class
from ..files.csv import plain, to_csv

CLASSES_FILE = "classes.csv"
COLUMNS = ("value", "name", "color")


def classes_text(classes: Iterable[Class]) -> str:
    """The content of the file."""
    return to_csv(COLUMNS, ((item.value, item.name, item.color) for item in classes))


def read_classes(folder: Path) -> tuple[Class, ...]:
    """The classes that the file in a folder names; none where there is no file of these columns."""
    try:
        with (folder / CLASSES_FILE).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        found = tuple(Class(int(row["value"]), plain(row["name"]), row["color"]) for row in rows)
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        return ()
    complete = all(item.name and re.fullmatch("#[0-9a-fA-F]{6}", item.color) for item in found)
    distinct = len({item.value for item in found}) == len({item.name for item in found}) == len(found)
    return tuple(sorted(found, key=lambda item: item.value)) if complete and distinct else ()
