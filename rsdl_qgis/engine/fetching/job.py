"""The jobs "fetch_model" and "fetch_manifests"."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...paths import user_folder
from ..cards.manifest import (
    LARGEST_MANIFEST,
    Entry,
    entries_of,
    entry_named,
    is_address,
    kept_file,
    manifest_address,
    manifest_entries,
)
from ..cards.model_file import sha256
from ..cards.store import Store, default_folders
from ..errors import ModelError, OutputError, RsdlError
from ..feedback import Portion, Report
from ..files.text import shortened
from ..importing.fetch import fetched
from ..job.arguments import checked
from ..job.outputs import writing
from .resume import fetched_whole


def downloads() -> Path:
    """Where files lie while they are fetched."""
    return user_folder() / "downloads"


@writing("fetch_model")
def run_fetch_model(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Fetch a model of a manifest, check it and install it; its name and place."""
    given = checked("fetch_model", arguments)
    entry = entry_named(given["name"], given["manifests"])
    store = Store(default_folders(given.get("folders") or ()))
    other = store.taken(entry.name)
    if other and not given.get("replace"):
        raise ModelError(f"There is a model '{entry.name}' already: {other}.", "It gives way if REPLACE is chosen.")
    report.log("info", f"{entry.title}: {entry.size / 1e6:.1f} MB, licence: {entry.licence or 'not stated'}.")
    file = _file(entry, Portion(report, 0.0, 0.9))
    try:
        card = store.check_free(file, bool(given.get("replace")))
        if card.name != entry.name:
            text = f"The file that {entry.manifest} calls '{entry.name}' holds the model '{card.name}'."
            raise ModelError(text, "Nothing was installed. Ask whoever keeps the manifest.")
        path, card = store.install(file, bool(given.get("replace")))
    except OSError as error:
        text = f"The model cannot be installed: {error.strerror or error}."
        raise OutputError(text, "Free disk space, or check the permissions of the folder.") from None
    finally:
        if file.parent == downloads():
            file.unlink(missing_ok=True)
    return {"model": card.name, "path": str(path)}


@writing("fetch_manifests")
def run_fetch_manifests(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Fetch the manifests at addresses again; how many models there are, and what is wrong."""
    given = checked("fetch_manifests", arguments)
    places = [place for place in given["manifests"] if is_address(place)]
    problems = []
    for i, place in enumerate(places):
        try:
            _keep(place, Portion(report, i / len(places), (i + 1) / len(places)))
        except (RsdlError, OSError) as error:
            if getattr(error, "kind", "") == "cancelled":
                raise
            problems.append(f"{shortened(place)}: {error}")
            report.log("warning", problems[-1])
    entries, wrong = entries_of(given["manifests"])
    for text in wrong:
        report.log("warning", text)
    return {"count": len(entries), "problems": [*problems, *wrong]}


def _file(entry: Entry, report: Report) -> Path:
    """The file of a model, whole and with its hash; a file on this computer stays where it is."""
    if not is_address(entry.address):
        file = Path(entry.address)
        if not file.is_file() or file.stat().st_size != entry.size:
            raise ModelError(f"{file} is not there, or not of the {entry.size:,} bytes that {entry.manifest} says.")
        if sha256(file) != entry.sha256:
            raise ModelError(f"{file} is another file than {entry.manifest} says: its SHA-256 is not the stated one.")
        return file
    ending = Path(urlsplit(entry.address).path).suffix.lower()
    target = downloads() / f"{entry.name}-{entry.sha256[:12]}{ending}"
    return fetched_whole(entry.address, target, entry.size, entry.sha256, report)


def _keep(place: str, report: Report) -> None:
    """Keep the manifest at an address, if it is one."""
    with tempfile.TemporaryDirectory(prefix="rsdl-manifest-") as folder:
        data = fetched(manifest_address(place), Path(folder), report, largest=LARGEST_MANIFEST).read_bytes()
    manifest_entries(data, place)
    target = kept_file(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(data)
    part.replace(target)
