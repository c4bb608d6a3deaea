"""The geometric transformation of a sample in data augmentation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Geometry:
    """A crop of an image and its transformation; lengths in pixels.

    Rows ``top`` to ``top + height`` and columns likewise are padded to ``frame`` (height, width), resampled to
    ``size``, ``flipped`` along these axes and then ``transposed``: all flips and quarter turns.
    """

    top: int
    left: int
    height: int
    width: int
    frame: tuple[int, int]
    size: tuple[int, int]
    flipped: tuple[int, ...]
    transposed: bool
