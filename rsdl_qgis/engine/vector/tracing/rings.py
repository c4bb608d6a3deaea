"""From the steps of rings to polygons in well-known binary."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from ...raster.grid import apply
from .strip import BEGIN_PINCH, END_PINCH
from .tracer import Traced, spans

POLYGON = 3  # in WKB
HEAD, COUNT = struct.Struct("<BII").pack, struct.Struct("<I").pack


def polygons_wkb(traced: Traced, transform: Affine) -> NDArray[np.object_]:
    """The WKB of each polygon in map coordinates; ``transform``: of corners (column, row).

    A ring that touches itself is parted there, so that polygons are valid (OGC 06-103r4, 6.1.11).
    """
    x, y = traced.steps[:, 0].astype(np.float64), (traced.steps[:, 1] >> 2).astype(np.float64)
    points = np.empty((len(x), 2, 2), "<f8")  # where each step begins and ends
    points[:, 0, 0], points[:, 0, 1] = apply(transform, x, y)
    points[:, 1, 0], points[:, 1, 1] = apply(transform, following(x, traced.lengths), y)
    return _encoded(_parted(traced), points.data.cast("B"))


def corners_of(traced: Traced) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The corners of valid polygons: rings of each polygon, columns and rows of all corners, corners of each ring."""
    x, y = traced.steps[:, 0].astype(np.int64), traced.steps[:, 1].astype(np.int64) >> 2
    columns, rows = np.stack([x, following(x, traced.lengths)], 1).ravel(), np.repeat(y, 2)
    parted = _parted(traced)
    at = spans(parted.begins, parted.sizes)
    return parted.rings, columns[at], rows[at], np.add.reduceat(parted.sizes, np.cumsum(parted.runs) - parted.runs)


def pixels_of(traced: Traced) -> NDArray[np.int64]:
    """The pixels in each polygon."""
    x, y = traced.steps[:, 0].astype(np.int64), traced.steps[:, 1].astype(np.int64) >> 2
    firsts = (np.cumsum(traced.lengths) - traced.lengths)[np.cumsum(traced.rings) - traced.rings]
    return np.abs(np.add.reduceat(y * (x - following(x, traced.lengths)), firsts))


def means_of(traced: Traced) -> NDArray[np.float64]:
    """The mean of the known weights in each polygon, NaN where there is none; to six digits, so that it does not depend
    on how rows were divided.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        known = np.round(traced.sums.imag)
        means: NDArray[np.float64] = np.round(np.where(known > 0, traced.sums.real / known, np.nan), 6)
    return means


def perimeters_of(traced: Traced, pixel: tuple[float, float]) -> NDArray[np.float64]:
    """The length of each polygon's border, holes included; ``pixel``: its size (x, y)."""
    x, y = traced.steps[:, 0].astype(np.int64), traced.steps[:, 1].astype(np.int64) >> 2
    along = np.abs(following(x, traced.lengths) - x) * pixel[0] + np.abs(following(y, traced.lengths) - y) * pixel[1]
    firsts = (np.cumsum(traced.lengths) - traced.lengths)[np.cumsum(traced.rings) - traced.rings]
    lengths: NDArray[np.float64] = np.add.reduceat(along, firsts)
    return lengths


@dataclass(frozen=True)
class _Rings:
    """``rings`` of each polygon; ``runs`` of each ring; first corner and corners of each run."""

    rings: NDArray[np.int64]
    runs: NDArray[np.int64]
    begins: NDArray[np.int64]
    sizes: NDArray[np.int64]


def following(values: NDArray, lengths: NDArray[np.int64]) -> NDArray:
    """The next value in the ring, of each."""
    after = np.roll(values, -1)
    last = np.cumsum(lengths) - 1
    after[last] = values[last - lengths + 1]
    return after


