"""Metrics as an algorithm's numeric outputs, and what they mean, in the user's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..engine.tables.metrics import METRICS
from .text import tr, translated


def metric_labels(ids: Sequence[str]) -> dict[str, Callable[[], str]]:
    """Output -> its label, of metrics by their ids."""
    return {name.upper(): partial(translated, METRICS[name].label) for name in ids}


def metrics_help(ids: Sequence[str]) -> str:
    """What each of the metrics means, a line each, for an algorithm's help."""
    lines = [f"{translated(METRICS[name].label)}: {translated(METRICS[name].meaning)}" for name in ids]
    return "\n".join([tr("Metrics of the finished model on the held-out data:"), *lines])
