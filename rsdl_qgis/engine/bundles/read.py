"""Reading a job bundle: it is unpacked, checked, and its paths are made those of this computer.

A bundle may come from anywhere and is not trusted: see ``cards.archive``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any

from ..cards.archive import Content, opened_archive
from ..errors import InputError
from ..feedback import Report
from ..files.json import parsed
from ..files.names import hidden, with_sources
from ..files.text import shortened
from ..job.outputs import MODELS, OPERATIONS, READ, replaced
from ..tables.kinds import shown
from . import BUNDLE, FORMAT, JOB_FILE, MANIFEST, OUTPUT
from .fingerprint import fingerprint

CONTENT = Content("job bundle", MANIFEST, 40_000, 1 << 24, 1 << 42, InputError, at_root=True)
LARGEST_MANIFEST = 1 << 24  # bytes
WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # how an absolute path there begins


@dataclass(frozen=True)
class Places:
    """Where things are here: ``maps`` of beginnings of paths, (from, to); ``output``: a folder for all results, None
    where each goes to its own place; ``bundle``: where a bundle is unpacked.
    """

    maps: Sequence[tuple[str, str]] = ()
    output: str | None = None
    bundle: str = ""

    def of_input(self, text: str) -> str:
        """A source or model here."""
        if BUNDLE in text and self.bundle:
            return text.replace(BUNDLE, self.bundle)
        return mapped(text, self.maps)

    def of_output(self, text: str) -> str:
        """A result's path here; InputError for one of another system."""
        name = PureWindowsPath(text).name if WINDOWS.match(text) else Path(text).name
        if self.output is not None:
            return os.path.join(self.output, name)
        if text.startswith(f"{OUTPUT}/"):
            return name
        found = mapped(text, self.maps)
        if WINDOWS.match(found) and os.name != "nt":
            text = f"The job writes to {shortened(found)}, a path of another system."
            raise InputError(text, "Say where results go here (--output), or what stands for its beginning (--map).")
        return found


