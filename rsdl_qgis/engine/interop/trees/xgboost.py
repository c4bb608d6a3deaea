"""XGBoost's JSON files (``Booster.save_model("model.json")``, XGBoost 1.0 or later) as ONNX, without XGBoost.

Its schema: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...files.json import parsed
from ...files.text import one_line, shortened
from ..builder import Builder, Value
from ..foreign import Foreign
from .ensemble import MOST_TREES, Ensemble, Tree, as_model

LARGEST = 256 << 20  # bytes
CATEGORICAL = 1  # of split_type
_AGAIN = "Get the model again."
_EXPORT = "Export it to ONNX where it was trained (onnxmltools.convert_xgboost)."


def read_xgboost(path: Path) -> Foreign:
    """The ensemble of a JSON file; ModelError says what is wrong, or not supported."""
    if path.stat().st_size > LARGEST:
        raise ModelError(f"{path.name} has more than {LARGEST >> 20} MB.", "Use a smaller model.")
    learner = parsed(path.read_text("utf-8", "replace"))["learner"]
    objective = learner["objective"]["name"]
    if objective not in OBJECTIVES:
        raise ModelError(f"The objective {shortened(str(objective))} is not known.", _EXPORT)
    model, weights = _booster(learner["gradient_booster"])
    if len(model["trees"]) > MOST_TREES:
        raise ModelError(f"{path.name} has more than {MOST_TREES} trees.", "Use a smaller one.")
    facts = learner["learner_model_param"]
    targets = max(1, int(facts["num_class"]), int(facts.get("num_target", 1)))
    trees = [
        _tree(each, int(target), 1.0 if weights is None else float(weights[i]))
        for i, (each, target) in enumerate(zip(model["trees"], model["tree_info"], strict=True))
    ]
    if any(not 0 <= tree.target < targets for tree in trees):
        raise ModelError(f"A tree of {path.name} is for an output that there is not.", _EXPORT)
    margin, operator, axis = OBJECTIVES[objective]
    base = tuple(float(margin(value)) for value in _base(facts["base_score"], targets))
    ensemble = Ensemble(trees, int(facts["num_feature"]), targets, "BRANCH_LT", base)

    def finish(b: Builder, y: Value) -> Value:
        return b.add(operator, y, **axis) if operator else y

    return Foreign(as_model(ensemble, finish), "XGBoost", "NC", notes=tuple(_notes(learner, len(trees))))


def _booster(booster: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[float] | None]:
    """The trees of a booster, and the weight of each where they have any (DART)."""
    kind = booster["name"]
    if kind == "dart":
        return booster["gbtree"]["model"], booster["weight_drop"]
    if kind != "gbtree":
        raise ModelError(f"Its booster is {shortened(str(kind))}, which has no trees.", _EXPORT)
    return booster["model"], None


def _base(text: str, targets: int) -> list[float]:
    """The base score of each target, from '5E-1' or, since XGBoost 3.1, '[5E-1,2E-1]'."""
    values = json.loads(text)
    values = values if isinstance(values, list) else [values]
    if len(values) not in (1, targets):
        raise ValueError(f"base_score has {len(values)} numbers for {targets} outputs")
    return [float(value) for value in values] * (targets if len(values) == 1 else 1)


def _tree(tree: Mapping[str, Any], target: int, weight: float) -> Tree:
    if int(tree["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise ModelError("Its leaves have several numbers (multi_output_tree), which is not supported.", _EXPORT)
    if CATEGORICAL in tree.get("split_type", ()):
        raise ModelError("It divides by categories, which are not supported.", _EXPORT)
    left, right, feature = (
        np.array(tree[key], np.int64) for key in ("left_children", "right_children", "split_indices")
    )
    numbers = np.array(tree["split_conditions"], np.float32)  # thresholds, and of leaves their values
    missing_left = np.array(tree["default_left"]).astype(bool)
    if not len(left) == len(right) == len(feature) == len(numbers) == len(missing_left) > 0:
        raise ValueError("the lists of a tree differ in their lengths")
    kept = _reached(left, right)
    place = np.full(len(left), -1)
    place[kept] = np.arange(len(kept))
    leaf = left[kept] < 0
    return Tree(
        np.where(leaf, 0, feature[kept]),
        np.where(leaf, 0, numbers[kept]).astype(np.float32),
        np.where(leaf, -1, place[left[kept]]),
        np.where(leaf, -1, place[right[kept]]),
        missing_left[kept],
        np.where(leaf, numbers[kept] * np.float32(weight), 0).astype(np.float32),
        target,
    )


def _reached(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nodes below the root, in their order: pruned ones stay in a file. ValueError for what is no tree."""
    found, new = [0], [0]
    while new:
        new = [child for node in new if left[node] >= 0 for child in (int(left[node]), int(right[node]))]
        found += new
        if len(found) > len(left) or min(new, default=0) < 0:
            raise ValueError("its nodes are no tree")
    return np.sort(np.array(found))


def _notes(learner: Mapping[str, Any], trees: int) -> list[str]:
    names = [one_line(str(name)) for name in learner.get("feature_names") or ()]
    notes = [f"Its bands, in this order: {', '.join(names)}."] if 0 < len(names) <= 100 else []
    if "best_iteration" in learner.get("attributes", {}):
        notes.append(f"Its training was stopped early. All its {trees} trees count, as in Booster.predict.")
    return notes


def _same(value: float) -> float:
    return value


def _logit(value: float) -> float:
    if not 0 < value < 1:
        raise ValueError(f"base_score is {value:g}, and should be a probability")
    return float(np.log(value / (1 - value)))


# Objective -> from the base score to the sum that it begins with; the operator at the end, and its settings
OBJECTIVES: Mapping[str, tuple[Callable[[float], float], str, Mapping[str, int]]] = {
    **dict.fromkeys(("binary:logistic", "reg:logistic"), (_logit, "Sigmoid", {})),
    **dict.fromkeys(("multi:softprob", "multi:softmax"), (_same, "Softmax", {"axis": 1})),
    **dict.fromkeys(("count:poisson", "reg:gamma", "reg:tweedie"), (np.log, "Exp", {})),
    **dict.fromkeys(
        ("reg:squarederror", "reg:linear", "reg:absoluteerror", "reg:pseudohubererror", "reg:squaredlogerror"),
        (_same, "", {}),
    ),
}
