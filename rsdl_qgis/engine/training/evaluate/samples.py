"""Evaluation of models on samples, one batch at a time, and the choice of their thresholds.

What is evaluated is a ``Run``, a function of a batch of images: a network, a model in another format or a baseline. The
kinds of labels are those of the losses: classes, labels, numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...cards.card import Class, ModelCard
from ...chips.folder import IGNORE
from ...errors import ModelError
from ...evaluation.bootstrap import Places
from ...evaluation.confusion import class_rates, map_scores, number_rates, number_sums
from ...evaluation.decision import DEFAULT_THRESHOLD, NONE, Threshold, class_of
from ...evaluation.multilabel import CANDIDATES, best_candidate, best_thresholds, sample_f1
from ...evaluation.results import Evaluation, Found, FoundLabels, FoundMaps, FoundNumbers, FoundScenes
from ...feedback import Report
from ...networks.memory_format import channels_last
from ...runtime.sessions import network_form, open_runtime
from ...runtime.torch_engine import activated
from ..processes.group import gathered, own
from ..samples.batches import in_order

# A batch, one tensor (N, T, C, H, W) an input (for series (N, T, C) and last the valid dates (N, T)), to float32
# probabilities (N, K, H, W) or (N, K), or numbers (N, H, W).
Run = Callable[[list[Tensor]], NDArray]
PIXELS, MOST = 8 * 256 * 256, 512  # most pixels and samples per batch
PAIRS = 2000  # predictions and references kept for the scatter plot


class Samples(Protocol):
    """Samples for an evaluation: ``[i]`` -> (images, label); the name and the place of each."""

    names: Sequence[str]
    places: Sequence[str]

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> tuple[list[Tensor], Tensor]: ...


def network_run(network: nn.Module, activation: str, device: str = "cpu", temperature: float = 1.0) -> Run:
    """The run of a network, moved to the device and set to evaluation mode.

    ``activation``: softmax, sigmoid or identity, as in the model card; ``temperature``: what logits are divided by.
    """
    network, activate = channels_last(network.float().eval().to(device)), activated(activation, temperature)

    @torch.inference_mode()
    def run(images: list[Tensor]) -> NDArray:
        output: NDArray = activate(network(*(image.to(device) for image in images)).float()).cpu().numpy()
        return output[:, 0] if activation == "identity" else output

    return run


def open_run(card: ModelCard, path: Path, device: str = "cpu", threads: int | None = None) -> Run:
    """The run of a saved model, with the engine that its card names.

    ModelError where its output covers only the middle of a tile.
    """
    form = network_form(card, path, device)
    if form is not None and any(form.margin):
        raise ModelError(
            f"'{card.name}' maps only the middle of its tiles, so it cannot be evaluated on whole chips.",
            "Choose another model.",
        )
    runtime, names = open_runtime(card, path, device, threads), list(card.tensors)

    def run(images: list[Tensor]) -> NDArray:
        output = runtime({name: image.numpy() for name, image in zip(names, images)})
        return output[:, 0] if card.activation == "identity" else output

    return run


def evaluate(
    run: Run,
    samples: Samples,
    kind: str,
    classes: Sequence[Class],
    threshold: float | Sequence[float] | None = None,
    batch_size: int | None = None,
    report: Report | None = None,
) -> Evaluation:
    """The evaluation of ``run`` on the samples; memory does not grow with the size of the images.

    ``threshold``: of two classes the probability threshold of the second (None: the likeliest class), or one per class;
    of labels one threshold, or one per label (None: 0.5). ``batch_size``: default: by the images' size. ValueError for
    a run with another number of classes.
    """
    collector = _collector(kind, len(classes), threshold, len(samples))
    for _, output, labels in outputs(run, samples, batch_size, report):
        collector.add(output, labels)
    names = tuple(item.name for item in classes)
    return Evaluation(names, tuple(samples.names), Places.of(samples.places), collector.found())


@torch.inference_mode()
def quick_score(
    network: nn.Module,
    samples: Samples,
    kind: str,
    classes: int,
    device: str = "cpu",
    batch_size: int | None = None,
    report: Report | None = None,
) -> float:
    """The main metric of ``evaluate`` alone, without a threshold; higher is better.

    Mean IoU of maps, macro F1 of scenes and series, mean F1 per image of labels, R2 of numbers. Where all references
    are equal, R2 is undefined and the negative root mean square error is returned. -inf where an output is not finite.
    Sets the network to evaluation mode. Several processes share the samples, and all get the score of all of them.
    """
    network.eval()
    report = report or Report()
    confusion = torch.zeros(classes * classes + 1, dtype=torch.long, device=device)  # last: not labelled
    parts: list[NDArray] = []
    dense, finite = True, True
    for images, batch in in_order(own(samples), batch_size or samples_a_batch(samples)):  # type: ignore[arg-type]
        report.check()
        labels, output = batch.to(device), network(*(image.to(device) for image in images)).float()
        if kind != "numbers" and not bool(output.isfinite().all()):
            finite = False
            break
        if kind == "classes":
            # The rule of ``decision`` without a threshold, on logits: the first of the highest.
            likeliest, dense = output.max(1).indices, labels.ndim > 1  # argmax is twenty times slower here
            cells = torch.where(labels == IGNORE, classes * classes, labels.long() * classes + likeliest)
            confusion += torch.bincount(cells.flatten(), minlength=classes * classes + 1)
        elif kind == "labels":
            # The rule of ``decision`` at 0.5: a logit from 0 on.
            parts.append(sample_f1((output >= 0).cpu().numpy(), batch.numpy() > 0))
        else:
            parts.append(number_sums(output.cpu().numpy().reshape(batch.shape), batch.numpy()))
    found = gathered((finite, dense, confusion.cpu().numpy(), parts))
    if not all(finite for finite, *_ in found):
        return -math.inf
    if kind == "classes":
        scores = map_scores(sum(counts for *_, counts, _ in found)[:-1].reshape(classes, classes))
        return scores.mean_iou if all(dense for _, dense, *_ in found) else scores.macro_f1
    parts = [part for *_, some in found for part in some]
    return float(np.concatenate(parts).mean()) if kind == "labels" else _of_numbers(np.stack(parts))


def outputs(
    run: Run, samples: Samples, batch_size: int | None = None, report: Report | None = None
) -> Iterator[tuple[int, NDArray, NDArray]]:
    """For each batch in order: the first sample's index, the output of ``run``, and the labels. May raise Cancelled."""
    report, first = report or Report(), 0
    for images, labels in in_order(samples, batch_size or samples_a_batch(samples)):  # type: ignore[arg-type]
        report.check()
        yield first, run(images), labels.numpy()
        first += len(labels)
        report.progress(first / len(samples), "Evaluating the model")


