"""The job "describe": what the worker's environment has, and whether a network runs in it."""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from ...paths import plugin_version
from ..cards.store import Store
from ..feedback import Report
from .devices import devices

LIBRARIES = ("numpy", "rasterio", "pyogrio", "shapely", "onnxruntime", "torch", "safetensors")


def run_describe(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Versions, devices, models, and whether a tiny network runs: for a bug report."""
    with tempfile.TemporaryDirectory(prefix="rsdl-check-") as folder:
        check = tiny_network(Path(folder))
    return {
        "version": plugin_version(),
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "devices": devices(),
        "models": {name: str(path) for name, path, _ in Store().list()},
        "network_check": check,
    }


def tiny_network(folder: Path) -> str:
    """'ok', or what went wrong when a tiny network was built, exported and run."""
    try:
        import onnx
        import onnxruntime
        from onnx import TensorProto, helper

        value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 4, 4]) for name in ("x", "y")]
        graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "check", value[:1], value[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, folder / "check.onnx")
        session = onnxruntime.InferenceSession(folder / "check.onnx", providers=["CPUExecutionProvider"])
        image = np.linspace(-1, 1, 16, dtype=np.float32).reshape(1, 1, 4, 4)
        (result,) = session.run(None, {"x": image})
        return "ok" if np.array_equal(result, np.maximum(image, 0)) else "the network's output is wrong"
    except Exception as error:  # whatever is wrong with the environment is what this is to report
        return f"{type(error).__name__}: {error}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
