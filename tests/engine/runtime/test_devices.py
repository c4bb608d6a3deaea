"""The devices that are here, with made-up libraries of ONNX Runtime; what a processor can calculate with."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest

from rsdl_qgis.engine.errors import DeviceError
from rsdl_qgis.engine.runtime import devices
from rsdl_qgis.engine.runtime.devices import choose_device, has_bf16, torch_device
from rsdl_qgis.engine.tables.devices import PROVIDERS


def made_for(monkeypatch, *kinds):
    available = [*(PROVIDERS[kind] for kind in kinds), "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: available)


@pytest.mark.parametrize("kind", [kind for kind in PROVIDERS if kind != "cuda"])
def test_a_provider_is_a_device_for_those_who_ask_for_it(monkeypatch, kind):
    made_for(monkeypatch, kind)
    assert kind in devices.devices()
    assert choose_device(kind) == kind and choose_device("auto") == "cpu"
    made_for(monkeypatch)
    with pytest.raises(DeviceError, match=f"'{kind}' is not available here; there is cpu"):
        choose_device(kind)


def test_a_device_of_a_number_or_part(monkeypatch):
    made_for(monkeypatch, "openvino", "directml")
    assert [choose_device(name) for name in ("openvino:gpu", "DirectML:1")] == ["openvino:gpu", "directml:1"]


def test_auto_takes_cuda_before_others(monkeypatch):
    made_for(monkeypatch, "migraphx", "cuda", "openvino")
    assert choose_device("auto") == "cuda"


def test_pytorch_says_that_it_has_no_part_in_such_a_device(monkeypatch):
    made_for(monkeypatch, "openvino")
    with pytest.raises(DeviceError, match=r"PyTorch cannot use openvino.*model\.onnx"):
        torch_device("openvino")


@pytest.mark.parametrize(
    ("flags", "there"),
    [
        ("flags: fpu avx512f avx512_bf16 amx_tile", True),
        ("flags: amx_bf16", True),
        ("Features: fp asimd bf16 i8mm", True),
        ("flags: avx512f avx512_vnni", False),
    ],
)
def test_bfloat16_by_the_processors_flags(monkeypatch, flags, there):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: flags)
    assert has_bf16() is there


def test_bfloat16_as_pytorch_says_where_the_system_does_not(monkeypatch):
    import torch

    def nothing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", nothing)
    for there in (True, False):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda there=there: {"avx512_bf16": there})
        assert has_bf16() is there
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    assert has_bf16() is False