def predictions(run: Run, samples: Samples, indices: Sequence[int]) -> Iterator[tuple[int, NDArray, NDArray]]:
    """For each of some samples: its index, the output of ``run``, (K, H, W), (K,) or (H, W), and its label."""
    for index in indices:
        images, label = samples[index]
        yield index, run([image.unsqueeze(0) for image in images])[0], label.numpy()


def predicted_classes(probabilities: NDArray, threshold: Threshold = None) -> NDArray[np.uint8]:
    """The class of each pixel or sample: (N, K, ...) -> (N, ...), by ``evaluation.decision``.

    IGNORE where a probability is not finite.
    """
    found = class_of(probabilities, threshold, axis=1)
    return np.where(found == NONE, IGNORE, found).astype(np.uint8)


def choose_threshold(
    run: Run,
    samples: Samples,
    per_sample: bool = False,
    batch_size: int | None = None,
    report: Report | None = None,
) -> tuple[float, float]:
    """The probability threshold of the second of two classes with the best main metric, and that metric.

    The main metric: mean IoU of maps, macro F1 of scenes and series, over all samples together; ``per_sample``: for
    maps the mean over the samples. Of equally good thresholds the nearest to 0.5; 0.5 where a class has no sample.
    """
    parts, dense = [], True
    for _, output, labels in outputs(run, samples, batch_size, report):
        _check_classes(output, 2)
        parts.append(_by_threshold(output[:, 1], labels))
        dense = labels.ndim > 1
    tables = np.concatenate(parts)  # (samples, thresholds, 3, 2)
    if not (per_sample and dense):
        tables = tables.sum(0, keepdims=True)
    rates = class_rates(*np.moveaxis(tables, 2, 0))
    labelled = tables[:, 0, 1].sum(1) > 0
    values = (rates.mean_iou if dense else rates.macro_f1)[labelled]
    scores = values.mean(0) if len(values) else np.zeros(len(CANDIDATES))
    both = (tables[:, 0, 1].sum(0) > 0).all()
    best = best_candidate(scores, DEFAULT_THRESHOLD) if both else DEFAULT_THRESHOLD
    return best, float(scores[CANDIDATES.index(best)])


