"""Baselines for a model: trivial predictors made from the training split and evaluated like the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...cards.card import Class, Input
from ...chips.folder import IGNORE
from ...evaluation.confusion import class_rates
from ...evaluation.multilabel import sample_f1
from ...evaluation.results import Evaluation
from ...feedback import Report
from ..samples.batches import in_order
from .samples import Run, Samples, evaluate

BINS, FINEST, LARGEST = 16_384, 0.01, 1e7  # of a band's histogram; scaled values
SHOWN = 4  # labels listed in a baseline's name


@dataclass(frozen=True)
class Baseline:
    """A trivial predictor: its name and its run."""

    name: str
    run: Run


def baselines(
    train: Samples,
    held_out: Samples,
    kind: str,
    classes: Sequence[Class],
    inputs: Sequence[Input],
    report: Report | None = None,
) -> dict[str, Evaluation]:
    """The evaluations of the baselines for a kind of labels on the held-out samples, by the baselines' names.

    ``kind`` "classes": the most frequent class of the training split; for maps of two classes also the threshold of one
    band with the best mean IoU on the training split. "labels": the most frequent labels, as many as give the best mean
    F1 on the training split. "numbers": the mean of the training split.
    """
    report = report or Report()
    found = {"classes": _of_classes, "labels": _of_labels, "numbers": _of_numbers}[kind]
    rules = found(train, classes, inputs, report)
    return {rule.name: evaluate(rule.run, held_out, kind, classes, report=report) for rule in rules}


def _of_classes(
    train: Samples, classes: Sequence[Class], inputs: Sequence[Input], report: Report
) -> Iterator[Baseline]:
    counts = np.zeros(len(classes), np.int64)
    histograms: Histograms | None = None
    dense = True
    for images, labels in _read(train, report):
        dense = labels.ndim > 1
        counts += np.bincount(labels[labels != IGNORE].ravel(), minlength=len(classes))
        if dense and len(classes) == 2:
            histograms = histograms or Histograms(images)
            histograms.add(images, labels)
    largest = int(counts.argmax())
    constant = partial(constant_run, np.eye(len(classes))[largest], dense)
    yield Baseline(f"largest class ({classes[largest].name})", constant)
    if histograms and counts.all():
        threshold = histograms.best()
        yield Baseline(f"best threshold of one band ({threshold.text(inputs)})", threshold.run)


def _of_labels(train: Samples, classes: Sequence[Class], inputs: Sequence[Input], report: Report) -> Iterator[Baseline]:
    reference = np.concatenate([labels for _, labels in _read(train, report)]) > 0
    order = np.argsort(-reference.sum(0), kind="stable")
    given = np.zeros((len(classes), len(classes)), bool)  # with the first, the first two, … most frequent labels
    for number in range(len(classes)):
        given[number, order[: number + 1]] = True
    scores = [sample_f1(row[None], reference).mean() for row in given]
    best = int(np.argmax(scores))
    names = [classes[k].name for k in order[: best + 1]]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    yield Baseline(f"commonest labels ({', '.join(names[:SHOWN])}{more})", partial(constant_run, given[best], False))


def _of_numbers(
    train: Samples, classes: Sequence[Class], inputs: Sequence[Input], report: Report
) -> Iterator[Baseline]:
    total, count = 0.0, 0
    for _, labels in _read(train, report):
        known = labels[np.isfinite(labels)]
        total, count = total + float(known.sum(dtype=np.float64)), count + known.size
    mean = total / max(count, 1)
    yield Baseline(f"mean of the training split ({mean:.4g})", partial(constant_run, np.array(mean), True))


def constant_run(value: NDArray, dense: bool, images: list[Tensor]) -> NDArray[np.float32]:
    """A run that predicts the same ``value``, (K,) or (), for all samples of a batch; ``dense``: for all pixels."""
    sides = images[0].shape[3:] if dense else ()
    result = np.empty((len(images[0]), *value.shape, *sides), np.float32)
    result[:] = value.reshape(*value.shape, *[1] * len(sides))
    return result


@dataclass(frozen=True)
class Threshold:
    """Class 1 where a band is above a scaled value (``above``), else where it is not. ``item``: index of the input."""

    item: int
    date: int
    band: int
    value: float
    above: bool

    def run(self, images: list[Tensor]) -> NDArray[np.float32]:
        """Probabilities (N, 2, H, W), each 0 or 1."""
        given = (images[self.item][:, self.date, self.band].numpy() > self.value) == self.above
        return np.stack([~given, given], 1).astype(np.float32)

    def text(self, inputs: Sequence[Input]) -> str:
        """'B8 after > 1520' in raster values where all rasters have one scaling, else '> 0.31 scaled'.

        With the input's name where there are several inputs.
        """
        item = inputs[self.item]
        words = [item.name] if len(inputs) > 1 else []
        words += [item.bands[self.band].name]
        words += [item.dates[self.date]] if len(item.dates) > 1 else []
        return f"{' '.join(words)} {'>' if self.above else '≤'} {self._value_text(item)}"

    def _value_text(self, item: Input) -> str:
        scaling = item.scaling
        if scaling.method != "linear" or scaling.decibel or not scaling.mean or not scaling.std:
            return f"{self.value:.3g} scaled"
        rows = [values[self.date % len(values)] for values in (scaling.mean, scaling.std)]
        mean, std = (row[self.band % len(row)] for row in rows)
        return f"{(self.value * std + mean) * scaling.divisor:.4g}"


class Histograms:
    """Histograms of every band, date and input for the pixels of each of two classes.

    Bin widths grow with the absolute value (inverse hyperbolic sine), so the bins fit any range of values.
    """

    def __init__(self, images: Sequence[Tensor]):
        self.counts = [np.zeros((*image.shape[1:3], 2, BINS), np.int64) for image in images]

    def add(self, images: Sequence[Tensor], labels: NDArray) -> None:
        """Count a batch: (N, T, C, H, W) an input, labels (N, H, W)."""
        known = labels != IGNORE
        offset = labels[known].astype(np.int64) * BINS
        for table, image in zip(self.counts, images):
            for date, band in np.ndindex(table.shape[:2]):
                bins = bin_of(image[:, date, band].numpy()[known])
                table[date, band] += np.bincount(offset + bins, minlength=2 * BINS).reshape(2, BINS)

    def best(self) -> Threshold:
        """The threshold with the best mean IoU; of equal ones that of the first band."""
        found = [
            (score, Threshold(item, date, band, value, above))
            for item, table in enumerate(self.counts)
            for date, band in np.ndindex(table.shape[:2])
            for score, value, above in best_edges(table[date, band])
        ]
        return max(found, key=lambda pair: pair[0])[1]


def bin_of(values: NDArray) -> NDArray[np.int64]:
    """The bin of each scaled value."""
    half = BINS // 2
    place = np.arcsinh(values / FINEST) * (half / np.arcsinh(LARGEST / FINEST))
    return np.clip(np.floor(place), -half, half - 1).astype(np.int64) + half


def edge_of(number: float) -> float:
    """The value at a bin's lower edge; fractional bin numbers lie between edges."""
    half = BINS // 2
    return float(np.sinh((number - half) * (np.arcsinh(LARGEST / FINEST) / half)) * FINEST)


def best_edges(counts: NDArray) -> Iterator[tuple[float, float, bool]]:
    """For both directions the best mean IoU, its threshold, and whether class 1 lies above it.

    ``counts``: (2, bins) pixels of each class. Of consecutive equally good edges the middle is taken.
    """
    below = np.cumsum(counts, 1)[:, :-1]  # (2, edges): at or below the edge after each bin
    total = counts.sum(1, keepdims=True)
    reference = np.broadcast_to(total, below.shape)
    for above in (True, False):
        first, second = (below, total - below) if above else (total - below, below)  # given as class 0, as class 1
        hits, predicted = np.stack([first[0], second[1]]), np.stack([first.sum(0), second.sum(0)])
        scores = class_rates(hits.T, reference.T, predicted.T).mean_iou
        best = int(scores.argmax())
        run = np.flatnonzero(scores[best:] < scores[best])
        last = best + (int(run[0]) if len(run) else len(scores) - best) - 1
        yield float(scores[best]), edge_of((best + last) / 2 + 1), above


def _read(samples: Samples, report: Report) -> Iterator[tuple[list[Tensor], NDArray]]:
    for images, labels in in_order(samples, 1):  # type: ignore[arg-type]
        report.check()
        yield images, labels.numpy()
