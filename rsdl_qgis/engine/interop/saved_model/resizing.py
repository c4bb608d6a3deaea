"""TensorFlow's ScaleAndTranslate (``tf.image.resize(antialias=True)``) as ONNX, exact at the borders too.

ONNX has ``Resize(antialias=1)``, whose weights differ near the borders. Here each axis is a matrix of weights, made
from the image's size when the network runs: rows · image · columns. The weights are those of TensorFlow's
``scale_and_translate_op.cc``; the kernels those of its ``sampling_kernels.h``, of Keys (1981,
doi:10.1109/TASSP.1981.1163711) and Mitchell and Netravali (1988, doi:10.1145/54852.378514).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import onnx
from onnx import inliner, parser

from ...errors import ModelError
from ...files.text import shortened
from ..builder import OPSET

DOMAIN = "tensorflow"
NAME = "ScaleAndTranslate"


def _polynomial(near: Sequence[float], far: Sequence[float]) -> list[str]:
    """A kernel of two cubic polynomials, of the distance x: up to 1, and up to 2. Coefficients from the highest."""

    def horner(name: str, numbers: Sequence[float]) -> list[str]:
        lines = [f"{name}0 = Constant<value_float = {numbers[0]!r}>()"]
        for i, number in enumerate(numbers[1:], 1):
            lines += [f"{name}c{i} = Constant<value_float = {number!r}>()", f"{name}m{i} = Mul({name}{i - 1}, x)"]
            lines += [f"{name}{i} = Add({name}m{i}, {name}c{i})"]
        return lines

    choice = [
        "two = Constant<value_float = 2.0>()",
        "isNear = Less(x, one)",
        "isFar = Less(x, two)",
        "outer = Where(isFar, far3, zero)",
    ]
    return [*horner("near", near), *horner("far", far), *choice, "weight = Where(isNear, near3, outer)"]


def _lanczos(radius: float) -> list[str]:
    return [
        f"radius = Constant<value_float = {radius!r}>()",
        f"pi = Constant<value_float = {math.pi!r}>()",
        "least = Constant<value_float = 0.001>()",
        "far = Max(x, least)",
        *("angle = Mul(far, pi)", "slow = Div(angle, radius)", "sine = Sin(angle)", "slowSine = Sin(slow)"),
        *("sines = Mul(sine, slowSine)", "angles = Mul(angle, slow)", "wave = Div(sines, angles)"),
        *("isMiddle = LessOrEqual(x, least)", "inner = Where(isMiddle, one, wave)"),
        *("isInside = Less(x, radius)", "weight = Where(isInside, inner, zero)"),
    ]


KERNELS: Mapping[str, list[str]] = {  # name -> lines that make ``weight`` of the distance ``x``
    "triangle": ["fall = Sub(one, x)", "weight = Max(fall, zero)"],
    "box": [
        "isInside = Less(x, half)",
        "isEdge = Equal(x, half)",
        "edge = Where(isEdge, half, zero)",
        "weight = Where(isInside, one, edge)",
    ],
    "keyscubic": _polynomial((1.5, -2.5, 0.0, 1.0), (-0.5, 2.5, -4.0, 2.0)),
    "mitchellcubic": _polynomial((7 / 6, -2.0, 0.0, 8 / 9), (-7 / 18, 2.0, -10 / 3, 16 / 9)),
    "lanczos1": _lanczos(1.0),
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
    "gaussian": [
        *("radius = Constant<value_float = 1.5>()", "steep = Constant<value_float = -2.0>()"),  # deviation 0.5
        *("square = Mul(x, x)", "power = Mul(square, steep)", "bell = Exp(power)"),
        *("isInside = Less(x, radius)", "weight = Where(isInside, bell, zero)"),
    ],
}


def with_resizing(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model whose nodes ``tensorflow:ScaleAndTranslate_…`` are written in ONNX's own operators. ModelError for one
    of another name.
    """
    names = {node.op_type for node in model.graph.node if node.domain == DOMAIN}
    if not names:
        return model
    made = onnx.ModelProto()
    made.CopyFrom(model)
    for name in sorted(names):
        kind, _, rest = name.partition("_")
        kernel, _, stretch = rest.rpartition("_")
        if kind != NAME or kernel not in KERNELS:
            raise ModelError(f"{shortened(name)} cannot be written as ONNX.", "Export the model as ONNX.")
        made.functions.append(parser.parse_function(_weights_of(kernel, stretch == "antialias")))
        made.functions.append(parser.parse_function(_resized(name, kernel, stretch)))
    if DOMAIN not in {opset.domain for opset in made.opset_import}:
        made.opset_import.append(onnx.helper.make_opsetid(DOMAIN, 1))
    return inliner.inline_local_functions(made)


