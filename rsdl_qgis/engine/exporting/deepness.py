"""A network as the Deepness plugin takes it: one (N, C, H, W) image, values over 255, its keys as metadata.

Its conventions: https://qgis-plugin-deepness.readthedocs.io, "Creating a model". Values are divided by 255, then
``standardization_mean`` is taken off and divided by ``standardization_std``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..cards.card import Input, ModelCard
from ..errors import ModelError
from ..tables.tasks import task_of

WHITE = 255.0  # what it divides values by
KINDS = {"segmentation": "Segmentor", "regression": "Regressor", "detection": "Detector",
         "super-resolution": "Superresolution"}  # fmt: skip
IMAGE = "image"


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
    if scaling.method == "steps" or scaling.decibel:
        return "it scales values by a formula that Deepness does not know."
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
        keys |= {"det_type": "YOLO_Ultralytics", "det_conf": confidence, "det_iou_thresh": card.iou or 0.5}
    return keys


def _standardisation(item: Input) -> dict[str, list[float]]:
    """The card's linear scaling, after a division by 255."""
    scaling, bands = item.scaling, len(item.bands)
    factor = scaling.divisor / WHITE
    mean = scaling.mean[0] if scaling.mean else (0.0,) * bands
    std = scaling.std[0] if scaling.std else (1.0,) * bands
    return {
        "standardization_mean": [value * factor for value in mean],
        "standardization_std": [value * factor for value in std],
    }


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
    centres, widths and heights.
    """
    outputs = {output.name: output for output in graph.output}
    if set(outputs) != {"boxes", "scores"}:
        text = f"'{card.name}' gives {', '.join(outputs)}; boxes and scores are known here."
        raise ModelError(text, "Its original file may run in Deepness as it is.")
    turned = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]], np.float32)
    matrix = numpy_helper.from_array(turned, "rsdl.centres")
    graph.initializer.append(matrix)
    graph.node.extend(
        [
            helper.make_node("MatMul", ["boxes", matrix.name], ["rsdl.centred"]),
            helper.make_node("Concat", ["rsdl.centred", "scores"], ["rsdl.rows"], axis=2),
            helper.make_node("Transpose", ["rsdl.rows"], ["output0"], perm=[0, 2, 1]),
        ]
    )
    del graph.output[:]
    rows = 4 + len(card.classes)
    graph.output.append(helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", rows, None]))
