"""What these tests share: a home of their own, a uv that does as it is told, a report that keeps what it hears."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.environment import network

FAKE = Path(__file__).with_name("fake_uv.py")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RSDL_PYTHON", raising=False)
    return tmp_path / "home"


class Keeping(Report):
    """``cancel_at``: text of the log at which it cancels."""

    def __init__(self, cancel_at=None):
        self.said, self.fractions, self.messages, self.cancel_at = [], [], [], cancel_at

    def log(self, level, message):
        self.said.append((level, message))

    def progress(self, fraction, message=""):
        self.fractions.append(fraction)
        self.messages.append(message)

    def cancelled(self):
        return self.cancel_at is not None and any(self.cancel_at in text for _, text in self.said)

    def text(self):
        return "\n".join(text for _, text in self.said)


@pytest.fixture
def keeping():
    return Keeping


def write_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Puts a program first on the PATH."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda name, text: write_program(folder / name, text)


@pytest.fixture
def no_pip_settings(monkeypatch):
    """As on a computer whose pip is not configured."""
    from rsdl_qgis.environment import setup

    module = sys.modules["rsdl_qgis.environment.setup"]
    assert callable(setup)
    monkeypatch.setattr(module, "read_pip_settings", lambda python: {})
    monkeypatch.setattr(network, "os", type("os", (), {"environ": {}}))


@pytest.fixture
def uv(programs, tmp_path, monkeypatch, no_pip_settings):
    """``uv(fail={…})``: the fake uv is on the PATH and does so; ``uv.log()``: the commands that it got."""
    log = tmp_path / "uv.log"
    programs("uv", f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')

    def tell(**told):
        monkeypatch.setenv("FAKE_UV", json.dumps({"log": str(log), "pids": str(tmp_path / "pids"), **told}))

    tell.log = lambda: [json.loads(line) for line in log.read_text().splitlines()]
    tell.pids = tmp_path / "pids"
    tell()
    return tell
