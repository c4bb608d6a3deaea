"""A torch network as ONNX: dynamic batch and size, probabilities out, half-precision weights, the card inside."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..card import ModelCard
from ..store import CARD_KEY

OPSET = 18
SMALLEST_HALF = 256  # values: smaller tensors (biases) stay in single precision


class _Activated(nn.Module):
    def __init__(self, network: nn.Module, activation: str):
        super().__init__()
        self.network, self.activation = network, activation

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        logits = self.network(*inputs)
        return logits.sigmoid() if self.activation == "sigmoid" else logits.softmax(1)


def export_onnx(network: nn.Module, card: ModelCard, path: Path, half_weights: bool = True) -> None:
    """Write ``network`` (logits out) as ``path``; weights rounded to half precision take half the space.

    Inputs are named as in the card, (N, T, C, H, W) with free N, H and W; the output is ``probabilities``.
    """
    network = _Activated(_fused(copy.deepcopy(network).float().eval().cpu()), card.activation).eval()
    side = card.tiling.multiple * 2
    example = tuple(torch.zeros(2, *item.shape, side, side) for item in card.inputs)
    free = {0: "batch", 3: "height", 4: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations and shape notes
        torch.onnx.export(
            network,
            example,
            str(path),
            input_names=[item.name for item in card.inputs],
            output_names=["probabilities"],
            opset_version=OPSET,
            dynamo=False,
            dynamic_axes={item.name: free for item in card.inputs}
            | {"probabilities": {0: "batch", 2: "height", 3: "width"}},
        )
    model = onnx.load(str(path))
    if half_weights:
        _halve(model.graph)
    model.metadata_props.append(onnx.StringStringEntryProto(key=CARD_KEY, value=json.dumps(card.to_json())))
    model.producer_name = "rsdl_qgis"
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _fused(network: nn.Module) -> nn.Module:
    """Batch norm folded into the convolution before it, wherever the two follow each other in a Sequential."""
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for i in range(len(module) - 1):
                convolution, norm = module[i], module[i + 1]
                if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    module[i], module[i + 1] = fuse_conv_bn_eval(convolution, norm), nn.Identity()
    return network


def _halve(graph: onnx.GraphProto) -> None:
    """Keep large weights as float16 with a cast to float32 behind each, which runtimes fold when they load."""
    casts = []
    for weights in graph.initializer:
        if weights.data_type != TensorProto.FLOAT or np.prod(weights.dims) < SMALLEST_HALF:
            continue
        name = weights.name
        weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
