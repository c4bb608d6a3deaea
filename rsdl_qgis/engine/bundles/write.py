"""Writing a job bundle."""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..cards.archive import unusable
from ..cards.card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE
from ..cards.onnx.external_data import external_files
from ..cards.store import Store
from ..errors import InputError, OutputError
from ..feedback import Report
from ..files.names import DIVIDER, divided, family, file_of, with_file, with_sources
from ..files.text import shortened
from ..job.outputs import MODELS, OPERATIONS, READ, replaced
from ..published.card import is_published
from . import BUNDLE, FORMAT, JOB_FILE, MANIFEST, OUTPUT, REQUIREMENTS
from .fingerprint import fingerprint
from .read import CONTENT

CHUNK = 1 << 20
FURTHER = 3  # members besides models and data
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same job gives the same bundle
VIRTUAL = ".vrt"

T = TypeVar("T")


@dataclass(frozen=True)
class Wishes:
    """How a bundle is made. ``copies``: the data that the job reads goes into it; else only what ``is_own`` says is of
    this job alone. ``is_placeless``: whether an output has no place that another computer has too. ``parts``: all files
    that a file's layer consists of, some of which may not be there.
    """

    copies: bool
    is_own: Callable[[str], bool]
    is_placeless: Callable[[str], bool]
    parts: Callable[[str], Iterable[str]] = family
    libraries: Mapping[str, str] = field(default_factory=dict)  # versions, to be installed there


def write_bundle(job: Mapping[str, Any], target: Path, wishes: Wishes, report: Report) -> None:
    """Write a job as a bundle; what was there is replaced when it is whole.

    InputError for what cannot be packed, OutputError where it cannot be written, Cancelled.
    """
    packing = _Packing(wishes)
    arguments = replaced(job["arguments"], MODELS, packing.model)
    arguments = replaced(arguments, READ, packing.source)
    arguments = {**arguments, **packing.outputs(job["operation"], arguments)}
    texts = {
        JOB_FILE: json.dumps({**job, "arguments": arguments}, indent=2, ensure_ascii=False),
        REQUIREMENTS: requirements(job["version"], wishes.libraries),
        **packing.texts,
    }
    manifest = {
        "format": FORMAT,
        "version": job["version"],
        "operation": job["operation"],
        "libraries": dict(wishes.libraries),
        "read": packing.outside,
    }
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(part, texts, packing.files, manifest, report)
        os.replace(part, target)
    except OSError as error:
        problem = f"The bundle {target} cannot be written: {error.strerror or error} ({error.filename or part})."
        raise OutputError(problem, "Free disk space, or choose another place.") from None
    finally:
        with suppress(OSError):
            part.unlink()


def requirements(version: str, libraries: Mapping[str, str]) -> str:
    """The text of the file of requirements: what runs the job just as here."""
    lines = [
        f"# The job was saved by version {version} of rsdl-qgis; pip install -c {REQUIREMENTS} rsdl-qgis has these:"
    ]
    lines += [f"{name}=={number.partition('+')[0]}" for name, number in libraries.items() if name != "python"]
    return "\n".join(lines) + "\n"


