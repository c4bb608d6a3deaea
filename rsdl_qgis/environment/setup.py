"""Makes or repairs the managed environment: beside the old one, checked, then put in its place, one at a time."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..engine.errors import OutputError, RsdlError
from ..engine.feedback import Report
from ..engine.files.locks import held, owner, remove
from ..engine.files.names import hidden
from .bundle import Bundle, Downloader, finish_bundle, read_bundle, start_bundle
from .check import check
from .failures import InstallerFailed
from .folder import is_environment, managed_folder, managed_state, python_in, read_marker, write_marker
from .hardware import Choice, choose, converting
from .installers import Pip, Source, Uv, find_uv
from .libraries import Installer, install_libraries
from .network import has_own_index, read_pip_settings, uv_variables
from .pythons import interpreters, own_pythons
from .requirements import CONVERTERS, disk_size, has_all_of, lock_file
from .running import MB, Work
from .worker import worker_environment

SPARE = 1.3  # of the disk that is asked for: what is downloaded may lie there packed and unpacked


def setup(
    report: Report,
    step: str = "predict",
    device: str = "auto",
    *,
    wheels: str | Path | None = None,
    bundle: str | Path | None = None,
    index_url: str = "",
    folder: Path | None = None,
    anew: bool = False,
    network: Mapping[str, str] | None = None,
) -> Path:
    """Makes or repairs the managed environment and returns its interpreter.

    ``step``: 'predict', or 'train', which has torch too; 'tensorflow' and 'tflite' are made in folders of their own,
    for the CPU.
    ``device``: 'auto', 'cpu' or 'cuda'. ``wheels``: a folder to
    install from without the network, a bundle or just wheels. ``bundle``: a folder to write everything into that
    another computer of the same kind needs; the environment is then made from it. ``index_url``: an index of one's own.
    ``anew``: make it again even if it is sound. ``network``: more environment variables for the installers, such as
    HTTPS_PROXY. The old environment stays until the new one works. Errors: RsdlError, Cancelled.
    """
    ready_made = _bundle_in(wheels)
    step = ready_made.step if ready_made else step
    folder = (folder or managed_folder(step)).absolute()
    made_here = converting(step) if step in CONVERTERS else choose(device)
    choice = ready_made.choice if ready_made else made_here
    lock_file(step, choice.build)  # is there such a one
    report.log("info", choice.told)
    target = Path(os.path.realpath(folder)) if folder.is_symlink() else folder
    try:
        with _alone(target):
            if not (anew or bundle) and _is_sound(target, step, choice.build, report):
                report.log("info", f"The environment in {folder} is complete.")
                return python_in(folder)
            if not is_environment(target):
                raise RsdlError(
                    f"The folder {folder} holds something else.", "Choose an empty folder for the environment."
                )
            staged = hidden(target, f"{os.getpid()}.part")
            remove(staged)
            staged.mkdir()
            try:
                work = _work(report, staged, step, choice, network)
                source = _source(wheels, index_url)
                versions = _made(work, step, choice, source, ready_made, Path(bundle).absolute() if bundle else None)
                _put(staged / "env", target)
            finally:
                remove(staged)
    except OSError as error:
        raise RsdlError(
            f"The environment cannot be written to {folder}: {error}.", "Free space there or stop what uses it."
        ) from None
    report.progress(1.0, "")
    report.log("info", f"The environment in {folder} is ready: {versions}")
    return python_in(folder)


def _bundle_in(wheels: str | Path | None) -> Bundle | None:
    if not wheels:
        return None
    if not Path(wheels).is_dir():
        raise RsdlError(f"The folder of wheels is not there: {wheels}.", "Choose a folder that holds .whl files.")
    return read_bundle(Path(wheels).absolute())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the environment, so that no other set-up works on it; what those that were killed left is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = hidden(folder, "lock")
    is_ours = False
    try:
        with held([folder]):
            is_ours = True
            yield
    except OutputError as error:
        other = None if is_ours else owner(lock)
        if other is None:
            raise
        raise RsdlError(
            f"Another set-up works on this environment now (process {other[0]} on {other[1]}).",
            "Wait until it has ended; it is then ready.",
        ) from error


def _is_sound(folder: Path, step: str, build: str, report: Report) -> bool:
    """Whether the environment that is there has what is asked for, and works."""
    marker = read_marker(folder)
    if managed_state(folder) != "ready" or marker["build"] != build:
        return False
    if not has_all_of(marker["step"], step):
        return False
    try:
        check(python_in(folder), marker["step"])
    except RsdlError as error:
        report.log("warning", f"{error.message} It is made again.")
        return False
    return True


def _source(wheels: str | Path | None, index_url: str) -> Source:
    if wheels:
        return Source(Path(wheels).absolute(), is_own=True)
    python = next((found.path for found in interpreters() if found.has_pip), None)
    is_own = bool(index_url) or has_own_index(read_pip_settings(python))
    return Source(index_url=index_url, is_own=is_own)


def _work(report: Report, staged: Path, step: str, choice: Choice, network: Mapping[str, str] | None) -> Work:
    """The folder to work in, with room enough, and the installers' environment variables."""
    size = disk_size(step, choice.build) * MB
    free = shutil.disk_usage(staged).free
    if free < SPARE * size:
        raise RsdlError(
            f"The environment needs about {SPARE * size / MB:,.0f} MB while it is made, and {staged.parent} has "
            f"{free / MB:,.0f} MB free.",
            "Free space there, or set RSDL_HOME to a folder on another disk.",
        )
    python = next((found.path for found in interpreters() if found.has_pip), None)
    env = worker_environment()
    env.update(uv_variables(read_pip_settings(python)))
    env.update(network or {})
    places = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), staged / "tmp")
    places.update(
        UV_CACHE_DIR=staged / "cache", PIP_CACHE_DIR=staged / "pip-cache", UV_PYTHON_INSTALL_DIR=own_pythons()
    )
    (staged / "tmp").mkdir()
    return Work(report, staged, {**env, **{name: str(path) for name, path in places.items()}}, size)


