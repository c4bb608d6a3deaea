"""Converts arrays to the inputs of an ONNX file, and its outputs to probabilities or numbers, by its form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input, ModelCard
from ..errors import ModelError
from .onnx_form import Form, ImageForm, OutputForm, activation_of

PLACES = {"batch": 0, "time": 1, "bands": 2, "height": 3, "width": 4}  # of an axis in an array of images


def check_scaling(card: ModelCard, form: Form) -> None:
    """ModelError where the network takes whole numbers and the card scales values to fractions."""
    for item, image in zip(card.inputs, form.images):
        if image.dtype.startswith(("int", "uint")) and item.scaling.method != "linear":
            raise ModelError(
                f"'{card.name}' takes {image.dtype} numbers, and its card stretches values to 0 to 1.",
                "Let the card scale linearly, or export the model with float32 inputs.",
            )


def fed(array: NDArray, form: ImageForm, item: Input | None, count: int) -> NDArray:
    """A batch (N, T, C, H, W), or (N, T, C) and (N, T) of series, as a file takes it: a batch of ``count``, filled up
    with the last; whole numbers are the raster's own values, before scaling (``item``).
    """
    if len(array) < count:
        array = np.concatenate([array, np.repeat(array[-1:], count - len(array), 0)])
    if form.dtype.startswith(("int", "uint")) and item is not None:
        array = _unscaled(array, item, np.dtype(form.dtype))
    array = array.astype(form.dtype, copy=False)
    if "height" not in form.axes:
        return array
    if "time" not in form.axes:
        array = array.reshape(array.shape[0], 1, -1, *array.shape[3:])
    wanted = [PLACES[axis] for axis in form.axes]
    rest = [place for place in range(5) if place not in wanted]  # of length 1
    array = array.transpose(*wanted, *rest).reshape([array.shape[place] for place in wanted])
    return np.ascontiguousarray(array)


def beyond(array: NDArray, form: ImageForm, item: Input) -> str:
    """A warning where a file takes whole numbers and values lie outside the range of their type; '' else."""
    dtype = np.dtype(form.dtype)
    if dtype.kind not in "iu" or not array.size:
        return ""
    limits, values = np.iinfo(dtype), _raw(array, item)
    low, high = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    if limits.min <= low and high <= limits.max:
        return ""
    return (
        f"The raster has values from {low:.4g} to {high:.4g} (as far as seen), and the network takes {dtype.name} "
        f"numbers, {limits.min} to {limits.max}: values beyond are clipped, and the result "
        "there may be wrong. Bring the raster to that range first (Raster > Raster Calculator)."
    )


def _unscaled(array: NDArray, item: Input, dtype: np.dtype) -> NDArray:
    limits = np.iinfo(dtype)
    return np.clip(np.nan_to_num(_raw(array, item)), limits.min, limits.max)


def _raw(array: NDArray, item: Input) -> NDArray:
    """The raster's own values, in whole numbers, before scaling."""
    scaling = item.scaling
    mean, std = (
        np.asarray(values, float).reshape(*np.shape(values), *[1] * (array.ndim - 3)) if values else default
        for values, default in ((scaling.mean, 0.0), (scaling.std, 1.0))
    )
    raw: NDArray = np.rint((array.astype(np.float64) * std + mean) * scaling.divisor)
    return raw


def as_outputs(array: NDArray, card: ModelCard, form: Form, tile: tuple[int, ...]) -> NDArray[np.float32]:
    """The output of a file as (N, classes, H, W), (N, classes) or (N, 1, H, W); ``tile``: (H, W) of the result.

    ModelError where it is not as large as its form says, or holds a class that the card does not have.
    """
    answer = form.answer
    values = _in_order(array, answer)
    given = _values(values, card, answer)
    if not tile:
        return given
    made = _onto(given, form)
    if made.shape[2:] != tile:
        raise ModelError(
            f"'{card.name}' gave a map of {array.shape} for a tile of {tile[1]} x {tile[0]} px, and another size was "
            "expected.",
            f"Use the TILE_SIZE that it was made for, {card.tiling.size}.",
        )
    return made


