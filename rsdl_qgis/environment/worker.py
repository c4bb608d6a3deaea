"""How the worker is started: its command, and the environment variables that it sees."""

from __future__ import annotations

import os
from pathlib import Path

from ..paths import PACKAGE

# What QGIS sets for its own libraries would make the worker load them, too.
_HOST_VARIABLES = (
    "PYTHON",
    "PROJ",
    "GDAL",
    "QT_",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_",
    "OSGEO4W_ROOT",
    "__PYVENV",
)

BOOTSTRAP = """\
import os, runpy, shutil, sys
sys.path.append({folder!r})
try:
    runpy.run_module("rsdl_qgis.engine", run_name="__main__", alter_sys=True)
finally:
    if os.environ.get("RSDL_TEMPORARY"):
        shutil.rmtree(os.environ["RSDL_TEMPORARY"], ignore_errors=True)
"""


def worker_environment() -> dict[str, str]:
    """The environment variables of the worker: those of this process without what belongs to QGIS."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(_HOST_VARIABLES)}
    root = os.environ.get("OSGEO4W_ROOT")
    if root:  # Windows: QGIS's DLLs must not be found by the worker's libraries
        root = os.path.normcase(os.path.abspath(root))
        kept = (p for p in env.get("PATH", "").split(os.pathsep) if p)
        env["PATH"] = os.pathsep.join(p for p in kept if not os.path.normcase(os.path.abspath(p)).startswith(root))
    return env


def worker_command(python: str | Path) -> list[str]:
    """The command that starts the worker: isolated, unbuffered, the plugin last on its search path."""
    return [str(python), "-I", "-u", "-c", BOOTSTRAP.format(folder=str(PACKAGE.parent))]
