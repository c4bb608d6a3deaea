"""A TensorFlow Lite file as an ONNX network that takes (N, bands, H, W)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx

from ...errors import ModelError
from ...files.text import one_line, shortened
from ..batches import is_free
from ..builder import Builder, SizeNeeded, Value
from ..foreign import Foreign
from ..images import Images
from .file import Graph, read_graph
from .network import RANGES, Network, rounded
from .operators import BUILDS
from .packed import read_packed


def read_tflite(path: Path) -> Foreign:
    """The network of a ``.tflite`` file; ModelError says what cannot be read, or which operator.

    An input of bytes (uint8) takes numbers from 0 to 255; one of int8 takes what the bytes stand for, as the float
    network does. Quantised outputs are the numbers that they stand for. The batch is free where that gives the same.
    """
    graph, packed = read_graph(path), read_packed(path)
    for index in graph.inputs:
        tensor = graph.tensors[index]
        if not 2 <= len(tensor.shape) <= 5 or min(tensor.shape) < 1:
            text = f"{path.name} takes '{shortened(tensor.name)}' of shape {tensor.shape}, which is no image."
            raise ModelError(text, "Export the model with a fixed size.")
    try:
        model = _model(graph, free_batch=True)
        usable = is_free(model)
    except (ModelError, SizeNeeded):
        usable = False
    try:
        model = model if usable else _model(graph, free_batch=False)
    except SizeNeeded:
        raise ModelError(f"{path.name} has shapes that depend on the image.", "Export the model as ONNX.") from None
    shape = graph.tensors[graph.inputs[0]].shape
    size = (shape[-3], shape[-2]) if len(shape) > 3 else None
    return Foreign(model, "TensorFlow Lite", "NHWC", size, packed.labels, tuple(_notes(graph)), packed.item)


def _model(graph: Graph, free_batch: bool) -> onnx.ModelProto:
    b = Builder()
    images = Images(b, [graph.tensors[index].shape for index in graph.inputs])
    inputs = [_input(b, images, graph, index, free_batch) for index in graph.inputs]
    outputs = Network(b, graph, BUILDS, free_batch).run(inputs)
    names = _names(graph, graph.outputs, [graph.tensors[i].name for i in graph.inputs])
    return b.model([(name, images.give(value)) for name, value in zip(names, outputs)])


def _input(b: Builder, images: Images, graph: Graph, index: int, free_batch: bool) -> Value:
    tensor = graph.tensors[index]
    shape = (None if free_batch and tensor.shape[0] == 1 else tensor.shape[0], *tensor.shape[1:])
    x = images.take(tensor.name, shape)
    given = tensor.quantization
    if given is None or given.scale.size != 1 or tensor.dtype not in RANGES:
        return x if tensor.dtype.startswith("float") else b.add("Cast", x, to=7)
    scale, zero = float(given.scale[0]), int(given.zero[0])
    if tensor.dtype == "uint8":
        x = b.add("Mul", b.add("Sub", x, b.constant(float(zero))), b.constant(scale))
    return rounded(b, x, scale, zero, tensor.dtype)


def _names(graph: Graph, indices: Sequence[int], taken_names: Sequence[str]) -> list[str]:
    """Names of the outputs, each of them another."""
    found: list[str] = []
    for number, index in enumerate(indices):
        name = graph.tensors[index].name
        found.append(name if name and name not in (*found, *taken_names) else f"output_{number}")
    return found


def _notes(graph: Graph) -> list[str]:
    """What the quantised inputs take."""
    notes = []
    for index in graph.inputs:
        tensor, given = graph.tensors[index], graph.tensors[index].quantization
        if given is None or given.scale.size != 1 or tensor.dtype not in RANGES:
            continue
        low, high = ((q - int(given.zero[0])) * float(given.scale[0]) for q in RANGES[tensor.dtype])
        taken_as = f"bytes from 0 to 255, which stand for {low:g} to {high:g}"
        kind = (
            taken_as
            if tensor.dtype == "uint8"
            else f"numbers from {low:g} to {high:g}, in steps of {float(given.scale[0]):g}"
        )
        notes.append(f"The input '{one_line(tensor.name)}' takes {kind}.")
    return notes
