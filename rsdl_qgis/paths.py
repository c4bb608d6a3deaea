"""Where the plugin's files are. Standard library only.

In an installed plugin ``metadata.txt``, ``models`` and ``i18n`` lie inside the package, in the repository
beside it.
"""

from __future__ import annotations

import os
import re
import sys
from configparser import ConfigParser
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).parent


def plugin_file(name: str) -> Path:
    """A file or folder that the plugin ships: inside the package when it is there, else beside it."""
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parent / name


@lru_cache(maxsize=1)
def plugin_version() -> str:
    """The version in metadata.txt; '0' if the file is missing."""
    metadata = ConfigParser(interpolation=None)
    metadata.read(plugin_file("metadata.txt"), encoding="utf-8")
    return metadata.get("general", "version", fallback="0")


def user_folder() -> Path:
    """The user's data folder, outside the QGIS profile: ``RSDL_HOME``, else the platform's place for data.

    Holds ``models`` (installed models), ``weights`` (published ones, as fetched), ``worker`` (the managed Python
    environment), ``tensorflow`` and ``tflite`` (those that convert models). Not created here.
    """
    if os.environ.get("RSDL_HOME"):
        return Path(os.environ["RSDL_HOME"]).absolute()
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "rsdl_qgis"


def python_in(folder: Path) -> Path:
    """The interpreter of the virtual environment in ``folder``."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def without_home(text: str) -> str:
    """A text without the home folder, and without a user's name in other paths: for a bug report."""
    homes = {str(Path.home()), os.path.realpath(Path.home())}
    for home in sorted(homes - {"/", "\\"}, key=len, reverse=True):
        text = re.sub(re.escape(home) + r"(?=$|[/\\\s'\",;:)])", "~", text, flags=re.MULTILINE)
    return re.sub(r"(?i)((?:[/\\]|\\\\)(?:home|users)(?:[/\\]|\\\\))[^/\\\s'\"]+", r"\1…", text)
