"""A torch network as ONNX: dynamic batch and size, its task's outputs, half-precision weights, the card inside."""

from __future__ import annotations

import copy
import io
import json
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ..cards.card import CARD_KEY, VALID, ModelCard
from ..cards.stac_mlm import to_item
from ..errors import ModelError
from ..networks import NETWORKS
from ..tables.tasks import ALL_TASKS, TASKS, task_of
from .torch_engine import activation

OPSET = 18
SMALLEST_HALF = 256  # values: smaller tensors stay in single precision
WEIGHTED = ("Conv", "ConvTranspose", "Gemm", "MatMul", "RNN", "LSTM", "GRU")  # nodes whose weights may be rounded
TRACED_SIDE = 64  # pixels: no network of the table needs more
FREE = ("batch", "height", "width", "box")  # axes of an output whose length the inputs decide
WRITTEN = tuple(name for name, task in ALL_TASKS.items() if name in TASKS or task.features)
LARGEST_LOSS = 2**-10  # largest rounding error of a weight, relative to the largest of its tensor


class _Activated(nn.Module):
    def __init__(self, network: nn.Module, activation: Callable[[Tensor], Tensor]):
        super().__init__()
        self.network, self.activate = network, activation

    def forward(self, *inputs: Tensor) -> Tensor:
        result: Tensor = self.activate(self.network(*inputs))
        return result


class _Scored(nn.Module):
    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        boxes, logits = self.network(*inputs)
        return boxes, logits.sigmoid()


def export_onnx(network: nn.Module, card: ModelCard, path: Path, half_weights: bool = True) -> None:
    """Write ``network`` (logits or numbers out) as ``path``; weights rounded to half precision take half the space.

    Inputs are named as in the card and have the shapes of the table of networks with a free batch; height and width
    are free where the card says ``any_size``, as is the number of dates of a time series, which has a last input
    ``valid``. The output is ``probabilities``, for a regression ``values``, for detection ``boxes`` and ``scores``.
    Batch norm after a convolution is folded into it, wherever nothing else reads that convolution (torch does so for a
    network in eval mode). The card inside has neither hashes nor an engine: the file alone is for ONNX Runtime.
    ModelError for a task that cannot be exported, and where the card promises a size that the network does not take.
    """
    _check(card)
    network = copy.deepcopy(network).float().eval().cpu()
    whole = _Scored(network) if task_of(card.task).boxes else _Activated(network, activation(card))
    inputs = example_inputs(card, 2, TRACED_SIDE if card.tiling.any_size else card.tiling.size)
    model = traced(whole.eval(), card, inputs)
    if half_weights:
        _halve(model.graph)
    inside = json.dumps(to_item(replace(card, sha256={}, engine="onnx")))
    model.metadata_props.append(onnx.StringStringEntryProto(key=CARD_KEY, value=inside))
    model.producer_name = "rsdl_qgis"
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def traced(network: nn.Module, card: ModelCard, inputs: Mapping[str, Tensor]) -> onnx.ModelProto:
    """A network with its activation as an ONNX graph, by a run of example inputs; names and free axes as the card's."""
    outputs = task_of(card.task).outputs
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations and shape notes
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            file,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamo=False,
            dynamic_axes={name: _free(card, tensor.ndim) for name, tensor in inputs.items()}
            | {name: _of_output(card, axes) for name, axes in outputs.items()},
        )
    return onnx.load_model_from_string(file.getvalue())


def example_inputs(card: ModelCard, count: int, side: int) -> dict[str, Tensor]:
    """Random inputs of the card's network by name: ``count`` images of about ``side`` px, or series with all dates."""
    generator = torch.Generator().manual_seed(0)
    if task_of(card.task).series:
        series = {i.name: torch.randn(count, *i.shape, generator=generator) for i in card.inputs}
        return {**series, VALID: torch.ones(count, card.inputs[0].shape[0], dtype=torch.bool)}
    if card.tiling.any_size:
        side = math.ceil(side / card.tiling.multiple) * card.tiling.multiple
    return {i.name: torch.randn(count, *i.shape, side, side, generator=generator) for i in card.inputs}


def half_suffices(weights: NDArray[np.float32]) -> bool:
    """Whether half precision keeps the weights: none is too large for it, and not nearly all are too small."""
    with np.errstate(over="ignore"):
        lost = np.abs(weights.astype(np.float16).astype(np.float32) - weights).max(initial=0)
    return bool(lost <= LARGEST_LOSS * np.abs(weights).max(initial=0))


def _check(card: ModelCard) -> None:
    if card.task not in WRITTEN:
        raise ModelError(f"'{card.name}' is a model for {card.task}; ONNX is written for {', '.join(WRITTEN)}.")
    line = NETWORKS.get(card.network)
    if line and card.tiling.any_size and not line.any_size:
        raise ModelError(
            f"The card of '{card.name}' allows any tile size, but {line.title} takes the size it was built for.",
            f"Say any_size false in its tiling, with the size ({card.tiling.size} now).",
        )


def _free(card: ModelCard, ndim: int) -> dict[int, str]:
    """The free axes of an input."""
    if not card.tiling.any_size:
        return {0: "batch"}
    return (
        {0: "batch", 1: "dates"} if task_of(card.task).series else {0: "batch", ndim - 2: "height", ndim - 1: "width"}
    )


def _of_output(card: ModelCard, axes: Sequence[str]) -> dict[int, str]:
    """The free axes of an output: height and width only where they are not fixed."""
    fixed = () if card.tiling.any_size else ("height", "width")
    return {i: axis for i, axis in enumerate(axes) if axis in FREE and axis not in fixed}


def _halve(graph: onnx.GraphProto) -> None:
    """Keep large weights as float16 with a cast to float32 behind each, which runtimes fold when they load.

    Other constants (batch-norm statistics, coordinates) stay: their range or precision may exceed half's.
    """
    weights_of = {name for node in graph.node if node.op_type in WEIGHTED for name in node.input}
    casts = []
    for weights in graph.initializer:
        if weights.name not in weights_of or weights.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(weights)
        if values.ndim < 2 or values.size < SMALLEST_HALF or not half_suffices(values):
            continue
        name = weights.name
        weights.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
