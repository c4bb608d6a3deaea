"""What a client and its workers tell each other: plain values, so that any two versions can talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..tiling import Plan


@dataclass(frozen=True)
class Order:
    """A prediction of which workers make blocks.

    ``asked``: the job's arguments, with the engine and the device for all; ``scales`` and ``plan`` are settled;
    ``files``: path, size and time of change in ns of all that is read, as the client sees it; ``output`` and ``mark``:
    of the folder of blocks, ``count`` of them.
    """

    operation: str
    asked: Mapping[str, Any]
    scales: Mapping[str, Any]
    plan: Plan
    files: Sequence[tuple[str, int, int]]
    sha256: Mapping[str, str]
    output: str
    mark: str
    count: int


@dataclass(frozen=True)
class Outcome:
    """What came of a block, or of a worker's first words.

    ``error``: kind, message and hint; ``unfit``: it is about the worker, so that another one may do better. ``log``:
    level and message of what was logged.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    log: Sequence[tuple[str, str]] = ()
    error: tuple[str, str, str] | None = None
    unfit: bool = False
    stopped: bool = False
