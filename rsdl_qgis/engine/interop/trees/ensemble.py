"""Decision trees as one node of ONNX (TreeEnsembleRegressor), whose sum an objective turns into the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from ...errors import ModelError
from ..builder import Builder, Value
from ..images import Images

MOST_TREES, MOST_TREE_NODES, MOST_FEATURES = 20_000, 5_000_000, 10_000
_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Tree:
    """A tree as arrays, an item a node, the root first. ``left``, ``right``: numbers of nodes, -1 of a leaf.

    A pixel whose band ``feature`` is at most ``threshold`` goes left; one where it is missing where ``missing_left``
    says. ``value``: of leaves. ``target``: the output that a leaf's value is added to.
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float32]
    target: int


@dataclass(frozen=True)
class Ensemble:
    """Trees that take ``features`` bands; ``mode``: BRANCH_LEQ or BRANCH_LT; ``base``: of each target, what the
    sum begins with, () for 0."""

    trees: Sequence[Tree]
    features: int
    targets: int
    mode: str = "BRANCH_LEQ"
    base: tuple[float, ...] = ()


def floor32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest single-precision numbers that are no larger: these compare with such numbers as the doubles do."""
    near = values.astype(np.float32)
    return np.where(near.astype(np.float64) > values, np.nextafter(near, np.float32(-np.inf)), near)


def as_model(ensemble: Ensemble, finish: Callable[[Builder, Value], Value]) -> onnx.ModelProto:
    """The ensemble for images (N, bands, H, W); ``finish``: from sums (pixels, targets) to the answer."""
    _check(ensemble)
    b = Builder()
    shape = (None, ensemble.features)
    images = Images(b, [shape])
    x = images.take("image", shape)
    settings = dict(_settings(ensemble))
    (y,) = b.add_many(
        "TreeEnsembleRegressor", [x], 1, "ai.onnx.ml", (None, ensemble.targets), n_targets=ensemble.targets, **settings
    )
    return b.model([("values", images.give(finish(b, y)))])


def _settings(ensemble: Ensemble) -> Iterator[tuple[str, Any]]:
    trees = ensemble.trees
    sizes = [len(tree.left) for tree in trees]
    leaves = [tree.left < 0 for tree in trees]
    numbers = np.concatenate([np.arange(size) for size in sizes])
    owners = np.repeat(np.arange(len(trees)), sizes)
    inner = ~np.concatenate(leaves)
    yield "nodes_treeids", owners.tolist()
    yield "nodes_nodeids", numbers.tolist()
    yield "nodes_featureids", np.where(inner, _joined(trees, "feature"), 0).tolist()
    yield "nodes_modes", [ensemble.mode if branch else "LEAF" for branch in inner]
    yield "nodes_values", np.where(inner, _joined(trees, "threshold"), 0).tolist()
    yield "nodes_truenodeids", np.where(inner, _joined(trees, "left"), 0).tolist()
    yield "nodes_falsenodeids", np.where(inner, _joined(trees, "right"), 0).tolist()
    yield "nodes_missing_value_tracks_true", np.where(inner, _joined(trees, "missing_left"), 0).astype(int).tolist()
    yield "target_treeids", owners[~inner].tolist()
    yield "target_nodeids", numbers[~inner].tolist()
    yield "target_ids", np.repeat([tree.target for tree in trees], [leaf.sum() for leaf in leaves]).tolist()
    yield "target_weights", _joined(trees, "value")[~inner].tolist()
    if ensemble.base:
        yield "base_values", list(ensemble.base)


def _joined(trees: Sequence[Tree], name: str) -> NDArray[Any]:
    return np.concatenate([getattr(tree, name) for tree in trees])


def _check(ensemble: Ensemble) -> None:
    """ModelError where the trees are too many, or a node leads to one that is not below it."""
    trees = ensemble.trees
    if not 1 <= len(trees) <= MOST_TREES or sum(len(tree.left) for tree in trees) > MOST_TREE_NODES:
        raise ModelError(f"The model has {len(trees)} trees, or too many nodes.", "Use a smaller one.")
    if not 1 <= ensemble.features <= MOST_FEATURES:
        raise ModelError(f"The model takes {ensemble.features} bands.", _AGAIN)
    for number, tree in enumerate(trees):
        size, inner = len(tree.left), tree.left >= 0
        ends = np.concatenate([tree.left[inner], tree.right[inner]])
        whole = len(np.unique(ends)) == len(ends) == size - 1 and 0 not in ends and (ends < size).all()
        if not whole or not np.isfinite(tree.threshold[inner]).all() or not np.isfinite(tree.value[~inner]).all():
            raise ModelError(f"Tree {number} of the model is damaged.", _AGAIN)
        if not ((tree.feature[inner] >= 0) & (tree.feature[inner] < ensemble.features)).all():
            raise ModelError(f"Tree {number} of the model asks for a band that there is not.", _AGAIN)
