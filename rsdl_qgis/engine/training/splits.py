"""Chips divided into those to train on, to choose by and to judge by, so that neighbours are never in two of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..job_arguments import DATA, LARGEST_SHARE, some
from ..raster.features import metres_a_unit
from .assignment import DROPPED, TEST, TRAIN, VALID, Shares, best_draw
from .chips import IGNORE, SPLITS, ChipFolder, with_splits
from .neighbours import Layout, layout_of

TITLES = ("training", "validation", "test")
MOST_BLOCKS, FEWEST_BLOCKS = 400, 5
SIZES_TRIED = 6  # of blocks
USUAL_BLOCK = 4  # chips a side
GOOD_COUNT, FEW_BLOCKS = 40, 0.02  # blocks that intervals of accuracy can do with; the cost of half as many
SMALL_BLOCKS = {3: 0.02, 2: 0.04}  # the cost of blocks with fewer chips a side: each tells little by itself
MAPS = ("raster", "number")  # labels of maps, which are often pieces of one image
FEW_NAMES = 5  # places or files that are named
BINS = 4  # of numbers, in place of classes


@dataclass(frozen=True)
class SplitRequest:
    """How to divide chips. ``how``: as ``split`` in a job; None: as the folder says, or else what suits its chips best.

    ``valid``, ``test``: shares of the labelled pixels; ``block_size``: metres a side, None: what suits.
    """

    how: str | None = None
    valid: float = 0.2
    test: float = 0.0
    block_size: float | None = None
    seed: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> SplitRequest:
        """The request in a job's arguments. InputError for what cannot be."""
        given = some(DATA, ("split", "valid", "test", "block_size", "seed"), arguments)
        request = cls(given.pop("split", None), **given)
        if request.valid + request.test > LARGEST_SHARE:
            raise InputError(
                f"Shares of {request.valid:g} and {request.test:g} cannot be kept from training.",
                f"Choose a share for validation and one for test, together at most {LARGEST_SHARE:g}.",
            )
        return request


@dataclass(frozen=True)
class SplitNote:
    """What was done: ``dropped`` chips lie in the gap; ``warnings`` say what is not as it should be."""

    text: str
    dropped: int = 0
    warnings: tuple[str, ...] = ()


def split_chips(
    folder: ChipFolder, request: SplitRequest, counts: NDArray | None = None
) -> tuple[ChipFolder, SplitNote]:
    """The folder with each chip's split ('' in the gap) and its place (its block).

    ``counts``: of ``label_counts``, where they are known. Chips whose windows touch or overlap are never in two
    parts: of training and another, the one of training is left out. A folder that says what is to train on but has
    nothing to choose by gives some of the former. The same ``seed`` gives the same split. Raises InputError where
    the chips cannot be divided so.
    """
    counts = label_counts(folder) if counts is None else counts
    given = {chip.split for chip in folder.chips} - {""}
    if request.how == "chips" or (request.how is None and given):
        return _as_given(folder, request, counts, given)
    how = request.how or _suitable(folder)
    chips = [replace(chip, split="") for chip in folder.chips]
    return _divided(replace(folder, chips=tuple(chips)), replace(request, how=how), counts)


def label_counts(folder: ChipFolder) -> NDArray[np.float64]:
    """(chips, classes): labelled pixels or objects of each class, or 1 for a class that a scene shows.

    Of numbers the pixels in as many columns as BINS, by the mean of the chip; of chips without labels 1.
    """
    if folder.labels == "none":
        return np.ones((len(folder.chips), 1))
    if folder.labels == "number":
        numbers = [label[np.isfinite(label)] for label in map(folder.label, folder.chips)]
        means = np.array([values.mean() if values.size else 0.0 for values in numbers])
        bins = np.searchsorted(np.quantile(means, np.arange(1, BINS) / BINS), means)
        return np.eye(BINS)[bins] * np.array([[values.size] for values in numbers])
    counts = np.zeros((len(folder.chips), len(folder.classes)))
    for row, chip in zip(counts, folder.chips):
        label = folder.label(chip)
        if folder.labels == "class":
            row[int(label)] = 1
        elif folder.labels == "boxes":
            row += np.bincount(label[:, 4].astype(np.int64), minlength=len(row))
        elif folder.labels == "classes":
            row += label
        else:
            row += np.bincount(label[label != IGNORE], minlength=len(row))
    return counts


