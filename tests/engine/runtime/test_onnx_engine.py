"""What ONNX Runtime is asked for on each device, and what is said where it does not give it."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pytest

from rsdl_qgis.engine.errors import DeviceError, ModelError
from rsdl_qgis.engine.runtime import onnx_engine
from rsdl_qgis.engine.runtime.devices import devices
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.tables.devices import PROVIDERS

PRECISION = "INFERENCE_PRECISION_HINT"


@pytest.fixture
def asked(monkeypatch):
    """An ONNX Runtime with every provider, each on the CPU in truth; what sessions were asked for."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [*PROVIDERS.values(), onnx_engine.CPU])
    wanted, session = [], onnx_engine.onnx_session

    class Given:
        def __init__(self, path, threads, providers):
            wanted.append(providers[0])
            self.session = session(path, threads)
            self.names = [provider if isinstance(provider, str) else provider[0] for provider in providers]

        def get_providers(self):
            return self.names

        def __getattr__(self, name):
            return getattr(self.session, name)

    monkeypatch.setattr(
        onnx_engine, "onnx_session", lambda path, threads, given=(onnx_engine.CPU,): Given(path, threads, given)
    )
    return wanted


@pytest.mark.parametrize(
    ("device", "options"),
    [
        ("cuda", {"device_id": 0}),
        ("cuda:2", {"device_id": 2}),
        ("directml", {"device_id": 0}),
        ("directml:1", {"device_id": 1}),
        ("rocm:1", {"device_id": 1}),
        ("migraphx", {"device_id": 0}),
        ("coreml", {"ModelFormat": "MLProgram"}),
        ("openvino:gpu", {"device_type": "GPU"}),
        ("openvino:npu", {"device_type": "NPU"}),
    ],
)
def test_each_device_has_its_provider_and_options(model, card, asked, device, options):
    open_runtime(card, model, device, 2)
    assert asked == [(PROVIDERS[device.partition(":")[0]], options)]


@pytest.mark.parametrize(("engine", "precision"), [("onnx", "f32"), ("card", "f32"), ("onnx-bf16", "bf16")])
def test_openvino_is_told_its_precision_and_threads(model, card, asked, engine, precision):
    open_runtime(card, model, "openvino", 4, streams=2, engine=engine)
    ((_, options), _) = asked
    assert json.loads(options["load_config"]) == {"CPU": {PRECISION: precision}}
    assert (options["device_type"], options["num_of_threads"]) == ("CPU", "2")


def test_bfloat16_of_onnx_runtime_is_openvinos(model, card, asked):
    open_runtime(card, model, "auto", 1, engine="onnx-bf16")
    assert asked[-1][0] == PROVIDERS["openvino"]
    with pytest.raises(DeviceError, match="on the device openvino alone, not on cpu"):
        open_runtime(card, model, "cpu", 1, engine="onnx-bf16")


@pytest.mark.parametrize("device", ["directml", "coreml", "openvino", "migraphx"])
def test_a_device_that_gives_no_session_is_told_and_a_broken_file_is_told_apart(
    model, card, asked, tmp_path, monkeypatch, device
):
    session = onnx_engine.onnx_session

    def refuses(path, threads, providers=(onnx_engine.CPU,)):
        if len(providers) > 1:
            raise RuntimeError("driver is too old\nat line 3")
        return session(path, threads, providers)

    monkeypatch.setattr(onnx_engine, "onnx_session", refuses)
    with pytest.raises(DeviceError, match=f"ONNX Runtime cannot use {device} here: driver is too old. Use DEVICE=cpu"):
        open_runtime(card, model, device, 1)
    (tmp_path / "bad.onnx").write_bytes(model.read_bytes()[:200])
    with pytest.raises(ModelError):
        open_runtime(card, tmp_path / "bad.onnx", device, 1)


@pytest.mark.skipif("openvino" not in devices(), reason="this ONNX Runtime is made without OpenVINO")
@pytest.mark.parametrize("engine", ["onnx", "onnx-bf16"])
def test_openvino_gives_the_map_of_the_cpu(model, card, engine):
    image = {"image": np.random.default_rng(0).normal(size=(2, 1, 2, 32, 32)).astype("float32")}
    by_cpu, by_openvino = (open_runtime(card, model, *way)(image) for way in (("cpu", 1), ("openvino", 1)))
    assert np.allclose(by_cpu, by_openvino, atol=1e-5)
    lower = open_runtime(card, model, "openvino", 1, engine=engine)(image)
    assert np.array_equal(lower.argmax(1), by_cpu.argmax(1))
