"""The names of the devices that networks run on. Standard library only."""

from __future__ import annotations

import re

DEVICES = ("auto", "cpu", "cuda", "cuda:0", "mps")  # offered for choice
_NAME = re.compile(r"auto|cpu|mps|cuda(:[0-9]+)?")


def is_device(name: str) -> bool:
    """Whether a text names a device: auto, cpu, mps, cuda, or cuda:N with the number of a GPU from 0."""
    return _NAME.fullmatch(name) is not None
