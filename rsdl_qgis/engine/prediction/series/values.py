"""The pixels of a series as its network takes them: observations stacked, and brought to the card's dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...radiometry.encoding import Reading
from .season import Season

Place = tuple[str, int]  # name of an array, and number of one of its bands, from 0


@dataclass(frozen=True)
class Stack:
    """How the arrays of a source become series at the card's dates: a layer is an array, named by its number."""

    card: ModelCard
    places: tuple[tuple[Place, ...], ...]
    season: Season
    readings: Mapping[str, tuple[Reading, ...]]

    def __call__(
        self, arrays: Mapping[str, np.ma.MaskedArray]
    ) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
        """Arrays (1, C, h, w) as read -> values (T, C, h, w) an input, 0 where not valid, and valid (T, h, w)."""
        values, valid = at_model_dates(*observed(arrays, self.places, self.readings), self.season)
        ends = np.cumsum([len(item.bands) for item in self.card.inputs])[:-1]
        return dict(zip((item.name for item in self.card.inputs), np.split(values, ends, axis=1))), valid

    def masked(self, arrays: Mapping[str, np.ma.MaskedArray]) -> dict[str, np.ma.MaskedArray]:
        """As a call, with the masks in the arrays."""
        values, valid = self(arrays)
        return {
            name: np.ma.MaskedArray(array, np.broadcast_to(~valid[:, None], array.shape))
            for name, array in values.items()
        }


def observed(
    arrays: Mapping[str, np.ma.MaskedArray],
    places: Sequence[Sequence[Place]],
    readings: Mapping[str, Sequence[Reading]],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The values (J, V, h, w) of J observations of V variables, and where they are valid (J, h, w).

    ``arrays``: (1, C, h, w) a layer; ``places``: of each observation's variables; ``readings``: of a layer's bands. An
    observation is valid where all of its variables are; elsewhere its values are 0.
    """
    height, width = next(iter(arrays.values())).shape[2:]
    values = np.empty((len(places), len(places[0]), height, width), np.float32)
    valid = np.ones((len(places), height, width), bool)
    for j, row in enumerate(places):
        for v, (name, band) in enumerate(row):
            values[j, v] = readings[name][band](arrays[name].data[0, band])
            valid[j] &= ~np.ma.getmaskarray(arrays[name])[0, band]
            if arrays[name].dtype == np.float64:
                valid[j] &= np.isfinite(values[j, v])
        np.copyto(values[j], 0, where=~valid[j])
    return values, valid


def at_model_dates(
    values: NDArray[np.float32], valid: NDArray[np.bool_], season: Season
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The values (T, V, h, w) at the model's T dates, and where they are valid (T, h, w), from those of J observations.

    As ``season`` says, pixel by pixel: taken as they are, interpolated linearly in time between the nearest valid
    observations, or that of the nearest one. Where a date is not valid its values are 0.
    """
    made = np.zeros((len(season.targets), *values.shape[1:]), np.float32)
    known = np.zeros((len(season.targets), *valid.shape[1:]), bool)
    for t, target in enumerate(season.targets):
        near = {*season.before(target), *season.after(target)}
        only = next(iter(near)) if len(near) == 1 else None
        if only is not None and season.days[only] == target:
            made[t], known[t] = np.where(valid[only], values[only], np.float32(0)), valid[only]
        elif near:
            made[t], known[t] = _between(values, valid, season, target)
    return made, known


def _between(
    values: NDArray[np.float32], valid: NDArray[np.bool_], season: Season, target: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    earlier, since = _nearest(values, valid, season, target, season.before(target))
    later, until = _nearest(values, valid, season, target, season.after(target))
    apart = since + until
    between = apart <= season.gap
    weight = np.divide(since, apart, out=np.zeros_like(apart), where=between & (apart > 0))
    alone = ~between & (until < since)  # only the later one counts
    made = np.where(alone, later, earlier + weight * (later - earlier))
    known = between | (np.minimum(since, until) <= season.nearest)
    return np.where(known, made, np.float32(0)), known


def _nearest(
    values: NDArray[np.float32], valid: NDArray[np.bool_], season: Season, target: int, candidates: Sequence[int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each pixel the first valid of the candidates (V, h, w), and how many days away it is (h, w); infinite: none"""
    found = np.zeros(values.shape[1:], np.float32)
    days = np.full(valid.shape[1:], np.inf, np.float32)
    for j in candidates:
        new = valid[j] & np.isinf(days)
        np.copyto(found, values[j], where=new)
        days[new] = abs(season.days[j] - target)
        if not np.isinf(days).any():
            break
    return found, days
