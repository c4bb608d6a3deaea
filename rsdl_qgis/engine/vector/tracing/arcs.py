"""Borders of polygons along pixels, simplified arc by arc.

An arc goes from one node to the next (see ``nodes``), or once around. It is simplified by itself, from its own corners
alone and in one direction, so that both regions beside it get the same line.

A border is drawn through the middles of the pixels' sides, then simplified (Douglas, Peucker 1973,
doi:10.3138/FM57-6770-U75U-7727) by at most ``MOST`` pixels; beside a node it stays on the pixel's side. Lines of
different arcs have at least 1/sqrt(2) px between them before, and the two moves are less: they cannot meet, nor can two
parts of one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from .nodes import NodeIndex
from .rings import following
from .tracer import spans

MOST = 0.35  # pixels

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Outlines:
    """Rings as corners (columns and rows): ``sizes`` corners of each, ``points`` (n, 2)."""

    sizes: Ints
    points: NDArray[np.float64]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each ring, the sum of what belongs to its corners."""
        total: NDArray[np.float64] = np.add.reduceat(values, np.cumsum(self.sizes) - self.sizes)
        return total


def simplified(x: Ints, y: Ints, sizes: Ints, nodes: NodeIndex, tolerance: float) -> Outlines:
    """Rings along pixels, of ``sizes`` corners each, with simpler borders. ``tolerance``: in pixels, up to MOST."""
    x, y, sizes = _with_nodes(x, y, sizes, nodes)
    is_node = nodes.has(x, y)
    turned = _turned(is_node, sizes)
    x, y, is_node = x[turned], y[turned], is_node[turned]
    firsts = np.cumsum(sizes) - sizes
    begins = is_node.copy()
    begins[firsts] = True  # a ring without a node is an arc
    middles, counts = _middles(x, y, sizes)
    starts = np.flatnonzero(begins)
    per_arc = np.add.reduceat(counts, starts)
    closed = ~is_node[starts]
    middles = middles[_from_the_least(middles, per_arc, closed)]
    # An arc with nodes has them at its ends; one without ends where it begins.
    ends = np.append(starts[1:], 0)
    last = np.append(starts[1:], len(x)) == np.repeat(firsts + sizes, np.add.reduceat(begins, firsts))
    ends[last] = firsts
    lengths = per_arc + np.where(closed, 1, 2)
    offsets = np.cumsum(lengths) - lengths
    points = np.empty((lengths.sum(), 2))
    points[spans(offsets + ~closed, per_arc)] = middles
    corners = np.stack([x, y], 1).astype(np.float64)
    points[offsets[~closed]] = corners[starts[~closed]]
    points[offsets + lengths - 1] = np.where(closed[:, None], middles[np.cumsum(per_arc) - per_arc], corners[ends])
    lines, kept = _lines(points, lengths, closed, tolerance)
    ring = np.repeat(np.arange(len(sizes)), np.add.reduceat(begins, firsts))
    return Outlines(np.bincount(ring, kept, len(sizes)).astype(np.int64), lines)


def _with_nodes(x: Ints, y: Ints, sizes: Ints, nodes: NodeIndex) -> tuple[Ints, Ints, Ints]:
    """The rings with the nodes on their edges."""
    count, nodes_x, nodes_y = nodes.along(x, y, following(x, sizes), following(y, sizes))
    place = np.arange(len(x)) + np.cumsum(count) - count
    new = np.ones(len(x) + len(nodes_x), bool)
    new[place] = False
    both = []
    for old, added in ((x, nodes_x), (y, nodes_y)):
        values = np.empty(len(new), np.int64)
        values[place], values[new] = old, added
        both.append(values)
    return both[0], both[1], sizes + np.add.reduceat(count, np.cumsum(sizes) - sizes)


def _turned(is_node: NDArray[np.bool_], sizes: Ints) -> Ints:
    """The order of corners in which each ring begins with a node, if it has one."""
    firsts = np.cumsum(sizes) - sizes
    at = np.where(is_node, np.arange(len(is_node)), len(is_node))
    begin = np.minimum.reduceat(at, firsts)
    begin = np.where(begin < len(is_node), begin - firsts, 0)
    return _rotated(begin, sizes)


def _rotated(begin: Ints, sizes: Ints) -> Ints:
    """The order of items in groups, each from its item ``begin`` on, and around."""
    firsts = np.cumsum(sizes) - sizes
    group = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(group)) - firsts[group]
    order: Ints = firsts[group] + (place + begin[group]) % sizes[group]
    return order


