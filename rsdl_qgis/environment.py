"""The worker's Python: find it, make it, check it. Standard library only, usable without QGIS.

    python3 -m rsdl_qgis.environment --setup [--flavour cpu|cuda] [--wheels DIR] [--folder DIR]

The worker's Python is, in this order: the one in the settings, the one in ``RSDL_PYTHON``, the managed
environment in the user's data folder. The managed one is made by ``uv`` when it is on the PATH, else by
``venv`` and ``pip``. A marker file is written last, so an environment without it was never finished.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .engine.errors import Cancelled, RsdlError
from .engine.feedback import Report
from .paths import PACKAGE, plugin_version, user_folder
from .process import TimeoutExpired, kill_group, lines, output, start

FLAVOURS = ("cpu", "cuda")
LEAST_PYTHON = (3, 10)
MARKER = "rsdl.json"

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

_BOOTSTRAP = """\
import os, runpy, shutil, sys
sys.path.append({folder!r})
try:
    runpy.run_module("rsdl_qgis.engine", run_name="__main__", alter_sys=True)
finally:
    if os.environ.get("RSDL_TEMPORARY"):
        shutil.rmtree(os.environ["RSDL_TEMPORARY"], ignore_errors=True)
"""

_CHECK = """\
import importlib.metadata as m, importlib.util as u, json, platform
import numpy, rasterio, pyogrio, shapely, onnxruntime
assert u.find_spec("torch"), "torch is missing"
names = ("numpy", "rasterio", "pyogrio", "shapely", "onnxruntime", "onnxruntime-gpu", "onnx", "safetensors", "torch")
found = {}
for name in names:
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps({"python": platform.python_version(), **found}))
"""


@dataclass(frozen=True)
class WorkerPython:
    """A Python for the worker: ``path``, and ``source``: 'setting', 'RSDL_PYTHON' or 'managed'."""

    path: Path
    source: str


def managed_folder() -> Path:
    """Where the managed environment is."""
    return user_folder() / "worker"


def find_python(setting: str = "") -> WorkerPython:
    """The worker's Python; RsdlError says what is wrong when the one to use is missing or unfinished.

    Looks at files only, so it is quick; ``check`` runs it.
    """
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


def managed_state(folder: Path) -> str:
    """'ready', 'outdated' (made from other requirements) or 'missing' (absent or unfinished)."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        expected = requirements_hash(marker["flavour"])
    except (OSError, ValueError, KeyError, TypeError):
        return "missing"
    if not python_in(folder).is_file():
        return "missing"
    return "ready" if marker.get("requirements") == expected else "outdated"


