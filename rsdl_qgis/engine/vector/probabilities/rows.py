"""Rows of a class map as they are drawn, patches taken in, and the probability of each pixel's class."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Optional, Protocol

import numpy as np
from numpy.typing import NDArray

Found = tuple[NDArray, Optional[NDArray[np.float32]]]  # rows, and the probability of each one's class
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


class Sieve(Protocol):
    """What takes rows, and gives them out later with some classes changed."""

    def add(self, rows: NDArray) -> Iterator[NDArray]: ...

    def close(self) -> Iterator[NDArray]: ...


class SureRows:
    """Rows of a class map as they come out of a sieve, if there is one, with the probability of each pixel's class.

    ``values``: of the classes that come with all probabilities, None: rows have none, or that of their class alone;
    ``folder``: see ``ClassProbabilities``.
    """

    def __init__(self, sieve: Sieve | None, values: NDArray | None, folder: str | os.PathLike[str]):
        self._sieve = sieve
        self._waiting = ClassProbabilities(values, folder) if sieve is not None and values is not None else None

    def add(self, rows: NDArray, probabilities: Values | None) -> Iterator[Found]:
        """The next rows (n, width) and their probabilities, of all classes with a sieve, else (1, n, width) of theirs;
        those that are finished.
        """
        if self._sieve is None:
            yield rows, None if probabilities is None else probabilities[0]
            return
        if self._waiting is not None and probabilities is not None:
            self._waiting.add(probabilities)
        for ready in self._sieve.add(rows):
            yield self._found(ready)

    def close(self) -> Iterator[Found]:
        """No row follows: the rest."""
        for ready in self._sieve.close() if self._sieve is not None else ():
            yield self._found(ready)

    def forget(self) -> None:
        """Remove what waits."""
        if self._waiting is not None:
            self._waiting.close()

    def _found(self, rows: NDArray) -> Found:
        return rows, None if self._waiting is None else self._waiting.of(rows)
