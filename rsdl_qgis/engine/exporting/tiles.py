"""Tiles on which a model and its export are compared, and by which 8-bit numbers are calibrated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import VALID, ModelCard
from ..errors import MismatchError
from ..feedback import Report
from ..importing.check import made_up
from ..prediction.inputs import check_resolution, layers_of, sampled_scaling
from ..prediction.loop import load_tile
from ..prediction.request import AskedRaster
from ..raster.grid import Window
from ..raster.source import RasterSource
from ..runtime.network import Arrays
from ..runtime.onnx_form import Form
from ..runtime.sessions import network_form
from ..tables.tasks import task_of

LARGEST = 512  # pixels a side of a tile, where the network takes any size
MOST_SERIES = 1024  # that a tile gives
TRIED = 8  # windows that are looked at for each tile that is wanted


@dataclass(frozen=True)
class Tiles:
    """``arrays``: of each tile as the network takes them, a batch of one image, or of series; ``images``: the first
    one as the raster has it; ``text``: what they are.
    """

    arrays: tuple[Arrays, ...]
    images: dict[str, Any]
    text: str
    real: bool


def tiles_of(
    card: ModelCard, path: Path, rasters: Sequence[AskedRaster], count: int, report: Report, exact: bool = False
) -> Tiles:
    """``count`` tiles of the rasters, one a date of each input in the card's order; of made-up values without any.

    ``exact``: they have the size that the model was trained with, and no smaller one.

    MismatchError where the rasters are not what the model takes, or have no valid pixel.
    """
    form = network_form(card, path, "cpu")
    side = form.side if form is not None and form.side else _side(card, exact)
    if not rasters:
        return _made_up(card, side, form, count)
    with RasterSource(layers_of(_by_input(card, rasters), card)) as source:
        check_resolution(source, card, report)
        scales = sampled_scaling(source, card, report)
        margin = form.margin if form else (0, 0)
        inner = (max(1, side[0] - sum(margin)), max(1, side[1] - sum(margin)))
        arrays: list[Arrays] = []
        images: dict[str, Any] = {}
        for window in _windows(source.grid.height, source.grid.width, inner, count):
            report.check()
            tile = load_tile(source, scales, window, margin)
            if tile.arrays:
                images = images or dict(source.read(window))
                arrays.append(_as_batch(card, tile.arrays, tile.valid))
            if len(arrays) == count:
                break
    if not arrays:
        raise MismatchError("The layers have no valid pixel in the places that were looked at.", "Choose others.")
    return Tiles(tuple(arrays), images, f"{_counted(len(arrays), side, card)} of the layers given", True)


def divided(tiles: Tiles) -> tuple[Tiles, Tiles]:
    """Tiles to calibrate on, and others to compare on, which say so; the same where there is one alone."""
    half = len(tiles.arrays) // 2
    if not half:
        return tiles, replace(tiles, text=f"{tiles.text}, on which it was calibrated")
    text = f"{len(tiles.arrays) - half} of {tiles.text}; it was calibrated on the other{'' if half == 1 else 's'}"
    return replace(tiles, arrays=tiles.arrays[-half:]), replace(tiles, arrays=tiles.arrays[:-half], text=text)


def wanted_rasters(card: ModelCard) -> list[str]:
    """What each raster of a model is, in order: 'sentinel-2 before'."""
    return [
        f"{item.role or item.name}{f' {date}' if len(item.dates) > 1 else ''}"
        for item in card.inputs
        for date in item.dates
    ]


def _by_input(card: ModelCard, rasters: Sequence[AskedRaster]) -> dict[str, list[AskedRaster]]:
    wanted = wanted_rasters(card)
    if len(wanted) != len(rasters):
        shown = ", ".join(wanted[:12]) + (", …" if len(wanted) > 12 else "")
        raise MismatchError(
            f"Model '{card.name}' takes {len(wanted)} layer(s), and {len(rasters)} were given.",
            f"Give, in this order: {shown}.",
        )
    left = iter(rasters)
    return {item.name: [next(left) for _ in item.dates] for item in card.inputs}


def _side(card: ModelCard, exact: bool) -> tuple[int, int]:
    if task_of(card.task).series:
        return 32, 32  # pixels, each of which is a series
    size, multiple = card.tiling.size, card.tiling.multiple
    if card.tiling.any_size and not exact:
        size = max(1, min(size, LARGEST) // multiple) * multiple
    return size, size


def _windows(height: int, width: int, side: tuple[int, int], count: int) -> Iterator[Window]:
    """Windows spread over a raster, the middle first; more than ``count``, for some may be empty."""
    rows, cols = max(0, height - side[0]), max(0, width - side[1])
    yield Window(rows // 2, cols // 2, *side)
    places = np.random.default_rng(0).permutation(TRIED * count)
    for place in places:  # an additive recurrence, which fills the plane evenly
        yield Window(round(rows * (place * 0.7548776662 % 1)), round(cols * (place * 0.5698402910 % 1)), *side)


def _as_batch(card: ModelCard, arrays: Arrays, valid: NDArray[np.bool_]) -> dict[str, NDArray]:
    if not task_of(card.task).series:
        return {name: array[None] for name, array in arrays.items()}
    series = {name: array[..., valid].transpose(2, 0, 1)[:MOST_SERIES] for name, array in arrays.items()}
    count, dates = next(iter(series.values())).shape[:2]
    return {**series, VALID: np.ones((count, dates), bool)}


def _made_up(card: ModelCard, side: tuple[int, int], form: Form | None, count: int) -> Tiles:
    arrays, images = made_up(card, side, form)
    if task_of(card.task).series:
        return Tiles((arrays,), {}, f"{len(arrays[VALID])} made-up series", False)
    shifts = [math.ceil(i * side[1] / count) for i in range(count)]
    moved = [{name: np.roll(array, shift, -1) for name, array in arrays.items()} for shift in shifts]
    return Tiles(tuple(moved), images, f"{_counted(count, side, card)} of made-up values", False)


def _counted(count: int, side: tuple[int, int], card: ModelCard) -> str:
    noun = "group" if task_of(card.task).series else "tile"
    what = "series" if task_of(card.task).series else f"{side[1]} x {side[0]} px"
    return f"{count} {noun}{'' if count == 1 else 's'} of {what}"
