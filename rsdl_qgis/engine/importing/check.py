"""Runs a model over one tile: of a raster, or of made-up values. What it gives is told, and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..boxes.detections import Detections
from ..cards.card import VALID, ModelCard, Scaling
from ..errors import ModelError
from ..evaluation.decision import likeliest
from ..feedback import Report
from ..prediction.class_map import is_binary
from ..prediction.inputs import check_resolution, layers_of, sampled_scaling
from ..prediction.loop import load_tile
from ..prediction.request import AskedRaster
from ..raster.grid import Window
from ..raster.source import RasterSource
from ..runtime.detector import open_detector
from ..runtime.onnx_form import Form
from ..runtime.sessions import network_form, open_runtime
from ..tables.tasks import task_of

LARGEST_SIDE = 16_384  # pixels of a tile that the network takes alone
LARGEST = 512  # pixels a side of the tile, where the network takes any size
SERIES = 64  # series that are run
CONFIDENCE = 0.25  # of objects, where the card names none
SHOWN = 5  # classes that are told
LEAST_FINITE = 0.5  # of the numbers


@dataclass(frozen=True)
class Outcome:
    """What a tile gave. ``images``: (T, C, H, W) an input, as the raster has them, or as the network got them;
    ``map``: (H, W) indices of classes, or numbers of the first band, masked where the layer has no values; ``text``: a
    sentence.
    """

    text: str
    images: Mapping[str, np.ma.MaskedArray]
    map: np.ma.MaskedArray | None = None
    objects: Detections | None = None
    warning: str = ""


def checked(card: ModelCard, path: Path, report: Report, sample: str | None = None) -> Outcome:
    """Run the model at ``path`` over one tile. ModelError where it cannot be run, or gives no finite numbers.

    ``sample``: a raster whose middle is the tile; MismatchError where it does not fit.
    """
    size = card.tiling.size
    if not card.tiling.any_size and size > LARGEST_SIDE:
        problem = f"'{card.name}' takes tiles of {size} x {size} px, more than can be tried."
        raise ModelError(problem, "Give TILE_SIZE, or export it for smaller images.")
    form = network_form(card, path, "cpu")
    side = _side(card, form)
    if (sample and not (len(card.inputs) == 1 and len(card.inputs[0].dates) == 1)) or task_of(card.task).series:
        report.log("info", "A layer to try the model on is for models that take one image; made-up values are used.")
        sample = None
    valid = None
    if sample:
        arrays, images, valid = _of_raster(card, sample, side, form, report)
    else:
        arrays, images = made_up(card, side, form)
    where = "the middle of the layer" if sample else "made-up values"
    if task_of(card.task).series:
        what = f"{SERIES} series of {where}"
    else:
        what = f"a tile of {side[1]} x {side[0]} px of {where}"
    report.progress(0.5, "Running a tile")
    if task_of(card.task).boxes:
        return _objects(card, path, arrays, images, what, report)
    output = open_runtime(card, path, "cpu", None, report)(arrays)
    if np.isfinite(output).mean() < LEAST_FINITE:
        raise ModelError(
            f"'{card.name}' gives numbers that are not finite for {what}.",
            "Check SCALING and BANDS: it gets values that it was not made for.",
        )
    if task_of(card.task).numbers:
        numbers, drawn = output[0], task_of(card.task).dense
        if drawn:
            numbers = numbers[0]
        low, high = (float(end(_counted(numbers, valid))) for end in (np.nanmin, np.nanmax))
        gives = f"{low:.4g} to {high:.4g}" if drawn else f"{numbers.size} features from {low:.4g} to {high:.4g}"
        return Outcome(
            f"For {what} it gives {gives}.",
            images,
            _masked(numbers, valid) if drawn else None,
            warning=_flat(low == high, valid is not None),
        )
    return _classes(card, output, images, what, valid)


def made_up(card: ModelCard, side: tuple[int, int], form: Form | None) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """Values as the network takes them: smooth shades with some noise, from 0 to 1, or with mean 0 and deviation 1.

    The arrays for the network, and the images.
    """
    rng = np.random.default_rng(0)
    series = task_of(card.task).series
    arrays: dict[str, NDArray] = {}
    for place, item in enumerate(card.inputs):
        dates, bands = item.shape
        if series:
            values = rng.random((SERIES, dates, bands))
        else:
            rows, columns = np.indices(side) / max(side)
            angle = np.arange(dates * bands).reshape(dates, bands, 1, 1)
            shade = 0.5 + 0.4 * np.sin(6 * rows + angle) * np.cos(6 * columns + 2 * angle)
            values = (shade + 0.1 * rng.random(shade.shape))[None]
        if form is not None and form.images[place].dtype.startswith(("int", "uint")):
            values = _scaled(255 * values, item.scaling)
        elif item.scaling.mean and item.scaling.std:
            values = 4 * values - 2
        arrays[item.name] = values.astype(np.float32)
    shown: dict[str, NDArray] = {} if series else arrays
    images: dict[str, Any] = {name: np.ma.MaskedArray(array[0]) for name, array in shown.items()}
    if series:
        arrays[VALID] = np.ones((SERIES, card.inputs[0].shape[0]), bool)
    return arrays, images


def _scaled(values: NDArray, scaling: Scaling) -> NDArray:
    """Values (..., T, C, H, W) or (..., T, C) of a raster as a network of whole numbers has its own: linearly."""
    ends = [1] * (values.ndim - 3)
    mean, std = (np.reshape(row, (*np.shape(row), *ends)) if row else usual
                 for row, usual in ((scaling.mean, 0.0), (scaling.std, 1.0)))  # fmt: skip
    scaled: NDArray = (values / scaling.divisor - mean) / std
    return scaled


def _side(card: ModelCard, form: Form | None) -> tuple[int, int]:
    """Height and width of the tile that the network gets."""
    if form is not None and form.side:
        return form.side
    size, multiple = card.tiling.size, card.tiling.multiple
    if card.tiling.any_size:
        size = max(1, min(size, LARGEST) // multiple) * multiple
    return size, size


def _of_raster(
    card: ModelCard, sample: str, side: tuple[int, int], form: Form | None, report: Report
) -> tuple[dict[str, NDArray], dict[str, Any], NDArray[np.bool_]]:
    """The middle of a raster, scaled for the network, and as it is; where it has values (H, W)."""
    (item,) = card.inputs
    margin = form.margin if form else (0, 0)
    height, width = (length - sum(margin) for length in side)
    with RasterSource(layers_of({item.name: [AskedRaster(sample)]}, card)) as source:
        check_resolution(source, card, report)
        scales = sampled_scaling(source, card, report)
        row, col = (
            max(0, (whole - part) // 2) for whole, part in ((source.grid.height, height), (source.grid.width, width))
        )
        window = Window(row, col, height, width)
        tile = load_tile(source, scales, window, margin)
        if not tile.arrays:
            raise ModelError(f"{sample} has no valid pixel in its middle.", "Choose another layer to try the model on.")
        images = source.read(window)
    return {name: array[None] for name, array in tile.arrays.items()}, dict(images), tile.valid


def _counted(values: NDArray, valid: NDArray[np.bool_] | None) -> NDArray:
    """The values (…, H, W) of those pixels that the layer has; all where there is no layer, or of another grid."""
    return values[..., valid] if valid is not None and values.shape[-2:] == valid.shape else values


def _masked(values: NDArray, valid: NDArray[np.bool_] | None) -> np.ma.MaskedArray:
    """The values (H, W) with those pixels masked that ``_counted`` leaves out."""
    return np.ma.MaskedArray(values, ~valid if valid is not None and values.shape == valid.shape else False)


def _classes(
    card: ModelCard, output: NDArray, images: Mapping[str, Any], what: str, valid: NDArray[np.bool_] | None
) -> Outcome:
    """What probabilities (N, classes, …) say."""
    dense = task_of(card.task).dense
    likely = output[0][1:] if is_binary(card) else output[0]
    found = likeliest(likely, card.rule) if dense else output.argmax(1)
    counted = _counted(found, valid)
    counts = np.bincount(counted.ravel(), minlength=len(card.classes)) / counted.size
    order = [int(i) for i in np.argsort(-counts)[:SHOWN] if counts[i]]
    names = ", ".join(f"{card.classes[i].name} {counts[i]:.0%}" for i in order)
    return Outcome(
        f"For {what} it gives {names}.",
        images,
        _masked(found, valid) if dense else None,
        warning=_flat(dense and len(order) == 1, valid is not None),
    )


def _objects(
    card: ModelCard, path: Path, arrays: Mapping[str, NDArray], images: Mapping[str, Any], what: str, report: Report
) -> Outcome:
    detector = open_detector(card, path, "cpu", None, report)
    sides = next(iter(arrays.values())).shape[-2:]
    (outputs,) = detector(arrays)
    confidence = CONFIDENCE if card.threshold is None else card.threshold
    found = detector.decode(outputs, (sides[0], sides[1]), confidence)
    found = found[found.scores >= confidence]
    text = f"For {what} it gives {len(found)} boxes from a confidence of {confidence:g}, before suppression."
    return Outcome(text, images, objects=found)


def _flat(flat: bool, of_layer: bool) -> str:
    """A warning where a raster's tile gives the same everywhere."""
    if not (flat and of_layer):
        return ""
    return "It gives the same for the whole tile. If that is not what is there, check SCALING and BANDS."
