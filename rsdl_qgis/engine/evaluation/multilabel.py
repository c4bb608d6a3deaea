"""Multi-label metrics, and the choice of the labels' thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .confusion import ratio
from .decision import labels_of

CANDIDATES = tuple(round(0.05 * i, 2) for i in range(1, 20))  # candidate thresholds
DRAWS = 500  # of samples, for the standard error of a label's F1
FEWEST = 5  # samples with a label, below which a label has no threshold of its own


@dataclass(frozen=True)
class SetRates:
    """Multi-label scores for each row of weights; arrays (rows,), the last three (rows, labels).

    ``sample_f1``: mean over samples of the F1 of a sample's labels; ``micro_f1``: of all labels of all samples
    together; ``macro_f1``: mean of the labels' F1. NaN: nothing to divide by.
    """

    sample_f1: NDArray[np.float64]
    micro_f1: NDArray[np.float64]
    macro_f1: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


@dataclass(frozen=True)
class LabelRates(SetRates):
    """Multi-label scores with the metrics of the probabilities.

    ``average_precision`` (rows, labels): the mean of the precision at each sample that has the label, in the order
    of falling probability.
    """

    mean_average_precision: NDArray[np.float64]
    average_precision: NDArray[np.float64]


def label_rates(probabilities: NDArray, reference: NDArray, thresholds: ArrayLike, weights: ArrayLike) -> LabelRates:
    """Scores of ``probabilities`` (samples, labels) against ``reference`` of the same shape, 0 or 1.

    Labels are given by the rule of ``decision``. ``thresholds``: one a label, or one for all. ``weights`` (rows,
    samples): how often each sample counts. Macro F1 over the labels that are given or hold, mean average precision over
    those that hold.
    """
    weights = np.asarray(weights, np.float64)
    given, held = labels_of(probabilities, thresholds), reference > 0
    average = average_precision(probabilities, held, weights)
    return LabelRates(
        **vars(set_rates(given, held, weights)), mean_average_precision=label_mean(average), average_precision=average
    )


def set_rates(given: NDArray, held: NDArray, weights: NDArray) -> SetRates:
    """Scores of the labels ``given`` against those in the reference (``held``): (samples, labels) twice, 0 or 1.

    ``weights`` (rows, samples): how often each sample counts. Macro F1 over the labels that are given or hold.
    """
    hits, of_given, of_held = (weights @ what.astype(np.float64) for what in (given & held, given, held))
    f1 = ratio(2 * hits, of_given + of_held)
    return SetRates(
        sample_f1=ratio(weights @ sample_f1(given, held), weights.sum(1)),
        micro_f1=ratio(2 * hits.sum(1), of_given.sum(1) + of_held.sum(1)),
        macro_f1=label_mean(f1),
        precision=ratio(hits, of_given),
        recall=ratio(hits, of_held),
        f1=f1,
    )


def sample_f1(given: NDArray, held: NDArray) -> NDArray[np.float64]:
    """F1 of each sample's labels: (..., samples, labels) -> (..., samples); 1 where none is given and none holds."""
    hits, count = (given & held).sum(-1), given.sum(-1) + held.sum(-1)
    return np.where(count > 0, 2 * hits / np.maximum(count, 1), 1.0)


def average_precision(probabilities: NDArray, held: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """Average precision of each label: (samples, labels) twice, (rows, samples) -> (rows, labels).

    Samples of equal probability count together. NaN where no sample of a weight above 0 has the label.
    """
    result = np.empty((len(weights), held.shape[1]))
    for k in range(held.shape[1]):
        order = np.argsort(-probabilities[:, k], kind="stable")
        level = probabilities[order, k]
        last = np.flatnonzero(np.append(level[1:] != level[:-1], True))  # of each run of equal probabilities
        counted = weights[:, order]
        found = np.cumsum(counted, 1)[:, last]
        hits = np.cumsum(counted * held[order, k], 1)[:, last]
        gain = np.diff(hits, axis=1, prepend=0)
        result[:, k] = ratio((gain * ratio(hits, found, 0.0)).sum(1), hits[:, -1])
    return result


def best_thresholds(probabilities: NDArray, reference: NDArray) -> NDArray[np.float64]:
    """The threshold of each label by its F1: (samples, labels) twice -> (labels,).

    First one threshold for all labels, by the mean F1 per sample, of equally good ones the nearest to 0.5. Then one for
    each label that at least five samples have, by the label's F1: of the candidates within one standard error of the
    best, the nearest to the threshold for all (the 1-SE rule of Breiman et al. 1984).
    """
    held = reference > 0
    given = labels_of(probabilities, np.array(CANDIDATES)[:, None, None])  # (candidates, samples, labels)
    common = best_candidate(sample_f1(given, held).mean(1), 0.5)
    result = np.full(held.shape[1], common)
    weights = _draws(len(held))
    for k in np.flatnonzero(held.sum(0) >= FEWEST):
        result[k] = nearest_candidate(_no_worse(given[..., k], held[:, k], weights), common)
    return result


def _draws(samples: int) -> NDArray[np.float32]:
    """(1 + DRAWS, samples): a row of 1, then how often each sample is drawn, with replacement; 2 kB a sample."""
    weights = np.ones((1 + DRAWS, samples), np.float32)
    random, chances = np.random.default_rng(0), np.full(samples, 1 / samples)
    for row in weights[1:]:
        row[:] = random.multinomial(samples, chances)
    return weights


def _no_worse(given: NDArray[np.bool_], held: NDArray[np.bool_], weights: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(candidates,): which have an F1 within one standard error of the best.

    ``given``: (candidates, samples); ``held``: (samples,); ``weights``: (1 + draws, samples), first 1 each, then how
    often a sample is drawn. The standard error is that of the difference to the best, over the draws.
    """
    both, either = weights @ (given & held).T, weights @ given.T + (weights @ held)[:, None]
    f1 = ratio(2 * both, either, 0.0)  # (1 + draws, candidates)
    short = f1[:, [f1[0].argmax()]] - f1
    return short[0] <= short[1:].std(0)


def best_candidate(scores: NDArray, nearest_to: float, candidates: Sequence[float] = CANDIDATES) -> float:
    """The candidate of the highest score; of equally good ones the nearest to a number, then the lowest."""
    return nearest_candidate(scores >= scores.max() - 1e-12, nearest_to, candidates)


def nearest_candidate(among: NDArray[np.bool_], number: float, candidates: Sequence[float] = CANDIDATES) -> float:
    """Of some of the candidates the nearest to a number, then the lowest."""
    some = [candidates[i] for i in np.flatnonzero(among)]
    return min(some, key=lambda threshold: (round(abs(threshold - number), 6), threshold))


def label_mean(values: NDArray) -> NDArray[np.float64]:
    """(rows, labels) -> (rows,): the mean over the labels, or classes, for which the metric is defined."""
    return ratio(np.nansum(values, -1), (~np.isnan(values)).sum(-1))
