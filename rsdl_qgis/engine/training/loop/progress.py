"""The progress of a training: time taken, time waiting for data, time left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ...feedback import Report

Made = TypeVar("Made")
INTERVAL = 0.5  # seconds between reports


class Clock:
    """Measures a training of ``epochs`` epochs with ``batches`` batches each, from epoch ``first`` on.

    ``metric``: the title of the score.
    """

    def __init__(self, report: Report, epochs: int, batches: int, first: int, metric: str):
        self.report, self.epochs, self.batches, self.first, self.metric = report, epochs, batches, first, metric
        self.start = self.reported = self.epoch_start = time.perf_counter()
        self.waited = 0.0

    def timed(self, batches: Iterable[Made]) -> Iterator[Made]:
        """The batches of an epoch; measures the time waiting for each."""
        self.epoch_start = before = time.perf_counter()
        self.waited = 0.0
        for batch in batches:
            self.waited += time.perf_counter() - before
            yield batch
            before = time.perf_counter()

    def times(self) -> dict[str, float]:
        """Seconds of the epoch so far, and seconds of them waiting for batches."""
        return {"seconds": time.perf_counter() - self.epoch_start, "waited": self.waited}

    def due(self) -> bool:
        """Whether progress is due to be reported."""
        return time.perf_counter() - self.reported >= INTERVAL

    def report_step(self, number: int, step: int, loss: float, history: Sequence[Mapping[str, Any]]) -> None:
        """Report progress after a step of an epoch."""
        self.reported = time.perf_counter()
        done = number + step / self.batches
        left = (self.reported - self.start) / (done - self.first) * (self.epochs - done)
        parts = [f"epoch {number + 1} of {self.epochs}", f"loss {loss:.3f}"]
        parts += [f"{self.metric} {history[-1]['score']:.3f}"] if history else []
        self.report.progress(done / self.epochs, ", ".join([*parts, f"about {duration(left)} left"]))


def duration(seconds: float) -> str:
    """'40 s', '12 min', '2.5 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
