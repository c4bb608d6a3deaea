"""The worker's Python: find it, make it, check it. Standard library only, usable without QGIS.

    python3 -m rsdl_qgis.environment --setup [--step predict|train|tensorflow|tflite] [--device auto|cpu|cuda]
        [--folder DIR]

The worker's Python is, in this order: the one in the settings, the one in ``RSDL_PYTHON``, the managed environment in
the user's data folder. ``setup`` makes the managed one beside the old one, by uv where it can be had, else by pip,
checks it, and puts it in its place; a marker in it says what it was made of.
"""

from .check import check
from .folder import WorkerPython, find_python, managed_folder, managed_state, managed_step, python_in
from .hardware import DEVICES
from .pythons import base_python
from .requirements import ALL_STEPS, CONVERTERS, STEPS, TENSORFLOW, TFLITE, lock_file
from .setup import setup
from .worker import worker_command, worker_environment

__all__ = (
    "ALL_STEPS",
    "CONVERTERS",
    "DEVICES",
    "STEPS",
    "TENSORFLOW",
    "TFLITE",
    "WorkerPython",
    "base_python",
    "check",
    "find_python",
    "lock_file",
    "managed_folder",
    "managed_state",
    "managed_step",
    "python_in",
    "setup",
    "worker_command",
    "worker_environment",
)
