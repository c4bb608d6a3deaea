"""The result of an evaluation by samples: metrics with their intervals, overall and of each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..tables.metrics import METRICS, OF_DETECTIONS, OVER_SAMPLES
from .bootstrap import Estimate, Places, Statistic, intervals, values
from .coco import Matched, image_f1, rates, thinned_curve
from .confusion import ClassRates, class_rates, number_rates
from .decision import labels_of
from .multilabel import label_rates, sample_f1


class Found(Protocol):
    """What was counted or predicted for each sample, and the metrics that follow from it."""

    main: str  # the title of the metric that models are selected by; higher is better
    own: str  # the title of the metric of a single sample

    @property
    def scores(self) -> NDArray[np.float64]:
        """(samples,) the metric of each sample, higher is better; NaN where it has no label."""

    @property
    def support(self) -> NDArray:
        """(K,) how often the reference has each class."""

    def statistic(self, places: Places) -> Statistic:
        """All metrics by their titles, overall and of each class, as a function of the weights of places."""


@dataclass(frozen=True)
class FoundMaps:
    """Maps of classes. ``counts`` (samples, 3, K): pixels hit, in the reference, predicted.

    ``confusion``: (K, K) of all pixels with a predicted class, rows: reference. A sample's own metric is its mean IoU.
    """

    counts: NDArray[np.int64]
    confusion: NDArray[np.int64]
    main = own = METRICS["mean_iou"].title

    @property
    def scores(self) -> NDArray[np.float64]:
        return self._of_samples[:, 1]

    @property
    def support(self) -> NDArray:
        return self.counts[:, 1].sum(0)

    @cached_property
    def _of_samples(self) -> NDArray[np.float64]:
        """(samples, 3): accuracy, mean IoU and frequency-weighted IoU of each; NaN where nothing is labelled."""
        rates = class_rates(*np.moveaxis(self.counts, 1, 0))
        scores = np.stack([rates.overall_accuracy, rates.mean_iou, rates.frequency_weighted_iou], 1)
        scores[np.isnan(rates.overall_accuracy)] = np.nan
        return scores

    def statistic(self, places: Places) -> Statistic:
        counts = places.sums(self.counts)
        labelled = ~np.isnan(self.scores)
        scores = places.sums(np.where(labelled[:, None], self._of_samples, 0))
        samples = places.sums(labelled)

        def metrics(weights: NDArray) -> dict[str, NDArray]:
            rates = _pooled(counts, weights)
            number = weights @ samples
            means = (weights @ scores) / np.where(number > 0, number, np.nan)[:, None]
            found = {
                "mean_iou": rates.mean_iou,
                "overall_accuracy": rates.overall_accuracy,
                "kappa": rates.kappa,
                "macro_f1": rates.macro_f1,
                "fw_iou": rates.frequency_weighted_iou,
            }
            each = {"mean_iou": means[:, 1], "overall_accuracy": means[:, 0], "fw_iou": means[:, 2]}
            return {**_titled(found), **_titled(each, after=OVER_SAMPLES), **_titled(_by_class(rates))}

        return metrics


@dataclass(frozen=True)
class FoundScenes:
    """One class a scene or series; fields as of ``FoundMaps``. A sample's own metric: the probability of its reference
    class.
    """

    counts: NDArray[np.int64]
    confusion: NDArray[np.int64]
    scores: NDArray[np.float64]
    main, own = METRICS["macro_f1"].title, "probability of its class"

    @property
    def support(self) -> NDArray:
        return self.counts[:, 1].sum(0)

    def statistic(self, places: Places) -> Statistic:
        counts = places.sums(self.counts)

        def metrics(weights: NDArray) -> dict[str, NDArray]:
            rates = _pooled(counts, weights)
            overall = {
                "macro_f1": rates.macro_f1,
                "overall_accuracy": rates.overall_accuracy,
                "kappa": rates.kappa,
            }
            return _titled({**overall, **_by_class(rates)})

        return metrics


@dataclass(frozen=True)
class FoundLabels:
    """Several labels a sample: probabilities and reference (samples, K), thresholds (K,).

    A sample's own metric is the F1 of its labels.
    """

    probabilities: NDArray[np.float32]
    reference: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    main, own = METRICS["mean_f1"].title, METRICS["f1"].title

    @property
    def scores(self) -> NDArray[np.float64]:
        return sample_f1(labels_of(self.probabilities, self.thresholds), self.reference > 0)

    @property
    def support(self) -> NDArray:
        return (self.reference > 0).sum(0)

    def statistic(self, places: Places) -> Statistic:
        def metrics(weights: NDArray) -> dict[str, NDArray]:
            rates = label_rates(self.probabilities, self.reference, self.thresholds, weights[:, places.index])
            found = {"mean_f1": rates.sample_f1, "mean_ap": rates.mean_average_precision}
            names = ("macro_f1", "precision", "recall", "f1", "average_precision")
            return _titled({**found, **{name: getattr(rates, name) for name in names}})

        return metrics


@dataclass(frozen=True)
class FoundNumbers:
    """Numbers: ``sums`` (samples, 6) of ``confusion.number_sums``; ``pairs`` (n, 2): a sample of references and
    predictions.

    A sample's own metric is its root mean square error, negated.
    """

    sums: NDArray[np.float64]
    pairs: NDArray[np.float32]
    main, own = METRICS["r2"].title, METRICS["rmse"].title

    @property
    def scores(self) -> NDArray[np.float64]:
        count = self.sums[:, 0]
        return -np.sqrt(self.sums[:, 5] / np.where(count > 0, count, np.nan))

    @property
    def support(self) -> NDArray:
        return np.zeros(0, np.int64)

    def statistic(self, places: Places) -> Statistic:
        def metrics(weights: NDArray) -> dict[str, NDArray]:
            rates = number_rates(self.sums, weights[:, places.index])
            return _titled(vars(rates))

        return metrics


@dataclass(frozen=True)
class FoundBoxes:
    """Detections matched with the objects of images, and the confidence threshold.

    An image's own metric is its F1 at an IoU of 0.5.
    """

    matched: Matched
    threshold: float
    main, own = METRICS["ap50"].title, METRICS["f1"].title

    @property
    def scores(self) -> NDArray[np.float64]:
        return image_f1(self.matched, self.threshold)

    @property
    def support(self) -> NDArray:
        return self.matched.objects.sum(0)

    def statistic(self, places: Places) -> Statistic:
        def metrics(weights: NDArray) -> dict[str, NDArray]:
            found = rates(self.matched, self.threshold, places.weights(weights))
            overall = {name: getattr(found, name) for name in OF_DETECTIONS}
            each = {name: getattr(found, f"class_{name}") for name in OF_DETECTIONS}
            return {**_titled(overall), **_titled(each, before="class ")}

        return metrics

    def curves(self) -> list[dict[str, list[float]]]:
        """The precision-recall curve of each class: recall, precision and score, the highest score first."""
        return [thinned_curve(self.matched, label) for label in range(self.matched.objects.shape[1])]


@dataclass(frozen=True)
class Evaluation:
    """A model evaluated by samples: names of the classes, names and places of the samples, and what was found."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    places: Places
    found: Found

    @property
    def main(self) -> tuple[str, float | None]:
        """The title of the main metric, and its value; None where it is not defined."""
        return self.found.main, self.values()[self.found.main]

    @property
    def scores(self) -> NDArray[np.float64]:
        """(samples,) the metric of each sample, higher is better; NaN where it has no label."""
        return self.found.scores

    def own(self, index: int) -> tuple[str, float]:
        """The title and the value of a sample's own metric; for numbers the error itself, not negated."""
        return self.found.own, float(abs(self.scores[index]))

    @property
    def confusion(self) -> NDArray[np.int64] | None:
        """Counts of all samples, rows: reference; None for labels and numbers."""
        return getattr(self.found, "confusion", None)

    @property
    def scatter(self) -> dict[str, list[float]] | None:
        """Points of a scatter plot, reference and predicted numbers; None for classes and labels."""
        if not isinstance(self.found, FoundNumbers):
            return None
        reference, predicted = self.found.pairs.T.tolist()
        return {"reference": reference, "predicted": predicted}

    @property
    def curves(self) -> list[dict[str, list[float]]] | None:
        """The precision-recall curve of each class; None for anything but objects."""
        return self.found.curves() if isinstance(self.found, FoundBoxes) else None

    def values(self) -> dict[str, float | None]:
        """The overall metrics, without their intervals."""
        return {title: _number(value) for title, value in self._values.items() if not value.ndim}

    def metrics(self) -> dict[str, Estimate]:
        """The overall metrics, with their intervals over places."""
        ends = self._intervals
        return {title: _estimate(v, ends[title]) for title, v in self._values.items() if not v.ndim}

    def per_class(self) -> list[dict[str, Any]]:
        """The metrics of each class: its name, metrics with their intervals, and how often the reference has it."""
        tables = {title: (v, self._intervals[title]) for title, v in self._values.items() if v.ndim}
        return [
            {
                "name": name,
                "figures": {title: _estimate(v[i], ends[:, i]) for title, (v, ends) in tables.items()},
                "support": int(self.found.support[i]),
            }
            for i, name in enumerate(self.classes)
        ]

    def class_values(self) -> list[dict[str, float | None]]:
        """The metrics of each class, without their intervals."""
        tables = {title: values for title, values in self._values.items() if values.ndim}
        return [{title: _number(values[i]) for title, values in tables.items()} for i in range(len(self.classes))]

    def plain(self) -> dict[str, Any]:
        """All metrics as plain values, with a sentence on how their intervals were made."""
        return {
            "figures": {title: list(metric) for title, metric in self.metrics().items()},
            "classes": [
                {**item, "figures": {title: list(metric) for title, metric in item["figures"].items()}}
                for item in self.per_class()
            ],
            "names": list(self.classes),
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "scatter": self.scatter,
            "curves": self.curves,
            "samples": len(self.names),
            "places": self.places.count,
            "intervals": self.places.note,
        }

    @cached_property
    def _values(self) -> Mapping[str, NDArray]:
        return values(self.found.statistic(self.places), self.places)

    @cached_property
    def _intervals(self) -> Mapping[str, NDArray]:
        return intervals(self.found.statistic(self.places), self.places)


