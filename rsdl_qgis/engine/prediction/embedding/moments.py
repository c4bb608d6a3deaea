"""The spread of features, and three of them that show most of it as colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SHOWN = 3
REACH = 2.0  # standard deviations to either side of the mean that a colour spans


class Moments:
    """Sums and products of ``count`` features, over all that are added."""

    def __init__(self, count: int):
        self.number = 0
        self.total = np.zeros(count)
        self.products = np.zeros((count, count))

    def add(self, values: NDArray[np.float32]) -> None:
        """Add features (N, F); rows that are not finite do not count."""
        rows = values[np.isfinite(values).all(1)].astype(np.float64)
        self.number += len(rows)
        self.total += rows.sum(0)
        self.products += rows.T @ rows

    def shown(self) -> list[dict[str, Any]]:
        """Three features (numbered from 1) with the ends of their colours.

        The first varies most; each further one has the largest part of its variance that those before it do not
        explain linearly (a pivoted Cholesky decomposition of the covariance).
        """
        mean = self.total / max(1, self.number)
        rest = self.products / max(1, self.number) - np.outer(mean, mean)
        deviation = np.sqrt(np.clip(np.diag(rest), 0, None))
        chosen: list[int] = []
        for _ in range(min(SHOWN, len(mean))):
            left = np.diag(rest).copy()
            left[chosen] = -1
            chosen.append(best := int(np.argmax(left)))
            if left[best] > 0:
                rest -= np.outer(rest[best], rest[best]) / left[best]
        ends = [(mean[i] - REACH * deviation[i], mean[i] + REACH * deviation[i]) for i in chosen]
        return [{"feature": i + 1, "low": float(low), "high": float(high)} for i, (low, high) in zip(chosen, ends)]
