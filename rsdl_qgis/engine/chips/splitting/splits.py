"""Chips divided into those to train on, to choose by and to judge by, so that neighbours are never in two of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...job.arguments import DATA, LARGEST_SHARE, some
from ..folder import IGNORE, SPLITS, ChipFolder, with_splits
from .assignment import DROPPED, TEST, TRAIN, VALID, Shares, best_draw
from .divisions import DIVISIONS, Division, from_nowhere
from .neighbours import layout_of

TITLES = ("training", "validation", "test")
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
    for division in DIVISIONS[request.how or "blocks"](folder, layout, request.block_size):
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
    if folder.labels in MAPS and from_nowhere(folder):
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


def _warnings(folder: ChipFolder, counts: NDArray, parts: NDArray[np.int64]) -> Iterator[str]:
    """What the parts lack."""
    for part, title in enumerate(TITLES):
        held = counts[parts == part].sum(0)
        if not (parts == part).any():
            continue
        lacking = [item.name for item, n, total in zip(folder.classes, held, counts.sum(0)) if total and not n]
        if lacking:
            yield f"The {title} part has nothing of {', '.join(lacking)}."