def _in_order(array: NDArray, answer: OutputForm) -> NDArray:
    """(N, channels, ...), whatever order the axes are in."""
    axes = list(answer.axes)
    if "batch" not in axes:
        array, axes = array[None], ["batch", *axes]
    if "class" not in axes:
        array, axes = array[:, None], ["batch", "class", *axes[1:]]
    if "one" in axes:
        return array.reshape(array.shape[:2])
    order = [axes.index(axis) for axis in ("batch", "class", "height", "width") if axis in axes]
    return array.transpose(order)


def _values(values: NDArray, card: ModelCard, answer: OutputForm) -> NDArray[np.float32]:
    """Numbers as they are, others as probabilities; what is not finite stays so."""
    if answer.meaning == "numbers":
        numbers = values.astype(np.float32, copy=False)
        return numbers if card.output_scale == 1 else numbers * np.float32(card.output_scale)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        return as_probabilities(values, answer, card)


def as_probabilities(values: NDArray, answer: OutputForm, card: ModelCard) -> NDArray[np.float32]:
    """(N, channels, ...) as probabilities of the card's classes; one channel of two classes becomes (1 - p, p)."""
    if answer.meaning == "classes":
        return _one_hot(values[:, 0], card, lost=~np.isfinite(values[:, 0]))
    if answer.meaning == "votes":
        return _one_hot(values.argmax(1), card)
    values = values.astype(np.float32, copy=False)
    alone = values.shape[1] == 1
    if answer.meaning == "logits":
        values = _sigmoid(values) if activation_of(card, answer) == "sigmoid" else _softmax(values)
    elif answer.meaning == "logarithms":
        values = np.exp(values)
    elif answer.scale != 1:
        values = values / np.float32(answer.scale)
    if alone and card.channels == 2:
        return np.concatenate([1 - values, values], 1)
    if not alone and answer.meaning in ("independent", "logarithms") and card.activation != "sigmoid":
        total = values.sum(1, keepdims=True)
        values = np.where(total == 0, np.float32(1 / values.shape[1]), values / total)
    return values.astype(np.float32, copy=False)


def _one_hot(classes: NDArray, card: ModelCard, lost: NDArray | bool = False) -> NDArray[np.float32]:
    """Class indices (N, ...) in the card's order as one-hot (N, classes, ...)."""
    found = np.where(lost, 0, classes).astype(np.int64)
    strangers = (found < 0) | (found >= card.channels)
    if strangers.any():
        raise ModelError(
            f"'{card.name}' gives the class {found[strangers].flat[0]}, and its card has {card.channels} from 0.",
            "Name all classes that the network gives, in its order.",
        )
    one: NDArray[Any] = np.moveaxis(np.eye(card.channels, dtype=np.float32)[found], -1, 1)
    if np.any(lost):
        one[np.broadcast_to(np.expand_dims(np.asarray(lost), 1), one.shape)] = np.nan
    return one


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    probabilities: NDArray[Any] = 1 / (1 + np.exp(-values))
    return probabilities


def _softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
    values = np.exp(values - values.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def _onto(values: NDArray[np.float32], form: Form) -> NDArray[np.float32]:
    """A map onto the pixels of the tile."""
    height, width = values.shape[2:]
    if form.enlarged > 1:
        return enlarged(enlarged(values, form.enlarged, 2), form.enlarged, 3)
    if form.reduced > 1 and not form.finer:
        n = form.reduced
        values = values[:, :, : height // n * n, : width // n * n]
        return values.reshape(*values.shape[:2], height // n, n, width // n, n).mean((3, 5), dtype=np.float32)
    before, after = form.cut
    return values[:, :, before : height - after, before : width - after]


def enlarged(values: NDArray[np.float32], factor: int, axis: int) -> NDArray[np.float32]:
    """Linear interpolation by ``factor`` along an axis, between the centres of pixels."""
    length = values.shape[axis]
    place = np.clip((np.arange(length * factor) + 0.5) / factor - 0.5, 0, length - 1)
    first = np.floor(place).astype(int)
    shape = [1] * values.ndim
    shape[axis] = -1
    weight = (place - first).astype(np.float32).reshape(shape)
    low, high = values.take(first, axis), values.take(np.minimum(first + 1, length - 1), axis)
    with np.errstate(invalid="ignore"):
        return low + weight * (high - low)


def joined(parts: Sequence[Sequence[NDArray]]) -> list[NDArray]:
    """The outputs of several runs, each along its first axis."""
    return list(parts[0]) if len(parts) == 1 else [np.concatenate(column) for column in zip(*parts)]
