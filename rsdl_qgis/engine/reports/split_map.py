"""The map of a split: the chips of training, validation and test, as inline SVG."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine

from ..errors import InputError
from ..raster.grid import Bounds, Grid
from .charts import INK, legend, svg, text, titled
from .html import beside, paragraph, thousands
from .text import SPLITS

PARTS = {"dropped": ("left out", "#c4cbd4"), **SPLITS}  # title, colour; drawn in this order
MOST_MAPS = 6  # with more sources, those of a coordinate system share a map
MOST_CHIPS = 1500  # most chips drawn one by one; more are drawn as cells
CELLS = 96  # along the longer side
LONGEST = 430  # longer side of a map in px
SMALLEST, LARGEST = 3, 44  # side of a chip in px
FINE = 10  # units per px, for integer coordinates
ROOM = 26  # px below a map for its scale bar


@dataclass(frozen=True)
class Patch:
    """The chips of a map: their bounds and splits."""

    title: str
    crs: str | None
    bounds: Sequence[Bounds]
    parts: Sequence[str]


def split_map(sources: Sequence[Mapping[str, Any]]) -> str:
    """Maps of the chips by split, with a legend, and a sentence on chips without bounds.

    ``sources``: ``title``, ``crs`` (WKT, 'EPSG:n' or None) and ``chips``, each with ``name``, ``bounds`` (xmin, ymin,
    xmax, ymax; or None) and ``split`` (train, valid, test, or empty for dropped chips).
    """
    patches = list(grouped(sources))
    drawn = sorted(patches, key=lambda patch: -len(patch.bounds))[:MOST_MAPS]
    occurring = {part for patch in drawn for part in patch.parts}
    found = [beside(*(_map(patch) for patch in drawn))] if drawn else []
    if drawn:
        found.append(legend([(title, color) for name, (title, color) in PARTS.items() if name in occurring]))
    if len(patches) > len(drawn):
        rest = sum(len(patch.bounds) for patch in patches) - sum(len(patch.bounds) for patch in drawn)
        found.append(paragraph(f"{thousands(rest)} chips in other coordinate systems are not drawn.", small=True))
    lost = Counter(_part(chip) for source in sources for chip in source["chips"] if not chip.get("bounds"))
    if lost:
        each = ", ".join(f"{thousands(lost[name])} {title}" for name, (title, _) in PARTS.items() if name in lost)
        found.append(paragraph(f"{thousands(sum(lost.values()))} chips are not georeferenced: {each}."))
    return "\n".join(found)


def grouped(sources: Sequence[Mapping[str, Any]]) -> Iterator[Patch]:
    """The chips of each map: of a source, or, with many sources, of a coordinate system."""
    placed = [source for source in sources if any(chip.get("bounds") for chip in source["chips"])]
    if len(placed) <= MOST_MAPS:
        for source in placed:
            yield _patch(source["title"] or "Chips", source.get("crs"), [source])
        return
    systems: dict[str | None, list[Mapping[str, Any]]] = {}
    for source in placed:
        systems.setdefault(source.get("crs"), []).append(source)
    for crs, members in systems.items():
        yield _patch(f"{len(members)} images" if len(members) > 1 else members[0]["title"], crs, members)


def crs_name(crs: str | None) -> str:
    """A short name of a coordinate system: 'EPSG:32634', or the name in its WKT."""
    if not crs:
        return "no coordinate system"
    code = re.search(r'(?:ID|AUTHORITY)\["(\w+)",\s*"?(\w+)"?\]\s*\]\s*$', crs)
    name = re.match(r'\w+\["([^"]*)"', crs)
    if name:
        return f"{name[1]} ({code[1]}:{code[2]})" if code else name[1]
    return crs if len(crs) < 40 else "a coordinate system of its own"


def metres_a_unit(crs: str | None, bounds: Bounds) -> tuple[float, float] | None:
    """Metres on the ground per map unit (x, y) in the middle of ``bounds``; None where unknown."""
    if not crs:
        return None
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    step = max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1e-9) * 1e-3
    try:
        wide, high = Grid(crs, Affine(step, 0, x, 0, -step, y), 1, 1).resolution
    except InputError:
        return None
    return wide / step, high / step


def _patch(title: str, crs: str | None, sources: Sequence[Mapping[str, Any]]) -> Patch:
    chips = [chip for source in sources for chip in source["chips"] if chip.get("bounds")]
    return Patch(title, crs, [tuple(chip["bounds"]) for chip in chips], [_part(chip) for chip in chips])


def _part(chip: Mapping[str, Any]) -> str:
    split = chip.get("split")
    return split if split in PARTS else "dropped"


def _map(patch: Patch) -> str:
    corners = np.array(patch.bounds, float)
    xmin, ymin = corners[:, :2].min(0)
    xmax, ymax = corners[:, 2:].max(0)
    metres = metres_a_unit(patch.crs, (xmin, ymin, xmax, ymax))
    narrow = metres[0] / metres[1] if metres else 1.0  # degrees of longitude are shorter than those of latitude
    longer = max((xmax - xmin) * narrow, ymax - ymin) or 1.0
    side = float(np.median(np.maximum((corners[:, 2] - corners[:, 0]) * narrow, corners[:, 3] - corners[:, 1])))
    longest = min(LONGEST, LARGEST * longer / side if side > 0 else LONGEST)
    up = (longest - 2 * SMALLEST) * FINE / longer
    boxes = np.empty_like(corners)
    boxes[:, [0, 2]] = (corners[:, [0, 2]] - xmin) * narrow * up
    boxes[:, [1, 3]] = (ymax - corners[:, [3, 1]]) * up
    width, height = (xmax - xmin) * narrow * up, (ymax - ymin) * up
    many = len(boxes) > MOST_CHIPS
    paths = _cells(boxes, patch.parts) if many else _boxes(boxes, patch.parts)
    stroke = "" if many else f' stroke="#fff" stroke-width="{FINE // 2}"'
    drawn = "".join(f'<path d="{path}" fill="{PARTS[part][1]}"{stroke}/>' for part, path in paths.items())
    body = f'<g transform="translate({SMALLEST} {SMALLEST}) scale({1 / FINE})">{drawn}</g>'
    wide, high = max(width / FINE + 2 * SMALLEST, 150), height / FINE + 2 * SMALLEST
    body += _scale(high, FINE / (narrow * up) * metres[0]) if metres else text(2, high + 17, "scale unknown")
    note = f"{thousands(len(boxes))} chips, {crs_name(patch.crs)}"
    note += "; each square shows the split of most of its chips" if many else ""
    title = f"{patch.title}: {note}"
    return titled(title, svg(wide, high + ROOM, body, f"Map of the split of {patch.title}"))


def _boxes(boxes: np.ndarray, parts: Sequence[str]) -> dict[str, str]:
    """A path per split of rectangles (left, top, right, bottom) in integer units, with a least size."""
    least = SMALLEST * FINE
    paths: dict[str, list[str]] = {part: [] for part in PARTS if part in set(parts)}
    for (left, top, right, bottom), part in zip(boxes, parts):
        wide, high = max(right - left, least), max(bottom - top, least)
        x, y = (left + right - wide) / 2, (top + bottom - high) / 2
        paths[part].append(f"M{x:.0f} {y:.0f}h{wide:.0f}v{high:.0f}h-{wide:.0f}z")
    return {part: "".join(steps) for part, steps in paths.items()}


def _cells(boxes: np.ndarray, parts: Sequence[str]) -> dict[str, str]:
    """A path per split of the squares of a grid, each with the split of most of its chips."""
    side = LONGEST * FINE / CELLS
    order = list(PARTS)
    votes = np.zeros((len(order), CELLS, CELLS), np.int32)
    middle = np.clip(((boxes[:, :2] + boxes[:, 2:]) / 2 / side).astype(int), 0, CELLS - 1)
    first = np.minimum(np.ceil(boxes[:, :2] / side - 0.5).astype(int), middle)  # cells with their centre on the chip
    last = np.maximum(np.ceil(boxes[:, 2:] / side - 0.5).astype(int), middle + 1)
    for (column, row), (right, bottom), part in zip(first, last, parts):
        votes[order.index(part), row:bottom, column:right] += 1
    winner = np.where(votes.any(0), votes[::-1].argmax(0), -1)  # of equal ones the last drawn
    paths: dict[str, list[str]] = {}
    for row, line in enumerate(winner):
        edges = [0, *(np.flatnonzero(np.diff(line)) + 1), CELLS]
        for start, end in zip(edges, edges[1:]):
            if line[start] >= 0:
                part = order[len(order) - 1 - line[start]]
                x, y, wide = round(start * side), round(row * side), round((end - start) * side)
                paths.setdefault(part, []).append(f"M{x} {y}h{wide}v{math.ceil(side)}h-{wide}z")
    return {part: "".join(paths[part]) for part in order if part in paths}


def _scale(top: float, metres_a_px: float) -> str:
    """A scale bar of a round length below the map."""
    most = 110 * metres_a_px
    power = 10.0 ** math.floor(math.log10(most))
    length = max(factor * power for factor in (1, 2, 5) if factor * power <= most)
    px = length / metres_a_px
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    bar = f'<path d="M3 {top + 6:.1f}v6h{px:.1f}v-6" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    return bar + text(px + 9, top + 15, words)
