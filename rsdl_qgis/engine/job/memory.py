"""Whether an error means that the computer's memory ran out, which libraries say in many ways; and what to do then."""

from __future__ import annotations

import errno

from ..errors import RsdlError

PHRASES = (  # in small letters
    "allocate memory",  # "can't", "cannot", "failed to": torch, ONNX Runtime, the operating system
    "tried to allocate",  # torch
    "unable to allocate",  # NumPy
    "out of memory",  # GDAL, SQLite, torch
    "outofmemory",
    "not enough memory",
    "insufficient memory",
    "memory allocation",  # GDAL, libtiff, HDF5
    "memory exhausted",
    "array is too big",  # NumPy, of more than any computer has
    "storage size calculation overflowed",  # torch, likewise
    "bad_alloc",  # C++
    "bad allocation",
    "paging file is too small",  # Windows
)
WINDOWS = (8, 14, 1455)  # its numbers of the same
MESSAGE = "The computer ran out of memory."
HINTS = {
    "train": "Use a smaller batch or chip size (BATCH_SIZE, CHIP_SIZE), or a smaller network.",
    "distil": "Use a smaller batch or chip size (BATCH_SIZE, CHIP_SIZE), or a smaller network.",
    "pretrain": "Use a smaller batch or chip size (BATCH_SIZE, CHIP_SIZE), or a smaller network.",
    "export_chips": "Use a smaller chip size (CHIP_SIZE), or a smaller area (EXTENT).",
    "predict": "Use a smaller tile or batch size (TILE_SIZE, BATCH_SIZE).",
    "predict_series": "Use a smaller tile or batch size (TILE_SIZE, BATCH_SIZE).",
    "detect": "Use a smaller tile or batch size (TILE_SIZE, BATCH_SIZE).",
    "classify_scenes": "Use a smaller batch size (BATCH_SIZE), or smaller scenes (SIZE).",
    "assess_map": "Use a smaller area (EXTENT), or assess fewer maps at once.",
}
OTHERWISE = "Close other programs, or use less data."


def ran_out(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, is that memory ran out. Sentences for people are not looked at."""
    while error is not None:
        numbers = getattr(error, "errno", None) == errno.ENOMEM, getattr(error, "winerror", None) in WINDOWS
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and any(numbers)):
            return True
        if not isinstance(error, RsdlError) and says_so(str(error)):
            return True
        error = error.__cause__
    return False


def says_so(text: str) -> bool:
    """Whether a library's message says that memory ran out."""
    small = text.lower()
    return any(phrase in small for phrase in PHRASES)


def hint_for(operation: object) -> str:
    """What a person may do when a job of this operation ran out of memory."""
    return HINTS.get(operation, OTHERWISE) if isinstance(operation, str) else OTHERWISE
