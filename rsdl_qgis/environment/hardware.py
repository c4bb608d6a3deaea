"""Which build of the libraries fits the computer: for its CPU, or for the driver of its NVIDIA GPU."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from ..engine.errors import RsdlError
from ..process import TimeoutExpired, output
from .requirements import TENSORFLOW, TFLITE
from .worker import worker_environment

DEVICES = ("auto", "cpu", "cuda")
# The oldest driver for each major version of CUDA, Linux and Windows (NVIDIA, "CUDA compatibility"), and the oldest
# GPUs that its libraries still have code for, by compute capability.
DRIVERS = {"cuda13": (580, 580), "cuda12": (525, 528)}
CAPABILITIES = {"cuda13": 7.5, "cuda12": 5.0}
# PyTorch's own indexes for each, the likeliest to fit first; GPUs of capability 10 need CUDA 12.8.
BACKENDS = {"cpu": ("cpu",), "cuda12": ("cu126", "cu128", "cu129"), "cuda13": ("cu130",)}
NEW_GPU, NEW_GPU_BACKENDS = 10.0, ("cu129", "cu128")


@dataclass(frozen=True)
class Choice:
    """The build to install, PyTorch's indexes that have it, and why: a sentence for the person."""

    build: str
    backends: tuple[str, ...]
    told: str


TOLD = {  # step -> what is said of it
    TENSORFLOW: "TensorFlow, in an environment of its own, converts models on the CPU.",
    TFLITE: "LiteRT, in an environment of its own, converts models on the CPU.",
}


@dataclass(frozen=True)
class Gpu:
    """An NVIDIA GPU: its name, the major version of its driver, its compute capability (0 where it is not told)."""

    name: str
    driver: int
    capability: float = 0.0


def converting(step: str) -> Choice:
    """The build of a step that converts models; RsdlError where there is none for the computer."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    built = arm if sys.platform == "darwin" else sys.platform == "linux" and not arm
    if step == TFLITE and not built:
        text = "LiteRT's converter has builds for Linux on x86-64 processors and for macOS on Apple's, not for this."
        raise RsdlError(text, "Export the model as onnx, or write the TensorFlow Lite file on such a computer.")
    return Choice("cpu", BACKENDS["cpu"] if step == TFLITE else (), TOLD[step])


def choose(device: str) -> Choice:
    """The build for a device: 'auto', 'cpu' or 'cuda'; RsdlError where there can be none for CUDA."""
    if device not in DEVICES:
        raise RsdlError(f"There is no device '{device}' to set up for.", f"Choose one of {', '.join(DEVICES)}.")
    if device == "cpu":
        return Choice("cpu", BACKENDS["cpu"], "Libraries for the CPU are installed, as asked for.")
    impossible = _impossible()
    if impossible and device == "cuda":
        raise RsdlError(impossible, "Use DEVICE=auto or DEVICE=cpu.")
    gpu = impossible or find_gpu()
    if isinstance(gpu, Gpu):
        build = _build_for(gpu)
        if build:
            backends = NEW_GPU_BACKENDS if build == "cuda12" and gpu.capability >= NEW_GPU else BACKENDS[build]
            told = f"Found {gpu.name} with driver {gpu.driver}: libraries for CUDA {build[4:]} are installed."
            return Choice(build, backends, told)
        gpu = (
            f"The driver {gpu.driver} of {gpu.name} is too old for CUDA 12, which needs {_least('cuda12')}, or the GPU "
            "itself is."
        )
    if device == "auto":
        return Choice("cpu", BACKENDS["cpu"], f"{gpu} Libraries for the CPU are installed.")
    told = f"{gpu} Libraries for CUDA 13 are installed, as asked for; they need driver {_least('cuda13')} or newer."
    return Choice("cuda13", BACKENDS["cuda13"], told)


def find_gpu() -> Gpu | str:
    """The first NVIDIA GPU, or a sentence that says why there is none to use."""
    program = _nvidia_smi()
    if not program:
        return "No NVIDIA driver was found (there is no nvidia-smi)."
    fields = "--query-gpu=name,driver_version,compute_cap"
    try:
        done = output([program, fields, "--format=csv,noheader"], worker_environment(), 30)
    except (OSError, TimeoutExpired) as error:
        return f"The NVIDIA driver does not answer: {error}."
    first = (done.stdout.strip().splitlines() or [""])[0]
    if done.returncode or first.count(",") < 2:
        return f"The NVIDIA driver does not work: {(done.stdout + done.stderr).strip()[:200] or 'nvidia-smi failed'}."
    name, driver, capability = (part.strip() for part in first.rsplit(",", 2))
    try:
        return Gpu(name, int(driver.split(".")[0]), _number(capability))
    except ValueError:
        return f"The NVIDIA driver tells no version: {first}."


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # drivers before 2021 do not tell it
        return 0.0


def _build_for(gpu: Gpu) -> str:
    """The newest build that a GPU and its driver can use; '' for none."""
    for build in DRIVERS:
        if gpu.driver >= _least(build) and (not gpu.capability or gpu.capability >= CAPABILITIES[build]):
            return build
    return ""


def _least(build: str) -> int:
    return DRIVERS[build][os.name == "nt"]


def _impossible() -> str:
    """Why there can be no CUDA on this kind of computer; '' where there can."""
    if sys.platform == "darwin":
        return "There is no CUDA on macOS."
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return f"ONNX Runtime has no build for CUDA on {platform.machine()}."
    return ""


def _nvidia_smi() -> str:
    if os.name == "nt":
        path = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "nvidia-smi.exe")
        if path.is_file():
            return str(path)
    return shutil.which("nvidia-smi") or ""
