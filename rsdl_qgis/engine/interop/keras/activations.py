"""The activations of Keras by name, and the layers that are nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import ModelError
from ...files.text import shortened
from ..builder import Builder, Value
from .network import Layer

Activation = Callable[[Builder, Value], Value]


def activated(b: Builder, x: Value, activation: Any, version: int) -> Value:
    """What an activation makes of a tensor; it is a name, or a name with settings, as in the file."""
    config: Mapping[str, Any] = {}
    while isinstance(activation, dict):
        if activation.get("registered_name") and activation.get("module") not in (None, "builtins", "keras.layers"):
            break
        inner = activation.get("config")
        if isinstance(inner, str):
            activation = inner
        else:
            config, activation = inner or {}, activation.get("class_name")
    if activation is None:
        return x
    name = str(activation)
    if name in LAYERS and config:
        return LAYERS[name](b, Layer(name, config, (), version, _never), x)
    if name == "hard_sigmoid" and version == 2:
        return b.add("HardSigmoid", x, alpha=0.2, beta=0.5)
    if name not in ACTIVATIONS:
        raise ModelError(
            f"The activation '{shortened(name)}' is not known.",
            "Code of one's own in a model is never run; export it as ONNX.",
        )
    return ACTIVATIONS[name](b, x)


def _never(*_: Any) -> Any:
    raise ModelError("An activation has a layer inside.", "Get the model again.")


def clipped(b: Builder, x: Value, low: float | None, high: float | None) -> Value:
    """Values within bounds; None: none."""
    ends = [None if end is None else b.constant(float(end)) for end in (low, high)]
    return b.add("Clip", x, *ends)


def gelu(b: Builder, x: Value, approximate: bool = False) -> Value:
    """x · Φ(x), or its approximation by tanh (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    half = b.constant(0.5)
    if approximate:
        cube = b.add("Mul", b.add("Mul", b.add("Mul", x, x), x), b.constant(0.044715))
        inner = b.add("Tanh", b.add("Mul", b.add("Add", x, cube), b.constant(float(np.sqrt(2 / np.pi)))))
    else:
        inner = b.add("Erf", b.add("Mul", x, b.constant(float(np.sqrt(0.5)))))
    return b.add("Mul", b.add("Mul", x, half), b.add("Add", inner, b.constant(1.0)))


def relu(b: Builder, x: Value, slope: float = 0.0, most: float | None = None, threshold: float = 0.0) -> Value:
    """Keras' ReLU: x from ``threshold`` on, up to ``most``; below, ``slope`` times its distance from it."""
    if threshold == 0 and slope == 0:
        return b.add("Relu", x) if most is None else clipped(b, x, 0.0, most)
    above = b.add("GreaterOrEqual", x, b.constant(float(threshold)))
    below = b.add("Mul", b.add("Sub", x, b.constant(float(threshold))), b.constant(float(slope)))
    upper = x if most is None else b.add("Min", x, b.constant(float(most)))
    return b.add("Where", above, upper, below)


def _silu(b: Builder, x: Value) -> Value:
    return b.add("Mul", x, b.add("Sigmoid", x))


def _mish(b: Builder, x: Value) -> Value:
    return b.add("Mul", x, b.add("Tanh", b.add("Softplus", x)))


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": lambda b, x: x,
    "relu": lambda b, x: b.add("Relu", x),
    "relu6": lambda b, x: clipped(b, x, 0.0, 6.0),
    "leaky_relu": lambda b, x: b.add("LeakyRelu", x, alpha=0.2),
    "softmax": lambda b, x: b.add("Softmax", x, axis=-1),
    "log_softmax": lambda b, x: b.add("LogSoftmax", x, axis=-1),
    "sigmoid": lambda b, x: b.add("Sigmoid", x),
    "log_sigmoid": lambda b, x: b.add("Log", b.add("Sigmoid", x)),
    "hard_sigmoid": lambda b, x: b.add("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    "tanh": lambda b, x: b.add("Tanh", x),
    "hard_tanh": lambda b, x: clipped(b, x, -1.0, 1.0),
    "elu": lambda b, x: b.add("Elu", x),
    "selu": lambda b, x: b.add("Selu", x),
    "celu": lambda b, x: b.add("Celu", x),
    "softplus": lambda b, x: b.add("Softplus", x),
    "softsign": lambda b, x: b.add("Softsign", x),
    "exponential": lambda b, x: b.add("Exp", x),
    "gelu": gelu,
    "swish": _silu,
    "silu": _silu,
    "hard_swish": lambda b, x: b.add("HardSwish", x),
    "hard_silu": lambda b, x: b.add("HardSwish", x),
    "mish": _mish,
    "tanh_shrink": lambda b, x: b.add("Sub", x, b.add("Tanh", x)),
    "squareplus": lambda b, x: b.add(
        "Mul", b.constant(0.5), b.add("Add", x, b.add("Sqrt", b.add("Add", b.add("Mul", x, x), b.constant(4.0))))
    ),
}


def activation_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``Activation``."""
    return activated(b, x, layer.config.get("activation"), layer.version)


def _relu_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    c = layer.config
    return relu(b, x, float(c.get("negative_slope") or 0.0), c.get("max_value"), float(c.get("threshold") or 0.0))


def _leaky_relu_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    slope = layer.config.get("negative_slope", layer.config.get("alpha", 0.3))
    return b.add("LeakyRelu", x, alpha=float(slope["value"] if isinstance(slope, dict) else slope))


def _elu_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    slope = layer.config.get("alpha", 1.0)
    return b.add("Elu", x, alpha=float(slope["value"] if isinstance(slope, dict) else slope))


def _softmax_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    axis = layer.config.get("axis", -1)
    if not isinstance(axis, int) and len(axis) > 1:
        raise ModelError("A softmax over several axes is not supported.", "Export the model as ONNX.")
    return b.add("Softmax", x, axis=axis if isinstance(axis, int) else axis[0])


def _prelu_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    return b.add("PRelu", x, b.constant(layer.weights[0]))


def _thresholded_relu_layer(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    theta = layer.config.get("theta", 1.0)
    return b.add("ThresholdedRelu", x, alpha=float(theta["value"] if isinstance(theta, dict) else theta))


LAYERS: Mapping[str, Callable[..., Value]] = {
    "Activation": activation_layer,
    "ReLU": _relu_layer,
    "LeakyReLU": _leaky_relu_layer,
    "ELU": _elu_layer,
    "Softmax": _softmax_layer,
    "PReLU": _prelu_layer,
    "ThresholdedReLU": _thresholded_relu_layer,
}
