"""Modules of this package that run as a process in another environment, whose libraries the worker has not."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404: another environment's Python runs a module of this package
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...paths import PACKAGE, python_in, user_folder
from ..errors import ModelError
from ..feedback import Report
from ..files.text import shortened

LIMIT = 900.0  # seconds
TOLD = 2000  # bytes of what it printed
HIDDEN = ("PYTHON", "LD_PRELOAD")
_START = """\
import runpy, sys
sys.path.append(sys.argv.pop(1))
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


@dataclass(frozen=True)
class Environment:
    """``step``: of the environment, and the name of its folder; ``variable``: of another Python that has the same;
    ``missing`` and ``remedy``: what is said where there is none. ``program``: its name; ``again``: what to do where it
    fails.
    """

    step: str
    variable: str
    program: str
    missing: str
    remedy: str
    again: str

    def python(self) -> Path:
        """Its Python: the one of the variable, else of the managed environment; ModelError where there is none."""
        given = os.environ.get(self.variable)
        place = Path(given) if given else user_folder() / self.step
        python = python_in(place) if place.is_dir() else place
        if not python.is_file():
            raise ModelError(self.missing, self.remedy)
        return python

    def run(self, module: str, arguments: Sequence[str], made: Path, report: Report, what: str) -> None:
        """Run a module of this package with arguments, which writes the file ``made``; Cancelled, or ModelError with
        what it says in ``error.json`` beside that, or printed last. ``what``: it fails to do, 'cannot convert it'.
        """
        target = made.parent
        command = [str(self.python()), "-I", "-c", _START, str(PACKAGE.parent), module, *arguments]
        env = {name: value for name, value in os.environ.items() if not name.upper().startswith(HIDDEN)}
        with (target / "printed.txt").open("wb") as printed:
            code = _run(command, {**env, "TMPDIR": str(target)}, printed, report)
        if code != 0 or not made.is_file():
            raise self._problem(target, code, what)

    def _problem(self, target: Path, code: int | None, what: str) -> ModelError:
        try:
            said = json.loads((target / "error.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            said = None
        if said and said["known"]:
            return ModelError(said["message"], said["hint"] or self.again)
        if said:
            return ModelError(f"{self.program} {what}: {shortened(said['message'], 300)}.", self.again)
        if code is None:
            return ModelError(f"{self.program} took more than {LIMIT / 60:.0f} minutes, and was stopped.", self.again)
        lines = (target / "printed.txt").read_bytes()[-TOLD:].decode("utf-8", "replace").strip().splitlines() or ["?"]
        return ModelError(f"{self.program} ended (status {code}): {shortened(lines[-1], 300)}.", self.again)


def _run(command: Sequence[str], env: Mapping[str, str], printed: object, report: Report) -> int | None:
    """The exit status; None where it took too long."""
    with subprocess.Popen(  # nosec B603: no shell; the program is the environment's Python
        command,
        stdin=subprocess.DEVNULL,
        stdout=printed,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        env=env,
        cwd=env["TMPDIR"],
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0,
    ) as process:
        ends = time.monotonic() + LIMIT
        try:
            while process.poll() is None:
                if time.monotonic() > ends:
                    return None
                report.check()
                time.sleep(0.1)
        finally:
            process.kill()
        return process.returncode
