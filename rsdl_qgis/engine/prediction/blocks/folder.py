"""The folder beside an output in which the finished blocks of a prediction are kept, for when it is stopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import OutputError, RsdlError
from ...feedback import Report
from ...files.names import blocks_folder
from .pieces import Piece
from .tape import Tape, is_whole, pieces

ASKED = "asked.txt"  # says of which prediction the blocks are


class BlockFolder:
    """The files of ``count`` blocks of the prediction that has this ``mark``, beside an output."""

    def __init__(self, output: str, mark: str, count: int):
        self.path, self.mark, self.count = blocks_folder(output), mark, count
        self.before: frozenset[int] = frozenset()  # blocks that were finished when it began

    def file(self, number: int) -> Path:
        """Where a block is, or will be."""
        return self.path / f"block-{number:06d}"

    def tape(self, number: int) -> Tape:
        """A new file of a block. OSError where there can be none."""
        return Tape(self.file(number), self.mark)

    def pieces(self, number: int) -> Iterator[Piece]:
        """The pieces of a finished block; Damaged."""
        return pieces(self.file(number), self.mark)

    def is_whole(self, number: int) -> bool:
        """Whether a block is finished, and as it was written."""
        return is_whole(self.file(number), self.mark)

    @property
    def finished(self) -> int:
        """How many blocks are there."""
        return sum(self.file(number).is_file() for number in range(self.count))

    def begin(self, report: Report) -> None:
        """Makes the folder, or takes over the whole blocks that a prediction that was stopped has left in it.

        Those of another prediction are removed, and so is what is not whole. OutputError where it cannot be made, or is
        another folder. Raises Cancelled.
        """
        stored = self.path / ASKED
        if self.path.is_dir() and any(self.path.iterdir()) and not stored.is_file():
            problem = f"{self.path} is needed for the prediction, and exists with other content."
            raise OutputError(problem, "Choose another output, or move that folder.")
        try:
            self.path.mkdir(exist_ok=True)
            is_same = stored.is_file() and stored.read_text(encoding="utf-8") == self.mark
            found = self._looked_over(report) if is_same else frozenset()
            others = [path for path in self.path.iterdir() if path not in (stored, *map(self.file, found))]
            for path in others:
                path.unlink()
            stored.write_text(self.mark, encoding="utf-8")
        except OSError as error:
            problem = f"{self.path} cannot be written to: {error.strerror}."
            raise OutputError(problem, "Choose another output, or free some space.") from None
        self.before = found
        if found:
            text = f"The prediction that was stopped here resumes: {len(found)} of {self.count} blocks are finished."
            report.log("info", text)
        elif others and not is_same:
            text = "Settings or data differ from the prediction that was stopped here, so this one starts again."
            report.log("warning", text)

    def remove(self) -> None:
        """Removes all of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _looked_over(self, report: Report) -> frozenset[int]:
        found = []
        for number in range(self.count):
            report.check()
            if self.is_whole(number):
                found.append(number)
        return frozenset(found)


@contextmanager
def kept_blocks(folder: BlockFolder, report: Report) -> Iterator[BlockFolder]:
    """A folder during a prediction: removed on success, otherwise kept if it has a finished block, and told."""
    folder.begin(report)
    try:
        yield folder
    except BaseException as error:
        finished = folder.finished
        if not finished:
            folder.remove()
        elif isinstance(error, RsdlError):
            again = "Start the same prediction again to resume it"
            told = f"{again}: {finished} of {folder.count} blocks are finished, in {folder.path}."
            error.hint = f"{error.hint} {told}".strip()
        raise
    folder.remove()
