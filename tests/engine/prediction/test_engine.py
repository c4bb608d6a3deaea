"""A long job tries the engines once and keeps the fastest; a short one does not; an engine by name is obeyed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import rasterio
import torch

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction import job as jobs
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime import onnx_engine
from rsdl_qgis.engine.runtime.choice import settle
from rsdl_qgis.engine.runtime.choice.record import kept
from rsdl_qgis.engine.runtime.choice.trial import Tried
from rsdl_qgis.engine.tables.devices import PROVIDERS
from rsdl_qgis.engine.training.model import write_model


class Heard(Report):
    def __init__(self):
        self.text = ""

    def log(self, level, message):
        self.text += f"{level}: {message}\n"


@pytest.fixture
def predict(tmp_path, card, make_raster, monkeypatch):
    """Runs the job on a raster of 36 tiles, with a model of both files, and gives its report."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    torch.manual_seed(0)
    network = build_network("unet", {"image": (1, 2)}, 2, widths=(4, 8)).eval()
    model = tmp_path / "model"
    asked = replace(card, network="unet", options={"widths": [4, 8]})
    write_model(network, asked, model, lambda *_: "onnx")
    image = make_raster(np.random.default_rng(1).normal(100, 50, (2, 160, 160)).astype("float32"))

    def run(**arguments):
        report = Heard()
        given = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
        run_predict({**given, "device": "cpu", "threads": 2, "tile_size": 32, **arguments}, report)
        with rasterio.open(tmp_path / "map.tif") as file:
            return report.text, file.read(1), model, asked

    return run


def test_a_short_job_tries_nothing(predict):
    said, _, model, _ = predict()
    assert "with ONNX Runtime on the CPU" in said and "fastest" not in said
    assert not (model / "engine.json").exists()


def test_a_long_job_tries_the_engines_and_the_next_one_runs_the_fastest(predict, monkeypatch):
    monkeypatch.setattr(jobs, "FEWEST", 1)
    monkeypatch.setattr(jobs, "pays", lambda total, one, ways: ways > 1)
    best = []
    monkeypatch.setattr(settle, "best_of", lambda found: best.extend(found) or found[1])  # of the real trial
    said, first, model, card = predict()
    assert [item.problem for item in best] == [""] * len(best) and best[1].engine == "torch"
    assert min(item.agreement for item in best[:2]) > 0.99 and all(item.seconds > 0 for item in best)
    assert said.index("with ONNX Runtime on the CPU") < said.index("runs fastest with PyTorch on cpu")
    assert "Running 'bright' with PyTorch on the CPU" in said
    monkeypatch.setattr(jobs, "FEWEST", 10**9)
    said, second, _, _ = predict()
    assert "The engine is the one chosen on this computer: ONNX Runtime on cpu" in said
    assert "Running 'bright' with PyTorch on the CPU" in said and "Running 'bright' with ONNX" not in said
    assert np.array_equal(first, second) and kept(model, card, "cpu").engine == "torch"


@pytest.mark.parametrize(
    ("engine", "named"),
    [("onnx", "ONNX Runtime on"), ("torch", "PyTorch on"), ("torch-bf16", "PyTorch in bfloat16 on")],
)
def test_an_engine_by_name_is_obeyed_and_nothing_is_tried(predict, monkeypatch, engine, named):
    monkeypatch.setattr(jobs, "FEWEST", 1)
    monkeypatch.setattr(jobs, "pays", lambda *_: True)
    monkeypatch.setattr(jobs, "chosen_by_trial", lambda *_: pytest.fail("tried"))
    said, _, _, _ = predict(engine=engine)
    assert f"Running 'bright' with {named} the CPU" in said


def test_a_choice_that_cannot_be_opened_gives_way_to_the_cards_engine(predict, monkeypatch):
    monkeypatch.setattr(jobs, "FEWEST", 1)
    monkeypatch.setattr(jobs, "pays", lambda *_: True)
    usual, other = Tried("onnx", "cpu", 1, 1), Tried("torch", "cpu", 0.1, 1)
    monkeypatch.setattr(settle, "tried", lambda *_: [usual, other])
    _, _, model, _ = predict()
    (model / "weights.safetensors").write_bytes(b"damaged")
    said, _, _, _ = predict()
    assert "damaged" in said and "The engine that the card names runs instead" in said
    assert "Running 'bright' with ONNX Runtime on the CPU" in said


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize(
    ("device", "engine", "runs"),
    [("directml", "auto", "ONNX Runtime on directml"), ("auto", "onnx-bf16", "ONNX Runtime in bfloat16 on openvino")],
)
def test_a_device_of_onnx_runtime_alone_is_compared_with_the_cpu(predict, monkeypatch, wrong, device, engine, runs):
    kind = runs.split()[-1]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [PROVIDERS[kind], onnx_engine.CPU])
    session = onnx_engine.onnx_session

    class OnTheDevice:
        def __init__(self, path, threads):
            self.session = session(path, threads)

        def get_providers(self):
            return [PROVIDERS[kind]]

        def get_inputs(self):
            return self.session.get_inputs()

        def run(self, names, feeds):
            (found,) = self.session.run(names, feeds)
            return [found[:, ::-1].copy() if wrong else found]

    def opened(path, threads, providers=(onnx_engine.CPU,)):
        return session(path, threads) if len(providers) == 1 else OnTheDevice(path, threads)

    monkeypatch.setattr(onnx_engine, "onnx_session", opened)
    said, _, _, _ = predict(device=device, engine=engine)
    assert f"Running 'bright' with {runs}" in said
    assert ("gives other results than on the CPU: 100.0 % differ" in said) == wrong
