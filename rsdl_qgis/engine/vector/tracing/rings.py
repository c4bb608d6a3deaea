"""From the steps of rings to polygons in well-known binary."""

from __future__ import annotations

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from ...raster.grid import apply
from .tracer import Traced, spans

POLYGON = 3  # in WKB


def polygons_wkb(traced: Traced, transform: Affine) -> NDArray[np.object_]:
    """The WKB of each polygon in map coordinates; ``transform``: of corners (column, row).

    A ring that touches itself is parted there, so that polygons are valid (OGC 06-103r4, 6.1.11).
    """
    corners = _corners(traced)
    rings, lengths, order = _parted(traced, corners)
    if order is not None:
        corners = corners[order]
    starts = np.cumsum(lengths) - lengths
    sizes = lengths + 1
    closed = spans(starts, sizes)
    closed[np.cumsum(sizes) - 1] = starts
    x, y = apply(transform, *corners[closed].T.astype(np.float64))
    return _encoded(rings, sizes, np.column_stack([x, y]))


def _corners(traced: Traced) -> NDArray[np.int32]:
    """(2 m, 2): column and row of where each step begins and ends."""
    x, y = traced.steps[:, 0], traced.steps[:, 1] >> 2
    corners = np.empty((2 * len(x), 2), np.int32)
    corners[::2, 0], corners[1::2, 0] = x, following(x, traced.lengths)
    corners[::2, 1] = corners[1::2, 1] = y
    return corners


def following(values: NDArray, lengths: NDArray[np.int64]) -> NDArray:
    """The next value in the ring, of each."""
    after = np.roll(values, -1)
    last = np.cumsum(lengths) - 1
    after[last] = values[last - lengths + 1]
    return after


def _parted(traced: Traced, corners: NDArray[np.int32]) -> tuple[NDArray, NDArray, NDArray | None]:
    """Rings of each polygon, corners of each ring, and the order in which they take the corners; None: as they are."""
    rings, lengths = traced.rings, 2 * traced.lengths
    first, second = _touching(traced, corners)
    if not len(first):
        return rings, lengths, None
    # What lies between two corners in one place, the second with it, is a ring of its own. Such rings lie apart, or one
    # in the other, so that the ring of a corner is that of the last pair that has begun and not ended.
    changes = np.concatenate([first, second]) + 1
    turn = np.argsort(changes)
    count = len(lengths)
    starts = np.cumsum(lengths) - lengths
    owner = np.searchsorted(starts, first, "right") - 1  # of the new rings
    inside: list[int] = []
    stack: list[int] = []
    for pair, begins in zip((turn % len(first)).tolist(), (turn < len(first)).tolist()):
        if begins:
            stack.append(pair)
        else:
            stack.pop()
        inside.append(count + stack[-1] if stack else -1)
    # Runs of corners of one ring: from where rings begin, and where pairs begin and end.
    begin = np.concatenate([starts, changes[turn]])
    of = np.concatenate([np.arange(count), inside])
    run = np.argsort(begin, kind="stable")
    begin, of = begin[run], of[run]
    size = np.diff(begin, append=len(corners))
    begin, of, size = begin[size > 0], of[size > 0], size[size > 0]
    of = np.where(of < 0, np.searchsorted(starts, begin, "right") - 1, of)
    whole = np.concatenate([np.arange(count), owner])  # the ring as it was, of all rings

    x, y = corners.T.astype(np.int64)
    label = np.repeat(of, size)
    areas = np.bincount(label[1::2], (y * (x - following(x, lengths)))[::2], count + len(owner))
    place = np.empty(len(whole), np.int64)
    place[np.lexsort([areas < 0, whole])] = np.arange(len(whole))  # the outer ring before its holes
    run = np.argsort(place[of], kind="stable")
    order = spans(begin[run], size[run])
    lengths = np.bincount(place[of], size, len(whole)).astype(np.int64)
    polygon = np.repeat(np.arange(len(rings)), rings)
    rings = np.bincount(polygon[whole], minlength=len(rings))
    return rings, lengths, order


def _touching(traced: Traced, corners: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of corners of one ring in one place, the earlier and the later ones."""
    flags = traced.steps[:, 1]
    at = np.concatenate([2 * np.flatnonzero(flags & 1), 2 * np.flatnonzero(flags & 2) + 1])
    x, y = corners[at].T.astype(np.int64)
    key = (y << 33) + (x << 1) + at % 2
    turn = np.argsort(key, kind="stable")
    at, key = at[turn], key[turn]
    ring = np.searchsorted(2 * np.cumsum(traced.lengths), at, "right")
    same = np.flatnonzero((key[1:] == key[:-1]) & (ring[1:] == ring[:-1]))
    return np.minimum(at[same], at[same + 1]), np.maximum(at[same], at[same + 1])


def _encoded(rings: NDArray[np.int64], sizes: NDArray[np.int64], points: NDArray[np.float64]) -> NDArray[np.object_]:
    """WKB of polygons of so many rings of so many points.

    All are written to one array of words of four bytes. A polygon begins with the last byte of a word, the order of
    bytes; the words that follow are its type and the number of rings, and before each ring the number of its points.
    """
    polygon = np.repeat(np.arange(len(rings)), rings)
    first = np.cumsum(rings) - rings  # ring of each polygon
    counts = 3 * (polygon + 1) + np.arange(len(sizes)) + 4 * (np.cumsum(sizes) - sizes)
    heads = counts[first] - 3
    words = np.empty(3 * len(rings) + len(sizes) + 4 * len(points), "<u4")
    is_point = np.ones(len(words), bool)
    for word, value in ((heads, 1 << 24), (heads + 1, POLYGON), (heads + 2, rings), (counts, sizes)):
        words[word] = value
        is_point[word] = False
    words[is_point] = points.astype("<f8").view("<u4").ravel()
    data = memoryview(words).cast("B")
    begins = (4 * heads + 3).tolist()
    wkb = np.empty(len(rings), object)
    wkb[:] = [bytes(data[begin : end - 3]) for begin, end in zip(begins, [*begins[1:], len(data) + 3])]
    return wkb
