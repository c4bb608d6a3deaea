"""Starts several processes as torchrun does, without what it does when one of them ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
WAIT = 900  # seconds, on a machine that is busy


def started(count, *command, **options):
    """The processes of ``python command``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    usual = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count), "PYTHONPATH": str(ROOT)}
    usual |= {"LOCAL_WORLD_SIZE": str(count), "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [sys.executable, *map(str, command)],
            env={**os.environ, **usual, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            text=True,
            cwd=ROOT,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        for rank in range(count)
    ]


def ended(processes):
    """(exit status, what it wrote to stdout, and to stderr) of each process."""
    try:
        found = [process.communicate(timeout=WAIT) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, *texts) for process, texts in zip(processes, found)]
