"""Reading and unpacking a folder in a ``.zip``, a model's or another. Standard library only.

An archive may come from anywhere and is not trusted: its size is known before it is read, all its members are checked
before one is written, and only the members of the folder are written.
"""

from __future__ import annotations

import errno
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ..errors import ModelError, RsdlError
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
FORBIDDEN = set('<>:"|?*')  # in a file's name on Windows


@dataclass(frozen=True)
class Content:
    """What an archive is to hold: ``name`` in words, and ``mark``, the one file that tells its folder.

    ``at_root``: the folder is the archive itself. ``others``: ends of names of files that tell the folder where there
    is no mark, by preference. ``members``, ``list_size`` and ``size``: the most files, and bytes of the list of them
    and of all, unpacked. ``error``: of what is damaged or unsafe.
    """

    name: str
    mark: str
    members: int
    list_size: int
    size: int
    error: type[RsdlError]
    at_root: bool = False
    others: tuple[str, ...] = ()


MODEL = Content("model", CARD_FILE, MOST_MEMBERS, LARGEST_LIST, LARGEST_MODEL, ModelError)
SAVED_MODEL = "saved_model.pb"  # of TensorFlow
FOREIGN = (".emd", ".onnx", ".keras", ".h5", ".hdf5", ".tflite", ".pt2", ".pt", ".pth", ".safetensors", ".ckpt", ".txt")
FOREIGN_MODEL = replace(MODEL, others=(SAVED_MODEL, *FOREIGN))  # with or without a card
PROGRAM = replace(MODEL, members=100_000, list_size=1 << 24)  # the file of another program: of many tensors


