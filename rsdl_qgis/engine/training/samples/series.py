"""Samples for time series: one a labelled pixel of chips of several dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...cards.card import Input
from ...chips.folder import IGNORE, Chip, ChipFolder
from ...chips.scaling import ChipScaling
from ...errors import InputError

MOST = 50_000  # series that are kept


class SeriesSamples(Sequence[tuple[list[Tensor], Tensor]]):
    """Labelled pixels as series: ``[i]`` -> ([one float32 (T, C) an input, valid (T,) bool], class () long).

    A date is valid where all bands of all inputs are; where it is not, values are 0. All are read once and kept in
    memory, at most ``most`` of them: where there are more, they are chosen with ``seed``, as evenly over the classes
    as can be, those of a class evenly over the places, and those of a place over its chips. Pixels without a valid
    date are left out. InputError where inputs differ in their dates, labels are not rasters, or nothing is labelled.
    """

    def __init__(
        self, folder: ChipFolder, chips: Sequence[Chip], inputs: Sequence[Input], most: int = MOST, seed: int = 0
    ):
        self.inputs, self.classes = tuple(inputs), max(len(folder.classes), 1)
        _check(folder, inputs)
        quotas = _quotas(folder, chips, self.classes, most)
        read = list(_read(folder, chips, inputs, quotas, seed))
        if not read:
            raise InputError(
                "No labelled pixel of the chips has a valid date.", "Check the labels' extent and the layers' nodata."
            )
        self.names = [f"{chip.name} {row},{col}" for chip, (rows, cols), *_ in read for row, col in zip(rows, cols)]
        self.places = [chip.place or chip.name for chip, (rows, _), *_ in read for _ in rows]
        series, valid, labels = zip(*(part[2:] for part in read))
        self._series = [torch.from_numpy(np.concatenate(parts)) for parts in zip(*series)]
        self._valid = torch.from_numpy(np.concatenate(valid))
        self._labels = torch.from_numpy(np.concatenate(labels))

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[list[Tensor], Tensor]:  # type: ignore[override]
        return [*(values[index] for values in self._series), self._valid[index]], self._labels[index]

    def label(self, index: int) -> Tensor:
        """The label of a sample."""
        return self._labels[index]


def evenly_shared(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """How many to take of each, at most ``most`` in all and as equal as the ``counts`` there are allow."""
    if counts.sum() <= most:
        return counts.copy()
    taken = np.zeros_like(counts)
    while (left := most - taken.sum()) > 0:
        open_ = np.flatnonzero(counts > taken)
        each = left // len(open_)
        if not each:
            taken[open_[:left]] += 1
            break
        taken[open_] = np.minimum(counts[open_], taken[open_] + each)
    return taken


def _check(folder: ChipFolder, inputs: Sequence[Input]) -> None:
    if folder.labels != "raster":
        raise InputError(
            f"The chips' labels are of the kind '{folder.labels}', and series are trained on pixels.",
            "Use chips with label rasters.",
        )
    dates = {item.name: len(item.dates) for item in inputs}
    if len(set(dates.values())) > 1:
        given = ", ".join(f"{name} has {count}" for name, count in dates.items())
        raise InputError(f"The inputs differ in their number of dates: {given}.", "Give all the same dates.")


def _quotas(folder: ChipFolder, chips: Sequence[Chip], classes: int, most: int) -> NDArray[np.int64]:
    """(chips, classes): how many pixels to take."""
    counts = np.zeros((len(chips), classes), np.int64)
    for row, chip in zip(counts, chips):
        label = folder.label(chip)
        row += np.bincount(label[label != IGNORE], minlength=classes)
    if counts.sum() <= most:
        return counts
    _, place = np.unique([chip.place or chip.name for chip in chips], return_inverse=True)
    quotas = np.zeros_like(counts)
    for c, share in enumerate(evenly_shared(counts.sum(0), most)):
        for p, part in enumerate(evenly_shared(np.bincount(place, counts[:, c]).astype(np.int64), share)):
            here = place == p
            quotas[here, c] = evenly_shared(counts[here, c], part)
    return quotas


def _read(
    folder: ChipFolder, chips: Sequence[Chip], inputs: Sequence[Input], quotas: NDArray[np.int64], seed: int
) -> Iterator[tuple[Chip, tuple, list[NDArray], NDArray, NDArray]]:
    """Of each chip that has any: the chip, (rows, columns), series (n, T, C) an input, valid (n, T), classes (n,)."""
    scaling = ChipScaling(folder, inputs)
    for number, (chip, quota) in enumerate(zip(chips, quotas)):
        if not quota.any():
            continue
        images, label = folder.images(chip), folder.label(chip)
        valid = _valid_dates(chip, images, label.shape)
        places = _chosen(label, np.any(valid, axis=0), quota, np.random.default_rng((seed, number)))
        if not len(places[0]):
            continue
        there = valid[(slice(None), *places)].T  # (n, T)
        series = [np.moveaxis(values[(..., *places)], -1, 0) for values in scaling.scaled(chip, images)]
        series = [np.where(there[..., None], values, np.float32(0)) for values in series]
        yield chip, places, series, there, label[places].astype(np.int64)


def _valid_dates(chip: Chip, images: Mapping[str, np.ma.MaskedArray], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(T, H, W): where all bands of all inputs are valid."""
    for name, array in images.items():
        if array.shape[-2:] != shape:
            raise InputError(
                f"Of chip '{chip.name}' '{name}' has {array.shape[-2]} x {array.shape[-1]} pixels, and its label "
                f"{shape[0]} x {shape[1]}.",
                "Bring them to one grid, or leave the chip out.",
            )
    masks = [np.ma.getmaskarray(array) for array in images.values()]
    return ~np.concatenate(masks, axis=1).any(axis=1)


def _chosen(
    label: NDArray, usable: NDArray, quota: NDArray[np.int64], chance: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """(rows, columns) of as many pixels of each class as its quota says, or all that there are."""
    flat = np.where(usable, label, IGNORE).ravel()
    parts = [np.flatnonzero(flat == index) for index in range(len(quota))]
    chosen = [part if len(part) <= n else chance.choice(part, n, replace=False) for part, n in zip(parts, quota)]
    rows, cols = np.unravel_index(np.sort(np.concatenate(chosen)), label.shape)
    return rows, cols
