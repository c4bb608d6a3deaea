"""Training, validation and test split of chips, such that neighbouring chips are never in two of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...job.table import some
from ...job.training import DATA, LARGEST_SHARE
from ..folder import IGNORE, SPLITS, ChipFolder, with_splits
from .assignment import DROPPED, TEST, TRAIN, VALID, Fractions, best_draw
from .divisions import DIVISIONS, Division, without_location
from .neighbours import layout_of

TITLES = ("training", "validation", "test")
MAPS = ("raster", "number")  # labels of maps, whose chips are often parts of one image
FEW_NAMES = 5  # places or files that are named
BINS = 4  # of numbers, used like classes


@dataclass(frozen=True)
class SplitRequest:
    """How to split chips. ``how``: the job argument ``split``; None: as the folder says, else by its kind of chips.

    ``valid``, ``test``: fractions of the labelled pixels; ``block_size``: side in metres, None: chosen automatically.
    """

    how: str | None = None
    valid: float = 0.2
    test: float = 0.0
    block_size: float | None = None
    seed: int = 0

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> SplitRequest:
        """The request in a job's arguments. InputError for invalid ones."""
        given = some(DATA, ("split", "valid", "test", "block_size", "seed"), arguments)
        request = cls(given.pop("split", None), **given)
        if request.valid + request.test > LARGEST_SHARE:
            raise InputError(
                f"Fractions of {request.valid:g} and {request.test:g} leave too little for training.",
                f"Choose fractions for validation and test of at most {LARGEST_SHARE:g} together.",
            )
        return request


@dataclass(frozen=True)
class SplitNote:
    """The description of a split: ``dropped`` chips lie between the splits; ``warnings``: its deficiencies."""

    text: str
    dropped: int = 0
    warnings: tuple[str, ...] = ()


def split_chips(
    folder: ChipFolder, request: SplitRequest, counts: NDArray | None = None
) -> tuple[ChipFolder, SplitNote]:
    """The folder with each chip's split ('' for dropped chips) and its place (its block).

    ``counts``: of ``label_counts``, where they are known. Chips whose windows touch or overlap are never in two splits;
    the one for training is dropped. Where a folder states training chips but no validation chips, some of the former
    are used for validation. The same ``seed`` gives the same split. InputError where the chips cannot be split.
    """
    counts = label_counts(folder) if counts is None else counts
    given = {chip.split for chip in folder.chips} - {""}
    if request.how == "chips" or (request.how is None and given):
        return _as_given(folder, request, counts, given)
    how = request.how or _suitable(folder)
    chips = [replace(chip, split="") for chip in folder.chips]
    return _divided(replace(folder, chips=tuple(chips)), replace(request, how=how), counts)


def label_counts(folder: ChipFolder) -> NDArray[np.float64]:
    """(chips, classes): labelled pixels or objects of each class, or 1 for the classes of a scene.

    Numbers: pixels in one of ``BINS`` columns, by the chip's mean. Chips without labels: 1.
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
    """The split that the chips state; without validation chips, some of the training chips are used for it."""
    if "train" not in given:
        raise InputError("The chips do not state which are for training.", "Choose another SPLIT, such as blocks.")
    parts = np.array([SPLITS.index(chip.split) if chip.split else DROPPED for chip in folder.chips])
    if "valid" in given or not request.valid:
        pairs = layout_of(folder).pairs
        mixed = parts[pairs]
        leaks = np.unique(pairs[(mixed[:, 0] != mixed[:, 1]) & (mixed < DROPPED).all(1)])
        warning = f"{len(leaks)} chips touch chips of another split, so metrics may be too optimistic."
        warnings = _warnings(folder, counts, parts)
        note = SplitNote("Split as the chips say.", 0, (*warnings, *([warning] if len(leaks) else [])))
        return folder, note
    own = np.flatnonzero(parts == TRAIN)
    training = replace(folder, chips=tuple(replace(folder.chips[i], split="") for i in own))
    divided, note = _divided(training, replace(request, how=_suitable(training), test=0.0), counts[own])
    chips = list(folder.chips)
    for i, chip in zip(own, divided.chips):
        chips[i] = chip
    text = "Split as the chips say, with some of the training chips used for validation. "
    return replace(folder, chips=tuple(chips)), replace(note, text=text + note.text)


def _suitable(folder: ChipFolder) -> str:
    if all(chip.bounds for chip in folder.chips):
        return "blocks"
    single = folder.labels in ("class", "classes") and not any(chip.place for chip in folder.chips)
    return "random" if single else "places"


def _divided(folder: ChipFolder, request: SplitRequest, counts: NDArray) -> tuple[ChipFolder, SplitNote]:
    if not request.valid and not request.test:
        return with_splits(folder, ["train"] * len(folder.chips)), SplitNote("All chips are for training.")
    layout, fractions = layout_of(folder), Fractions(request.valid, request.test)
    best: tuple[float, Division, NDArray] | None = None
    for division in DIVISIONS[request.how or "blocks"](folder, layout, request.block_size):
        centres = layout.centres / layout.side if division.spatial else None
        score, parts = best_draw(division.groups, counts, layout.pairs, fractions, request.seed, centres)
        score += division.cost
        if best is None or score < best[0]:
            best = score, division, parts
        if division.wanted and math.isfinite(best[0]):
            break
    if best is None or not math.isfinite(best[0]):
        larger = "Choose larger rasters, or more of them" if folder.labels == "none" else "Label a larger area"
        raise InputError(
            f"There are too few separate chips to split them: {len(folder.chips)}.",
            f"{larger}, use smaller chips (CHIP_SIZE), or choose another SPLIT.",
        )
    _, division, parts = best
    places = division.places or [chip.place for chip in folder.chips]
    chips = [replace(chip, place=place) for chip, place in zip(folder.chips, places)]
    result = with_splits(replace(folder, chips=tuple(chips)), [SPLITS[p] if p < DROPPED else "" for p in parts])
    dropped = int((parts == DROPPED).sum())
    gap = f" {dropped} chips between the splits are left out." if dropped else ""
    warnings = list(_warnings(folder, counts, parts))
    if folder.labels in MAPS and without_location(folder):
        warnings.append(
            "The images are not georeferenced, so parts of one image may be in both splits and metrics too optimistic: "
            "put them into folders train and valid, or name their places in samples.csv."
        )
    if request.block_size is not None and division.spatial and not division.wanted:
        warnings.append(f"Blocks of {request.block_size:g} m are too large to split these chips.")
    if dropped > len(parts) / 2:
        warnings.append("More than half of the chips lie between the splits: smaller chips (CHIP_SIZE) lose fewer.")
    return result, SplitNote(division.text + _kept_apart(division.names, parts) + gap, dropped, tuple(warnings))


def _kept_apart(names: Sequence[str], parts: NDArray) -> str:
    """The names of the groups for validation and test, where they are few."""
    texts = []
    for part in (VALID, TEST):
        apart = sorted({name for name, own in zip(names, parts) if own == part})
        if all(apart) and 0 < len(apart) <= FEW_NAMES:
            texts.append(f" {TITLES[part].capitalize()}: {', '.join(apart)}.")
    return "".join(texts)


def _warnings(folder: ChipFolder, counts: NDArray, parts: NDArray[np.int64]) -> Iterator[str]:
    """The classes that a split lacks."""
    for part, title in enumerate(TITLES):
        held = counts[parts == part].sum(0)
        if not (parts == part).any():
            continue
        lacking = [item.name for item, n, total in zip(folder.classes, held, counts.sum(0)) if total and not n]
        if lacking:
            yield f"The {title} split has no {', '.join(lacking)}."
