"""The attention layers of Keras (Vaswani et al. 2017, arXiv:1706.03762)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ..builder import Builder, Value
from .network import Layer


def multi_head(b: Builder, layer: Layer, query: Value, *others: Value, **kwargs: Any) -> Value:
    """``MultiHeadAttention`` of (N, T, C), without masks."""
    config = layer.config
    values = [v for v in (*others, kwargs.get("value"), kwargs.get("key")) if isinstance(v, Value)]
    value = values[0] if values else query
    key = values[1] if len(values) > 1 else value
    if config.get("attention_axes") not in (None, [1], 1) or query.rank != 3:
        raise ModelError("Attention over several axes is not supported.", "Export the model as ONNX.")
    if kwargs.get("attention_mask") is not None or kwargs.get("use_causal_mask"):
        raise ModelError("Masks are not supported.", "Export the model as ONNX.")
    step = 2 if config.get("use_bias", True) else 1
    parts = [layer.weights[i * step : (i + 1) * step] for i in range(4)]
    heads = int(config["num_heads"])
    scale = 1 / float(np.sqrt(int(config["key_dim"])))
    q, k, v = (_heads(b, x, given, heads) for x, given in zip((query, key, value), parts))
    scores = b.add("MatMul", b.add("Mul", q, b.constant(scale)), b.add("Transpose", k, perm=[0, 1, 3, 2]))
    mixed = b.add("Transpose", b.add("MatMul", b.add("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
    kernel = parts[3][0]  # (heads, dims, out)
    flat = b.add("Reshape", mixed, b.constant([0, 0, kernel.shape[0] * kernel.shape[1]]))
    y = b.add("MatMul", flat, b.constant(kernel.reshape(-1, kernel.shape[-1])))
    return b.add("Add", y, b.constant(parts[3][1])) if step == 2 else y


def dot_product(b: Builder, layer: Layer, query: Value, value: Value, *key: Value, **kwargs: Any) -> Value:
    """``Attention`` of Luong's kind: products of queries and keys, without masks."""
    if layer.config.get("score_mode", "dot") != "dot" or kwargs.get("use_causal_mask"):
        raise ModelError("Attention of this kind is not supported.", "Export the model as ONNX.")
    keys = key[0] if key else value
    scores = b.add("MatMul", query, b.add("Transpose", keys, perm=[0, 2, 1]))
    if layer.config.get("use_scale"):
        scores = b.add("Mul", scores, b.constant(layer.weights[0]))
    return b.add("MatMul", b.add("Softmax", scores, axis=-1), value)


def _heads(b: Builder, x: Value, weights: Sequence[NDArray[Any]], heads: int) -> Value:
    """(N, T, C) as (N, heads, T, dims)."""
    kernel = weights[0]  # (C, heads, dims)
    y = b.add("MatMul", x, b.constant(kernel.reshape(kernel.shape[0], -1)))
    if len(weights) > 1:
        y = b.add("Add", y, b.constant(weights[1].reshape(-1)))
    return b.add("Transpose", b.add("Reshape", y, b.constant([0, 0, heads, kernel.shape[2]])), perm=[0, 2, 1, 3])
