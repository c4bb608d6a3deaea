"""Runs an installer: its lines are logged, the bytes that it writes are its progress, cancelling ends it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.feedback import Report
from ..process import kill_group, lines, start
from .failures import failure
from .network import redacted

MB = 1_000_000
KEPT = 300  # last lines of an installer, from which the cause of a failure is told: a list of hashes is long
BETWEEN = 2.0  # seconds between two looks at the bytes written
MOST = 0.93  # of the progress; the rest is the check


@dataclass
class Work:
    """One set-up: where it reports, the folder that it writes into, the installers' environment variables.

    ``expected``: bytes that it will have written in the end, about.
    """

    report: Report
    folder: Path
    env: Mapping[str, str]
    expected: int = 1
    title: str = field(default="", init=False)

    def run(self, command: Sequence[str], title: str, env: Mapping[str, str] | None = None) -> list[str]:
        """The last lines that a program printed; InstallerFailed where it fails, Cancelled."""
        self.title = title
        self.tell()
        self.report.check()
        process = start(command, {**self.env, **(env or {})})
        tail: list[str] = []
        looked = time.monotonic()
        try:
            for line in lines(process):
                self.report.check()
                if line.strip():
                    tail = [*tail[1 - KEPT :], line]
                    self.report.log("info", redacted(line.rstrip()))
                if time.monotonic() - looked > BETWEEN:
                    self.tell()
                    looked = time.monotonic()
        finally:
            kill_group(process)
        if process.returncode:
            program = "pip" if "pip" in command[1:4] and "-m" in command else Path(command[0]).name
            raise failure(program, process.returncode, tail)
        return tail

    def tell(self) -> None:
        """The progress, by the bytes that lie in the folder."""
        done = written(self.folder)
        amount = f": {done / MB:.0f} of about {self.expected / MB:.0f} MB on disk" if done > MB else ""
        self.report.progress(min(MOST, MOST * done / self.expected), self.title + amount)


def written(folder: Path) -> int:
    """Bytes in a folder, each file once however many names it has."""
    total, seen, waiting = 0, set(), [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # gone meanwhile
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            key = (status.st_dev, status.st_ino)
            if status.st_nlink < 2 or key not in seen:
                seen.add(key)
                total += status.st_size
    return total
