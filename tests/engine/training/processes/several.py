"""Starts several processes as torchrun does, without what it does when one of them ends.

They are forked from a process that has loaded torch, which would take each of them seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import shutil
import socket
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[4]
WAIT = 900  # seconds, on a machine that is busy
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["torch._dynamo", f"{__package__}.cases", "rsdl_qgis.engine.jobs"])


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def started(count, script, *arguments):
    """The processes of ``python script arguments``."""
    usual = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": str(count)}
    usual |= {"LOCAL_WORLD_SIZE": str(count), "OMP_NUM_THREADS": "1"}
    command = [str(script), *map(str, arguments)]
    folder = Path(tempfile.mkdtemp())
    processes = []
    for rank in range(count):
        written = [folder / f"{name}{rank}" for name in ("out", "err")]
        given = ({**usual, "RANK": str(rank), "LOCAL_RANK": str(rank)}, command, written)
        processes.append((FORKED.Process(target=_run, args=given), *written))
        processes[-1][0].start()
    return processes


def ended(processes):
    """(exit status, what it wrote to stdout, and to stderr) of each process."""
    found = []
    try:
        for process, out, err in processes:
            process.join(WAIT)
            found.append((process.exitcode, out.read_text(), err.read_text()))
    finally:
        for process, *_ in processes:
            process.kill()
            process.join()
        shutil.rmtree(processes[0][1].parent)
    return found


def _run(environment, command, written):
    """What a process does: the script, as if it had been started with it."""
    for stream, path in enumerate(written, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    os.environ.update(environment)
    sys.argv = command
    runpy.run_path(command[0], run_name="__main__")
