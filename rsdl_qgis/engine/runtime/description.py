"""The job "describe": what the worker's environment has, and whether a network runs on each of its devices."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...paths import plugin_version, without_home
from ..cards.onnx.tiny import TINY_NETWORK
from ..cards.store import Store
from ..feedback import Report
from ..tables.devices import PROVIDERS, kind_of
from .devices import TORCH_DEVICES, devices, has_torch
from .onnx_engine import onnx_providers

LIBRARIES = (
    *("numpy", "rasterio", "pyogrio", "shapely", "onnxruntime", "onnxruntime-gpu", "onnx", "torch", "safetensors"),
    "tensorboardX",
)
NUMBERS = np.array([-1.0, 0.0, 1.0, 2.0], np.float32)


def run_describe(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Versions, devices, models, and whether a tiny network runs on each device: for a bug report."""
    found = devices()
    checks = {device: checked_device(device) for device in found}
    return {
        "version": plugin_version(),
        "python": sys.version.split()[0],
        "executable": without_home(sys.executable),
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "devices": found,
        "models": {name: without_home(str(path)) for name, path, _ in Store().list()},
        "network_check": checks,
    }


def checked_device(device: str) -> dict[str, str]:
    """What each engine says when it runs a tiny network on a device: 'ok', or what is wrong."""
    runs: dict[str, Callable[[], NDArray]] = {}
    if device == "cpu" or kind_of(device) in PROVIDERS:
        runs["ONNX Runtime"] = lambda: by_onnx(device)
    if kind_of(device) in TORCH_DEVICES and has_torch():
        runs["PyTorch"] = lambda: by_torch(device)
    return {engine: _outcome(run) for engine, run in runs.items()}


def by_onnx(device: str) -> NDArray:
    """The tiny network's output by ONNX Runtime on just this device; DeviceError."""
    import onnxruntime

    session = onnxruntime.InferenceSession(TINY_NETWORK, providers=onnx_providers(device))
    (output,) = session.run(None, {"x": NUMBERS})
    used = session.get_providers()[0]
    if used != PROVIDERS.get(kind_of(device), used):
        raise RuntimeError(f"it ran by {used} instead")
    return np.asarray(output)


def by_torch(device: str) -> NDArray:
    """The same by PyTorch."""
    import torch

    output: NDArray = torch.relu(torch.from_numpy(NUMBERS).to(device)).cpu().numpy()
    return output


def _outcome(run: Callable[[], NDArray]) -> str:
    try:
        return "ok" if np.array_equal(run(), np.maximum(NUMBERS, 0)) else "the network's output is wrong"
    except Exception as error:  # whatever is wrong with the environment is what this is to report
        return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
