"""The functions of PyTorch (ATen) that exported image networks call, as nodes of ONNX.

Each takes the graph and its arguments by the names of ATen's schemas; one that is left out has PyTorch's default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Builder, Shape, Value
from .core import CORE, Function, unary, value

_EXPORT = "Export it to ONNX where it was trained (torch.onnx.export)."


def shape_of(b: Builder, sizes: Sequence[Any]) -> Value:
    """Lengths, some of which the graph computes, as a tensor."""
    if all(isinstance(size, int) for size in sizes):
        return b.constant([int(size) for size in sizes])
    return b.add("Concat", *(s if isinstance(s, Value) else b.constant([s]) for s in sizes), axis=0)


def _per(setting: Any, rank: int) -> list[int]:
    found = [setting] * rank if isinstance(setting, int) else [int(v) for v in setting]
    return found * rank if len(found) == 1 else found


def convolution(
    b: Builder,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    transposed: bool = False,
    output_padding: Any = 0,
    **_: Any,
) -> Value:
    """``conv…d``, ``convolution``."""
    rank = weight.rank - 2
    given: dict[str, Any] = {"strides": _per(stride, rank), "dilations": _per(dilation, rank), "group": groups}
    if padding == "same":
        totals = [(k - 1) * d for k, d in zip(weight.shape[2:], given["dilations"]) if k is not None]
        pads = [*(t // 2 for t in totals), *(t - t // 2 for t in totals)]
    else:
        pads = [] if padding == "valid" else _per(padding, rank) * 2
    given |= {"pads": pads or [0] * (2 * rank)}
    if transposed:
        return b.add("ConvTranspose", input, weight, bias, output_padding=_per(output_padding, rank), **given)
    return b.add("Conv", input, weight, bias, **given)


def transposed_convolution(
    b: Builder,
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """``conv_transpose…d``."""
    return convolution(b, input, weight, bias, stride, padding, dilation, groups, True, output_padding)


def batch_norm(
    b: Builder,
    input: Value,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    **_: Any,
) -> Value:
    """``batch_norm`` with the statistics of training."""
    if training or running_mean is None:
        raise ModelError("A normalisation takes its statistics from the batch.", "Export the network after eval().")
    count = running_mean.length(0)
    weight = weight or b.constant(np.ones(count, np.float32))
    bias = bias or b.constant(np.zeros(count, np.float32))
    return b.add("BatchNormalization", input, weight, bias, running_mean, running_var, epsilon=float(eps))


def layer_norm(
    b: Builder,
    input: Value,
    normalized_shape: Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    **_: Any,
) -> Value:
    """``layer_norm``."""
    scale = weight or b.constant(np.ones([int(n) for n in normalized_shape], np.float32))
    return b.add("LayerNormalization", input, scale, bias, axis=-len(normalized_shape), epsilon=float(eps))


def group_norm(
    b: Builder, input: Value, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, **_: Any
) -> Value:
    """``group_norm``."""
    flat = b.add("Reshape", input, b.constant([0, num_groups, -1]))
    ones = b.constant(np.ones(num_groups, np.float32))
    zeros = b.constant(np.zeros(num_groups, np.float32))
    y = b.add("InstanceNormalization", flat, ones, zeros, epsilon=float(eps))
    y = reshaped(b, y, b.add("Shape", input), input.shape)
    wide = b.constant([-1, *[1] * (input.rank - 2)])
    y = b.add("Mul", y, b.add("Reshape", weight, wide)) if weight else y
    return b.add("Add", y, b.add("Reshape", bias, wide)) if bias else y


def reshaped(b: Builder, x: Value, shape: Value, lengths: Shape) -> Value:
    """A tensor in a shape that the graph computes."""
    return b.add_many("Reshape", [x, shape], 1, shape=lengths)[0]


def linear(b: Builder, input: Value, weight: Value, bias: Value | None = None) -> Value:
    """``linear``."""
    y = b.add("MatMul", input, b.add("Transpose", weight, perm=[1, 0]))
    return b.add("Add", y, bias) if bias else y


def pool(operator: str) -> Function:
    """``max_pool…d``, ``avg_pool…d``."""

    def build(
        b: Builder,
        self: Value,
        kernel_size: Any,
        stride: Any = (),
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> Value:
        rank = self.rank - 2
        if divisor_override:
            raise ModelError("A mean over another number of pixels is not supported.", _EXPORT)
        given: dict[str, Any] = {"kernel_shape": _per(kernel_size, rank), "pads": _per(padding, rank) * 2}
        given |= {"strides": _per(stride or kernel_size, rank), "ceil_mode": int(ceil_mode)}
        if operator == "AveragePool":
            return b.add(operator, self, count_include_pad=int(count_include_pad), **given)
        return b.add(operator, self, dilations=_per(dilation, rank), **given)

    return build


def adaptive_mean(b: Builder, self: Value, output_size: Sequence[int]) -> Value:
    """``adaptive_avg_pool2d`` to one pixel, or to what divides the sides."""
    if all(size == 1 for size in output_size):
        return b.add("ReduceMean", self, axes=[-2, -1], keepdims=1)
    sides = [self.length(axis) for axis in (-2, -1)]
    steps = [side // int(size) for side, size in zip(sides, output_size)]
    if any(side % int(size) for side, size in zip(sides, output_size)):
        raise ModelError(f"A mean of {sides} px to {list(output_size)} is not supported.", _EXPORT)
    return b.add("AveragePool", self, kernel_shape=steps, strides=steps)


def resize(mode: str) -> Function:
    """``upsample_nearest2d``, ``upsample_bilinear2d``, ``upsample_bicubic2d``."""

    def build(
        b: Builder,
        input: Any = None,
        output_size: Any = None,
        align_corners: bool = False,
        scale_factors: Any = None,
        self: Any = None,
        **_: Any,
    ) -> Value:
        x: Value = input or self
        how = "align_corners" if align_corners else "asymmetric" if mode == "nearest" else "half_pixel"
        given: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": how}
        given |= {"nearest_mode": "floor"} if mode == "nearest" else {}
        if output_size is None:
            factors = b.constant(np.array([1, 1, *scale_factors], np.float32))
            return b.add("Resize", x, None, factors, **given)
        head = b.add("Slice", b.add("Shape", x), b.constant([0]), b.constant([2]))
        sizes = b.add("Concat", head, shape_of(b, output_size), axis=0)
        stated = tuple(size if isinstance(size, int) else None for size in output_size)
        return b.add_many("Resize", [x, None, None, sizes], 1, shape=(*x.shape[:2], *stated), **given)[0]

    return build


def binary(operator: str) -> Function:
    """Functions of two tensors, or a tensor and a number."""

    def build(b: Builder, self: Any, other: Any, alpha: float = 1, **_: Any) -> Value:
        x, y = value(b, self), value(b, other)
        return b.add(operator, x, y if alpha == 1 else b.add("Mul", y, value(b, alpha)))

    return build


def clamp(b: Builder, self: Value, min: Any = None, max: Any = None, min_val: Any = None, max_val: Any = None) -> Value:
    """``clamp``, ``hardtanh``."""
    low, high = min if min is not None else min_val, max if max is not None else max_val
    return b.add("Clip", self, *(None if end is None else value(b, end) for end in (low, high)))


def gelu(b: Builder, self: Value, approximate: str = "none") -> Value:
    """``gelu``."""
    if approximate != "none":
        cube = b.add("Mul", b.add("Mul", b.add("Mul", self, self), self), b.constant(0.044715))
        inner = b.add("Tanh", b.add("Mul", b.add("Add", self, cube), b.constant(math.sqrt(2 / math.pi))))
    else:
        inner = b.add("Erf", b.add("Mul", self, b.constant(math.sqrt(0.5))))
    return b.add("Mul", b.add("Mul", self, b.constant(0.5)), b.add("Add", inner, b.constant(1.0)))


def reduced(operator: str) -> Function:
    """``mean``, ``amax``, ``sum`` over axes."""

    def build(b: Builder, self: Value, dim: Any = None, keepdim: bool = False, **_: Any) -> Value:
        axes = [dim] if isinstance(dim, int) else list(dim or range(self.rank))
        if operator == "ReduceSum":
            return b.add(operator, self, b.constant(axes), keepdims=int(keepdim))
        return b.add(operator, self, axes=axes, keepdims=int(keepdim))

    return build


def flatten(b: Builder, self: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """``flatten``."""
    first, last = start_dim % self.rank, end_dim % self.rank
    shape = b.add("Shape", self)
    parts = [b.add("Slice", shape, b.constant([0]), b.constant([first])), b.constant([-1])]
    parts.append(b.add("Slice", shape, b.constant([last + 1]), b.constant([self.rank])))
    inner = self.shape[first : last + 1]
    total = None if None in inner else math.prod(n or 0 for n in inner)
    lengths = (*self.shape[:first], total, *self.shape[last + 1 :])
    return reshaped(b, self, b.add("Concat", *parts, axis=0), lengths)


def view(b: Builder, self: Value, size: Sequence[Any] = (), shape: Sequence[Any] = ()) -> Value:
    """``view``, ``reshape``."""
    wanted = size or shape
    stated = tuple(n if isinstance(n, int) and n >= 0 else None for n in wanted)
    return reshaped(b, self, shape_of(b, wanted), stated)


def permute(b: Builder, self: Value, dims: Sequence[int]) -> Value:
    """``permute``."""
    return b.add("Transpose", self, perm=[dim % self.rank for dim in dims])


def transpose(b: Builder, self: Value, dim0: int, dim1: int) -> Value:
    """``transpose``."""
    order = list(range(self.rank))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return b.add("Transpose", self, perm=order)


def pad(b: Builder, self: Value, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Value:
    """``pad``: pairs from the last axis on."""
    before, after = [0] * self.rank, [0] * self.rank
    for i, (first, last) in enumerate(zip(pad[::2], pad[1::2])):
        before[-1 - i], after[-1 - i] = int(first), int(last)
    kinds = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}
    return b.add("Pad", self, b.constant([*before, *after]), b.constant(float(value or 0)), mode=kinds[mode])


def slice_(b: Builder, self: Value, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Value:
    """``slice``."""
    last = np.iinfo(np.int64).max
    ends = [shape_of(b, [n]) for n in (start or 0, last if end is None else end, dim, step)]
    return b.add("Slice", self, *ends)


def split(b: Builder, self: Value, split_size: Any = None, dim: int = 0, chunks: int | None = None) -> list[Value]:
    """``split``, ``chunk``."""
    length = self.length(dim)
    if isinstance(split_size, list):
        sizes = [int(n) for n in split_size]
    else:
        step = int(split_size) if split_size else -(-length // int(chunks or 1))
        sizes = [min(step, length - at) for at in range(0, length, step)]
    return b.add_many("Split", [self, b.constant(sizes)], len(sizes), axis=dim)


def attention(
    b: Builder,
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    **_: Any,
) -> Value:
    """``scaled_dot_product_attention`` without masks."""
    if attn_mask is not None or is_causal:
        raise ModelError("Attention with a mask is not supported.", _EXPORT)
    factor = b.constant(float(scale) if scale else query.length(-1) ** -0.5)
    order = [*range(key.rank - 2), key.rank - 1, key.rank - 2]
    scores = b.add("MatMul", b.add("Mul", query, factor), b.add("Transpose", key, perm=order))
    return b.add("MatMul", b.add("Softmax", scores, axis=-1), value)


def size(b: Builder, self: Value, dim: int) -> Value:
    """``sym_size``: one length."""
    at = dim % self.rank
    return b.add("Slice", b.add("Shape", self), b.constant([at]), b.constant([at + 1]))


def whole(operator: str) -> Function:
    """Arithmetic of lengths."""

    def build(b: Builder, a: Any, other: Any) -> Value:
        x, y = (v if isinstance(v, Value) else b.constant([int(v)]) for v in (a, other))
        return b.add(operator, x, y)

    return build


_SAME = (
    "dropout",
    "clone",
    "contiguous",
    "detach",
    "alias",
    "detach_",
    "dropout_",
    "feature_dropout",
    "to",
    "lift_fresh_copy",
    "native_dropout",
)
FUNCTIONS: Mapping[str, Function] = {  # by name without the overload; a function in place has a line at its end
    **dict.fromkeys(_SAME, lambda b, self=None, input=None, **_: self or input),
    **CORE,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d", "convolution", "_convolution"), convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), transposed_convolution),
    **dict.fromkeys(("batch_norm", "_native_batch_norm_legit_no_training"), batch_norm),
    "native_batch_norm": lambda b, **given: [batch_norm(b, **given)],
    "layer_norm": layer_norm,
    "native_layer_norm": lambda b, **given: [layer_norm(b, **given)],
    "group_norm": group_norm,
    "native_group_norm": lambda b, group, **given: [group_norm(b, num_groups=group, **given)],
    "linear": linear,
    "matmul": lambda b, self, other: b.add("MatMul", self, other),
    "bmm": lambda b, self, mat2: b.add("MatMul", self, mat2),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), pool("MaxPool")),
    "max_pool2d_with_indices": lambda b, **given: [pool("MaxPool")(b, **given)],
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), pool("AveragePool")),
    **dict.fromkeys(("adaptive_avg_pool2d", "_adaptive_avg_pool2d"), adaptive_mean),
    "upsample_nearest2d": resize("nearest"),
    "upsample_bilinear2d": resize("linear"),
    "upsample_bicubic2d": resize("cubic"),
    "add": binary("Add"),
    "sub": binary("Sub"),
    "mul": binary("Mul"),
    "div": binary("Div"),
    "maximum": binary("Max"),
    "minimum": binary("Min"),
    "pow": lambda b, self, exponent: b.add("Pow", self, value(b, exponent)),
    "clamp": clamp,
    "hardtanh": clamp,
    "relu6": lambda b, self: clamp(b, self, 0, 6),
    "gelu": gelu,
    "silu": lambda b, self: b.add("Mul", self, b.add("Sigmoid", self)),
    "mish": lambda b, self: b.add("Mul", self, b.add("Tanh", b.add("Softplus", self))),
    "leaky_relu": lambda b, self, negative_slope=0.01: b.add("LeakyRelu", self, alpha=float(negative_slope)),
    "elu": lambda b, self, alpha=1.0: b.add("Elu", self, alpha=float(alpha)),
    "prelu": lambda b, self, weight: b.add("PRelu", self, b.add("Unsqueeze", weight, b.constant([1, 2]))),
    "softmax": lambda b, self, dim, **_: b.add("Softmax", self, axis=dim),
    "log_softmax": lambda b, self, dim, **_: b.add("LogSoftmax", self, axis=dim),
    "hardsigmoid": unary("HardSigmoid", alpha=1 / 6, beta=0.5),
    **{n: unary(o) for n, o in (("relu", "Relu"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("exp", "Exp"))},
    **{
        n: unary(o) for n, o in (("hardswish", "HardSwish"), ("softplus", "Softplus"), ("sqrt", "Sqrt"), ("log", "Log"))
    },
    **{n: unary(o) for n, o in (("abs", "Abs"), ("neg", "Neg"), ("erf", "Erf"), ("selu", "Selu"))},
    "mean": reduced("ReduceMean"),
    "sum": reduced("ReduceSum"),
    "amax": reduced("ReduceMax"),
    "amin": reduced("ReduceMin"),
    "argmax": lambda b, self, dim, keepdim=False: b.add("ArgMax", self, axis=dim, keepdims=int(keepdim)),
    "cat": lambda b, tensors, dim=0: b.add("Concat", *tensors, axis=dim),
    "flatten": flatten,
    **dict.fromkeys(("view", "reshape", "_unsafe_view"), view),
    "permute": permute,
    "transpose": transpose,
    "unsqueeze": lambda b, self, dim: b.add("Unsqueeze", self, b.constant([dim])),
    "squeeze": lambda b, self, dim: b.add("Squeeze", self, b.constant([dim] if isinstance(dim, int) else list(dim))),
    "select": lambda b, self, dim, index: b.add("Gather", self, b.constant(np.asarray(index, np.int64)), axis=dim),
    "pad": pad,
    "constant_pad_nd": pad,
    "slice": slice_,
    "split": split,
    "split_with_sizes": lambda b, self, split_sizes, dim=0: split(b, self, list(split_sizes), dim),
    "chunk": lambda b, self, chunks, dim=0: split(b, self, None, dim, chunks),
    "pixel_shuffle": lambda b, self, upscale_factor: b.add("DepthToSpace", self, blocksize=upscale_factor, mode="CRD"),
    "scaled_dot_product_attention": attention,
    "_scaled_dot_product_flash_attention_for_cpu": lambda b, **given: [attention(b, **given)],
    "sym_size": size,
}
LENGTHS: Mapping[str, Function] = {
    "_operator.add": whole("Add"),
    "_operator.sub": whole("Sub"),
    "_operator.mul": whole("Mul"),
    "_operator.floordiv": whole("Div"),
}
