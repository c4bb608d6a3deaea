"""A prediction on one machine whose blocks are kept as they are finished, from which it resumes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...feedback import Report
from .folder import BlockFolder
from .pieces import Emit, Part, Piece
from .tape import Tape

W = TypeVar("W")


class Chosen(Generic[W]):
    """The windows of some blocks, in order."""

    def __init__(self, windows: Any, blocks: Sequence[range]):
        self._windows, self._blocks = windows, blocks

    def __len__(self) -> int:
        return sum(map(len, self._blocks))

    def __iter__(self) -> Iterator[W]:
        rest, done = iter(self._windows), 0
        for block in self._blocks:
            yield from islice(rest, block.start - done, block.stop - done)
            done = block.stop


class Recorder(Generic[W]):
    """A collector of the windows of blocks that are ``left`` to make; gives ``take`` the pieces of all, in order.

    ``part`` makes the collector of a block, whose pieces are kept in ``folder``; where the disk refuses that, no more
    is kept, and the prediction goes on. Raises Cancelled while finished blocks are taken over.
    """

    def __init__(
        self,
        blocks: Sequence[range],
        part: Callable[[range, Emit], Part[W]],
        take: Callable[[Piece], None],
        folder: BlockFolder,
        report: Report,
    ):
        self._blocks, self._make, self._take = blocks, part, take
        self._folder, self._report = folder, report
        self.left = [block for number, block in enumerate(blocks) if number not in folder.before]
        self._number = self._waits = 0  # the block that is made, and how many of its windows are to come
        self._part: Part[W] | None = None
        self._tape: Tape | None = None
        self._keeps = True
        self._begin()

    def add(self, window: W, output: Any, valid: NDArray[np.bool_]) -> None:
        """Add the output for the next window, and which of its pixels are valid."""
        if self._part is not None:
            self._part.add(window, output, valid)
        self._step()

    def skip(self, window: W) -> None:
        """Skip a window without a valid pixel."""
        if self._part is not None:
            self._part.skip(window)
        self._step()

    def abort(self) -> None:
        """Removes the block that is not finished."""
        if self._tape is not None:
            self._tape.discard()

    def _begin(self) -> None:
        """Begins the next block; those before it that are finished are taken over."""
        while self._number in self._folder.before:
            for piece in self._folder.pieces(self._number):
                self._report.check()
                self._take(piece)
            self._number += 1
        if self._number == len(self._blocks):
            return
        block = self._blocks[self._number]
        self._waits = len(block)
        self._part = self._make(block, self._emit)
        self._tape = self._kept(lambda: self._folder.tape(self._number)) if self._keeps else None

    def _emit(self, piece: Piece) -> None:
        if (tape := self._tape) is not None:
            self._kept(lambda: tape.write(piece))
        self._take(piece)

    def _step(self) -> None:
        self._waits -= 1
        if self._waits or self._part is None:
            return
        self._part.close()
        if (tape := self._tape) is not None:
            self._kept(tape.commit)
        self._part = self._tape = None
        self._number += 1
        self._begin()

    def _kept(self, write: Callable[[], Any]) -> Any:
        """What ``write`` gives; where the disk refuses, no more is kept."""
        try:
            return write()
        except OSError as error:
            self._keeps, tape, self._tape = False, self._tape, None
            if tape is not None:
                tape.discard()
            text = f"Finished blocks cannot be kept in {self._folder.path} ({error.strerror})"
            self._report.log("warning", f"{text}: if the prediction is stopped, it resumes from those kept so far.")
            return None
