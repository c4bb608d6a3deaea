"""What a bug report needs."""

from __future__ import annotations

import sys

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.runtime.description import run_describe


def test_describe_runs_a_network_and_lists_versions():
    found = run_describe({}, Report())
    assert found["network_check"] == {"cpu": {"ONNX Runtime": "ok", "PyTorch": "ok"}} and found["devices"][0] == "cpu"
    assert found["libraries"]["onnxruntime"] != "not installed"


def test_where_the_users_folder_is_stays_untold(monkeypatch, tmp_path):
    home = tmp_path / "anna"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(sys, "executable", str(home / "worker" / "python"))
    monkeypatch.setattr(Store, "list", lambda self: [("a", home / "models" / "a", None)])
    found = run_describe({}, Report())
    assert found["executable"] == "~/worker/python" and found["models"] == {"a": "~/models/a"}
