"""The objects of a chip as a CSV file: a table of boxes in pixels of the chip.

Columns ``x1``, ``y1``, ``x2``, ``y2`` (left, top, right, bottom; 0, 0 is the upper left corner of the chip), ``class``
(its name), ``difficult`` (0 or 1: 1 is excluded from training and evaluation) and ``corners`` (of an object that is
turned the smallest rectangle around it: x and y of its four corners in turn, separated by spaces; else empty).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..boxes.oriented import cut_off, is_upright, rectangle_of
from ..errors import InputError
from ..files.csv import guarded, plain

LEAST_SEEN = 0.3  # least visible fraction of an object's area; otherwise it is excluded from training and evaluation
COLUMNS = ("x1", "y1", "x2", "y2", "class", "difficult", "corners")


@dataclass(frozen=True)
class Box:
    """An object: left, top, right and bottom in pixels of its image, and the name of its class.

    ``corners``: x and y of the corners in turn of the smallest rectangle around it, where that is turned.
    """

    x1: float
    y1: float
    x2: float
    y2: float
    name: str
    difficult: bool = False
    corners: tuple[float, ...] = ()

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
            sides = (f"{value:.10g}" for value in (box.x1, box.y1, box.x2, box.y2))
            corners = " ".join(f"{value:.10g}" for value in box.corners)
            writer.writerow([*sides, guarded(box.name), int(box.difficult), corners])


def turned_corners(outline: NDArray[np.float64]) -> tuple[float, ...]:
    """The ``corners`` of the box of an object with an outline (k, 2)."""
    rectangle = rectangle_of(outline)
    return () if is_upright(rectangle) else tuple(rectangle.ravel().tolist())


def cut_to(box: Box, width: float, height: float) -> tuple[Box, float]:
    """The part of a box in an image, and which share of its area that is; of one that is turned, of its rectangle."""
    cut = replace(
        box,
        x1=min(max(box.x1, 0.0), width),
        y1=min(max(box.y1, 0.0), height),
        x2=min(max(box.x2, 0.0), width),
        y2=min(max(box.y2, 0.0), height),
    )
    if not box.corners:
        return cut, cut.area / box.area if box.area else 0.0
    corners, share = cut_off(np.reshape(box.corners, (1, 4, 2)), (0, 0, width, height))
    return replace(cut, corners=tuple(corners.ravel().tolist()) if share[0] else ()), float(share[0])


def _box(row: dict[str, str]) -> Box:
    sides = [float(row[name]) for name in COLUMNS[:4]]
    corners = tuple(map(float, (row.get("corners") or "").split()))
    if not all(map(math.isfinite, (*sides, *corners))):
        raise ValueError("a corner is not a finite number")
    if len(corners) not in (0, 8):
        raise ValueError(f"a rectangle has {len(corners)} numbers instead of 8")
    x1, y1, x2, y2 = sides
    difficult = (row.get("difficult") or "0").strip() not in ("", "0")
    return Box(x1, y1, x2, y2, plain(row["class"]), difficult, corners)
