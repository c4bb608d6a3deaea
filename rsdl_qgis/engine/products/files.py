"""What a product is given as: a folder, an archive, or files divided by ';'. All come down to a list of names."""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import InputError
from ..files.names import divided
from ..files.text import shortened

RASTER = re.compile(r"\.(tif|tiff|jp2|img|vrt)$", re.IGNORECASE)
ZIPS, TARS = (".zip",), (".tar", ".tar.gz", ".tgz")
MOST_FILES = 5000  # of a product
MOST_FOLDERS = 500
DEEPEST = 6  # folders in one another
LARGEST = 8_000_000  # bytes of a file of metadata; that of a Sentinel-2 product has about 50 kB


@dataclass(frozen=True)
class Files:
    """The files of a product. ``title``: what it is called; ``paths``: what GDAL opens, by the names in the product,
    with '/' between folders; ``archive``: the .zip or .tar that they are in; ``is_list``: whether each was given.
    """

    title: str
    paths: Mapping[str, str]
    archive: str = ""
    is_list: bool = False

    @property
    def rasters(self) -> list[str]:
        """The names of the rasters among them."""
        return [name for name in self.paths if RASTER.search(name.partition("?")[0])]

    def ending(self, pattern: str) -> list[str]:
        """The names whose last part is a pattern, in capitals or not."""
        return [name for name in self.paths if re.fullmatch(pattern, last(name), re.IGNORECASE)]

    def text(self, name: str) -> bytes:
        """The content of a file of metadata. InputError where it cannot be read, or is too large to be one."""
        try:
            data = self._read(name)
        except (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{last(name)} of {self.title} cannot be read: {reason}.", "Check the product.") from None
        if len(data) > LARGEST:
            raise InputError(f"{last(name)} of {self.title} has more than {LARGEST:,} bytes.", "Check the product.")
        return data

    def _read(self, name: str) -> bytes:
        if not self.archive:
            with open(self.paths[name], "rb") as file:
                return file.read(LARGEST + 1)
        if self.archive.lower().endswith(ZIPS):
            with zipfile.ZipFile(self.archive) as archive, archive.open(name) as member:
                return member.read(LARGEST + 1)
        with tarfile.open(self.archive) as bundle:
            found = bundle.extractfile(name)
            return b"" if found is None else found.read(LARGEST + 1)


def last(name: str) -> str:
    """The last part of a path of any system, or of an address."""
    return re.split(r"[/\\]", name.partition("?")[0] if "://" in name else name)[-1]


def is_archive(path: str) -> bool:
    """Whether a path is that of an archive, by its name."""
    return path.lower().endswith((*ZIPS, *TARS)) and os.path.isfile(path)


def is_divided(text: str) -> bool:
    """Whether a text names several files."""
    return divided(text) != [text]


def files_of(text: str) -> Files:
    """The files of a product that is given as a folder, an archive or several files. InputError where it is none."""
    if is_divided(text):
        given = divided(text)
        if not given:
            raise InputError(f"'{shortened(text)}' names no file.", "Give the files of one image, divided by ';'.")
        title = f"{last(given[0])} and {len(given) - 1} more" if len(given) > 1 else last(given[0])
        check_there(given)
        return Files(title, {path: path for path in given}, is_list=True)
    path = text.rstrip("/\\") or text
    if os.path.isdir(path):
        return Files(Path(path).name, dict(_in_folder(path)))
    return Files(Path(path).name, dict(_in_archive(path)), archive=path)


def check_there(paths: Iterable[str]) -> None:
    """InputError for the first of some paths where there is no file."""
    for path in paths:
        if "://" not in path and not path.startswith("/vsi") and not os.path.exists(path):
            missing = f"There is no file {shortened(last(path))} ({shortened(path)})."
            raise InputError(missing, "Check that it was not moved or renamed.")


def beside(path: str) -> Files:
    """The files of the folder that a file of metadata lies in; only its own folder and those inside."""
    folder = os.path.dirname(os.path.abspath(path))
    return Files(Path(folder).name, dict(_in_folder(folder)))


def _in_folder(folder: str) -> Iterator[tuple[str, str]]:
    count = 0
    for i, (place, folders, names) in enumerate(os.walk(folder)):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < DEEPEST else []
        if i > MOST_FOLDERS:
            raise InputError(f"{folder} has more than {MOST_FOLDERS} folders.", "Choose the folder of one product.")
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                raise InputError(f"{folder} has more than {MOST_FILES} files.", "Choose the folder of one product.")
            path = os.path.join(place, name)
            yield Path(path).relative_to(folder).as_posix(), path


def _in_archive(path: str) -> Iterator[tuple[str, str]]:
    try:
        if path.lower().endswith(ZIPS):
            with zipfile.ZipFile(path) as archive:
                names = [info.filename for info in archive.infolist() if not info.is_dir()]
        else:
            with tarfile.open(path) as archive:
                names = [member.name for member in archive if member.isfile()]
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be opened as an archive: {reason}.", "Download it again.") from None
    if len(names) > MOST_FILES:
        raise InputError(f"{path} has more than {MOST_FILES} files.", "Choose the archive of one product.")
    opener = "/vsizip/" if path.lower().endswith(ZIPS) else "/vsitar/"
    for name in sorted(names):
        if ".." not in PurePosixPath(name).parts:
            yield name, f"{opener}{os.path.abspath(path)}/{name}"