def choose_thresholds(
    run: Run, samples: Samples, batch_size: int | None = None, report: Report | None = None
) -> tuple[float, ...]:
    """The best probability threshold of each label on the samples: ``evaluation.multilabel.best_thresholds``."""
    parts = [(output, labels) for _, output, labels in outputs(run, samples, batch_size, report)]
    probabilities, reference = (np.concatenate(column) for column in zip(*parts))
    probabilities = np.where(np.isfinite(probabilities), probabilities, 0)  # below every threshold
    return tuple(float(value) for value in best_thresholds(probabilities, reference))


class _Classes:
    """Collects the counts of single-label classification, per pixel or sample."""

    def __init__(self, classes: int, threshold: Threshold):
        self.classes, self.threshold = classes, threshold
        self.counts: list[NDArray] = []
        self.confusion = np.zeros((classes, classes), np.int64)
        self.probability: list[NDArray] = []  # of the reference class, for samples that are not maps

    def add(self, output: NDArray, labels: NDArray) -> None:
        _check_classes(output, self.classes)
        count, width = self.classes, len(labels) * self.classes
        flat = labels.reshape(len(labels), -1)
        known = flat != IGNORE
        guess = predicted_classes(output, self.threshold).reshape(flat.shape)[known].astype(np.int64)
        reference, rows = flat[known].astype(np.int64), np.nonzero(known)[0] * count
        hit, given = reference == guess, guess != IGNORE  # without a prediction the reference class is missed
        places = (rows[hit] + reference[hit], rows + reference, (rows + guess)[given])
        self.counts.append(np.stack([np.bincount(p, minlength=width).reshape(-1, count) for p in places], 1))
        pairs = (reference * count + guess)[given]
        self.confusion += np.bincount(pairs, minlength=count * count).reshape(count, count)
        if labels.ndim == 1:
            probability = np.full(len(labels), np.nan)
            probability[known[:, 0]] = output[np.flatnonzero(known), reference]
            self.probability.append(probability)

    def found(self) -> Found:
        counts = np.concatenate(self.counts)
        if self.probability:
            return FoundScenes(counts, self.confusion, np.concatenate(self.probability))
        return FoundMaps(counts, self.confusion)


class _Labels:
    """Collects probabilities and references of multi-label classification."""

    def __init__(self, classes: int, threshold: float | Sequence[float] | None):
        given = np.asarray(DEFAULT_THRESHOLD if threshold is None else threshold, np.float32)
        self.thresholds = np.broadcast_to(given, (classes,))
        self.parts: list[tuple[NDArray, NDArray]] = []

    def add(self, output: NDArray, labels: NDArray) -> None:
        _check_classes(output, len(self.thresholds))
        self.parts.append((np.where(np.isfinite(output), output, np.float32(0)), labels))

    def found(self) -> Found:
        probabilities, reference = (np.concatenate(column) for column in zip(*self.parts))
        return FoundLabels(probabilities, reference, self.thresholds)


