"""A network in half precision, or in 8-bit integers that are calibrated on tiles."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import onnx

from ..cards.card import ModelCard
from ..runtime.network import Arrays
from ..runtime.onnx_arrays import fed
from ..runtime.onnx_engine import file_form
from ..tables.tasks import task_of

FLOAT = ("Softmax", "Sigmoid", "LogSoftmax")  # operators whose numbers, as probabilities, stay in single precision
OF_DETECTORS = ("Conv",)  # what else they have computes coordinates, which 8 bits cannot hold


def in_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The network with half-precision weights and numbers; inputs and outputs stay in single precision."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    made: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
    sort_nodes(made.graph)
    return made


def in_integers(model: onnx.ModelProto, card: ModelCard, tiles: Sequence[Arrays]) -> onnx.ModelProto:
    """The network with 8-bit weights and numbers (static quantisation, QDQ), their ranges those of the tiles.

    Weights have a scale a channel and 7 bits, with which sums do not saturate on processors without VNNI. Jacob et al.
    (CVPR 2018), doi:10.1109/CVPR.2018.00286.
    """
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.registry import QDQRegistry
    from onnxruntime.quantization.shape_inference import quant_pre_process

    producer, boxes = model.producer_name, task_of(card.task).boxes
    quiet = logging.getLogger()
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # its notes on how it could be done otherwise
    try:
        with tempfile.TemporaryDirectory(prefix="rsdl-int8-") as folder:
            source, prepared, target = (Path(folder, name) for name in ("model.onnx", "ready.onnx", "int8.onnx"))
            onnx.save(model, str(source))
            quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
            quantize_static(
                str(prepared),
                str(target),
                _Reader(card, source, tiles),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(OF_DETECTORS) if boxes else [n for n in QDQRegistry if n not in FLOAT],
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                activation_type=QuantType.QUInt8,
                calibrate_method=CalibrationMethod.MinMax,
            )
            made = onnx.load(str(target))
    finally:
        quiet.setLevel(level)
    made.producer_name = producer
    return made


def sort_nodes(graph: onnx.GraphProto) -> None:
    """Put each node behind those whose outputs it takes."""
    made_by = {name: i for i, node in enumerate(graph.node) for name in node.output}
    before = {i: {made_by[name] for name in node.input if name in made_by} for i, node in enumerate(graph.node)}
    nodes = [graph.node[i] for i in TopologicalSorter(before).static_order()]
    del graph.node[:]
    graph.node.extend(nodes)


class _Reader:
    """Gives the tiles as the file takes them, one after another, as ``CalibrationDataReader`` does."""

    def __init__(self, card: ModelCard, path: Path, tiles: Sequence[Arrays]):
        form = file_form(card, path)
        items = {item.name: item for item in card.inputs}
        names = [tensor.name for tensor in onnx.load(str(path), load_external_data=False).graph.input]
        given = list(zip(names, card.tensors, form.images))
        self._feeds = (
            {tensor: fed(arrays[name], image, items.get(name), form.batch or 1) for tensor, name, image in given}
            for arrays in tiles
        )

    def get_next(self) -> dict[str, Any] | None:
        return next(self._feeds, None)

    def __iter__(self) -> Any:
        return self._feeds

    def __next__(self) -> dict[str, Any]:
        return next(self._feeds)
