"""What the tests of readers share: running what a reader gives."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

DATA = Path(os.environ.get("RSDL_DATA", "")) / "foreign"
needs_data = pytest.mark.skipif(not (DATA / "README.md").is_file(), reason="RSDL_DATA is not set")


def run(foreign, *images):
    """The outputs for images as this plugin gives them."""
    data = foreign.model.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]
    return session.run(None, {name: np.asarray(x, np.float32) for name, x in zip(names, images)})


def first(array):
    """(N, H, W, C) as (N, C, H, W)."""
    return np.ascontiguousarray(np.moveaxis(np.asarray(array, np.float32), -1, 1))
