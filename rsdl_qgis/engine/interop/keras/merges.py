"""The layers of Keras that join several tensors, and operations written as layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, Value
from ..spatial import padded
from .activations import ACTIVATIONS, activated
from .network import Layer

BINARY = {"Add": "Add", "Subtract": "Sub", "Multiply": "Mul", "Divide": "Div", "TrueDivide": "Div"}
BINARY |= {"Maximum": "Max", "Minimum": "Min", "Average": "Add", "Power": "Pow"}
TENSORFLOW = {  # functions that Keras 2 writes as TFOpLambda
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.divide": "Divide",
    "math.truediv": "Divide",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.pow": "Power",
}
UNARY = {"math.sqrt": "Sqrt", "math.exp": "Exp", "math.log": "Log", "math.abs": "Abs", "math.negative": "Neg"}
REDUCED = {"math.reduce_mean": "ReduceMean", "math.reduce_max": "ReduceMax", "math.reduce_min": "ReduceMin"}


def merged(b: Builder, layer: Layer, *inputs: Any, **kwargs: Any) -> Value:
    """``Add``, ``Multiply``, ``Average`` and their like, of any number of tensors."""
    values = [_as_value(b, item) for item in (*inputs, *(v for k, v in kwargs.items() if k in ("x1", "x2", "y")))]
    if not values:
        raise ModelError("A layer joins nothing.", "Get the model again.")
    total = values[0]
    for value in values[1:]:
        total = b.add(BINARY[layer.kind], *_aligned(b, total, value))
    return b.add("Mul", total, b.constant(1 / len(values))) if layer.kind == "Average" else total


def concatenated(b: Builder, layer: Layer, *inputs: Any, **kwargs: Any) -> Value:
    """``Concatenate``."""
    values = [_as_value(b, item) for item in inputs if item is not None and not isinstance(item, int)]
    return b.add("Concat", *values, axis=int(kwargs.get("axis", layer.config.get("axis", -1))))


def dot(b: Builder, layer: Layer, x: Value, y: Value, **_: Any) -> Value:
    """``Dot``: products of two batches over an axis of each."""
    axes = layer.config["axes"]
    axes = [axes, axes] if isinstance(axes, int) else list(axes)
    if layer.config.get("normalize"):
        x, y = (b.add("LpNormalization", v, axis=axis, p=2) for v, axis in zip((x, y), axes))
    left, right = (int(axis) % v.rank for v, axis in zip((x, y), axes))
    if x.rank == y.rank == 2:
        return b.add("ReduceSum", b.add("Mul", x, y), b.constant([1]), keepdims=1)
    if x.rank > 3 or y.rank > 3:
        raise ModelError(f"A product of {x.rank} and {y.rank} axes is not supported.", "Export the model as ONNX.")
    x = b.add("Unsqueeze", x, b.constant([1])) if x.rank == 2 else _last(b, x, left)
    flat = y.rank == 2
    y = b.add("Unsqueeze", y, b.constant([2])) if flat else _last(b, y, right, last=False)
    product = b.add("MatMul", x, y)
    return b.add("Squeeze", product, b.constant([2])) if flat else product


def tensorflow_function(b: Builder, layer: Layer, *inputs: Any, **kwargs: Any) -> Value:
    """``TFOpLambda``: a function of TensorFlow by name; those that image networks use."""
    name = str(layer.config.get("function"))
    x = _as_value(b, inputs[0])
    if name in TENSORFLOW:
        return merged(b, Layer(TENSORFLOW[name], {}, (), 2, layer.run), *inputs, **kwargs)
    if name in UNARY:
        return b.add(UNARY[name], x)
    if name in REDUCED:
        axes = kwargs.get("axis")
        axes = [axes] if isinstance(axes, int) else list(axes or range(1, x.rank))
        return b.add(REDUCED[name], x, axes=axes, keepdims=int(bool(kwargs.get("keepdims"))))
    if name == "concat":
        return concatenated(b, layer, *inputs, axis=kwargs.get("axis", -1))
    if name in ("compat.v1.pad", "pad"):
        return padded(b, x, [tuple(pair) for pair in kwargs["paddings"]][1:-1])
    if name in ("clip_by_value",):
        ends = [b.constant(float(kwargs[key])) for key in ("clip_value_min", "clip_value_max")]
        return b.add("Clip", x, *ends)
    stem = name.rsplit(".", 1)[-1]
    if name.startswith(("nn.", "math.", "keras.activations.")) and stem in ACTIVATIONS:
        return activated(b, x, stem, layer.version)
    raise ModelError(f"The function tf.{name} is not known.", "Export the model as ONNX.")


OPERATIONS: Mapping[str, Callable[..., Value]] = {  # of keras.ops, by the names of their classes in Keras 3
    **dict.fromkeys(BINARY, merged),
    "Concatenate": concatenated,
    **{
        kind: (lambda b, layer, x, _name=name, **_: activated(b, x, _name, layer.version))
        for kind, name in {
            "Relu": "relu",
            "Relu6": "relu6",
            "Sigmoid": "sigmoid",
            "Softmax": "softmax",
            "Tanh": "tanh",
            "Silu": "silu",
            "Gelu": "gelu",
            "HardSigmoid": "hard_sigmoid",
            "HardSilu": "hard_silu",
            "Softplus": "softplus",
        }.items()
    },
}


def _aligned(b: Builder, x: Value, y: Value) -> tuple[Value, Value]:
    """Two tensors whose axes Keras pairs from the batch on, where one has fewer."""
    rank = max(x.rank, y.rank)

    def grown(v: Value) -> Value:
        if v.rank in (0, rank) or b.values(v) is not None or rank - v.rank == 0:
            return v
        return b.add("Unsqueeze", v, b.constant(list(range(1, 1 + rank - v.rank))))

    return grown(x), grown(y)


def _last(b: Builder, x: Value, axis: int, last: bool = True) -> Value:
    """A batch of matrices whose ``axis`` is the last, else the first."""
    return x if axis == (2 if last else 1) else b.add("Transpose", x, perm=[0, 2, 1])


def _as_value(b: Builder, item: Any) -> Value:
    if isinstance(item, Value):
        return item
    return b.constant(np.asarray(item, np.float32))
