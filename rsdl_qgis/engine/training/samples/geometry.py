"""What part of a picture is taken in training, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Geometry:
    """What part of a picture is taken, and what becomes of it; lengths in pixels.

    Rows ``top`` to ``top + height`` and columns likewise, continued to ``frame`` where the picture ends before it,
    brought to ``size``, ``flipped`` along these axes and then, if so, ``transposed``: all flips and quarter turns.
    """

    top: int
    left: int
    height: int
    width: int
    frame: tuple[int, int]
    size: tuple[int, int]
    flipped: tuple[int, ...]
    transposed: bool
