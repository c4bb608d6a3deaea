"""Inputs and outputs of a graph as this plugin gives images: (N, bands, H, W), with dates (N, dates, bands, H, W).

A network for single pixels, (N, bands), gets every pixel of an image, and its answers become a map.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ModelError
from .builder import Builder, Shape, Value

NAMES = {2: ("batch", "band"), 3: ("batch", "time", "band"), 5: ("batch", "time", "band", "height", "width")}
NAMES |= {4: ("batch", "band", "height", "width")}


class Images:
    """``take`` makes inputs of the graph, ``give`` turns outputs.

    ``shapes``: of all inputs, with the batch; ``first``: the file has images as (N, C, H, W).
    """

    def __init__(self, b: Builder, shapes: Sequence[Shape], first: bool = False):
        self._b, self._first = b, first
        self._pixelwise = all(len(shape) == 2 for shape in shapes)
        self._sides: Value | None = None  # (N, H, W), of an image whose pixels are taken one by one

    def take(self, name: str, shape: Shape) -> Value:
        """An input, as the file's network takes it; ``shape``: of that, with the batch."""
        if self._pixelwise:
            return self._pixels(name, shape)
        rank = len(shape)
        moved = rank >= 4 and not self._first
        there = (*shape[: rank - 3], shape[-1], *shape[-3:-1]) if moved else shape
        axes = [f"{name}_{axis}" if length is None else length for axis, length in zip(NAMES[rank], there)]
        x = self._b.input(name, axes)
        return self._b.add("Transpose", x, perm=[*range(rank - 3), rank - 2, rank - 1, rank - 3]) if moved else x

    def give(self, x: Value) -> Value:
        """An output of the file's network as (N, …, C, H, W)."""
        if self._sides is not None:
            if x.rank > 2:
                raise ModelError("It gives more than one answer for a pixel.", "Export the model as ONNX.")
            b = self._b
            shape = b.add("Concat", self._sides, b.constant([x.length(1)]), axis=0) if x.rank == 2 else self._sides
            y = b.add("Reshape", x, shape)
            y = Value(y.name, (None, None, None, *x.shape[1:]), y.dtype)
            return b.add("Transpose", y, perm=[0, 3, 1, 2]) if x.rank == 2 else y
        if x.rank < 4 or self._first:
            return x
        return self._b.add("Transpose", x, perm=[*range(x.rank - 3), x.rank - 1, x.rank - 3, x.rank - 2])

    def _pixels(self, name: str, shape: Shape) -> Value:
        b = self._b
        bands = shape[1] or 0
        x = b.input(name, [f"{name}_batch", bands, f"{name}_height", f"{name}_width"])
        x = b.add("Transpose", x, perm=[0, 2, 3, 1])
        self._sides = b.add("Slice", b.add("Shape", x), b.constant([0]), b.constant([3]))
        return b.add("Reshape", x, b.constant([-1, bands]))