def _middles(x: Ints, y: Ints, sizes: Ints) -> tuple[NDArray[np.float64], Ints]:
    """The middles of the first and the last pixel's side of each edge of rings, and how many of each edge."""
    across, down = following(x, sizes) - x, following(y, sizes) - y
    long = np.abs(across) + np.abs(down)
    count = np.where(long > 1, 2, 1)
    edge = np.repeat(np.arange(len(x)), count)
    second = np.zeros(len(edge), bool)
    second[1:] = edge[1:] == edge[:-1]
    along = np.where(second, long[edge] - 0.5, 0.5) / long[edge]
    return np.stack([x[edge] + across[edge] * along, y[edge] + down[edge] * along], 1), count


def _from_the_least(points: NDArray[np.float64], sizes: Ints, closed: NDArray[np.bool_]) -> Ints:
    """The order of points in which those of closed arcs begin with the leftmost, of these the uppermost one."""
    firsts = np.cumsum(sizes) - sizes
    key = (2 * points[:, 0]).astype(np.int64) << 32 | (2 * points[:, 1]).astype(np.int64)
    least = np.minimum.reduceat(key, firsts)
    is_least = np.flatnonzero(key == np.repeat(least, sizes))
    begin = np.zeros(len(sizes), np.int64)
    arc = np.repeat(np.arange(len(sizes)), sizes)[is_least]
    begin[arc] = is_least - firsts[arc]
    return _rotated(np.where(closed, begin, 0), sizes)


def _lines(
    points: NDArray[np.float64], lengths: Ints, closed: NDArray[np.bool_], tolerance: float
) -> tuple[NDArray[np.float64], Ints]:
    """Arcs simplified, each without its last point, and how many points each has."""
    back = _runs_back(points, lengths)
    order = _reversed(back, lengths)
    arc = np.repeat(np.arange(len(lengths)), lengths)
    # The sides beside nodes are kept: what is simplified lies between them.
    first = np.cumsum(lengths) - lengths
    inner = np.ones(len(points), bool)
    inner[first[~closed]] = inner[(first + lengths - 1)[~closed]] = False
    ordered = points[order]
    wide = lengths - 2 * ~closed > 1
    some = inner & wide[arc]
    numbers = np.cumsum(wide) - 1
    lines = shapely.simplify(
        shapely.linestrings(ordered[some], indices=numbers[arc[some]]), tolerance, preserve_topology=False
    )
    found, index = shapely.get_coordinates(lines, return_index=True)
    index = np.flatnonzero(wide)[index]
    # Put together again: the node, what is simplified, the node.
    rest = ~some
    all_points = np.concatenate([found, ordered[rest]])
    all_arcs = np.concatenate([index, arc[rest]])
    position = np.concatenate([np.ones(len(found)), _part(rest, first, lengths, arc)])
    turn = np.lexsort([position, all_arcs])
    # What lies in line between others goes, beside nodes too.
    whole = shapely.linestrings(all_points[turn], indices=all_arcs[turn])
    all_points, all_arcs = shapely.get_coordinates(
        shapely.simplify(whole, 0, preserve_topology=False), return_index=True
    )
    kept = np.bincount(all_arcs, minlength=len(lengths))
    all_points = all_points[_reversed(back, kept)]
    last = np.zeros(len(all_points), bool)
    last[np.cumsum(kept) - 1] = True
    return all_points[~last], kept - 1


def _part(rest: NDArray[np.bool_], first: Ints, lengths: Ints, arc: Ints) -> NDArray[np.float64]:
    """Of points that are not simplified: 0 at the beginning of an arc, 2 at its end, 1 between."""
    place = np.flatnonzero(rest)
    of = arc[place]
    return np.where(place == first[of], 0.0, np.where(place == (first + lengths - 1)[of], 2.0, 1.0))


def _runs_back(points: NDArray[np.float64], lengths: Ints) -> NDArray[np.bool_]:
    """Whether an arc is to be read from its end, so that both sides read it alike."""
    first = np.cumsum(lengths) - lengths
    last = first + lengths - 1
    ends = [points[first], points[last], points[first + 1], points[last - 1]]
    a, b, c, d = (end[:, 0] * 2**26 + end[:, 1] for end in ends)
    back: NDArray[np.bool_] = np.where(a == b, c > d, a > b)
    return back


def _reversed(back: NDArray[np.bool_], lengths: Ints) -> Ints:
    """The order of points in which some arcs are turned around."""
    first = np.cumsum(lengths) - lengths
    arc = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(arc)) - first[arc]
    order: Ints = first[arc] + np.where(back[arc], lengths[arc] - 1 - place, place)
    return order
