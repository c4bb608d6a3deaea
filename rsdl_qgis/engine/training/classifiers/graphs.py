"""Fitted estimators as ONNX graphs: rows of features (n, F) float32 -> probabilities (n, classes) float32.

Written by hand: a converter's operators for kernels and votes count in single precision, which is off by more than 1e-5
here. Kernels, votes and sigmoids count in double precision, trees compare in single precision, as the features are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

LEAF, BRANCH = "LEAF", "BRANCH_LEQ"
TREE_DOMAIN = "ai.onnx.ml"


@dataclass
class Graph:
    """Nodes and constants of a graph in the making."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    count: int = 0

    def add(self, operator: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node; the name of its output."""
        self.count += 1
        output = name or f"{operator.lower()}{self.count}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, value: ArrayLike, dtype: Any = np.float64) -> str:
        """Add a constant; its name."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def to(self, kind: int, value: str) -> str:
        """A value in another type."""
        return self.add("Cast", value, to=kind)


def probabilities(graph: Graph, estimator: Any, features: str) -> str:
    """Add an estimator's ``predict_proba``; the name of its output, float32."""
    kind = type(estimator).__name__
    if kind == "RandomForestClassifier":
        return _forest(graph, estimator, features)
    if kind == "HistGradientBoostingClassifier":
        return _boosting(graph, estimator, features)
    (calibrated,) = estimator.calibrated_classifiers_
    machine = calibrated.estimator
    double = graph.to(TensorProto.DOUBLE, features)
    scores = _kernel(graph, machine, double) if type(machine).__name__ == "SVC" else _linear(graph, machine, double)
    return graph.to(TensorProto.FLOAT, _calibrated(graph, calibrated.calibrators, scores, len(machine.classes_)))


def _linear(graph: Graph, machine: Any, features: str) -> str:
    product = graph.add("MatMul", features, graph.constant(machine.coef_.T))
    return graph.add("Add", product, graph.constant(machine.intercept_))


def _kernel(graph: Graph, machine: Any, features: str) -> str:
    """The decision function of an SVC with an RBF kernel: (n, 1) of two classes, else (n, classes)."""
    vectors, gamma = machine.support_vectors_.astype(np.float64), float(machine._gamma)
    squares = graph.add("ReduceSumSquare", features, graph.constant([1], np.int64), keepdims=1)
    crossed = graph.add("MatMul", features, graph.constant(2 * gamma * vectors.T))
    known = graph.constant(-gamma * (vectors**2).sum(1))
    own = graph.add("Mul", squares, graph.constant(-gamma))
    kernel = graph.add("Exp", graph.add("Add", graph.add("Add", crossed, own), known))
    if len(machine.classes_) == 2:
        product = graph.add("MatMul", kernel, graph.constant(machine.dual_coef_.T))
        return graph.add("Add", product, graph.constant(machine.intercept_))
    product = graph.add("MatMul", kernel, graph.constant(pair_weights(machine)))
    pairs = graph.add("Add", product, graph.constant(machine.intercept_))
    return _votes(graph, pairs, len(machine.classes_))


def pair_weights(machine: Any) -> NDArray[np.float64]:
    """(support vectors, pairs): the weights of the machine of each pair of classes, in order of ``combinations``."""
    ends = np.concatenate([[0], np.cumsum(machine.n_support_)])
    weights = np.zeros((len(machine.support_vectors_), len(machine.intercept_)))
    for pair, (i, j) in enumerate(combinations(range(len(machine.classes_)), 2)):
        first, second = slice(ends[i], ends[i + 1]), slice(ends[j], ends[j + 1])
        weights[first, pair] = machine.dual_coef_[j - 1, first]
        weights[second, pair] = machine.dual_coef_[i, second]
    return weights


def _votes(graph: Graph, pairs: str, classes: int) -> str:
    """The scores of classes from those of their pairs, as scikit-learn adds them: the votes, and less than a third of
    one for how clear they are.
    """
    first, second = np.zeros((2, classes * (classes - 1) // 2, classes))
    for pair, (i, j) in enumerate(combinations(range(classes), 2)):
        first[pair, i], second[pair, j] = 1, 1
    lost = graph.to(TensorProto.DOUBLE, graph.add("Less", pairs, graph.constant(0)))
    won = graph.add("Sub", graph.constant(1), lost)
    votes = graph.add(
        "Add", graph.add("MatMul", won, graph.constant(first)), graph.add("MatMul", lost, graph.constant(second))
    )
    clear = graph.add("MatMul", pairs, graph.constant(first - second))
    size = graph.add("Mul", graph.add("Add", graph.add("Abs", clear), graph.constant(1)), graph.constant(3))
    return graph.add("Add", votes, graph.add("Div", clear, size))


def _calibrated(graph: Graph, sigmoids: Sequence[Any], scores: str, classes: int) -> str:
    """Probabilities of the sigmoids; of two classes of the second, of more scaled to a sum of 1."""
    slope, offset = ([getattr(one, name) for one in sigmoids] for name in ("a_", "b_"))
    power = graph.add("Add", graph.add("Mul", scores, graph.constant(slope)), graph.constant(offset))
    one = graph.constant(1)
    each = graph.add("Div", one, graph.add("Add", one, graph.add("Exp", power)))
    if classes == 2:
        return graph.add("Concat", graph.add("Sub", one, each), each, axis=1)
    total = graph.add("ReduceSum", each, graph.constant([1], np.int64), keepdims=1)
    nothing = graph.add("Equal", total, graph.constant(0))
    scaled = graph.add("Div", each, graph.add("Where", nothing, one, total))
    return graph.add("Where", nothing, graph.constant(1 / classes), scaled)


@dataclass
class Trees:
    """The nodes of trees, as the operator TreeEnsembleRegressor takes them."""

    nodes: dict[str, list[Any]] = field(default_factory=dict)

    def add(
        self, left: NDArray, right: NDArray, feature: NDArray, threshold: NDArray, is_leaf: NDArray, weights: NDArray
    ) -> None:
        """Add a tree of ``n`` nodes; ``weights``: (n, outputs) of its leaves, NaN where it has none for an output."""
        number = len(set(self.nodes.get("nodes_treeids", ())))
        count = len(left)
        limit = np.where(is_leaf, 0, threshold)
        single = limit.astype(np.float32)
        single = np.where(single > limit, np.nextafter(single, np.float32(-np.inf)), single)  # x <= limit, as before
        leaves, outputs = np.nonzero(np.isfinite(weights) & is_leaf[:, None])
        added: dict[str, Any] = {
            "nodes_treeids": [number] * count,
            "nodes_nodeids": range(count),
            "nodes_featureids": np.where(is_leaf, 0, feature).tolist(),
            "nodes_values": single.tolist(),
            "nodes_modes": np.where(is_leaf, LEAF, BRANCH).tolist(),
            "nodes_truenodeids": np.where(is_leaf, 0, left).tolist(),
            "nodes_falsenodeids": np.where(is_leaf, 0, right).tolist(),
            "target_treeids": [number] * len(leaves),
            "target_nodeids": leaves.tolist(),
            "target_ids": outputs.tolist(),
            "target_weights": weights[leaves, outputs].astype(np.float32).tolist(),
        }
        for name, values in added.items():
            self.nodes.setdefault(name, []).extend(values)


def _forest(graph: Graph, forest: Any, features: str) -> str:
    """The mean of the trees' shares of classes."""
    trees = Trees()
    for one in forest.estimators_:
        tree = one.tree_
        shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(1, keepdims=True) / len(forest.estimators_)
        is_leaf = tree.children_left < 0
        trees.add(tree.children_left, tree.children_right, tree.feature, tree.threshold, is_leaf, shares)
    return _ensemble(graph, trees, features, len(forest.classes_))


def _boosting(graph: Graph, boosted: Any, features: str) -> str:
    """The sums of the trees' values, as logits."""
    trees, outputs = Trees(), len(boosted._predictors[0])
    for stage in boosted._predictors:
        for output, predictor in enumerate(stage):
            nodes = predictor.nodes
            weights = np.full((len(nodes), outputs), np.nan)
            weights[:, output] = nodes["value"]
            trees.add(
                nodes["left"], nodes["right"], nodes["feature_idx"], nodes["num_threshold"],
                nodes["is_leaf"].astype(bool), weights,
            )  # fmt: skip
    sums = _ensemble(graph, trees, features, outputs)
    logits = graph.add("Add", sums, graph.constant(boosted._baseline_prediction.ravel(), np.float32))
    if outputs > 1:
        return graph.add("Softmax", logits, axis=1)
    second = graph.add("Sigmoid", logits)
    return graph.add("Concat", graph.add("Sub", graph.constant(1, np.float32), second), second, axis=1)


def _ensemble(graph: Graph, trees: Trees, features: str, outputs: int) -> str:
    nodes: dict[str, Any] = {name: list(values) for name, values in trees.nodes.items()}
    return graph.add(
        "TreeEnsembleRegressor", features, domain=TREE_DOMAIN, n_targets=outputs, aggregate_function="SUM",
        post_transform="NONE", **nodes,
    )  # fmt: skip
