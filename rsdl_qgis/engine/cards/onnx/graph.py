"""The meaning of an ONNX file's output, from the operators behind it. Standard library only.

From the output back: operators that only move or round numbers (Transpose, Cast, DequantizeLinear, …) are passed, and
what is done to their range by Clip, by sums and by constant factors is followed, until one defines what the numbers
are: Softmax, Sigmoid, ArgMax, … or a Conv, whose numbers have no bounds. Nodes are read from the end of the file and
only as far as they are needed; weights are skipped.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from .header import DTYPES, TooLarge, fields, parts, varint

LARGEST_NODE = 100_000  # bytes: a larger one holds weights
LARGEST_CONSTANT = 400  # bytes of a number with its name
DEEPEST = 200  # operators that are followed
PASSING = {
    "Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "CastLike", "Resize", "Upsample",
    "Dropout", "Pad", "Expand", "DepthToSpace", "SpaceToDepth", "AveragePool", "QuantizeLinear", "DequantizeLinear",
}  # fmt: skip
PARTS = {"Slice", "Split", "Gather", "MaxPool", "ReduceMax", "Max", "GridSample"}  # of what comes in
COMPARING = ("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or", "Xor", "IsNaN", "IsInf")
BOUNDED = {  # 0 to 1: their sum over classes
    "Sigmoid": None, "HardSigmoid": None, "Softmax": 1.0, "Normalizer": 1.0, "QLinearSigmoid": None,
    "QLinearSoftmax": 1.0, **dict.fromkeys(COMPARING),
}  # fmt: skip
LOGARITHMS = {"LogSoftmax": 1.0, "LogSigmoid": None}
DECIDING = {"ArgMax", "ArgMin", "TopK", "Hardmax"}
FREE = {
    "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "InstanceNormalization", "GroupNormalization",
    "LayerNormalization", "LeakyRelu", "Elu", "Selu", "PRelu", "Tanh", "Einsum", "LSTM", "GRU", "RNN", "FusedConv",
    "Relu", "Softplus", "HardSwish", "Gelu", "Mish", "Swish", "QLinearConv", "QLinearMatMul", "ConvInteger",
    "MatMulInteger", "QGemm",
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """What an output's numbers are.

    ``kind``: ``bounded`` from ``low`` to ``high``; ``logarithm`` of numbers from 0 to 1; ``decided``: one class;
    ``free``: of any size; ``unknown``. ``total``: what they are together over all classes, None where that is not
    known. ``operator``: that says so.
    """

    kind: str
    operator: str = ""
    low: float = -math.inf
    high: float = math.inf
    total: float | None = None

    @property
    def bounded(self) -> bool:
        """Whether the numbers lie between 0 and a largest number, as probabilities do."""
        return self.kind == "bounded" and self.low == 0 and 0 < self.high < math.inf


@dataclass(frozen=True)
class Node:
    """An operator with the names of what it takes and gives."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)  # attributes of one number, or a constant's "value"


def head_of(path: str | Path, output: str) -> Head:
    """What the numbers of an output are; ``unknown`` also where the file cannot be followed."""
    try:
        with open(path, "rb") as stream:
            return _Graph(stream, Path(path).stat().st_size).head(output, DEEPEST)
    except (OSError, ValueError, IndexError, KeyError, struct.error, RecursionError, TooLarge):
        return Head("unknown")


