"""An ONNX file for single pixels, (N, bands), as one for images: every pixel is given, and the answers become a map.

Such files come from scikit-learn, LightGBM and XGBoost (skl2onnx, onnxmltools), and from dense networks. Trained on a
data frame they have an input for each column, (N, 1), of a type of its own: the columns are the bands, in the order of
the file. Of a classifier's label and probabilities the probabilities are kept; where these come as a mapping for each
pixel (ZipMap), the array before it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..cards.card_schema import MOST_CLASSES
from ..errors import ModelError
from ..files.text import shortened
from .foreign import check

LABELS = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")  # attributes of operators that classify
WHOLE = (TensorProto.STRING, TensorProto.INT64, TensorProto.INT32)  # of labels
FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16)
PREFIX = "rsdl/"  # of names that are added
MOST_LABEL_BYTES = 1_000_000
NUMBER = "class {}"


@dataclass(frozen=True)
class PixelNetwork:
    """``labels``: value and name of each class, in the order of the channels, () where the file has none;
    ``probabilities``: whether its numbers are said to be such; ``bands``: their names, () where the file has none;
    ``whole_numbers``: whether it takes whole numbers alone.
    """

    labels: tuple[tuple[int, str], ...]
    probabilities: bool
    bands: tuple[str, ...]
    whole_numbers: bool


@dataclass(frozen=True)
class Column:
    """An input of the file: ``width`` bands, of the type ``kind``."""

    name: str
    width: int
    kind: int


def turn_into_images(path: Path, name: str) -> PixelNetwork:
    """Rewrite the file at ``path`` for images (N, bands, H, W). ModelError says what cannot be given."""
    model = onnx.load(str(path))
    graph = model.graph
    columns = _columns(graph, name)
    zipped = {node.output[0]: node for node in graph.node if node.op_type == "ZipMap"}
    tensors = {
        output.name: zipped[output.name].input[0] if output.name in zipped else output.name for output in graph.output
    }
    shown = [output for output in graph.output if output.name in zipped or _rank(output) in (1, 2)]
    numbers = [o for o in shown if o.name in zipped or o.type.tensor_type.elem_type in FLOATS]
    whole = [o for o in shown if o not in numbers and o.type.tensor_type.elem_type != TensorProto.STRING]
    if not numbers and not whole:
        raise ModelError(f"'{name}' gives no numbers for a pixel.", "Export it with probabilities (zipmap=False).")
    stated = {o.type.tensor_type.shape.dim[-1].dim_value for o in numbers if _rank(o) == 2} - {0}
    labels = _labels(graph)
    labels = labels if stated <= {len(labels)} else ()
    probabilities = bool(numbers) and any(o.name in zipped or "probabilit" in o.name.lower() for o in numbers)
    kept = [(tensors[o.name], o.type.tensor_type.elem_type or TensorProto.FLOAT) for o in numbers or whole]
    for node in zipped.values():
        graph.node.remove(node)
    _take(graph, columns)
    outputs = [_give(graph, tensor, kind) for tensor, kind in kept]
    del graph.output[:]
    graph.output.extend(outputs)
    del graph.value_info[:]  # which may state the number of pixels
    onnx.save(model, str(path), save_as_external_data=False)
    check(model)
    whole_numbers = all(column.kind not in FLOATS for column in columns)
    return PixelNetwork(labels if numbers else (), probabilities, _band_names(columns), whole_numbers)


def _columns(graph: onnx.GraphProto, name: str) -> list[Column]:
    """The inputs of a file. ModelError for text, and where the number of bands is not stated."""
    weights = {tensor.name for tensor in graph.initializer}  # which files of old list as inputs too
    columns: list[Column] = []
    for item in graph.input:
        kind = item.type.tensor_type
        if item.name in weights:
            continue
        if kind.elem_type == TensorProto.STRING:
            text = f"'{name}' takes text for '{shortened(item.name)}', and the bands of a raster are numbers."
            raise ModelError(text, "Train it on numbers alone, such as codes of categories, and export it again.")
        width = kind.shape.dim[1].dim_value
        if width <= 0:
            text = f"'{name}' takes single pixels, and does not say how many bands: '{shortened(item.name)}' is (?, ?)."
            raise ModelError(text, "Export it with the number of its features, such as FloatTensorType([None, 4]).")
        columns.append(Column(item.name, width, kind.elem_type))
    return columns


def _band_names(columns: Sequence[Column]) -> tuple[str, ...]:
    """The names of inputs that are columns; of one array alone they are not known."""
    if len(columns) == 1:
        return ()
    each = ([c.name] if c.width == 1 else [f"{c.name} {i + 1}" for i in range(c.width)] for c in columns)
    return tuple(name for names in each for name in names)


def _rank(output: onnx.ValueInfoProto) -> int:
    """The number of axes, 0 of what is no array."""
    kind = output.type
    return len(kind.tensor_type.shape.dim) if kind.HasField("tensor_type") else 0


def _take(graph: onnx.GraphProto, columns: Sequence[Column]) -> None:
    """The image in place of the pixels, or of their columns."""
    bands = sum(column.width for column in columns)
    image, flat = f"{PREFIX}image", f"{PREFIX}flat"
    _number(graph, f"{PREFIX}pixels", [-1, bands])
    _number(graph, f"{PREFIX}axes", [0, 1, 2])
    _number(graph, f"{PREFIX}rest", [-1])
    nodes = [
        helper.make_node("Transpose", [image], [f"{PREFIX}last"], perm=[0, 2, 3, 1]),
        helper.make_node("Shape", [f"{PREFIX}last"], [f"{PREFIX}shape"]),
        helper.make_node("Gather", [f"{PREFIX}shape", f"{PREFIX}axes"], [f"{PREFIX}sides"], axis=0),
        helper.make_node("Reshape", [f"{PREFIX}last", f"{PREFIX}pixels"], [flat]),
    ]
    first = 0
    for column in columns:
        nodes += _column(graph, flat, column, range(first, first + column.width))
        first += column.width
    for node in reversed(nodes):
        graph.node.insert(0, node)
    listed = [item for item in graph.input if item.name not in {column.name for column in columns}]
    del graph.input[:]
    axes = ["batch", bands, "height", "width"]
    graph.input.extend([helper.make_tensor_value_info(image, TensorProto.FLOAT, axes), *listed])


def _column(graph: onnx.GraphProto, flat: str, column: Column, places: range) -> list[onnx.NodeProto]:
    """One input of the file from all bands of the pixels, whole numbers to the nearest; operators of any version."""
    own, near = f"{PREFIX}from {places.start}", f"{PREFIX}near {places.start}"
    _number(graph, f"{own}/places", list(places))
    nodes = [helper.make_node("Gather", [flat, f"{own}/places"], [own], axis=1)]
    if column.kind not in (*FLOATS, TensorProto.BOOL):
        graph.initializer.append(numpy_helper.from_array(np.array(0.5, np.float32), f"{own}/half"))
        nodes.append(helper.make_node("Add", [own, f"{own}/half"], [near]))
        own = f"{near}/floor"
        nodes.append(helper.make_node("Floor", [near], [own]))
    return [*nodes, helper.make_node("Cast", [own], [column.name], to=column.kind)]


def _give(graph: onnx.GraphProto, tensor: str, kind: int) -> onnx.ValueInfoProto:
    """A map of what is given for each pixel."""
    name = f"{tensor}_map"
    graph.node.extend(
        [
            helper.make_node("Concat", [f"{PREFIX}sides", f"{PREFIX}rest"], [f"{name}/shape"], axis=0),
            helper.make_node("Reshape", [tensor, f"{name}/shape"], [f"{name}/last"]),
            helper.make_node("Transpose", [f"{name}/last"], [name], perm=[0, 3, 1, 2]),
        ]
    )
    return helper.make_tensor_value_info(name, kind, ["batch", f"{name}_channels", "height", "width"])


def _number(graph: onnx.GraphProto, name: str, values: list[int]) -> None:
    graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), name))


def _labels(graph: onnx.GraphProto) -> tuple[tuple[int, str], ...]:
    """The classes that the last operator with labels names; () where they are numbers from 0 alone."""
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    found = [labels for node in graph.node if (labels := _labels_of(node, arrays))]
    if not found:
        return ()
    last = found[-1]
    numbers = [label for label in last if isinstance(label, int)]
    names = [NUMBER.format(label) if isinstance(label, int) else label for label in last]
    if numbers == list(range(len(last))):
        return ()
    storable = len(numbers) == len(last) and all(0 <= number < MOST_CLASSES for number in numbers)
    return tuple(zip(numbers, names)) if storable else tuple(enumerate(names))


def _labels_of(node: onnx.NodeProto, arrays: Mapping[str, onnx.TensorProto]) -> list[int | str]:
    """The labels in an operator's attributes, or of which it picks those of the answers."""
    if node.op_type == "ArrayFeatureExtractor" and node.input[0] in arrays:
        tensor = arrays[node.input[0]]
        if tensor.data_type in WHOLE and tensor.ByteSize() <= MOST_LABEL_BYTES:
            return [_label(value) for value in numpy_helper.to_array(tensor).ravel().tolist()]
    for attribute in node.attribute:
        if attribute.name in LABELS and attribute.ByteSize() <= MOST_LABEL_BYTES:
            return [*attribute.ints, *map(_label, attribute.strings)]
    return []


def _label(value: int | bytes | str) -> int | str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
