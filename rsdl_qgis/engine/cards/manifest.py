"""Manifests: lists of models that can be fetched. Standard library only, for the QGIS side.

A manifest is JSON: ``{"models": [{"name", "title", "task", "address", "size", "sha256", "licence"}, …]}``. An address
is absolute, or relative to the manifest's own. Manifests at addresses are kept in the user's folder as they were when
they were last fetched, so that a list of models never waits for the net.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from ...paths import plugin_file, user_folder
from ..errors import ModelError
from ..files.json import parsed
from ..files.text import one_line, shortened
from .archive import LARGEST_MODEL
from .names import check_model_name

MANIFEST_FILE = "manifest.json"
LARGEST_MANIFEST = 4 << 20  # bytes
MOST_ENTRIES = 2000
SCHEMES = ("http", "https")
ENDINGS = (".zip", ".onnx")
_SHA256 = re.compile("[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Entry:
    """A model of a manifest. ``address``: absolute, or the path of a file; ``size`` in bytes; ``sha256`` in hexadecimal
    digits.
    """

    name: str
    title: str
    task: str
    address: str
    size: int
    sha256: str
    licence: str = ""
    manifest: str = ""

    @property
    def megabytes(self) -> str:
        """Its size in MB with one decimal, at least 0.1."""
        return f"{max(self.size / 1e6, 0.1):.1f}"


def manifest_folder() -> Path:
    """Where manifests at addresses are kept."""
    return user_folder() / "manifests"


def is_address(text: str) -> bool:
    """Whether a text is an address on the net."""
    return urlsplit(text).scheme.lower() in SCHEMES


def manifest_address(place: str) -> str:
    """The address of the manifest at a place that a person gives: itself, or in the folder that it names."""
    path = urlsplit(place).path
    return place if path.lower().endswith(".json") else f"{place.rstrip('/')}/{MANIFEST_FILE}"


def kept_file(place: str) -> Path:
    """Where the manifest of a place is read: the file or folder itself, or the copy of what is at an address."""
    if is_address(place):
        digest = hashlib.sha256(manifest_address(place).encode()).hexdigest()[:24]
        return manifest_folder() / f"{digest}.json"
    path = Path(place)
    return path / MANIFEST_FILE if path.is_dir() else path


def default_manifests(places: Sequence[str] = ()) -> list[str]:
    """The manifest that came with the plugin, if one did, and those of a person."""
    shipped = plugin_file("models") / MANIFEST_FILE
    return [*([str(shipped)] if shipped.is_file() else []), *(place for place in places if place)]


def entries_of(places: Sequence[str]) -> tuple[list[Entry], list[str]]:
    """The models of some manifests, the first of a name, and what is wrong with those that cannot be read.

    A manifest at an address that was not fetched yet has no models.
    """
    found: dict[str, Entry] = {}
    problems = []
    for place in places:
        file = kept_file(place)
        if is_address(place) and not file.is_file():
            continue
        try:
            for entry in read_manifest(file, place):
                found.setdefault(entry.name, entry)
        except ModelError as error:
            problems.append(str(error))
    return list(found.values()), problems


def entry_named(name: str, places: Sequence[str]) -> Entry:
    """The model of a name; ModelError lists those that there are."""
    entries, problems = entries_of(places)
    for entry in entries:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in entries) or "none"
    raise ModelError(
        f"No manifest has a model '{shortened(name)}'. " + " ".join(problems),
        f"There are: {known}. Manifests are added in the plugin's options.",
    )


def read_manifest(file: Path, place: str = "") -> list[Entry]:
    """The models of a manifest in a file; ``place``: where it is from. ModelError names what is wrong."""
    where = place or str(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_MANIFEST + 1)
    except OSError as error:
        raise ModelError(f"The manifest {where} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST_MANIFEST:
        raise ModelError(f"{where} is of more than {LARGEST_MANIFEST:,} bytes, which is no manifest of models.")
    return manifest_entries(data, where)


def manifest_entries(data: bytes, where: str) -> list[Entry]:
    """The models of a manifest's text; ModelError names what is wrong."""
    try:
        content = parsed(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ModelError(f"The manifest {where} is not JSON: {shortened(str(error))}.") from None
    models = content.get("models") if isinstance(content, dict) else None
    if not isinstance(models, list) or len(models) > MOST_ENTRIES:
        raise ModelError(f"{where} is no manifest: it has no list 'models' of at most {MOST_ENTRIES}.")
    return [_entry(item, where) for item in models]


def _entry(item: Any, where: str) -> Entry:
    if not isinstance(item, Mapping):
        raise ModelError(f"{where} has a model that is no object.")
    name = check_model_name(_text(item, "name", where))
    size, digest = item.get("size"), str(item.get("sha256", "")).lower()
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= LARGEST_MODEL:
        raise ModelError(f"{where}: the size of '{name}' is {size!r}, and has to be 1 to {LARGEST_MODEL:,} bytes.")
    if not _SHA256.fullmatch(digest):
        raise ModelError(f"{where}: '{name}' has no sha256 of 64 hexadecimal digits, without which it is not fetched.")
    address = _absolute(_text(item, "address", where), where, name)
    texts = {key: one_line(str(item.get(key) or "")) for key in ("title", "task", "licence")}
    return Entry(name, texts["title"] or name, texts["task"], address, size, digest, texts["licence"], where)


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > 2000:
        raise ModelError(f"{where} has a model without {key}.")
    return value.strip()


def _absolute(address: str, where: str, name: str) -> str:
    """The address, made absolute; a manifest on disk may name files in its folder, and addresses."""
    if is_address(where):
        address = urljoin(manifest_address(where), address)
    elif not is_address(address):
        base = Path(where) if Path(where).is_dir() else Path(where).parent
        inside = (base / address).resolve()
        if urlsplit(address).scheme or not inside.is_relative_to(base.resolve()):
            raise ModelError(f"{where}: '{name}' lies at {shortened(address)}, outside the manifest's folder.")
        return str(inside)
    if not is_address(address):
        raise ModelError(f"{where}: '{name}' lies at {shortened(address)}; http and https are asked only.")
    if Path(urlsplit(address).path).suffix.lower() not in ENDINGS:
        raise ModelError(f"{where}: '{name}' lies at {shortened(address)}, which is no {' or '.join(ENDINGS)}.")
    return address
