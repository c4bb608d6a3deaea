"""The metadata of a result whose format takes none, in a file beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ..bundles.fingerprint import fingerprint
from ..files.json import parsed
from ..files.names import METADATA

LARGEST = 1 << 24  # bytes that are read


def write_sidecar(path: str | os.PathLike[str], metadata: Mapping[str, str]) -> None:
    """Write metadata beside a finished file, of which it then tells. OSError where that cannot be."""
    text = json.dumps({"file": fingerprint(os.fspath(path)), "metadata": dict(metadata)}, indent=1, ensure_ascii=False)
    Path(f"{os.fspath(path)}{METADATA}").write_text(text, encoding="utf-8")


def read_sidecar(path: str | os.PathLike[str]) -> dict[str, str]:
    """The metadata beside a file; {} where there are none, or where they are another file's."""
    with suppress(OSError, ValueError, AttributeError):
        file = Path(f"{os.fspath(path)}{METADATA}")
        if file.stat().st_size <= LARGEST:
            found = parsed(file.read_text(encoding="utf-8"))
            if found.get("file") == fingerprint(os.fspath(path)):
                return {str(name): str(value) for name, value in found["metadata"].items()}
    return {}
