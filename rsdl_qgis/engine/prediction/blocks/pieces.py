"""What the blocks of a prediction are made of: pieces, which a task makes of the outputs of its network, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

Given = TypeVar("Given", contravariant=True)
Piece = Mapping[str, Any]  # arrays, and plain values such as numbers and lists of them
Emit = Callable[[Piece], None]  # arrays hold until it returns

BLOCK = 8_000_000  # pixels that the network takes in a block, about: a second with a GPU, ten to twenty without


class Part(Protocol[Given]):
    """A collector that makes pieces of a block's outputs; see ``loop.Collector``."""

    def add(self, window: Given, output: Any, valid: NDArray) -> None: ...

    def skip(self, window: Given) -> None: ...

    def close(self) -> None:
        """All of the block has come."""


def cut_blocks(count: int, pixels: float, unit: int = 1, least: int = 1) -> list[range]:
    """The blocks of ``count`` windows of so many pixels each; all but the last are of whole ``unit``s of windows, at
    ``least`` so many of them.

    They go by the job alone, not by who runs them: a batch ends with its block, and what is run together may count.
    """
    step = unit * max(least, round(BLOCK / (unit * pixels)))
    return [range(first, min(first + step, count)) for first in range(0, count, step)]
