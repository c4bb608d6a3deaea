"""Models in tar archives, as TensorFlow Hub gives them: unpacked under the rules of ``cards.archive``."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from ..cards.archive import CHUNK, LARGEST_MODEL, MOST_MEMBERS, SPARE, unusable
from ..errors import ModelError
from ..files.text import shortened

PACKINGS: dict[str, Any] = {".tar": open, ".tar.gz": gzip.open, ".tgz": gzip.open, ".tar.xz": lzma.open}
PACKINGS |= {".tar.bz2": bz2.open}
LARGEST_READ = 1 << 20  # bytes at once: a header may state any length
_DAMAGED = (tarfile.TarError, EOFError, ValueError, OverflowError, zlib.error, lzma.LZMAError)
_AGAIN = "Get the model again."


def is_tar(path: Path) -> bool:
    """Whether a file is, by its name, a tar archive."""
    return path.name.lower().endswith(tuple(PACKINGS))


def unpack_tar(path: Path, folder: Path) -> Path:
    """Unpack the files of an archive as ``folder``: the folder in it that holds all, else ``folder``.

    ModelError for one that is damaged or too large, holds links or devices, or a file that would land elsewhere.
    """
    folder.mkdir(parents=True)
    room = min(LARGEST_MODEL, shutil.disk_usage(folder).free - SPARE)
    try:
        opened = next(how for ending, how in PACKINGS.items() if path.name.lower().endswith(ending))
        with opened(path, "rb") as stream, tarfile.open(fileobj=_Bounded(stream), mode="r:") as archive:
            for count, member in enumerate(archive):
                if count >= MOST_MEMBERS:
                    raise ModelError(f"{path} holds more than {MOST_MEMBERS} files.", _AGAIN)
                room -= member.size
                if room < 0:
                    raise ModelError(f"{path} unpacks to more than a model has, or than the disk has room for.")
                _unpack(archive, member, path, folder)
    except _DAMAGED as error:
        raise ModelError(f"{path} is no tar archive, or is damaged: {shortened(str(error))}.", _AGAIN) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise ModelError(f"{path} is damaged: {shortened(str(error))}.", _AGAIN) from None
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


class _Bounded:
    """A stream of which not more than ``LARGEST_READ`` bytes are read at once."""

    def __init__(self, stream: Any):
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_READ:
            raise ValueError("a part of its list of files is too long")
        data: bytes = self._stream.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, folder: Path) -> None:
    """Write one member, if it is a file."""
    name = PurePosixPath(member.name.replace("\\", "/"))
    problem = unusable(str(name)) if name.parts else ""
    if name.is_absolute() or ".." in name.parts or ":" in member.name:
        problem = "which would be written outside the model's folder"
    elif not (member.isfile() or member.isdir()):
        problem = "which is a link or a device"
    if problem:
        raise ModelError(f"{path} holds {shortened(member.name)}, {problem}.", _AGAIN)
    if member.isdir():
        return
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    if source is None or target.exists():
        raise ModelError(f"{path} holds {shortened(member.name)} twice, or not whole.", _AGAIN)
    with source, target.open("xb") as file:
        shutil.copyfileobj(source, file, CHUNK)