def _parted(traced: Traced) -> _Rings:
    """The rings of polygons, those that touch themselves parted; the outer one of each polygon first."""
    lengths = 2 * traced.lengths
    starts, count = np.cumsum(lengths) - lengths, len(lengths)
    first, second = _touching(traced)
    if not len(first):
        return _Rings(traced.rings, np.ones(count, np.int64), starts, lengths)
    # What lies between two corners in one place, the second with it, is a ring of its own. Such rings lie apart, or one
    # in the other, so that a corner belongs to the last pair that has begun and not ended.
    changes = np.concatenate([first, second]) + 1
    turn = np.argsort(changes)
    inside: list[int] = []
    stack: list[int] = []
    for pair, begins in zip((turn % len(first)).tolist(), (turn < len(first)).tolist()):
        if begins:
            stack.append(pair)
        else:
            stack.pop()
        inside.append(count + stack[-1] if stack else -1)
    begins = np.concatenate([starts, changes[turn]])
    owner = np.concatenate([np.arange(count), inside])  # the ring of each run
    turn = np.argsort(begins, kind="stable")
    begins, owner = begins[turn], owner[turn]
    sizes = np.diff(begins, append=2 * len(traced.steps))
    begins, owner, sizes = (values[sizes > 0] for values in (begins, owner, sizes))
    owner = np.where(owner < 0, np.searchsorted(starts, begins, "right") - 1, owner)
    whole = np.concatenate([np.arange(count), np.searchsorted(starts, first, "right") - 1])  # what each ring is of
    # A part of an outer ring that runs the other way around is a hole in it.
    place = np.empty(len(whole), np.int64)
    place[np.lexsort([_areas(traced, owner, sizes, len(whole)) < 0, whole])] = np.arange(len(whole))
    turn = np.argsort(place[owner], kind="stable")
    polygon = np.repeat(np.arange(len(traced.rings)), traced.rings)
    return _Rings(
        np.bincount(polygon[whole], minlength=len(traced.rings)),
        np.bincount(place[owner], minlength=len(whole)),
        begins[turn],
        sizes[turn],
    )


def _touching(traced: Traced) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of corners of one ring in one place, the earlier and the later ones."""
    x, y = traced.steps.T
    begin, end = np.flatnonzero(y & BEGIN_PINCH), np.flatnonzero(y & END_PINCH)
    ring_ends = np.cumsum(traced.lengths)
    ring = np.searchsorted(ring_ends, np.concatenate([begin, end]), "right")
    last = end + 1 == ring_ends[ring[len(begin) :]]
    after = np.where(last, end + 1 - traced.lengths[ring[len(begin) :]], end + 1)
    at = np.concatenate([2 * begin, 2 * end + 1])
    column = np.concatenate([x[begin], x[after]]).astype(np.int64)
    key = (y[at // 2].astype(np.int64) >> 2 << 33) + (column << 1) + at % 2
    turn = np.argsort(key, kind="stable")
    at, key, ring = at[turn], key[turn], ring[turn]
    same = np.flatnonzero((key[1:] == key[:-1]) & (ring[1:] == ring[:-1]))
    return np.minimum(at[same], at[same + 1]), np.maximum(at[same], at[same + 1])


def _areas(traced: Traced, owner: NDArray[np.int64], sizes: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Pixels in each of so many rings, to which runs of corners belong; negative in holes."""
    x, y = traced.steps[:, 0].astype(np.int64), traced.steps[:, 1].astype(np.int64) >> 2
    ends = np.repeat(owner, sizes)[1::2]  # the rings where steps end
    return np.bincount(ends, y * (x - following(x, traced.lengths)), count).astype(np.float64, copy=False)


def _encoded(rings: _Rings, points: memoryview) -> NDArray[np.object_]:
    """WKB of polygons from the bytes of points."""
    wkb: list[bytes] = []
    begins, ends = (16 * rings.begins).tolist(), (16 * (rings.begins + rings.sizes)).tolist()
    runs, ring, run = rings.runs.tolist(), 0, 0
    for count in rings.rings.tolist():
        parts: list[bytes | memoryview] = [HEAD(1, POLYGON, count)]
        for number in runs[ring : ring + count]:
            begin, end = begins[run], ends[run]
            if number == 1:
                parts += (COUNT((end - begin) // 16 + 1), points[begin:end])
            else:
                some = [points[begins[i] : ends[i]] for i in range(run, run + number)]
                parts += (COUNT(sum(map(len, some)) // 16 + 1), *some)
            parts.append(points[begin : begin + 16])  # closed
            run += number
        ring += count
        wkb.append(b"".join(parts))
    encoded = np.empty(len(wkb), object)
    encoded[:] = wkb
    return encoded
