"""The inputs and outputs of a graph as this plugin gives images: (N, bands, H, W), with dates (N, dates, bands, H, W)."""

from __future__ import annotations

from .builder import Builder, Shape, Value

NAMES = {2: ("batch", "band"), 3: ("batch", "time", "band"), 4: ("batch", "band", "height", "width")}
NAMES |= {5: ("batch", "time", "band", "height", "width")}


def taken(b: Builder, name: str, shape: Shape, first: bool = False) -> Value:
    """An input of the graph, as the file's network takes it; ``shape``: with the batch, (N, …, H, W, C) or ``first``."""
    rank = len(shape)
    moved = rank >= 4 and not first
    there = (*shape[: rank - 3], shape[-1], *shape[-3:-1]) if moved else shape
    x = b.input(name, [f"{name}_{axis}" if length is None else length for axis, length in zip(NAMES[rank], there)])
    return b.add("Transpose", x, perm=[*range(rank - 3), rank - 2, rank - 1, rank - 3]) if moved else x


def turned(b: Builder, x: Value, first: bool = False) -> Value:
    """An output of the file's network as (N, …, C, H, W)."""
    if x.rank < 4 or first:
        return x
    return b.add("Transpose", x, perm=[*range(x.rank - 3), x.rank - 1, x.rank - 3, x.rank - 2])
