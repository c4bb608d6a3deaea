"""A folder with all that makes the environment on another computer of the same kind, without a network.

It holds the wheels, uv's among them, the list of them with their hashes, ``bundle.json`` that says what it is for, and
the Python where uv had to download one.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.errors import RsdlError
from ..paths import plugin_version
from .folder import python_in
from .hardware import BACKENDS, Choice
from .installers import PYTORCH, Source
from .libraries import BINARIES, Installer
from .pythons import interpreters, own_pythons
from .requirements import UV, lock_hash
from .running import Work

ABOUT, LIST, PYTHON = "bundle.json", "requirements.txt", "python"


@dataclass(frozen=True)
class Bundle:
    """What a bundle is for: the step, the build, the Python."""

    folder: Path
    step: str
    build: str
    python: tuple[int, int]

    @property
    def choice(self) -> Choice:
        """As chosen on the computer that made it."""
        return Choice(self.build, BACKENDS[self.build], f"This bundle is for: {self.step}, {self.build}.")

    def install(self, installer: Installer, folder: Path) -> None:
        """Installs it all, with hashes."""
        arguments = ["--require-hashes", "--no-deps", *BINARIES, "-r", str(self.folder / LIST)]
        installer.install(folder, arguments, Source(self.folder), "Installing from the bundle")


class Downloader:
    """Puts wheels into a folder in place of installing them. ``inner``: the installer that makes the environment."""

    def __init__(self, inner: Installer, bundle: Path, work: Work):
        self.name, self._inner, self._bundle, self._work = "pip", inner, bundle, work
        self._pip: list[str] = []

    def create(self, folder: Path, version: tuple[int, int] | None) -> None:
        """The environment whose Python the wheels are for; with uv pip is put beside it."""
        self._inner.create(folder, version)
        self._pip = ["-I", "-m", "pip"]
        if self._inner.name == "uv":
            place = self._work.folder / "pip"
            self._inner.install(folder, ["--target", str(place), "pip"], Source(), "Making pip ready")
            self._pip = [str(place / "pip")]

    def install(self, folder: Path, arguments: Sequence[str], source: Source, title: str) -> None:
        """Downloads requirements."""
        options = ["--disable-pip-version-check", "--no-input", "--dest", str(self._bundle)]
        command = [str(python_in(folder)), *self._pip, "download", *options, *source.arguments, *arguments]
        self._work.run(command, "Downloading the libraries into the bundle")

    def download(self, folder: Path, arguments: Sequence[str], source: Source) -> list[tuple[str, int]]:
        """As the installer tells it."""
        return self._inner.download(folder, arguments, source)

    def from_pytorch(self, backend: str) -> list[str]:
        """For pip."""
        return ["--index-url", PYTORCH + backend]

    def has(self, folder: Path, requirement: str, backend: str) -> str:
        """As the installer finds it."""
        return self._inner.has(folder, requirement, backend)


def start_bundle(folder: Path) -> None:
    """An empty folder for a bundle; RsdlError where it holds anything but a bundle."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ABOUT).is_file():
        raise RsdlError(f"The folder {folder} holds something else.", "Choose an empty folder for the bundle.")
    if folder.is_dir():
        (folder / ABOUT).unlink(missing_ok=True)
        for wheel in folder.glob("*.whl"):
            wheel.unlink()
        shutil.rmtree(folder / PYTHON, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def finish_bundle(folder: Path, env: Path, step: str, choice: Choice, downloader: Downloader, source: Source) -> Bundle:
    """Adds uv, the list and what the bundle is for; the marker ``bundle.json`` comes last."""
    wheels = sorted(folder.glob("*.whl"))
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{_sha256(wheel)}\n")
    (folder / LIST).write_text("".join(lines), encoding="utf-8")
    downloader.install(env, ["--no-deps", *BINARIES, "-r", str(UV)], source, "")
    config = dict(line.split(" = ", 1) for line in (env / "pyvenv.cfg").read_text().splitlines() if " = " in line)
    home = Path(config["home"])
    root = home.parent if home.name == "bin" else home
    if root.resolve().is_relative_to(own_pythons().resolve()):
        shutil.copytree(root, folder / PYTHON / root.name, symlinks=True, dirs_exist_ok=True)
    version = config.get("version_info") or config["version"]
    python = [int(part) for part in version.split(".")[:2]]
    about = {"plugin": plugin_version(), "step": step, "build": choice.build, "lock": lock_hash(step, choice.build)}
    about_all: dict[str, Any] = {**about, "python": python, "system": system()}
    (folder / ABOUT).write_text(json.dumps(about_all, indent=2), encoding="utf-8")
    return Bundle(folder, step, choice.build, (python[0], python[1]))


def read_bundle(folder: Path) -> Bundle | None:
    """The bundle in a folder of wheels, None where it is another such folder; RsdlError where it is not for here."""
    if not (folder / ABOUT).is_file():
        return None
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        bundle = Bundle(folder, about["step"], about["build"], tuple(about["python"]))
        same_lock = lock_hash(bundle.step, bundle.build) == about["lock"]
        made_on = str(about["system"])
    except (OSError, ValueError, KeyError, TypeError, RsdlError):
        raise RsdlError(f"{folder / ABOUT} cannot be read.", "Make the bundle again.") from None
    if made_on != system():
        raise RsdlError(f"This bundle is for {made_on}, and this computer is {system()}.", "Make one for it.")
    if not same_lock:
        raise RsdlError("This bundle was made by another version of the plugin.", "Make it again with this version.")
    if not any(found.version == bundle.python for found in interpreters()):
        _bring_python(bundle)
    return bundle


def system() -> str:
    """The kind of this computer, such as 'linux-x86_64'."""
    return f"{sys.platform}-{platform.machine().lower()}"


def _bring_python(bundle: Bundle) -> None:
    """Puts the bundle's Python among ours."""
    if not (bundle.folder / PYTHON).is_dir():
        version = ".".join(map(str, bundle.python))
        raise RsdlError(
            f"This bundle is for Python {version}, which this computer has not.", f"Install Python {version}."
        )
    shutil.copytree(bundle.folder / PYTHON, own_pythons(), symlinks=True, dirs_exist_ok=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
