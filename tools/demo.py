"""From nothing to a flood map: ``make demo``. Runs in QGIS's Python; every result lands in ``demo/``.

1. the worker's environment   2. a made-up scene   3. ``qgis_process run rsdl:floodmapping``
4. its accuracy   5. a picture and a QGIS project
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from rsdl_qgis.environment import find_python

from . import headless

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "demo"
INPUTS = ("s1_before", "s1_after", "s2_before", "s2_after")
RESULTS = {
    "flood.png": "the picture to look at first",
    "flood.qgz": "the QGIS project",
    "flood.tif": "the flood map",
    "flood.gpkg": "the flood as polygons",
    "truth.tif": "the true flood",
}


def main() -> None:
    start = time.monotonic()
    say("The worker's Python environment")
    python = worker_python()
    say("A scene with a known flood")
    run(python, "-m", "tools.scene", FOLDER)
    say("qgis_process run rsdl:floodmapping")
    profile = ROOT / "build" / "demo-profile"
    environment = headless.prepare(profile, RSDL_PYTHON=str(python), PYTHONWARNINGS="ignore")
    run(*map_flood(FOLDER), env=environment)
    say("Accuracy against the known flood")
    run(python, "-m", "tools.accuracy", FOLDER / "flood.tif", FOLDER / "truth.tif")
    run(sys.executable, "-m", "tools.picture", FOLDER, env=environment)
    say(f"Done in {time.monotonic() - start:.0f} s")
    for name, meaning in RESULTS.items():
        print(f"{FOLDER / name}  {meaning}")


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a program in the project's folder; end with its code if it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode
    if code:
        raise SystemExit(code)


def worker_python() -> Path:
    """The worker's Python; the managed one is made first if it is missing or out of date."""
    if not os.environ.get("RSDL_PYTHON"):
        run(sys.executable, "-m", "rsdl_qgis.environment", "--setup")
    return find_python().path


def map_flood(folder: Path) -> list[str | Path]:
    """The command a person would type."""
    inputs = [f"{name.upper()}={folder / name}.tif" for name in INPUTS]
    outputs = [f"OUTPUT={folder / 'flood.tif'}", f"POLYGONS={folder / 'flood.gpkg'}"]
    return [headless.program(), "run", "rsdl:floodmapping", "--", *inputs, *outputs]


if __name__ == "__main__":
    main()
