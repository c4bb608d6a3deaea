"""Labelled pixels as rows of features: a sample of the chips that is stratified by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...chips.folder import IGNORE
from ...feedback import Report
from ..evaluate.samples import Samples
from ..samples.series import evenly_shared

FEWEST = 50  # pixels of a class that are drawn, where there are so many, however rare it is

Pixels = tuple[NDArray[np.float32], NDArray[np.int64]]  # (n, features), (n,)


def drawn_pixels(samples: Samples, counts: NDArray, most: int, shares: str, seed: int, report: Report) -> Pixels:
    """At most about ``most`` labelled pixels, without replacement.

    ``counts``: (samples, classes) labelled pixels. ``shares``: of the classes, 'proportional' to their pixels, but
    ``FEWEST`` at least, or 'equal' as far as there are so many. Within a class each pixel is as likely to be drawn.
    """
    rng = np.random.default_rng(seed)
    quotas = quotas_of(counts.astype(np.int64), most, shares, rng)
    parts = []
    for index, quota in enumerate(quotas):
        report.check()
        report.progress(index / len(quotas), "Reading labelled pixels")
        if quota.any():
            parts.append(_chosen(*rows_of(*samples[index]), quota, rng))
    values, classes = zip(*parts)
    return np.concatenate(values), np.concatenate(classes)


def quotas_of(counts: NDArray[np.int64], most: int, shares: str, rng: np.random.Generator) -> NDArray[np.int64]:
    """(samples, classes): the number of pixels to draw of each."""
    total = counts.sum(0)
    if total.sum() <= most:
        return counts
    if shares == "equal":
        wanted = evenly_shared(total, most)
    else:
        wanted = np.maximum(total * most // total.sum(), np.minimum(total, FEWEST))
    drawn = [rng.multivariate_hypergeometric(counts[:, c], n, method="marginals") for c, n in enumerate(wanted)]
    return np.stack(drawn, 1)


def rows_of(images: list[Tensor], label: Tensor) -> tuple[NDArray, NDArray]:
    """The labelled pixels of a sample: features (n, F), of each input its dates and of these their bands, and classes.

    Of a series (T, C) an input and the valid dates, it is one row; values of dates that are not valid are 0.
    """
    if label.ndim == 0:
        return np.concatenate([image.numpy().ravel() for image in images[:-1]])[None], label.numpy()[None]
    classes = label.numpy()
    known = classes != IGNORE
    return np.concatenate([image.flatten(0, 1).numpy()[:, known] for image in images]).T, classes[known]


def _chosen(values: NDArray, classes: NDArray, quota: NDArray, rng: np.random.Generator) -> Pixels:
    places = [np.flatnonzero(classes == c) for c in np.flatnonzero(quota)]
    taken = [rng.choice(place, min(n, len(place)), replace=False) for place, n in zip(places, quota[quota > 0])]
    chosen = np.sort(np.concatenate(taken))
    return np.ascontiguousarray(values[chosen], np.float32), classes[chosen].astype(np.int64)
