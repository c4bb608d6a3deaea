"""Where chips lie, and which of them touch one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import project, same_crs
from ..folder import ChipFolder

TOUCHING = 1e-3  # fraction of a chip's side: windows nearer than this touch

Boxes = NDArray[np.float64]  # (n, 4): xmin, ymin, xmax, ymax; NaN where there are none


@dataclass(frozen=True)
class Layout:
    """The locations of chips: ``boxes`` in the CRS of their ``region`` (n,). Chips of different regions never meet.

    ``pairs`` (m, 2): chips that touch or overlap; ``overlap`` (m,): which of them overlap. ``crs``: of each region.
    """

    boxes: Boxes
    region: NDArray[np.int64]
    crs: Sequence[str | None]
    pairs: NDArray[np.int64]
    overlap: NDArray[np.bool_]

    @property
    def side(self) -> NDArray[np.float64]:
        """(2,) median width and height of a chip."""
        return np.nanmedian(self.boxes[:, 2:] - self.boxes[:, :2], axis=0)

    @property
    def centres(self) -> NDArray[np.float64]:
        return (self.boxes[:, :2] + self.boxes[:, 2:]) / 2


def layout_of(folder: ChipFolder) -> Layout:
    """The locations of a folder's chips; sources of different CRSs that overlap are one region."""
    chips = folder.chips
    boxes = np.array([chip.bounds or (np.nan,) * 4 for chip in chips], np.float64)
    crs_of_chip = [folder.sources[chip.source].crs if chip.source in folder.sources else None for chip in chips]
    known = list(dict.fromkeys(crs for crs in crs_of_chip if crs is not None))
    alone = {source: i for i, source in enumerate(dict.fromkeys(chip.source for chip in chips), start=len(known))}
    region = np.array([alone[c.source] if crs is None else known.index(crs) for c, crs in zip(chips, crs_of_chip)])
    crs: list[str | None] = [*known, *([None] * len(alone))]
    for first, second in _meeting(boxes, region, known):
        moved = region == second
        boxes[moved] = _brought(boxes[moved], known[second], crs[first])
        region[moved] = first
    pairs, overlap = neighbours(boxes, region)
    return Layout(boxes, region, crs, pairs, overlap)


def neighbours(boxes: Boxes, region: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(m, 2) pairs of boxes of a region that touch or overlap, and (m,) which of them overlap."""
    found: list[NDArray] = []
    for number in np.unique(region):
        own = np.flatnonzero((region == number) & np.isfinite(boxes).all(1))
        if len(own) < 2:
            continue
        own = own[np.argsort(boxes[own, 0], kind="stable")]
        x0, y0, x1, y1 = boxes[own].T
        near = TOUCHING * np.array([np.median(x1 - x0), np.median(y1 - y0)])
        last = np.searchsorted(x0, x1 + near[0], "right")
        for i, end in enumerate(last):
            others = slice(i + 1, end)
            meets = (y0[others] <= y1[i] + near[1]) & (y1[others] >= y0[i] - near[1])
            j = i + 1 + np.flatnonzero(meets)
            width = np.minimum(x1[j], x1[i]) - x0[j]
            height = np.minimum(y1[j], y1[i]) - np.maximum(y0[j], y0[i])
            shared = (width > near[0]) & (height > near[1])
            found.append(np.column_stack([np.full(len(j), own[i]), own[j], shared]))
    table = np.concatenate(found).astype(np.int64) if found else np.zeros((0, 3), np.int64)
    return table[:, :2], table[:, 2].astype(bool)


def _meeting(boxes: Boxes, region: NDArray[np.int64], known: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Regions of different CRSs that overlap, as (one that stays, one that is joined to it)."""
    if len(known) < 2:
        return
    degrees = [_brought(boxes[region == i], crs, "EPSG:4326") for i, crs in enumerate(known)]
    around = [(*np.nanmin(b[:, :2], axis=0), *np.nanmax(b[:, 2:], axis=0)) for b in degrees]
    root = list(range(len(known)))
    for first, second in combinations(range(len(known)), 2):
        a, b = around[first], around[second]
        apart = a[0] > b[2] or b[0] > a[2] or a[1] > b[3] or b[1] > a[3]
        if not apart or same_crs(known[first], known[second]):
            root = [root[first] if r == root[second] else r for r in root]
    yield from ((stays, joined) for joined, stays in enumerate(root) if stays != joined)


def _brought(boxes: Boxes, source: str | None, target: str | None) -> Boxes:
    """Boxes projected to another CRS: their bounding boxes."""
    x, y = project(boxes[:, [0, 0, 2, 2]], boxes[:, [1, 3, 1, 3]], source, target)
    return np.column_stack([x.min(1), y.min(1), x.max(1), y.max(1)])
