"""Simplified borders moved to where they fit those they come from, so that fewer corners do.

The corners that simplifying keeps are some of the border's own, often its outermost ones. They are moved by least
squares: the border's distances to the line become as small as they can be. Corners where borders meet stay, and those
on the border of the coverage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from .rings import following

ROUNDS, STEPS = 3, 8  # times that points are assigned to edges, and steps towards the solution in each
AT = 0.5 + np.array([-1, 1]) / np.sqrt(12)  # places along an edge that stand for it (Gauss, of order 2)
TRIES = 8

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def fitted(before: NDArray[np.object_], after: NDArray[np.object_], most: float) -> NDArray[np.object_]:
    """The polygons ``after`` of a coverage, whose corners are among those of ``before``, moved by ``most`` at most.

    The result is a coverage too: what would cross or overlap stays where it was.
    """
    corners = shapely.get_coordinates(after)
    places, numbers = np.unique(_key(corners), return_inverse=True)
    start = np.stack([places.real, places.imag], 1)
    free = _free(after, numbers, len(places))
    moved = _moved(_samples(before, places), start, free, most)
    for _ in range(TRIES):
        found: NDArray[np.object_] = shapely.transform(after, lambda _: moved[numbers])
        wrong = _wrong(found, numbers, moved)
        if not len(wrong):
            return found
        moved[wrong] = start[wrong]
    return after


def _key(points: Floats) -> NDArray[np.complex128]:
    key: NDArray[np.complex128] = points[:, 0] + 1j * points[:, 1]
    return key


def _rings(polygons: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """The corners of all rings, the last one not repeated, and how many of each."""
    points, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    sizes = np.bincount(ring)
    open_ends = np.ones(len(points), bool)
    open_ends[np.cumsum(sizes) - 1] = False
    return points[open_ends], sizes - 1


def _free(polygons: NDArray[np.object_], numbers: Ints, count: int) -> NDArray[np.bool_]:
    """By corner, whether two edges meet in it that have a polygon on either side."""
    _, sizes = _rings(polygons)
    ends = np.cumsum(sizes + 1) - 1
    one = np.delete(numbers, ends)
    other = following(one, sizes)
    edges, sides = np.unique(np.minimum(one, other) * count + np.maximum(one, other), return_counts=True)
    degree = np.bincount(np.concatenate([edges // count, edges % count]), minlength=count)
    free = degree == 2
    border = edges[sides == 1]
    free[border // count] = free[border % count] = False
    return free


@dataclass(frozen=True)
class _Samples:
    """Points of borders, their weights, and the corners at the ends of the edge that each belongs to."""

    points: Floats
    weights: Floats
    first: Ints
    second: Ints


def _samples(before: NDArray[np.object_], places: NDArray[np.complex128]) -> _Samples:
    """What the edges between the places stand for."""
    points, sizes = _rings(before)
    key = _key(points)
    number = np.minimum(np.searchsorted(places, key), len(places) - 1)
    kept = np.flatnonzero(places[number] == key)
    ring = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.cumsum(np.bincount(ring[kept], minlength=len(sizes)))
    begins = np.append(0, ends[:-1])
    whole = (ends > begins)[ring]
    place = np.searchsorted(kept, np.arange(len(points)), "right")
    begin, end = begins[ring], ends[ring]
    last = np.where(place > begin, place - 1, end - 1)[whole]
    following_one = np.where(place < end, place, begin)[whole]
    first, second = number[kept[last]], number[kept[following_one]]
    after = np.stack([following(points[:, 0], sizes), following(points[:, 1], sizes)], 1)
    once = first < second  # the other polygon has the same border, from its end on
    a, b = points[whole][once], after[whole][once]
    weights = np.repeat(np.hypot(*(b - a).T) / 2, 2)
    samples = (a[:, None] + (b - a)[:, None] * AT[:, None]).reshape(-1, 2)
    return _Samples(samples, weights, np.repeat(first[once], 2), np.repeat(second[once], 2))


def _moved(samples: _Samples, start: Floats, free: NDArray[np.bool_], most: float) -> Floats:
    """Where the corners fit best."""
    count, place = len(start), start.copy()
    one, other = samples.first, samples.second
    edges, edge = np.unique(one * count + other, return_inverse=True)
    first, second = edges // count, edges % count

    def summed(at: Ints, values: Floats, length: int = count) -> Floats:
        total: Floats = np.bincount(at, values, length).astype(np.float64, copy=False)
        return total

    for _ in range(ROUNDS):
        along = place[other] - place[one]
        long = np.maximum((along**2).sum(1), 1e-12)
        share = np.clip(((samples.points - place[one]) * along).sum(1) / long, 0, 1)
        near, far = samples.weights * (1 - share), samples.weights * share
        own = summed(one, near * (1 - share)) + summed(other, far * share)
        between = summed(edge, near * share, len(edges))
        movable = free & (own > 1e-6)
        for _ in range(STEPS):
            for axis in range(2):
                values = samples.points[:, axis]
                right = summed(one, near * values) + summed(other, far * values)
                right -= summed(first, between * place[second, axis]) + summed(second, between * place[first, axis])
                place[movable, axis] = right[movable] / own[movable]
        shift = place - start
        size = np.maximum(np.hypot(*shift.T), 1e-12)
        place = start + shift * np.minimum(1, most / size)[:, None]
    return place


def _wrong(polygons: NDArray[np.object_], numbers: Ints, places: Floats) -> Ints:
    """The corners of polygons that are not valid, and of edges that do not fit to others."""
    owner = np.repeat(np.arange(len(polygons)), shapely.get_num_coordinates(polygons))
    invalid = ~shapely.is_valid(polygons)
    if invalid.any():
        return np.unique(numbers[invalid[owner]])
    edges = shapely.get_coordinates(shapely.coverage_invalid_edges(polygons))
    if not len(edges):
        return np.empty(0, np.int64)
    return np.unique(numbers[np.isin(_key(places[numbers]), _key(edges))])
