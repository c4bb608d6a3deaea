"""Looks at the archive that QGIS installs as plugin repositories do: ``python -m tools.scan ARCHIVE``. Status 1 where
something is found: code that may not be safe (bandit), or what looks like a password (detect-secrets).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="rsdl-scan-") as folder:
        with zipfile.ZipFile(arguments[0]) as archive:
            archive.extractall(folder)
        found = [*unsafe(folder), *secrets(folder)]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{Path(arguments[0]).name}: {len(found)} findings")
    return 1 if found else 0


def unsafe(folder: str) -> Iterator[str]:
    """What bandit finds in the code."""
    for item in said(folder, "bandit", "-q", "-r", ".", "-f", "json")["results"]:
        yield f"{item['filename']}:{item['line_number']}: {item['test_id']} {item['issue_text']}"


def secrets(folder: str) -> Iterator[str]:
    """What detect-secrets finds in any file."""
    for items in said(folder, "detect_secrets", "scan", "--all-files", ".")["results"].values():
        yield from (f"{item['filename']}:{item['line_number']}: {item['type']}" for item in items)


def said(folder: str, module: str, *arguments: str) -> dict:
    """The JSON that a scanner prints; it ends in 1 where it finds something."""
    command = [sys.executable, "-m", module, *arguments]
    return json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
