"""The objects of a chip as a CSV file: a table of boxes in pixels of the chip.

Columns ``x1``, ``y1``, ``x2``, ``y2`` (left, top, right, bottom; 0, 0 is the upper left corner of the chip), ``class``
(its name) and ``difficult`` (0 or 1: 1 is excluded from training and evaluation).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..files.csv import guarded, plain

LEAST_SEEN = 0.3  # least visible fraction of an object's area; otherwise it is excluded from training and evaluation
COLUMNS = ("x1", "y1", "x2", "y2", "class", "difficult")


@dataclass(frozen=True)
class Box:
    """An object: left, top, right and bottom in pixels of its image, and the name of its class."""

    x1: float
    y1: float
    x2: float
    y2: float
    name: str
    difficult: bool = False

    @property
    def area(self) -> float:
        """The area in pixels; 0 for a box whose corners are swapped."""
        return max(self.x2 - self.x1, 0.0) * max(self.y2 - self.y1, 0.0)


def read_boxes(path: Path) -> list[Box]:
    """The boxes in a file. InputError where it is not a table of boxes."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS[:5] if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"{path} has no column '{missing[0]}'.", f"Boxes have {', '.join(COLUMNS)}.")
            return [_box(row) for row in reader]
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a table of boxes: {error}.", "Export or import the chips again.") from None


def write_boxes(path: Path, boxes: Iterable[Box]) -> None:
    """Write boxes as a table. OSError where it cannot be written."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for box in boxes:
            corners = (f"{value:.10g}" for value in (box.x1, box.y1, box.x2, box.y2))
            writer.writerow([*corners, guarded(box.name), int(box.difficult)])


def _box(row: dict[str, str]) -> Box:
    corners = [float(row[name]) for name in COLUMNS[:4]]
    if not all(map(math.isfinite, corners)):
        raise ValueError("a corner is not a finite number")
    x1, y1, x2, y2 = corners
    return Box(x1, y1, x2, y2, plain(row["class"]), (row.get("difficult") or "0").strip() not in ("", "0"))
