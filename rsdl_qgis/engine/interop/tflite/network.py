"""Runs over the operators of a TensorFlow Lite graph and makes nodes of them.

Quantised tensors are the numbers that they stand for: each result is rounded to what the file can store, so that the
answer is that of the quantised network, but for sums that are rounded elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...files.text import shortened
from ..builder import Builder, SizeNeeded, Value
from .file import Graph, Operator, Tensor

RANGES = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}  # of what quantised tensors store
ACTIVATIONS: Mapping[int, tuple[float | None, float | None]] = {1: (0, None), 2: (-1, 1), 3: (0, 6)}
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Steps:
    """A result in steps of the quantised tensor it goes to, not rounded yet."""

    value: Value


class Network:
    """``run(inputs)`` adds the nodes of a graph. ``builds``: name of an operator -> what makes its nodes."""

    def __init__(self, b: Builder, graph: Graph, builds: Mapping[str, Callable[..., Any]], free_batch: bool):
        self.b, self.graph, self.free_batch = b, graph, free_batch
        self._builds = builds
        self._known: dict[int, Value] = {}
        self._steps: dict[int, Value] = {}

    def run(self, inputs: Sequence[Value]) -> list[Value]:
        """The outputs for inputs in the file's order; ModelError names an operator that cannot be built."""
        self._known.update(zip(self.graph.inputs, inputs))
        for number, operator in enumerate(self.graph.operators):
            build = self._builds.get(operator.name)
            if build is None:
                text = f"Operator {operator.name} (number {number} of the network) is not known here."
                raise ModelError(text, "Export the model as ONNX where it was made, for example with tf2onnx.")
            try:
                found = build(self, operator)
            except ModelError as error:
                raise ModelError(f"Operator {number} ({operator.name}): {error.message}", error.hint) from None
            except SizeNeeded:
                raise
            except (KeyError, TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError) as error:
                text = f"Operator {number} ({operator.name}) has settings or inputs that do not fit"
                raise ModelError(f"{text}: {shortened(str(error))}.", _AGAIN) from None
            for index, result in zip(operator.outputs, found if isinstance(found, list) else [found]):
                self._known[index] = self._finished(operator, index, result)
        return [self.value(index) for index in self.graph.outputs]

    def tensor(self, index: int) -> Tensor:
        """A tensor of the file."""
        if index < 0:
            raise ModelError("An input is missing.", _AGAIN)
        return self.graph.tensors[index]

    def value(self, index: int) -> Value:
        """A tensor as a value of the graph; numbers of quantised constants are those that they stand for."""
        if index in self._known:
            return self._known[index]
        numbers = self.numbers(index)
        if numbers is None:
            name = shortened(self.tensor(index).name)
            raise ModelError(f"'{name}' is used before it is there: the operators form a circle.", _AGAIN)
        found = self.b.constant(numbers)
        self._known[index] = found
        return found

    def numbers(self, index: int) -> NDArray[Any] | None:
        """The numbers of a constant, as float32 where they are quantised and int64 where they are whole; else None."""
        if index in self._known:
            return self.b.values(self._known[index])
        tensor = self.tensor(index)
        if tensor.values is None:
            return None
        if tensor.quantization is None:
            whole = tensor.values.dtype.kind in "iu"
            return tensor.values.astype(np.int64 if whole else np.bool_ if tensor.dtype == "bool" else np.float32)
        given = tensor.quantization
        shape = [1] * tensor.values.ndim
        if given.scale.size > 1:
            shape[given.axis] = given.scale.size
        scale, zero = given.scale.reshape(shape), given.zero.reshape(shape)
        return ((tensor.values.astype(np.int64) - zero) * scale.astype(np.float64)).astype(np.float32)

    def whole(self, index: int) -> list[int]:
        """Whole numbers that the file gives as a constant; ModelError where they depend on the image."""
        numbers = self.numbers(index)
        if numbers is None or numbers.size > 1000:
            raise ModelError("A setting depends on the image, which is not supported.", "Export the model as ONNX.")
        return [int(n) for n in numbers.reshape(-1)]

    def inputs(self, operator: Operator) -> list[Value]:
        """The inputs that an operator has."""
        return [self.value(index) for index in operator.inputs if index >= 0]

    def is_whole(self, operator: Operator) -> bool:
        """Whether an operator takes whole numbers, and gives them, by constant weights."""
        x, weights, y = (self.tensor(i) for i in (*operator.inputs[:2], operator.outputs[0]))
        one = all(t.quantization and t.quantization.scale.size == 1 and t.dtype in RANGES for t in (x, y))
        return one and weights.quantization is not None and weights.values is not None

    def steps(self, index: int) -> Value:
        """A quantised tensor in steps from its zero."""
        if index not in self._steps:
            given = self.tensor(index).quantization
            scale = self.b.constant(float(given.scale[0]) if given else 1.0)
            self._steps[index] = self.b.add("Round", self.b.add("Div", self.value(index), scale))
        return self._steps[index]

    def stored(self, index: int) -> NDArray[np.float32]:
        """The numbers of a quantised constant, in steps from their zero."""
        tensor = self.tensor(index)
        if tensor.values is None or tensor.quantization is None:
            raise ModelError("Weights are missing, or not quantised.", _AGAIN)
        zero = tensor.quantization.zero
        shape = [1] * tensor.values.ndim
        if zero.size > 1:
            shape[tensor.quantization.axis] = zero.size
        return (tensor.values.astype(np.int64) - zero.reshape(shape)).astype(np.float32)

    def _finished(self, operator: Operator, index: int, result: Value | Steps) -> Value:
        if isinstance(result, Value):
            return self._rounded(self._activated(operator, result), index, operator)
        tensor = self.tensor(index)
        given = tensor.quantization
        scale, zero = (float(given.scale[0]), int(given.zero[0])) if given else (1.0, 0)
        low, high = ACTIVATIONS.get(operator.option(FUSED[operator.name], "b"), (None, None))
        ends = [float(end - zero) for end in RANGES[tensor.dtype]]
        if low is not None:
            ends[0] = max(ends[0], float(round(low / scale)))
        if high is not None:
            ends[1] = min(ends[1], float(round(high / scale)))
        y = self.b.add("Clip", self.b.add("Round", result.value), *(self.b.constant(end) for end in ends))
        self._steps[index] = y
        return self.b.add("Mul", y, self.b.constant(scale))

    def _activated(self, operator: Operator, x: Value) -> Value:
        """What is done with a result as a part of the operator (``fused_activation_function``)."""
        field = FUSED.get(operator.name)
        kind = operator.option(field, "b") if field is not None else 0
        if kind == 0:
            return x
        if kind == 4:
            return self.b.add("Tanh", x)
        if kind not in ACTIVATIONS:
            raise ModelError(f"The activation number {kind} is not known.", _AGAIN)
        low, high = ACTIVATIONS[kind]
        if high is None:
            return self.b.add("Relu", x)
        return self.b.add("Clip", x, self.b.constant(float(low or 0)), self.b.constant(float(high)))

    def _rounded(self, x: Value, index: int, operator: Operator) -> Value:
        """A result, rounded to what the quantised tensor it goes to can hold."""
        tensor = self.tensor(index)
        given = tensor.quantization
        if given is None or tensor.dtype not in RANGES or x.dtype != 1 or given.scale.size != 1:
            return x
        if operator.name in UNCHANGED and _alike(self.tensor(operator.inputs[0]), tensor):
            return x
        return rounded(self.b, x, float(given.scale[0]), int(given.zero[0]), tensor.dtype)


