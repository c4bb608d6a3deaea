"""The Pythons of this computer that an environment can be made from."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..engine.errors import RsdlError
from ..paths import user_folder
from ..process import TimeoutExpired, output
from .worker import worker_environment

LEAST, END = (3, 10), (3, 15)  # the lock files are for those in between
_PROBE = """\
import sys, importlib.util as u
print(*sys.version_info[:2], *(int(bool(u.find_spec(n))) for n in ("pip", "venv", "ensurepip")))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python, and whether it has pip, and what it needs to make environments with pip."""

    path: Path
    version: tuple[int, int]
    has_pip: bool
    has_venv: bool

    @property
    def fits(self) -> bool:
        """Whether the worker can run in it."""
        return LEAST <= self.version < END

    def __str__(self) -> str:
        without = "" if self.has_venv else ", without venv"
        return f"{self.path} ({'.'.join(map(str, self.version))}{without})"


def interpreters() -> Iterator[Interpreter]:
    """The Pythons that run, best first."""
    for candidate in _candidates():
        try:
            done = output([candidate, "-I", "-c", _PROBE], worker_environment(), 30)
            major, minor, pip, venv, ensurepip = map(int, done.stdout.split())
        except (OSError, ValueError, TimeoutExpired):
            continue
        yield Interpreter(Path(candidate), (major, minor), bool(pip), bool(venv and ensurepip))


def base_python(version: tuple[int, int] | None = None) -> Path:
    """A Python that fits (or of one version), with venv, to make an environment from; RsdlError if there is none."""
    tried = []
    for found in interpreters():
        if found.fits and found.has_venv and version in (None, found.version):
            return found.path
        tried.append(str(found))
    wanted = ".".join(map(str, version)) if version else "3.10 to 3.14"
    found_instead = f" Found: {', '.join(tried)}." if tried else ""
    raise RsdlError(
        f"No Python {wanted} with venv was found on this computer.{found_instead}",
        "Install Python (on Debian and Ubuntu also the package python3-venv) or uv, or name a Python in the settings.",
    )


def own_pythons() -> Path:
    """Where uv puts the Pythons that it downloads for us."""
    return user_folder() / "python"


def _candidates() -> list[str]:
    """Interpreters to try, best first: this one (in QGIS on Windows and macOS the one beside it), then the
    PATH's.
    """
    suffix = ".exe" if sys.platform == "win32" else ""
    here = []
    if Path(sys.executable).name.lower().startswith("python"):
        here.append(sys.executable)
    for root in (sys.base_prefix, sys.base_exec_prefix):
        here += [str(Path(root, *parts, f"python{suffix}")) for parts in ((), ("bin",))]
        here += [str(Path(root, "bin", "python3"))]
    here += [str(path) for path in sorted(own_pythons().glob("*/python.exe" if suffix else "*/bin/python3"))]
    names = ["python3", "python", *(f"python3.{minor}" for minor in (12, 13, 11, 14, 10))]
    here += [found for found in map(shutil.which, names) if found]
    return [path for path in dict.fromkeys(here) if Path(path).is_file()]
