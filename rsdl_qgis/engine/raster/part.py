"""Files written beside their target and renamed when whole, so that a failed job leaves nothing behind."""

from __future__ import annotations

import errno
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rasterio.errors import NotGeoreferencedWarning

from ..errors import OutputError
from .grid import GDAL_ERRORS

SIDECARS = (
    ".aux.xml",
    ".ovr",
    ".msk",
)  # of an earlier file of the same name; they would be taken for the new one's


class Part:
    """The unfinished file of ``target``: '.<name>.<pid>.part<suffix>' in the same folder, with files that
    GDAL puts beside it. Raises OutputError where the folder is missing or cannot be written to.
    """

    def __init__(self, target: str | os.PathLike[str]):
        self.target = Path(target)
        folder = self.target.parent
        if not folder.is_dir():
            raise OutputError(
                f"There is no folder {folder}.", "Make it, or choose another place for the output."
            )
        if self.target.is_dir():
            raise OutputError(f"{self.target} is a folder.", "Choose a file name for the output.")
        if not os.access(folder, os.W_OK):
            raise OutputError(
                f"The folder {folder} cannot be written to.", "Choose another place for the output."
            )
        self._stem = f".{self.target.name}.{os.getpid()}.part"
        self.path = folder / (self._stem + self.target.suffix)
        self.discard()

    def commit(self) -> Path:
        """Moves the finished files into place, those of an earlier run replaced; returns the target."""
        try:
            for sidecar in SIDECARS:
                Path(f"{self.target}{sidecar}").unlink(missing_ok=True)
            for file in sorted(self._files(), key=lambda file: file == self.path):  # the main file last
                with file.open("rb+") as stream:
                    os.fsync(stream.fileno())  # a network disk may only now say that it is full
                file.replace(self.target.with_name(self.target.stem + file.name[len(self._stem) :]))
        except OSError as error:
            raise self.failure(error) from error
        return self.target

    def discard(self) -> None:
        """Removes what was written."""
        for file in self._files():
            file.unlink(missing_ok=True)

    def failure(self, error: BaseException | str) -> OutputError:
        """The OutputError that says why the target could not be written."""
        while isinstance(error, BaseException) and error.__cause__ is not None:
            error = error.__cause__
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or not self._room()
        if full or "space left" in str(error).lower():
            return OutputError(
                f"{self.target} cannot be written: the disk is full.", "Free space or choose another disk."
            )
        if isinstance(error, PermissionError):
            return OutputError(
                f"{self.target} cannot be replaced.", "Close it in other programs, or choose another name."
            )
        cause = str(error).strip().rstrip(".")
        return OutputError(
            f"{self.target} cannot be written: {cause}.", "Choose another place for the output."
        )

    @contextmanager
    def guard(self, *libraries: type[BaseException]) -> Iterator[None]:
        """Turns errors of writing into OutputError: OSError, the ``libraries``' own, and those GDAL only
        logs.
        """
        logged = _Errors()
        logger = logging.getLogger("rasterio")
        logger.addHandler(logged)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                yield
        except (OSError, *GDAL_ERRORS, *libraries) as error:
            raise self.failure(error) from error
        finally:
            logger.removeHandler(logged)
        if logged.messages:
            raise self.failure(logged.messages[0])

    def _files(self) -> list[Path]:
        return [file for file in self.target.parent.iterdir() if file.name.startswith(self._stem)]

    def _room(self) -> bool:
        """Whether the disk still takes a little more."""
        probe = self.target.with_name(self._stem + ".probe")
        try:
            with probe.open("wb") as stream:
                stream.write(bytes(1 << 16))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            return error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        finally:
            probe.unlink(missing_ok=True)
        return True


class _Errors(logging.Handler):
    """Keeps the errors that are logged in the thread that made it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.messages.append(record.getMessage())
