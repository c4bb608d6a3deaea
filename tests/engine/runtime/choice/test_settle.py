"""Which engine a model runs with: asked for, chosen before, or found by a trial that pays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.runtime import devices
from rsdl_qgis.engine.runtime.choice import settle
from rsdl_qgis.engine.runtime.choice.record import Choice, keep, kept
from rsdl_qgis.engine.runtime.choice.settle import (
    best_of,
    chosen_by_trial,
    known_choice,
    pays,
    settled_choice,
    ways_of,
)
from rsdl_qgis.engine.runtime.choice.trial import Tried
from rsdl_qgis.engine.runtime.sessions import open_runtime


class Heard(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A model with both files, on a computer whose processor has bfloat16."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(settle, "has_bf16", lambda: True)
    path = tmp_path / "model"
    path.mkdir()
    for name in ("model.onnx", "weights.safetensors"):
        (path / name).write_bytes(b"network")
    return path


def with_providers(monkeypatch, *kinds):
    monkeypatch.setattr(settle, "providers", lambda: list(kinds))
    monkeypatch.setattr(devices, "providers", lambda: list(kinds))


def names(ways):
    return [(way.engine, way.device) for way in ways]


CPU = [("onnx", "cpu"), ("torch", "cpu"), ("torch-bf16", "cpu")]
INTEL = [("onnx", "openvino"), ("onnx-bf16", "openvino")]


def test_the_ways_to_run_a_model_on_a_cpu(folder, card, monkeypatch):
    with_providers(monkeypatch)
    assert names(ways_of(card, folder, "auto")) == names(ways_of(card, folder, "cpu")) == CPU
    assert names(ways_of(replace(card, engine="torch"), folder, "cpu")) == [CPU[1], CPU[0], CPU[2]]
    assert names(ways_of(replace(card, half_precision=False), folder, "cpu")) == CPU[:2]
    assert names(ways_of(card, folder / "model.onnx", "cpu")) == CPU[:1]
    monkeypatch.setattr(settle, "has_bf16", lambda: False)
    assert names(ways_of(card, folder, "cpu")) == CPU[:2]
    monkeypatch.setattr(settle, "find_spec", lambda name: None)
    assert names(ways_of(card, folder, "cpu")) == CPU[:1]


def test_a_device_by_name_is_kept_to_and_auto_takes_openvino_too(folder, card, monkeypatch):
    with_providers(monkeypatch, "openvino", "directml", "coreml")
    assert names(ways_of(card, folder, "auto")) == CPU + INTEL
    assert names(ways_of(card, folder, "cpu")) == CPU
    assert names(ways_of(card, folder, "openvino")) == INTEL
    assert names(ways_of(card, folder, "directml")) == [("onnx", "directml")]


def test_on_a_gpu_both_engines_are_ways(folder, card, monkeypatch):
    with_providers(monkeypatch, "cuda")
    assert names(ways_of(card, folder, "auto")) == [("torch", "cuda"), ("onnx", "cuda")]
    assert names(ways_of(card, folder, "cuda:1")) == [("torch", "cuda:1"), ("onnx", "cuda:1")]


USUAL = Tried("onnx", "cpu", 1.0, 1.0)


@pytest.mark.parametrize(
    ("other", "engine"),
    [
        (Tried("torch", "cpu", 0.89, 1.0), "torch"),
        (Tried("torch", "cpu", 0.93, 1.0), "onnx"),
        (Tried("torch-bf16", "cpu", 0.2, 0.9989), "onnx"),
        (Tried("torch-bf16", "cpu", 0.2, 0.9991), "torch-bf16"),
        (Tried("torch", "cpu", problem="it failed"), "onnx"),
    ],
)
def test_another_engine_has_to_be_clearly_faster_and_to_agree(other, engine):
    assert best_of([USUAL, other, Tried("torch", "cpu", 5.0, 1.0)]).engine == engine


def test_the_fastest_of_several_that_agree():
    assert best_of([USUAL, Tried("torch", "cpu", 0.5, 1), Tried("onnx", "openvino", 0.4, 1)]).device == "openvino"


@pytest.mark.parametrize(
    ("total", "one", "ways", "worth"),
    [(60, 0.1, 3, False), (600, 0.5, 3, True), (600, 5, 3, False), (6000, 5, 3, True), (10**6, 0.1, 1, False)],
)
def test_a_trial_takes_a_twentieth_of_a_job_at_most(total, one, ways, worth):
    assert pays(total, one, ways) == worth


def tried_as(monkeypatch, *found):
    asked = []
    monkeypatch.setattr(settle, "tried", lambda trial, batches, limit, report: asked.append(trial) or list(found))
    return asked


def test_what_a_trial_finds_is_kept_told_and_not_tried_again(folder, card, monkeypatch):
    with_providers(monkeypatch)
    asked = tried_as(monkeypatch, USUAL, Tried("torch", "cpu", 0.5, 0.99995))
    report = Heard()
    choice = chosen_by_trial(card, folder, "auto", [], 1.0, report, 4, 2)
    assert (choice.engine, choice.device) == ("torch", "cpu")
    assert (asked[0].threads, asked[0].streams, names(asked[0].ways)) == (4, 2, CPU)
    assert known_choice(card, folder, "auto") == choice
    ((level, text),) = report.said
    assert level == "info" and "PyTorch on cpu" in text and "0.5 s a batch, 99.995 % equal" in text
    assert "engine.json" in text


def test_the_usual_engine_is_kept_too_with_the_device_as_asked(folder, card, monkeypatch):
    with_providers(monkeypatch)
    tried_as(monkeypatch, USUAL, Tried("torch", "cpu", 2.0, 1.0))
    assert chosen_by_trial(card, folder, "auto", [], 1.0, Heard()) is None
    assert known_choice(card, folder, "auto").device == "auto"


def test_a_trial_that_failed_is_not_tried_again(folder, card, monkeypatch):
    with_providers(monkeypatch)
    monkeypatch.setattr(settle, "tried", lambda *_: None)
    report = Heard()
    assert chosen_by_trial(card, folder, "auto", [], 1.0, report) is None
    assert known_choice(card, folder, "auto").engine == "onnx" and "failed" in report.said[0][1]


def test_where_the_usual_engine_fails_in_a_trial_nothing_is_kept(folder, card, monkeypatch):
    with_providers(monkeypatch)
    tried_as(monkeypatch, Tried("onnx", "cpu", problem="no"), Tried("torch", "cpu", 0.1, 1))
    report = Heard()
    assert chosen_by_trial(card, folder, "auto", [], 1.0, report) is None
    assert kept(folder, card, "auto") is None and report.said[0][0] == "warning"


def test_what_was_asked_for_goes_before_what_was_chosen(folder, card, monkeypatch):
    with_providers(monkeypatch)
    keep(folder, card, "auto", Choice("torch", "cpu", "faster"))
    assert known_choice(card, folder, "auto").engine == "torch"
    assert known_choice(card, folder, "auto", "onnx") == Choice("onnx", "auto", "as asked for")
    assert known_choice(card, folder, "auto", "card") == Choice("card", "auto", "as the card says")
    assert known_choice(card, folder, "cpu") is None


def test_a_choice_whose_device_or_file_is_gone_is_none(folder, card, monkeypatch):
    with_providers(monkeypatch, "openvino")
    keep(folder, card, "auto", Choice("onnx", "openvino", "faster"))
    assert known_choice(card, folder, "auto")
    with_providers(monkeypatch)
    assert known_choice(card, folder, "auto") is None


def test_an_engine_is_settled_by_name_for_all_parts_of_a_job(folder, card, monkeypatch):
    with_providers(monkeypatch)
    assert settled_choice(card, folder, "cpu").engine == "onnx"
    assert settled_choice(replace(card, engine="torch"), folder, "cpu", "card").engine == "torch"
    assert settled_choice(card, folder, "cpu", "torch-bf16").engine == "torch-bf16"
    keep(folder, card, "cpu", Choice("torch", "cpu", "faster"))
    assert settled_choice(card, folder, "cpu").engine == "torch"
    assert settled_choice(card, folder, "cpu", "card").engine == "onnx"


def test_an_engine_that_the_model_has_no_file_for_is_named(folder, card):
    with pytest.raises(ModelError, match=r"no weights\.safetensors, which the engine torch runs.*ENGINE=auto"):
        open_runtime(card, folder / "model.onnx", "cpu", engine="torch")
