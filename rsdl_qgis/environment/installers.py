"""uv and pip: both make an environment and install requirements into it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..engine.errors import Cancelled, RsdlError
from ..paths import user_folder
from ..process import TimeoutExpired, output
from .folder import python_in
from .pythons import END, LEAST, Interpreter, base_python, interpreters
from .requirements import UV
from .running import MB, Work

OLDEST_UV = (0, 7)  # that writes the lists of files which sizes are taken from
PYTORCH = "https://download.pytorch.org/whl/"


@dataclass(frozen=True)
class Source:
    """Where packages come from: a folder of wheels, an index, or what the installers are configured for."""

    wheels: Path | None = None
    index_url: str = ""
    is_own: bool = False  # its files may differ from the locked ones

    @property
    def arguments(self) -> list[str]:
        """For uv and pip alike."""
        if self.wheels:
            return ["--no-index", "--find-links", str(self.wheels)]
        return ["--index-url", self.index_url] if self.index_url else []


class Uv:
    """Installs by uv; which downloads a Python where the computer has none that fits."""

    def __init__(self, program: str, work: Work):
        self.name, self._uv, self._work = "uv", program, work

    def create(self, folder: Path, version: tuple[int, int] | None) -> None:
        """An environment in a folder."""
        fitting = (p for p in interpreters() if p.fits and version in (None, p.version))
        found = next(fitting, None)
        wanted = ".".join(map(str, version)) if version else f">={_dotted(LEAST)},<{_dotted(END)}"
        python = str(found.path) if found else wanted
        where = [] if found else ["--managed-python"]
        if not found:
            self._work.report.log("info", f"No Python {wanted} was found on this computer; uv downloads one.")
        self._work.run([self._uv, "venv", *where, "--python", python, str(folder)], "Making the environment")

    def install(self, folder: Path, arguments: Sequence[str], source: Source, title: str) -> None:
        """Installs requirements, as arguments of ``uv pip install``."""
        command = [self._uv, "pip", "install", "--python", str(python_in(folder)), *source.arguments, *arguments]
        self._work.run(command, title)

    def download(self, folder: Path, arguments: Sequence[str], source: Source) -> list[tuple[str, int]]:
        """(name, bytes to download) of each package that requirements would bring; none where that cannot be told."""
        command = [self._uv, "pip", "compile", "--quiet", "--format", "pylock.toml", "--python", str(python_in(folder))]
        try:
            done = output([*command, *source.arguments, *arguments], self._work.env, 120)
        except (OSError, TimeoutExpired):
            return []
        return [] if done.returncode else packages_in(done.stdout)

    @staticmethod
    def from_pytorch(backend: str) -> list[str]:
        """Arguments that take torch from PyTorch's own index."""
        return ["--torch-backend", backend]

    def has(self, folder: Path, requirement: str, backend: str) -> str:
        """'yes', 'no', or 'unreachable': whether PyTorch's index has a build for this Python."""
        command = [self._uv, "pip", "install", "--dry-run", "--no-deps", "--python", str(python_in(folder))]
        try:
            env = {**self._work.env, "UV_HTTP_RETRIES": "1"}
            done = output([*command, *self.from_pytorch(backend), requirement], env, 60)
        except (OSError, TimeoutExpired):
            return "unreachable"
        if not done.returncode:
            return "yes"
        return "unreachable" if re.search("Failed to fetch|error sending request|timed out", done.stderr) else "no"


