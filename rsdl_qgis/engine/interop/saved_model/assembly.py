"""A SavedModel's network as a graph of constants. In TensorFlow's Python.

TensorFlow's own loader is not used: it would run what a file says is to be run when it is loaded. Only what the
network's outputs are computed from is taken, its operations are checked, and the variables' numbers are put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.framework import graph_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from ...errors import ModelError
from .checkpoint import Checkpoint
from .signatures import Call

STRUCTURE = {  # operations that call functions or give variables: TensorFlow puts them away
    *("PartitionedCall", "StatefulPartitionedCall", "StatelessCase", "Case", "ReadVariableOp", "ResourceGather"),
    *("VarHandleOp", "VariableV2", "Variable", "_Arg", "_Retval", "StatelessWhile", "While", "If", "StatelessIf"),
    *(
        "Enter",
        "Exit",
        "Merge",
        "Switch",
        "NextIteration",
        "LoopCond",
        "Assert",
        "EmptyTensorList",
        "TensorListReserve",
    ),
    *("TensorListPushBack", "TensorListPopBack", "TensorListElementShape", "Rank"),
    "ScaleAndTranslate",
}
_SAME = ("PreventGradient", "Snapshot")  # operations that give what they get
_VARIABLES = ("VariableV2", "Variable")
_AGAIN = "Get the model again."


def frozen(meta: Any, call: Call, folder: Path, known: set[str]) -> Any:
    """A function of TensorFlow with the network and its numbers. ``known``: names of operations beside ``STRUCTURE``.

    ModelError for what is not arithmetic, and for tables and other objects that are no variables.
    """
    objects = meta.object_graph_def
    checkpoint = Checkpoint(folder, objects)
    graph = _of_function(meta, call) if call.function else _of_graph(meta, call)
    check_operations(graph, known | STRUCTURE | set(_SAME))
    for node in _nodes(graph):
        if node.op in _SAME:
            node.op = "Identity"
            node.attr.pop("message", None)
        node.attr.pop("_output_shapes", None)  # of handles of variables, which become the numbers themselves
    if call.function:
        held = {f"captured_{i}": _captured(meta, node, checkpoint) for i, node in enumerate(call.captured)}
        places = [f"given_{i}" for i in range(len(call.inputs))]
        results = [f"called:{i}" for i in range(len(call.outputs))]
    else:
        held = _variables(graph, checkpoint)
        places, results = [t.place for t in call.inputs], [t.place for t in call.outputs]

    def run(*images: Any) -> Any:
        inside = tf.compat.v1.get_default_graph()
        given = dict(zip(places, images)) | {name: _within(inside, item) for name, item in held.items()}
        given = {name if ":" in name else f"{name}:0": tensor for name, tensor in given.items()}
        return tf.graph_util.import_graph_def(graph, input_map=given, return_elements=results, name="")

    specs = [tf.TensorSpec(t.shape, t.dtype, name=f"rsdl_image_{i}") for i, t in enumerate(call.inputs)]
    return convert_variables_to_constants_v2(tf.compat.v1.wrap_function(run, specs), lower_control_flow=False)


def _within(graph: Any, held: Any) -> Any:
    """What is outside of a graph as a tensor in it; of a variable its handle."""
    if isinstance(held, tf.Variable):
        graph.watch_variable(held)
        return graph.capture(held.handle)
    return graph.capture(held)


def check_operations(graph: Any, allowed: set[str]) -> None:
    """ModelError where a graph or one of its functions calls what is not known as arithmetic."""
    functions = {function.signature.name for function in graph.library.function}
    unknown = sorted({node.op for node in _nodes(graph)} - allowed - functions)
    if unknown:
        names = ", ".join(unknown[:5])
        text = f"The network calls {names}, which cannot be written as ONNX, or is not arithmetic. It is not run."
        raise ModelError(text, "Export the network alone, without what reads, splits or writes its images.")


# -- TensorFlow 2


def _of_function(meta: Any, call: Call) -> Any:
    """A graph that calls a function: its inputs are ``given_0``…, ``captured_0``…, its outputs those of ``called``."""
    graph = graph_pb2.GraphDef(versions=meta.graph_def.versions)
    library = {function.signature.name: function for function in meta.graph_def.library.function}
    graph.library.function.extend(library[name] for name in sorted(_reached(library, [call.function])))
    signature = library[call.function].signature
    count = len(call.inputs)
    for i, argument in enumerate(signature.input_arg):
        name = f"given_{i}" if i < count else f"captured_{i - count}"
        graph.node.add(name=name, op="Placeholder").attr["dtype"].type = argument.type
    node = graph.node.add(name="called", op="StatefulPartitionedCall", input=[n.name for n in graph.node])
    node.attr["f"].func.name = call.function
    node.attr["Tin"].list.type.extend(argument.type for argument in signature.input_arg)
    node.attr["Tout"].list.type.extend(argument.type for argument in signature.output_arg)
    return graph


def _captured(meta: Any, index: int, checkpoint: Checkpoint) -> Any:
    """The variable or constant that a node of the object graph is."""
    node = meta.object_graph_def.nodes[index]
    kind = node.WhichOneof("kind")
    if kind == "variable":
        numbers = checkpoint.of_node(index, node.variable.name)
        return tf.Variable(numbers, dtype=tf.dtypes.as_dtype(node.variable.dtype))
    if kind == "constant":
        for place in meta.graph_def.node:
            if place.name == node.constant.operation and place.op == "Const":
                return tf.constant(tf.make_ndarray(place.attr["value"].tensor))
    raise ModelError(
        f"The network uses an object of the kind '{kind}', such as a table or a file, which is not read.",
        "Export the network alone, with variables only.",
    )


# -- TensorFlow 1


def _of_graph(meta: Any, call: Call) -> Any:
    """The part of the graph that the outputs are computed from."""
    ends = [tensor.place.split(":")[0] for tensor in call.outputs]
    missing = set(ends) - {node.name for node in meta.graph_def.node}
    if missing:
        raise ModelError(f"The SavedModel has no node {sorted(missing)[0]}, which its signature names.", _AGAIN)
    graph = tf.compat.v1.graph_util.extract_sub_graph(meta.graph_def, ends)
    library = {function.signature.name: function for function in meta.graph_def.library.function}
    named = [name for node in graph.node for name in (node.op, *_functions(node)) if name in library]
    graph.library.CopyFrom(type(graph.library)())
    graph.library.function.extend(library[name] for name in sorted(_reached(library, named)))
    return graph


def _variables(graph: Any, checkpoint: Checkpoint) -> dict[str, Any]:
    """Variables of the graph: the older kind become constants in it, the others are given as handles."""
    held: dict[str, Any] = {}
    for node in graph.node:
        if node.op in _VARIABLES:
            numbers = checkpoint.named(node.name)
            dtype = node.attr["dtype"].type
            node.op = "Const"
            node.ClearField("attr")
            node.attr["dtype"].type = dtype
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(numbers, dtype))
        elif node.op == "VarHandleOp":
            numbers = checkpoint.named(node.attr["shared_name"].s.decode() or node.name)
            held[node.name] = tf.Variable(numbers, dtype=tf.dtypes.as_dtype(node.attr["dtype"].type))
    return held


# -- functions that call functions


def _nodes(graph: Any) -> Iterator[Any]:
    """The nodes of a graph and of its functions."""
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def _reached(library: dict[str, Any], start: list[str]) -> set[str]:
    """The names of functions that are called from some, and theirs."""
    found, left = set(start), list(start)
    while left:
        for node in library[left.pop()].node_def:
            new = {name for name in (node.op, *_functions(node)) if name in library} - found
            found |= new
            left += sorted(new)
    return found


def _functions(node: Any) -> Iterator[str]:
    """The names of functions that a node's attributes hold."""
    for value in node.attr.values():
        for function in (value.func, *value.list.func):
            if function.name:
                yield function.name
