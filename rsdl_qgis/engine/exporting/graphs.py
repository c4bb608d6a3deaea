"""A model's network as an ONNX graph that needs no other file, and the card inside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from ..cards.card import CARD_KEY, ONNX_FILE, WEIGHTS_FILE, ModelCard
from ..cards.onnx.external_data import external_files
from ..cards.stac_mlm import to_item
from ..errors import ModelError

LARGEST = 2**31 - 1  # bytes of an ONNX file without others beside it


def graph_of(card: ModelCard, path: Path, work: Path) -> onnx.ModelProto:
    """The network of the model at ``path`` in single precision, with all its weights.

    Weights that are stored in half precision become single ones of the same values. A model with torch's weights alone
    is exported first. ModelError for one of more than 2 GB.
    """
    file = path / ONNX_FILE if path.is_dir() else path
    if not file.is_file():
        file = _exported(card, path / WEIGHTS_FILE, work / ONNX_FILE)
    size = sum(part.stat().st_size for part in (file, *external_files(file)))
    if size > LARGEST // 2:
        raise ModelError(f"'{card.name}' is of {size:,} bytes, too large for one ONNX file of 2 GB in float32.")
    model = onnx.load(str(file))
    _unfold(model.graph)
    return model


def write_graph(model: onnx.ModelProto, card: ModelCard, path: Path, keys: Mapping[str, str] | None = None) -> None:
    """Write a graph with the card inside; ``keys``: further metadata. ModelError for a graph that is not valid."""
    item = json.dumps(to_item(replace(card, sha256={}, engine="onnx")))
    kept = {p.key: p.value for p in model.metadata_props if p.key != CARD_KEY}
    onnx.helper.set_model_props(model, {**kept, **(keys or {}), CARD_KEY: item})
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ModelError(f"The network of '{card.name}' cannot be written as ONNX: {error}.") from None
    onnx.save(model, str(path))


def initializers(model: onnx.ModelProto) -> Mapping[str, onnx.TensorProto]:
    """The weights of a graph by name."""
    return {tensor.name: tensor for tensor in model.graph.initializer}


def _exported(card: ModelCard, weights: Path, target: Path) -> Path:
    from safetensors.torch import load_file

    from ..networks import card_network
    from ..runtime.onnx_export import export_onnx

    network = card_network(card)
    network.load_state_dict(load_file(weights))
    export_onnx(network, card, target, half_weights=False)
    return target


def _unfold(graph: onnx.GraphProto) -> None:
    """Weights in half precision with a cast to single behind them become single ones: the same values."""
    weights = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT16}
    used = [name for node in graph.node for name in node.input]
    for node in [n for n in graph.node if n.op_type == "Cast" and n.input[0] in weights]:
        to = next(attribute.i for attribute in node.attribute if attribute.name == "to")
        if to != TensorProto.FLOAT or used.count(node.input[0]) > 1:
            continue
        tensor = weights[node.input[0]]
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
        graph.node.remove(node)
