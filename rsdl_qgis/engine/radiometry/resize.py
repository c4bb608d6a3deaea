"""Scaled images brought to the size that a network of scenes takes, as its training samples were."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEAST_WEIGHT = 1e-6  # of the valid pixels that a pixel is made of


def resized(image: NDArray[np.float32], valid: NDArray[np.bool_] | None, size: tuple[int, int]) -> NDArray[np.float32]:
    """An image (T, C, h, w) brought to (height, width): bilinear, averaged where it becomes smaller.

    ``valid`` (h, w): elsewhere the image is 0; None: all of it. A pixel is valid where the nearest one was, and is then
    made of valid ones only; elsewhere it is 0. The same as ``training.samples.augment.resized`` with ``smooth``.
    """
    down, across = weights(image.shape[-2], size[0]), weights(image.shape[-1], size[1]).T
    result: NDArray[np.float32] = np.matmul(np.matmul(down, image), across)
    if valid is not None:
        weight = down @ valid.astype(np.float32) @ across
        result *= nearest(valid, size) / np.maximum(weight, np.float32(LEAST_WEIGHT))
    return result


def nearest(array: NDArray, size: tuple[int, int]) -> NDArray:
    """(h, w) of any type brought to another size: each pixel that of the nearest centre."""
    rows, cols = (
        ((np.arange(new, dtype=np.float32) + np.float32(0.5)) * np.float32(old / new)).astype(np.int64)
        for old, new in zip(array.shape, size)
    )
    return array[np.minimum(rows, array.shape[0] - 1)[:, None], np.minimum(cols, array.shape[1] - 1)]


@lru_cache(maxsize=32)
def weights(old: int, new: int) -> NDArray[np.float32]:
    """(new, old): the weight of each old pixel of a row in each new one, a triangle two new pixels wide."""
    scale = old / new
    centres = (np.arange(new) + 0.5) * scale
    distance = np.abs(np.arange(old) + 0.5 - centres[:, None]) / max(scale, 1.0)
    part = np.maximum(0.0, 1.0 - distance)
    return np.ascontiguousarray(part / part.sum(1, keepdims=True), np.float32)