def _as_given(
    folder: ChipFolder, request: SplitRequest, counts: NDArray, given: set[str]
) -> tuple[ChipFolder, SplitNote]:
    """As the chips say; where none is to choose by, some of those to train on are."""
    if "train" not in given:
        raise InputError("The chips do not say which are to train on.", "Choose another SPLIT, such as blocks.")
    parts = np.array([SPLITS.index(chip.split) if chip.split else DROPPED for chip in folder.chips])
    if "valid" in given or not request.valid:
        pairs = layout_of(folder).pairs
        mixed = parts[pairs]
        leaks = np.unique(pairs[(mixed[:, 0] != mixed[:, 1]) & (mixed < DROPPED).all(1)])
        warning = f"{len(leaks)} chips touch chips of another part, so figures may be too good."
        warnings = _warnings(folder, counts, parts)
        note = SplitNote("Split as the chips say.", 0, (*warnings, *([warning] if len(leaks) else [])))
        return folder, note
    own = np.flatnonzero(parts == TRAIN)
    training = replace(folder, chips=tuple(replace(folder.chips[i], split="") for i in own))
    divided, note = _divided(training, replace(request, how=_suitable(training), test=0.0), counts[own])
    chips = list(folder.chips)
    for i, chip in zip(own, divided.chips):
        chips[i] = chip
    text = "Split as the chips say, with some of those to train on for validation. "
    return replace(folder, chips=tuple(chips)), replace(note, text=text + note.text)


def _suitable(folder: ChipFolder) -> str:
    if all(chip.bounds for chip in folder.chips):
        return "blocks"
    single = folder.labels in ("class", "classes") and not any(chip.place for chip in folder.chips)
    return "random" if single else "places"


def _divided(folder: ChipFolder, request: SplitRequest, counts: NDArray) -> tuple[ChipFolder, SplitNote]:
    if not request.valid and not request.test:
        return with_splits(folder, ["train"] * len(folder.chips)), SplitNote("All chips are to train on.")
    layout, shares = layout_of(folder), Shares(request.valid, request.test)
    best: tuple[float, Division, NDArray] | None = None
    for division in DIVISIONS[request.how or "blocks"](folder, layout, request):
        centres = layout.centres / layout.side if division.spatial else None
        score, parts = best_draw(division.groups, counts, layout.pairs, shares, request.seed, centres)
        score += division.cost
        if best is None or score < best[0]:
            best = score, division, parts
        if division.wanted and math.isfinite(best[0]):
            break
    if best is None or not math.isfinite(best[0]):
        raise InputError(
            f"There are too few chips apart from one another to divide them: {len(folder.chips)}.",
            "Label more ground, use smaller chips (CHIP_SIZE), or choose another SPLIT.",
        )
    _, division, parts = best
    places = division.places or [chip.place for chip in folder.chips]
    chips = [replace(chip, place=place) for chip, place in zip(folder.chips, places)]
    result = with_splits(replace(folder, chips=tuple(chips)), [SPLITS[p] if p < DROPPED else "" for p in parts])
    dropped = int((parts == DROPPED).sum())
    gap = f" {dropped} chips between the parts are left out." if dropped else ""
    warnings = list(_warnings(folder, counts, parts))
    if folder.labels in MAPS and _from_nowhere(folder):
        warnings.append(
            "The pictures do not say where they are, so pieces of one image may be in both parts and figures too good: "
            "divide them yourself into folders train and valid, or name their places in samples.csv."
        )
    if request.block_size is not None and division.spatial and not division.wanted:
        warnings.append(f"Blocks of {request.block_size:g} m are too large to divide these chips.")
    if dropped > len(parts) / 2:
        warnings.append("More than half of the chips lie between the parts: smaller chips (CHIP_SIZE) lose fewer.")
    return result, SplitNote(division.text + _kept_apart(division.names, parts) + gap, dropped, tuple(warnings))


def _kept_apart(names: Sequence[str], parts: NDArray) -> str:
    """Which of the named groups are not to train on, where they are few."""
    said = []
    for part, use in ((VALID, "choose"), (TEST, "judge")):
        apart = sorted({name for name, own in zip(names, parts) if own == part})
        if all(apart) and 0 < len(apart) <= FEW_NAMES:
            said.append(f" To {use} by: {', '.join(apart)}.")
    return "".join(said)


@dataclass(frozen=True)
class Division:
    """Chips in ``groups`` (n,), from 0, that stay together. ``places``: their new ones; ``names`` (n,): of the groups.

    ``wanted``: it is as asked for, so it is taken if it will do; ``spatial``: the chips of a group lie together;
    ``cost``: what speaks against it.
    """

    groups: NDArray[np.int64]
    text: str
    places: Sequence[str] | None = None
    wanted: bool = False
    spatial: bool = False
    cost: float = 0.0
    names: Sequence[str] = ()