def _made(
    work: Work, step: str, choice: Choice, source: Source, ready_made: Bundle | None, bundle: Path | None
) -> dict[str, str]:
    """The environment in ``env`` of the work's folder, made and checked; the versions in it."""
    if bundle:
        start_bundle(bundle)
    uv = find_uv(work, source)
    installers: list[Installer] = [*([Uv(uv, work)] if uv else []), Pip(work)]
    env = work.folder / "env"
    for installer in installers:
        try:
            _filled(installer, env, work, step, choice, source, ready_made, bundle)
            break
        except InstallerFailed as error:
            if installer is installers[-1] or error.is_final:
                raise
            work.report.log("warning", f"uv did not succeed, trying pip instead. {error}")
            remove(env)
    work.report.progress(0.95, "Checking the libraries")
    versions = check(python_in(env), step)
    write_marker(env, step, choice.build, versions)
    return versions


def _filled(
    installer: Installer,
    env: Path,
    work: Work,
    step: str,
    choice: Choice,
    source: Source,
    ready_made: Bundle | None,
    bundle: Path | None,
) -> None:
    """Makes the environment with what is installed into it: from a bundle, by way of a new one, or at once."""
    if bundle:
        downloader = Downloader(installer, bundle, work)
        downloader.create(env, None)
        install_libraries(downloader, env, step, choice, source, work)
        finish_bundle(bundle, env, step, choice, downloader, source).install(installer, env)
    elif ready_made:
        installer.create(env, ready_made.python)
        ready_made.install(installer, env)
    else:
        installer.create(env, None)
        install_libraries(installer, env, step, choice, source, work)


def _put(env: Path, folder: Path) -> None:
    """Puts a new environment in the place of the old one, which comes back where that fails."""
    old = hidden(folder, f"{os.getpid()}.part.old")
    if folder.exists():
        _renamed(folder, old)
    try:
        _renamed(env, folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    remove(old)


def _renamed(path: Path, target: Path, tries: int = 10) -> None:
    """Renames a folder; on Windows again and again for some seconds, for scanners of viruses look into new files."""
    for left in reversed(range(tries if os.name == "nt" else 1)):
        try:
            path.rename(target)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(0.5)
