"""The devices that are here: which can be asked for, which is chosen, what PyTorch can use of them."""

from __future__ import annotations

import os
import platform
import re
import shutil
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from ..errors import DeviceError
from ..feedback import Report
from ..tables.devices import NAMES, PROVIDERS, is_device, kind_of

TORCH_DEVICES = ("cpu", "cuda", "mps")  # kinds that PyTorch runs on; the others are ONNX Runtime's alone
BF16_FLAGS = re.compile(r"\b(avx512_bf16|amx_bf16|bf16)\b")  # as Linux names what a processor has, x86 and Arm


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe_device(device: str, threads: int | None) -> str:
    """'the CPU (2 threads)', 'cuda:0'."""
    count = threads or available_cores()
    return f"the CPU ({count} {'thread' if count == 1 else 'threads'})" if device == "cpu" else device


def has_torch() -> bool:
    """Whether PyTorch is here and can be loaded, which is tried."""
    try:
        import torch  # noqa: F401
    except (ImportError, OSError):  # OSError: one of its libraries cannot be loaded
        return False
    return True


def has_bf16() -> bool:
    """Whether the CPU calculates with bfloat16 numbers; outside Linux PyTorch is asked."""
    with suppress(OSError):
        return BF16_FLAGS.search(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")) is not None
    if find_spec("torch") is None or not has_torch():
        return False
    import torch

    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def providers() -> list[str]:
    """The kinds of devices that the installed ONNX Runtime is made for, besides the CPU."""
    import onnxruntime

    available = onnxruntime.get_available_providers()
    return [kind for kind, provider in PROVIDERS.items() if provider in available]


def devices() -> list[str]:
    """The devices that can be asked for here, besides ``auto``."""
    found, others = ["cpu"], providers()
    if "cuda" in others:
        found.append("cuda")
    elif shutil.which("nvidia-smi") and has_torch():
        import torch

        found += [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if platform.system() == "Darwin" and platform.machine() == "arm64" and has_torch():
        import torch

        found += ["mps"] if torch.backends.mps.is_available() else []
    return found + [kind for kind in others if kind != "cuda"]


def choose_device(device: str) -> str:
    """The device to use; DeviceError when the one asked for is not available.

    ``auto`` is an Apple GPU, else the first NVIDIA GPU, else the CPU; the others are for those who ask for them.
    """
    wanted = device.lower()
    if not is_device(wanted):
        raise DeviceError(f"'{device}' is no device.", f"Use {NAMES} (N from 0).")
    if wanted == "cpu":
        return wanted
    found = devices()
    if wanted == "auto":
        return next((d for kind in ("mps", "cuda") for d in found if kind_of(d) == kind), "cpu")
    for name in found:
        if name == wanted or kind_of(name) == wanted or name == kind_of(wanted):
            return wanted if ":" in wanted else name
    raise DeviceError(f"Device '{device}' is not available here; there is {', '.join(found)}.", "Use DEVICE=auto.")


def named_device(device: str) -> str:
    """The device to use: for ``auto`` as ``choose_device``, else the one by that name, whether it is here or not.

    DeviceError for what is no device.
    """
    name = device.lower()
    return name if is_device(name) and name != "auto" else choose_device(name)


def check_torch_device(device: str) -> None:
    """DeviceError where PyTorch cannot use a device that ``choose_device`` gave, though other programs may."""
    kind, _, index = device.partition(":")
    if kind not in TORCH_DEVICES:
        problem = f"PyTorch cannot use {device}: it is for ONNX Runtime, which runs models that have a model.onnx."
        raise DeviceError(problem, "Use DEVICE=cpu or DEVICE=auto.")
    import torch

    there = {
        "cpu": lambda: True,
        "mps": lambda: torch.backends.mps.is_available(),
        "cuda": lambda: torch.cuda.is_available() and int(index or 0) < torch.cuda.device_count(),
    }
    if not there[kind]():
        raise DeviceError(
            f"PyTorch cannot use {device} here: there is no such GPU, or this PyTorch is made for the CPU alone.",
            "Set up the worker's environment for CUDA, or use DEVICE=cpu or DEVICE=auto.",
        )


def torch_device(device: str, report: Report | None = None) -> str:
    """The device for a PyTorch network: as ``choose_device``, and for ``auto`` the CPU where PyTorch has no other."""
    chosen = choose_device(device)
    try:
        check_torch_device(chosen)
    except DeviceError as error:
        if device.lower() != "auto":
            raise
        (report or Report()).log("warning", f"{error.message} The CPU is used instead.")
        return "cpu"
    return chosen
