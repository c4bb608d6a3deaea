"""From what a network gives to classes: one rule for maps, series, scenes and training's own figures.

The likeliest class, of equals the first; of two classes, where the model has a threshold, the second from that on. Of
several labels that a scene may have, each from its threshold on. What is not finite decides nothing: it has no class,
is counted and told, and where that is more than half of what should have one the job fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..feedback import Report

SURE = 0.5  # of two classes the likelier one has more
NONE = -1  # in place of a class's index
MOST_LOST = 0.5  # of what should have a value


def class_of(probabilities: NDArray, threshold: float | None = None, axis: int = 0) -> NDArray[np.int64]:
    """The index of the class of probabilities (K, ...) -> (...), with the classes along ``axis``.

    Of two classes that exclude each other the second's will do (K = 1). ``threshold``: the second of two classes' least
    probability. NONE where a probability is not finite.
    """
    values = np.moveaxis(probabilities, axis, 0)
    if threshold is not None:
        found = values[-1] >= threshold
    else:
        found = values[0] > SURE if len(values) == 1 else values.argmax(0)
    return np.where(np.isfinite(values).all(0), found, NONE).astype(np.int64)


def labels_of(probabilities: NDArray, thresholds: Sequence[float] = ()) -> NDArray[np.bool_]:
    """Which of several labels are given: probabilities (..., K) -> (..., K), each from its threshold on.

    ``thresholds``: one a label; (): 0.5 for all. A probability that is not finite gives no label.
    """
    least = np.asarray(thresholds if len(thresholds) else SURE, probabilities.dtype)
    given: NDArray[np.bool_] = (probabilities >= least) & np.isfinite(probabilities)
    return given


@dataclass
class Lost:
    """How many of what should have a value have none, as the network's numbers are not finite.

    ``unit``: what they are to people, in the plural; ``instead``: what becomes of them.
    """

    unit: str
    instead: str
    count: int = 0
    total: int = 0

    def add(self, count: int, total: int) -> None:
        """``count`` of ``total`` more are lost."""
        self.count += count
        self.total += total

    def tell(self, report: Report) -> None:
        """A warning where there are some; ModelError where they are more than half of all."""
        if self.count > MOST_LOST * self.total:
            raise ModelError(
                f"The network gave no finite number for {self.count:,} {self.unit} of {self.total:,}.",
                "Try DEVICE=cpu, which counts in single precision; else check the raster's values against those that "
                "the model was trained on, its scaling (mean, std), and the model itself.",
            )
        if self.count:
            share = 100 * self.count / self.total
            report.log(
                "warning",
                f"The network gave no finite number for {self.count:,} {self.unit} of {self.total:,} ({share:.2g} %): "
                f"{self.instead}.",
            )
