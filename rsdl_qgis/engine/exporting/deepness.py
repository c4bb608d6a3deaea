"""A network as the Deepness plugin takes it: one (N, C, H, W) image, values over 255, its keys as metadata.

Its conventions: https://qgis-plugin-deepness.readthedocs.io, "Creating a model". Values are divided by 255, then
``standardization_mean`` is taken off and divided by ``standardization_std``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..cards.card import Input, ModelCard, Scaling
from ..errors import ModelError
from ..runtime.detector import own_layout
from ..tables.tasks import task_of

WHITE = 255.0  # what it divides values by
KINDS = {"segmentation": "Segmentor", "regression": "Regressor", "detection": "Detector",
         "super-resolution": "Superresolution"}  # fmt: skip
IMAGE = "image"
LINEAR: Mapping[str, Callable[[float, float, Sequence[float]], tuple[float, float]]] = {  # gain, offset -> after a step
    "add": lambda gain, offset, by: (gain, offset + by[0]),
    "subtract": lambda gain, offset, by: (gain, offset - by[0]),
    "multiply": lambda gain, offset, by: (gain * by[0], offset * by[0]),
    "divide": lambda gain, offset, by: (gain / by[0], offset / by[0]),
    "range": lambda gain, offset, by: (gain / (by[1] - by[0]), (offset - by[0]) / (by[1] - by[0])),
    "standardise": lambda gain, offset, by: (gain / by[1], (offset - by[0]) / by[1]),
}


def check_deepness(card: ModelCard) -> None:
    """ModelError where Deepness has no way to give the network what it takes, or to show what it gives."""
    problem = _problem(card)
    if problem:
        raise ModelError(f"'{card.name}' cannot be exported for Deepness: {problem}", "Export it as onnx or zip.")


def _problem(card: ModelCard) -> str:
    if card.task not in KINDS:
        return f"it is a model for {card.task}, and Deepness has {', '.join(KINDS)}."
    dates = sum(len(item.dates) for item in card.inputs)
    if len(card.inputs) > 1 or dates > 1:
        return f"it takes {dates} images, and Deepness gives a model one."
    scaling = card.inputs[0].scaling
    if scaling.method == "robust":
        return "it stretches values by the raster's own percentiles, and Deepness divides all values by 255."
    if scaling.decibel or any(step.name not in LINEAR for step in scaling.steps):
        return "it scales values by a formula that Deepness does not know."
    lines = [_line(scaling, band) for band in range(len(card.inputs[0].bands))]
    if not all(gain and math.isfinite(gain) and math.isfinite(offset / gain) for gain, offset in lines):
        return "its scaling makes all values of a band the same, or its numbers are too large."
    if len(set(card.thresholds)) > 1:
        return "each of its classes has a threshold of its own, and Deepness has one for all."
    if card.activation == "sigmoid" and card.classes and task_of(card.task).dense and not _single(card):
        return "a pixel can have several classes, and Deepness gives each one."
    return ""


def for_deepness(model: onnx.ModelProto, card: ModelCard) -> tuple[onnx.ModelProto, ModelCard, dict[str, str]]:
    """The graph with an (N, C, H, W) input and Deepness' outputs, its card, and the metadata that Deepness reads."""
    check_deepness(card)
    if card.axes == "NTCHW":
        one_image(model.graph, card.inputs[0], card.tiling.size)
    elif card.axes != "NCHW":
        raise ModelError(f"'{card.name}' takes images as {card.axes}, and Deepness gives NCHW.", "Export it as onnx.")
    model.producer_name = "rsdl_qgis for Deepness"  # its outputs are not those of this plugin's own files
    if task_of(card.task).boxes:
        _as_yolo(model.graph, card)
    elif _single(card) and len(model.graph.output) == 1:
        _second_class(model.graph)
    size = card.tiling.size
    tiling = replace(card.tiling, any_size=False, multiple=size)
    card = replace(card, axes="NCHW", tiling=tiling, activation="sigmoid" if _single(card) else card.activation)
    return model, card, {name: _text(value) for name, value in _keys(card).items()}


def _single(card: ModelCard) -> bool:
    """Whether the probability of the second of two classes is all that counts."""
    return len(card.classes) == 2 and card.threshold is not None and task_of(card.task).dense


