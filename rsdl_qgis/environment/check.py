"""Whether a Python has what the worker needs: its libraries are imported, and a tiny network runs."""

from __future__ import annotations

import json
from pathlib import Path

from ..engine.cards.onnx.tiny import TINY_NETWORK
from ..engine.errors import RsdlError
from ..process import TimeoutExpired, output
from .requirements import ALL_STEPS, TENSORFLOW, TFLITE
from .worker import worker_environment

_CHECK = """\
import importlib.metadata as m, importlib.util as u, json, platform, sys
import numpy, rasterio, pyogrio, shapely, onnxruntime
train, model = sys.argv[1] == "train", bytes.fromhex(sys.argv[2])
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
(y,) = session.run(None, {"x": numpy.array([-1, 0, 1, 2], "float32")})
assert [float(v) for v in y] == [0, 0, 1, 2], "ONNX Runtime gives wrong results"
if train:
    import onnx, safetensors, tensorboardX, torch
    y = torch.relu(torch.tensor([-1.0, 0.0, 1.0, 2.0]))
    assert y.tolist() == [0, 0, 1, 2], "PyTorch gives wrong results"
names = ("numpy", "rasterio", "pyogrio", "shapely", "onnxruntime", "onnxruntime-gpu", "onnx", "safetensors", "torch")
found = {}
for name in names:
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps({"python": platform.python_version(), **found}))
"""


_CHECK_TENSORFLOW = """\
import importlib.metadata as m, json, os, platform
os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", "-1"
import tensorflow, tf2onnx
assert tensorflow.nn.relu([-1.0, 2.0]).numpy().tolist() == [0, 2], "TensorFlow gives wrong results"
print(json.dumps({"python": platform.python_version(), "tensorflow": tensorflow.__version__, **{
    name: m.version(name) for name in ("tf2onnx", "onnx", "numpy")
}}))
"""

_CHECK_TFLITE = """\
import importlib.metadata as m, json, os, platform
os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", "-1"
import torch, litert_torch, ai_edge_litert, ai_edge_quantizer
assert torch.relu(torch.tensor([-1.0, 2.0])).tolist() == [0, 2], "PyTorch gives wrong results"
names = ("torch", "litert-torch", "ai-edge-litert", "ai-edge-quantizer", "litert-converter", "numpy")
print(json.dumps({"python": platform.python_version(), **{name: m.version(name) for name in names}}))
"""
_CHECKS = {TENSORFLOW: _CHECK_TENSORFLOW, TFLITE: _CHECK_TFLITE}  # of steps in an environment of their own


def check(python: str | Path, step: str = "predict", timeout: float = 300) -> dict[str, str]:
    """Version of each library that a step needs, by importing them there; RsdlError names what fails."""
    if step not in ALL_STEPS:
        raise RsdlError(f"There is no step '{step}' of the environment.", f"Choose one of {', '.join(ALL_STEPS)}.")
    script = _CHECKS.get(step, _CHECK)
    remedy = "Run 'Set up environment' with 'Reinstall', or install the missing library into that Python."
    try:
        done = output([str(python), "-I", "-c", script, step, TINY_NETWORK.hex()], worker_environment(), timeout)
    except (OSError, TimeoutExpired) as error:
        raise RsdlError(f"The worker's Python {python} does not run: {error}.", remedy) from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RsdlError(f"The worker's Python {python} is not complete: {last}", remedy)
    versions: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return versions