class _Graph:
    """The nodes and small constants of a file's graph, read when they are asked for."""

    def __init__(self, stream: BinaryIO, size: int):
        self._stream = stream
        self._nodes: list[tuple[int, int]] = []
        self._constants: list[tuple[int, int]] = []
        for number, start, end in list(fields(stream, 0, size)):
            if number == 7:
                for part, first, last in fields(stream, start, end):
                    if part == 1:
                        self._nodes.append((first, last))
                    elif part == 5 and last - first <= LARGEST_CONSTANT:
                        self._constants.append((first, last))
        self._made: dict[str, Node] = {}
        self._numbers: dict[str, float] | None = None
        self._heads: dict[str, Head] = {}  # so that what several operators take is followed once

    def head(self, name: str, left: int) -> Head:
        """What the numbers called ``name`` are; ``left``: operators that may still be followed."""
        if name not in self._heads:
            self._heads[name] = Head("unknown")  # of a graph that goes round in circles
            self._heads[name] = self._followed(name, left)
        return self._heads[name]

    def _followed(self, name: str, left: int) -> Head:
        node = self._node(name)
        if node is None or left == 0:
            return Head("unknown")
        operator = node.operator
        if operator in BOUNDED:
            return Head("bounded", operator, 0.0, 1.0, BOUNDED[operator])
        if operator in LOGARITHMS:
            return Head("logarithm", operator, total=LOGARITHMS[operator])
        if operator in DECIDING:
            return Head("decided", operator)
        if operator in PASSING:
            return self.head(node.inputs[0], left - 1)
        if operator in PARTS:
            return replace(self.head(node.inputs[0], left - 1), total=None)
        if operator in _FOLLOWED:
            return _FOLLOWED[operator](self, node, left - 1)
        return Head("free" if operator in FREE else "unknown", operator)

    def number(self, name: str) -> float | None:
        """A constant of one number; None where it is none."""
        node = self._node(name)
        if node is not None:
            return node.numbers.get("value") if node.operator == "Constant" else None
        if self._numbers is None:
            found = (_constant(self._bytes(*place)) for place in self._constants)
            self._numbers = {name: value for name, value in found if value is not None}
        return self._numbers.get(name)

    def _node(self, name: str) -> Node | None:
        """The node that gives ``name``; those behind it have been read already."""
        while name not in self._made and self._nodes:
            first, last = self._nodes.pop()
            node = _node(self._bytes(first, last)) if last - first <= LARGEST_NODE else Node("", (), ())
            self._made |= dict.fromkeys(node.outputs, node)
        return self._made.get(name)

    def _bytes(self, first: int, last: int) -> bytes:
        self._stream.seek(first)
        return self._stream.read(last - first)


def _clip(graph: _Graph, node: Node, left: int) -> Head:
    head = graph.head(node.inputs[0], left)
    low, high = (
        graph.number(node.inputs[i]) if len(node.inputs) > i and node.inputs[i] else node.numbers.get(key)
        for i, key in ((1, "min"), (2, "max"))
    )
    if head.kind in ("decided", "logarithm"):
        return head
    limits = max(head.low, -math.inf if low is None else low), min(head.high, math.inf if high is None else high)
    if head.bounded and limits[0] < 0.01 * head.high and limits[1] > 0.99 * head.high:  # keeps logarithms finite
        return head
    return Head("bounded", "Clip", *limits) if math.isfinite(limits[0]) and math.isfinite(limits[1]) else head


def _round(graph: _Graph, node: Node, left: int) -> Head:
    head = graph.head(node.inputs[0], left)
    return Head("decided", node.operator) if head.bounded and head.high == 1 else head


def _exponential(graph: _Graph, node: Node, left: int) -> Head:
    head = graph.head(node.inputs[0], left)
    is_log = head.kind == "logarithm"
    return Head("bounded", head.operator, 0.0, 1.0, head.total) if is_log else Head("unknown", node.operator)


def _turned(graph: _Graph, node: Node, left: int) -> Head:
    is_free = graph.head(node.inputs[0], left).kind == "free"
    return Head("free" if is_free else "unknown", node.operator)


def _logarithm(graph: _Graph, node: Node, left: int) -> Head:
    head = graph.head(node.inputs[0], left)
    one = head.bounded and head.high == 1
    return Head("logarithm", f"Log of {head.operator}", total=head.total) if one else Head("unknown", node.operator)


def _sum(graph: _Graph, node: Node, left: int) -> Head:
    """Of a sum, a difference, a mean or what is laid side by side."""
    numbers = [graph.number(name) for name in node.inputs]
    if node.operator in ("Add", "Sub") and any(number is not None for number in numbers):
        return _moved(graph, node, numbers, left)
    heads = [graph.head(name, left) for name in node.inputs]
    if len({head.kind for head in heads}) > 1 or not heads or node.operator == "Sub":
        return Head("free" if any(head.kind == "free" for head in heads) else "unknown", node.operator)
    first = heads[0]
    if first.kind != "bounded":
        return first
    if node.operator == "Concat":
        return replace(first, low=min(h.low for h in heads), high=max(h.high for h in heads), total=None)
    count = len(heads) if node.operator == "Mean" else 1
    totals = [head.total for head in heads if head.total is not None]
    return replace(
        first,
        low=sum(head.low for head in heads) / count,
        high=sum(head.high for head in heads) / count,
        total=sum(totals) / count if len(totals) == len(heads) else None,
    )


