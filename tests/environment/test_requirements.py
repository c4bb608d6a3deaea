"""The lock files, and how they are read; pip's settings for uv."""

from __future__ import annotations

import re

import pytest

from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.environment.installers import packages_in
from rsdl_qgis.environment.network import pip_settings, read_pip_settings, redacted, uv_variables
from rsdl_qgis.environment.requirements import (
    BUILDS,
    STEPS,
    TENSORFLOW,
    TFLITE,
    UV,
    entries,
    lock_file,
    torch_requirement,
    without_hashes,
    without_torch,
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("build", BUILDS)
def test_every_package_is_locked_with_hashes_and_no_host_is_named(step, build):
    text = lock_file(step, build).read_text()
    found = dict(entries(text))
    assert all(re.match(r"[\w.-]+==\S+", lines) and "--hash=sha256:" in lines for _, lines in entries(text))
    assert "://" not in text and {"numpy", "rasterio", "pyogrio", "shapely"} <= set(found)
    assert ("torch" in found) == (step == "train") and ("onnx" in found) == (step == "train")
    assert ("onnxruntime-gpu" in found) == (build != "cpu")


def test_tensorflow_is_locked_for_every_system_without_the_workers_libraries():
    text = lock_file(TENSORFLOW, "cpu").read_text()
    found = dict(entries(text))
    assert all(re.match(r"[\w.-]+==\S+", lines) and "--hash=sha256:" in lines for _, lines in entries(text))
    assert "://" not in text and {"tensorflow", "tensorflow-cpu", "tf2onnx", "onnx"} <= set(found)
    assert "rasterio" not in found
    with pytest.raises(RsdlError, match="no build 'cuda13'"):
        lock_file(TENSORFLOW, "cuda13")


def test_a_backport_is_locked_for_the_pythons_that_it_is_for():
    found = dict(entries(lock_file(TFLITE, "cpu").read_text()))
    assert "python_full_version < '3.11'" in found["backports-strenum"]  # pip refuses it elsewhere
    assert {"litert-torch", "ai-edge-litert", "torch"} <= set(found) and "transformers" not in found


def test_the_step_train_has_predicts_versions():
    predict, train = (lock_file(step, "cpu").read_text() for step in STEPS)
    plain = [line for line in without_hashes(predict).splitlines() if line.startswith(("numpy", "rasterio", "pyogrio"))]
    assert plain and set(plain) <= set(without_hashes(train).splitlines())


def test_the_installer_is_locked_too():
    assert re.search(r"^uv==", UV.read_text(), re.MULTILINE) and "sha256" in UV.read_text()


def test_a_lock_without_torch_or_hashes():
    text = lock_file("train", "cpu").read_text()
    others = without_torch(text)
    names = {name for name, _ in entries(others)}
    assert names and not [n for n in names if n.startswith(("nvidia", "cuda-")) or n in ("torch", "triton")]
    assert "sympy" in names and "sha256" in others and torch_requirement(text).startswith("torch==")
    plain = without_hashes(text)
    assert "sha256" not in plain and "\\" not in plain and len(list(entries(plain))) == len(list(entries(text)))


def test_sizes_are_read_from_a_list_of_files():
    text = (
        'lock-version = "1.0"\n\n[[packages]]\nname = "a"\nsdist = { url = "u", size = 9 }\n'
        'wheels = [{ url = "u", size = 30 }]\n\n[[packages]]\nname = "b"\nwheels = [\n    { url = "u", size = 5 },\n'
        '    { url = "v", size = 6 },\n]\n\n[[packages]]\nname = "c"\nwheels = [{ url = "file:///c.whl" }]\n'
    )
    assert packages_in(text) == [("a", 30), ("b", 5), ("c", 0)]


def test_pips_settings_reach_uv(monkeypatch):
    for name in ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    listed = (
        "global.index-url='https://a/simple'\ninstall.extra-index-url='https://b/ https://c/'\n"
        ":env:.find-links='/wheels'\nglobal.proxy='http://p:1'\nglobal.cert='/c.pem'\ndownload.timeout='9'\n"
    )
    found = uv_variables(pip_settings(listed))
    assert found["UV_DEFAULT_INDEX"] == "https://a/simple" and found["UV_INDEX"] == "https://b/ https://c/"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match" and found["UV_FIND_LINKS"] == "/wheels"
    assert found["HTTPS_PROXY"] == "http://p:1" and found["SSL_CERT_FILE"] == "/c.pem"
    assert "UV_HTTP_TIMEOUT" not in found
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine/")
    assert "UV_DEFAULT_INDEX" not in uv_variables(pip_settings(listed))


def test_passwords_are_not_shown():
    assert (
        redacted("from https://me:secret@x.org/simple, http://tok@y") == "from https://***@x.org/simple, http://***@y"
    )


def test_without_pip_its_settings_in_the_environment_count(monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", "/opt/a /opt/b")
    monkeypatch.setenv("PIP_INDEX_URL", "https://here/simple")
    monkeypatch.delenv("UV_FIND_LINKS", raising=False)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    found = uv_variables(read_pip_settings(None))
    assert (found["UV_FIND_LINKS"], found["UV_DEFAULT_INDEX"]) == ("/opt/a,/opt/b", "https://here/simple")
