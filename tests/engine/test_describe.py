"""What a bug report needs."""

from __future__ import annotations

from rsdl_qgis.engine.describe import run_describe
from rsdl_qgis.engine.report import Report


def test_describe_runs_a_network_and_lists_versions():
    found = run_describe({}, Report())
    assert found["network_check"] == "ok" and found["devices"][0] == "cpu"
    assert found["libraries"]["onnxruntime"] != "not installed"
