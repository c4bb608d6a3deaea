"""A fitted estimator as an ONNX model of images or of series, as networks are, and the memory that it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...cards.card import CARD_KEY, VALID, ModelCard
from ...cards.stac_mlm import to_item
from ...errors import ModelError
from ...tables.tasks import task_of
from .graphs import TREE_DOMAIN, Graph, probabilities

OPSET, TREE_OPSET = 18, 3
EXACT = 1e-5  # largest difference of a probability from the estimator's
LARGEST = 1_500_000_000  # bytes of an ONNX file


def onnx_model(estimator: Any, card: ModelCard) -> onnx.ModelProto:
    """The model: inputs and output as of a network of the card's task, the card inside.

    ModelError where it is larger than an ONNX file can be.
    """
    graph = Graph()
    series = task_of(card.task).series
    rows = graph.add("Concat", *(_rows(graph, item.name, item.shape, series) for item in card.inputs), axis=1)
    found = probabilities(graph, estimator, rows)
    ((name, axes),) = task_of(card.task).outputs.items()
    if series:
        graph.add("Identity", found, name=name)
    else:
        _as_map(graph, found, card, name)
    made = helper.make_graph(
        graph.nodes,
        card.network,
        [_input(card, item, axes_of) for item, axes_of in card.tensors.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [_length(axis, card) for axis in axes])],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(TREE_DOMAIN, TREE_OPSET)]
    model = helper.make_model(made, opset_imports=opsets, producer_name="rsdl_qgis", ir_version=9)
    if model.ByteSize() > LARGEST:
        problem = f"The model would have {model.ByteSize() / 1e9:.1f} GB, and {LARGEST / 1e9:.1f} GB can be saved."
        raise ModelError(problem, "Choose fewer TREES, a larger LEAF, or fewer SAMPLES.")
    inside = json.dumps(to_item(replace(card, sha256={}, engine="onnx")))
    model.metadata_props.append(onnx.StringStringEntryProto(key=CARD_KEY, value=inside))
    onnx.checker.check_model(model)
    return model


def memory_per_pixel(estimator: Any, card: ModelCard) -> int:
    """Bytes that running it takes for each pixel."""
    features, classes = sum(dates * bands for dates, bands in (i.shape for i in card.inputs)), len(card.classes)
    own = 16 * features + 32 * classes * max(1, classes - 1)
    (calibrated,) = getattr(estimator, "calibrated_classifiers_", (None,))
    vectors = getattr(getattr(calibrated, "estimator", None), "support_vectors_", ())
    return own + 24 * len(vectors)  # the kernel's sums and its values, in double precision


def difference(estimator: Any, session: Any, values: NDArray[np.float32], card: ModelCard) -> float:
    """The largest difference of a probability of the model from the estimator's, for rows of features.

    ``session``: takes the model's inputs by name. ModelError where it is above ``EXACT``.
    """
    given = inputs_of(values, card)
    found = session(given)
    found = found if found.ndim == 2 else np.moveaxis(found, 1, -1).reshape(-1, len(card.classes))
    largest = float(np.abs(found - estimator.predict_proba(values)).max())
    if largest > EXACT:
        raise ModelError(
            f"The saved model's probabilities differ from scikit-learn's by up to {largest:.2g}, more than {EXACT:g}.",
            "Choose another METHOD, and report this.",
        )
    return largest


def inputs_of(values: NDArray[np.float32], card: ModelCard) -> dict[str, NDArray]:
    """Rows of features as the model's inputs: series, or an image of one row."""
    series, start, given = task_of(card.task).series, 0, {}
    for item in card.inputs:
        dates, bands = item.shape
        part = values[:, start : start + dates * bands].reshape(-1, dates, bands)
        given[item.name] = part if series else np.moveaxis(part, 0, -1)[None, :, :, None]
        start += dates * bands
    return {**given, VALID: np.ones((len(values), dates), bool)} if series else given


def _rows(graph: Graph, name: str, shape: tuple[int, int], series: bool) -> str:
    """An input as rows of features: its dates, and of each its bands."""
    width = graph.constant([-1, shape[0] * shape[1]], np.int64)
    if series:
        there = graph.add("Unsqueeze", VALID, graph.constant([2], np.int64))
        return graph.add("Reshape", graph.add("Where", there, name, graph.constant(0, np.float32)), width)
    return graph.add("Reshape", graph.add("Transpose", name, perm=[0, 3, 4, 1, 2]), width)


def _as_map(graph: Graph, rows: str, card: ModelCard, name: str) -> None:
    """Rows of probabilities (N * H * W, K) as a map (N, K, H, W)."""
    sides = graph.add("Gather", graph.add("Shape", card.inputs[0].name), graph.constant([0, 3, 4], np.int64))
    shape = graph.add("Concat", sides, graph.constant([len(card.classes)], np.int64), axis=0)
    graph.add("Transpose", graph.add("Reshape", rows, shape), perm=[0, 3, 1, 2], name=name)


def _input(card: ModelCard, name: str, axes: tuple[str, ...]) -> Any:
    shapes: Mapping[str, tuple[int, int]] = {item.name: item.shape for item in card.inputs}
    dates, bands = shapes.get(name, (card.inputs[0].shape[0], 0))
    lengths = [{"time": dates, "bands": bands}.get(axis, axis) for axis in axes]
    return helper.make_tensor_value_info(name, TensorProto.BOOL if name == VALID else TensorProto.FLOAT, lengths)


def _length(axis: str, card: ModelCard) -> Any:
    return len(card.classes) if axis == "class" else axis
