"""The functions of ATen that PyTorch's own are made of, as in graphs that were decomposed ("core ATen")."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, Value

Function = Callable[..., Any]


def value(b: Builder, x: Any) -> Value:
    """A tensor, or a number as one."""
    return x if isinstance(x, Value) else b.constant(np.asarray(x, np.float32))


def unary(operator: str, **settings: Any) -> Function:
    """Functions of one tensor."""
    return lambda b, self, **_: b.add(operator, self, **settings)


def _sum(b: Builder, x: Value, y: Value, alpha: float, beta: float) -> Value:
    x, y = (v if factor == 1 else b.add("Mul", v, value(b, factor)) for v, factor in ((x, beta), (y, alpha)))
    return b.add("Add", x, y)


def addmm(b: Builder, self: Value, mat1: Value, mat2: Value, beta: float = 1, alpha: float = 1) -> Value:
    """``addmm``: beta · self + alpha · mat1 @ mat2."""
    return _sum(b, self, b.add("MatMul", mat1, mat2), alpha, beta)


def baddbmm(b: Builder, self: Value, batch1: Value, batch2: Value, beta: float = 1, alpha: float = 1) -> Value:
    """``baddbmm``: the same of a batch of matrices."""
    return addmm(b, self, batch1, batch2, beta, alpha)


def unused(b: Builder, size: Sequence[int], **_: Any) -> Value:
    """``empty``, of which nothing is read: what a normalisation sets aside for its gradients."""
    if 0 not in size:
        raise ModelError("It reads memory that nothing was written to.", "Export the network after eval().")
    return b.constant(np.zeros(0, np.float32))


def expand(b: Builder, self: Value, size: Sequence[Any], **_: Any) -> Value:
    """``expand``: -1 keeps a length."""
    if not all(isinstance(length, int) for length in size):
        raise ModelError("A free length is expanded to.", "Export the network with a fixed size.")
    return b.add("Expand", self, b.constant([1 if length == -1 else length for length in size]))


def repeat(b: Builder, self: Value, repeats: Sequence[int]) -> Value:
    """``repeat``."""
    missing = len(repeats) - self.rank
    x = b.add("Unsqueeze", self, b.constant(list(range(missing)))) if missing else self
    return b.add("Tile", x, b.constant([int(n) for n in repeats]))


def stack(b: Builder, tensors: Sequence[Value], dim: int = 0) -> Value:
    """``stack``: along a new axis."""
    return b.add("Concat", *(b.add("Unsqueeze", x, b.constant([dim])) for x in tensors), axis=dim)


def unbind(b: Builder, self: Value, dim: int = 0) -> list[Value]:
    """``unbind``: along an axis, which goes."""
    return [b.add("Gather", self, b.constant(np.asarray(i, np.int64)), axis=dim) for i in range(self.length(dim))]


def full(b: Builder, size: Sequence[Any], fill_value: float, **_: Any) -> Value:
    """``full``: one number everywhere."""
    return expand(b, value(b, fill_value), size) if size else value(b, fill_value)


def full_like(b: Builder, self: Value, fill_value: float, **_: Any) -> Value:
    """``full_like``."""
    return b.add_many("Expand", [value(b, fill_value), b.add("Shape", self)], 1, shape=self.shape)[0]


def any_(b: Builder, self: Value, dim: int, keepdim: bool = False) -> Value:
    """``any`` along an axis."""
    most = b.add("ReduceMax", b.add("Cast", self, to=7), axes=[dim], keepdims=int(keepdim))
    return b.add("Cast", most, to=9)


def compared(operator: str, inverted: bool = False) -> Function:
    """``gt``, ``eq`` … with a tensor or a number."""

    def build(b: Builder, self: Value, other: Any) -> Value:
        y = b.add(operator, self, value(b, other))
        return b.add("Not", y) if inverted else y

    return build


CORE: Mapping[str, Function] = {
    "addmm": addmm,
    "baddbmm": baddbmm,
    "mm": lambda b, self, mat2: b.add("MatMul", self, mat2),
    "t": lambda b, self: b.add("Transpose", self, perm=[1, 0]),
    "_softmax": lambda b, self, dim, **_: b.add("Softmax", self, axis=dim),
    "_log_softmax": lambda b, self, dim, **_: b.add("LogSoftmax", self, axis=dim),
    "empty": unused,
    "expand": expand,
    "repeat": repeat,
    "stack": stack,
    "unbind": unbind,
    "rsub": lambda b, self, other, alpha=1: _sum(b, value(b, other), self, -alpha, 1),
    "where": lambda b, condition, self, other: b.add("Where", condition, value(b, self), value(b, other)),
    "full": full,
    "full_like": full_like,
    "scalar_tensor": lambda b, s, **_: value(b, s),
    "any": any_,
    "logical_not": lambda b, self: b.add("Not", self),
    "logical_and": lambda b, self, other: b.add("And", self, other),
    "logical_or": lambda b, self, other: b.add("Or", self, other),
    "gt": compared("Greater"),
    "ge": compared("GreaterOrEqual"),
    "lt": compared("Less"),
    "le": compared("LessOrEqual"),
    "eq": compared("Equal"),
    "ne": compared("Equal", inverted=True),
    "rsqrt": lambda b, self: b.add("Reciprocal", b.add("Sqrt", self)),
    **{n: unary(o) for n, o in (("sin", "Sin"), ("cos", "Cos"), ("reciprocal", "Reciprocal"), ("sign", "Sign"))},
    **{n: unary(o) for n, o in (("floor", "Floor"), ("ceil", "Ceil"), ("round", "Round"))},
}