class _Packing:
    """What goes into a bundle: ``files`` and ``texts`` by the names of members; ``outside``: files read elsewhere."""

    def __init__(self, wishes: Wishes):
        self.files: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.outside: list[dict[str, Any]] = []
        self._wishes = wishes
        self._folded: dict[str, str] = {}  # files by the names of members as some disks compare them
        self._known: dict[str, str] = {}  # what a file or model is called in the job

    def model(self, text: str) -> str:
        """A model, by name or path, is packed: its path in the job."""
        if is_published(text):
            return text  # published weights, which the other computer fetches
        path, _ = Store().find(text)
        if str(path) not in self._known:
            place = f"models/{len(self._known)}"
            self._known[str(path)] = f"{BUNDLE}/{place}/{path.name}"
            for file in _model_files(path):
                self._add(f"{place}/{file.relative_to(path.parent).as_posix()}", str(file))
        return self._known[str(path)]

    def source(self, text: str) -> str:
        """The source of a layer, as the job names it; files in it are packed where that is wished."""
        if text.lstrip().startswith("<"):
            return with_sources(text, "", self.source)
        sources = divided(text)
        if len(sources) > 1:
            return DIVIDER.join(map(self.source, sources))
        file = file_of(text)
        return text if file is None else with_file(text, self._placed(file))

    def outputs(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, str]:
        """The outputs of a job that have no place of their own."""
        writes = OPERATIONS[operation]
        given = {name: arguments.get(name) for name in (*writes.files, *writes.folders)}
        placeless = {name: path for name, path in given.items() if path and self._wishes.is_placeless(path)}
        return {
            name: f"{OUTPUT}/{name + Path(path).suffix if name in writes.files else Path(path).name}"
            for name, path in placeless.items()
        }

    def _placed(self, file: str) -> str:
        """What a file or folder is called in the job."""
        if file not in self._known:
            is_virtual = file.lower().endswith(VIRTUAL) and os.path.isfile(file)
            if self._wishes.copies or is_virtual or self._wishes.is_own(file):
                self._known[file] = self._packed(file, is_virtual)
            else:
                self._known[file] = file
                self.outside.append({"path": file, **_readable(fingerprint, file)})
        return self._known[file]

    def _packed(self, file: str, is_virtual: bool) -> str:
        """A file or folder goes into the bundle, with what it has beside it; a virtual one is rewritten, so that its
        sources are found.
        """
        place = f"inputs/{len(self._known)}"
        self._known[file] = f"{BUNDLE}/{place}/{Path(file).name}"
        if os.path.isdir(file):
            parts = sorted(str(path) for path in Path(file).rglob("*"))
        else:
            parts = list(dict.fromkeys([file, *(family if is_virtual else self._wishes.parts)(file)]))
        if is_virtual:
            parts.remove(file)
            text = with_sources(_readable(_text_of, file), os.path.dirname(file), self.source)
            self.texts[_named(f"{place}/{Path(file).name}", file)] = text
        for part in filter(os.path.isfile, parts):
            if not Path(part).is_relative_to(Path(file).parent):
                text = f"{file} cannot be packed: {part}, a part of it, lies in another folder."
                raise InputError(text, "Save the job with the paths of its data.")
            self._add(f"{place}/{Path(part).relative_to(Path(file).parent).as_posix()}", part)
        return self._known[file]

    def _add(self, name: str, file: str) -> None:
        other = self._folded.setdefault(unicodedata.normalize("NFC", name).casefold(), file)
        if other != file:
            text = f"{shortened(file)} and {shortened(other)} cannot be packed: on some disks they are in one place."
            raise InputError(text, "Rename one, or save the job with the paths of its data.")
        self.files[_named(name, file)] = file
        if len(self.files) + FURTHER > CONTENT.members:
            text = f"The job reads more files than a bundle holds, at most {CONTENT.members}."
            raise InputError(text, "Save the job with the paths of its data.")


def _named(name: str, file: str) -> str:
    """The name of a member; InputError where not every system can have such a file."""
    problem = unusable(name)
    if problem:
        text = f"{shortened(file)} cannot be packed as {shortened(name)}, {problem}."
        raise InputError(text, "Rename it, or save the job with the paths of its data.")
    return name


def _model_files(path: Path) -> list[Path]:
    """The files of a model: of a folder those that are the model's."""
    if not path.is_dir():
        return [path, *(external_files(path) if path.suffix.lower() == ".onnx" else [])]
    own = [path / name for name in (CARD_FILE, ONNX_FILE, WEIGHTS_FILE) if (path / name).is_file()]
    return [*own, *(external_files(path / ONNX_FILE) if path / ONNX_FILE in own else [])]


def _text_of(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


def _readable(read: Callable[[str], T], file: str) -> T:
    """What is read of a file; InputError where it cannot be."""
    try:
        return read(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{file} cannot be read: {reason}.", "Check the permissions of the file.") from None


def _write(
    path: Path, texts: Mapping[str, str], files: Mapping[str, str], manifest: dict[str, Any], report: Report
) -> None:
    import zipfile  # not when QGIS starts

    total, done = max(sum(map(os.path.getsize, files.values())), 1), 0
    members: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(path, "w") as archive:  # rasters and weights are compressed already, or cannot be
        for name, text in texts.items():
            data = text.encode("utf-8")
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)
            members[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, file in files.items():
            digest, size = hashlib.sha256(), 0
            report.progress(min(done / total, 1.0), Path(file).name)
            with (
                open(file, "rb") as source,
                archive.open(zipfile.ZipInfo(name, EPOCH), "w", force_zip64=True) as member,
            ):
                while chunk := source.read(CHUNK):
                    report.check()
                    digest.update(chunk)
                    member.write(chunk)
                    size, done = size + len(chunk), done + len(chunk)
                    report.progress(min(done / total, 1.0))
            members[name] = {"sha256": digest.hexdigest(), "size": size}
        text = json.dumps({**manifest, "files": members}, indent=2, ensure_ascii=False)
        archive.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), text.encode("utf-8"))
