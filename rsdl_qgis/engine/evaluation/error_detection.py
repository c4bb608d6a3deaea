"""Whether uncertainty tells where a model is wrong: the AUROC of errors, and the risk-coverage curve.

AUROC: the chance that what is wrong is more uncertain than what is right (Hendrycks, Gimpel, ICLR 2017,
https://arxiv.org/abs/1610.02136); 0.5 is no better than a guess. Risk-coverage: the fraction that is wrong among the
most certain ones, by how many of them are kept; the area under the curve is the mean risk (Geifman, El-Yaniv,
NeurIPS 2017, https://arxiv.org/abs/1705.08500). Both are of counts in bins, so that memory does not grow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 2000  # of the logarithm of the odds of the uncertainty: fine near 0 and near 1
LEAST = 1e-6  # uncertainty below which, and above 1 minus which, no difference is made
POINTS = 100  # of the curve, as plain values


def bins_of(uncertainty: NDArray[np.floating]) -> NDArray[np.int64]:
    """The bin, from 0 to BINS - 1, of each uncertainty from 0 to 1, of any shape."""
    between = np.clip(uncertainty.astype(np.float64), LEAST, 1 - LEAST)
    odds = np.log(between) - np.log1p(-between)
    return np.clip(((odds / -math.log(LEAST) + 1) / 2 * BINS).astype(np.int64), 0, BINS - 1)


@dataclass
class ErrorDetection:
    """Counts (BINS,) of right and wrong predictions, from the most certain on."""

    right: NDArray[np.float64]
    wrong: NDArray[np.float64]

    @classmethod
    def empty(cls) -> ErrorDetection:
        return cls(np.zeros(BINS), np.zeros(BINS))

    def add(self, uncertainty: NDArray[np.floating], wrong: NDArray[np.bool_]) -> None:
        """Counts (n,) uncertainties from 0 to 1, and which of the predictions are wrong."""
        self.count(bins_of(uncertainty), wrong)

    def count(self, bins: NDArray[np.int64], wrong: NDArray[np.bool_], times: NDArray[np.int64] | None = None) -> None:
        """Counts (n,) bins of uncertainties, and which of the predictions are wrong; ``times`` (n,): each so often."""
        for counts, chosen in ((self.right, ~wrong), (self.wrong, wrong)):
            weights = None if times is None else times[chosen]
            counts += np.bincount(bins[chosen], weights, minlength=BINS)

    @property
    def auroc(self) -> float | None:
        """The area under the receiver operating characteristic; of ties a half counts. None without both kinds."""
        pairs = self.right.sum() * self.wrong.sum()
        if not pairs:
            return None
        before = np.cumsum(self.right) - self.right
        return float((self.wrong * (before + self.right / 2)).sum() / pairs)

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(coverage, risk) as more and more of the less certain ones are kept; empty where nothing was counted."""
        kept = np.cumsum(self.right + self.wrong)
        some = (self.right + self.wrong) > 0
        return kept[some] / max(kept[-1], 1), np.cumsum(self.wrong)[some] / kept[some]

    @property
    def area(self) -> float:
        """The area under the risk-coverage curve: 0 is best."""
        coverage, risk = self.curve()
        return float((risk * np.diff(coverage, prepend=0.0)).sum())

    @property
    def best_area(self) -> float:
        """The area if all errors were the most uncertain ones: with a risk r, r + (1 - r) ln(1 - r)."""
        total = self.right.sum() + self.wrong.sum()
        risk = float(self.wrong.sum() / total) if total else 0.0
        return risk + (1 - risk) * math.log(1 - risk) if risk < 1 else 1.0

    def plain(self) -> dict[str, Any]:
        """As plain values: the figures, and about POINTS points of the curve."""
        coverage, risk = self.curve()
        chosen = np.unique(np.searchsorted(coverage, np.linspace(0, 1, POINTS)).clip(0, max(len(coverage) - 1, 0)))
        chosen = chosen[: len(coverage)]
        return {
            "auroc": self.auroc,
            "area": self.area,
            "best_area": self.best_area,
            "coverage": coverage[chosen].tolist(),
            "risk": risk[chosen].tolist(),
        }
