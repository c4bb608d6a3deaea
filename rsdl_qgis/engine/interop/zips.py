"""Zip archives of other programs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..cards.archive import MODEL, as_error_of, is_zip


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive at a path; what is damaged in it becomes a ModelError. Its readers bound what it unpacks to."""
    with as_error_of(MODEL, path), zipfile.ZipFile(path) as archive:
        yield archive


def is_torchscript(path: Path) -> bool:
    """Whether a ``.pt`` or ``.pth`` file is a TorchScript archive, not a pickle."""
    if not is_zip(path):
        return False
    with opened_zip(path) as archive:
        return any(re.fullmatch(r"[^/]+/constants\.pkl", name) for name in archive.namelist())
