"""What the training data look like, kept in the card: their domain, with its limit by the validation split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...cards.domain import LARGEST, statistics_count
from ...feedback import Portion, Report
from ...radiometry.domain import Measure, fitted, known_statistics, shapes_of
from ...radiometry.flatness import flatness, flattest
from ...tables.tasks import TASKS
from ..samples.data import Data
from .samples import Samples

MOST = 300  # samples of a split that are looked at


def with_domain(card: ModelCard, data: Data, report: Report) -> ModelCard:
    """The card with the domain of the training split; without one for a task without maps, and for too few data."""
    if not TASKS[card.task].dense or statistics_count(shapes_of(card.inputs)) > LARGEST:
        return card
    train = seen(data.parts["train"], card, Portion(report, 0.0, 0.7))
    valid = seen(data.parts["valid"], card, Portion(report, 0.7, 1.0))
    domain = fitted(train, valid)
    if domain is not None and any(item.scaling.method == "robust" for item in card.inputs):
        domain = replace(domain, flattest=flattest_image(data.parts["train"], card, report))
    return replace(card, domain=domain)


def flattest_image(samples: Samples, card: ModelCard, report: Report) -> float | None:
    """The limit of flatness by the images of samples; None where none is stretched, or they are no chips."""
    scales = getattr(samples, "scales", None)
    if scales is None:
        return None
    found = []
    for index in looked_at(samples):
        report.check()
        found.append(flatness(card.inputs, scales(index)))
    return flattest(found)


def share_beyond(card: ModelCard, samples: Samples, report: Report) -> float | None:
    """The fraction of the samples' blocks beyond the limit; None where the card has no domain, or there is no block."""
    if card.domain is None:
        return None
    found = Measure.of(card.domain)(seen(samples, card, report))
    return float((found > 1).mean()) if len(found) else None


def looked_at(samples: Samples) -> Sequence[int]:
    """Which samples: MOST at most, evenly spaced."""
    chosen: list[int] = np.linspace(0, len(samples) - 1, min(MOST, len(samples))).astype(int).tolist()
    return chosen


def seen(samples: Samples, card: ModelCard, report: Report) -> NDArray[np.float64]:
    """(n, d): the statistics of the blocks of samples, as the network sees these without augmentation."""
    shapes = shapes_of(card.inputs)
    parts: list[NDArray[np.float64]] = [np.zeros((0, statistics_count(shapes)))]
    chosen = looked_at(samples)
    for done, index in enumerate(chosen, start=1):
        report.check()
        images, _ = samples[index]
        parts.append(known_statistics([image.numpy() for image in images], shapes))
        report.progress(done / len(chosen), "Looking at the training data")
    return np.concatenate(parts)
