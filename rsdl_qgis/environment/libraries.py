"""What is installed for a step, and where torch comes from: PyTorch's own index, or the ordinary one.

The ordinary index has torch for one kind of device a system: for Linux with CUDA 13, some GB; for Windows and macOS
without CUDA.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .failures import InstallerFailed
from .hardware import Choice
from .installers import Source, told_size
from .requirements import (
    WITH_TORCH,
    disk_size,
    is_torch_alone,
    lock_file,
    torch_requirement,
    without_hashes,
    without_torch,
)
from .running import MB, Work

BINARIES = ("--only-binary", ":all:")
LINUX_CUDA = {"cpu": 2860, "cuda12": 4820, "cuda13": 3100}  # MB to download where torch is the one of Linux with CUDA


class Installer(Protocol):
    """What uv, pip and the downloader of bundles have in common; see ``Uv``."""

    name: str

    def create(self, folder: Path, version: tuple[int, int] | None) -> None: ...
    def install(self, folder: Path, arguments: Sequence[str], source: Source, title: str) -> None: ...
    def download(self, folder: Path, arguments: Sequence[str], source: Source) -> list[tuple[str, int]]: ...
    def from_pytorch(self, backend: str) -> list[str]: ...
    def has(self, folder: Path, requirement: str, backend: str) -> str: ...


def install_libraries(
    installer: Installer, folder: Path, step: str, choice: Choice, source: Source, work: Work
) -> None:
    """Installs what a step needs into an environment; InstallerFailed, Cancelled."""
    text = lock_file(step, choice.build).read_text(encoding="utf-8")
    if step not in WITH_TORCH or (not source.wheels and _ordinary_fits(choice.build)):
        _locked(installer, folder, text, source, work)
        return
    requirement = torch_requirement(text)
    backend = "" if source.wheels else _backend(installer, folder, requirement, choice, work)
    ordinary = [] if backend or source.wheels else installer.download(folder, [_file(work, requirement)], source)
    if not (backend or source.wheels or (ordinary and is_torch_alone(name for name, _ in ordinary))):
        _tell_ordinary(ordinary, choice, work)
        work.expected = (
            max(work.expected, disk_size("train", "cuda") * MB) if sys.platform == "linux" else work.expected
        )
        _locked(installer, folder, text, source, work)
        return
    others = without_torch(text)
    _locked(installer, folder, others, source, work)
    constraints = work.folder / "constraints.txt"
    constraints.write_text(without_hashes(others), encoding="utf-8")
    where = installer.from_pytorch(backend) if backend else []
    alone = ["--no-deps"] if choice.build == "cpu" and backend else []
    arguments = [*where, *alone, *BINARIES, "--constraint", str(constraints), requirement]
    installer.install(folder, arguments, source, f"Installing {requirement}")


def _ordinary_fits(build: str) -> bool:
    """Whether the ordinary index has torch as the build has it."""
    if sys.platform == "darwin":
        return True
    return build == "cpu" if sys.platform == "win32" else build == "cuda13"


def _backend(installer: Installer, folder: Path, requirement: str, choice: Choice, work: Work) -> str:
    """PyTorch's own index that has this torch; '' where none can be had."""
    for backend in choice.backends:
        work.report.check()
        answer = installer.has(folder, requirement, backend)
        if answer == "yes":
            return backend
        if answer == "unreachable":
            break
    return ""


def _tell_ordinary(packages: list[tuple[str, int]], choice: Choice, work: Work) -> None:
    """What is downloaded from the ordinary index in place of PyTorch's own, before it is."""
    if sys.platform == "linux":
        size = sum(size for _, size in packages) / MB or LINUX_CUDA[choice.build]
        kind = f"for CUDA 13: {size:,.0f} MB to download, about {disk_size('train', 'cuda'):,} MB on disk"
    else:
        kind = "for the CPU, so that trainings run on the CPU"
    work.report.log(
        "warning",
        f"PyTorch's own index cannot be reached, or has no build that fits. The ordinary index has the one {kind}. "
        "Cancel now, and let the network reach download.pytorch.org, if that is not wanted.",
    )


def _locked(installer: Installer, folder: Path, text: str, source: Source, work: Work) -> None:
    """Installs a lock file, with its hashes where files are the locked ones."""
    file = _file(work, text)
    packages = installer.download(folder, ["--no-deps", file], source)
    if packages:
        work.report.log("info", f"{told_size(packages)}.")
    title = "Downloading and installing the libraries"
    try:
        installer.install(folder, ["--require-hashes", "--no-deps", *BINARIES, "-r", file], source, title)
    except InstallerFailed as error:
        if not source.is_own or error.cause not in ("hash", "missing"):
            raise
        work.report.log("warning", f"{error.message} The same versions are taken as this index or folder has them.")
        file = _file(work, without_hashes(text))
        installer.install(folder, ["--no-deps", *BINARIES, "-r", file], source, title)


def _file(work: Work, text: str) -> str:
    path = work.folder / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)