def _moved(graph: _Graph, node: Node, numbers: Sequence[float | None], left: int) -> Head:
    """Of numbers plus or minus a constant, or a constant minus numbers."""
    place = next(i for i, number in enumerate(numbers) if number is None) if None in numbers else 0
    head, constant = graph.head(node.inputs[place], left), numbers[1 - place] or 0.0
    if head.kind != "bounded":
        return head if head.kind == "free" else Head("unknown", node.operator)
    if node.operator == "Sub" and place == 1:
        return replace(head, low=constant - head.high, high=constant - head.low, total=None)
    step = constant if node.operator == "Add" else -constant
    return replace(head, low=head.low + step, high=head.high + step, total=head.total if abs(step) < 1e-3 else None)


def _factor(graph: _Graph, node: Node, left: int) -> Head:
    """Of numbers times or over a constant."""
    numbers = [graph.number(name) for name in node.inputs]
    place = 0 if numbers[0] is None else 1
    constant = numbers[1 - place]
    head = graph.head(node.inputs[place], left)
    if head.kind != "bounded" or not constant or constant < 0 or (node.operator == "Div" and place == 1):
        return Head("free" if head.kind == "free" and constant else "unknown", node.operator)
    scale = constant if node.operator == "Mul" else 1 / constant
    total = None if head.total is None else head.total * scale
    return replace(head, low=head.low * scale, high=head.high * scale, total=total)


_FOLLOWED = {
    "Clip": _clip,
    "Round": _round,
    "Floor": _round,
    "Exp": _exponential,
    "Log": _logarithm,
    "Neg": _turned,
    "Mul": _factor,
    "Div": _factor,
    **dict.fromkeys(("Add", "Sub", "Sum", "Mean", "Concat"), _sum),
}


def _node(data: bytes) -> Node:
    inputs: list[str] = []
    outputs: list[str] = []
    numbers: dict[str, float] = {}
    operator = ""
    for number, value in parts(data):
        if number in (1, 2) and isinstance(value, bytes):
            (inputs if number == 1 else outputs).append(value.decode())
        elif number == 4 and isinstance(value, bytes):
            operator = value.decode()
        elif number == 5 and isinstance(value, bytes):
            name, found = _attribute(value)
            if found is not None:
                numbers[name] = found
    return Node(operator, tuple(inputs), tuple(outputs), numbers)


def _attribute(data: bytes) -> tuple[str, float | None]:
    """The name of an attribute, and its number where it is one."""
    name, number = "", None
    for part, value in parts(data):
        if part == 1 and isinstance(value, bytes):
            name = value.decode()
        elif part == 2 and isinstance(value, bytes):
            (number,) = struct.unpack("<f", value)
        elif part == 3 and isinstance(value, int):
            number = float(value)
        elif part == 5 and isinstance(value, bytes):
            _, number = _constant(value)
    return name.replace("value_float", "value").replace("value_int", "value"), number


FORMATS = {"float32": "f", "float64": "d", "float16": "e", "int32": "i", "int64": "q", "uint8": "B", "int8": "b"}


def _constant(data: bytes) -> tuple[str, float | None]:
    """The name of a tensor, and its number where it holds one."""
    name = dtype = ""
    values: list[float] = []
    for part, value in parts(data):
        if part == 8 and isinstance(value, bytes):
            name = value.decode()
        elif part == 2 and isinstance(value, int):
            dtype = DTYPES.get(value, "")
        elif part == 9 and isinstance(value, bytes) and dtype in FORMATS:
            size = struct.calcsize(FORMATS[dtype])
            values += struct.unpack(f"<{len(value) // size}{FORMATS[dtype]}", value)
        elif part in (4, 10) and isinstance(value, bytes):
            size, kind = (4, "f") if part == 4 else (8, "d")
            values += struct.unpack(f"<{len(value) // size}{kind}", value)
        elif part in (5, 7):
            values += [value] if isinstance(value, int) else _varints(value)
    return name, float(values[0]) if len(values) == 1 else None


def _varints(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = varint(data, at)
        found.append(value)
    return found
