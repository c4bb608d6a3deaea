"""The metrics of an assessment with their confidence intervals, overall and of each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import NDArray

from .bootstrap import Estimate
from .confusion import ClassRates

OVERALL = ("overall_accuracy", "kappa", "mean_iou", "fw_iou", "macro_f1")  # of one class a pixel or feature
OF_CLASS = ("users_accuracy", "producers_accuracy", "f1", "iou")


@dataclass(frozen=True)
class Rates:
    """Metrics by name: overall, and one for each class."""

    overall: dict[str, Estimate]
    of_classes: dict[str, list[Estimate]]


def named(rates: ClassRates) -> dict[str, NDArray]:
    """The metrics of ``OVERALL`` and ``OF_CLASS`` by name: (draws,) each, of the latter (draws, classes)."""
    return {
        "overall_accuracy": rates.overall_accuracy,
        "kappa": rates.kappa,
        "mean_iou": rates.mean_iou,
        "fw_iou": rates.frequency_weighted_iou,
        "macro_f1": rates.macro_f1,
        "users_accuracy": rates.precision,
        "producers_accuracy": rates.recall,
        "f1": rates.f1,
        "iou": rates.iou,
    }


def rates_of(once: Mapping[str, NDArray], ends: Mapping[str, NDArray]) -> Rates:
    """Metrics (1,) or (1, classes) with the ends of their intervals, (2,) or (2, classes)."""
    rates = Rates({}, {})
    for name, values in once.items():
        columns = [values[0], *ends[name]]
        if values.ndim > 1:
            rates.of_classes[name] = [_estimate(*triple) for triple in zip(*(column.tolist() for column in columns))]
        else:
            rates.overall[name] = _estimate(*map(float, columns))
    return rates


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(*(None if math.isnan(number) else number for number in (value, low, high)))