def _resized(name: str, kernel: str, stretch: str) -> str:
    """The function: image (N, H, W, C), size (2), scale (2), translation (2) -> (N, size, C)."""
    weights = f"Weights_{kernel}_{stretch}"
    lines = [
        *("shape = Shape(image)", "first = Constant<value_int = 0>()", "second = Constant<value_int = 1>()"),
        *("third = Constant<value_int = 2>()", "height = Gather(shape, second)", "width = Gather(shape, third)"),
        "sizes = Cast<to = 7>(size)",
        *("rows = Gather(sizes, first)", "scaleY = Gather(scale, first)", "moveY = Gather(translation, first)"),
        *("columns = Gather(sizes, second)", "scaleX = Gather(scale, second)", "moveX = Gather(translation, second)"),
        f"down = {DOMAIN}.{weights}(height, rows, scaleY, moveY)",
        f"acrossTurned = {DOMAIN}.{weights}(width, columns, scaleX, moveX)",
        "across = Transpose<perm = [1, 0]>(acrossTurned)",
        *("numbers = Cast<to = 1>(image)", "x = Transpose<perm = [0, 3, 1, 2]>(numbers)"),
        *("lower = MatMul(down, x)", "smaller = MatMul(lower, across)", "y = Transpose<perm = [0, 2, 3, 1]>(smaller)"),
    ]
    return _function(name, ("image", "size", "scale", "translation"), "y", lines)


def _weights_of(kernel: str, antialias: bool) -> str:
    """The function: length of an axis, that of the result, scale, translation -> weights (result, length)."""
    lines = [
        *(f"{name} = Constant<value_float = {value!r}>()" for name, value in _NUMBERS.items()),
        *("start = Constant<value_int = 0>()", "step = Constant<value_int = 1>()"),
        *("last = Constant<value_ints = [1]>()", "zeroAxis = Constant<value_ints = [0]>()"),
        "inverse = Div(one, scale)",
        "stretch = Max(inverse, one)" if antialias else "stretch = Identity(one)",
        *("to = Range(start, count, step)", "toReal = Cast<to = 1>(to)", "middle = Add(toReal, half)"),
        *("scaled = Mul(middle, inverse)", "shift = Mul(inverse, translation)", "place = Sub(scaled, shift)"),
        *("from = Range(start, length, step)", "fromReal = Cast<to = 1>(from)", "source = Add(fromReal, half)"),
        *("placeColumn = Unsqueeze(place, last)", "sourceRow = Unsqueeze(source, zeroAxis)"),
        *("apart = Sub(sourceRow, placeColumn)", "stretched = Div(apart, stretch)", "x = Abs(stretched)"),
        *KERNELS[kernel],
        *("total = ReduceSum<keepdims = 1>(weight, last)", "size = Abs(total)", "isSmall = Less(size, tiny)"),
        *("divisor = Where(isSmall, one, total)", "shares = Div(weight, divisor)"),
        *("lengthReal = Cast<to = 1>(length)", "isAfter = GreaterOrEqual(placeColumn, zero)"),
        *("isBefore = LessOrEqual(placeColumn, lengthReal)", "isThere = And(isAfter, isBefore)"),
        "weights = Where(isThere, shares, zero)",
    ]
    name = f"Weights_{kernel}_{'antialias' if antialias else 'plain'}"
    return _function(name, ("length", "count", "scale", "translation"), "weights", lines)


_NUMBERS = {"zero": 0.0, "half": 0.5, "one": 1.0, "tiny": 1.1754944e-35}  # 1000 times the least float


def _function(name: str, inputs: Sequence[str], output: str, lines: Sequence[str]) -> str:
    head = f'<domain: "{DOMAIN}", opset_import: ["": {OPSET}, "{DOMAIN}": 1]>'
    return f"{head}\n{name} ({', '.join(inputs)}) => ({output})\n{{\n" + "\n".join(lines) + "\n}"
