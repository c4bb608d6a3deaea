"""Outlines with right angles, for buildings and other things with straight walls.

The main direction of an outline is that of its edges, modulo 90°, weighted by their squared lengths. Edges become walls
along it or across it; short walls between two others go, and parallel walls almost in line are put in one line.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

FINE = 0.75  # pixels: outlines are simplified by so much before their walls are looked for
SHORT = 1.5  # pixels: shorter walls are none
IN_LINE = 1.0  # pixels: parallel walls no further apart are one
LEAST_IOU = 0.8  # of the result and what it is made from

Points = NDArray[np.float64]


def squared(polygon: Polygon, pixel: float) -> Polygon:
    """A polygon with right angles; itself where the two would overlap too little (``LEAST_IOU``).

    ``pixel``: the size of a pixel in the polygon's units, which are the same along x and y.
    """
    plain = polygon.simplify(FINE * pixel, preserve_topology=True)
    if plain.is_empty or plain.geom_type != "Polygon":
        return polygon
    outer = shapely.get_coordinates(plain.exterior)
    angle = main_direction(outer)
    rings: list[Points] = []
    for ring in (outer, *(shapely.get_coordinates(hole) for hole in plain.interiors)):
        corners = _walled(_turned(ring, -angle), pixel)
        if corners is None and not rings:
            return polygon
        if corners is not None:
            rings.append(_turned(corners, angle))
    found = Polygon(rings[0], rings[1:])
    return found if found.is_valid and _iou(found, polygon) >= LEAST_IOU else polygon


def main_direction(ring: Points) -> float:
    """The direction of a closed ring's edges in radians, from -45° to 45°."""
    x, y = np.diff(ring, axis=0).T
    weight, angle = x * x + y * y, 4 * np.arctan2(y, x)
    return math.atan2(float((weight * np.sin(angle)).sum()), float((weight * np.cos(angle)).sum())) / 4


def _turned(points: Points, angle: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def _walled(ring: Points, pixel: float) -> Points | None:
    """The corners (n, 2) of a closed ring with walls along x and y; None where fewer than four are left."""
    walls = _merged(_walls(ring))
    while len(walls) >= 4:
        short = _shortest(walls)
        if short is None or short[1] >= SHORT * pixel or len(walls) == 4:
            break
        walls = _without(walls, short[0])
    if len(walls) < 4:
        return None
    offsets = _in_line(walls, IN_LINE * pixel)
    corners = []
    for number, (level, _, _) in enumerate(walls):
        one, other = offsets[number], offsets[(number + 1) % len(walls)]
        corners.append((other, one) if level else (one, other))
    return np.array(corners)


Wall = tuple[bool, float, float]  # whether it runs along x, its y (or x), its length


def _walls(ring: Points) -> list[Wall]:
    (x, y), (next_x, next_y) = ring[:-1].T, ring[1:].T
    wide, high = np.abs(next_x - x), np.abs(next_y - y)
    level = wide >= high
    place = np.where(level, y + next_y, x + next_x) / 2
    return list(zip(level.tolist(), place.tolist(), np.where(level, wide, high).tolist()))


def _merged(walls: list[Wall]) -> list[Wall]:
    """Neighbours of one direction as one, so that directions take turns."""
    found: list[Wall] = []
    for wall in walls:
        if found and found[-1][0] == wall[0]:
            found[-1] = _one(found[-1], wall)
        else:
            found.append(wall)
    if len(found) > 1 and found[0][0] == found[-1][0]:
        found[0] = _one(found.pop(), found[0])
    return found


def _one(first: Wall, second: Wall) -> Wall:
    length = first[2] + second[2]
    place = (first[1] * first[2] + second[1] * second[2]) / length if length else first[1]
    return first[0], place, length


def _shortest(walls: list[Wall]) -> tuple[int, float] | None:
    """The wall with the least between its neighbours, and how much that is."""
    count = len(walls)
    gaps = [abs(walls[(i + 1) % count][1] - walls[i - 1][1]) for i in range(count)]
    number = int(np.argmin(gaps))
    return number, gaps[number]


def _without(walls: list[Wall], number: int) -> list[Wall]:
    """The walls without one, whose neighbours become one."""
    turned = [*walls[number:], *walls[:number]]
    return [_one(turned[1], turned[-1]), *turned[2:-1]]


def _in_line(walls: list[Wall], most: float) -> list[float]:
    """The place of each wall, those of one direction that lie closer together than ``most`` in one line."""
    offsets = [place for _, place, _ in walls]
    for level in (True, False):
        some = sorted((number for number, wall in enumerate(walls) if wall[0] == level), key=lambda n: walls[n][1])
        groups: list[list[int]] = []
        for number in some:
            if groups and walls[number][1] - walls[groups[-1][0]][1] < most:
                groups[-1].append(number)
            else:
                groups.append([number])
        for group in groups:
            total = sum(walls[n][2] for n in group)
            for n in group:
                offsets[n] = sum(walls[m][1] * walls[m][2] for m in group) / total if total else walls[n][1]
    return offsets


def _iou(one: Polygon, other: Polygon) -> float:
    both = one.intersection(other).area
    return float(both / (one.area + other.area - both))