def ranked(evaluation: Evaluation) -> list[int]:
    """The indices of the samples by their own metric, the worst first; samples without a label are left out."""
    scores = evaluation.scores
    order = np.argsort(scores, kind="stable")
    return [int(i) for i in order if not np.isnan(scores[i])]


def _pooled(counts: NDArray, weights: NDArray) -> ClassRates:
    """The rates of counts (places, 3, K) together, for weights (draws, places)."""
    total = (weights @ counts.reshape(len(counts), -1)).reshape(len(weights), 3, -1)
    return class_rates(*np.moveaxis(total, 1, 0))


def _by_class(rates: ClassRates) -> dict[str, NDArray]:
    return {name: getattr(rates, name) for name in ("precision", "recall", "f1", "iou")}


def _titled(values: Mapping[str, NDArray], before: str = "", after: str = "") -> dict[str, NDArray]:
    """Values by the titles of their metrics."""
    return {f"{before}{METRICS[name].title}{after}": value for name, value in values.items()}


def _number(value: NDArray) -> float | None:
    return float(value) if np.isfinite(value) else None


def _estimate(value: NDArray, ends: NDArray) -> Estimate:
    if not np.isfinite(value):
        return Estimate(None)
    return Estimate(float(value), *(_number(end) for end in ends))
