"""Outputs are held while a job writes them, and what jobs left that are gone is removed. Standard library only.

A job locks '.<name>.lock' beside each output. The lock goes with the process: where it can be taken, what lies there
unfinished under the output's name is nobody's any more.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ..errors import OutputError, known
from .names import hidden, work_folder

MARK = "rsdl_qgis"  # a lock of ours says this, the process and the computer
END = "lock"
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
FAR = 1 << 20  # the byte that is locked on Windows, where others cannot read what is locked
ABANDONED = 86_400.0  # seconds without a change after which another computer's file is taken to be left
PART = re.compile(r"(?P<pid>\d+)\.(?:scratch\.)?part(?:\..*)?")  # of a name, behind '.<output>.'
ANY_PART = re.compile(rf"\..+\.{PART.pattern}")  # a whole name


@contextmanager
def held(outputs: Iterable[str | os.PathLike[str]]) -> Iterator[None]:
    """Holds files and folders that are to be written, so that no other job writes them meanwhile.

    What jobs that are gone left in their folders is removed. OutputError where another job holds one, or where it
    cannot be told.
    """
    targets = [Path(os.path.abspath(output)) for output in outputs]
    with ExitStack() as stack:
        for target in targets:
            stack.enter_context(_locked(hidden(target, END), target))
        for target in targets:
            for path in _in_work(target):
                remove(path)
        for folder in dict.fromkeys(target.parent for target in targets):
            _sweep(folder)
        yield


def remove_leftovers(target: str | os.PathLike[str], pid: int) -> None:
    """Removes what a process that is gone was still writing of an output, and its lock."""
    lock = hidden(target, END)
    for path in [*_parts(lock, pid), *_in_work(Path(target), pid)]:
        remove(path)
    if owner(lock) == (pid, platform.node()):
        remove(lock)


def remove(path: Path) -> None:
    """Removes a file or folder, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def owner(lock: Path) -> tuple[int, str] | None:
    """The process and computer that a lock names; None where it is not ours, or not there."""
    try:
        with lock.open(encoding="utf-8", errors="replace") as file:
            words = file.readline(400).rstrip("\n").split(" ", 2)
    except OSError:
        return None
    is_ours = len(words) == 3 and words[0] == MARK and words[1].isdecimal()
    return (int(words[1]), words[2]) if is_ours else None


@contextmanager
def _locked(path: Path, target: Path) -> Iterator[None]:
    """Holds a lock, and removes what those before it left."""
    before = owner(path)
    file, is_certain = _taken(path, target)
    try:
        if is_certain:
            _clean(path, before)
        with suppress(OSError):  # a full disk, which the job itself will tell of
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
            os.write(file, f"{MARK} {os.getpid()} {platform.node()}\n".encode())
        yield
    finally:
        _give_back(file, path)


def _taken(path: Path, target: Path) -> tuple[int, bool]:
    """A lock's file, locked, and whether the disk knows locks. OutputError where another process has it."""
    while True:
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            reason = (error.strerror or str(error)).rstrip(".")
            problem = f"{target} cannot be written: {reason}."
            raise OutputError(problem, "Choose another place for the output.") from None
        try:
            _lock(file)
            is_certain = True
        except OSError as error:
            if error.errno in TAKEN:
                os.close(file)
                raise _busy(path, target) from None
            is_certain = False
        if _is_at(file, path):
            break
        os.close(file)  # who had it before has removed it meanwhile
    if os.read(file, 400).strip(b"\0") and owner(path) is None:
        os.close(file)
        problem = f"{path} is no lock of this plugin, which would put one there while it writes {target.name}."
        raise OutputError(problem, "Move it away, or choose another output.")
    return file, is_certain


def _busy(path: Path, target: Path) -> OutputError:
    who = owner(path)
    told = f" (process {who[0]} on {who[1]})" if who else ""
    work = work_folder(target)
    where = work if work.is_dir() else target.parent
    problem = f"Another job{told} is writing '{target.name}' now, in {where}."
    return OutputError(problem, "Wait until it has ended, or choose another output.")


def _lock(file: int) -> None:
    """OSError where it is locked, or locks are not known."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_at(file: int, path: Path) -> bool:
    """Whether an open file is the one that a path leads to."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except OSError:
        return False


def _give_back(file: int, path: Path) -> None:
    """The lock's file goes while it is locked, where the system can do that."""
    if os.name == "nt":
        os.close(file)
        remove(path)
    else:
        remove(path)
        os.close(file)


def _sweep(folder: Path) -> None:
    """Removes what jobs that are gone left of other outputs in a folder."""
    for path in _entries(folder):
        before = owner(path) if path.name.startswith(".") and path.name.endswith(f".{END}") else None
        if before is None or before == (os.getpid(), platform.node()):
            continue
        with suppress(OutputError, OSError):
            file, is_certain = _taken(path, path)
            try:
                if is_certain:
                    _clean(path, before)
            finally:
                _give_back(file, path)


def _clean(lock: Path, before: tuple[int, str] | None) -> None:
    """Removes the parts of a lock's output. ``before``: who held it last; of another computer only what is old goes,
    for its disk may not tell of locks here; without anyone only what names no process that lives.
    """
    for path in _parts(lock):
        if before is None:
            is_left = not _lives(int(known(PART.fullmatch(path.name[len(lock.name) - len(END) :]))["pid"]))
        else:
            is_left = before[1] == platform.node() or _age(path) > ABANDONED
        if is_left:
            remove(path)


def _parts(lock: Path, pid: int | None = None) -> list[Path]:
    """What is unfinished of a lock's output: of one process, or of any."""
    start, found = lock.name[: -len(END)], []
    for path in _entries(lock.parent):
        named = PART.fullmatch(path.name[len(start) :]) if path.name.startswith(start) else None
        if named and (pid is None or named["pid"] == str(pid)):
            found.append(path)
    return found


def _in_work(target: Path, pid: int | None = None) -> list[Path]:
    """What is unfinished in the work folder of a training: of one process, or of any."""
    return [
        Path(folder, name)
        for folder, folders, files in os.walk(work_folder(target))
        for name in (*folders, *files)
        if (named := ANY_PART.fullmatch(name)) and (pid is None or named["pid"] == str(pid))
    ]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _lives(pid: int) -> bool:
    """Whether a process of this computer has the number; on Windows that is not asked, and taken to be so."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
