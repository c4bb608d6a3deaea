"""Traced polygons in batches that are written together, while the rows of their map come."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from ...feedback import Report
from .shaper import Shaper
from .tracer import Traced, Tracer

STEPS = 1 << 17  # of polygons written at once, about: half as many as they have corners
BATCH = 20_000  # polygons written at once


class Batches:
    """``wanted``: by value, what is drawn of a map so many pixels ``width``; ``shaper``: what shapes it, if anything;
    ``write``: takes each batch; ``weighed``: whether rows come with weights. Belongs to one thread at a time.
    """

    def __init__(
        self,
        width: int,
        wanted: NDArray[np.bool_],
        shaper: Shaper | None,
        write: Callable[[Traced], None],
        weighed: bool = False,
    ):
        self._shaper, self._write = shaper, write
        self._tracer = Tracer(width, shaper.wanted if shaper else wanted, weighed=weighed)
        self._waiting: list[Traced] = []

    def add(self, rows: NDArray, report: Report, weights: NDArray[np.float32] | None = None) -> None:
        """The next rows of values (n, width), and the weights of their pixels."""
        if not self._shaper:
            self._take(self._tracer.add(rows, weights), report)
            return
        self._take(self._tracer.add(self._shaper.given(rows), weights), report)
        waiting = (int(traced.steps[:, 1].min()) >> 2 for traced in self._waiting)
        self._shaper.nodes.forget(min([self._tracer.oldest, *waiting]))

    def close(self, report: Report) -> None:
        """No row follows: what is left."""
        if self._shaper:
            self._shaper.nodes.close()
        self._take(self._tracer.close(), report)
        self._flush()

    def _take(self, found: Iterable[Traced], report: Report) -> None:
        report.check()
        for traced in found:
            self._waiting.append(traced)
            if sum(len(t.steps) for t in self._waiting) >= STEPS or sum(len(t.values) for t in self._waiting) >= BATCH:
                self._flush()
            report.check()

    def _flush(self) -> None:
        if self._waiting:
            traced, self._waiting = Traced.joined(self._waiting), []
            self._write(traced)