def rounded(b: Builder, x: Value, scale: float, zero: int, dtype: str) -> Value:
    """Numbers as a quantised tensor holds them.

    Not by QuantizeLinear: ONNX Runtime joins that with its neighbours, and quantises their weights in its own way.
    """
    ends = [b.constant(float(end - zero)) for end in RANGES[dtype]]
    steps = b.add("Clip", b.add("Round", b.add("Div", x, b.constant(scale))), *ends)
    return b.add("Mul", steps, b.constant(scale))


def _alike(x: Tensor, y: Tensor) -> bool:
    a, b = x.quantization, y.quantization
    return a is not None and b is not None and np.array_equal(a.scale, b.scale) and np.array_equal(a.zero, b.zero)


# Operators whose results are some of their inputs' numbers, and the field of the activation of those that have one.
UNCHANGED = (
    *("RESHAPE", "MAX_POOL_2D", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "PAD", "STRIDED_SLICE", "SLICE"),
    *("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "RESIZE_NEAREST_NEIGHBOR", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH"),
)
FUSED = {
    "ADD": 0,
    "SUB": 0,
    "MUL": 0,
    "DIV": 0,
    "FULLY_CONNECTED": 0,
    "CONCATENATION": 1,
    "CONV_2D": 3,
    "TRANSPOSE_CONV": 3,
    "DEPTHWISE_CONV_2D": 4,
    "CONV_3D": 4,
    "AVERAGE_POOL_2D": 5,
    "MAX_POOL_2D": 5,
}