class Pip:
    """Installs by venv and pip, where uv cannot be had."""

    def __init__(self, work: Work):
        self.name, self._work = "pip", work

    def create(self, folder: Path, version: tuple[int, int] | None) -> None:
        """An environment in a folder."""
        self._work.run([str(base_python(version)), "-I", "-m", "venv", str(folder)], "Making the environment")

    def install(self, folder: Path, arguments: Sequence[str], source: Source, title: str) -> None:
        """Installs requirements, as arguments of ``pip install``."""
        pip = [str(python_in(folder)), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        self._work.run([*pip, *source.arguments, *arguments], title)

    def download(self, folder: Path, arguments: Sequence[str], source: Source) -> list[tuple[str, int]]:
        """Sizes are not told by pip."""
        return []

    @staticmethod
    def from_pytorch(backend: str) -> list[str]:
        """Arguments that take torch from PyTorch's own index."""
        return ["--index-url", PYTORCH + backend]

    def has(self, folder: Path, requirement: str, backend: str) -> str:
        """'yes', 'no', or 'unreachable': whether PyTorch's index has a build for this Python."""
        command = [str(python_in(folder)), "-I", "-m", "pip", "install", "--dry-run", "--no-deps"]
        options = ["--retries", "1", "--timeout", "15", *self.from_pytorch(backend), requirement]
        try:
            done = output([*command, *options], self._work.env, 120)
        except (OSError, TimeoutExpired):
            return "unreachable"
        if not done.returncode:
            return "yes"
        return "unreachable" if re.search("Connection|Max retries|timed out", done.stderr) else "no"


def packages_in(pylock: str) -> list[tuple[str, int]]:
    """(name, bytes of its wheel) of each package in a lock file of PEP 751 for one Python."""
    found = []
    for block in pylock.split("[[packages]]")[1:]:
        name = re.search(r'^name = "([^"]+)"', block, re.MULTILINE)
        wheels = re.search(r"^wheels = \[(.*?)\]\s*$", block, re.MULTILINE | re.DOTALL)
        sizes = re.findall(r"\bsize = (\d+)", wheels[1] if wheels else block)
        if name:
            found.append((name[1], int(sizes[0]) if sizes else 0))
    return found


def find_uv(work: Work, source: Source) -> str:
    """The path of a uv that is recent enough: on the PATH, ours, or ours as now installed by pip; '' for none."""
    own = user_folder() / "uv"
    for program in (shutil.which("uv") or "", _uv_in(own)):
        if program and _is_recent(program):
            return program
    pip = next(_pips(work), None)
    if pip is None:
        return ""
    staged = work.folder / "uv"
    wanted = ["-r", str(UV)] if source.wheels else ["--require-hashes", "-r", str(UV)]
    install = [*pip, "install", "--disable-pip-version-check", "--no-input", "--no-deps", "--target", str(staged)]
    try:
        work.run([*install, *source.arguments, *wanted], "Installing the installer uv")
        if not _is_recent(_uv_in(staged)):
            return ""
        shutil.rmtree(own, ignore_errors=True)
        own.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(own)
    except RsdlError as error:
        if isinstance(error, Cancelled) or getattr(error, "cause", "") in ("network", "disk"):
            raise  # pip could do no better
        work.report.log("warning", f"uv cannot be had, so pip installs. {error}")
        return ""
    return _uv_in(own)


def _pips(work: Work) -> Iterator[list[str]]:
    """Commands that run some pip, whatever Python it is of, the best first."""
    found: list[Interpreter] = list(interpreters())
    for python in found:
        if python.has_pip:
            yield [str(python.path), "-I", "-m", "pip"]
    for python in found:
        if python.has_venv:
            folder = work.folder / "pip"
            work.run([str(python.path), "-I", "-m", "venv", str(folder)], "Making pip ready")
            yield [str(python_in(folder)), "-I", "-m", "pip"]


def _uv_in(folder: Path) -> str:
    path = folder / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    return str(path) if path.is_file() else ""


def _is_recent(program: str) -> bool:
    try:
        done = output([program, "--version"], os.environ, 30)
    except (OSError, TimeoutExpired):
        return False
    version = re.match(r"uv (\d+)\.(\d+)", done.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_UV


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def told_size(packages: Sequence[tuple[str, int]]) -> str:
    """'15 packages, 97 MB to download'."""
    return f"{len(packages)} packages, {sum(size for _, size in packages) / MB:.0f} MB to download"
