"""The recurrent layers of Keras as ONNX's, and those that run a layer for each date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ..builder import Builder, Value
from ..spatial import Window, convolved, kernel_first
from .activations import activated
from .config import Spec, spec_of
from .network import Layer

GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "SimpleRNN": (0,)}  # ONNX's order of Keras' gates
OPERATORS = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}
MOST_DATES = 1000  # of a layer that is unrolled
ACTIVATIONS: Mapping[str, tuple[str, float, float]] = {  # Keras' name: ONNX's, alpha, beta
    "tanh": ("Tanh", 0.0, 0.0),
    "sigmoid": ("Sigmoid", 0.0, 0.0),
    "relu": ("Relu", 0.0, 0.0),
    "linear": ("Affine", 1.0, 0.0),
    "softsign": ("Softsign", 0.0, 0.0),
    "softplus": ("Softplus", 0.0, 0.0),
    "elu": ("Elu", 1.0, 0.0),
}


def recurrent(b: Builder, layer: Layer, x: Value, *states: Value, **kwargs: Any) -> list[Value]:
    """``LSTM``, ``GRU``, ``SimpleRNN``: (N, T, C) as (N, units) or, of all dates, (N, T, units)."""
    config = layer.config
    given = kwargs.get("initial_state") or list(states)
    given = [state for state in (given if isinstance(given, list) else [given]) if isinstance(state, Value)]
    if config.get("stateful"):
        raise ModelError("A layer that keeps its state between calls is not supported.", "Save it with stateful=False.")
    if config.get("go_backwards"):
        x = reversed_dates(b, x)
    units = int(config["units"])
    series = b.add("Transpose", x, perm=[1, 0, 2])
    outputs = 3 if layer.kind == "LSTM" else 2
    inputs = [series, *_weights(b, layer, units), None, *(b.add("Unsqueeze", s, b.constant([0])) for s in given)]
    settings: dict[str, Any] = _activations(layer)
    if layer.kind == "GRU":
        settings["linear_before_reset"] = int(bool(config.get("reset_after", layer.version > 1)))
    found = b.add_many(OPERATORS[layer.kind], inputs, outputs, hidden_size=units, **settings)
    ends = [b.add("Squeeze", state, b.constant([0])) for state in found[1:]]
    if config.get("return_sequences"):
        every = b.add("Transpose", b.add("Squeeze", found[0], b.constant([1])), perm=[1, 0, 2])
        return [every, *(ends if config.get("return_state") else ())]
    return [ends[0], *(ends if config.get("return_state") else ())]


def bidirectional(b: Builder, layer: Layer, x: Value, **kwargs: Any) -> Value:
    """``Bidirectional``: a layer forwards, and one backwards, joined."""
    forward, backward = inner_layers(layer)
    half = len(layer.weights) // 2
    if forward.config.get("return_state"):
        raise ModelError("The states of a Bidirectional layer are not supported.", "Export the model as ONNX.")
    ahead = layer.run(forward, layer.weights[:half], x)[0]
    back = layer.run(backward, layer.weights[half:], x)[0]
    if forward.config.get("return_sequences"):
        back = reversed_dates(b, back)
    mode = layer.config.get("merge_mode", "concat")
    if mode == "concat":
        return b.add("Concat", ahead, back, axis=-1)
    joined = {"sum": "Add", "ave": "Add", "mul": "Mul"}.get(mode)
    if joined is None:
        raise ModelError(f"The way {mode} of joining both directions is not supported.", "Export the model as ONNX.")
    both = b.add(joined, ahead, back)
    return b.add("Mul", both, b.constant(0.5)) if mode == "ave" else both


def time_distributed(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``TimeDistributed``: a layer for each date of (N, T, …)."""
    (inner,) = inner_layers(layer)
    dates, rest = x.length(1), [x.length(axis) for axis in range(2, x.rank)]
    flat = b.add("Reshape", x, b.constant([-1, *rest]))
    found = layer.run(inner, layer.weights, flat)
    y = found if isinstance(found, Value) else found[0]
    lengths = [y.length(axis) for axis in range(1, y.rank)]
    return b.add("Reshape", y, b.constant([-1, dates, *lengths]))


