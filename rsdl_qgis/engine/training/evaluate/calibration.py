"""Calibration of a trained network: its temperature by the validation split, its reliability on the held-out one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...chips.folder import IGNORE
from ...evaluation.calibration import FEWEST, Reliability, best_temperature, tempered
from ...feedback import Report
from ..samples.data import Data
from .samples import Run, Samples, outputs

MOST = 200_000  # pixels or samples that the temperature is fitted on
KINDS = ("classes", "labels")  # that have probabilities


@dataclass(frozen=True)
class Calibration:
    """The temperature, and how reliable probabilities are on the held-out samples without and with it."""

    temperature: float
    before: Reliability
    after: Reliability

    def plain(self) -> dict[str, Any]:
        """As plain values, for the report."""
        return {"temperature": self.temperature, "before": self.before.plain(), "after": self.after.plain()}

    @property
    def note(self) -> dict[str, float]:
        """In short, for the card."""
        return {
            "temperature": self.temperature,
            "calibration_error_before": self.before.error,
            "calibration_error": self.after.error,
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
    for probabilities, labels in labelled(run, samples, exclusive, report):
        after.add(probabilities, labels, exclusive)
        before.add(tempered(probabilities, 1 / card.temperature, exclusive), labels, exclusive)
    return Calibration(card.temperature, before, after)


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
