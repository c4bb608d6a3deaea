"""What a job reads, so that it is known again: size, time of change and a hash of the ends of each file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from ..bundles.fingerprint import fingerprint
from ..files.names import files_of
from ..job.outputs import sources_of
from .places import portable

MOST = 1000  # files of a run that are listed
COPIES = "RSDL_TEMPORARY"  # variable: the folder of what QGIS has copied for the job


def inputs_of(arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that a job's arguments name, models apart; virtual rasters with what they are made of.

    ``path``, ``size``, ``modified`` (UTC) and ``ends_sha256``; ``copy`` where QGIS has made it for this job alone.
    """
    files = dict.fromkeys(file for source in sources_of(arguments) for file in files_of(source))
    return [_facts(file) for file in list(files)[:MOST]]


def _facts(file: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"path": portable(file)}
    with suppress(OSError):  # which the job will tell of, if it needs the file
        facts |= known_by(file)
    return {**facts, "copy": True} if _is_copy(file) else facts


def known_by(file: str) -> dict[str, Any]:
    """``size``, ``ends_sha256`` and ``modified`` of a file; {} of a folder, a pipe and the like. OSError."""
    return {**fingerprint(file), "modified": modified(file)} if os.path.isfile(file) else {}


def modified(file: str) -> str:
    """When a file was changed last."""
    return datetime.fromtimestamp(os.stat(file).st_mtime, timezone.utc).isoformat(timespec="seconds")


def _is_copy(file: str) -> bool:
    folder = os.environ.get(COPIES)
    return bool(folder) and os.path.realpath(file).startswith(os.path.realpath(str(folder)) + os.sep)