class _Numbers:
    """Collects sums of predicted and reference numbers, and some pairs of them."""

    def __init__(self, samples: int):
        self.each = math.ceil(PAIRS / max(samples, 1))
        self.sums: list[NDArray] = []
        self.pairs: list[NDArray] = []

    def add(self, output: NDArray, labels: NDArray) -> None:
        for numbers, reference in zip(output.reshape(labels.shape), labels):
            self.sums.append(number_sums(numbers, reference))
            known = np.flatnonzero(np.isfinite(reference))
            chosen = known[np.linspace(0, len(known) - 1, min(self.each, len(known))).astype(int)]
            self.pairs.append(np.stack([reference.flat[chosen], numbers.flat[chosen]], 1))

    def found(self) -> Found:
        pairs = np.concatenate(self.pairs)[:PAIRS].astype(np.float32)
        return FoundNumbers(np.stack(self.sums), pairs[np.isfinite(pairs).all(1)])


def _collector(
    kind: str, classes: int, threshold: float | Sequence[float] | None, samples: int
) -> _Classes | _Labels | _Numbers:
    if kind == "numbers":
        return _Numbers(samples)
    if kind == "labels":
        return _Labels(classes, threshold)
    if isinstance(threshold, Sequence):
        if len(threshold) != classes:
            raise ValueError(f"There are {len(threshold)} thresholds for {classes} classes.")
    elif threshold is not None and classes != 2:
        raise ValueError(f"One threshold is for two classes, and there are {classes}.")
    return _Classes(classes, threshold)


def _by_threshold(probability: NDArray, labels: NDArray) -> NDArray[np.int64]:
    """(N, candidates, 3, 2): hits, reference and predicted counts of two classes for each candidate threshold."""
    edges = np.array(CANDIDATES, np.float32)
    count, bins = len(labels), len(edges) + 1
    flat = labels.reshape(count, -1)
    known = flat != IGNORE
    given = np.isfinite(probability.reshape(count, -1))[known]
    passed = np.searchsorted(edges, probability.reshape(count, -1)[known][given], side="right")  # edges not above it
    rows = np.nonzero(known)[0] * 2 + flat[known].astype(np.int64)  # of each pixel's sample and reference class
    table = np.bincount(rows[given] * bins + passed, minlength=count * 2 * bins).reshape(count, 2, bins)
    reference = np.bincount(rows, minlength=count * 2).reshape(count, 2)
    second = table[:, :, ::-1].cumsum(2)[:, :, ::-1][:, :, 1:]  # (N, class of the reference, threshold): given class 1
    first = table.sum(2)[:, :, None] - second
    hits = np.stack([first[:, 0], second[:, 1]], 2)
    predicted = np.stack([first.sum(1), second.sum(1)], 2)
    return np.stack([hits, np.broadcast_to(reference[:, None], hits.shape), predicted], 2)


def _of_numbers(sums: NDArray) -> float:
    rates = number_rates(sums, np.ones((1, len(sums))))
    if np.isnan(rates.rmse[0]):
        return -math.inf
    return float(-rates.rmse[0] if np.isnan(rates.r2[0]) else rates.r2[0])


def _check_classes(output: NDArray, classes: int) -> None:
    if output.shape[1] != classes:
        raise ValueError(f"The model predicts {output.shape[1]} classes, and the samples have {classes}.")


def samples_a_batch(samples: Samples) -> int:
    """Samples per batch: as many as have ``PIXELS`` pixels together."""
    images, _ = samples[0]
    return min(MOST, max(1, PIXELS // math.prod(images[0].shape[2:])))
