"""The layers of Keras that pool, pad, resize or turn, and those that only matter in training."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, SizeNeeded, Value
from ..spatial import cropped, padded, pooled, reduced, resized
from .convolutions import numbers, window
from .network import Layer


def identity(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """What does nothing once a network is trained."""
    return x


def pooling(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``MaxPooling…`` and ``AveragePooling…``."""
    rank = x.rank - 2
    size = numbers(layer.config.get("pool_size", 2), rank)
    strides = layer.config.get("strides")
    config = {**layer.config, "strides": size if strides is None else strides, "dilation_rate": 1}
    moves = window(Layer(layer.kind, config, (), layer.version, layer.run), rank, size)
    return pooled(b, x, "MaxPool" if "Max" in layer.kind else "AveragePool", moves, layer.first)


def global_pooling(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``GlobalMaxPooling…`` and ``GlobalAveragePooling…``."""
    operator = "ReduceMax" if "Max" in layer.kind else "ReduceMean"
    return reduced(b, x, operator, bool(layer.config.get("keepdims", False)), layer.first)


def zero_padding(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``ZeroPadding…``."""
    return padded(b, x, _pairs(layer.config["padding"], x.rank - 2), layer.first)


def cropping(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Cropping…``."""
    return cropped(b, x, _pairs(layer.config["cropping"], x.rank - 2), layer.first)


def upsampling(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``UpSampling…``: repeated pixels, or TensorFlow's ways of interpolation."""
    factors = numbers(layer.config.get("size", 2), x.rank - 2)
    how = _interpolation(layer.config.get("interpolation", "nearest"))
    coordinates = "asymmetric" if how == "nearest" else "half_pixel"
    return resized(b, x, scales=factors, mode=how, coordinates=coordinates, first=layer.first)


def resizing(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Resizing`` to a height and width."""
    if layer.config.get("crop_to_aspect_ratio") or layer.config.get("pad_to_aspect_ratio"):
        raise ModelError("Resizing that keeps the ratio of the sides is not supported.", "Export the model as ONNX.")
    space = (2, 3) if layer.first else (1, 2)
    for axis in space:
        x.length(axis)  # the answer is of one size, whatever the image's
    sizes = (int(layer.config["height"]), int(layer.config["width"]))
    how = _interpolation(layer.config.get("interpolation", "bilinear"))
    return resized(b, x, sizes=sizes, mode=how, nearest="round_prefer_ceil", first=layer.first)


def flatten(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Flatten``, channels last as Keras does."""
    for axis in range(1, x.rank):
        x.length(axis)
    if layer.first and x.rank > 2:
        x = b.add("Transpose", x, perm=[0, *range(2, x.rank), 1])
    return b.add("Reshape", x, b.constant([0, -1])) if x.rank != 2 else x


def reshape(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Reshape``."""
    lengths = [x.length(axis) for axis in range(1, x.rank)]
    wanted = [int(n) for n in layer.config["target_shape"]]
    total = int(np.prod(lengths))
    if -1 in wanted:
        known = -int(np.prod(wanted))
        wanted = [total // max(known, 1) if n == -1 else n for n in wanted]
    if min(wanted, default=1) < 1 or int(np.prod(wanted)) != total:
        raise ModelError(f"{lengths} cannot become {layer.config['target_shape']}.", "Get the model again.")
    return b.add("Reshape", x, b.constant([-1, *wanted]))


def permute(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Permute``: axes from 1."""
    return b.add("Transpose", x, perm=[0, *(int(axis) for axis in layer.config["dims"])])


def repeat_vector(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``RepeatVector``: (N, C) as (N, n, C)."""
    (count,) = numbers(layer.config["n"], 1)
    return b.add("Tile", b.add("Unsqueeze", x, b.constant([1])), b.constant([1, count, 1]))


def rescaling(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Rescaling``: times a scale, plus an offset."""
    scale, offset = (np.asarray(layer.config.get(k, d), np.float32) for k, d in (("scale", 1.0), ("offset", 0.0)))
    return b.add("Add", b.add("Mul", x, b.constant(scale)), b.constant(offset))


def normalization(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Normalization``: by a mean and a variance that the layer was given, or learnt from data."""
    stated = layer.config.get("mean"), layer.config.get("variance")
    mean, variance = layer.weights[:2] if layer.weights else stated
    if mean is None or variance is None:
        raise ModelError("The layer has neither mean nor variance.", "Adapt it to the training data, and save again.")
    axes = layer.config.get("axis", -1)
    axes = [int(a) % x.rank for a in (axes if isinstance(axes, (list, tuple)) else [] if axes is None else [axes])]
    shape = [x.length(axis) if axis in axes else 1 for axis in range(x.rank)]

    def spread(values: Any) -> np.ndarray:
        found = np.asarray(values, np.float32)
        return np.broadcast_to(found, shape) if found.size == 1 else found.reshape(shape)

    std = np.maximum(np.sqrt(spread(variance)), 1e-7)
    if layer.config.get("invert"):
        return b.add("Add", b.add("Mul", x, b.constant(std)), b.constant(spread(mean)))
    return b.add("Div", b.add("Sub", x, b.constant(spread(mean))), b.constant(std))


def embedding(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Embedding``: the row of each number."""
    if layer.config.get("mask_zero"):
        raise ModelError("Masks are not supported.", "Export the model as ONNX.")
    return b.add("Gather", b.constant(layer.weights[0]), b.add("Cast", x, to=7), axis=0)


def time_distributed_shape(x: Value) -> list[int]:
    """The lengths of (N, T, …) after N; SizeNeeded where they are open."""
    if x.rank < 3:
        raise SizeNeeded(x.name)
    return [x.length(axis) for axis in range(1, x.rank)]


def _interpolation(name: Any) -> str:
    known = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}
    if name not in known:
        raise ModelError(f"Interpolation '{name}' is not supported.", "Export the model as ONNX.")
    return known[name]


def _pairs(value: Any, rank: int) -> list[tuple[int, int]]:
    """Pixels before and after by axis: a number, one an axis, or two an axis; of one axis also two alone."""
    if isinstance(value, int):
        value = [value] * (rank if rank > 1 else 2)
    if rank == 1 and not isinstance(value[0], (list, tuple)):
        value = [value if len(value) == 2 else value * 2]
    pairs = [tuple(v) if isinstance(v, (list, tuple)) else (v, v) for v in value]
    if len(pairs) != rank or any(len(p) != 2 or min(p) < 0 or max(p) > 1 << 16 for p in pairs):
        raise ModelError(f"Padding or cropping is {value} for {rank} axes.", "Get the model again.")
    return [(int(before), int(after)) for before, after in pairs]
