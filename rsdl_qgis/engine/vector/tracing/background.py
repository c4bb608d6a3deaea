"""Polygons drawn on a thread of their own, while the rows of a class map are still being made."""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...feedback import Report

WAITING = 16_000_000  # bytes of rows that may wait, about; a single piece may be larger


class Drawing(Protocol):
    """A ``Polygonizer``, or what does as it does."""

    def add(self, rows: NDArray, report: Report, probabilities: NDArray[np.float32] | None = None) -> None: ...

    def close(self, report: Report) -> int: ...

    def abort(self) -> None: ...


class BackgroundPolygonizer:
    """Hands rows to a ``Polygonizer`` on another thread.

    Rows wait in a queue of ``WAITING`` bytes; where it is full, ``add`` waits too. An error of drawing is raised by
    ``close``, so that it does not stop what the rows come from.
    """

    def __init__(self, polygonizer: Drawing, report: Report):
        self._polygonizer, self._report = polygonizer, report
        self._rows: deque[tuple[NDArray, NDArray[np.float32] | None]] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._stopped = self._complete = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._draw, name="polygons", daemon=True)
        self._thread.start()

    def add(self, rows: NDArray, probabilities: NDArray[np.float32] | None = None) -> None:
        """The next rows of values (n, width), and their probabilities, which are not changed any more."""
        size = _bytes(rows, probabilities)
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._rows or self._bytes + size <= WAITING)
            if not self._stopped:
                self._rows.append((rows, probabilities))
                self._bytes += size
                self._changed.notify_all()

    def close(self) -> int:
        """Waits until all is drawn, and finishes the file; how many polygons there are. Raises what drawing raised."""
        with self._changed:
            self._complete = True
            self._changed.notify_all()
        self._thread.join()
        if self._error is not None:
            self._polygonizer.abort()
            raise self._error
        return self._polygonizer.close(self._report)

    def abort(self) -> None:
        """Stops drawing and removes the unfinished file."""
        self._stop()
        self._thread.join()
        self._polygonizer.abort()

    def _draw(self) -> None:
        try:
            while (found := self._next()) is not None:
                rows, probabilities = found
                self._polygonizer.add(rows, self._report, probabilities)
        except BaseException as error:
            self._error = error
            self._stop()

    def _next(self) -> tuple[NDArray, NDArray[np.float32] | None] | None:
        """The next rows and their probabilities; None where there are no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._complete or self._rows)
            if self._stopped or not self._rows:
                return None
            found = self._rows.popleft()
            self._bytes -= _bytes(*found)
            self._changed.notify_all()
            return found

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._rows.clear()
            self._bytes = 0
            self._changed.notify_all()


def _bytes(rows: NDArray, probabilities: NDArray[np.float32] | None) -> int:
    return rows.nbytes + (0 if probabilities is None else probabilities.nbytes)