def _by_blocks(folder: ChipFolder, layout: Layout, request: SplitRequest) -> Iterator[Division]:
    """Squares of a size as asked for, else of several sizes that give enough of them; then smaller ones."""
    if not np.isfinite(layout.boxes).all():
        raise InputError(
            "Some chips do not say where they are, so they cannot be divided by blocks.",
            "Choose SPLIT=places, files or random.",
        )
    metres = _metres(layout)
    sides = _sides(layout)
    if request.block_size is not None:
        asked = np.full(2, request.block_size) / metres
        yield _blocks(folder, layout, asked, metres, wanted=True)
        sides = [side for side in sides if (side < asked).all()]
    for side in sides:
        yield _blocks(folder, layout, side, metres)


def _by_places(folder: ChipFolder, layout: Layout, request: SplitRequest) -> Iterator[Division]:
    names = [chip.place or f"\0{i}" for i, chip in enumerate(folder.chips)]
    unplaced = np.array([not chip.place for chip in folder.chips])
    same = layout.pairs[layout.overlap]
    groups = _united(_numbered(names), same[unplaced[same].all(1)])
    count = int(groups.max()) + 1
    if count < 2:
        raise InputError("All chips are of one place, so they cannot be divided by places.", "Choose another SPLIT.")
    what = "single pictures" if _from_nowhere(folder) else "places"
    yield Division(groups, f"Split by {count} {what}.", names=[chip.place for chip in folder.chips])


def _from_nowhere(folder: ChipFolder) -> bool:
    return not any(chip.place or chip.bounds for chip in folder.chips)


def _by_files(folder: ChipFolder, layout: Layout, request: SplitRequest) -> Iterator[Division]:
    names = [chip.source or f"\0{i}" for i, chip in enumerate(folder.chips)]
    groups = _united(_numbered(names), layout.pairs[layout.overlap])
    count = int(groups.max()) + 1
    if count < 2:
        raise InputError(
            "There is only one raster, or all share ground, so chips cannot be divided by files.",
            "Choose another SPLIT, such as blocks.",
        )
    places = None
    if np.isfinite(layout.boxes).all():
        blocks = _blocks(folder, layout, USUAL_BLOCK * layout.side, _metres(layout)).places or []
        places = [f"{chip.source} {block}" for chip, block in zip(folder.chips, blocks)]
    yield Division(groups, f"Split by {count} files.", places, names=[chip.source for chip in folder.chips])


def _by_chance(folder: ChipFolder, layout: Layout, request: SplitRequest) -> Iterator[Division]:
    if folder.labels not in ("class", "classes"):
        raise InputError("SPLIT=random is for scenes with a class only.", "Choose blocks, places or files.")
    if len(layout.pairs):
        raise InputError(
            f"{len(np.unique(layout.pairs))} chips touch or overlap others, so they cannot be divided at random.",
            "Choose SPLIT=blocks or places.",
        )
    yield Division(np.arange(len(folder.chips)), "Split at random, by class.")


DIVISIONS = {"blocks": _by_blocks, "places": _by_places, "files": _by_files, "random": _by_chance}


def _blocks(
    folder: ChipFolder, layout: Layout, side: NDArray, metres: NDArray, wanted: bool = False
) -> Division:
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
    """(n, 3): region, column and row of the block that each chip's centre lies in."""
    cells = np.zeros((len(layout.boxes), 2), np.int64)
    for region in np.unique(layout.region):
        own = layout.region == region
        low = layout.boxes[own, :2].min(0)
        cells[own] = np.floor((layout.centres[own] - low) / side)
    return np.column_stack([layout.region, cells])


def _sides(layout: Layout) -> list[NDArray]:
    """Sides of blocks to try, the largest first: whole chips where they are few, down to one."""
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
    """(2,) metres on the ground a unit of the coordinates, in the middle of the largest region."""
    region = int(np.bincount(layout.region).argmax())
    x, y = np.nanmean(layout.centres[layout.region == region], axis=0)
    return np.asarray(metres_a_unit(layout.crs[region], float(x), float(y)), np.float64)


def _warnings(folder: ChipFolder, counts: NDArray, parts: NDArray[np.int64]) -> Iterator[str]:
    """What the parts lack."""
    for part, title in enumerate(TITLES):
        held = counts[parts == part].sum(0)
        if not (parts == part).any():
            continue
        lacking = [item.name for item, n, total in zip(folder.classes, held, counts.sum(0)) if total and not n]
        if lacking:
            yield f"The {title} part has nothing of {', '.join(lacking)}."


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(names, object).astype(str), return_inverse=True)[1].ravel().astype(np.int64)


def _united(groups: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) groups, those joined that a pair of chips links; numbered from 0."""
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

