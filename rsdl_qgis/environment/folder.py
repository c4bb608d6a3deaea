"""Where the worker's Python is, and in what state: found by looking at files only, so it is quick."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.errors import RsdlError
from ..paths import plugin_version, python_in, user_folder
from .requirements import CONVERTERS, STEPS, lock_hash

MARKER = "rsdl.json"  # written last: an environment without it was never finished
_PARTS = {"bin", "lib", "lib64", "include", "share", "Scripts", "Lib", "Include", "pyvenv.cfg", ".gitignore", ".lock"}


@dataclass(frozen=True)
class WorkerPython:
    """A Python for the worker: ``path``, and ``source``: 'setting', 'RSDL_PYTHON' or 'managed'."""

    path: Path
    source: str


def managed_folder(step: str = "") -> Path:
    """Where the managed environment is: the worker's, or that of a step in an environment of its own."""
    return user_folder() / (step if step in CONVERTERS else "worker")


def find_python(setting: str = "") -> WorkerPython:
    """The worker's Python; RsdlError says what is wrong when the one to use is missing or unfinished."""
    for source, value in (("setting", setting), ("RSDL_PYTHON", os.environ.get("RSDL_PYTHON", ""))):
        if value:
            path = Path(value)
            if path.is_dir():
                path = python_in(path)
            if not path.is_file():
                raise RsdlError(
                    f"The worker's Python given in {'the settings' if source == 'setting' else source} is "
                    f"not there: {value}.",
                    "Correct it, or leave it empty to use the managed environment.",
                )
            return WorkerPython(path, source)
    folder = managed_folder()
    state = managed_state(folder)
    if state == "missing":
        raise RsdlError("The worker's Python environment is not set up yet.", "Run 'Set up environment' first.")
    if state == "outdated":
        raise RsdlError("The worker's Python environment is of an older plugin.", "Run 'Set up environment' again.")
    return WorkerPython(python_in(folder), "managed")


def read_marker(folder: Path) -> dict[str, Any]:
    """What the environment in a folder was made of; empty where it is not known."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def write_marker(folder: Path, step: str, build: str, versions: dict[str, str]) -> None:
    """Says what the environment in a folder was made of, and that it is complete."""
    marker = {"plugin": plugin_version(), "step": step, "build": build, "lock": lock_hash(step, build)}
    (folder / MARKER).write_text(json.dumps({**marker, "versions": versions}, indent=2), encoding="utf-8")


def managed_state(folder: Path) -> str:
    """'ready', 'outdated' (made from other requirements) or 'missing' (absent or unfinished)."""
    marker = read_marker(folder)
    if not marker or not python_in(folder).is_file():
        return "missing"
    try:
        expected = lock_hash(marker["step"], marker["build"])
    except (KeyError, TypeError, RsdlError, OSError):
        return "outdated"  # of another plugin, which had other steps
    return "ready" if marker.get("lock") == expected else "outdated"


def managed_step(folder: Path | None = None) -> str:
    """The step that an environment was made for, also where it is out of date; '' where there is none.

    Those that older plugins made had torch.
    """
    marker = read_marker(folder or managed_folder())
    step = marker.get("step", "train" if "flavour" in marker else "")
    return step if step in STEPS else ""


def is_environment(folder: Path) -> bool:
    """Whether there is nothing in a folder but an environment, whole or not, so that it may be replaced."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return bool(names & {"pyvenv.cfg", MARKER}) or names <= _PARTS
