"""The build that is chosen for a driver, as a made-up nvidia-smi tells it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.environment import base_python, hardware, pythons
from rsdl_qgis.environment.hardware import choose, converting
from rsdl_qgis.environment.requirements import TENSORFLOW, TFLITE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="CUDA's drivers as on Linux")


@pytest.mark.parametrize(
    ("printed", "build", "backend", "told"),
    [
        ("NVIDIA A100, 580.65.06, 8.0", "cuda13", "cu130", "A100 with driver 580: libraries for CUDA 13"),
        ("NVIDIA A100, 535.10, 8.0", "cuda12", "cu126", "CUDA 12"),
        ("Tesla V100-SXM2, 590.1, 7.0", "cuda12", "cu126", "CUDA 12"),
        ("NVIDIA RTX PRO, Ada, 572.1, 12.0", "cuda12", "cu129", "CUDA 12"),
        ("GeForce GTX 680, 470.1, 3.0", "cpu", "cpu", "driver 470 of GeForce GTX 680 is too old"),
        ("NVIDIA A100, 550.1, [N/A]", "cuda12", "cu126", "driver 550"),
        ("No devices were found", "cpu", "cpu", "does not work: No devices were found"),
    ],
)
def test_the_build_fits_the_driver(programs, monkeypatch, printed, build, backend, told):
    monkeypatch.setattr(hardware.platform, "machine", lambda: "x86_64")
    programs("nvidia-smi", f"#!/bin/sh\necho '{printed}'\n")
    choice = choose("auto")
    assert (choice.build, choice.backends[0]) == (build, backend) and told in choice.told
    assert choose("cpu").build == "cpu"


def test_without_a_driver(monkeypatch):
    monkeypatch.setattr(hardware, "_nvidia_smi", lambda: "")
    monkeypatch.setattr(hardware.platform, "machine", lambda: "x86_64")
    assert choose("auto").build == "cpu" and "no nvidia-smi" in choose("auto").told
    assert choose("cuda").build == "cuda13" and "as asked for" in choose("cuda").told
    with pytest.raises(RsdlError, match="gpu"):
        choose("gpu")


def test_where_there_can_be_no_cuda(monkeypatch):
    monkeypatch.setattr(hardware.platform, "machine", lambda: "aarch64")
    assert choose("auto").build == "cpu" and "aarch64" in choose("auto").told
    with pytest.raises(RsdlError, match="aarch64"):
        choose("cuda")


@pytest.mark.parametrize(
    ("system", "machine", "built"),
    [
        ("linux", "x86_64", True),
        ("darwin", "arm64", True),
        ("win32", "AMD64", False),
        ("linux", "aarch64", False),
        ("darwin", "x86_64", False),
    ],
)
def test_litert_converts_where_it_has_builds(monkeypatch, system, machine, built):
    monkeypatch.setattr(hardware.sys, "platform", system)
    monkeypatch.setattr(hardware.platform, "machine", lambda: machine)
    assert converting(TENSORFLOW).build == "cpu"
    if built:
        assert converting(TFLITE).build == "cpu"
    else:
        with pytest.raises(RsdlError, match=r"Linux on x86-64.*Export the model as onnx"):
            converting(TFLITE)


def test_base_python_is_recent_enough():
    code = "import sys; sys.exit(sys.version_info < (3, 10))"
    assert subprocess.run([base_python(), "-c", code], check=False).returncode == 0


def test_no_python_that_fits(programs, monkeypatch):
    old = programs("python3", "#!/bin/sh\necho 3 9 1 1 1\n")
    monkeypatch.setattr(pythons, "_candidates", lambda: [str(old), "/nowhere"])
    with pytest.raises(RsdlError, match=r"No Python 3\.10 to 3\.14.*\(3\.9\)") as caught:
        base_python()
    assert "python3-venv" in caught.value.hint and "uv" in caught.value.hint
