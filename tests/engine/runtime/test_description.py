"""What a bug report needs."""

from __future__ import annotations

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.runtime.description import run_describe


def test_describe_runs_a_network_and_lists_versions():
    found = run_describe({}, Report())
    assert found["network_check"] == {"cpu": {"ONNX Runtime": "ok", "PyTorch": "ok"}} and found["devices"][0] == "cpu"
    assert found["libraries"]["onnxruntime"] != "not installed"