def python_in(folder: Path) -> Path:
    """The interpreter of the virtual environment in ``folder``."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def requirements_file(flavour: str) -> Path:
    """The requirements of a flavour; RsdlError if there is no such flavour."""
    if flavour not in FLAVOURS:
        raise RsdlError(f"There is no environment '{flavour}'.", f"Choose one of {', '.join(FLAVOURS)}.")
    return PACKAGE / "requirements" / f"{flavour}.txt"


def requirements_hash(flavour: str) -> str:
    """A fingerprint of what a flavour installs."""
    import hashlib

    return hashlib.sha256(requirements_file(flavour).read_bytes()).hexdigest()


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
    return [str(python), "-I", "-u", "-c", _BOOTSTRAP.format(folder=str(PACKAGE.parent))]


def check(python: str | Path, timeout: float = 120) -> dict[str, str]:
    """Version of each library that the worker needs, by importing them there; RsdlError names what fails."""
    remedy = "Run 'Set up environment' with 'make anew', or install the missing library into that Python."
    try:
        done = output([str(python), "-I", "-c", _CHECK], worker_environment(), timeout)
    except (OSError, TimeoutExpired) as error:
        raise RsdlError(f"The worker's Python {python} does not run: {error}.", remedy) from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RsdlError(f"The worker's Python {python} is not complete: {last}", remedy)
    return json.loads(done.stdout.strip().splitlines()[-1])


def base_python() -> Path:
    """A Python of at least 3.10 with venv, to make the environment from; RsdlError if there is none."""
    tried = []
    for candidate in _candidates():
        code = "import sys, venv, ensurepip; print('%d %d' % sys.version_info[:2])"
        try:
            done = output([candidate, "-I", "-c", code], worker_environment(), 30)
            version = tuple(map(int, done.stdout.split()))
        except (OSError, ValueError, TimeoutExpired):
            continue
        if version >= LEAST_PYTHON:
            return Path(candidate)
        tried.append(f"{candidate} ({'.'.join(map(str, version)) or 'without venv'})")
    found = f" Found: {', '.join(tried)}." if tried else ""
    raise RsdlError(
        f"No Python of version 3.10 or newer with venv was found on this computer.{found}",
        "Install Python (on Debian and Ubuntu also the package python3-venv) or uv, or name a Python in the settings.",
    )


def _candidates() -> list[str]:
    """Interpreters to try, best first: this one (in QGIS on Windows and macOS the one beside it), then the
    PATH's.
    """
    suffix = ".exe" if os.name == "nt" else ""
    here = []
    if Path(sys.executable).name.lower().startswith("python"):
        here.append(sys.executable)
    for root in (sys.base_prefix, sys.base_exec_prefix):
        here += [str(Path(root, *parts, f"python{suffix}")) for parts in ((), ("bin",))]
        here += [str(Path(root, "bin", "python3"))]
    names = ["python3", "python", *(f"python3.{minor}" for minor in (12, 13, 11, 14, 10))]
    here += [found for found in map(shutil.which, names) if found]
    return [path for path in dict.fromkeys(here) if Path(path).is_file()]


def setup(
    report: Report,
    flavour: str = "cpu",
    wheels: str | Path | None = None,
    folder: Path | None = None,
    anew: bool = False,
) -> Path:
    """Makes or repairs the managed environment and returns its interpreter.

    ``wheels``: a folder of wheels to install from, without the network. ``anew``: make it again even if it is
    sound. A cancelled or failed installation leaves no environment behind. Errors: RsdlError, Cancelled.
    """
    folder = (folder or managed_folder()).absolute()
    python = python_in(folder)
    if not anew and managed_state(folder) == "ready" and _flavour_of(folder) == flavour:
        try:
            check(python)
            report.log("info", f"The environment in {folder} is complete.")
            return python
        except RsdlError as error:
            report.log("warning", f"{error.message} It is made again.")
    requirements = requirements_file(flavour)
    if wheels and not Path(wheels).is_dir():
        raise RsdlError(f"The folder of wheels is not there: {wheels}.", "Choose a folder that holds .whl files.")
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
        raise RsdlError(f"The folder {folder} holds something else.", "Choose an empty folder for the environment.")
    source = ["--no-index", "--find-links", str(Path(wheels).absolute())] if wheels else []
    try:
        if folder.exists():
            (folder / MARKER).unlink(missing_ok=True)
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        uv = shutil.which("uv")
        if not (uv and _with_uv(uv, folder, requirements, source, report)):
            _with_pip(folder, requirements, source, report)
        report.progress(0.95, "Checking the libraries")
        versions = check(python)
        marker = {
            "plugin": plugin_version(),
            "flavour": flavour,
            "requirements": requirements_hash(flavour),
            "versions": versions,
        }
        (folder / MARKER).write_text(json.dumps(marker, indent=2), encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RsdlError(
            f"The environment cannot be written to {folder}: {error}.",
            "Free space there or stop what uses it.",
        ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    report.progress(1.0, "")
    report.log("info", f"The environment in {folder} is ready: {versions}")
    return python


def _flavour_of(folder: Path) -> str:
    return json.loads((folder / MARKER).read_text(encoding="utf-8"))["flavour"]


def _with_uv(uv: str, folder: Path, requirements: Path, source: list[str], report: Report) -> bool:
    """Whether uv made the environment; its failure is logged and left to pip."""
    try:
        _run([uv, "venv", "--python", ">=3.10,<3.15", str(folder)], report, 0.02)
        _run(
            [uv, "pip", "install", "--python", str(python_in(folder)), *source, "-r", str(requirements)],
            report,
            0.05,
        )
    except Cancelled:
        raise
    except RsdlError as error:
        report.log("warning", f"uv did not succeed, trying pip instead. {error}")
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _with_pip(folder: Path, requirements: Path, source: list[str], report: Report) -> None:
    _run([str(base_python()), "-I", "-m", "venv", str(folder)], report, 0.02)
    pip = [str(python_in(folder)), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _run([*pip, *source, "-r", str(requirements)], report, 0.05)


def _run(command: Sequence[str], report: Report, fraction: float) -> None:
    """Runs an installer; its lines are logged, each package moves the progress; cancel stops it and its
    children.
    """
    report.progress(fraction, f"{Path(command[0]).name} {' '.join(a for a in command[1:4] if not a.startswith('-'))}")
    report.check()
    process = start(command, worker_environment())
    tail: list[str] = []
    try:
        for line in lines(process):
            report.check()
            if not line:
                continue
            tail = [*tail[-9:], line]
            report.log("info", line)
            if re.match(r"\s*(Collecting|Downloading|Building|Installing)\b", line):
                fraction += (0.93 - fraction) * 0.04
                report.progress(fraction, line.strip()[:100])
    finally:
        kill_group(process)
    if process.returncode:
        raise RsdlError(
            f"{Path(command[0]).name} ended with code {process.returncode}: {' / '.join(tail[-3:])}",
            "Check the network connection and the disk, or give a folder of wheels.",
        )


class _Terminal(Report):
    """Prints what happens."""

    def log(self, level: str, message: str) -> None:
        print(message if level == "info" else f"{level}: {message}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: makes the environment, or says which Python would be used."""
    import argparse  # not when QGIS starts

    parser = argparse.ArgumentParser(prog="rsdl_qgis.environment", description="The worker's Python environment.")
    parser.add_argument("--setup", action="store_true", help="make or repair it; else say which Python is used")
    parser.add_argument("--anew", action="store_true", help="make it again even if it is sound")
    parser.add_argument(
        "--flavour", choices=FLAVOURS, default="cpu", help="libraries for the CPU or for CUDA (default: cpu)"
    )
    parser.add_argument("--wheels", metavar="DIR", help="install from this folder of wheels, without the network")
    parser.add_argument("--folder", metavar="DIR", type=Path, help="where to make it (default: the user's data folder)")
    options = parser.parse_args(arguments)
    try:
        if options.setup:
            print(setup(_Terminal(), options.flavour, options.wheels, options.folder, options.anew))
        else:
            python = find_python()
            print(python.path, python.source, check(python.path), sep="\n")
    except RsdlError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
