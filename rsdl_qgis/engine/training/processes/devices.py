"""The device of a training, and of each of several processes its own."""

from __future__ import annotations

import torch

from ...errors import DeviceError
from ...job import ranks
from ...runtime.devices import available_cores, torch_device


def set_up_device(asked: str, threads: int | None) -> str:
    """The device of this process; on a CPU set the number of threads, by default the process's share of the cores.

    DeviceError where it is not available, or several processes on this computer cannot have one each.
    """
    device, (number, processes) = torch_device(asked), ranks.here()
    if device == "cpu":
        torch.set_num_threads(threads or max(1, available_cores() // processes))
    if device == "cpu" or ranks.count() == 1:
        return asked
    device = own_device(asked, device, number, processes, torch.cuda.device_count())
    torch.cuda.set_device(device)
    return device


def own_device(asked: str, device: str, number: int, processes: int, devices: int) -> str:
    """The CUDA device of a process, by its number among those on a computer with so many devices; DeviceError."""
    if not device.startswith("cuda"):
        raise DeviceError(f"Several processes cannot train on {device}.", "Start one, or choose DEVICE=cpu.")
    if processes == 1:
        return device
    if ":" in asked:
        problem = f"{asked} is one device, and {processes} processes train on this computer."
        raise DeviceError(problem, "Choose DEVICE=cuda, so that each takes its own.")
    if processes > devices:
        problem = f"{processes} processes train on this computer, which has {devices} CUDA device(s)."
        raise DeviceError(problem, f"Start torchrun with --nproc-per-node {devices}.")
    return f"cuda:{number}"
