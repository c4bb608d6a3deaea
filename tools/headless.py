"""QGIS without a screen, in a profile of its own: what the demo and the tests run algorithms with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .deploy import deploy

PLUGIN = "rsdl_qgis"


def prepare(config: Path, **settings: str) -> dict[str, str]:
    """Make a profile in ``config`` with the plugin linked and switched on; the environment to run QGIS in.

    ``settings``: more environment variables.
    """
    shutil.rmtree(config / "profiles", ignore_errors=True)
    runtime = config / "runtime"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    environment = {
        **os.environ,
        "QGIS_CUSTOM_CONFIG_PATH": str(config),
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(runtime),
        **settings,
    }
    deploy(config / "profiles" / "default" / "python" / "plugins")
    subprocess.run([program(), "plugins", "enable", PLUGIN], env=environment, check=True, capture_output=True)
    return environment


def program() -> str:
    """qgis_process itself: Debian's wrapper adds an option that QGIS 3.22 refuses."""
    found = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if not found:
        raise SystemExit("qgis_process is not on the PATH: install QGIS 3.22 or newer.")
    return found
