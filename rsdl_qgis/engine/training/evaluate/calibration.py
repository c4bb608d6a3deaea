"""Calibration of a trained network: its temperature by the validation split; on the held-out one its reliability, and
whether its uncertainty finds its errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...chips.folder import IGNORE
from ...evaluation.calibration import FEWEST, Reliability, best_temperature, tempered
from ...evaluation.decision import class_of, labels_of
from ...evaluation.error_detection import ErrorDetection
from ...evaluation.uncertainty import MEASURES
from ...feedback import Report
from ..samples.data import Data
from .samples import Run, Samples, outputs

MOST = 200_000  # pixels or samples that the temperature is fitted on
KINDS = ("classes", "labels")  # that have probabilities


@dataclass(frozen=True)
class Calibration:
    """The temperature, how reliable probabilities are on the held-out samples without and with it, and how well each
    measure of uncertainty finds the errors among these.
    """

    temperature: float
    before: Reliability
    after: Reliability
    errors: Mapping[str, ErrorDetection]

    def plain(self) -> dict[str, Any]:
        """As plain values, for the report."""
        return {
            "temperature": self.temperature,
            "before": self.before.plain(),
            "after": self.after.plain(),
            "errors": {measure: found.plain() for measure, found in self.errors.items()},
        }

    @property
    def note(self) -> dict[str, float]:
        """In short, for the card."""
        auroc = self.errors["entropy"].auroc
        return {
            "temperature": self.temperature,
            "calibration_error_before": self.before.error,
            "calibration_error": self.after.error,
            **({} if auroc is None else {"auroc_of_errors": auroc}),
            "area_under_risk_coverage": self.errors["entropy"].area,
        }


def calibrated(card: ModelCard, run: Run, data: Data, report: Report) -> ModelCard:
    """The card with the temperature of the validation split; 1 where that is too small, or there are no probabilities.

    ``run``: of the network as it is, with a temperature of 1.
    """
    samples = data.parts["valid"]
    if data.kind not in KINDS or len(samples) < (1 if _is_dense(data) else FEWEST):
        return card
    exclusive, each = data.kind == "classes", math.ceil(MOST / len(samples))
    parts = [
        (probabilities[index], labels[index])
        for probabilities, labels in labelled(run, samples, exclusive, report)
        for index in [np.linspace(0, len(labels) - 1, min(each, len(labels))).astype(int)]
    ]
    if not sum(len(labels) for _, labels in parts):
        return card
    probabilities, labels = (np.concatenate(column) for column in zip(*parts))
    return replace(card, temperature=best_temperature(probabilities, labels, exclusive))


def calibration(card: ModelCard, run: Run, samples: Samples, data: Data, report: Report) -> Calibration | None:
    """The reliability on samples of a run with the card's temperature; None where there are no probabilities."""
    if data.kind not in KINDS:
        return None
    exclusive = data.kind == "classes"
    before, after = Reliability.empty(), Reliability.empty()
    errors = {measure: ErrorDetection.empty() for measure in MEASURES}
    for probabilities, labels in labelled(run, samples, exclusive, report):
        after.add(probabilities, labels, exclusive)
        before.add(tempered(probabilities, 1 / card.temperature, exclusive), labels, exclusive)
        judged, wrong = errors_of(card, probabilities, labels, exclusive)
        for measure, found in errors.items():
            found.add(MEASURES[measure](judged), wrong)
    return Calibration(card.temperature, before, after, errors)


def errors_of(
    card: ModelCard, probabilities: NDArray, labels: NDArray, exclusive: bool
) -> tuple[NDArray, NDArray[np.bool_]]:
    """The probabilities (K, n) that a decision of the card was made by, and which decisions (n,) are wrong.

    Of labels each is decided by itself: (2, labels) probabilities that it is there, or not.
    """
    if exclusive:
        return probabilities.T, class_of(probabilities, card.rule, axis=1) != labels
    each = probabilities.ravel()
    return np.stack([each, 1 - each]), (labels_of(probabilities, card.thresholds) != (labels > 0)).ravel()


def labelled(run: Run, samples: Samples, exclusive: bool, report: Report) -> Iterator[tuple[NDArray, NDArray]]:
    """For each sample (n, K) finite probabilities, and (n,) classes or (n, K) labels, of what has a label."""
    for _, output, found in outputs(run, samples, report=report):
        for probabilities, label in zip(output, found):
            rows = np.moveaxis(probabilities, 0, -1).reshape(-1, len(probabilities))
            flat = label.reshape(-1) if exclusive else label.reshape(1, -1)
            known = np.isfinite(rows).all(1) & ((flat != IGNORE) if exclusive else True)
            yield rows[known], flat[known].astype(np.int64)


def _is_dense(data: Data) -> bool:
    """Whether each sample has many labels."""
    return data.kind == "classes" and data.parts["valid"][0][1].ndim > 1
