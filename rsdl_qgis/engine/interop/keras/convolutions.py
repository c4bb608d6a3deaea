"""The dense and convolutional layers of Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, Value
from ..spatial import Window, convolved, depthwise_first, kernel_first, padded, transposed
from .activations import activated
from .network import Layer


def numbers(value: Any, count: int) -> tuple[int, ...]:
    """A setting that is one number, or one an axis."""
    found = tuple(int(v) for v in value) if isinstance(value, (list, tuple)) else (int(value),) * count
    if len(found) != count or min(found) < 1:
        raise ModelError(f"A setting is {value}, and takes {count} positive numbers.", "Get the model again.")
    return found


def window(layer: Layer, rank: int, size: Sequence[int]) -> Window:
    """How the kernel of a layer moves."""
    config = layer.config
    strides = numbers(config.get("strides", 1), rank)
    return Window(tuple(size), strides, numbers(config.get("dilation_rate", 1), rank), config.get("padding") == "same")


def dense(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Dense``: of the last axis."""
    y = b.add("MatMul", x, b.constant(layer.weights[0]))
    if layer.config.get("use_bias", True):
        y = b.add("Add", y, b.constant(layer.weights[1]))
    return activated(b, y, layer.config.get("activation"), layer.version)


def convolution(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Conv1D``, ``Conv2D``, ``Conv3D``, in groups too."""
    kernel = layer.weights[0]
    rank = kernel.ndim - 2
    moves = window(layer, rank, kernel.shape[:-2])
    if layer.config.get("padding") == "causal":
        x = padded(b, x, [(moves.spans[0] - 1, 0)], layer.first)
    groups = int(layer.config.get("groups") or 1)
    y = convolved(b, x, b.constant(kernel_first(kernel)), _bias(b, layer), moves, groups, layer.first)
    return activated(b, y, layer.config.get("activation"), layer.version)


def depthwise(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``DepthwiseConv1D``, ``DepthwiseConv2D``."""
    y = _depthwise(b, layer, x, _bias(b, layer))
    return activated(b, y, layer.config.get("activation"), layer.version)


def separable(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``SeparableConv1D``, ``SeparableConv2D``: depthwise, then pointwise."""
    kernel = kernel_first(layer.weights[1])
    ones = (1,) * (kernel.ndim - 2)
    pointwise = Window(ones, ones, ones, same=False)
    if layer.config.get("padding") == "causal":
        moves = window(layer, len(ones), layer.weights[0].shape[:-2])
        x = padded(b, x, [(moves.spans[0] - 1, 0)], layer.first)
    y = _depthwise(b, layer, x, None)
    y = convolved(b, y, b.constant(kernel), _bias(b, layer), pointwise, first=layer.first)
    return activated(b, y, layer.config.get("activation"), layer.version)


def transposed_convolution(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Conv1DTranspose``, ``Conv2DTranspose``, ``Conv3DTranspose``."""
    kernel = layer.weights[0]  # (…, out, in)
    rank = kernel.ndim - 2
    moves = window(layer, rank, kernel.shape[:-2])
    longer = [0 if moves.same else max(span - stride, 0) for span, stride in zip(moves.spans, moves.strides)]
    more = layer.config.get("output_padding")
    if more is not None:
        cut = [2 * (size // 2) if moves.same else 0 for size in moves.size]
        more = more if isinstance(more, (list, tuple)) else [more] * rank
        longer = [a - b + int(c) - d for a, b, c, d in zip(moves.spans, moves.strides, more, cut)]
    kernel = np.moveaxis(kernel, (-1, -2), (0, 1))
    y = transposed(b, x, b.constant(kernel), _bias(b, layer), moves, longer, layer.first)
    return activated(b, y, layer.config.get("activation"), layer.version)


def _depthwise(b: Builder, layer: Layer, x: Value, bias: Value | None) -> Value:
    kernel = layer.weights[0]
    moves = window(layer, kernel.ndim - 2, kernel.shape[:-2])
    return convolved(b, x, b.constant(depthwise_first(kernel)), bias, moves, kernel.shape[-2], layer.first)


def _bias(b: Builder, layer: Layer) -> Value | None:
    return b.constant(layer.weights[-1]) if layer.config.get("use_bias", True) else None
