"""Reading and unpacking a model folder in a ``.zip``. Standard library only.

An archive may come from anywhere and is not trusted: its size is known before it is read, all its members are checked
before one is written, and only the members of the model's folder are written.
"""

from __future__ import annotations

import errno
import shutil
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..files.text import one_line, shortened
from .card import CARD_FILE
from .names import is_device

if TYPE_CHECKING:  # QGIS opens an archive only when asked to
    import zipfile

MOST_MEMBERS = 1000
LARGEST_LIST = 1 << 19  # bytes of the list of members
LARGEST_MODEL = 16 << 30  # bytes, unpacked
SPARE = 1 << 20  # bytes that stay free on the disk
LONGEST_PATH = 200  # characters of a file's place in the model's folder
CHUNK = 1 << 18
MEMBERS = (CARD_FILE, ".emd", ".onnx")  # by which a model's folder is known, by preference, in any archive
FORBIDDEN = set('<>:"|?*')  # in a file's name on Windows


class ModelArchive:
    """An opened archive: ``card()`` as bytes, ``unpack(folder)``. ModelError for what is damaged or unsafe.

    ``endings``: of the files of which there has to be one, in the model's folder, by preference.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile, endings: Sequence[str] = (CARD_FILE,)):
        self._path, self._archive = path, archive
        members = [(name.replace("\\", "/"), info) for name, info in zip(archive.namelist(), archive.infolist())]
        if len(members) > MOST_MEMBERS:
            raise ModelError(f"{path} holds {len(members)} files, and a model at most {MOST_MEMBERS}.")
        for name, info in members:
            self._refuse(name, _hazard(name, info))
        folder = self._folder([name for name, _ in members], endings)  # '' or with a slash at its end
        inside = [(name[len(folder) :], info) for name, info in members if name.startswith(folder)]
        files = [(name, info) for name, info in inside if name and not name.endswith("/")]
        for name, info in files:
            self._refuse(name, _unusable(name, info))
        self._check_twins([name for name, _ in files])
        self._members = dict(files)

    def _folder(self, names: Sequence[str], endings: Sequence[str]) -> str:
        shown = [name for name in names if "__MACOSX" not in name.split("/")]
        for ending in endings:
            is_end = ending.startswith(".")
            found = [n for n in shown if (n.lower().endswith(ending) if is_end else f"/{n}".endswith(f"/{ending}"))]
            if len(found) == 1 or (found and ending is endings[-1] is not endings[0]):
                return found[0][: len(found[0]) - len(found[0].rsplit("/", 1)[-1])]
            if len(found) > 1 or ending is endings[-1]:
                what = endings[0] if len(endings) == 1 else f"model (a file {', '.join(endings)})"
                raise ModelError(f"{self._path} should hold one {what}, and holds {len(found)}.")
        return ""

    @property
    def has_card(self) -> bool:
        """Whether the model's folder has a card."""
        return CARD_FILE in self._members

    def card(self, largest: int) -> bytes:
        """The card; ModelError for one of more bytes."""
        info = self._members[CARD_FILE]
        if info.file_size > largest:
            raise ModelError(f"The {CARD_FILE} in {self._path} is of {info.file_size} bytes, more than {largest}.")
        with self._opened(info) as member:
            data: bytes = member.read(largest + 1)
        return data

    def unpack(self, folder: Path) -> Path:
        """Write the files of the model's folder into ``folder``, which is made."""
        total = sum(info.file_size for info in self._members.values())
        if total > LARGEST_MODEL:
            raise ModelError(f"{self._path} unpacks to {total:,} bytes; a model has at most {LARGEST_MODEL:,}.")
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if total + SPARE > free:
            raise ModelError(
                f"{self._path} unpacks to {total:,} bytes, and {free:,} are free in {folder.parent}.",
                "Free disk space, or choose another disk.",
            )
        for name, info in self._members.items():
            target = folder / PurePosixPath(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._opened(info) as member, target.open("xb") as file:
                left = info.file_size  # never more than was stated
                while left > 0 and (chunk := member.read(min(CHUNK, left))):
                    left -= len(chunk)
                    file.write(chunk)
                if left or member.read(1):
                    raise ModelError(f"{self._path} is damaged: {name} is not as long as is stated.")
        return folder

    @contextmanager
    def _opened(self, info: zipfile.ZipInfo) -> Iterator[Any]:
        """An open member; errors of damaged, encrypted or unknown ones as ModelError."""
        with as_model_error(self._path), self._archive.open(info) as member:
            yield member

    def _refuse(self, name: str, problem: str) -> None:
        if problem:
            raise ModelError(f"{self._path} holds {shortened(name)}, {problem}.", "Get the model again.")

    def _check_twins(self, names: list[str]) -> None:
        """No two members may be one file, on a disk that does not distinguish a from A or é from é either."""
        seen: dict[str, str] = {}
        for key, name in sorted((unicodedata.normalize("NFC", name).casefold(), name) for name in names):
            above = [str(parent) for parent in PurePosixPath(key).parents]
            other = next((seen[known] for known in (key, *above) if known in seen), None)
            if other is not None:
                raise ModelError(f"{self._path} holds {shortened(other)} and {shortened(name)} in one place.")
            seen[key] = name


def _hazard(name: str, info: zipfile.ZipInfo) -> str:
    """Why an archive with this member is not used at all; '' where it can be."""
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        return "which would be written outside the model's folder"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "which is a link or a device"
    return ""


def _unusable(name: str, info: zipfile.ZipInfo) -> str:
    """Why a member of the model's folder cannot be unpacked; '' where it can be, on every system."""
    if info.flag_bits & 0x1:
        return "which is encrypted"
    if len(name) > LONGEST_PATH:
        return f"a name of more than {LONGEST_PATH} characters"
    for part in name.split("/"):
        if not part or one_line(part) != part or FORBIDDEN & set(part) or part[-1] in ". " or is_device(part):
            return "which is no name for a file on every system"
    return ""


@contextmanager
def opened_archive(path: Path, endings: Sequence[str] = (CARD_FILE,)) -> Iterator[ModelArchive]:
    """The archive at a path; ModelError where it is none."""
    with ExitStack() as stack:
        with as_model_error(path):
            import zipfile

            file = stack.enter_context(path.open("rb"))
            bounded = _Bounded(file)
            archive = ModelArchive(path, stack.enter_context(zipfile.ZipFile(bounded)), endings)
            bounded.is_listed = True
        yield archive


class _Bounded:
    """A file of which ``zipfile`` cannot read so much at once that its list of members fills the memory.

    ``is_listed``: whether it has read that, and reads members, which have limits of their own.
    """

    def __init__(self, file: Any):
        self._file = file
        self.is_listed = False

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_LIST and not self.is_listed:
            raise ModelError(f"{self._file.name} is damaged, or holds more than {MOST_MEMBERS} files.")
        data: bytes = self._file.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def as_model_error(path: Path) -> Iterator[None]:
    """Turns what ``zipfile`` raises for a damaged archive into a ModelError; errors of the disk stay as they are."""
    import lzma
    import struct
    import zipfile
    import zlib

    damaged: tuple[type[Exception], ...] = (zlib.error, lzma.LZMAError, EOFError, struct.error, RuntimeError, OSError)
    damaged += (ValueError, ArithmeticError, MemoryError)  # a packing may ask for a window of any size
    try:
        yield
    except NotImplementedError as error:
        text = f"{path} is packed in a way that cannot be read: {error}."
        raise ModelError(text, "Pack it as a plain zip.") from None
    except zipfile.BadZipFile as error:
        kind = "is damaged" if zipfile.is_zipfile(path) else "is not a zip archive, or is damaged"
        raise ModelError(f"{path} {kind}: {shortened(str(error)).rstrip('.')}.", "Get the model again.") from None
    except damaged as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # EINVAL: a place before its start
            raise
        raise ModelError(f"{path} is damaged: {shortened(str(error)).rstrip('.')}.", "Get the model again.") from None
