"""The normalising layers of Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, Value
from .network import Layer


def batch(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``BatchNormalization`` with the statistics of training, as a factor and an offset."""
    given = list(layer.weights)
    gamma = given.pop(0) if layer.config.get("scale", True) else np.float32(1)
    beta = given.pop(0) if layer.config.get("center", True) else np.float32(0)
    mean, variance = given
    factor = gamma / np.sqrt(np.maximum(variance, 0) + np.float32(layer.config.get("epsilon", 1e-3)))
    shape = _shape(layer, x, mean.shape)
    offset = beta - mean * factor
    scaled = b.add("Mul", x, b.constant(factor.reshape(shape).astype(np.float32)))
    return b.add("Add", scaled, b.constant(offset.reshape(shape).astype(np.float32)))


def layer_normalization(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``LayerNormalization`` over one or more axes (Ba et al. 2016, arXiv:1607.06450)."""
    axes = _axes(layer, x)
    if layer.config.get("rms_scaling"):
        raise ModelError("LayerNormalization with rms_scaling is not supported.", "Export the model as ONNX.")
    y = _standardised(b, x, axes, float(layer.config.get("epsilon", 1e-3)))
    return _affine(b, layer, y, [x.length(axis) if axis in axes else 1 for axis in range(x.rank)])


def group(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``GroupNormalization`` (Wu and He 2018, arXiv:1803.08494); groups of -1 normalise each channel."""
    (axis,) = _axes(layer, x)
    channels = x.length(axis)
    groups = int(layer.config.get("groups", 32))
    groups = channels if groups == -1 else groups
    if groups < 1 or channels % groups:
        raise ModelError(f"{channels} channels cannot be divided into {groups} groups.", "Get the model again.")
    last = x if axis == x.rank - 1 else b.add("Transpose", x, perm=[*(i for i in range(x.rank) if i != axis), axis])
    split = b.add("Reshape", last, b.constant([0, -1, groups, channels // groups]))
    y = _standardised(b, split, (1, 3), float(layer.config.get("epsilon", 1e-3)))
    y = b.add("Reshape", y, b.add("Shape", last))
    y = Value(y.name, last.shape, y.dtype)
    if axis != x.rank - 1:
        order = [*range(axis), x.rank - 1, *range(axis, x.rank - 1)]
        y = b.add("Transpose", y, perm=order)
    return _affine(b, layer, y, [channels if i == axis else 1 for i in range(x.rank)])


def unit(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``UnitNormalization``: to length 1."""
    axes = list(_axes(layer, x))
    length = b.add("ReduceSum", b.add("Mul", x, x), b.constant(axes), keepdims=1)
    return b.add("Div", x, b.add("Sqrt", b.add("Max", length, b.constant(1e-12))))


def _standardised(b: Builder, x: Value, axes: tuple[int, ...], epsilon: float) -> Value:
    centred = b.add("Sub", x, b.add("ReduceMean", x, axes=list(axes), keepdims=1))
    variance = b.add("ReduceMean", b.add("Mul", centred, centred), axes=list(axes), keepdims=1)
    return b.add("Div", centred, b.add("Sqrt", b.add("Add", variance, b.constant(epsilon))))


def _affine(b: Builder, layer: Layer, y: Value, shape: list[int]) -> Value:
    given = list(layer.weights)
    if layer.config.get("scale", True):
        y = b.add("Mul", y, b.constant(given.pop(0).reshape(shape)))
    if layer.config.get("center", True):
        y = b.add("Add", y, b.constant(given.pop(0).reshape(shape)))
    return y


def _axes(layer: Layer, x: Value) -> tuple[int, ...]:
    axis = layer.config.get("axis", -1)
    return tuple(int(a) % x.rank for a in (axis if isinstance(axis, (list, tuple)) else [axis]))


def _shape(layer: Layer, x: Value, given: tuple[int, ...]) -> list[int]:
    axes = _axes(layer, x)
    if len(axes) != len(given):
        raise ModelError(f"It has statistics of shape {given} for {len(axes)} axes.", "Get the model again.")
    return [given[axes.index(i)] if i in axes else 1 for i in range(x.rank)]
