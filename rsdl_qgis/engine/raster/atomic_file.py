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
from ..files.names import DATABASE, SHAPEFILE, SIDECARS, hidden
from ..job.outputs import check_file
from .grid import GDAL_ERRORS

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_TEXTS = ("space left", "is full", "file too large")  # of libraries that give no errno
UNSURE_TEXTS = ("disk i/o error", "failed to commit transaction")  # of SQLite, which then has given back what it took


class Part:
    """The unfinished file of ``target``: '.<name>.<pid>.part<suffix>' in the same folder, with files that
    GDAL puts beside it. ``scratch``: the ending of a file that is needed on the way to it, and never takes its place.
    Raises OutputError where the target cannot be written.
    """

    def __init__(self, target: str | os.PathLike[str], scratch: str = ""):
        self.target = Path(target)
        check_file(self.target)
        self._stem = hidden(self.target, f"{os.getpid()}.{'scratch.' if scratch else ''}part").name
        self.path = self.target.with_name(self._stem + (scratch or self.target.suffix))
        self.discard()

    def commit(self) -> Path:
        """Moves the finished files into place, those of an earlier run replaced; returns the target.

        OutputError where they cannot be, or what is there now holds more than it may.
        """
        check_file(self.target)
        try:
            for file in self._outdated():
                file.unlink(missing_ok=True)
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
        is_full = any(text in str(error).lower() for text in FULL_TEXTS)
        if is_full or getattr(error, "errno", None) in FULL or not self._room():
            return OutputError(
                f"{self.target} cannot be written: the disk is full.", "Free space or choose another disk."
            )
        if any(text in str(error).lower() for text in UNSURE_TEXTS):
            return OutputError(
                f"{self.target} cannot be written: the disk is full, or it fails.", "Free space or choose another disk."
            )
        if isinstance(error, PermissionError):
            return OutputError(
                f"{self.target} cannot be replaced.", "Close it in other programs, or choose another name."
            )
        cause = str(error).strip().rstrip(".")
        return OutputError(f"{self.target} cannot be written: {cause}.", "Choose another place for the output.")

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

    def _outdated(self) -> list[Path]:
        """What an earlier file of the name has beside it, which would be taken for the new one's."""
        ending = self.target.suffix.lower()
        files = [Path(f"{self.target}{end}") for end in SIDECARS]
        if ending == ".shp":
            files += [self.target.with_suffix(end) for end in SHAPEFILE if end != ending]
        if ending == ".gpkg":
            files += [Path(f"{self.target}{end}") for end in DATABASE]
        return files

    def _room(self) -> bool:
        """Whether the disk still takes a little more: in a file of its own, and behind what is there."""
        probe = self.target.with_name(self._stem + ".probe")
        try:
            for path in (probe, *filter(Path.is_file, (self.path,))):
                with path.open("ab") as stream:
                    stream.write(bytes(1 << 16))
                    stream.flush()
                    os.fsync(stream.fileno())
        except OSError as error:
            return error.errno not in FULL
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
