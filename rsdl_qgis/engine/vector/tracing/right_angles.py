"""Outlines with right angles, for buildings and other things with straight walls.

The main direction of an outline is that of its edges, modulo 90°, weighted by their squared lengths. Edges become walls
along it or across it, and short walls between two others go. The direction and the place of the walls that are left are
those of the outline beside them, by least squares, so that areas stay; parallel walls almost in line become one line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

FINE = 0.75  # pixels: outlines are simplified by so much before their walls are looked for
SHORT = 1.5  # pixels: shorter walls are none
IN_LINE = 1.0  # pixels: parallel walls no further apart are one
STEP = 0.5  # pixels: the outline is looked at in pieces of so much at most
CLEAR = 1e-3  # pixels: corners nearer to another wall could cross it where they are rounded
LEAST_IOU = 0.8  # of the result and what it is made from

Points = NDArray[np.float64]
Wall = tuple[bool, float, float]  # whether it runs along x, its y (or x), its length


class Pieces(NamedTuple):
    """Short pieces of an outline: the number of the nearest wall, the place along and across it, and the length."""

    wall: NDArray[np.intp]
    along: NDArray[np.float64]
    across: NDArray[np.float64]
    length: NDArray[np.float64]

    def means(self, values: NDArray[np.float64], walls: int) -> NDArray[np.float64]:
        """The mean of values of the pieces beside each wall, NaN where there are none."""
        length, total = (np.bincount(self.wall, weights, walls) for weights in (self.length, self.length * values))
        return np.divide(total, length, out=np.full(walls, math.nan), where=length > 0)


def squared(polygon: Polygon, pixel: float) -> Polygon:
    """A polygon with right angles; itself where the two would overlap too little (``LEAST_IOU``) or walls would touch.

    ``pixel``: the size of a pixel in the polygon's units, which are the same along x and y.
    """
    plain = polygon.simplify(FINE * pixel, preserve_topology=True)
    if plain.is_empty or plain.geom_type != "Polygon":
        return polygon
    rings = list(zip(_rings(polygon), _rings(plain)))  # no ring goes as they are simplified
    angle = _direction(*rings[0], pixel)
    found: list[Points] = []
    for outline, simpler in rings:
        walls = _walled(simpler, angle, pixel)
        if not walls and not found:
            return polygon
        if walls:
            walls = _fitted(walls, _pieces(walls, _turned(outline, -angle), pixel))
            found.append(_turned(_corners(walls, _in_line(walls, IN_LINE * pixel)), angle))
    result = Polygon(found[0], found[1:])
    is_clear = result.is_valid and shapely.minimum_clearance(result) >= CLEAR * pixel
    return result if is_clear and _iou(result, polygon) >= LEAST_IOU else polygon


def main_direction(ring: Points) -> float:
    """The direction of a closed ring's edges in radians, from -45° to 45°."""
    x, y = np.diff(ring, axis=0).T
    weight, angle = x * x + y * y, 4 * np.arctan2(y, x)
    return math.atan2(float((weight * np.sin(angle)).sum()), float((weight * np.cos(angle)).sum())) / 4


def _rings(polygon: Polygon) -> list[Points]:
    return [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]


def _turned(points: Points, angle: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def _direction(outline: Points, simpler: Points, pixel: float) -> float:
    """The main direction of a closed ring, fitted to the outline that it was simplified from."""
    angle = main_direction(simpler)
    walls = _walled(simpler, angle, pixel)
    return angle + _turn(walls, _pieces(walls, _turned(outline, -angle), pixel)) if walls else angle


def _walled(ring: Points, angle: float, pixel: float) -> list[Wall]:
    """The walls of a closed ring that is turned by -angle; none where fewer than four are left."""
    walls = _merged(_walls(_turned(ring, -angle)))
    while len(walls) > 4:
        number, gap = _shortest(walls)
        if gap >= SHORT * pixel:
            break
        walls = _without(walls, number)
    return walls if len(walls) >= 4 else []


def _corners(walls: list[Wall], places: Sequence[float]) -> Points:
    """(n, 2): where each wall of these places meets the next one."""
    corners = []
    for (level, _, _), one, other in zip(walls, places, [*places[1:], places[0]]):
        corners.append((other, one) if level else (one, other))
    return np.array(corners)


def _pieces(walls: list[Wall], outline: Points, pixel: float) -> Pieces:
    """The pieces of a closed outline beside walls."""
    ends = _corners(walls, [place for _, place, _ in walls])
    tree = shapely.STRtree(shapely.linestrings(np.stack([np.roll(ends, 1, axis=0), ends], axis=1)))
    points = shapely.get_coordinates(shapely.segmentize(shapely.LinearRing(outline), STEP * pixel))
    middles, lengths = (points[1:] + points[:-1]) / 2, np.hypot(*np.diff(points, axis=0).T)
    nearest = tree.nearest(shapely.points(middles))
    level = np.array([wall[0] for wall in walls])[nearest]
    (x, y) = middles.T
    return Pieces(nearest, np.where(level, x, y), np.where(level, y, x), lengths)


def _turn(walls: list[Wall], pieces: Pieces) -> float:
    """The angle by which pieces are turned from the walls beside them, by least squares."""
    along, across = (values - pieces.means(values, len(walls))[pieces.wall] for values in (pieces.along, pieces.across))
    side = np.where(np.array([wall[0] for wall in walls])[pieces.wall], 1, -1)
    return math.atan2((pieces.length * along * across * side).sum(), (pieces.length * along**2).sum())


def _fitted(walls: list[Wall], pieces: Pieces) -> list[Wall]:
    """The walls, each where the pieces beside it lie on average."""
    places = pieces.means(pieces.across, len(walls)).tolist()
    return [(level, place if math.isnan(mean) else mean, length) for (level, place, length), mean in zip(walls, places)]


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


def _shortest(walls: list[Wall]) -> tuple[int, float]:
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
