"""Groups of chips that stay together in a split: spatial blocks, places, files, or single chips."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...vector.label_features import metres_a_unit
from ..folder import ChipFolder
from .neighbours import Layout

MOST_BLOCKS, FEWEST_BLOCKS = 400, 5
SIZES_TRIED = 6  # block sizes tried
USUAL_BLOCK = 4  # chips per side
GOOD_COUNT, FEW_BLOCKS = 40, 0.02  # blocks that confidence intervals need; the cost of half as many
SMALL_BLOCKS = {3: 0.02, 2: 0.04}  # the cost of blocks with fewer chips per side


@dataclass(frozen=True)
class Division:
    """Chips in ``groups`` (n,), numbered from 0, that stay together. ``names`` (n,): of the groups.

    ``places``: new places of the chips; ``wanted``: as requested, so it is taken if possible; ``spatial``: the chips of
    a group lie together; ``cost``: added to that of the assignment.
    """

    groups: NDArray[np.int64]
    text: str
    places: Sequence[str] | None = None
    wanted: bool = False
    spatial: bool = False
    cost: float = 0.0
    names: Sequence[str] = ()


def _by_blocks(folder: ChipFolder, layout: Layout, block_size: float | None) -> Iterator[Division]:
    """Square blocks: of the requested size, then smaller ones; else of several sizes with enough blocks."""
    if not np.isfinite(layout.boxes).all():
        raise InputError(
            "Some chips have no geographic bounds, so they cannot be split by blocks.",
            "Choose SPLIT=places, files or random.",
        )
    metres = _metres(layout)
    sides = _sides(layout)
    if block_size is not None:
        asked = np.full(2, block_size) / metres
        yield _blocks(folder, layout, asked, metres, wanted=True)
        sides = [side for side in sides if (side < asked).all()]
    for side in sides:
        yield _blocks(folder, layout, side, metres)


def _by_places(folder: ChipFolder, layout: Layout, block_size: float | None) -> Iterator[Division]:
    names = [chip.place or f"\0{i}" for i, chip in enumerate(folder.chips)]
    unplaced = np.array([not chip.place for chip in folder.chips])
    same = layout.pairs[layout.overlap]
    groups = _united(_numbered(names), same[unplaced[same].all(1)])
    count = int(groups.max()) + 1
    if count < 2:
        raise InputError("All chips are of one place, so they cannot be split by places.", "Choose another SPLIT.")
    what = "single images" if without_location(folder) else "places"
    yield Division(groups, f"Split by {count} {what}.", names=[chip.place for chip in folder.chips])


def _by_files(folder: ChipFolder, layout: Layout, block_size: float | None) -> Iterator[Division]:
    names = [chip.source or f"\0{i}" for i, chip in enumerate(folder.chips)]
    groups = _united(_numbered(names), layout.pairs[layout.overlap])
    count = int(groups.max()) + 1
    if count < 2:
        raise InputError(
            "There is only one raster, or all overlap, so chips cannot be split by files.",
            "Choose another SPLIT, such as blocks.",
        )
    places = None
    if np.isfinite(layout.boxes).all():
        blocks = _blocks(folder, layout, USUAL_BLOCK * layout.side, _metres(layout)).places or []
        places = [f"{chip.source} {block}" for chip, block in zip(folder.chips, blocks)]
    yield Division(groups, f"Split by {count} files.", places, names=[chip.source for chip in folder.chips])


def _by_chance(folder: ChipFolder, layout: Layout, block_size: float | None) -> Iterator[Division]:
    if folder.labels not in ("class", "classes"):
        raise InputError("SPLIT=random is for scenes with a class only.", "Choose blocks, places or files.")
    if len(layout.pairs):
        raise InputError(
            f"{len(np.unique(layout.pairs))} chips touch or overlap others, so they cannot be split at random.",
            "Choose SPLIT=blocks or places.",
        )
    yield Division(np.arange(len(folder.chips)), "Split at random, by class.")


Divide = Callable[[ChipFolder, Layout, float | None], Iterator[Division]]  # the last: side of blocks in metres
DIVISIONS: Mapping[str, Divide] = {"blocks": _by_blocks, "places": _by_places, "files": _by_files, "random": _by_chance}


def _blocks(folder: ChipFolder, layout: Layout, side: NDArray, metres: NDArray, wanted: bool = False) -> Division:
    cells = _cells(layout, side)
    several = len(np.unique(layout.region)) > 1
    places = [f"{f'{r}: ' if several else ''}{y}, {x}" for r, x, y in cells]
    groups = _numbered(places)
    length = float(np.sqrt((side * metres).prod()))
    placed = any(layout.crs[r] for r in np.unique(layout.region))
    size = f"{length:.4g} units" if not placed else f"{length:.3g} m" if length < 1000 else f"{length / 1000:.3g} km"
    text = f"Split by {int(groups.max()) + 1} blocks of {size}."
    count, chips = int(groups.max()) + 1, float((side / layout.side).min())
    cost = FEW_BLOCKS * max(0.0, math.log2(GOOD_COUNT / count)) + sum(c for k, c in SMALL_BLOCKS.items() if chips < k)
    return Division(groups, text, places, wanted, True, cost)


def _cells(layout: Layout, side: NDArray) -> NDArray[np.int64]:
    """(n, 3): region, column and row of the block that contains each chip's centre."""
    cells = np.zeros((len(layout.boxes), 2), np.int64)
    for region in np.unique(layout.region):
        own = layout.region == region
        low = layout.boxes[own, :2].min(0)
        cells[own] = np.floor((layout.centres[own] - low) / side)
    return np.column_stack([layout.region, cells])


