"""The probability of each pixel's class, for rows of a class map that are changed before they are drawn."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HELD = 1 << 26  # bytes of probabilities that wait in memory; more wait in files
Values = NDArray[np.float32]


class ClassProbabilities:
    """Probabilities of all classes come with the rows of a map, and wait until its rows come out of a sieve.

    ``values``: of the classes, by channel; of two classes the one channel may be that of the second. ``folder``: where
    files may wait.
    """

    def __init__(self, values: NDArray, folder: str | os.PathLike[str]):
        self._values = values
        self._folder = folder
        self._files: tempfile.TemporaryDirectory[str] | None = None
        self._waiting: deque[Values | Path] = deque()
        self._held = self._count = 0
        self._first: Values | None = None  # of which some rows are given out
        self._given = 0

    def add(self, probabilities: Values) -> None:
        """Of the next rows: (classes, n, width)."""
        if self._held + probabilities.nbytes <= HELD:
            self._waiting.append(probabilities)
            self._held += probabilities.nbytes
            return
        if self._files is None:
            self._files = tempfile.TemporaryDirectory(dir=self._folder)
        path = Path(self._files.name) / f"{self._count}.npy"
        self._count += 1
        np.save(path, probabilities)
        self._waiting.append(path)

    def of(self, rows: NDArray) -> Values:
        """(n, width): of the next rows, the probability of each one's class; NaN where it is no class."""
        found = np.full(rows.shape, np.nan, np.float32)
        done = 0
        while done < len(rows):
            probabilities = self._next()
            count = min(len(rows) - done, probabilities.shape[1] - self._given)
            part = probabilities[:, self._given : self._given + count]
            self._choose(rows[done : done + count], part, found[done : done + count])
            done, self._given = done + count, self._given + count
        return found

    def close(self) -> None:
        """Remove what waits."""
        self._waiting.clear()
        self._first = None
        if self._files is not None:
            self._files.cleanup()

    def _next(self) -> Values:
        if self._first is None or self._given == self._first.shape[1]:
            item = self._waiting.popleft()
            if isinstance(item, Path):
                self._first = np.load(item)
                item.unlink()
            else:
                self._first = item
                self._held -= item.nbytes
            self._given = 0
        return self._first

    def _choose(self, rows: NDArray, probabilities: Values, found: Values) -> None:
        if len(probabilities) < len(self._values):  # of the second of two
            probabilities = np.concatenate([1 - probabilities, probabilities])
        for value, probability in zip(self._values, probabilities):
            np.copyto(found, probability, where=rows == value)
