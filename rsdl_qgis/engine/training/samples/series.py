"""Samples of time series: one per labelled pixel of chips of several dates."""

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

MOST = 50_000  # time series kept


class SeriesSamples(Sequence[tuple[list[Tensor], Tensor]]):
    """Labelled pixels as time series: ``[i]`` -> ([float32 (T, C) per input, valid (T,) bool], class () long).

    A date is valid where all bands of all inputs are; values of invalid dates are 0. All series are read once and kept
    in memory. Where there are more than ``most``, they are drawn by ``seed``, as evenly as possible over the classes,
    within a class over the places, and within a place over its chips. Pixels without a valid date are left out.
    InputError where inputs differ in their number of dates, labels are not rasters, or nothing is labelled.
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
    """How many to take of each of the ``counts``: at most ``most`` in all, as equally as possible."""
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
    """(chips, classes): the number of pixels to take."""
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
    """For each chip with a sample: the chip, (rows, columns), (n, T, C) per input, valid (n, T), classes (n,)."""
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
    """(rows, columns) of the quota of pixels of each class, or of all where there are fewer."""
    flat = np.where(usable, label, IGNORE).ravel()
    parts = [np.flatnonzero(flat == index) for index in range(len(quota))]
    chosen = [part if len(part) <= n else chance.choice(part, n, replace=False) for part, n in zip(parts, quota)]
    rows, cols = np.unravel_index(np.sort(np.concatenate(chosen)), label.shape)
    return rows, cols