def _keys(card: ModelCard) -> dict[str, Any]:
    (item,) = card.inputs
    size = card.tiling.size
    keys: dict[str, Any] = {
        "model_type": KINDS[card.task],
        "tile_size": size,
        "tiles_size": size,
        "tiles_overlap": round(100 * card.tiling.overlap / size),
        **_standardisation(item),
    }
    if card.resolution:
        keys["resolution"] = round(100 * card.resolution, 6)
    if card.classes:
        keys["class_names"] = {str(i): c.name for i, c in enumerate(card.classes)}
    if _single(card):
        keys["seg_thresh"] = card.threshold
    elif card.thresholds:
        keys["seg_thresh"] = card.thresholds[0]
    if task_of(card.task).numbers:
        keys["class_names"] = {str(i): name for i, name in enumerate(card.values or (card.unit or card.name,))}
        keys["reg_output_scaling"] = card.output_scale
    if task_of(card.task).boxes:
        confidence = 0.5 if card.threshold is None else card.threshold
        kind = "YOLO_Ultralytics_obb" if own_layout(card).oriented else "YOLO_Ultralytics"
        keys |= {"det_type": kind, "det_conf": confidence, "det_iou_thresh": card.iou or 0.5}
    return keys


def _standardisation(item: Input) -> dict[str, list[float]]:
    """The card's linear scaling, after a division by 255."""
    lines = [_line(item.scaling, band) for band in range(len(item.bands))]
    return {
        "standardization_mean": [-offset / gain / WHITE for gain, offset in lines],
        "standardization_std": [1 / gain / WHITE for gain, _ in lines],
    }


def _line(scaling: Scaling, band: int) -> tuple[float, float]:
    """Gain and offset of a linear scaling for a band: value * gain + offset."""
    gain, offset = 1 / scaling.divisor, 0.0
    for step in scaling.steps:
        numbers = [step.value(parameter, band) for parameter in range(len(step.values))]
        gain, offset = LINEAR[step.name](gain, offset, numbers)
    mean, std = ((rows[0][band] if rows else usual) for rows, usual in ((scaling.mean, 0.0), (scaling.std, 1.0)))
    return LINEAR["standardise"](gain, offset, (mean, std))


def _text(value: Any) -> str:
    """As Deepness reads it: JSON."""
    return json.dumps(value, ensure_ascii=False)


# -- the graph


def one_image(graph: onnx.GraphProto, item: Input, side: int) -> None:
    """Makes the input (N, bands, side, side) of one that is (N, 1, bands, H, W)."""
    (old,) = graph.input
    name = old.name
    for node in graph.node:
        node.input[:] = [f"{name}.dates" if used == name else used for used in node.input]
    axes = numpy_helper.from_array(np.array([1], np.int64), f"{name}.axes")
    graph.initializer.append(axes)
    graph.node.insert(0, helper.make_node("Unsqueeze", [IMAGE, axes.name], [f"{name}.dates"]))
    shape = ["batch", len(item.bands), side, side]
    old.CopyFrom(helper.make_tensor_value_info(IMAGE, TensorProto.FLOAT, shape))


def _second_class(graph: onnx.GraphProto) -> None:
    """Gives the probability of the second of two classes alone."""
    (output,) = graph.output
    index = numpy_helper.from_array(np.array([1], np.int64), "rsdl.second")
    graph.initializer.append(index)
    graph.node.append(helper.make_node("Gather", [output.name, index.name], ["probability"], axis=1))
    output.CopyFrom(helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["batch", 1, None, None]))


def _as_yolo(graph: onnx.GraphProto, card: ModelCard) -> None:
    """Boxes (N, boxes, 4) as x1, y1, x2, y2 and scores (N, boxes, classes) become (N, 4 + classes, boxes) with
    centres, widths and heights; oriented boxes (N, boxes, 5) become (N, 4 + classes + 1, boxes), the angle last.
    """
    outputs = {output.name: output for output in graph.output}
    if set(outputs) != {"boxes", "scores"}:
        text = f"'{card.name}' gives {', '.join(outputs)}; boxes and scores are known here."
        raise ModelError(text, "Its original file may run in Deepness as it is.")
    oriented = own_layout(card).oriented
    if oriented:
        lengths = numpy_helper.from_array(np.array([4, 1], np.int64), "rsdl.lengths")
        graph.initializer.append(lengths)
        first = helper.make_node("Split", ["boxes", lengths.name], ["rsdl.centred", "rsdl.angle"], axis=2)
    else:
        turned = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]], np.float32)
        matrix = numpy_helper.from_array(turned, "rsdl.centres")
        graph.initializer.append(matrix)
        first = helper.make_node("MatMul", ["boxes", matrix.name], ["rsdl.centred"])
    graph.node.append(first)
    parts = ["rsdl.centred", "scores", *["rsdl.angle"] * oriented]
    graph.node.append(helper.make_node("Concat", parts, ["rsdl.rows"], axis=2))
    graph.node.append(helper.make_node("Transpose", ["rsdl.rows"], ["output0"], perm=[0, 2, 1]))
    del graph.output[:]
    rows = 4 + len(card.classes) + oriented
    graph.output.append(helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", rows, None]))
