"""Hills of a surface, strip by strip: each pixel belongs to the summit that it climbs to.

A pixel leads to the highest of the pixels beside it (of equal ones the later), if that is higher than itself; the last
one is a summit. That is a watershed of the surface turned upside down, by rainfall (Bieniek, Moga 2000,
doi:10.1016/S0031-3203(99)00154-5). Where the way leaves a strip it goes on in the next one or the one before, so that
the result does not depend on how the rows were divided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .surface import NONE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hills:
    """All of a map. ``owner``: by label (0: no object), number of its hill. By hill: ``place``, row * width + column
    of the summit; ``height``; ``code``, the class; ``pixels``; ``sum`` of the probabilities and how many are ``known``.
    ``pairs``: (2, m) hills beside one another, the lower number first, ``pass_``: (m,), the highest way between them.
    """

    owner: Ints
    place: Ints
    height: Floats
    code: Ints
    pixels: Ints
    sum: Floats
    known: Floats
    pairs: Ints
    pass_: Floats


class Climber:
    """Labels rows as they come; ``hills`` says at the end which labels are one hill."""

    def __init__(self, width: int):
        self._width = width
        self._count = 1  # labels so far; 0 is what is no object
        self._last: Ints = np.zeros(0, np.int64)  # the labels of the row before
        self._open: tuple[Ints, Ints] = self._last, self._last  # labels whose way goes on in the next row, and columns
        self._same: list[Ints] = []  # (2, n) labels, and those they go on as
        self._nodes: list[tuple[NDArray, ...]] = []
        self._pairs: list[tuple[Ints, Floats]] = []

    def add(
        self,
        row: int,
        surface: NDArray[np.float32],
        codes: Ints,
        probabilities: NDArray[np.float32] | None,
        above: int,
        below: int,
    ) -> NDArray[np.int32]:
        """The labels (n, width) of the next rows, of which ``row`` is the first.

        ``surface``, ``codes``, ``probabilities``: these rows, with ``above`` (0 or 1) row before and ``below`` after.
        """
        height = len(codes)
        ends = _climbed(surface, codes, above, below)
        own = slice(above, height - below)
        found = np.zeros(codes.size, bool)
        found[ends[own][codes[own] != NONE]] = True
        summits = np.flatnonzero(found)
        number = np.zeros(codes.size, np.int64)
        number[summits] = self._count + np.arange(len(summits))
        labels = np.where(codes[own] != NONE, number[ends[own]], 0)
        self._go_on(summits, number, labels, height, above, below)
        self._count_pixels(row - above, summits, surface, codes, labels, probabilities, own)
        joined = np.vstack([self._last[None], labels]) if above else labels
        self._pairs.append(_beside(joined, surface[: height - below], codes[: height - below]))
        self._last = labels[-1]
        self._count += len(summits)
        return labels.astype(np.int32)

    def hills(self) -> Hills:
        """What was found; no row follows."""
        same = np.concatenate([np.zeros((2, 0), np.int64), *self._same], axis=1)
        owner = np.arange(self._count)
        owner[same[0]] = same[1]
        while not np.array_equal(after := owner[owner], owner):
            owner = after
        empty = (np.zeros(1, np.int64), np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1))
        columns = [np.concatenate(parts) for parts in zip((*empty, np.zeros(1, np.int64)), *self._nodes)]
        place, height, code, pixels, total, known = columns
        pairs, passes = (np.concatenate(parts, axis=-1) for parts in zip(*self._pairs))
        of_hill, number = np.unique(owner, return_inverse=True)
        pixels, total, known = (
            np.bincount(number, values, len(of_hill)).astype(np.float64) for values in (pixels, total, known)
        )
        whole = pixels.astype(np.int64)
        pairs, passes = _highest(number[pairs], passes)
        return Hills(number, place[of_hill], height[of_hill], code[of_hill], whole, total, known, pairs, passes)

    def _go_on(self, summits: Ints, number: Ints, labels: Ints, height: int, above: int, below: int) -> None:
        """Note the labels that are one with those of the strip before, on either side of the border."""
        begun, columns = self._open
        self._same.append(np.stack([begun, labels[0, columns]]))
        if above:
            up = summits[summits < self._width]
            self._same.append(np.stack([number[up], self._last[up]]))
        first = (height - below) * self._width
        down = summits[summits >= first]
        self._open = number[down], down - first

    def _count_pixels(
        self,
        row: int,
        summits: Ints,
        surface: NDArray[np.float32],
        codes: Ints,
        labels: Ints,
        probabilities: NDArray[np.float32] | None,
        own: slice,
    ) -> None:
        """Note what is known of each label; ``row``: the first of the surface."""
        count = len(summits) + 1
        of = np.maximum(labels - self._count + 1, 0).ravel()
        values = np.full(of.shape, np.nan) if probabilities is None else probabilities[own].ravel()
        known = np.isfinite(values)
        self._nodes.append(
            (
                summits + row * self._width,
                surface.ravel()[summits].astype(np.float64),
                codes.ravel()[summits],
                np.bincount(of, minlength=count)[1:],
                np.bincount(of, np.where(known, values, 0), count)[1:],
                np.bincount(of, known, count)[1:].astype(np.int64),
            )
        )


def _climbed(surface: NDArray[np.float32], codes: Ints, above: int, below: int) -> Ints:
    """(h, w): where each pixel's way ends, as row * width + column; in the rows above and below at once."""
    height, width = codes.shape
    index = np.arange(codes.size).reshape(codes.shape)
    best, target = surface.copy(), index.copy()
    for one, other in _sides():
        for here, there in ((one, other), (other, one)):
            higher = surface[there] > best[here]
            higher |= (surface[there] == best[here]) & (index[there] > target[here])
            higher &= codes[there] == codes[here]
            best[here] = np.where(higher, surface[there], best[here])
            target[here] = np.where(higher, index[there], target[here])
    for row in [*range(above), *range(height - below, height)]:
        target[row] = index[row]
    ways = target.ravel()
    while not np.array_equal(after := ways[ways], ways):
        ways = after
    return ways.reshape(height, width)


def _sides() -> tuple[tuple[tuple[slice, slice], tuple[slice, slice]], ...]:
    """Pixels and those to the right of them, pixels and those below them."""
    all_, first, last = slice(None), slice(None, -1), slice(1, None)
    return ((all_, first), (all_, last)), ((first, all_), (last, all_))


def _beside(labels: Ints, surface: NDArray[np.float32], codes: Ints) -> tuple[Ints, Floats]:
    """Pairs of labels of one class beside one another, (2, n), and the highest way between each, (n,)."""
    pairs, passes = [], []
    for one, other in _sides():
        apart = (labels[one] != labels[other]) & (codes[one] == codes[other])
        pairs.append(np.stack([labels[one][apart], labels[other][apart]]))
        passes.append(np.minimum(surface[one][apart], surface[other][apart]))
    return _highest(np.concatenate(pairs, axis=1), np.concatenate(passes).astype(np.float64))


def _highest(pairs: Ints, passes: Floats) -> tuple[Ints, Floats]:
    """Each pair of two that differ once, the lower number first, with its highest way."""
    pairs = np.sort(pairs, axis=0)
    kept = pairs[0] != pairs[1]
    pairs, passes = pairs[:, kept], passes[kept]
    if not len(passes):
        return pairs, passes
    order = np.lexsort(pairs[::-1])
    pairs, passes = pairs[:, order], passes[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(pairs) != 0).any(0)])
    return pairs[:, starts], np.maximum.reduceat(passes, starts)
