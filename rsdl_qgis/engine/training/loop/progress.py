"""How long a training takes, waits for its data, and will still take."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ...feedback import Report

Made = TypeVar("Made")
TOLD_EVERY = 0.5  # seconds


class Clock:
    """The times of a training of so many epochs of so many batches, which goes on in epoch ``first``.

    ``metric``: the title of the score.
    """

    def __init__(self, report: Report, epochs: int, batches: int, first: int, metric: str):
        self.report, self.epochs, self.batches, self.first, self.metric = report, epochs, batches, first, metric
        self.begun = self.told = self.started = time.perf_counter()
        self.waited = 0.0

    def timed(self, batches: Iterable[Made]) -> Iterator[Made]:
        """The batches of an epoch, the time until each is there being measured."""
        self.started = before = time.perf_counter()
        self.waited = 0.0
        for batch in batches:
            self.waited += time.perf_counter() - before
            yield batch
            before = time.perf_counter()

    def times(self) -> dict[str, float]:
        """Seconds of the epoch so far, and of them those waited for batches."""
        return {"seconds": time.perf_counter() - self.started, "waited": self.waited}

    def due(self) -> bool:
        """Whether it is time to say how far it is."""
        return time.perf_counter() - self.told >= TOLD_EVERY

    def tell(self, number: int, step: int, loss: float, history: Sequence[Mapping[str, Any]]) -> None:
        """Report progress after a step of an epoch."""
        self.told = time.perf_counter()
        done = number + step / self.batches
        left = (self.told - self.begun) / (done - self.first) * (self.epochs - done)
        parts = [f"epoch {number + 1} of {self.epochs}", f"loss {loss:.3f}"]
        parts += [f"{self.metric} {history[-1]['score']:.3f}"] if history else []
        self.report.progress(done / self.epochs, ", ".join([*parts, f"about {duration(left)} left"]))


def duration(seconds: float) -> str:
    """'40 s', '12 min', '2.5 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