def _sides(layout: Layout) -> list[NDArray]:
    """Block sides to try, the largest first: in whole chips where they are few, down to one."""
    spans = [np.ptp(layout.centres[layout.region == r], axis=0) for r in np.unique(layout.region)]
    largest = max(1.0, float((np.max(spans, axis=0) / layout.side).max()) / 2)
    factors = {float(n) for n in range(1, int(min(largest, 2 * USUAL_BLOCK)) + 1)}
    while largest > 2 * USUAL_BLOCK:
        factors.add(largest)
        largest /= math.sqrt(2)
    ordered = sorted(factors, reverse=True)
    counts = [len(np.unique(_cells(layout, factor * layout.side), axis=0)) for factor in ordered]
    enough = [i for i, count in enumerate(counts) if FEWEST_BLOCKS <= count <= MOST_BLOCKS]
    chosen = enough[:SIZES_TRIED] or [min(range(len(counts)), key=lambda i: abs(counts[i] - FEWEST_BLOCKS))]
    return [ordered[i] * layout.side for i in dict.fromkeys([*chosen, *([len(ordered) - 1] if not enough else [])])]


def _metres(layout: Layout) -> NDArray[np.float64]:
    """(2,) metres on the ground per unit of the coordinates, in the middle of the largest region."""
    region = int(np.bincount(layout.region).argmax())
    x, y = np.nanmean(layout.centres[layout.region == region], axis=0)
    return np.asarray(metres_a_unit(layout.crs[region], float(x), float(y)), np.float64)


def without_location(folder: ChipFolder) -> bool:
    """Whether no chip has a place or geographic bounds."""
    return not any(chip.place or chip.bounds for chip in folder.chips)


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(names, object).astype(str), return_inverse=True)[1].ravel().astype(np.int64)


def _united(groups: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) groups numbered from 0, joined where a pair of chips links them."""
    root = list(range(int(groups.max()) + 1))

    def find(group: int) -> int:
        while root[group] != group:
            root[group] = root[root[group]]
            group = root[group]
        return group

    for first, second in groups[pairs]:
        low, high = sorted((find(int(first)), find(int(second))))
        root[high] = low
    return np.unique([find(int(group)) for group in groups], return_inverse=True)[1].astype(np.int64)