def convolutional_lstm(b: Builder, layer: Layer, x: Value, **_: Any) -> Value:
    """``ConvLSTM2D`` (Shi et al. 2015, arXiv:1506.04214), one date after another."""
    config = layer.config
    dates = x.length(1)
    if dates > MOST_DATES:
        raise ModelError(f"It has {dates} dates, and at most {MOST_DATES} are unrolled.", "Export the model as ONNX.")
    given = [b.constant(kernel_first(w)) for w in layer.weights[:2]]
    bias = b.constant(layer.weights[2]) if config.get("use_bias", True) else None
    size = layer.weights[0].shape[:2]
    strides, dilations = (_pair(config.get(key, 1)) for key in ("strides", "dilation_rate"))
    moves = Window(size, strides, dilations, config.get("padding") == "same")
    again = Window(layer.weights[1].shape[:2], (1, 1), (1, 1), same=True)
    order = range(dates - 1, -1, -1) if config.get("go_backwards") else range(dates)
    state: tuple[Value, Value] | None = None
    every = []
    for date in order:
        image = b.add("Gather", x, b.constant(np.asarray(date, np.int64)), axis=1)
        gates = convolved(b, image, given[0], bias, moves, first=layer.first)
        if state is not None:
            gates = b.add("Add", gates, convolved(b, state[0], given[1], None, again, first=layer.first))
        state = _step(b, layer, gates, state[1] if state else None)
        every.append(state[0])
    if not config.get("return_sequences"):
        return every[-1]
    return b.add("Concat", *(b.add("Unsqueeze", h, b.constant([1])) for h in every), axis=1)


def inner_layers(layer: Layer) -> tuple[Spec, ...]:
    """The layer that a wrapper runs; of ``Bidirectional`` two, the second one backwards."""
    inner = spec_of(layer.config["layer"])
    if layer.kind != "Bidirectional":
        return (inner,)
    stated = layer.config.get("backward_layer")
    turned = {**inner.config, "go_backwards": not inner.config.get("go_backwards", False)}
    return inner, spec_of(stated) if stated else Spec(inner.kind, f"backward_{inner.name}", turned)


def reversed_dates(b: Builder, x: Value) -> Value:
    """(N, T, C) from the last date to the first."""
    end = b.constant([np.iinfo(np.int64).min + 1])
    return b.add("Slice", x, b.constant([-1]), end, b.constant([1]), b.constant([-1]))


def _step(b: Builder, layer: Layer, gates: Value, memory: Value | None) -> tuple[Value, Value]:
    """State and memory after a date; gates are input, forget, memory, output."""
    how, gate = layer.config.get("activation", "tanh"), layer.config.get("recurrent_activation", "sigmoid")
    parts = b.add_many("Split", [gates], 4, axis=1 if layer.first else -1)
    admit, forget, show = (activated(b, parts[i], gate, layer.version) for i in (0, 1, 3))
    fresh = b.add("Mul", admit, activated(b, parts[2], how, layer.version))
    memory = fresh if memory is None else b.add("Add", b.add("Mul", forget, memory), fresh)
    return b.add("Mul", show, activated(b, memory, how, layer.version)), memory


def _weights(b: Builder, layer: Layer, units: int) -> list[Value]:
    order = GATES[layer.kind]

    def turned(values: NDArray[Any]) -> NDArray[Any]:
        parts = np.split(values, len(order), axis=-1)
        return np.concatenate([parts[i] for i in order], axis=-1)

    kernel, again = (turned(w).T[None] for w in layer.weights[:2])
    if kernel.shape[1] != units * len(order) or again.shape[1:] != (units * len(order), units):
        raise ModelError(f"Its weights are not of {units} units.", "Get the model again.")
    bias = np.zeros((2, units * len(order)), np.float32)
    if layer.config.get("use_bias", True):
        given = turned(layer.weights[2])
        bias[: given.shape[0] if given.ndim == 2 else 1] = given
    return [b.constant(kernel), b.constant(again), b.constant(bias.reshape(1, -1))]


def _activations(layer: Layer) -> dict[str, Any]:
    keys = {
        "LSTM": ("recurrent_activation", "activation", "activation"),
        "GRU": ("recurrent_activation", "activation"),
        "SimpleRNN": ("activation",),
    }[layer.kind]
    usual = {"recurrent_activation": "sigmoid", "activation": "tanh"}
    hard = ("HardSigmoid", *((0.2, 0.5) if layer.version == 2 else (1 / 6, 0.5)))
    known = {**ACTIVATIONS, "hard_sigmoid": hard}
    names = [layer.config.get(key, usual[key]) for key in keys]
    names = [name.get("config") if isinstance(name, dict) else name for name in names]
    missing = [name for name in names if not isinstance(name, str) or name not in known]
    if missing:
        raise ModelError(f"The activation {missing[0]} of a recurrent layer is not supported.", "Export it as ONNX.")
    found = [known[str(name)] for name in names]
    return {
        "activations": [name for name, _, _ in found],
        "activation_alpha": [alpha for _, alpha, _ in found],
        "activation_beta": [beta for _, _, beta in found],
    }


def _pair(value: Any) -> tuple[int, ...]:
    found: Sequence[Any] = value if isinstance(value, (list, tuple)) else (value, value)
    return tuple(int(v) for v in found)
