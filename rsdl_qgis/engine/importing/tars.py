"""Tar archives of models, packed again as a ``.zip``, which is then checked and unpacked as any other."""

from __future__ import annotations

import bz2
import gzip
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..cards.archive import CHUNK, LARGEST_MODEL, MOST_MEMBERS, SPARE
from ..errors import ModelError
from ..files.text import shortened

OPENERS: Mapping[str, Callable[..., Any]] = {  # ending of a file -> what opens it
    ".tar": open,
    ".tgz": gzip.open,
    ".gz": gzip.open,
    ".tbz2": bz2.open,
    ".bz2": bz2.open,
}
LARGEST_HEADER = 1 << 20  # bytes that are read at once
_AGAIN = "Get the model again, or pack it as a plain zip."


def is_tar(path: Path) -> bool:
    """Whether a file is, by its name, a tar archive."""
    name = path.name.lower()
    return name.endswith((".tar", ".tgz", ".tbz2", ".tar.gz", ".tar.bz2"))


def as_zip(path: Path, target: Path) -> Path:
    """Write a tar archive as a ``.zip`` that is not compressed; ModelError for one that is damaged, too large, or holds
    more than files and folders.
    """
    left, count = min(LARGEST_MODEL, shutil.disk_usage(target.parent).free - SPARE), 0
    try:
        with (
            OPENERS[path.suffix.lower()](path, "rb") as file,
            tarfile.open(fileobj=_Bounded(file), mode="r:") as archive,
            zipfile.ZipFile(target, "w") as made,
        ):
            for member in archive:
                count += 1
                left -= member.size
                _check(path, member, count, left)
                if member.isdir():
                    continue
                name = member.name.removeprefix("./")
                if name in made.NameToInfo:
                    raise ModelError(f"{path} holds {shortened(name)} twice.", _AGAIN)
                with made.open(name, "w", force_zip64=True) as packed:
                    _copy(path, archive, member, packed)
            while chunk := file.read(CHUNK):  # zeros, at whose end what is cut off shows
                left -= len(chunk)
                _check(path, tarfile.TarInfo("its end"), count, left)
    except (tarfile.TarError, EOFError, ValueError, zlib.error, gzip.BadGzipFile, OverflowError) as error:
        raise ModelError(f"{path} is damaged, or no tar archive: {shortened(str(error))}.", _AGAIN) from None
    except OSError as error:
        if error.errno is not None:  # of the disk
            raise
        raise ModelError(f"{path} is damaged: {shortened(str(error))}.", _AGAIN) from None
    return target


def _check(path: Path, member: tarfile.TarInfo, count: int, left: int) -> None:
    name = shortened(member.name)
    if count > MOST_MEMBERS:
        raise ModelError(f"{path} holds more than {MOST_MEMBERS} files.", _AGAIN)
    if left < 0:
        text = f"{path} unpacks to more than {LARGEST_MODEL:,} bytes, or than there is room for."
        raise ModelError(text, "Free disk space, or choose another disk.")
    if not member.isdir() and member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise ModelError(f"{path} holds {name}, which is a link or a device.", _AGAIN)
    if member.size < 0 or not member.name.isprintable():
        raise ModelError(f"{path} holds {name}, which is no name for a file on every system.", _AGAIN)


def _copy(path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo, packed: Any) -> None:
    left, stream = member.size, archive.extractfile(member)
    while stream is not None and left > 0 and (chunk := stream.read(min(CHUNK, left))):
        left -= len(chunk)
        packed.write(chunk)
    if left:
        raise ModelError(f"{path} is cut off: {shortened(member.name)} is not as long as is stated.", _AGAIN)


class _Bounded:
    """A file of which ``tarfile`` cannot read so much at once that the header of a member fills the memory."""

    def __init__(self, file: Any):
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_HEADER:
            raise tarfile.ReadError("a header is too long")
        data: bytes = self._file.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
