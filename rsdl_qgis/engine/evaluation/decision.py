"""The decision rule: from probabilities to classes, for maps, series, scenes, training and evaluation.

Single label: the class of the highest probability, of equal ones the first. Two classes and a threshold: the second
class where its probability is at least the threshold. A threshold a class, as Deepness' ``seg_thresh`` is meant: the
likeliest of the classes that reach theirs, and the first class where none does. Multi-label: each label whose
probability is at least its threshold. A probability that is not finite gives no class: it is counted and logged, and
where more than half of all are lost the job fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ModelError
from ..feedback import Report

DEFAULT_THRESHOLD = 0.5  # of two classes the likelier one is above it; also of each label that has none of its own
NONE = -1  # in place of the index of a class
MOST_LOST = 0.5  # of what should have a value: more lost is an error


Threshold = Union[float, Sequence[float], None]  # of the second of two classes, or one a class


def class_of(probabilities: NDArray, threshold: Threshold = None, axis: int = 0) -> NDArray[np.int64]:
    """The class of each pixel or sample: probabilities (K, ...), classes along ``axis`` -> indices (...).

    Of two exclusive classes the second one's probability is enough (K = 1). ``threshold``: the least probability of
    the second of two classes, or of each class. NONE where a probability is not finite.
    """
    values = np.moveaxis(probabilities, axis, 0)
    found = likeliest(values, threshold).astype(np.int64)
    finite = np.isfinite(values[0])
    for each in values[1:]:
        finite &= np.isfinite(each)
    found[~finite] = NONE
    return found


def likeliest(probabilities: NDArray, threshold: Threshold = None) -> NDArray[np.unsignedinteger]:
    """As ``class_of`` of finite probabilities (K, ...), in the smallest type; any class where one is not finite.

    It is several times as fast as ``argmax(0)``, which goes through memory in jumps.
    """
    if isinstance(threshold, Sequence):
        each_least = np.reshape(np.asarray(threshold, probabilities.dtype), (-1, *[1] * (probabilities.ndim - 1)))
        probabilities = np.where(probabilities < each_least, 0, probabilities)
    elif threshold is not None:
        return np.asarray(probabilities[-1] >= threshold).view(np.uint8)
    if len(probabilities) == 1:
        return np.asarray(probabilities[0] > DEFAULT_THRESHOLD).view(np.uint8)
    dtype = np.min_scalar_type(len(probabilities))
    most, found = np.array(probabilities[0]), np.zeros(probabilities.shape[1:], dtype)
    for index, each in enumerate(probabilities[1:], start=1):
        later = np.asarray(each > most).view(np.uint8).astype(dtype, copy=False)
        later *= dtype.type(index)
        np.maximum(found, later, out=found)
        np.maximum(most, each, out=most)
    return found


def all_finite(values: NDArray) -> bool:
    """Whether all numbers of an array are finite; their sum tells it in most cases, at a fraction of the cost."""
    if values.dtype.kind != "f":
        return True
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isfinite(values.sum())) or bool(np.isfinite(values).all())


def labels_of(probabilities: NDArray, thresholds: ArrayLike = ()) -> NDArray[np.bool_]:
    """The labels of each sample: probabilities (..., K) -> (..., K), True from the label's threshold on.

    ``thresholds``: one a label, or any shape that broadcasts; (): 0.5 for all. A probability that is not finite gives
    no label.
    """
    given_thresholds = np.asarray(thresholds, probabilities.dtype)
    least = given_thresholds if given_thresholds.size else np.asarray(DEFAULT_THRESHOLD, probabilities.dtype)
    given: NDArray[np.bool_] = (probabilities >= least) & np.isfinite(probabilities)
    return given


@dataclass
class Lost:
    """Counts the pixels, scenes or boxes for which the network gave no finite number.

    ``unit``: what they are called in messages, in the plural; ``instead``: what becomes of them.
    """

    unit: str
    instead: str
    count: int = 0
    total: int = 0

    def add(self, count: int, total: int) -> None:
        """``count`` of ``total`` more are lost."""
        self.count += count
        self.total += total

    def log(self, report: Report) -> None:
        """Logs a warning where there are some; ModelError where they are more than half of all."""
        if self.count > MOST_LOST * self.total:
            raise ModelError(
                f"The network gave no finite number for {self.count:,} {self.unit} of {self.total:,}.",
                "Try DEVICE=cpu, which counts in single precision; else check the raster's values against those that "
                "the model was trained on, its scaling (mean, std), and the model itself.",
            )
        if self.count:
            percent = 100 * self.count / self.total
            report.log(
                "warning",
                f"The network gave no finite number for {self.count:,} {self.unit} of {self.total:,} "
                f"({percent:.2g} %): {self.instead}.",
            )
