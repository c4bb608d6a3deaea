"""Convolutions, pooling and resizing as TensorFlow defines them, of tensors with 1, 2 or 3 axes of space.

Tensors are (N, …, C), or (N, C, …) with ``first``; the nodes of ONNX take (N, C, …). The transpositions between two
nodes cancel when ONNX Runtime loads the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .builder import Builder, Value


@dataclass(frozen=True)
class Window:
    """How a kernel moves: its size, strides and dilations, one number an axis; ``same``: TensorFlow's padding."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    same: bool

    @property
    def spans(self) -> tuple[int, ...]:
        """The pixels from the first to the last that the kernel touches."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilations))


def channels_first(b: Builder, x: Value, first: bool = False) -> Value:
    """(N, …, C) as (N, C, …)."""
    return x if first or x.rank < 3 else b.add("Transpose", x, perm=[0, x.rank - 1, *range(1, x.rank - 1)])


def channels_last(b: Builder, x: Value, first: bool = False) -> Value:
    """(N, C, …) as (N, …, C)."""
    return x if first or x.rank < 3 else b.add("Transpose", x, perm=[0, *range(2, x.rank), 1])


def convolved(
    b: Builder, x: Value, kernel: Value, bias: Value | None, window: Window, groups: int = 1, first: bool = False
) -> Value:
    """A convolution; ``kernel``: (out, in / groups, …)."""
    x = channels_first(b, x, first)
    if x.shape[1] is not None and kernel.shape[1] is not None and x.shape[1] != kernel.shape[1] * groups:
        text = f"A convolution takes {kernel.shape[1] * groups} channels, and gets {x.shape[1]}."
        raise ModelError(text, "Get the model again.")
    y = b.add(
        "Conv",
        x,
        kernel,
        bias,
        strides=list(window.strides),
        dilations=list(window.dilations),
        group=groups,
        **_padding(x, window),
    )
    return channels_last(b, y, first)


def pooled(b: Builder, x: Value, operator: str, window: Window, first: bool = False) -> Value:
    """``MaxPool`` or ``AveragePool``; what is padded counts for neither."""
    x = channels_first(b, x, first)
    given: dict[str, Any] = {"kernel_shape": list(window.size), "strides": list(window.strides)}
    return channels_last(b, b.add(operator, x, **given, **_padding(x, window)), first)


def transposed(
    b: Builder,
    x: Value,
    kernel: Value,
    bias: Value | None,
    window: Window,
    longer: Sequence[int],
    first: bool = False,
) -> Value:
    """A transposed convolution; ``kernel``: (in, out, …).

    ``longer``: by how many pixels the output exceeds the input's length times the stride, by axis.
    """
    before, after, extra = [], [], []
    for span, stride, more in zip(window.spans, window.strides, longer):
        total = max(span - stride - more, 0) if window.same else 0
        before.append(total // 2)
        after.append(total - total // 2)
        extra.append(more - (span - stride - total))
    y = b.add(
        "ConvTranspose",
        channels_first(b, x, first),
        kernel,
        bias,
        strides=list(window.strides),
        dilations=list(window.dilations),
        pads=[*before, *after],
        output_padding=extra,
    )
    return channels_last(b, y, first)


def padded(
    b: Builder, x: Value, amounts: Sequence[tuple[int, int]], first: bool = False, mode: str = "constant"
) -> Value:
    """Pixels added before and after, by axis of space."""
    start = 2 if first else 1
    pads = [[0] * x.rank, [0] * x.rank]
    for axis, (before, after) in enumerate(amounts, start):
        pads[0][axis], pads[1][axis] = before, after
    return b.add("Pad", x, b.constant([*pads[0], *pads[1]]), b.constant(0.0), mode=mode)


def cropped(b: Builder, x: Value, amounts: Sequence[tuple[int, int]], first: bool = False) -> Value:
    """Pixels cut off before and after, by axis of space."""
    start = 2 if first else 1
    ends = [-after if after else np.iinfo(np.int64).max for _, after in amounts]
    axes = b.constant(list(range(start, start + len(amounts))))
    return b.add("Slice", x, b.constant([before for before, _ in amounts]), b.constant(ends), axes)


def resized(
    b: Builder,
    x: Value,
    *,
    scales: Sequence[float] | None = None,
    sizes: Sequence[int] | None = None,
    mode: str = "nearest",
    coordinates: str = "half_pixel",
    nearest: str = "floor",
    first: bool = False,
) -> Value:
    """An image enlarged or reduced to ``sizes``, or by ``scales``, one number an axis of space."""
    x = channels_first(b, x, first)
    given: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": coordinates}
    if mode == "nearest":
        given["nearest_mode"] = nearest
    if mode == "cubic":
        given |= {"cubic_coeff_a": -0.5, "exclude_outside": 1}
    if scales is not None:
        factors = b.constant(np.array([1, 1, *scales], np.float32))
        return channels_last(b, b.add("Resize", x, None, factors, **given), first)
    head = b.add("Slice", b.add("Shape", x), b.constant([0]), b.constant([2]))
    whole = b.add("Concat", head, b.constant(list(sizes or ())), axis=0)
    y = b.add("Resize", x, None, None, whole, **given)
    return channels_last(b, Value(y.name, (*x.shape[:2], *(sizes or ())), y.dtype), first)


def reduced(b: Builder, x: Value, operator: str, keep: bool = False, first: bool = False) -> Value:
    """``ReduceMean`` or ``ReduceMax`` over space."""
    axes = list(range(2, x.rank)) if first else list(range(1, x.rank - 1))
    return b.add(operator, x, axes=axes, keepdims=int(keep))


def kernel_first(kernel: NDArray[Any]) -> NDArray[Any]:
    """A kernel (…, in, out) as (out, in, …)."""
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def depthwise_first(kernel: NDArray[Any]) -> NDArray[Any]:
    """A depthwise kernel (…, in, multiplier) as (in · multiplier, 1, …)."""
    flat = kernel.reshape(*kernel.shape[:-2], 1, kernel.shape[-2] * kernel.shape[-1])
    return np.moveaxis(flat, (-1, -2), (0, 1))


def same_padding(length: int, span: int, stride: int) -> tuple[int, int]:
    """What TensorFlow adds before and after an axis of so many pixels."""
    total = max((-(-length // stride) - 1) * stride + span - length, 0)
    return total // 2, total - total // 2


def _padding(x: Value, window: Window) -> dict[str, Any]:
    """The attributes of a node for (N, C, …) that pads as TensorFlow does."""
    if not window.same:
        return {}
    lengths = x.shape[2:]
    if None in lengths and any(stride > 1 for stride in window.strides):
        return {"auto_pad": "SAME_UPPER"}
    amounts = [same_padding(n or 1, *pair) for n, pair in zip(lengths, zip(window.spans, window.strides))]
    return {"pads": [*(before for before, _ in amounts), *(after for _, after in amounts)]}
