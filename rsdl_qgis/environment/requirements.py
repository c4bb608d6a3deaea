"""What the steps of the environment install: the lock files in ``rsdl_qgis/requirements``, as ``make lock`` makes them.

A lock file has every package in one exact version with the hashes of its files, for Linux, Windows and macOS and every
Python that is supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..engine.errors import RsdlError
from ..paths import PACKAGE

STEPS = ("predict", "train")  # the second has all of the first
# Steps in an environment of their own, which convert models; for the CPU.
TENSORFLOW, TFLITE = CONVERTERS = ("tensorflow", "tflite")
ALL_STEPS = (*STEPS, *CONVERTERS)
WITH_TORCH = ("train", TFLITE)
BUILDS = ("cpu", "cuda12", "cuda13")
FOLDER = PACKAGE / "requirements"
UV = FOLDER / "uv.txt"  # the installer itself
# What torch is, and what it brings for GPUs: another build of torch brings others.
_TORCH = re.compile(r"(?:torch|triton|nvidia-[\w-]+|cuda-[\w-]+)$")
DISK = {  # MB on disk, about: of the step with the build, for messages and for the progress
    ("predict", "cpu"): 340,
    ("predict", "cuda"): 2600,
    ("train", "cpu"): 1360,
    ("train", "cuda"): 6000,
    (TENSORFLOW, "cpu"): 1550,
    (TFLITE, "cpu"): 1740,
}


def lock_file(step: str, build: str) -> Path:
    """The lock file of a step with a build; RsdlError if there is none."""
    if step not in ALL_STEPS:
        raise RsdlError(f"There is no step '{step}' of the environment.", f"Choose one of {', '.join(ALL_STEPS)}.")
    builds = BUILDS[:1] if step in CONVERTERS else BUILDS
    if build not in builds:
        raise RsdlError(f"There is no build '{build}' of the environment.", f"Choose one of {', '.join(builds)}.")
    return FOLDER / f"{step}-{build}.txt"


def has_all_of(made: str, step: str) -> bool:
    """Whether an environment that was made for a step has all that another one needs."""
    return made == step or (made, step) == ("train", "predict")


def lock_hash(step: str, build: str) -> str:
    """A fingerprint of what a step installs."""
    import hashlib  # not when QGIS starts

    return hashlib.sha256(lock_file(step, build).read_bytes()).hexdigest()


def disk_size(step: str, build: str) -> int:
    """MB that a step takes on disk, about."""
    return DISK[step, "cpu" if build == "cpu" else "cuda"]


def entries(text: str) -> Iterator[tuple[str, str]]:
    """(name, lines) of each requirement of a lock file."""
    for block in re.split(r"\n(?=[^\s#])", "\n" + text):
        name = re.match(r"\n?([\w.-]+)", block)
        if name:
            yield name[1], block.strip() + "\n"


def without_torch(text: str) -> str:
    """A lock file without torch and what comes with one build of it."""
    return "".join(lines for name, lines in entries(text) if not _TORCH.match(name))


def without_hashes(text: str) -> str:
    """The same versions, of whatever file."""
    return re.sub(r" *\\\n +--hash=\S+", "", text)


def torch_requirement(text: str) -> str:
    """'torch==2.13.0' of a lock file that has it."""
    return next(lines.split()[0] for name, lines in entries(text) if name == "torch")


def is_torch_alone(names: Iterator[str]) -> bool:
    """Whether a list of packages has nothing that only builds for GPUs need."""
    return not any(_TORCH.match(name) and name != "torch" for name in names)
