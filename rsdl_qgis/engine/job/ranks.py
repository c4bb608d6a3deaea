"""Which of several processes of one job this is, as ``torchrun`` says in the environment. Standard library only.

Only the first process (rank 0) writes events and files.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from ..errors import InputError

LAST = 20.0  # seconds in which the first process has to tell of an error
TOGETHER = ("train", "distil", "pretrain")  # operations that several processes can do together


def count() -> int:
    """How many processes do the job."""
    return max(1, _number("WORLD_SIZE", 1)) if "RANK" in os.environ else 1


def is_first() -> bool:
    """Whether this is the first process, or the only one."""
    return count() == 1 or _number("RANK", 0) == 0


def here() -> tuple[int, int]:
    """The number of this process on this computer, from 0, and how many there are here."""
    if count() == 1:
        return 0, 1
    return _number("LOCAL_RANK", 0), max(1, _number("LOCAL_WORLD_SIZE", 1))


def wait_for_first(stopped: Callable[[], bool]) -> None:
    """After an error: let the first process tell of it. ``torchrun`` stops all when one has ended with one."""
    end = time.monotonic() + LAST
    while not is_first() and not stopped() and time.monotonic() < end:
        time.sleep(0.1)


def check(operation: str) -> None:
    """InputError where several processes were started for an operation that one does."""
    if count() > 1 and operation not in TOGETHER:
        problem = f"'{operation}' is done by one process, and {count()} were started."
        raise InputError(problem, f"Run it without torchrun; {', '.join(TOGETHER)} run on several.")


def _number(name: str, otherwise: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else otherwise
