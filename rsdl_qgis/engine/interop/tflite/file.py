"""A TensorFlow Lite file: its tensors and operators (schema 3a of ``tensorflow/lite/schema/schema.fbs``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...files.text import shortened
from ..builder import LARGEST_WEIGHTS, MOST_NODES
from .flatbuffer import Table, root
from .names import OPERATORS

DTYPES = {0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 7: "int16", 9: "int8"}
DTYPES |= {10: "float64", 15: "uint32", 16: "uint16"}
MOST_TENSORS = 100_000
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Quantization:
    """A number is (stored - zero) · scale; one of each, or one for each index of ``axis``."""

    scale: NDArray[np.float32]
    zero: NDArray[np.int64]
    axis: int


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: the stored numbers of a constant, else None."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: NDArray[Any] | None
    quantization: Quantization | None


@dataclass(frozen=True)
class Operator:
    """An operator: its name, its tensors by number (-1: left out), and its options by number of the field."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table | None

    def option(self, field: int, form: str = "i", default: float = 0) -> Any:
        """A number of its options."""
        return self.options.number(field, form, default) if self.options else default


@dataclass(frozen=True)
class Graph:
    """The main graph of a file."""

    tensors: Sequence[Tensor]
    operators: Sequence[Operator]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_graph(path: Path) -> Graph:
    """The graph of a file; ModelError where it is none, is damaged, or has numbers of a type that is not known."""
    if path.stat().st_size > LARGEST_WEIGHTS:
        raise ModelError(f"{path.name} has more than {LARGEST_WEIGHTS:,} bytes.", "Use a smaller model.")
    model = root(path.read_bytes(), b"TFL3")
    graphs = model.tables(2)
    if not graphs:
        raise ModelError(f"{path.name} holds no network.", _AGAIN)
    buffers, graph = model.tables(4), graphs[0]
    tables, steps = graph.tables(0), graph.tables(3)
    if len(tables) > MOST_TENSORS or len(steps) > MOST_NODES:
        raise ModelError(f"{path.name} has {len(tables)} tensors and {len(steps)} operators.", "Use a smaller model.")
    tensors = [_tensor(table, buffers) for table in tables]
    codes = [_code(table) for table in model.tables(1)]
    operators = [_operator(table, codes, len(tensors)) for table in steps]
    ends = [tuple(int(i) for i in graph.array(field, np.int32)) for field in (1, 2)]
    if not all(ends) or any(not 0 <= i < len(tensors) for end in ends for i in end):
        raise ModelError(f"{path.name} does not say where its network begins or ends.", _AGAIN)
    return Graph(tensors, operators, *ends)


def _tensor(table: Table, buffers: Sequence[Table]) -> Tensor:
    name, shape = table.text(3), tuple(int(n) for n in table.array(0, np.int32))
    kind, number = table.number(1, "b"), table.number(2, "I")
    if kind not in DTYPES:
        raise ModelError(f"Tensor '{shortened(name)}' has numbers of type {kind}, which is not supported.", _AGAIN)
    if min(shape, default=1) < 0 or len(shape) > 8 or number >= max(len(buffers), 1):
        raise ModelError(f"Tensor '{shortened(name)}' has the shape {shape[:8]}.", _AGAIN)
    if table.table(6) is not None:
        raise ModelError(
            f"Tensor '{shortened(name)}' is sparse, which is not supported.", "Export it without sparsity."
        )
    data = _numbers(buffers[number], name) if buffers else np.zeros(0, np.uint8)
    dtype = np.dtype(DTYPES[kind])
    values = None
    if data.size:
        if data.size != math.prod(shape) * dtype.itemsize:
            raise ModelError(f"Tensor '{shortened(name)}' of {shape} has {data.size} bytes of numbers.", _AGAIN)
        values = data.view(dtype.newbyteorder("<")).reshape(shape).astype(dtype)
        if dtype.kind == "f" and not _is_sound(values):
            raise ModelError(f"Tensor '{shortened(name)}' holds numbers that are not finite.", "Train the model again.")
    return Tensor(name, shape, DTYPES[kind], values, _quantization(table.table(4), name))


def _numbers(buffer: Table, name: str) -> NDArray[np.uint8]:
    """The bytes of a buffer, in the flatbuffer or behind it."""
    start, size = buffer.number(1, "Q"), buffer.number(2, "Q")
    if start <= 1:
        return buffer.array(0, np.uint8)
    if start + size > len(buffer.data):
        raise ModelError(f"The numbers of tensor '{shortened(name)}' lie beyond the end of the file.", _AGAIN)
    return np.frombuffer(buffer.data, np.uint8, size, start)


def _is_sound(values: NDArray[Any]) -> bool:
    """Whether numbers are finite, or minus infinity, with which maxima are padded, or one limit that is none."""
    limit = values.size == 1 and not np.isnan(values).any()
    return bool(limit or (np.isfinite(values) | np.isneginf(values)).all())


def _quantization(table: Table | None, name: str) -> Quantization | None:
    if table is None:
        return None
    scale, zero = table.array(2, np.float32), table.array(3, np.int64)
    if not scale.size:
        return None
    if zero.size not in (0, 1, scale.size) or not np.isfinite(scale).all() or (scale <= 0).any():
        raise ModelError(f"Tensor '{shortened(name)}' has scales that cannot be.", _AGAIN)
    return Quantization(scale, zero if zero.size == scale.size else np.resize(zero, scale.size), table.number(6))


def _code(table: Table) -> str:
    """The name of an operator; the field of a byte is older than that of a whole number."""
    number = max(table.number(0, "b"), table.number(3, "i"))
    name = OPERATORS.get(number, f"number {number}")
    return f"CUSTOM {shortened(table.text(1))}" if name == "CUSTOM" else name


def _operator(table: Table, codes: Sequence[str], tensors: int) -> Operator:
    number = table.number(0, "I")
    takes, gives = (tuple(int(i) for i in table.array(field, np.int32)) for field in (1, 2))
    if number >= len(codes) or any(not -1 <= i < tensors for i in (*takes, *gives)):
        raise ModelError("An operator of the network refers to what is not there.", _AGAIN)
    return Operator(codes[number], takes, gives, table.table(4))
