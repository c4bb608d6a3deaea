"""How uncertain probabilities are, from 0 (sure) to 1: their entropy, or the margin between the two likeliest classes.

Entropy: Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x, divided by its maximum, the logarithm of the number of
classes. Margin: 1 - (p1 - p2), as best-versus-second-best of Joshi, Porikli, Papanikolopoulos (CVPR 2009),
doi:10.1109/CVPR.2009.5206627. Both are of the probabilities that a model gives, calibrated or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray


def entropy(probabilities: NDArray[np.floating]) -> NDArray[np.float32]:
    """(K, ...) -> (...): 0 where one class has all, 1 where all are as likely.

    Probabilities that do not sum to 1, as independent ones, are divided by their sum; where all are 0 it is 1.
    """
    if len(probabilities) < 2:
        return np.zeros(probabilities.shape[1:], np.float32)
    total = probabilities.sum(0, dtype=np.float32)
    found = np.zeros(total.shape, np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        for each in probabilities:
            share = (each / total).astype(np.float32, copy=False)
            found -= np.where(share > 0, share * np.log(share), np.float32(0))
    found /= np.float32(np.log(len(probabilities)))
    return np.clip(np.where(total > 0, found, np.float32(1)), 0, 1)


def margin(probabilities: NDArray[np.floating]) -> NDArray[np.float32]:
    """(K, ...) -> (...): 0 where the likeliest class has 1 and all others 0, 1 where two classes are as likely."""
    if len(probabilities) < 2:
        return np.zeros(probabilities.shape[1:], np.float32)
    first, second = np.maximum(*probabilities[:2]), np.minimum(*probabilities[:2])
    for each in probabilities[2:]:
        second = np.maximum(second, np.minimum(first, each))
        first = np.maximum(first, each)
    return np.clip(1 - (first - second), 0, 1).astype(np.float32)


def entropy_of_labels(probabilities: NDArray[np.floating]) -> float:
    """(K,) -> the mean entropy of independent labels, each of which is there or not."""
    return float(np.mean([entropy(np.stack([p, 1 - p])) for p in probabilities]))


def margin_of_labels(probabilities: NDArray[np.floating]) -> float:
    """(K,) -> the margin of the least certain of independent labels, each of which is there or not."""
    return float(max(margin(np.stack([p, 1 - p])) for p in probabilities))


MEASURES: Mapping[str, Callable[[NDArray[np.floating]], NDArray[np.float32]]] = {"entropy": entropy, "margin": margin}
LABEL_MEASURES: Mapping[str, Callable[[NDArray[np.floating]], float]] = {
    "entropy": entropy_of_labels,
    "margin": margin_of_labels,
}
