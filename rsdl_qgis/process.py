"""Running another program: its lines as they come, and its end together with its children. Standard library
only.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess  # nosec B404: QGIS's side starts programs here alone, as lists of arguments, never by a shell
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

PIPE, TimeoutExpired = subprocess.PIPE, subprocess.TimeoutExpired
Process = subprocess.Popen
KILLING = 30.0  # seconds that Windows has to end a program
TICK = 0.1  # seconds between two looks at whether to go on
LONGEST_LINE = 1 << 25  # characters; of a longer one only the beginning is given
SHORTENED = 1000  # characters of it
WAITING = 1000  # lines that may wait to be looked at


def start(
    command: Sequence[str], env: Mapping[str, str], stdin: int = subprocess.DEVNULL, stderr: int = subprocess.STDOUT
) -> Process:
    """A program in a group of its own, whose stdout is read as text (see ``lines``)."""
    return subprocess.Popen(  # nosec B603: no shell; the program is the person's Python, or an installer beside it
        list(command),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=env,
        **group_options(),
    )


def output(command: Sequence[str], env: Mapping[str, str], timeout: float) -> subprocess.CompletedProcess:
    """What a short program prints, run to its end; OSError or ``TimeoutExpired`` where it does not."""
    return subprocess.run(  # nosec B603: as above
        list(command),
        capture_output=True,
        text=True,
        timeout=timeout,
        env=env,
        stdin=subprocess.DEVNULL,
        check=False,
        **group_options(),
    )


def group_options() -> dict[str, Any]:
    """Arguments of Popen that put a program into a group of its own, without a console window on Windows."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def kill_group(process: Process) -> None:
    """Ends a program started with ``group_options`` and its children, if they still run."""
    if process.poll() is None:
        if os.name == "nt":
            taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            output([str(taskkill), "/F", "/T", "/PID", str(process.pid)], os.environ, KILLING)
        else:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                process.kill()
    process.wait()


def lines(process: Process, tick: float = TICK) -> Iterator[str]:
    """The lines of a program's stdout as they come; an empty one at least every ``tick`` seconds, to look
    around.

    Ends when the program has ended and all its lines are read. A program that writes faster than its lines are taken
    has to wait, so that they need little memory.
    """
    found: queue.Queue[str | None] = queue.Queue(WAITING)
    over = threading.Event()  # nobody takes lines any more

    def put(line: str | None) -> None:
        while not over.is_set():
            with suppress(queue.Full):
                found.put(line, timeout=tick)
                return

    def read() -> None:
        with process.stdout:
            for line in bounded_lines(process.stdout):
                put(line)
                if over.is_set():
                    return
        put(None)

    threading.Thread(target=read, daemon=True).start()
    ended = 0
    try:
        while True:
            try:
                line = found.get(timeout=tick)
            except queue.Empty:
                line = ""
                # A grandchild may hold the pipe open after the program itself is gone.
                ended += process.poll() is not None
                if ended > 5:
                    return
            if line is None:
                process.wait()
                return
            yield line
    finally:
        over.set()


def bounded_lines(stream: IO[str], longest: int = LONGEST_LINE) -> Iterator[str]:
    """The lines of a stream without their ends; of one that is longer than ``longest`` its beginning."""
    while line := stream.readline(longest):
        whole = line.endswith("\n") or len(line) < longest
        if not whole:
            line = line[:SHORTENED]
            while (rest := stream.readline(longest)) and not rest.endswith("\n"):
                pass
        yield line.rstrip("\r\n")
