"""ONNX Runtime and torch behind one callable; devices; what is damaged or contradicts the card is refused."""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.stac_mlm import from_item
from rsdl_qgis.engine.errors import DeviceError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime import devices as here
from rsdl_qgis.engine.runtime import onnx_engine
from rsdl_qgis.engine.runtime.devices import choose_device, torch_device
from rsdl_qgis.engine.runtime.network import OutOfMemory, shrinking
from rsdl_qgis.engine.runtime.sessions import ENGINES, choose_engine, open_runtime
from rsdl_qgis.engine.training.model import write_model, write_weights


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model folder with ONNX and weights of a small, random OmbriaNet."""
    card = ModelCard(
        name="small",
        title="Small",
        inputs=(Input("s1", (Band("VV"),), ("before", "after")), Input("s2", (Band("a"), Band("b")))),
        classes=(Class(0, "a", "#000000"), Class(1, "b", "#ffffff"), Class(2, "c", "#ff0000")),
        network="ombrianet",
        options={"widths": [8, 12, 16], "stem": 2},
        tiling=Tiling(multiple=8),
    )
    torch.manual_seed(3)
    network = build_network("ombrianet", {i.name: i.shape for i in card.inputs}, 3, **card.options)
    path = tmp_path_factory.mktemp("small")
    write_model(network, card, path, lambda *_: "onnx")
    return path


def card_of(folder) -> ModelCard:
    return from_item(json.loads((folder / "model.json").read_text()))


def batch(n=2, side=16):
    random = np.random.default_rng(5)
    return {
        "s1": random.normal(size=(n, 2, 1, side, side)).astype("float32"),
        "s2": random.normal(size=(n, 1, 2, side, side)).astype("float32"),
    }


def test_both_engines_agree_and_give_probabilities(folder, tmp_path):
    card = card_of(folder)
    by_onnx = open_runtime(card, folder, "cpu", 1)(batch())
    (tmp_path / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes())
    by_torch = open_runtime(card, tmp_path, "cpu", 1)(batch())
    assert by_onnx.shape == (2, 3, 16, 16)
    assert np.allclose(by_onnx, by_torch, atol=2e-3)  # both from half-precision weights, ONNX's after fusing
    assert np.allclose(by_onnx.sum(1), 1, atol=1e-5)


class Listening(Report):
    said = ""

    def log(self, level, message):
        self.said += message


def test_the_device_used_is_logged(folder):
    report = Listening()
    open_runtime(card_of(folder), folder, "auto", 1, report)
    assert "ONNX Runtime" in report.said and "CPU (1 thread)" in report.said


@pytest.mark.parametrize(
    ("faster", "missing", "torch_there", "engine"),
    [
        ("onnx", None, True, "onnx"),
        ("torch", None, True, "torch"),
        ("torch", None, False, "onnx"),
        ("torch", "weights.safetensors", True, "onnx"),
        ("onnx", "model.onnx", True, "torch"),
    ],
)
def test_the_card_says_which_engine_runs_on_the_cpu(
    folder, tmp_path, monkeypatch, faster, missing, torch_there, engine
):
    for name in {"model.onnx", "weights.safetensors"} - {missing}:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    if not torch_there:
        monkeypatch.setitem(sys.modules, "torch", None)
    ran = []
    monkeypatch.setitem(ENGINES, "onnx", lambda *_: ran.append("onnx"))
    monkeypatch.setitem(ENGINES, "torch", lambda *_: ran.append("torch"))
    open_runtime(replace(card_of(folder), engine=faster), tmp_path, "cpu", 1)
    assert ran == [engine]


@pytest.mark.parametrize("largest", [0, onnx_engine.LARGEST_COPY])  # one session for all, and one each
def test_calls_at_once_agree(folder, monkeypatch, largest):
    monkeypatch.setattr(onnx_engine, "LARGEST_COPY", largest)
    alone, shared = (open_runtime(card_of(folder), folder, "cpu", 4, streams=n) for n in (1, 2))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(shared, [batch()] * 6))
    assert all(np.allclose(answer, alone(batch()), atol=1e-6) for answer in answers)


@pytest.mark.parametrize(("threads", "streams", "each"), [(2, 1, 2), (2, 2, 1), (4, 2, 2), (3, 2, 2), (1, 2, 1)])
def test_calls_at_once_share_the_threads(folder, tmp_path, monkeypatch, threads, streams, each):
    asked, session = [], onnx_engine.onnx_session
    monkeypatch.setattr(
        onnx_engine, "onnx_session", lambda path, count, *args: asked.append(count) or session(path, count)
    )
    open_runtime(card_of(folder), folder, "cpu", threads, streams=streams)
    assert asked == [each] * streams
    (tmp_path / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes())
    before = torch.get_num_threads()
    open_runtime(card_of(folder), tmp_path, "cpu", threads, streams=streams)
    found = torch.get_num_threads()
    torch.set_num_threads(before)
    assert found == each


def test_calls_at_once_run_in_sessions_of_their_own(folder, monkeypatch):
    """Each call waits for the other one, inside its session."""
    both, used, session = threading.Barrier(2, timeout=20), [], onnx_engine.onnx_session

    class Waiting:
        def __init__(self, *args):
            self.session = session(*args)

        def __getattr__(self, name):
            return getattr(self.session, name)

        def run(self, *args):
            both.wait()
            used.append(id(self))
            return self.session.run(*args)

    monkeypatch.setattr(onnx_engine, "onnx_session", Waiting)
    shared = open_runtime(card_of(folder), folder, "cpu", 2, streams=2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(shared, [batch()] * 2))
    assert len(set(used)) == 2


def test_calls_at_once_share_the_session_of_a_large_file(folder, monkeypatch):
    opened, session = [], onnx_engine.onnx_session
    monkeypatch.setattr(onnx_engine, "onnx_session", lambda *args: opened.append(args) or session(*args))
    monkeypatch.setattr(onnx_engine, "LARGEST_COPY", (folder / "model.onnx").stat().st_size - 1)
    open_runtime(card_of(folder), folder, "cpu", 2, streams=2)
    assert len(opened) == 1


def test_a_call_that_fails_leaves_its_session_to_the_next(folder):
    ready = open_runtime(card_of(folder), folder, "cpu", 1)
    with pytest.raises(ModelError):
        ready({**batch(), "s2": batch()["s2"][:, :, :1]})
    assert len(ready(batch())) == 2


def test_on_a_gpu_torch_runs_whatever_the_card_says(folder):
    assert choose_engine(card_of(folder), folder, "cuda:0") == ("torch", folder / "weights.safetensors")
    assert choose_engine(card_of(folder), folder / "model.onnx", "cuda:0") == ("onnx", folder / "model.onnx")


def test_damaged_weights_are_noticed(folder, tmp_path):
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="SHA-256"):
        open_runtime(card_of(folder), tmp_path, "cpu")


def test_a_card_that_contradicts_the_tensors_is_refused(folder):
    card = replace(card_of(folder), sha256={})
    three = Input("s2", (Band("a"), Band("b"), Band("c")))
    with pytest.raises(ModelError, match=r"3 band\(s\).*tensor has shape"):
        open_runtime(replace(card, inputs=(card.inputs[0], three)), folder, "cpu")
    with pytest.raises(ModelError, match="gives 3 classes, its card names 2"):
        open_runtime(replace(card, classes=card.classes[:2]), folder, "cpu")


IMAGE = Input("image", (Band("a"), Band("b")))
SERIES = Input("modis", (Band("NDVI"), Band("EVI")), tuple("12345"))
NAMED = tuple(Class(i, name, "#000000") for i, name in enumerate("abc"))
SQUARE = Tiling(size=32, multiple=32, any_size=False)
TASKS = {
    "scenes": ModelCard("s", "S", (IMAGE,), NAMED, "classification", "lenet5", tiling=SQUARE),
    "labels": ModelCard("l", "L", (IMAGE,), NAMED, "classification", "lenet5", tiling=SQUARE, activation="sigmoid"),
    "time-series": ModelCard("t", "T", (SERIES,), NAMED, "time-series", "lstm", {"hidden": 8}),
    "numbers": ModelCard(
        name="n",
        title="N",
        inputs=(IMAGE,),
        classes=(),
        task="regression",
        network="unet",
        options={"widths": [4, 8]},
        tiling=Tiling(multiple=2),
        activation="identity",
    ),
}
SHAPES = {"scenes": (4, 3), "labels": (4, 3), "time-series": (4, 3), "numbers": (4, 1, 32, 32)}


def network_of(card):
    torch.manual_seed(1)
    return build_network(card.network, {i.name: i.shape for i in card.inputs}, card.channels, **card.options).eval()


def given(card):
    random = np.random.default_rng(2)
    sides = () if card.task == "time-series" else (32, 32)
    arrays = {i.name: random.normal(size=(4, *i.shape, *sides)).astype("float32") for i in card.inputs}
    if card.task == "time-series":
        arrays["valid"] = random.random((4, 5)) > 0.3
    return arrays


@pytest.mark.parametrize("kind", list(TASKS))
def test_both_engines_give_what_the_network_gives_for_every_task(kind, tmp_path):
    card, network = TASKS[kind], network_of(TASKS[kind])
    inputs = given(card)
    with torch.inference_mode():
        expected = network(*(torch.from_numpy(array) for array in inputs.values()))
    expected = {"labels": expected.sigmoid(), "numbers": expected}.get(kind, expected.softmax(1)).numpy()
    whole = write_model(network, card, tmp_path / "whole", lambda *_: "onnx")
    so_far = write_weights(network, card, tmp_path / "so-far")
    for written, folder in ((whole, tmp_path / "whole"), (so_far, tmp_path / "so-far")):
        report = Listening()
        got = open_runtime(written, folder, "cpu", 1, report)(inputs)
        assert got.shape == SHAPES[kind] and np.allclose(got, expected, atol=2e-3)
        assert ("PyTorch" in report.said) == (folder.name == "so-far")


def test_cards_that_contradict_the_tensors_are_refused_for_every_task(tmp_path):
    def refused(card, words, **changes):
        write_model(network_of(card), card, tmp_path / card.name, lambda *_: "onnx")
        with pytest.raises(ModelError, match=words):
            open_runtime(replace(card, **changes), tmp_path / card.name, "cpu", 1)

    series = Input("modis", (Band("NDVI"),), SERIES.dates)
    refused(TASKS["time-series"], r"1 band\(s\) for 'modis' \(batch, time, bands\)", inputs=(series,))
    refused(TASKS["time-series"], "2 input tensors, its card says 1", task="classification")
    refused(TASKS["scenes"], "gives 3 classes, its card names 2", classes=NAMED[:2])
    refused(TASKS["scenes"], r"gives an array of shape .*\(batch, class, height, width\)", task="segmentation")
    refused(TASKS["numbers"], "gives 1 classes, its card names 3", classes=NAMED, task="segmentation")
    refused(TASKS["numbers"], "cannot be run here", task="detection")
    (tmp_path / "n" / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"activation 'relu'.*softmax, sigmoid, identity"):
        open_runtime(replace(TASKS["numbers"], activation="relu"), tmp_path / "n", "cpu", 1)


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:1", "mps:0"])
def test_a_device_that_is_none_is_named(device):
    with pytest.raises(DeviceError, match=device):
        choose_device(device)


def test_a_device_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("rsdl_qgis.engine.runtime.devices.devices", lambda: ["cpu"])
    with pytest.raises(DeviceError, match="there is cpu"):
        choose_device("cuda:0")
    assert choose_device("auto") == "cpu"


def test_the_best_device_is_chosen(monkeypatch):
    monkeypatch.setattr("rsdl_qgis.engine.runtime.devices.devices", lambda: ["cpu", "cuda:0", "cuda:1"])
    assert (choose_device("auto"), choose_device("cuda"), choose_device("CUDA:1")) == ("cuda:0", "cuda:0", "cuda:1")


class Fake:
    """A session of ONNX Runtime that got these providers."""

    def __init__(self, providers):
        self.providers = providers

    def get_providers(self):
        return self.providers

    def get_inputs(self):
        return []


@pytest.fixture
def gpu(monkeypatch):
    """A computer whose ONNX Runtime knows CUDA; a function that says what its sessions really get, on a GPU."""
    monkeypatch.setattr(here, "devices", lambda: ["cpu", "cuda"])
    asked, session = [], onnx_engine.onnx_session

    def gives(providers):
        def make(path, threads, wanted=("CPUExecutionProvider",)):
            asked.append(wanted)
            if isinstance(providers, Exception) and len(wanted) > 1:
                raise providers
            return Fake(providers) if len(wanted) > 1 else session(path, threads, wanted)

        monkeypatch.setattr(onnx_engine, "onnx_session", make)
        return asked

    return gives


CPU_ONLY = ["CPUExecutionProvider"]
NO_LIBRARY = RuntimeError("EP Error /onnxruntime/cuda_call.cc: CUDA failure 101: invalid device ordinal")


@pytest.mark.parametrize("got", [CPU_ONLY, NO_LIBRARY])
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:7"])
def test_a_gpu_that_onnx_runtime_cannot_use_is_an_error_where_it_was_asked_for(folder, gpu, got, device):
    gpu(got)
    with pytest.raises(DeviceError, match=r"ONNX Runtime cannot use cuda.*DEVICE=cpu"):
        open_runtime(card_of(folder), folder / "model.onnx", device, 1)


@pytest.mark.parametrize("got", [CPU_ONLY, NO_LIBRARY])
def test_auto_falls_back_to_the_cpu_and_says_so(folder, gpu, got):
    gpu(got)
    report = Log()
    ready = open_runtime(card_of(folder), folder / "model.onnx", "auto", 1, report)
    assert len(ready(batch())) == 2
    (warning,) = [text for level, text in report.said if level == "warning"]
    assert "cannot use cuda" in warning and "the CPU (1 thread) instead" in warning
    logged = [text for level, text in report.said if "Running" in text]
    assert len(logged) == 1 and "on the CPU" in logged[0] and "cuda" not in logged[0]


def test_a_gpu_that_is_used_is_reported(folder, gpu, monkeypatch):
    preloaded = []
    monkeypatch.setattr("onnxruntime.preload_dlls", lambda: preloaded.append(1), raising=False)
    asked = gpu(["CUDAExecutionProvider", "CPUExecutionProvider"])
    report = Log()
    open_runtime(card_of(folder), folder / "model.onnx", "cuda:1", 1, report)
    assert preloaded and asked[0][0] == ("CUDAExecutionProvider", {"device_id": 1})
    assert any("ONNX Runtime on cuda:1" in text for _, text in report.said)


def test_where_torch_has_no_gpu_onnx_runtime_is_tried_and_then_the_cpu(folder, gpu):
    gpu(CPU_ONLY)
    report = Log()
    open_runtime(card_of(folder), folder, "auto", 1, report)
    assert any("PyTorch cannot use cuda" in text and "on the CPU" in text for _, text in report.said)
    with pytest.raises(DeviceError, match="PyTorch cannot use cuda"):
        open_runtime(card_of(folder), folder, "cuda", 1)
    gpu(["CUDAExecutionProvider"])
    report = Log()
    open_runtime(card_of(folder), folder, "cuda", 1, report)
    assert any("Running 'small' with ONNX Runtime on cuda" in text for _, text in report.said)


def test_training_needs_the_gpu_that_was_asked_for(gpu):
    report = Log()
    assert torch_device("auto", report) == "cpu" and "PyTorch cannot use cuda" in report.said[0][1]
    with pytest.raises(DeviceError, match="PyTorch cannot use cuda:3 here"):
        torch_device("cuda:3")


def test_sessions_do_not_fall_back_while_they_run(folder):
    assert not onnx_engine.onnx_session(folder / "model.onnx", 1)._enable_fallback


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


def test_a_batch_too_large_for_the_device_is_halved():
    sizes = []

    def greedy(inputs):
        sizes.append(len(inputs["x"]))
        if len(inputs["x"]) > 2:
            raise OutOfMemory("too much")
        return inputs["x"] * 2

    values = np.arange(5.0)
    assert np.array_equal(shrinking(greedy)({"x": values}), values * 2)
    assert sizes[:2] == [5, 2]

    def hopeless(inputs):
        raise OutOfMemory("too much")

    with pytest.raises(OutOfMemory):
        shrinking(hopeless)({"x": values})


def test_an_onnx_that_cannot_be_opened_is_reported(tmp_path, card):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("NoSuchOperator", ["x"], ["y"])], "g", [x], [x])
    onnx.save(helper.make_model(graph), tmp_path / "bad.onnx")
    with pytest.raises(ModelError, match=r"bad\.onnx cannot be opened"):
        open_runtime(card, tmp_path / "bad.onnx", "cpu")
