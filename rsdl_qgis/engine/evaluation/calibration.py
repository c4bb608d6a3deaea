"""Whether probabilities mean what they say: temperature scaling, and the expected calibration error.

Guo, Pleiss, Sun, Weinberger (ICML 2017), https://proceedings.mlr.press/v70/guo17a.html: logits are divided by one
number, the temperature, that makes the labels of a validation set likeliest. Above 1 the network was too sure of
itself. The likeliest class stays the same. Labels that do not exclude one another are taken one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # of equal width, as in the paper
LEAST, LARGEST = 0.5, 10.0  # temperatures; without an error among the labels the best one would be 0
FEWEST = 30  # samples: fewer say too little
TINY = 1e-12  # least probability
STEPS = 60  # of the search
GOLDEN = (math.sqrt(5) - 1) / 2


def tempered(probabilities: NDArray, temperature: float, exclusive: bool, axis: int = 1) -> NDArray[np.float64]:
    """Probabilities as they are with logits divided by a temperature (1 / temperature undoes it).

    ``exclusive``: classes along ``axis``, of which one holds; else each is a label by itself.
    """
    p = np.clip(probabilities.astype(np.float64), TINY, 1 - (0.0 if exclusive else TINY))
    if not exclusive:
        logits = (np.log(p) - np.log1p(-p)) / temperature
        result: NDArray[np.float64] = 0.5 * (1 + np.tanh(logits / 2))
        return result
    logits = np.log(p) / temperature
    powers = np.exp(logits - logits.max(axis, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis, keepdims=True)
    return shares


def surprise(probabilities: NDArray, labels: NDArray, exclusive: bool) -> float:
    """Mean negative log-likelihood of labels: (n,) indices for (n, K) exclusive classes, else (n, K) of 0 and 1."""
    if exclusive:
        chosen = probabilities[np.arange(len(labels)), labels]
    else:
        chosen = np.where(labels > 0, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(chosen, TINY)).mean())


def best_temperature(probabilities: NDArray, labels: NDArray, exclusive: bool) -> float:
    """The temperature that makes the labels likeliest, by golden-section search: there is one minimum.

    ``probabilities`` (n, K) with a temperature of 1; ``labels``: as of ``surprise``.
    """
    low, high = math.log(LEAST), math.log(LARGEST)

    def cost(logarithm: float) -> float:
        return surprise(tempered(probabilities, math.exp(logarithm), exclusive), labels, exclusive)

    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = cost(left), cost(right)
    for _ in range(STEPS):
        if high - low < 1e-4:
            break
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = cost(right)
    return round(math.exp((low + high) / 2), 3)


@dataclass
class Reliability:
    """How often what has a probability is so: (BINS,) counts, sums of probabilities and hits, by the probability.

    Of exclusive classes that of the likeliest one counts, else that of every label.
    """

    counts: NDArray[np.float64]
    sums: NDArray[np.float64]
    hits: NDArray[np.float64]

    @classmethod
    def empty(cls) -> Reliability:
        return cls(np.zeros(BINS), np.zeros(BINS), np.zeros(BINS))

    def add(self, probabilities: NDArray, labels: NDArray, exclusive: bool) -> None:
        """Counts (n, K) probabilities; ``labels``: as of ``surprise``."""
        if exclusive:
            chosen = probabilities.max(1)
            right = probabilities.argmax(1) == labels
        else:
            chosen, right = probabilities.ravel(), labels.ravel() > 0
        index = np.clip((chosen * BINS).astype(np.int64), 0, BINS - 1)
        self.counts += np.bincount(index, minlength=BINS)
        self.sums += np.bincount(index, chosen, BINS)
        self.hits += np.bincount(index, right, BINS)

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of probability and frequency; 0 is best."""
        total = self.counts.sum()
        return float(np.abs(self.sums - self.hits).sum() / total) if total else 0.0

    def plain(self) -> dict[str, list[float] | float]:
        """As plain values: of the bins that have something the mean probability, the frequency, and the share."""
        used = self.counts > 0
        counts = self.counts[used]
        return {
            "probability": (self.sums[used] / counts).tolist(),
            "frequency": (self.hits[used] / counts).tolist(),
            "share": (counts / counts.sum()).tolist() if used.any() else [],
            "error": self.error,
        }
