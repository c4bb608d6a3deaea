"""The worker's environment: found, made from a folder of wheels, repaired, cancelled."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rsdl_qgis import environment
from rsdl_qgis.engine.errors import Cancelled, RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.process import group_options, kill_group, lines


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RSDL_PYTHON", raising=False)
    return tmp_path / "home"


@pytest.fixture
def wheels(tmp_path):
    """An empty package for each requirement."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for line in environment.requirements_file("cpu").read_text().split():
        name, _, version = re.match(r"([\w-]+)([=>]=)?(.*)", line).groups()
        version = version or "1.0"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return folder


class Keeping(Report):
    def __init__(self, cancel_at=None):
        self.said, self.fractions, self.cancel_at = [], [], cancel_at

    def log(self, level, message):
        self.said.append((level, message))

    def progress(self, fraction, message=""):
        self.fractions.append(fraction)

    def cancelled(self):
        return self.cancel_at is not None and any(self.cancel_at in text for _, text in self.said)


def test_made_from_wheels_found_and_left_alone(wheels, home):
    with pytest.raises(RsdlError, match="Set up environment"):
        environment.find_python()
    report = Keeping()
    python = environment.setup(report, wheels=wheels)
    assert environment.find_python() == environment.WorkerPython(python, "managed")
    assert python.is_relative_to(home)
    assert environment.check(python)["torch"] == "2.13.0"
    assert report.fractions == sorted(report.fractions)
    made = python.parent.stat().st_mtime_ns
    environment.setup(Keeping())  # no wheels: it would fail if it did anything
    assert python.parent.stat().st_mtime_ns == made
    # A library goes missing: the check names it, and set-up makes the environment again.
    next(environment.managed_folder().rglob("rasterio.py")).unlink()
    with pytest.raises(RsdlError, match="rasterio"):
        environment.check(python)
    environment.setup(Keeping(), wheels=wheels)
    assert environment.check(python)["rasterio"]


def test_other_requirements_are_noticed(wheels, monkeypatch):
    environment.setup(Report(), wheels=wheels)
    marker = environment.managed_folder() / environment.MARKER
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "requirements": "other"}))
    with pytest.raises(RsdlError, match="older plugin"):
        environment.find_python()


def test_failure_leaves_nothing_and_says_why(wheels):
    next(wheels.glob("pyogrio*")).unlink()
    with pytest.raises(RsdlError, match="pyogrio") as caught:
        environment.setup(Report(), wheels=wheels)
    assert "wheels" in caught.value.hint
    assert not environment.managed_folder().exists()


def test_cancel_leaves_nothing(wheels):
    with pytest.raises(Cancelled):
        environment.setup(Keeping(cancel_at="Processing"), wheels=wheels)
    assert not environment.managed_folder().exists()


def test_a_folder_with_other_things_is_not_touched(wheels, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(RsdlError, match="something else"):
        environment.setup(Report(), wheels=wheels, folder=mine)
    assert (mine / "thesis.txt").exists()


def test_order_of_pythons(monkeypatch, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("RSDL_PYTHON", str(tmp_path / "b"))
    assert environment.find_python(str(tmp_path / "a")).source == "setting"
    assert environment.find_python().source == "RSDL_PYTHON"
    with pytest.raises(RsdlError, match=r"settings.*nowhere"):
        environment.find_python("/nowhere")


def test_pip_follows_a_uv_that_fails(wheels, tmp_path, monkeypatch):
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\necho no such wheel\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}{os.pathsep}{os.environ['PATH']}")
    report = Keeping()
    assert environment.setup(report, wheels=wheels).is_file()
    assert any(level == "warning" and "no such wheel" in text for level, text in report.said)


def test_command_line(tmp_path):
    root = Path(environment.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "rsdl_qgis.environment"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Run 'Set up environment' first.")


def test_base_python_is_recent_enough():
    code = "import sys; sys.exit(sys.version_info < (3, 10))"
    assert subprocess.run([environment.base_python(), "-c", code], check=False).returncode == 0


def test_a_grandchild_that_keeps_the_pipe_does_not_hold_us():
    code = "import subprocess, sys; print('hello', flush=True); subprocess.Popen(['sleep', '30'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **group_options())
    assert [line for line in lines(process) if line] == ["hello"]
    os.killpg(process.pid, 9)
    kill_group(process)
