"""Which function of a SavedModel is its network, and what it takes and gives. In TensorFlow's Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ...errors import ModelError

SERVING, CALL = "serving_default", "__call__"
_NO_NETWORK = "The SavedModel has no function that takes images and gives numbers"


@dataclass(frozen=True)
class Tensor:
    """A tensor that goes in or out. ``place``: its name in a graph, '' for an argument of a function."""

    name: str
    shape: tuple[int | None, ...] | None = None
    dtype: Any = None
    place: str = ""


@dataclass(frozen=True)
class Call:
    """What is called. ``function``: of the library, '' where it is a part of the graph; ``captured``: the nodes of the
    object graph that the function gets behind its inputs.
    """

    title: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    function: str = ""
    captured: tuple[int, ...] = ()


def chosen(meta: Any) -> Call:
    """The network of a graph: its signature, by preference the one for serving, else the object that is called."""
    found = [*_of_objects(meta), *_of_graph(meta)]
    for call in found:
        if all(_is_numeric(tensor) for tensor in call.inputs) and call.inputs and call.outputs:
            return call
    names = ", ".join(call.title for call in found[:5]) or "none"
    raise ModelError(f"{_NO_NETWORK} (functions: {names}).", "Export it with a signature that takes images.")


def _is_numeric(tensor: Tensor) -> bool:
    known = tensor.dtype is not None and (tensor.dtype.is_floating or tensor.dtype.is_integer)
    return known and tensor.shape is not None and len(tensor.shape) >= 2


# -- TensorFlow 2


def _of_objects(meta: Any) -> Iterator[Call]:
    """The functions of the object graph: signatures, the object itself, others."""
    nodes = meta.object_graph_def.nodes
    if not nodes:
        return
    library = {function.signature.name: function for function in meta.graph_def.library.function}
    children = {child.local_name: nodes[child.node_id] for child in nodes[0].children}
    signed = children.pop("signatures", None)
    of_signatures = {child.local_name: nodes[child.node_id] for child in signed.children} if signed else {}
    for name, node in sorted(of_signatures.items(), key=lambda item: item[0] != SERVING):
        if node.WhichOneof("kind") == "bare_concrete_function":
            yield from _concrete(meta, library, name, node.bare_concrete_function.concrete_function_name)
    for name, node in sorted(children.items(), key=lambda item: item[0] != CALL):
        if node.WhichOneof("kind") == "function":
            # One function for each way it was called: for training, too, and for images of one size.
            calls = [c for n in node.function.concrete_functions for c in _concrete(meta, library, name, n)]
            yield from sorted(calls, key=lambda call: (_trains(meta, call.function), _fixed(call)))


def _concrete(meta: Any, library: dict[str, Any], title: str, name: str) -> Iterator[Call]:
    concrete = meta.object_graph_def.concrete_functions.get(name)
    if concrete is None or name not in library:
        return
    specs = [(key, value) for key, value in _leaves(concrete.canonicalized_input_signature) if _is_spec(value)]
    captured = tuple(concrete.bound_inputs)
    signature = library[name].signature
    if len(signature.input_arg) != len(specs) + len(captured):
        return
    inputs = tuple(_of_spec(value, key or f"input_{i}") for i, (key, value) in enumerate(specs))
    keys = [key for key, value in _leaves(concrete.output_signature) if _is_spec(value)]
    keys = keys if len(keys) == len(signature.output_arg) else [""] * len(signature.output_arg)
    outputs = tuple(Tensor(key or f"output_{i}") for i, key in enumerate(keys))
    yield Call(title, inputs, outputs, name, captured)


def _trains(meta: Any, name: str) -> bool:
    """Whether a function was made with a flag that is set, as ``training=True``."""
    concrete = meta.object_graph_def.concrete_functions.get(name)
    leaves = _leaves(concrete.canonicalized_input_signature) if concrete else ()
    return any(value.WhichOneof("kind") == "bool_value" and value.bool_value for _, value in leaves)


def _fixed(call: Call) -> int:
    """The number of lengths that a function takes only one of."""
    return sum(length is not None for tensor in call.inputs for length in tensor.shape or ())


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """(key, value) of what a structure holds, in TensorFlow's order: dictionaries by their keys."""
    kind = value.WhichOneof("kind")
    if kind in ("tuple_value", "list_value"):
        for item in getattr(value, kind).values:
            yield from _leaves(item, key)
    elif kind == "dict_value":
        for name, item in sorted(value.dict_value.fields.items()):
            yield from _leaves(item, name)
    elif kind == "named_tuple_value":
        for pair in value.named_tuple_value.values:
            yield from _leaves(pair.value, pair.key)
    elif kind:
        yield key, value


def _is_spec(value: Any) -> bool:
    return value.WhichOneof("kind") in ("tensor_spec_value", "bounded_tensor_spec_value")


def _of_spec(value: Any, name: str) -> Tensor:
    spec = getattr(value, value.WhichOneof("kind"))
    return Tensor(name, _shape(spec.shape), tf.dtypes.as_dtype(spec.dtype))


# -- TensorFlow 1


def _of_graph(meta: Any) -> Iterator[Call]:
    """The signatures of a graph: names of its tensors."""
    for title, signature in sorted(meta.signature_def.items(), key=lambda item: item[0] != SERVING):
        inputs = [_of_info(name, info) for name, info in sorted(signature.inputs.items())]
        outputs = [_of_info(name, info) for name, info in sorted(signature.outputs.items())]
        if all(tensor.place for tensor in (*inputs, *outputs)):
            yield Call(title, tuple(inputs), tuple(outputs))


def _of_info(name: str, info: Any) -> Tensor:
    return Tensor(name, _shape(info.tensor_shape), tf.dtypes.as_dtype(info.dtype) if info.dtype else None, info.name)


def _shape(shape: Any) -> tuple[int | None, ...] | None:
    if shape.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in shape.dim)
