"""LightGBM's text files (``Booster.save_model``) as ONNX, without LightGBM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...files.text import one_line, shortened
from ..builder import Builder, Value
from ..foreign import Foreign
from .ensemble import MOST_TREES, Ensemble, Tree, as_model, floor32

LARGEST = 512 << 20  # bytes
CATEGORY, DEFAULT_LEFT = 1, 2  # bits of decision_type
MISSING_ZERO, MISSING_NAN = 1, 2  # its third and fourth bit
_AGAIN = "Get the model again."
_EXPORT = "Export it to ONNX where it was trained (onnxmltools.convert_lightgbm)."


def read_lightgbm(path: Path) -> Foreign:
    """The ensemble of a text file; ModelError says what is wrong, or not supported."""
    if path.stat().st_size > LARGEST:
        raise ModelError(f"{path.name} has more than {LARGEST >> 20} MB.", "Use a smaller model.")
    text = path.read_text("utf-8", "replace")
    if not text.startswith("tree\n") and not text.startswith("tree\r\n"):
        raise ModelError(f"{path.name} is no text file of LightGBM: it does not begin with 'tree'.", _AGAIN)
    head, *parts = text.split("\nTree=")
    facts = _fields(head)
    if len(parts) > MOST_TREES or "end of trees" not in text:
        raise ModelError(f"{path.name} is cut off, or has more than {MOST_TREES} trees.", _AGAIN)
    try:
        each = int(facts.get("num_tree_per_iteration", "1"))
        trees = [_tree(_fields(part.split("end of trees")[0]), i % each) for i, part in enumerate(parts)]
        ensemble = Ensemble(trees, int(facts["max_feature_idx"]) + 1, each)
    except (KeyError, ValueError, IndexError, ZeroDivisionError) as error:
        raise ModelError(f"{path.name} is damaged: {shortened(str(error))}.", _AGAIN) from None
    rounds = len(parts) // each if "average_output" in head.splitlines() else 1
    finish = _objective(facts.get("objective", "regression"), rounds)
    names = tuple(one_line(name) for name in facts.get("feature_names", "").split())
    note = f"Its bands, in this order: {', '.join(names)}." if 0 < len(names) <= 100 else ""
    return Foreign(as_model(ensemble, finish), "LightGBM", "NC", notes=(note,) if note else ())


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _tree(fields: Mapping[str, str], target: int) -> Tree:
    leaves = int(fields["num_leaves"])
    if fields.get("is_linear", "0") != "0":
        raise ModelError("Its leaves have linear models, which are not supported.", _EXPORT)
    values = _numbers(fields, "leaf_value", leaves)
    if leaves == 1:
        one = np.full(1, -1)
        return Tree(np.zeros(1, int), np.zeros(1, np.float32), one, one, np.zeros(1, bool), values.astype("f4"), target)
    inner = leaves - 1
    kinds = _numbers(fields, "decision_type", inner).astype(int)
    if (kinds & CATEGORY).any():
        raise ModelError("It divides by categories, which are not supported.", _EXPORT)
    thresholds = floor32(_numbers(fields, "threshold", inner))
    left, right = (_numbers(fields, key, inner).astype(int) for key in ("left_child", "right_child"))
    feature = _numbers(fields, "split_feature", inner).astype(int)
    rest = np.full(leaves, -1)
    return Tree(
        np.concatenate([feature, rest]),
        np.concatenate([thresholds, np.zeros(leaves, np.float32)]),
        np.concatenate([_places(left, inner), rest]),
        np.concatenate([_places(right, inner), rest]),
        np.concatenate([_missing_left(kinds, thresholds), np.zeros(leaves, bool)]),
        np.concatenate([np.zeros(inner), values]).astype(np.float32),
        target,
    )


def _places(children: NDArray[np.int64], inner: int) -> NDArray[np.int64]:
    """Numbers of nodes, leaves after the others; the file counts leaves from -1 downwards."""
    return np.where(children >= 0, children, inner - 1 - children)


def _missing_left(kinds: NDArray[np.int64], thresholds: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where what is missing goes: as the file says, or as 0 does."""
    missing, stated, zero = kinds >> 2 & 3, (kinds & DEFAULT_LEFT) > 0, thresholds >= 0
    if ((missing == MISSING_ZERO) & (stated != zero)).any():
        raise ModelError("It takes 0 for a missing value, which is not supported.", _EXPORT)
    return np.where(missing == MISSING_NAN, stated, zero)


def _numbers(fields: Mapping[str, str], key: str, count: int) -> NDArray[np.float64]:
    found = np.array(fields[key].split(), np.float64)
    if len(found) != count:
        raise ValueError(f"{key} has {len(found)} numbers, and {count} are needed")
    return found


def _objective(text: str, rounds: int) -> Callable[[Builder, Value], Value]:
    """From sums to the answer; ``rounds``: of a random forest, whose sums are averaged."""
    name, *settings = text.split() or [""]
    stated = dict(setting.partition(":")[::2] for setting in settings)
    if name not in OBJECTIVES:
        raise ModelError(f"The objective {shortened(name)} is not known.", _EXPORT)
    slope = float(stated.get("sigmoid", 1))

    def finish(b: Builder, y: Value) -> Value:
        if rounds > 1:
            y = b.add("Div", y, b.constant(float(rounds)))
        if slope != 1:
            y = b.add("Mul", y, b.constant(slope))
        operator, axis = OBJECTIVES[name]
        y = b.add(operator, y, **axis) if operator else y
        return b.add("Mul", b.add("Abs", y), y) if "sqrt" in settings else y

    return finish


OBJECTIVES: Mapping[str, tuple[str, Mapping[str, int]]] = {  # the operator at the end, and its settings
    "binary": ("Sigmoid", {}),
    "cross_entropy": ("Sigmoid", {}),
    "multiclass": ("Softmax", {"axis": 1}),
    "multiclassova": ("Sigmoid", {}),
    **dict.fromkeys(("poisson", "gamma", "tweedie"), ("Exp", {})),
    **dict.fromkeys(("regression", "regression_l1", "huber", "fair", "quantile", "mape"), ("", {})),
}
