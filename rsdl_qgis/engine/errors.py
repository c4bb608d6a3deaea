"""The errors of the engine.

RsdlError                 what the user is shown: a sentence, and what to do about it
├── InputError            a raster, vector file or parameter cannot be used
├── ModelError            a model folder, card or weights cannot be used
├── MismatchError         the model and the raster do not fit each other
├── DeviceError           the device asked for is not there, or its memory ran out
├── OutputError           a result cannot be written
├── TrainStepMissing      the environment has no PyTorch, which this needs
└── Cancelled             the user stopped the job
"""

from __future__ import annotations

import re
from typing import TypeVar

T = TypeVar("T")


class RsdlError(Exception):
    """A problem in one sentence (``message``) and its remedy (``hint``). ``status``: of a program that it ends."""

    status = 1

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        """The class's name in snake case: 'input_error', 'cancelled', …"""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(RsdlError):
    """A raster, vector file or parameter cannot be used."""


class ModelError(RsdlError):
    """A model folder, card or weights cannot be used."""


class MismatchError(RsdlError):
    """The model and the raster do not fit each other."""


class DeviceError(RsdlError):
    """The device asked for is not there, or its memory ran out."""


class OutputError(RsdlError):
    """A result cannot be written."""


class TrainStepMissing(RsdlError):
    """The environment is for predicting only, and this needs PyTorch."""

    kind = "environment_error"

    def __init__(self, library: str = "torch") -> None:
        super().__init__(
            f"This needs the 'train' step of the worker's environment, with PyTorch, and only 'predict' is set up "
            f"({library} is missing).",
            "Run 'Set up environment' with the step 'train': about 1.4 GB on disk for the CPU, 6 GB with CUDA.",
        )


class Cancelled(RsdlError):
    """The user stopped the job."""

    status = 3


def known(value: T | None) -> T:
    """The value, which earlier checks guarantee; TypeError, a bug, where it is None."""
    if value is None:
        raise TypeError("A value is missing that was thought to be there.")
    return value
