"""Builds an ONNX graph node by node; the shape of each tensor is known as far as the file tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper, shape_inference

from ..errors import ModelError

OPSET, TREE_OPSET, IR_VERSION = 17, 3, 8
MOST_NODES = 50_000
LARGEST_WEIGHTS = 1_900_000_000  # bytes: an ONNX file without files beside it has less than 2 GB
Shape = tuple["int | None", ...]
_UNFIT = (shape_inference.InferenceError, onnx.checker.ValidationError)


class SizeNeeded(Exception):
    """A layer takes images of one size alone; the graph has to be built for it."""


@dataclass(frozen=True)
class Value:
    """A tensor of the graph; lengths that are not known are None."""

    name: str
    shape: Shape
    dtype: int = TensorProto.FLOAT

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def length(self, axis: int) -> int:
        """The length of an axis; SizeNeeded where it is not known."""
        found = self.shape[axis]
        if found is None:
            raise SizeNeeded(self.name)
        return found


class Builder:
    """``input``, ``constant``, ``add`` and ``graft`` give values; ``model`` closes the graph."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[str, NDArray[Any]] = {}
        self._tensors: list[onnx.TensorProto] = []  # of graphs that were taken in
        self._domains: set[str] = set()
        self._count = self._bytes = 0

    def input(self, name: str, axes: Sequence[str | int], dtype: int = TensorProto.FLOAT) -> Value:
        """An input; axes that are named are of any length."""
        self._inputs.append(helper.make_tensor_value_info(name, dtype, list(axes)))
        return Value(name, tuple(a if isinstance(a, int) else None for a in axes), dtype)

    def constant(self, array: NDArray[Any] | Sequence[int] | float, dtype: Any = None) -> Value:
        """A constant; whole numbers in a list are int64, a number is float32."""
        usual = np.float32 if isinstance(array, float) else np.int64 if isinstance(array, (list, tuple)) else None
        values = np.asarray(array, dtype or usual)
        self._bytes += values.nbytes
        if self._bytes > LARGEST_WEIGHTS:
            raise ModelError(f"The network has more than {LARGEST_WEIGHTS:,} bytes of weights.", "Use a smaller one.")
        name = self._name("constant")
        self._constants[name] = values
        return Value(name, values.shape, helper.np_dtype_to_tensor_dtype(values.dtype))

    def values(self, value: Value) -> NDArray[Any] | None:
        """The numbers of a constant, None of other values."""
        return self._constants.get(value.name)

    def add(self, operator: str, *inputs: Value | None, **attributes: Any) -> Value:
        """A node with one output."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(
        self,
        operator: str,
        inputs: Sequence[Value | None],
        count: int,
        domain: str = "",
        shape: Shape | None = None,
        **attributes: Any,
    ) -> list[Value]:
        """A node with some outputs; ModelError where the shapes of its inputs do not fit. ``shape``: of the outputs,
        where ONNX does not tell it.
        """
        names = [self._name(operator) for _ in range(count)]
        given = [value.name if value else "" for value in inputs]
        try:
            node = helper.make_node(operator, given, names, domain=domain, **attributes)
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"A setting of {operator} cannot be: {_first_line(error)}.", "Get the model again."
            ) from None
        self._nodes.append(node)
        self._domains.add(domain)
        if len(self._nodes) > MOST_NODES:
            raise ModelError(f"The network has more than {MOST_NODES} operations.", "Use a smaller one.")
        if shape is not None:
            return [Value(name, shape) for name in names]
        types = self._inferred(node, [value for value in inputs if value])
        return [_value(name, types.get(name)) for name in names]

    def graft(self, model: onnx.ModelProto, inputs: Sequence[Value]) -> list[Value]:
        """The nodes of another graph, with these values for its inputs: its outputs. Its names get a prefix."""
        graph = compose.add_prefix(model, f"{self._name('grafted')}/").graph
        bridges = [helper.make_node("Identity", [v.name], [i.name]) for v, i in zip(inputs, graph.input)]
        self._nodes += [*bridges, *graph.node]
        self._tensors += graph.initializer
        self._domains |= {node.domain for node in graph.node}
        return [_value(output.name, output.type) for output in graph.output]

    def model(self, outputs: Sequence[tuple[str, Value]]) -> onnx.ModelProto:
        """The graph, checked; ``outputs``: name and value of each."""
        closing = [helper.make_node("Identity", [value.name], [name]) for name, value in outputs]
        stated = [helper.make_tensor_value_info(n, v.dtype, _axes(n, v.shape)) for n, v in outputs]
        weights = [numpy_helper.from_array(np.array(a, order="C"), n) for n, a in self._constants.items()]
        weights += self._tensors
        graph = helper.make_graph([*self._nodes, *closing], "imported", self._inputs, stated, weights)
        opsets = [helper.make_opsetid("", OPSET)]
        opsets += [helper.make_opsetid(domain, TREE_OPSET) for domain in self._domains if domain]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="imported")
        try:
            onnx.checker.check_model(model)
        except onnx.checker.ValidationError as error:
            raise ModelError(f"The network cannot be written as ONNX: {_first_line(error)}.") from None
        return model

    def _inferred(self, node: onnx.NodeProto, inputs: Sequence[Value]) -> dict[str, onnx.TypeProto]:
        version = TREE_OPSET if node.domain else OPSET
        schema = onnx.defs.get_schema(node.op_type, version, node.domain)
        types = {v.name: helper.make_tensor_type_proto(v.dtype, list(v.shape)) for v in inputs}
        small = {v.name: self._constants[v.name] for v in inputs if v.name in self._constants}
        data = {name: numpy_helper.from_array(array, name) for name, array in small.items() if array.size < 1000}
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", TREE_OPSET)]
        try:
            return dict(
                shape_inference.infer_node_outputs(
                    schema, node, types, data, opset_imports=opsets, ir_version=IR_VERSION
                )
            )
        except (*_UNFIT, RuntimeError, ValueError, TypeError) as error:
            shapes = ", ".join(str(value.shape) for value in inputs)
            text = f"The shapes of the network do not fit: {node.op_type} of {shapes} ({_first_line(error)})."
            raise ModelError(text, "Get the model again.") from None

    def _name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"


def _value(name: str, found: onnx.TypeProto | None) -> Value:
    if found is None or not found.HasField("tensor_type") or not found.tensor_type.HasField("shape"):
        raise SizeNeeded(name)
    lengths = (d.dim_value if d.HasField("dim_value") else None for d in found.tensor_type.shape.dim)
    return Value(name, tuple(lengths), found.tensor_type.elem_type)


def _axes(name: str, shape: Shape) -> list[str | int]:
    return [f"{name}_{i}" if length is None else length for i, length in enumerate(shape)]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["?"])[0][:200].rstrip(".")