class Archive:
    """An opened archive: ``marked()``, the file that tells its folder, as bytes, and ``unpack(folder)``.

    The content's error for what is damaged or unsafe.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile, content: Content):
        self._path, self._archive, self._content = path, archive, content
        members = [(name.replace("\\", "/"), info) for name, info in zip(archive.namelist(), archive.infolist())]
        if len(members) > content.members:
            raise content.error(f"{path} holds {len(members)} files, and a {content.name} at most {content.members}.")
        for name, info in members:
            self._refuse(name, _hazard(name, info, content.name))
        marks = [name for name, _ in members if name.rsplit("/", 1)[-1] == content.mark]
        if content.at_root:
            marks = [name for name in marks if name == content.mark]
        for ending in content.others if not marks else ():
            marks = [n for n, _ in members if n.lower().endswith(ending) and "__MACOSX" not in n.split("/")]
            if marks:
                break
        if len(marks) > 1 and content.others:
            named = ", ".join(shortened(name) for name in marks[:5])
            raise content.error(f"{path} holds {len(marks)} models: {named}.", "Unpack it, and choose one of them.")
        if not marks and content.others:
            known = ", ".join((content.mark, *content.others))
            raise content.error(f"{path} holds no {content.name}: no {known}.")
        if len(marks) != 1:
            raise content.error(f"{path} should hold one {content.mark}, and holds {len(marks)}.")
        folder = marks[0][: len(marks[0]) - len(marks[0].rsplit("/", 1)[-1])]  # '' or with a slash at its end
        inside = [(name[len(folder) :], info) for name, info in members if name.startswith(folder)]
        files = [(name, info) for name, info in inside if name and not name.endswith("/")]
        for name, info in files:
            self._refuse(name, unusable(name) or ("which is encrypted" if info.flag_bits & 0x1 else ""))
        self._check_twins([name for name, _ in files])
        self._members = dict(files)

    @property
    def is_marked(self) -> bool:
        """Whether there is the file that tells the folder."""
        return self._content.mark in self._members

    def marked(self, largest: int) -> bytes:
        """The file that tells the folder; the content's error for one of more bytes."""
        info = self._members[self._content.mark]
        if info.file_size > largest:
            text = f"The {self._content.mark} in {self._path} is of {info.file_size} bytes, more than {largest}."
            raise self._content.error(text)
        with self._opened(info) as member:
            data: bytes = member.read(largest + 1)
        return data

    def unpack(self, folder: Path, heard: Callable[[str, bytes], None] | None = None) -> Path:
        """Write the files into ``folder``, which is made; ``heard`` is told of each piece of a file."""
        total = sum(info.file_size for info in self._members.values())
        name, error = self._content.name, self._content.error
        if total > self._content.size:
            raise error(f"{self._path} unpacks to {total:,} bytes; a {name} has at most {self._content.size:,}.")
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if total + SPARE > free:
            raise error(
                f"{self._path} unpacks to {total:,} bytes, and {free:,} are free in {folder.parent}.",
                "Free disk space, or choose another disk.",
            )
        for member_name, info in self._members.items():
            target = folder / PurePosixPath(member_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._opened(info) as member, target.open("xb") as file:
                left = info.file_size  # never more than was stated
                while left > 0 and (chunk := member.read(min(CHUNK, left))):
                    left -= len(chunk)
                    file.write(chunk)
                    if heard:
                        heard(member_name, chunk)
                if left or member.read(1):
                    raise error(f"{self._path} is damaged: {member_name} is not as long as is stated.")
        return folder

    @contextmanager
    def _opened(self, info: zipfile.ZipInfo) -> Iterator[Any]:
        """An open member; errors of damaged, encrypted or unknown ones as the content's."""
        with as_error_of(self._content, self._path), self._archive.open(info) as member:
            yield member

    def _refuse(self, name: str, problem: str) -> None:
        if problem:
            hint = f"Get the {self._content.name} again."
            raise self._content.error(f"{self._path} holds {shortened(name)}, {problem}.", hint)

    def _check_twins(self, names: list[str]) -> None:
        """No two members may be one file, on a disk that does not distinguish a from A or é from é either."""
        seen: dict[str, str] = {}
        for key, name in sorted((unicodedata.normalize("NFC", name).casefold(), name) for name in names):
            above = [str(parent) for parent in PurePosixPath(key).parents]
            other = next((seen[known] for known in (key, *above) if known in seen), None)
            if other is not None:
                text = f"{self._path} holds {shortened(other)} and {shortened(name)} in one place."
                raise self._content.error(text)
            seen[key] = name


def _hazard(name: str, info: zipfile.ZipInfo, what: str) -> str:
    """Why an archive with this member is not used at all; '' where it can be."""
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        return f"which would be written outside the {what}'s folder"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "which is a link or a device"
    return ""


def unusable(name: str) -> str:
    """Why a member of the folder, by its name, cannot be unpacked; '' where it can be, on every system."""
    if len(name) > LONGEST_PATH:
        return f"a name of more than {LONGEST_PATH} characters"
    for part in name.split("/"):
        if not part or one_line(part) != part or FORBIDDEN & set(part) or part[-1] in ". " or is_device(part):
            return "which is no name for a file on every system"
    return ""


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive, as far as its end shows; a damaged one may name a place before its start, or
    other disks.
    """
    import zipfile

    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:
        return False
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return False


@contextmanager
def opened_archive(path: Path, content: Content | None = None) -> Iterator[Archive]:
    """The archive at a path, of a model unless ``content`` is another; its error where it is none."""
    content = content or MODEL
    with ExitStack() as stack:
        with as_error_of(content, path):
            import zipfile

            file = stack.enter_context(path.open("rb"))
            bounded = _Bounded(file, content)
            archive = Archive(path, stack.enter_context(zipfile.ZipFile(bounded)), content)
            bounded.is_listed = True
        yield archive


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive that another program's file is, or has behind it; ModelError where it is damaged, too large, or has
    members that would lie outside it. Nothing is unpacked: its readers read members into memory, within their limits.
    """
    with ExitStack() as stack:
        with as_error_of(PROGRAM, path):
            import zipfile

            bounded = _Bounded(stack.enter_context(path.open("rb")), PROGRAM)
            archive = stack.enter_context(zipfile.ZipFile(bounded))
            bounded.is_listed = True
        total = 0
        for info in archive.infolist():
            problem = _hazard(info.filename.replace("\\", "/"), info, PROGRAM.name)
            if problem:
                raise ModelError(f"{path} holds {shortened(info.filename)}, {problem}.", "Get the model again.")
            total += info.file_size
        if total > PROGRAM.size:
            raise ModelError(f"{path} unpacks to {total:,} bytes; a model has at most {PROGRAM.size:,}.")
        with as_error_of(PROGRAM, path):
            yield archive


class _Bounded:
    """A file of which ``zipfile`` cannot read so much at once that its list of members fills the memory.

    ``is_listed``: whether it has read that, and reads members, which have limits of their own.
    """

    def __init__(self, file: Any, content: Content):
        self._file, self._content = file, content
        self.is_listed = False

    def read(self, size: int = -1) -> bytes:
        if size > self._content.list_size and not self.is_listed:
            most = self._content.members
            raise self._content.error(f"{self._file.name} is damaged, or holds more than {most} files.")
        data: bytes = self._file.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def as_error_of(content: Content, path: Path) -> Iterator[None]:
    """Turns what ``zipfile`` raises for a damaged archive into the content's error; the disk's stay as they are."""
    import lzma
    import struct
    import zipfile
    import zlib

    damaged: tuple[type[Exception], ...] = (zlib.error, lzma.LZMAError, EOFError, struct.error, RuntimeError, OSError)
    damaged += (ValueError, ArithmeticError, MemoryError)  # a packing may ask for a window of any size
    again = f"Get the {content.name} again."
    try:
        yield
    except NotImplementedError as error:
        text = f"{path} is packed in a way that cannot be read: {error}."
        raise content.error(text, "Pack it as a plain zip.") from None
    except zipfile.BadZipFile as error:
        kind = "is damaged" if is_zip(path) else "is not a zip archive, or is damaged"
        raise content.error(f"{path} {kind}: {shortened(str(error)).rstrip('.')}.", again) from None
    except damaged as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # EINVAL: a place before its start
            raise
        raise content.error(f"{path} is damaged: {shortened(str(error)).rstrip('.')}.", again) from None