@contextmanager
def opened_bundle(
    path: Path,
    places: Places,
    report: Report,
    read: Callable[[Path], Mapping[str, Any]],
    keep: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """The job in a bundle, to be run while it is open; ``read``: reads a job's file.

    ``keep``: a new or empty folder to unpack it in, which stays: given again, it is used as it is, so that a job that
    was stopped finds its files unchanged and resumes; None: a temporary one. InputError for what is damaged, unsafe or
    not here.
    """
    import tempfile

    if not path.is_file():
        raise InputError(f"There is no job bundle {path}.", "Give the .zip that a job was saved as.")
    with ExitStack() as stack:
        if keep is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsdl-bundle-")))
        else:
            folder = keep.absolute()
        places = replace(places, bundle=folder.as_posix())
        try:
            manifest = _unpacked(path, folder, report) if keep is None else _kept(path, folder, places, report)
            if keep is None:
                _lead_here(folder, places)
        except OSError as error:
            problem = f"{path} cannot be unpacked in {folder.parent}: {error.strerror or error}."
            raise InputError(problem, "Free disk space, or name another folder in the variable TMPDIR.") from None
        _check_outside(manifest, places, report)
        _compare_libraries(manifest, report)
        yield placed(read(folder / JOB_FILE), places)


def _kept(path: Path, folder: Path, places: Places, report: Report) -> dict[str, Any]:
    """Unpack a bundle in a folder that stays, unless it is there; its manifest.

    InputError for a folder with anything else.
    """
    with opened_archive(path, CONTENT) as archive:
        stated = archive.marked(LARGEST_MANIFEST)
    there = folder / MANIFEST
    if there.is_file() and there.read_bytes() == stated:
        report.log("info", f"The bundle is unpacked in {folder}, and is used as it is.")
        return _json(path, stated)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem = f"{folder} is not empty, and is not what {path.name} was unpacked to."
        raise InputError(problem, "Choose a new folder.")
    part = hidden(folder, "part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        manifest = _unpacked(path, part, report)
        _lead_here(part, places)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _lead_here(folder: Path, places: Places) -> None:
    """Make the paths in virtual rasters those of this computer."""
    for virtual in filter(Path.is_file, folder.glob("inputs/*/*.[vV][rR][tT]")):
        text = virtual.read_text(encoding="utf-8", errors="surrogateescape")
        there = with_sources(text, "", places.of_input)
        virtual.write_text(there, encoding="utf-8", errors="surrogateescape")


def placed(job: Mapping[str, Any], places: Places) -> dict[str, Any]:
    """A job with its paths as they are here. Its arguments are not checked by that."""
    arguments = replaced(job.get("arguments"), (*READ, *MODELS), places.of_input)
    writes = OPERATIONS.get(str(job.get("operation")))
    if isinstance(arguments, dict) and writes:
        for name in (*writes.files, *writes.folders):
            if isinstance(arguments.get(name), str):
                arguments[name] = places.of_output(arguments[name])
    return {**job, "arguments": arguments}


def mapped(text: str, maps: Sequence[tuple[str, str]]) -> str:
    """A source with the beginning of the path in it replaced; the first map that fits counts."""
    for old, new in maps:
        is_windows = bool(WINDOWS.match(old))
        plain, beginning = (part.replace("\\", "/") if is_windows else part for part in (text, old))
        pattern = rf"""(?:^|["':|]|/vsi\w+/){re.escape(beginning.rstrip("/"))}(?=/|["':|]|$)"""
        found = re.search(pattern, plain, re.IGNORECASE if is_windows else 0)
        if found:
            start = found.end() - len(beginning.rstrip("/"))
            return plain[:start] + new.rstrip("/") + plain[found.end() :]
    return text


def _unpacked(path: Path, folder: Path, report: Report) -> dict[str, Any]:
    """Unpack a bundle; its manifest. InputError where it does not hold what the manifest says."""
    with opened_archive(path, CONTENT) as archive:
        manifest = _json(path, archive.marked(LARGEST_MANIFEST))
        stated = manifest.get("files")
        if manifest.get("format") != FORMAT:
            wrong = f"{path} is a bundle of format {shown(manifest.get('format'))}, and {FORMAT} can be read."
            raise InputError(wrong, "Save the job again with the version of this program.")
        if not isinstance(stated, dict) or not all(isinstance(about, dict) for about in stated.values()):
            raise _damaged(path, "its list of files is none")
        digests: dict[str, Any] = {}
        archive.unpack(folder, _hashing(digests, report))
    digests.pop(MANIFEST, None)
    for name in sorted({*stated, *digests}):
        there = digests.get(name, hashlib.sha256()).hexdigest()
        if name not in stated or there != stated[name].get("sha256"):
            raise _damaged(path, f"{shortened(name)} is not what was packed")
    if JOB_FILE not in digests:
        raise _damaged(path, f"it holds no {JOB_FILE}")
    return manifest


def _hashing(digests: dict[str, Any], report: Report) -> Callable[[str, bytes], None]:
    def heard(name: str, chunk: bytes) -> None:
        report.check()
        digests.setdefault(name, hashlib.sha256()).update(chunk)

    return heard


def _json(path: Path, data: bytes) -> dict[str, Any]:
    try:
        found = parsed(data.decode("utf-8-sig"))
    except ValueError as error:
        raise _damaged(path, f"a text in it is not JSON ({shortened(str(error))})") from None
    if not isinstance(found, dict):
        raise _damaged(path, "a text in it is no JSON object")
    return found


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path} is damaged: {what}.", "Get the job bundle again.")


def _check_outside(manifest: Mapping[str, Any], places: Places, report: Report) -> None:
    """InputError for a file that the job reads and that is not here; a warning for one that is another."""
    outside = manifest.get("read")
    for about in outside if isinstance(outside, list) else ():
        there = about.get("path") if isinstance(about, dict) else None
        if not isinstance(there, str):
            continue
        path = places.of_input(there)
        if not os.path.exists(path):
            folder = there.replace("\\", "/").rpartition("/")[0] or there
            hint = f"Say where its folder is here: --map {folder}=FOLDER."
            raise InputError(f"The job reads {shortened(path, 300)}, which is not on this computer.", hint)
        try:
            found = fingerprint(path)
        except OSError as error:
            text = f"{path} cannot be read: {error.strerror or error}."
            raise InputError(text, "Check the permissions of the file.") from None
        if any(about.get(key) not in (None, value) for key, value in found.items()):
            report.log("warning", f"{path} is not the file that the job was saved with: the result may differ.")


def _compare_libraries(manifest: Mapping[str, Any], report: Report) -> None:
    """A warning where libraries are of other versions than those that the job was saved with."""
    from importlib import metadata

    stated, others = manifest.get("libraries"), []
    for name, version in stated.items() if isinstance(stated, dict) else ():
        try:
            here = metadata.version(name)
        except (metadata.PackageNotFoundError, ValueError):  # a name that no library has, and Python's
            continue
        if here.partition("+")[0] != str(version).partition("+")[0]:
            others.append(f"{name} {here} in place of {shortened(str(version), 20)}")
    if others:
        report.log("warning", f"Results may differ in their last digits: here is {', '.join(others[:10])}.")
