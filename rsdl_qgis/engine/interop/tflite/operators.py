"""TensorFlow Lite's operators with weights, over space, and of plain numbers. ``shapes.py`` has those that turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ModelError, known
from ..builder import Builder, Value
from ..spatial import Window, convolved, pooled, resized, transposed
from .file import Operator
from .network import RANGES, Network, Steps
from .shapes import SHAPES

_AGAIN = "Get the model again."


@dataclass(frozen=True)
class Operands:
    """What an operator with weights takes; ``finish``: from its sum to its result."""

    x: Value
    kernel: Value
    bias: Value | None
    finish: Callable[[Value], Any]


def _operands(n: Network, o: Operator, axes: tuple[int, ...]) -> Operands:
    """Image, weights with their axes in another order, and bias.

    Of a quantised operator all are whole numbers, whose sums are exact; they are then brought to the result's steps,
    as XNNPACK does it.
    """
    if not n.is_whole(o):
        return Operands(n.value(o.inputs[0]), _weights(n, o.inputs[1], axes), _bias(n, o, 2), lambda y: y)
    kernel = n.b.constant(np.ascontiguousarray(np.transpose(n.stored(o.inputs[1]), axes)))
    with_bias = len(o.inputs) > 2 and o.inputs[2] >= 0
    bias = n.b.constant(n.stored(o.inputs[2])) if with_bias else None
    x, weights, y = (known(n.tensor(i).quantization).scale for i in (*o.inputs[:2], o.outputs[0]))
    factor = n.b.constant(x[0] * weights / y[0])

    def finish(total: Value) -> Steps:
        whole = n.b.add("Round", total)  # it is whole; ONNX Runtime would put the factor into the weights
        return Steps(n.b.add("Mul", whole, factor))

    return Operands(n.steps(o.inputs[0]), kernel, bias, finish)


def _weights(n: Network, index: int, axes: tuple[int, ...]) -> Value:
    """Constant weights with their axes in another order."""
    numbers = n.numbers(index)
    if numbers is None:
        return n.b.add("Transpose", n.value(index), perm=list(axes))
    return n.b.constant(np.ascontiguousarray(np.transpose(numbers, axes)))


def _bias(n: Network, o: Operator, place: int) -> Value | None:
    return n.value(o.inputs[place]) if len(o.inputs) > place and o.inputs[place] >= 0 else None


def _window(o: Operator, size: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...]) -> Window:
    if min(*size, *strides, *dilations) < 1 or max(*size, *strides, *dilations) > 1 << 16:
        raise ModelError(f"A kernel of {size} px with strides of {strides} cannot be.", _AGAIN)
    return Window(size, strides, dilations, same=o.option(0, "b") == 0)


def convolution(n: Network, o: Operator) -> Any:
    """``CONV_2D``, in groups too."""
    given = _operands(n, o, (0, 3, 1, 2))
    kernel = given.kernel  # (out, in, h, w)
    size = (kernel.length(2), kernel.length(3))
    moves = _window(o, size, (o.option(2), o.option(1)), (o.option(5, "i", 1), o.option(4, "i", 1)))
    groups = given.x.length(3) // kernel.length(1)
    return given.finish(convolved(n.b, given.x, kernel, given.bias, moves, max(groups, 1)))


def depthwise(n: Network, o: Operator) -> Any:
    """``DEPTHWISE_CONV_2D``: its kernel is (1, h, w, out)."""
    given = _operands(n, o, (3, 0, 1, 2))
    kernel = given.kernel
    size = (kernel.length(2), kernel.length(3))
    moves = _window(o, size, (o.option(2), o.option(1)), (o.option(6, "i", 1), o.option(5, "i", 1)))
    return given.finish(convolved(n.b, given.x, kernel, given.bias, moves, given.x.length(3)))


def convolution_3d(n: Network, o: Operator) -> Value:
    """``CONV_3D``: its kernel is (d, h, w, in, out)."""
    kernel = _weights(n, o.inputs[1], (4, 3, 0, 1, 2))
    size = tuple(kernel.length(axis) for axis in (2, 3, 4))
    strides, dilations = ((o.option(i), o.option(j), o.option(k)) for i, j, k in ((1, 3, 2), (5, 7, 6)))
    dilations = (dilations[0] or 1, dilations[1] or 1, dilations[2] or 1)
    return convolved(n.b, n.value(o.inputs[0]), kernel, _bias(n, o, 2), _window(o, size, strides, dilations))


def transposed_convolution(n: Network, o: Operator) -> Value:
    """``TRANSPOSE_CONV`` to a shape that the file gives."""
    x = n.value(o.inputs[2])
    wanted = n.whole(o.inputs[0])
    kernel = _weights(n, o.inputs[1], (3, 0, 1, 2))  # (in, out, h, w)
    moves = _window(o, (kernel.length(2), kernel.length(3)), (o.option(2), o.option(1)), (1, 1))
    longer = [out - x.length(axis) * stride for out, axis, stride in zip(wanted[1:3], (1, 2), moves.strides)]
    return transposed(n.b, x, kernel, _bias(n, o, 3), moves, longer)


def fully_connected(n: Network, o: Operator) -> Any:
    """``FULLY_CONNECTED``: weights (out, in)."""
    if o.option(1, "b"):
        raise ModelError("Weights that are shuffled are not supported.", "Export the model again.")
    given = _operands(n, o, (1, 0))
    x, weights = given.x, given.kernel
    if x.rank != 2 and not (o.option(2, "b") and x.shape[-1] == weights.shape[0]):
        x = n.b.add("Reshape", x, n.b.constant([-1, weights.length(0)]))
    y = n.b.add("MatMul", x, weights)
    return given.finish(n.b.add("Add", y, given.bias) if given.bias else y)


def maxima(n: Network, o: Operator) -> Value:
    """``MAX_POOL_2D``."""
    return pooled(n.b, n.value(o.inputs[0]), "MaxPool", _pool(o))


def means(n: Network, o: Operator) -> Any:
    """``AVERAGE_POOL_2D``: of a quantised tensor its stored numbers, where a half is rounded away from zero."""
    x, y = (n.tensor(i) for i in (o.inputs[0], o.outputs[0]))
    if not (x.quantization and y.quantization and x.dtype in RANGES and y.dtype in RANGES):
        return pooled(n.b, n.value(o.inputs[0]), "AveragePool", _pool(o))
    factor = n.b.constant(float(x.quantization.scale[0] / y.quantization.scale[0]))
    mean = n.b.add("Mul", pooled(n.b, n.steps(o.inputs[0]), "AveragePool", _pool(o)), factor)
    zero = n.b.constant(float(y.quantization.zero[0]))
    stored = n.b.add("Add", mean, zero)
    size = n.b.add("Floor", n.b.add("Add", n.b.add("Abs", stored), n.b.constant(0.5)))
    return Steps(n.b.add("Sub", n.b.add("Mul", n.b.add("Sign", stored), size), zero))


def _pool(o: Operator) -> Window:
    return _window(o, (o.option(4), o.option(3)), (o.option(2), o.option(1)), (1, 1))


def resizing(n: Network, o: Operator) -> Value:
    """``RESIZE_BILINEAR``, ``RESIZE_NEAREST_NEIGHBOR``."""
    linear = o.name == "RESIZE_BILINEAR"
    corners, half = (bool(o.option(field, "b")) for field in ((2, 3) if linear else (0, 1)))
    coordinates = "align_corners" if corners else "half_pixel" if half else "asymmetric"
    mode = "linear" if linear else "nearest"
    nearest = "round_prefer_ceil" if corners or half else "floor"
    sizes = n.whole(o.inputs[1])
    return resized(n.b, n.value(o.inputs[0]), sizes=sizes, mode=mode, coordinates=coordinates, nearest=nearest)


def padding(n: Network, o: Operator) -> Value:
    """``PAD``, ``PADV2``, ``MIRROR_PAD``."""
    amounts = np.reshape(n.whole(o.inputs[1]), (-1, 2))
    x = n.value(o.inputs[0])
    if len(amounts) != x.rank or amounts.max(initial=0) > 1 << 16:
        raise ModelError(f"Padding is {amounts.tolist()} for {x.rank} axes.", _AGAIN)
    pads = n.b.constant([int(v) for v in (*amounts[:, 0], *amounts[:, 1])])
    if o.name == "MIRROR_PAD":
        if o.option(0, "b"):
            raise ModelError("Symmetric padding is not supported.", "Export the model as ONNX.")
        return n.b.add("Pad", x, pads, mode="reflect")
    return n.b.add("Pad", x, pads, n.value(o.inputs[2]) if o.name == "PADV2" else n.b.constant(0.0))


def joined(operator: str) -> Callable[[Network, Operator], Value]:
    """An operator of two inputs, or more, of plain numbers."""

    def build(n: Network, o: Operator) -> Value:
        given = n.inputs(o)
        total = given[0]
        for value in given[1:]:
            total = n.b.add(operator, total, value)
        return total

    return build


def single(operator: str, **settings: Any) -> Callable[[Network, Operator], Value]:
    """An operator of one input of plain numbers."""
    return lambda n, o: n.b.add(operator, n.value(o.inputs[0]), **settings)


def reducing(operator: str, **settings: Any) -> Callable[[Network, Operator], Value]:
    """An operator over axes that the file gives."""

    def build(n: Network, o: Operator) -> Value:
        x, axes = n.value(o.inputs[0]), n.whole(o.inputs[1])
        keep = int(bool(o.option(0, "b")))
        if operator == "ReduceSum":
            return n.b.add(operator, x, n.b.constant(axes), keepdims=keep)
        return n.b.add(operator, x, axes=axes, keepdims=keep)

    return build


def running_sum(n: Network, o: Operator) -> Value:
    """``CUMSUM`` along an axis, with or without the number itself, from either end."""
    (axis,) = n.whole(o.inputs[1])
    exclusive, reverse = (int(bool(o.option(field, "b"))) for field in (0, 1))
    along = n.b.constant(np.asarray(axis, np.int64))
    return n.b.add("CumSum", n.value(o.inputs[0]), along, exclusive=exclusive, reverse=reverse)


def best(operator: str) -> Callable[[Network, Operator], Value]:
    """``ARG_MAX``, ``ARG_MIN``: the first of those that are alike."""

    def build(n: Network, o: Operator) -> Value:
        (axis,) = n.whole(o.inputs[1])
        return n.b.add(operator, n.value(o.inputs[0]), axis=axis, keepdims=0)

    return build


def softmax(n: Network, o: Operator) -> Value:
    """``SOFTMAX``, over the last axis."""
    x, beta = n.value(o.inputs[0]), float(o.option(0, "f", 1.0))
    return n.b.add("Softmax", x if beta == 1 else n.b.add("Mul", x, n.b.constant(beta)), axis=-1)


def cast(n: Network, o: Operator) -> Value:
    """``CAST``: whole numbers are int64 here, others float32."""
    kind = n.tensor(o.outputs[0]).dtype
    return n.b.add("Cast", n.value(o.inputs[0]), to=1 if kind.startswith("float") else 9 if kind == "bool" else 7)


def matrices(n: Network, o: Operator) -> Value:
    """``BATCH_MATMUL``."""
    x, y = n.value(o.inputs[0]), n.value(o.inputs[1])
    x, y = (_adjoint(n.b, v) if o.option(field, "b") else v for v, field in ((x, 0), (y, 1)))
    return n.b.add("MatMul", x, y)


def _adjoint(b: Builder, x: Value) -> Value:
    return b.add("Transpose", x, perm=[*range(x.rank - 2), x.rank - 1, x.rank - 2])


def clip(low: float, high: float) -> Callable[[Network, Operator], Value]:
    """Values within bounds."""
    return lambda n, o: n.b.add("Clip", n.value(o.inputs[0]), n.b.constant(float(low)), n.b.constant(float(high)))


def _prelu(n: Network, o: Operator) -> Value:
    return n.b.add("PRelu", n.value(o.inputs[0]), n.value(o.inputs[1]))


def _gelu(n: Network, o: Operator) -> Value:
    x, b = n.value(o.inputs[0]), n.b
    if o.option(0, "b"):
        cube = b.add("Mul", b.add("Mul", b.add("Mul", x, x), x), b.constant(0.044715))
        inner = b.add("Tanh", b.add("Mul", b.add("Add", x, cube), b.constant(float(np.sqrt(2 / np.pi)))))
    else:
        inner = b.add("Erf", b.add("Mul", x, b.constant(float(np.sqrt(0.5)))))
    return b.add("Mul", b.add("Mul", x, b.constant(0.5)), b.add("Add", inner, b.constant(1.0)))


def _squared_difference(n: Network, o: Operator) -> Value:
    d = n.b.add("Sub", *n.inputs(o))
    return n.b.add("Mul", d, d)


def _l2(n: Network, o: Operator) -> Value:
    x = n.value(o.inputs[0])
    total = n.b.add("ReduceSum", n.b.add("Mul", x, x), n.b.constant([-1]), keepdims=1)
    return n.b.add("Div", x, n.b.add("Sqrt", n.b.add("Max", total, n.b.constant(1e-12))))


def _square(n: Network, o: Operator) -> Value:
    x = n.value(o.inputs[0])
    return n.b.add("Mul", x, x)


def _rsqrt(n: Network, o: Operator) -> Value:
    return n.b.add("Reciprocal", n.b.add("Sqrt", n.value(o.inputs[0])))


def _same(n: Network, o: Operator) -> Value:
    return n.value(o.inputs[0])


BUILDS: Mapping[str, Callable[[Network, Operator], Any]] = {
    **SHAPES,
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "CONV_3D": convolution_3d,
    "TRANSPOSE_CONV": transposed_convolution,
    "FULLY_CONNECTED": fully_connected,
    "BATCH_MATMUL": matrices,
    "AVERAGE_POOL_2D": means,
    "MAX_POOL_2D": maxima,
    "RESIZE_BILINEAR": resizing,
    "RESIZE_NEAREST_NEIGHBOR": resizing,
    **dict.fromkeys(("PAD", "PADV2", "MIRROR_PAD"), padding),
    **dict.fromkeys(("QUANTIZE", "DEQUANTIZE"), _same),
    "SOFTMAX": softmax,
    "CAST": cast,
    "PRELU": _prelu,
    "GELU": _gelu,
    "SQUARED_DIFFERENCE": _squared_difference,
    "L2_NORMALIZATION": _l2,
    "SQUARE": _square,
    "RSQRT": _rsqrt,
    "RELU6": clip(0, 6),
    "RELU_N1_TO_1": clip(-1, 1),
    "RELU_0_TO_1": clip(0, 1),
    "LEAKY_RELU": lambda n, o: n.b.add("LeakyRelu", n.value(o.inputs[0]), alpha=float(o.option(0, "f"))),
    "ADD": joined("Add"),
    "ADD_N": joined("Add"),
    "SUB": joined("Sub"),
    "MUL": joined("Mul"),
    "DIV": joined("Div"),
    "POW": joined("Pow"),
    "MAXIMUM": joined("Max"),
    "MINIMUM": joined("Min"),
    "GREATER": joined("Greater"),
    "GREATER_EQUAL": joined("GreaterOrEqual"),
    "LESS": joined("Less"),
    "LESS_EQUAL": joined("LessOrEqual"),
    "EQUAL": joined("Equal"),
    "NOT_EQUAL": lambda n, o: n.b.add("Not", n.b.add("Equal", *n.inputs(o))),
    "LOGICAL_AND": joined("And"),
    "LOGICAL_OR": joined("Or"),
    **dict.fromkeys(("SELECT", "SELECT_V2"), lambda n, o: n.b.add("Where", *n.inputs(o))),
    "RELU": single("Relu"),
    "LOGISTIC": single("Sigmoid"),
    "TANH": single("Tanh"),
    "ELU": single("Elu"),
    "HARD_SWISH": single("HardSwish"),
    "LOG_SOFTMAX": single("LogSoftmax", axis=-1),
    "EXP": single("Exp"),
    "LOG": single("Log"),
    "SQRT": single("Sqrt"),
    "ABS": single("Abs"),
    "NEG": single("Neg"),
    "FLOOR": single("Floor"),
    "CEIL": single("Ceil"),
    "ROUND": single("Round"),
    "SIGN": single("Sign"),
    "SIN": single("Sin"),
    "COS": single("Cos"),
    "LOGICAL_NOT": single("Not"),
    "MEAN": reducing("ReduceMean"),
    "SUM": reducing("ReduceSum"),
    "REDUCE_MAX": reducing("ReduceMax"),
    "REDUCE_MIN": reducing("ReduceMin"),
    "REDUCE_PROD": reducing("ReduceProd"),
    "CUMSUM": running_sum,
    "ARG_MAX": best("ArgMax"),
    "ARG_MIN": best("ArgMin"),
}
