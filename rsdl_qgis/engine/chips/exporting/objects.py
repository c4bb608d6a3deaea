"""The objects of chips: their boxes, or the connected pixels of each class of a map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...boxes.oriented import is_upright
from ...boxes.overlap import convex_area
from ...cards.card import Class
from ...feedback import Report
from ...tables.class_colors import BACKGROUND_COLOR
from ...vector.label_fields import folded
from ...vector.tracing.rings import corners_of, pixels_of
from ...vector.tracing.tracer import Tracer
from ..cutting.classes import BACKGROUND
from ..folder import IGNORE, Chip, ChipFolder

Ring = list[tuple[int, int]]  # corners (column, row)


@dataclass(frozen=True)
class Outlined:
    """An object: left, top, right and bottom in pixels of its chip, index into ``object_classes``, pixels.

    ``ring``: of an object of a map, its outline along the pixels' edges, see ``joined``; of a box that is turned its
    corners in turn; of others: none.
    """

    corners: tuple[float, float, float, float]
    index: int
    area: float
    difficult: bool = False
    ring: tuple[tuple[float, float], ...] = ()

    @property
    def rectangle(self) -> tuple[tuple[float, float], ...]:
        """The corners of a box in turn, upright or turned."""
        x1, y1, x2, y2 = self.corners
        return self.ring or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def object_classes(chips: ChipFolder) -> tuple[Class, ...]:
    """The classes of objects: all but the background of a map."""
    return tuple(item for item in chips.classes if chips.labels != "raster" or not is_background(item))


def is_background(item: Class) -> bool:
    """Whether a class of a map is what no object covers: the class 0 of that name, or of the colour it has here."""
    return item.value == 0 and (folded(item.name) == BACKGROUND or item.color == BACKGROUND_COLOR)


def objects_of(chips: ChipFolder, chip: Chip) -> list[Outlined]:
    """The objects of a chip."""
    label = chips.label(chip)
    if chips.labels == "raster":
        return list(regions(label, [chips.classes.index(item) for item in object_classes(chips)]))
    quads, found = chips.corners(chip), []
    for (x1, y1, x2, y2, index, difficult), quad, area in zip(label.tolist(), quads, convex_area(quads).tolist()):
        ring = () if is_upright(quad) else tuple((x, y) for x, y in quad.tolist())
        found.append(Outlined((x1, y1, x2, y2), int(index), area, bool(difficult), ring))
    return found


def log_unlabelled(chips: ChipFolder, form: str, report: Report) -> None:
    """A warning where a map has unlabelled pixels, which a format of objects cannot mark."""
    if chips.labels != "raster":
        return
    count = sum(int((chips.label(chip) == IGNORE).sum()) for chip in chips.chips)
    if count:
        report.log(
            "warning",
            f"{count} pixels are unlabelled. FORMAT={form} cannot mark them, so they are where no object is. Choose "
            "FORMAT=masks to keep them apart.",
        )


def regions(label: NDArray[np.uint8], wanted: list[int]) -> Iterator[Outlined]:
    """The regions of equal pixels, connected by their sides, of the wanted ones of the values of a label (h, w)."""
    known = np.zeros(IGNORE + 1, bool)
    known[wanted] = True
    tracer = Tracer(label.shape[1], known)
    for traced in (*tracer.add(label), *tracer.close()):
        rings, columns, rows, sizes = corners_of(traced)
        points = list(zip(columns.tolist(), rows.tolist()))
        ends = np.cumsum(sizes).tolist()
        all_rings = [points[end - size : end] for end, size in zip(ends, sizes.tolist())]
        first = 0
        for value, area, count in zip(traced.values.tolist(), pixels_of(traced).tolist(), rings.tolist()):
            outer, *holes = all_rings[first : first + count]
            first += count
            xs, ys = zip(*outer)
            corners = (min(xs), min(ys), max(xs), max(ys))
            yield Outlined(corners, wanted.index(value), area, ring=tuple(joined(outer, holes)))


def joined(outer: Ring, holes: list[Ring]) -> Ring:
    """A polygon with holes as one ring, as formats without holes need it: each hole is joined to what lies above it by
    a cut without width.
    """
    ring = outer
    for hole in sorted(holes, key=lambda hole: min((y, x) for x, y in hole)):
        x, y = min(hole, key=lambda corner: (corner[1], corner[0]))
        start = hole.index((x, y))
        above = [
            (y1, i)
            for i, ((x1, y1), (x2, y2)) in enumerate(zip(ring, ring[1:] + ring[:1]))
            if y1 == y2 < y and min(x1, x2) <= x <= max(x1, x2)
        ]
        top, i = max(above)
        around = [*hole[start:], *hole[:start], (x, y)]
        ring = [*ring[: i + 1], (x, top), *around, (x, top), *ring[i + 1 :]]
    return ring
